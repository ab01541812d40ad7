"""What can be done to an application now, why the rest cannot, and what would follow.

The machine is asked, and what the use cases themselves look at; nothing is written.  A preview is the use
case itself on a dry book, so the two cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from limits.clock import RANKS, Reading, read
from limits.errors import YekuoError
from limits.force import Layer
from limits.terms import Level, Step, Term, Unit
from limits.zone import local
from workflow import assignment, cases, documents, errors, findings, ratings, store
from workflow.assignment import Ownership
from workflow.book import Book, Recorded, held_events
from workflow.clocks import Clock
from workflow.events import Event, EventType
from workflow.findings import Finding
from workflow.history import Registration
from workflow.machine import State, machine_for
from workflow.projection import Projection, project

E = EventType


class ActionIncomplete(YekuoError):
    """“{action}”的内容不齐或不对：{problem}。请按表单填写：{fields}。"""

    code = "action_incomplete"


class FieldKind(Term):
    """How a part of a form is filled in."""

    TEXT = "text", "一行文字"
    LONG_TEXT = "long_text", "多行文字"
    DATE = "date", "日期"
    INSTANT = "instant", "时间"
    NUMBER = "number", "数字"
    YES_NO = "yes_no", "是或否"
    CHOICE = "choice", "单选"
    PERSON = "person", "人员"
    RECORD = "record", "已有记录"
    CHANGES = "changes", "要改的资料"


@dataclass(frozen=True, slots=True)
class Field:
    """One argument of a use case beside when and who; ``choices`` are (value, label)."""

    name: str
    label: str
    kind: FieldKind
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. ``name`` with ``preset`` is the use case that does it; ``reasons`` why it cannot now."""

    name: str
    event_type: EventType
    label: str
    possible: bool
    reasons: tuple[str, ...]
    fields: tuple[Field, ...]
    preset: Mapping[str, Any]


class ClockEffect(Term):
    """What a record does to a clock."""

    STARTS = "starts", "开始计时"
    STOPS = "stops", "停止计时"
    PAUSES = "pauses", "暂停计时"
    RESUMES = "resumes", "恢复计时"
    MOVES = "moves", "到期日改变"
    ENDS = "ends", "不再评判"
    VANISHES = "vanishes", "不再有此计时"
    STAYS = "stays", "不变"


@dataclass(frozen=True, slots=True)
class ClockOutlook:
    """One clock before and after a record; a reading is None where there is no such clock."""

    layer: Layer
    name: str
    label: str
    unit: Unit
    limit: int | None
    effect: ClockEffect
    before: Reading | None
    after: Reading | None


@dataclass(frozen=True, slots=True)
class LevelOutlook:
    """A level of a clock and the instant it is reached at."""

    layer: Layer
    name: str
    label: str
    level: Level
    at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What would follow from a record.

    ``avoided``: levels that lay ahead and will no longer be reached; ``undone``: reached ones it takes back;
    ``reached``: ones it finds reached already; ``ahead``: all that lie ahead after it.
    """

    event_type: EventType
    state: State
    step: Step
    clocks: tuple[ClockOutlook, ...]
    avoided: tuple[LevelOutlook, ...]
    undone: tuple[LevelOutlook, ...]
    reached: tuple[LevelOutlook, ...]
    ahead: tuple[LevelOutlook, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Case:
    """A use case: its function, the record it writes, what a form must ask for."""

    function: Callable[..., Recorded]
    event: EventType
    fields: tuple[Field, ...] = ()
    label: str = ""
    preset: Mapping[str, Any] = field(default_factory=dict)


_REASON = Field("reason", "原因", FieldKind.LONG_TEXT)
_MANAGER = Field("manager", "客户经理", FieldKind.PERSON)
_OPINION = (Field("opinion", "书面意见", FieldKind.LONG_TEXT),)
_PASSED, _FAILED = {"passed": True}, {"passed": False}
_SUSPENSION = (
    _REASON,
    Field("evidence", "依据", FieldKind.TEXT),
    Field("approver", "批准人", FieldKind.PERSON),
)
_DOCUMENT = (
    Field("kind", "资料", FieldKind.CHOICE),
    Field("original", "是否原件", FieldKind.YES_NO, required=False),
    Field("copies", "份数", FieldKind.NUMBER, required=False),
    Field("note", "备注", FieldKind.TEXT, required=False),
)
_RATING = (
    Field("step", "环节", FieldKind.CHOICE, choices=tuple((each.value, each.label) for each in Step)),
    Field("score", "分数", FieldKind.NUMBER),
    Field("text", "评语", FieldKind.LONG_TEXT, required=False),
)
_CORRECTION = (
    Field("seq", "要更正的记录", FieldKind.RECORD),
    Field("occurred_at", "实际发生时间", FieldKind.INSTANT, required=False),
    Field("withdrawn", "撤销该记录", FieldKind.YES_NO, required=False),
    _REASON,
)
_CASES: tuple[_Case, ...] = (
    _Case(assignment.claim, E.ASSIGNED, (), Ownership.CLAIMED.label),
    _Case(
        assignment.assign,
        E.ASSIGNED,
        (_MANAGER, Field("reason", "原因", FieldKind.LONG_TEXT, required=False)),
        "确定客户经理",
    ),
    _Case(assignment.choose, E.ASSIGNED, (_MANAGER,), "登记客户选择的客户经理"),
    _Case(
        assignment.hand_over,
        E.ASSIGNED,
        (Field("to", "接手的客户经理", FieldKind.PERSON), _REASON),
        "移交给另一位客户经理",
    ),
    _Case(documents.receive, E.DOCUMENT_RECEIVED, _DOCUMENT),
    _Case(cases.find_constraint, E.CONSTRAINT_FOUND),
    _Case(cases.report_constraint, E.CONSTRAINT_REPORTED),
    _Case(cases.approve_plan, E.PLAN_APPROVED),
    _Case(cases.reply_plan, E.PLAN_REPLIED),
    _Case(cases.agree_contract, E.CONTRACT_AGREED, (Field("on", "契约完成日期", FieldKind.DATE),)),
    _Case(cases.start_supporting, E.SUPPORTING_STARTED),
    _Case(cases.submit_approvals, E.APPROVALS_SUBMITTED),
    _Case(cases.grant_approvals, E.APPROVALS_GRANTED),
    _Case(cases.start_works, E.WORKS_STARTED),
    _Case(cases.submit_design, E.DESIGN_SUBMITTED),
    _Case(cases.review_design, E.DESIGN_FAILED, _OPINION, preset=_FAILED),
    _Case(cases.review_design, E.DESIGN_PASSED, _OPINION, preset=_PASSED),
    _Case(cases.request_interim, E.INTERIM_REQUESTED),
    _Case(cases.start_interim, E.INTERIM_STARTED),
    _Case(cases.finish_interim, E.INTERIM_FAILED, _OPINION, preset=_FAILED),
    _Case(cases.finish_interim, E.INTERIM_PASSED, _OPINION, preset=_PASSED),
    _Case(cases.finish_works, E.WORKS_FINISHED),
    _Case(cases.report_completion, E.COMPLETION_REPORTED),
    _Case(cases.start_final, E.FINAL_STARTED),
    _Case(cases.finish_final, E.FINAL_FAILED, _OPINION, preset=_FAILED),
    _Case(cases.finish_final, E.FINAL_PASSED, _OPINION, preset=_PASSED),
    _Case(cases.finish_supporting, E.SUPPORTING_FINISHED),
    _Case(cases.complete_formalities, E.FORMALITIES_DONE),
    _Case(cases.energize, E.ENERGIZED),
    _Case(ratings.rate, E.RATED, _RATING),
    _Case(cases.archive, E.ARCHIVED),
    _Case(cases.suspend, E.SUSPENDED, _SUSPENSION),
    _Case(cases.resume, E.RESUMED),
    _Case(cases.terminate, E.TERMINATED, (_REASON,)),
    _Case(cases.void, E.VOIDED, (_REASON,)),
    _Case(cases.amend, E.AMENDED, (Field("changes", "要改的资料", FieldKind.CHANGES), _REASON)),
    _Case(cases.correct, E.CORRECTED, _CORRECTION),
)
_HOW = {
    assignment.claim: Ownership.CLAIMED,
    assignment.assign: Ownership.ASSIGNED,
    assignment.choose: Ownership.CHOSEN,
    assignment.hand_over: Ownership.HANDED_OVER,
}
# The use cases by name, for whoever fills in a form.
USE_CASES: Mapping[str, Callable[..., Recorded]] = {each.function.__name__: each.function for each in _CASES}


def actions(book: Book, number: str, now: datetime) -> tuple[Action, ...]:
    """Everything that is ever done to such an application, in the order of its life; raises ApplicationUnknown.

    An inspection its class does not have is listed too, with that as the reason.
    """
    events = _events(book, number)
    if events[0].occurred_at > now:
        raise errors.ApplicationUnknown(number=number)
    projected = project(events, book.rules, until=now)
    machine = machine_for(book.rules.policies, projected.registration, local(projected.accepted_at).date())
    found = []
    for case in _CASES:
        reasons: list[str] = []
        if case.event not in (E.AMENDED, E.CORRECTED):  # what was recorded can always be put right
            reasons = machine.can_advance(projected.position, case.event) or _own(
                case, number, events, projected, now
            )
        found.append(
            Action(
                name=case.function.__name__,
                event_type=case.event,
                label=case.label or case.event.label,
                possible=not reasons,
                reasons=tuple(reasons),
                fields=tuple(_filled(each, book, projected) for each in case.fields),
                preset=case.preset,
            )
        )
    return tuple(found)


def preview(
    book: Book,
    number: str,
    event_type: EventType,
    *,
    at: datetime,
    now: datetime,
    payload: Mapping[str, Any] | None = None,
    actor: str = "",
) -> Preview:
    """What would follow from ``event_type`` at ``at``; writes nothing.

    ``payload`` holds the fields of the action, and for an assignment ``how`` it is done.  Raises what the use
    case itself raises, and ActionIncomplete where a field is missing.
    """
    told = dict(payload or {})
    case = _case_of(event_type, told)
    foreseen = _called(replace(book, dry=True), case, number, told, at=at, now=now, actor=actor)
    return _preview(book, project(_events(book, number), book.rules), foreseen, now)


def preview_acceptance(
    book: Book, number: str, registration: Registration, *, now: datetime, **more: Any
) -> Preview:
    """What would follow from ``workflow.cases.accept``, which takes ``more``; writes nothing.

    Whether the customer applied for the same place before (注销重报) is looked at when it is recorded.
    """
    foreseen = cases.accept(replace(book, dry=True), number, registration, now=now, **more)
    return _preview(book, None, foreseen, now)


def _preview(book: Book, before: Projection | None, foreseen: Recorded, now: datetime) -> Preview:
    clocks, after = before.clocks if before else (), foreseen.projection
    earlier, later = _levels(clocks), _levels(after.clocks)
    was = {key for key, each in earlier.items() if each.at <= now}
    will = {key for key, each in later.items() if each.at <= now}
    return Preview(
        event_type=foreseen.event.type,
        state=State.of(after.position.state),
        step=after.step,
        clocks=tuple(_outlooks(book, clocks, after.clocks, local(now))),
        avoided=_in_time(earlier[key] for key in earlier.keys() - later.keys() - was),
        undone=_in_time(earlier[key] for key in was - will),
        reached=_in_time(later[key] for key in will - was),
        ahead=_in_time(later[key] for key in later.keys() - will),
        findings=tuple(_found(book, before, after, foreseen.event, now)),
    )


def _case_of(event_type: EventType, told: dict[str, Any]) -> _Case:
    """The use case that writes ``event_type``; takes ``how`` out of ``told``."""
    how = told.pop("how", Ownership.CLAIMED.value) if event_type is E.ASSIGNED else None
    for case in _CASES:
        if case.event is event_type and (how is None or _HOW[case.function].value == how):
            return case
    raise ActionIncomplete(action=event_type.label, problem="没有这样的登记", fields="请从可办事项中选择")


def _called(book: Book, case: _Case, number: str, told: Mapping[str, Any], **when: Any) -> Recorded:
    fields = {each.name: each for each in _fields(case)}
    missing = [each.label for name, each in fields.items() if each.required and name not in told]
    unknown = sorted(told.keys() - fields.keys())
    if missing or unknown:
        problem = f"缺少 {'、'.join(missing)}" if missing else f"没有 {'、'.join(unknown)} 这一项"
        listed = "、".join(each.label for each in fields.values()) or "不需要其他内容"
        raise ActionIncomplete(action=case.label or case.event.label, problem=problem, fields=listed)
    return case.function(book, number, **told, **case.preset, **when)


def _fields(case: _Case) -> tuple[Field, ...]:
    """What a caller gives; who claims is the one at the desk, so no form asks for it."""
    return (_MANAGER,) if case.function is assignment.claim else case.fields


def _events(book: Book, number: str) -> list[Event]:
    with store.reading(book.engine) as connection:
        return held_events(connection, number)[1]


# -- what speaks against an action ----------------------------------------------------------------------


def _own(
    case: _Case, number: str, events: Sequence[Event], projected: Projection, now: datetime
) -> list[str]:
    """What the use case looks at beside the machine, as far as it shows before the form is filled in."""
    how = _HOW.get(case.function)
    if how is not None:
        try:
            assignment.ownership_check(number, how, "", now)(events)
        except YekuoError as error:
            return [error.message]
    if case.event is E.RATED and not _steps_to_rate(projected):
        return ["没有已完成而尚未评价的环节"]
    return []


def _steps_to_rate(projected: Projection) -> list[Step]:
    rated = {each.step for each in ratings.ratings_of(projected.facts)}
    high = projected.registration.customer_class.high_voltage
    return [step for step in ratings.done_at(projected.facts, high=high) if step not in rated]


def _filled(asked: Field, book: Book, projected: Projection) -> Field:
    """``asked`` with the choices this application has."""
    if asked is _RATING[0]:
        return replace(asked, choices=tuple((step.value, step.label) for step in _steps_to_rate(projected)))
    if asked is _DOCUMENT[0]:
        return replace(asked, choices=tuple(_papers(book, projected.registration, projected.accepted_at)))
    return asked


def _papers(book: Book, registration: Registration, accepted_at: datetime) -> Iterator[tuple[str, str]]:
    policies, on = book.rules.policies, local(accepted_at).date()
    for rule in policies.materials_for(registration.customer_class, on):
        yield from ((paper.kind, paper.label) for paper in rule.papers)
    for archived in policies.archive_for(registration.customer_class, on):
        yield archived.paper.kind, archived.paper.label


# -- what would follow ------------------------------------------------------------------------------------

_Key = tuple[str, str]


def _levels(clocks: Iterable[Clock]) -> dict[tuple[str, str, Level], LevelOutlook]:
    """Every level of every clock, reached or ahead."""
    return {
        (clock.bound.rule.layer.value, clock.bound.rule.name, each.level): LevelOutlook(
            clock.bound.rule.layer, clock.bound.rule.name, clock.bound.rule.label, each.level, each.at
        )
        for clock in clocks
        for each in clock.crossings
    }


def _in_time(levels: Iterable[LevelOutlook]) -> tuple[LevelOutlook, ...]:
    return tuple(sorted(levels, key=lambda each: (each.at, -RANKS[each.level], each.layer, each.name)))


def _outlooks(
    book: Book, before: Iterable[Clock], after: Iterable[Clock], now: datetime
) -> Iterator[ClockOutlook]:
    """Every clock there is before or after, in the order of the policies."""
    earlier, later = _by_key(before), _by_key(after)
    for key in dict.fromkeys((*later, *earlier)):
        old, new = earlier.get(key), later.get(key)
        shown = new or earlier[key]
        yield ClockOutlook(
            layer=shown.bound.rule.layer,
            name=shown.bound.rule.name,
            label=shown.bound.rule.label,
            unit=shown.standing.unit,
            limit=shown.standing.limit,
            effect=_effect(old, new),
            before=read(old.standing, book.rules.calendar, now) if old else None,
            after=read(new.standing, book.rules.calendar, now) if new else None,
        )


def _by_key(clocks: Iterable[Clock]) -> dict[_Key, Clock]:
    return {(each.bound.rule.layer.value, each.bound.rule.name): each for each in clocks}


def _effect(old: Clock | None, new: Clock | None) -> ClockEffect:
    if new is None:
        return ClockEffect.VANISHES
    if old is None:
        return ClockEffect.STARTS
    was, now = old.standing, new.standing
    if now.cut_at is not None and was.cut_at is None:
        return ClockEffect.ENDS
    if now.stopped_at is not None and was.stopped_at is None:
        return ClockEffect.STOPS
    if was.running != now.running:
        return ClockEffect.RESUMES if now.running else ClockEffect.PAUSES
    return ClockEffect.STAYS if was == now else ClockEffect.MOVES


def _found(
    book: Book, before: Projection | None, after: Projection, event: Event, now: datetime
) -> Iterator[Finding]:
    """What would be found that is not found already."""
    held = set(findings.find(before, book.rules.calendar)) if before else set()
    yield from (each for each in findings.find(after, book.rules.calendar) if each not in held)
    for fact in after.facts:
        if fact.seq == event.seq:
            late = findings.late_recorded(fact, local(now).date(), book.rules.calendar)
            yield from [late] if late else []
