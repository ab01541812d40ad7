"""What a history shows that should not be: each with a code, the evidence and the people (domain §7).

Looked for in every import and after every record; finding something changes no clock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from limits.calendar import Calendar
from limits.policy import Check
from limits.terms import Status, Term
from limits.zone import local
from workflow.events import BESIDE_STEPS, RANK, EventType
from workflow.history import Fact
from workflow.machine import AWAKE, Impossible
from workflow.projection import Projection

E = EventType

BACKFILLED_DAYS = 3
MANY_STEPS = 4
WITHIN = timedelta(minutes=10)
JUST_BEFORE_DAYS = 1


class Code(Term):
    SEQUENCE = "sequence", "时间倒置"
    APPROVAL_AFTER_REPLY = "approval_after_reply", "先答复后审批"
    BACKFILLED = "backfilled", "事后补录"
    OUTSIDE_SYSTEM = "outside_system", "体外循环"
    RESTARTED = "restarted", "注销重报"
    ONE_PERSON = "one_person", "一人多岗"
    EXTRA_DOCUMENT = "extra_document", "多收资料"
    SKIPPED_CHECK = "skipped_check", "缺少检查"
    EXTRA_CHECK = "extra_check", "多余检查"
    SUSPENSION = "suspension", "挂起不规范"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found; ``evidence`` identifies it, so that it is found once."""

    code: Code
    evidence: str
    people: tuple[str, ...] = ()


def find(projected: Projection, calendar: Calendar) -> list[Finding]:
    """Everything one application's history shows by itself."""
    facts = projected.facts
    manager = (projected.registration.manager,) if projected.registration.manager else ()
    misplaced = list(_out_of_order(facts, manager))
    named = {seq for seq, _ in misplaced}
    found = [
        *(each for _, each in misplaced),
        *_not_possible([each for each in projected.impossible if each.fact.seq not in named], manager),
        *_checks(projected, manager),
        *_documents(projected, manager),
        *_suspensions(projected, calendar),
        *_one_person(facts),
        *_hurried(facts),
    ]
    return list(dict.fromkeys(found))


# 前后次序 [廉洁]: a later thing dated before an earlier one.
_ORDER: tuple[tuple[EventType, EventType], ...] = (
    (E.APPLIED, E.ACCEPTED),
    (E.ACCEPTED, E.PLAN_REPLIED),
    (E.PLAN_REPLIED, E.WORKS_STARTED),
    (E.WORKS_STARTED, E.WORKS_FINISHED),
    (E.DESIGN_SUBMITTED, E.DESIGN_PASSED),
    (E.INTERIM_REQUESTED, E.INTERIM_STARTED),
    (E.INTERIM_REQUESTED, E.INTERIM_PASSED),
    (E.INTERIM_STARTED, E.INTERIM_PASSED),
    (E.WORKS_FINISHED, E.COMPLETION_REPORTED),
    (E.COMPLETION_REPORTED, E.FINAL_STARTED),
    (E.COMPLETION_REPORTED, E.FINAL_PASSED),
    (E.FINAL_STARTED, E.FINAL_PASSED),
    (E.FINAL_PASSED, E.FORMALITIES_DONE),
    (E.FINAL_PASSED, E.ENERGIZED),
    (E.FORMALITIES_DONE, E.ENERGIZED),
    (E.ENERGIZED, E.ARCHIVED),
    (E.SUPPORTING_STARTED, E.SUPPORTING_FINISHED),
    (E.SUPPORTING_FINISHED, E.ENERGIZED),
    (E.SUSPENDED, E.RESUMED),
)
_OUTSIDE = (E.WORKS_STARTED, E.SUPPORTING_STARTED, E.FINAL_STARTED, E.ENERGIZED)


def _out_of_order(facts: Sequence[Fact], manager: tuple[str, ...]) -> Iterator[tuple[int, Finding]]:
    """Each with the record that stands too early."""
    last = {fact.type: fact for fact in facts}
    firsts: dict[EventType, Fact] = {}
    for fact in facts:
        firsts.setdefault(fact.type, fact)
    for earlier, later in _ORDER:
        if earlier in firsts and later in last and last[later].at < firsts[earlier].at:
            evidence = f"{_said(last[later])}早于{_said(firsts[earlier])}"
            yield last[later].seq, Finding(Code.SEQUENCE, evidence, manager)
    if E.PLAN_APPROVED in last and E.PLAN_REPLIED in firsts:
        approved, replied = last[E.PLAN_APPROVED], firsts[E.PLAN_REPLIED]
        if replied.at < approved.at:
            people = tuple(dict.fromkeys((approved.actor, replied.actor)))
            evidence = f"{_said(replied)}早于{_said(approved)}"
            yield approved.seq, Finding(Code.APPROVAL_AFTER_REPLY, evidence, people)
    accepted = firsts.get(E.ACCEPTED)
    for event_type in _OUTSIDE:
        if accepted and event_type in firsts and firsts[event_type].at < accepted.at:
            evidence = f"{_said(firsts[event_type])}早于{_said(accepted)}"
            yield firsts[event_type].seq, Finding(Code.OUTSIDE_SYSTEM, evidence, manager)


_CHECK_EVENTS: dict[EventType, Check] = {
    E.DESIGN_SUBMITTED: Check.DESIGN_REVIEW,
    E.DESIGN_PASSED: Check.DESIGN_REVIEW,
    E.DESIGN_FAILED: Check.DESIGN_REVIEW,
    E.INTERIM_REQUESTED: Check.INTERIM_INSPECTION,
    E.INTERIM_STARTED: Check.INTERIM_INSPECTION,
    E.INTERIM_PASSED: Check.INTERIM_INSPECTION,
    E.INTERIM_FAILED: Check.INTERIM_INSPECTION,
    E.COMPLETION_REPORTED: Check.FINAL_INSPECTION,
    E.FINAL_STARTED: Check.FINAL_INSPECTION,
    E.FINAL_PASSED: Check.FINAL_INSPECTION,
    E.FINAL_FAILED: Check.FINAL_INSPECTION,
}


def _not_possible(impossible: Iterable[Impossible], manager: tuple[str, ...]) -> Iterator[Finding]:
    """What the machine refused and no other rule names.

    The date a ledger promises is only assumed to have been agreed at acceptance, so it blames nobody.
    """
    for each in impossible:
        if each.fact.type in _CHECK_EVENTS or _assumed(each.fact):
            continue
        asleep = AWAKE.reason in each.reasons
        others = "；".join(reason for reason in each.reasons if reason != AWAKE.reason)
        if each.fact.type in (E.SUSPENDED, E.RESUMED):
            yield Finding(Code.SUSPENSION, f"{_said(each.fact)}时，{others}", manager)
        elif others:
            yield Finding(Code.SEQUENCE, f"{_said(each.fact)}时，{others}", manager)
        if asleep:
            yield Finding(Code.SUSPENSION, f"{_said(each.fact)}发生在挂起期间", manager)


def _assumed(fact: Fact) -> bool:
    return fact.type is E.CONTRACT_AGREED and bool(fact.payload.get("imported"))


def _checks(projected: Projection, manager: tuple[str, ...]) -> Iterator[Finding]:
    """设计审查、中间检查、竣工检验 [34]: missing where the class has it, held where it has not."""
    facts, checks = projected.facts, projected.checks
    class_label = projected.registration.customer_class.label
    for check in Check:
        held = [fact for fact in facts if _CHECK_EVENTS.get(fact.type) is check]
        if held and check not in checks:
            yield Finding(
                Code.EXTRA_CHECK, f"{class_label}客户不应有{check.label}，却有{_said(held[0])}", manager
            )
    works = projected.registration.customer_works
    energized = next((fact for fact in facts if fact.type is E.ENERGIZED), None)
    passed = {E.DESIGN_PASSED, E.INTERIM_PASSED, E.FINAL_PASSED}
    seen = {_CHECK_EVENTS[fact.type] for fact in facts if fact.type in passed}
    if energized and works:
        for check in Check:
            if check in checks and check not in seen:
                evidence = f"{class_label}客户已{_said(energized)}，没有{check.label}合格记录"
                yield Finding(Code.SKIPPED_CHECK, evidence, manager)


def _documents(projected: Projection, manager: tuple[str, ...]) -> Iterator[Finding]:
    """收资清单 [34]: a document that was taken and is not on the list of the class, said once for each kind."""
    class_label = projected.registration.customer_class.label
    allowed = projected.papers
    taken: dict[str, Fact] = {}
    for fact in projected.facts:
        if fact.type is E.DOCUMENT_RECEIVED:
            taken.setdefault(str(fact.payload.get("kind", "")), fact)
    for kind, fact in taken.items():
        if allowed is not None and kind not in allowed:
            name = str(fact.payload.get("name") or kind or "没有写名称的资料")[:60]
            yield Finding(
                Code.EXTRA_DOCUMENT, f"{class_label}客户的资料清单中没有“{name}”，却有{_said(fact)}", manager
            )


def _suspensions(projected: Projection, calendar: Calendar) -> Iterator[Finding]:
    """挂起 (X): without evidence, approved by its handler, or just before a deadline."""
    for fact in projected.facts:
        if fact.type is not E.SUSPENDED:
            continue
        handler, approver = fact.payload.get("handler", ""), fact.payload.get("approver", "")
        people = tuple(dict.fromkeys(person for person in (handler, approver) if person))
        if not fact.payload.get("evidence") or not fact.payload.get("reason"):
            yield Finding(Code.SUSPENSION, f"{_said(fact)}没有依据或原因", people)
        if not approver or approver == handler:
            yield Finding(Code.SUSPENSION, f"{_said(fact)}由经办人自批或无人批准", people)
        on = local(fact.at).date()
        for clock in projected.clocks:
            if clock.bound.rule.dated_by is not None:
                continue  # what was left then is not what the date brought forward since would leave
            left = _left_before(clock.track.spans, clock.standing.limit, on, calendar)
            if clock.bound.rule.layer == "local" and left is not None and left <= JUST_BEFORE_DAYS:
                label = clock.bound.rule.label
                yield Finding(Code.SUSPENSION, f"{_said(fact)}时“{label}”只剩 {left} 个工作日", people)


def _left_before(spans: Sequence[object], limit: int | None, on: date, calendar: Calendar) -> int | None:
    """Working days left on ``on`` of a clock that was running then and not yet late; else None."""
    used = 0
    for span in spans:
        start = local(span.start).date()  # type: ignore[attr-defined]
        end = span.end and local(span.end).date()  # type: ignore[attr-defined]
        if start > on:
            break
        used += calendar.count(start, min(end or on, on))
        if end == on and limit is not None and used <= limit:
            return limit - used
    return None


def _one_person(facts: Sequence[Fact]) -> Iterator[Finding]:
    """不相容岗位 [廉洁]: one person drafts and approves; inspects and energizes; takes every step."""
    by_type = {
        fact.type: fact
        for fact in facts
        if not fact.payload.get("imported") and fact.type not in BESIDE_STEPS
    }
    for one, other in ((E.PLAN_APPROVED, E.PLAN_REPLIED), (E.FINAL_PASSED, E.ENERGIZED)):
        if one in by_type and other in by_type and by_type[one].actor == by_type[other].actor:
            actor = by_type[one].actor
            yield Finding(
                Code.ONE_PERSON, f"{_said(by_type[one])}与{_said(by_type[other])}为同一人", (actor,)
            )
    actors = {fact.actor for fact in by_type.values()}
    if E.ENERGIZED in by_type and len(by_type) >= MANY_STEPS and len(actors) == 1:
        yield Finding(Code.ONE_PERSON, "从受理到接电全部由一人办理", tuple(actors))


def _hurried(facts: Sequence[Fact]) -> Iterator[Finding]:
    """补录 [34]: many steps said to have happened within minutes of each other."""
    steps = [
        fact
        for fact in facts
        if RANK[fact.type] > RANK[E.ACCEPTED]
        and fact.type not in BESIDE_STEPS | {E.SUSPENDED, E.RESUMED}
        and not _assumed(fact)
    ]
    for start in range(len(steps) - MANY_STEPS + 1):
        run = steps[start : start + MANY_STEPS]
        if run[-1].at - run[0].at <= WITHIN:
            people = tuple(dict.fromkeys(fact.actor for fact in run))
            minutes = int(WITHIN.total_seconds() // 60)
            evidence = f"{MANY_STEPS} 个环节在 {minutes} 分钟内完成：{_said(run[0])}起"
            yield Finding(Code.BACKFILLED, evidence, people)
            return


def late_recorded(fact: Fact, recorded_on: date, calendar: Calendar) -> Finding | None:
    """补录 [34]: written more than :data:`BACKFILLED_DAYS` working days (X) after it happened."""
    days = calendar.count(local(fact.at).date(), recorded_on)
    if days <= BACKFILLED_DAYS:
        return None
    return Finding(Code.BACKFILLED, f"{_said(fact)}，{days} 个工作日后才登记", (fact.actor,))


def restarted(number: str, ended: Status, at_place: str) -> Finding:
    """注销重报 (S): cancelled and applied again for the same place, the clock starting anew."""
    return Finding(Code.RESTARTED, f"同一地址 {at_place} 的申请 {number} 已{ended.label}后重新报装")


def _said(fact: Fact) -> str:
    return f"{fact.type.label}（{local(fact.at):%Y-%m-%d %H:%M}）"
