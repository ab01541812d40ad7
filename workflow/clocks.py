"""A clock is a fold over facts: from what happened to the spans in which the clock ran.

A policy names the events; this module turns a history into running intervals and hands them to
``limits``.  It counts no day itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from limits.calendar import Calendar
from limits.clock import Allowance, Crossing, Span, Standing, Track, crossings, dated_allowance, settle
from limits.periods import last_day
from limits.policy import BoundClock, ClockRole, ClockRule, Subject
from limits.spans import Interval, subtract, union
from limits.terms import Unit
from limits.zone import local
from workflow.events import EventType
from workflow.history import Fact, accepted_on, first, suspensions
from workflow.rules import Calendars, Rules

ENDINGS = (EventType.TERMINATED, EventType.VOIDED)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one application: its rule, the calendar that counts it, its history, what that amounts to."""

    bound: BoundClock
    calendar: Calendar
    track: Track
    standing: Standing
    crossings: tuple[Crossing, ...]


def clocks_of(facts: Sequence[Fact], subject: Subject, rules: Rules, known_at: datetime) -> list[Clock]:
    """Every clock that binds the application and has started, in the order of the policies.

    An open clock is counted by the calendar known at ``known_at``.  A verdict once given is not moved
    by a calendar published or amended later (domain §5.7): a clock that was stopped keeps the calendar
    known when that was recorded.
    """
    suspended = [(begun.at, ended.at if ended else None) for begun, ended in suspensions(facts)]
    ended = next((fact for fact in facts if fact.type in ENDINGS), None)
    archived = first(facts, EventType.ARCHIVED)
    happened = {fact.type for fact in facts}
    found = []
    for bound in rules.policies.bind(subject, accepted_on(facts)):
        if not bound.rule.starts.isdisjoint(happened):
            closed = ended or (archived if bound.rule.role is ClockRole.NODE else None)
            clock = clock_of(bound, facts, suspended, closed, rules.calendars, known_at)
            found += [clock] if clock else []
    return found


def clock_of(
    bound: BoundClock,
    facts: Sequence[Fact],
    suspended: Sequence[Interval],
    ended: Fact | None,
    calendars: Calendars,
    known_at: datetime,
) -> Clock | None:
    """One clock; None when it never started, or is not judged without a record.

    What comes after the end of the application stops nothing: a terminated one is judged in no clock
    (domain §4).  A stage nobody finished ends with the archiving (X): it was not met, and alarms no more.
    """
    ran, stop = _runs(bound.rule, facts)
    if ended is not None and stop is not None and (ended.at, ended.seq) < (stop.at, stop.seq):
        stop = None
    closing = stop or ended
    calendar = calendars.at(closing.recorded_at if closing else known_at)
    track = _track(bound, facts, ran, stop, suspended, ended, calendar)
    if track is None:
        return None
    return Clock(bound, calendar, track, settle(track, calendar), crossings(track, bound.ladder, calendar))


def _track(
    bound: BoundClock,
    facts: Sequence[Fact],
    ran: Sequence[Interval],
    stop: Fact | None,
    suspended: Sequence[Interval],
    ended: Fact | None,
    calendar: Calendar,
) -> Track | None:
    rule = bound.rule
    if not ran or (rule.needs is not None and first(facts, EventType.of(rule.needs)) is None):
        return None
    start = ran[0][0]
    allowances = _allowances(bound, facts, start, calendar)
    if rule.dated_by is not None and not allowances:
        return None
    outside = list(suspended)
    for begin, finish in rule.outside:
        outside += pairs(facts, EventType.of(begin), EventType.of(finish))
    after = first(facts, EventType.of(rule.after)) if rule.after else None
    if after is not None:
        outside.append((start, max(after.at, start)))
    cut = ended if stop is None else None
    if cut is not None:
        outside.append((max(cut.at, start), None))
    spans = subtract(ran, outside) or [(start, start)]
    return Track(
        spans=tuple(Span(*each) for each in spans),
        allowances=allowances,
        unit=Unit.MINUTE if bound.unit is Unit.MINUTE else Unit.WORKING_DAY,
        stopped_at=stop.at if stop else None,
        cut_at=cut.at if cut else None,
    )


def pairs(facts: Iterable[Fact], begin: EventType, finish: EventType) -> list[Interval]:
    """The intervals from each ``begin`` to the next ``finish``; the last may be open."""
    found: list[Interval] = []
    opened: datetime | None = None
    for fact in facts:
        if fact.type is begin and opened is None:
            opened = fact.at
        elif fact.type is finish and opened is not None:
            found.append((opened, fact.at))
            opened = None
    return [*found, (opened, None)] if opened is not None else found


def _runs(rule: ClockRule, facts: Iterable[Fact]) -> tuple[list[Interval], Fact | None]:
    """When the clock ran by its own events, and the fact that stopped it for good.

    A failed inspection ends an interval and does not stop the clock; the next request opens a new
    interval of the same clock (domain §3), also where the regulator's clock had stopped.  A finish
    dated before its start is a finding, not a running clock: it is taken as an interval of no length.
    """
    opened: dict[int, datetime] = {}
    seen: set[int] = set()
    ran: list[Interval] = []
    early: set[int] = set()
    stop: Fact | None = None
    for fact in facts:
        for index, starts in rule.touches.get(fact.type, ()):
            if not starts:
                if index in opened:
                    ran.append((opened.pop(index), fact.at))
                elif index not in seen:
                    early.add(index)
            elif index in early:
                early.discard(index)
                seen.add(index)
                ran.append((fact.at, fact.at))
            elif index not in opened and (stop is None or rule.runs[index][1] & rule.stops):
                opened[index] = fact.at
                seen.add(index)
        if fact.type in rule.stops and (opened or stop is None or (ran and ran[-1][1] == fact.at)):
            ran += [(start, max(start, fact.at)) for start in opened.values()]
            opened.clear()
            stop = fact
    ran += [(start, None) for start in opened.values()]
    return union(ran), None if opened else stop


def _allowances(
    bound: BoundClock, facts: Sequence[Fact], start: datetime, calendar: Calendar
) -> tuple[Allowance, ...]:
    if bound.rule.dated_by is not None:
        return tuple(_dated(bound.rule, facts, start, calendar))
    if bound.limit is None:
        return ()
    if bound.limit.unit in (Unit.WORKING_DAY, Unit.MINUTE):
        return (Allowance(bound.limit.value),)
    due_on = last_day(local(start).date(), bound.limit.value, bound.limit.unit, calendar)
    return (dated_allowance(start, due_on, calendar),)


def _dated(rule: ClockRule, facts: Sequence[Fact], start: datetime, calendar: Calendar) -> list[Allowance]:
    """The agreed date, from when it was agreed; brought forward by the day the customer was ready."""
    found: list[Allowance] = []
    agreed: date | None = None
    ready: date | None = None
    for fact in facts:
        if fact.type == rule.dated_by:
            agreed = date.fromisoformat(fact.payload["on"])
        elif fact.type == rule.capped_by:
            ready = local(fact.at).date()
        else:
            continue
        if agreed is not None:
            on = min(agreed, ready) if ready is not None else agreed
            if fact.at <= start:
                found.clear()
            found.append(dated_allowance(start, on, calendar, None if fact.at <= start else fact.at))
    return found
