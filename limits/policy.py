"""The rules as data: what a policy file says, and what of it binds an application.

A layer is one authority (local, company, national, regulator).  One application is judged by every
layer in force on its acceptance date; no layer overwrites another (domain §4).
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeVar

from limits.customer_classes import ClassRule, CustomerFacts
from limits.documents import ArchiveRule, DocumentRule
from limits.duties import DutyRule
from limits.errors import YekuoError
from limits.escalation import Escalation
from limits.force import Citation, Force, Layer
from limits.indicators import IndicatorRule
from limits.ladder import Ladder
from limits.services import ServiceRule
from limits.stations import StationStandard
from limits.terms import CustomerClass, Step, Supplies, Supporting, Term, Unit, Voltage
from limits.validity import Validity

T = TypeVar("T", "DatedLadder", "MachineRule", Escalation)


class ClockRole(Term):
    """What a clock counts for in the month's rates (domain §4, §10)."""

    TOTAL = "total", "总时限"
    NODE = "node", "环节节点"
    SUPPORTING = "supporting", "配套工程"
    OTHER = "other", "其他"


class Check(Term):
    """An inspection inside 客户外部工程 (domain §3)."""

    DESIGN_REVIEW = "design_review", "设计审查"
    INTERIM_INSPECTION = "interim_inspection", "中间检查"
    FINAL_INSPECTION = "final_inspection", "竣工检验"


class SkipReason(Term):
    NO_CUSTOMER_WORKS = "no_customer_works", "无客户工程"
    PROACTIVE = "proactive", "主动办电"


class Subject(NamedTuple):
    """The facts of an application that a limit may depend on."""

    customer_class: CustomerClass
    voltage: Voltage
    supplies: Supplies
    supporting: Supporting
    customer_works: bool

    @property
    def external_line(self) -> bool:
        """Whether a line outside the customer's premises is built (X: 配套工程 or 客户外部工程)."""
        return self.customer_works or self.supporting is not Supporting.NONE


@dataclass(frozen=True, slots=True)
class When:
    """A conjunction of lists; None means any."""

    classes: tuple[CustomerClass, ...] | None = None
    voltages: tuple[Voltage, ...] | None = None
    supplies: tuple[Supplies, ...] | None = None
    supporting: tuple[Supporting, ...] | None = None
    external_line: bool | None = None

    def matches(self, subject: Subject) -> bool:
        return (
            (self.classes is None or subject.customer_class in self.classes)
            and (self.voltages is None or subject.voltage in self.voltages)
            and (self.supplies is None or subject.supplies in self.supplies)
            and (self.supporting is None or subject.supporting in self.supporting)
            and (self.external_line is None or subject.external_line is self.external_line)
        )

    def overlaps(self, other: "When") -> bool:
        """Whether some application can match both."""
        lists = (
            (self.classes, other.classes),
            (self.voltages, other.voltages),
            (self.supplies, other.supplies),
            (self.supporting, other.supporting),
        )
        lines = {self.external_line, other.external_line} - {None}
        return len(lines) < 2 and all(a is None or b is None or set(a) & set(b) for a, b in lists)

    def __str__(self) -> str:
        said = ["、".join(each.label for each in terms) for terms in (self.classes, self.voltages) if terms]
        if self.supplies:
            said.append("、".join(f"{each.label}电源" for each in self.supplies))
        if self.supporting:
            said.append(_supporting_said(self.supporting))
        if self.external_line is not None:
            said.append("有外线" if self.external_line else "无外线")
        return "，".join(said) or "全部客户"


def _supporting_said(kinds: Collection[Supporting]) -> str:
    works = [each for each in Supporting if each in kinds and each is not Supporting.NONE]
    said = ["无配套工程"] if Supporting.NONE in kinds else []
    if len(works) == len(Supporting) - 1:
        said.append("有配套工程")
    elif works:
        said.append(f"配套工程为{'、'.join(each.label for each in works)}")
    return "或".join(said)


@dataclass(frozen=True, slots=True)
class Limit:
    """One figure: its value and unit, for whom, since when, and where it is written."""

    value: int
    unit: Unit
    when: When
    force: Force
    citation: Citation
    parts: tuple[int | str, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class ClockRule:
    """A clock: the pairs of events between which it runs, and what stops it for good.

    ``runs`` are (start, ends); ``outside`` are pairs whose time is somebody else's; ``needs`` names
    an event without which nothing is judged; ``after`` one before which the clock does not run, where
    it happened; ``dated_by`` names the event that carries an agreed
    date, ``capped_by`` the one whose own day brings that date forward.
    """

    layer: Layer
    name: str
    label: str
    role: ClockRole
    runs: tuple[tuple[str, frozenset[str]], ...]
    stops: frozenset[str]
    outside: tuple[tuple[str, str], ...]
    limits: tuple[Limit, ...]
    citation: Citation
    needs: str | None = None
    after: str | None = None
    dated_by: str | None = None
    capped_by: str | None = None
    shown_without_limit: bool = False

    @property
    def key(self) -> str:
        """Layer and name in one word, ``local.reply``."""
        return f"{self.layer}.{self.name}"

    @cached_property
    def starts(self) -> frozenset[str]:
        """The events without which the clock never runs."""
        return frozenset(start for start, _ in self.runs)

    @cached_property
    def touches(self) -> dict[str, tuple[tuple[int, bool], ...]]:
        """By event: the runs it starts (True) or ends (False), as (index, starts)."""
        found: dict[str, tuple[tuple[int, bool], ...]] = {}
        for index, (start, ends) in enumerate(self.runs):
            found[start] = (*found.get(start, ()), (index, True))
            for end in ends:
                found[end] = (*found.get(end, ()), (index, False))
        return found


@dataclass(frozen=True, slots=True)
class BoundClock:
    """A clock rule with the figure that binds one application; ``limit`` None when there is none."""

    rule: ClockRule
    limit: Limit | None
    ladder: Ladder

    @property
    def unit(self) -> Unit:
        return self.limit.unit if self.limit else Unit.WORKING_DAY

    @property
    def citation(self) -> Citation:
        return self.limit.citation if self.limit else self.rule.citation


@dataclass(frozen=True, slots=True)
class DatedLadder:
    ladder: Ladder
    force: Force
    citation: Citation


@dataclass(frozen=True, slots=True)
class MachineRule:
    """The steps of one machine and what skips them (domain §3)."""

    high: bool
    steps: tuple[Step, ...]
    skips: tuple[tuple[Step, SkipReason], ...]
    force: Force
    citation: Citation

    def steps_for(self, *, customer_works: bool, proactive: bool) -> tuple[Step, ...]:
        """The steps one customer experiences."""
        reasons = set()
        if not customer_works:
            reasons.add(SkipReason.NO_CUSTOMER_WORKS)
        if proactive:
            reasons.add(SkipReason.PROACTIVE)
        skipped = {step for step, reason in self.skips if reason in reasons}
        return tuple(step for step in self.steps if step not in skipped)


@dataclass(frozen=True, slots=True)
class CheckRule:
    """Which classes have one inspection; the others must not be held to it."""

    check: Check
    classes: tuple[CustomerClass, ...]
    force: Force
    citation: Citation


class NotInForce(YekuoError):
    """{on} 没有生效的{what}；规则文件中最早的生效日期是 {first}。请核对受理日期，或补充当时的规则文件。"""

    code = "policy_not_in_force"


class NotStated(YekuoError):
    """规则文件中没有{what}。请在 data/policies 的一个规则文件中写明，并把它列入 data/jurisdictions 的辖区文件。"""

    code = "policy_not_stated"


class ClassUnknown(YekuoError):
    """按 {on} 生效的客户分类规则无法判断客户类别（{facts}）。请核对电压、设备容量与客户性质，或补充分类规则。"""

    code = "class_unknown"


@dataclass(frozen=True)
class PolicySet:
    """Everything a jurisdiction has in force, by date."""

    name: str
    label: str
    clocks: tuple[ClockRule, ...]
    ladders: tuple[DatedLadder, ...]
    machines: tuple[MachineRule, ...]
    checks: tuple[CheckRule, ...]
    class_rules: tuple[ClassRule, ...] = ()
    escalations: "tuple[Escalation, ...]" = ()
    duties: "tuple[DutyRule, ...]" = ()
    validities: "tuple[Validity, ...]" = ()
    materials: "tuple[DocumentRule, ...]" = ()
    archives: "tuple[ArchiveRule, ...]" = ()
    indicators: "tuple[IndicatorRule, ...]" = ()
    standards: "tuple[StationStandard, ...]" = ()
    services: "tuple[ServiceRule, ...]" = ()
    digest: str = ""
    _bound: dict[tuple[int, Subject], tuple[BoundClock, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def _changes(self) -> list[date]:
        """The days on which anything that binds an application changes."""
        forces = [limit.force for clock in self.clocks for limit in clock.limits]
        forces += [each.force for each in self.ladders]
        starts = {force.since for force in forces}
        ends = {date.fromordinal(force.until.toordinal() + 1) for force in forces if force.until}
        return sorted(starts | ends)

    @cached_property
    def labels(self) -> dict[tuple[str, str], str]:
        """What people call a clock, by layer and name."""
        return {(clock.layer.value, clock.name): clock.label for clock in self.clocks}

    def bind(self, subject: Subject, accepted_on: date) -> tuple[BoundClock, ...]:
        """The clocks that bind ``subject`` for the whole life of an application accepted that day."""
        key = (bisect_right(self._changes, accepted_on), subject)
        if key not in self._bound:
            self._bound[key] = tuple(self._bind(subject, accepted_on))
        return self._bound[key]

    def _bind(self, subject: Subject, on: date) -> Iterable[BoundClock]:
        ladder = self.ladder(on)
        for rule in self.clocks:
            held = (each for each in rule.limits if each.force.holds(on) and each.when.matches(subject))
            limit = next(held, None)
            if limit is not None or rule.shown_without_limit or rule.dated_by is not None:
                yield BoundClock(rule, limit, ladder)

    def ladder(self, on: date) -> Ladder:
        """The thresholds of the four levels in force on ``on``."""
        return _in_force(self.ladders, on, "预警告警级别").ladder

    def machine(self, *, high: bool, on: date) -> MachineRule:
        """The high- or low-voltage machine in force on ``on``."""
        return _in_force([each for each in self.machines if each.high is high], on, "办电环节")

    def checks_for(self, customer_class: CustomerClass, on: date) -> frozenset[Check]:
        """The inspections this class has; any other is an extra check."""
        return frozenset(
            each.check for each in self.checks if each.force.holds(on) and customer_class in each.classes
        )

    def escalation(self, on: date) -> "Escalation":
        """Who is told of which level, in force on ``on``."""
        return _in_force(self.escalations, on, "告知规则")

    def duties_on(self, on: date) -> "tuple[DutyRule, ...]":
        """The periodic duties in force on ``on``, by item."""
        return tuple(
            sorted((each for each in self.duties if each.force.holds(on)), key=lambda duty: duty.item)
        )

    def indicators_on(self, on: date) -> "tuple[IndicatorRule, ...]":
        """What the company is measured by on ``on``, in the order of the files."""
        return tuple(each for each in self.indicators if each.force.holds(on))

    def standard_on(self, on: date) -> "StationStandard | None":
        """What stations are evaluated by on ``on``; None where no rule says."""
        return next((each for each in self.standards if each.force.holds(on)), None)

    def services_on(self, on: date) -> "tuple[ServiceRule, ...]":
        """The limits of service that no record measures, in force on ``on``, in the order of the files."""
        return tuple(each for each in self.services if each.force.holds(on))

    def validity(self, high: bool, on: date) -> "Validity | None":
        """How long a plan issued on ``on`` stays valid; None where no rule says."""
        held = (each for each in self.validities if each.high is high and each.force.holds(on))
        return next(held, None)

    def materials_for(self, customer_class: CustomerClass, on: date) -> "tuple[DocumentRule, ...]":
        """What this class must prove, accepted on ``on``, in the order of the file."""
        return tuple(
            each for each in self.materials if each.force.holds(on) and customer_class in each.classes
        )

    def archive_for(self, customer_class: CustomerClass, on: date) -> "tuple[ArchiveRule, ...]":
        """What the archive of this class holds."""
        return tuple(
            each for each in self.archives if each.force.holds(on) and customer_class in each.classes
        )

    def papers_for(self, customer_class: CustomerClass, on: date) -> frozenset[str] | None:
        """Every kind of document that may be taken; None where no rule lists what may be asked for."""
        asked = [paper.kind for rule in self.materials_for(customer_class, on) for paper in rule.papers]
        if not asked:
            return None
        return frozenset((*asked, *(rule.paper.kind for rule in self.archive_for(customer_class, on))))

    def classify(self, facts: CustomerFacts, on: date) -> ClassRule:
        """The first class rule in force on ``on`` that fits ``facts``."""
        for rule in self.class_rules:
            if Force(rule.since, rule.until).holds(on) and rule.fits(facts):
                return rule
        raise ClassUnknown(on=on, facts=facts.described())


def _in_force(entries: Iterable[T], on: date, what: str) -> T:
    listed = list(entries)
    for each in listed:
        if each.force.holds(on):
            return each
    if not listed:
        raise NotStated(what=what)
    raise NotInForce(on=on, what=what, first=min(each.force.since for each in listed))
