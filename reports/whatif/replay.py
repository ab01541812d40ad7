"""One application after the other judged by two sets of rules, and what comes of it counted."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from limits.calendar import Calendar
from limits.clock import read
from limits.force import Layer
from limits.policy import ClockRole, ClockRule, PolicySet, Subject
from limits.terms import Verdict
from limits.zone import local
from reports.judging import judged, reached
from reports.periods import Period
from reports.whatif.values import WHOLE, Change, Judged, LevelKey, RateKey, Tally
from workflow.events import Event
from workflow.history import Registration
from workflow.projection import Projection, project
from workflow.rules import Rules


class Replaying:
    """What has been counted so far."""

    def __init__(self, held: Rules, draft: Rules, periods: Sequence[Period], as_of: datetime) -> None:
        self.replayed = self.differing = 0
        self.before, self.after = Tally(), Tally()
        self.changes: list[Change] = []
        self._held, self._draft = held, draft
        self._periods, self._as_of = periods, as_of
        self._same: dict[object, bool] = {}

    def take(self, number: str, events: list[Event]) -> None:
        """Count one application by both sets of rules."""
        before = project(events, self._held, until=self._as_of)
        after = before if self._binds_alike(before) else project(events, self._draft, until=self._as_of)
        self.replayed += 1
        self.differing += after is not before
        for period in self._periods:
            for tally, each in ((self.before, before), (self.after, after)):
                _count_levels(tally, each, period, self._as_of)
                if period.holds(each.archived_at):
                    _count_rates(tally, each, str(period))
            if after is not before:
                calendar = self._held.calendar
                sides = (_verdicts(each, period, calendar, self._as_of) for each in (before, after))
                self.changes += _changes(str(period), number, before.registration, *sides)

    def _binds_alike(self, projected: Projection) -> bool:
        """Whether the same rules bind it either way; most drafts change one figure for one class."""
        subject, on = projected.registration.subject, local(projected.accepted_at).date()
        key = (subject, on)
        if key not in self._same:
            held, draft = (_binding(rules.policies, subject, on) for rules in (self._held, self._draft))
            self._same[key] = held == draft
        return self._same[key]


def _binding(policies: PolicySet, subject: Subject, on: date) -> tuple[object, ...]:
    """Everything of the rules that a verdict or a level depends on; not who wrote them where."""
    kind = subject.customer_class
    machine = policies.machine(high=kind.high_voltage, on=on)
    return (
        [
            (_course(each.rule), each.rule.label, each.rule.role, each.unit, each.limit and each.limit.value)
            for each in policies.bind(subject, on)
        ],
        policies.ladder(on),
        policies.checks_for(kind, on),
        (machine.steps, machine.skips),
    )


def _count_levels(tally: Tally, projected: Projection, period: Period, as_of: datetime) -> None:
    who = (projected.registration.customer_class, projected.registration.station)
    for each, crossing in reached(projected.clocks, period, as_of):
        tally.levels[LevelKey(str(period), each.bound.rule.layer, crossing.level, *who)] += 1


def _count_rates(tally: Tally, projected: Projection, period: str) -> None:
    """Kept where every clock of the role was met; nodes count for high voltage alone (domain §10)."""
    who = (projected.registration.customer_class, projected.registration.station)
    kept: dict[tuple[Layer, ClockRole], bool] = {}
    for each in filter(judged, projected.clocks):
        pair = each.bound.rule.layer, each.bound.rule.role
        kept[pair] = kept.get(pair, True) and each.standing.final is Verdict.MET
    rates: dict[tuple[Layer, str], bool] = {
        (layer, role.value): met
        for (layer, role), met in kept.items()
        if role is not ClockRole.NODE or who[0].high_voltage
    }
    total = rates.get((Layer.LOCAL, ClockRole.TOTAL.value))
    if total is not None:
        rates[Layer.LOCAL, WHOLE] = total and rates.get((Layer.LOCAL, ClockRole.NODE.value), True)
    for (layer, name), met in rates.items():
        tally.base[RateKey(period, layer, name, *who)] += 1
        tally.met[RateKey(period, layer, name, *who)] += met


Verdicts = dict[tuple[Layer, str], Judged]


def _verdicts(projected: Projection, period: Period, calendar: Calendar, as_of: datetime) -> Verdicts:
    """How the clocks that count in a rate were judged; none of an application not archived in ``period``."""
    if not period.holds(projected.archived_at):
        return {}
    found: Verdicts = {}
    for each in filter(judged, projected.clocks):
        rule, reading = each.bound.rule, read(each.standing, calendar, as_of)
        limit = each.standing.limit
        if limit is not None and reading.verdict is not None:
            found[rule.layer, rule.name] = Judged(rule.label, rule.role, reading.used, limit, reading.verdict)
    return found


def _changes(
    period: str, number: str, who: Registration, before: Verdicts, after: Verdicts
) -> Iterator[Change]:
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if (old and old.verdict) is not (new and new.verdict):
            yield Change(period, number, who.customer_class, who.station, who.manager, key[0], old, new)


def courses(policies: PolicySet) -> set[tuple[object, ...]]:
    """By what events the clocks of a set of rules run."""
    return {_course(each) for each in policies.clocks}


def _course(rule: ClockRule) -> tuple[object, ...]:
    """By what events a clock runs, whatever its figures."""
    return (
        rule.key, rule.runs, rule.stops, rule.outside, rule.needs, rule.after, rule.dated_by, rule.capped_by,
    )  # fmt: skip
