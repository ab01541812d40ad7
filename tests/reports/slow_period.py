"""A period worked out a second way: every application folded from its events, day by day, no SQL.

What is counted here stands beside the tables of :mod:`reports.facts`, in the same columns.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from alerts.tables import handling, supervision_order
from limits.calendar import Calendar
from limits.clock import read
from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import Status, Verdict
from limits.zone import local, midnight
from reports.facts.values import Rows, decimal_text
from reports.figures.shares import Share
from reports.periods import Period
from workflow import store
from workflow.book import Book
from workflow.clocks import Clock
from workflow.events import EventType
from workflow.history import Fact
from workflow.projection import Projection, project
from workflow.tables import application

E = EventType
COMPANYS = (
    ({E.ACCEPTED}, {E.PLAN_REPLIED}),
    ({E.DESIGN_SUBMITTED}, {E.DESIGN_PASSED, E.DESIGN_FAILED}),
    ({E.INTERIM_REQUESTED}, {E.INTERIM_PASSED, E.INTERIM_FAILED}),
    ({E.COMPLETION_REPORTED}, {E.FINAL_PASSED, E.FINAL_FAILED}),
    ({E.FORMALITIES_DONE}, {E.ENERGIZED}),
)
SIDES = {
    "suspended": (E.SUSPENDED, E.RESUMED),
    "works": (E.WORKS_STARTED, E.WORKS_FINISHED),
    "supporting": (E.SUPPORTING_STARTED, E.SUPPORTING_FINISHED),
    "approvals": (E.APPROVALS_SUBMITTED, E.APPROVALS_GRANTED),
}


@dataclass
class Slow:
    """Counters by the columns of the table of the same name, without its last (or last two)."""

    period: Period
    as_of: datetime
    counts: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    capacities: dict[tuple[Any, ...], Decimal] = field(default_factory=dict)
    base: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    met: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    clock_base: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    clock_met: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    days: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    owners: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    levels: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    provisional: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    excluded: set[tuple[Any, ...]] = field(default_factory=set)
    unmet: set[tuple[Any, ...]] = field(default_factory=set)
    open_late: set[tuple[Any, ...]] = field(default_factory=set)

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.period.begins <= at < self.period.ends and at <= self.as_of


def slow_period(book: Book, period: Period, as_of: datetime, on_record: datetime | None = None) -> Slow:
    """One loop over everything; ``on_record``: what had happened by ``as_of`` by what was written by then."""
    written_by = on_record or as_of
    slow = Slow(period, as_of)
    end = min(as_of, period.ends - timedelta(microseconds=1))
    for number, then, now in projections(book, written_by, as_of):
        whose = whose_of(then)
        _add_excluded(slow, number, now)
        for clock in then.clocks:
            rule = clock.bound.rule
            for each in clock.crossings:
                if slow.holds(each.at):
                    slow.levels[(rule.layer.value, rule.name, each.level.value, *whose[:3])] += 1
        if now.status is Status.VOIDED:
            continue
        if slow.holds(then.accepted_at):
            _count(slow, "accepted", then)
        if slow.holds(then.archived_at):
            _count(slow, "archived", then)
            _add_archived(slow, number, then, book.rules.calendar)
    for number, then, now in projections(book, written_by, end):
        if then.status is Status.OPEN and now.status is not Status.VOIDED:
            _count(slow, "in_progress", then)
            _add_open(slow, book, number, then, end)
    return slow


def agrees(ours: Mapping[str, Rows], slow: Slow) -> None:
    """What was gathered is what was worked out this way."""

    def counted(name: str) -> dict[Any, Any]:
        return {row[:-1]: row[-1] for row in ours[name].rows}

    assert set(ours["counts"].rows) == {
        (*key, n, decimal_text(slow.capacities[key])) for key, n in slow.counts.items()
    }
    assert set(ours["kept"].rows) == {(*key, n, slow.met[key]) for key, n in slow.base.items()}
    assert set(ours["clocks"].rows) == {(*key, n, slow.clock_met[key]) for key, n in slow.clock_base.items()}
    assert counted("days") == slow.days
    assert counted("owners") == slow.owners
    assert counted("levels") == slow.levels
    assert counted("provisional") == slow.provisional
    assert {(row["why"], row["number"], row["at"]) for row in ours["excluded"].dicts()} == slow.excluded
    unmet = {(row["number"], row["layer"], row["clock"]) for row in ours["unmet"].dicts()}
    assert unmet == slow.unmet
    open_late = {
        (row["number"], row["layer"], row["clock"], row["used"]) for row in ours["open_late"].dicts()
    }
    assert open_late == slow.open_late


def slow_orders(book: Book, period: Period, as_of: datetime) -> Share:
    """The 督办单 ended in time, of those ended or overdue; each walked day by day through what was recorded."""
    met = missed = outside = 0
    with store.reading(book.engine) as connection:
        acts = sa.select(handling).where(handling.c.subject == "order", handling.c.recorded_at <= as_of)
        records = connection.execute(acts.order_by(handling.c.seq)).all()
        for order in connection.execute(sa.select(supervision_order)).all():
            told = [each for each in records if each.subject_id == order.id]
            ended = [each for each in told if each.act in ("accepted", "cancelled")]
            if told and order.opened_at < period.ends and (not ended or ended[0].at >= period.begins):
                cancelled = bool(ended) and ended[0].act == "cancelled"
                late = not cancelled and _order_late(told, order.limit_value, book.rules.calendar, as_of)
                missed += late
                met += bool(ended) and not late and not cancelled
                outside += cancelled or not (ended or late)
    return Share(met, met + missed, outside)


def _order_late(told: Sequence[Any], limit: int, calendar: Calendar, as_of: datetime) -> bool:
    """Whether a midnight passed, after the last good day, while the answer was owed."""
    owed, used = False, 0
    day = local(told[0].at).date()
    while midnight(day) <= as_of:
        for each in told:
            if local(each.at).date() == day and each.act != "attached":
                owed = each.act in ("opened", "returned")
        day += timedelta(1)
        if owed and midnight(day) <= as_of:
            left = limit - used
            if left <= 0:
                return True
            used += calendar.is_workday(day)
    return False


def projections(
    book: Book, as_of: datetime, until: datetime | None = None
) -> Iterator[tuple[str, Projection, Projection]]:
    """Each application that was on record at ``as_of``: its number, how it stood then, all that was known of it.

    ``until``: how it stood at that earlier instant.
    """
    until = until or as_of
    with store.reading(book.engine) as connection:
        for row in connection.execute(sa.select(application.c.id, application.c.number)).all():
            events = [each for each in store.events_of(connection, row.id) if each.recorded_at <= as_of]
            if not events:
                continue
            now = project(events, book.rules)
            if now.accepted_at <= until:
                yield row.number, project(events, book.rules, until=until), now


def whose_of(then: Projection) -> tuple[str, str, str, str]:
    told = then.registration
    return told.customer_class.value, told.unit, told.station, told.manager


def _count(slow: Slow, move: str, then: Projection) -> None:
    key = (move, *whose_of(then))
    slow.counts[key] += 1
    slow.capacities[key] = slow.capacities.get(key, Decimal(0)) + then.registration.capacity


def _add_excluded(slow: Slow, number: str, now: Projection) -> None:
    """Out of every base since the first record that says so, whatever else was recorded since."""
    if now.status in (Status.TERMINATED, Status.VOIDED):
        ended = next(fact.at for fact in now.facts if fact.type.value == now.status.value)
        if slow.holds(ended):
            _count(slow, now.status.value, now)
            slow.excluded.add((now.status.value, number, ended.isoformat()))


def _add_open(slow: Slow, book: Book, number: str, then: Projection, end: datetime) -> None:
    for clock in then.clocks:
        rule = clock.bound.rule
        reading = read(clock.standing, book.rules.calendar, end)
        if clock.standing.limit is not None and clock.standing.final is None and clock.standing.due_at:
            last_day = local(clock.standing.due_at - timedelta(microseconds=1)).date()
            if last_day > book.rules.calendar.published_through:
                slow.provisional[(rule.layer.value, rule.name, *whose_of(then)[:3])] += 1
        if clock.standing.limit is not None and reading.verdict is Verdict.OPEN_LATE:
            slow.open_late.add((number, rule.layer.value, rule.name, reading.used))


def _add_archived(slow: Slow, number: str, then: Projection, calendar: Calendar) -> None:
    whose, high = whose_of(then), then.registration.customer_class.high_voltage
    limited = [clock for clock in then.clocks if clock.standing.limit is not None]
    for clock in limited:
        rule, standing = clock.bound.rule, clock.standing
        late_yet = standing.late_at is not None or (
            standing.due_at is not None and standing.due_at <= slow.as_of
        )
        if rule.role is ClockRole.OTHER and standing.stopped_at is None and not late_yet:
            continue
        key = (rule.layer.value, rule.role.value, rule.name)
        met = standing.final is Verdict.MET
        slow.clock_base[(*key, *whose)] += 1
        slow.clock_met[(*key, *whose)] += met
        if standing.stopped_at is not None:
            slow.days[(*key, standing.unit.value, *whose[:3], standing.used)] += 1
        if not met:
            slow.unmet.add((number, rule.layer.value, rule.name))
    _add_rules(slow, limited, whose, high=high)
    total = next((each for each in limited if _is(each, Layer.LOCAL, ClockRole.TOTAL)), None)
    if total is not None and total.standing.stopped_at is not None:
        begun, ended = total.standing.started_at, total.standing.stopped_at
        for owner, days in slow_owners(then.facts, begun, ended, calendar, high=high).items():
            slow.owners[(*whose[:3], owner, days)] += 1


def _add_rules(slow: Slow, limited: Sequence[Clock], whose: tuple[str, ...], *, high: bool) -> None:
    wanted: list[tuple[Layer, ClockRole]] = [(layer, ClockRole.TOTAL) for layer in Layer]
    wanted += [(Layer.LOCAL, ClockRole.SUPPORTING)] + ([(Layer.LOCAL, ClockRole.NODE)] if high else [])
    told: dict[str, bool] = {}
    for layer, role in wanted:
        if verdicts := [_met(each) for each in limited if _is(each, layer, role)]:
            told[f"{layer}.{role}"] = all(verdicts)
    if "local.total" in told:
        told["local.whole"] = told["local.total"] and told.get("local.node", True)
    for rule, met in told.items():
        slow.base[(rule, *whose)] += 1
        slow.met[(rule, *whose)] += met


def _is(clock: Clock, layer: Layer, role: ClockRole) -> bool:
    return (clock.bound.rule.layer, clock.bound.rule.role) == (layer, role)


def _met(clock: Clock) -> bool:
    return clock.standing.final is Verdict.MET


def slow_owners(
    facts: Sequence[Fact], begun: datetime, ended: datetime, calendar: Calendar, *, high: bool
) -> dict[str, int]:
    """Whose each working day was: whoever had it at the midnight with which it began."""
    found = dict.fromkeys(("company", "supporting", "customer", "approvals", "suspended"), 0)
    day = local(begun).date() + timedelta(1)
    while day <= local(ended).date():
        if calendar.is_workday(day):
            found[_owner(facts, midnight(day), high=high)] += 1
        day += timedelta(1)
    span = sum(found.values())
    return {**found, "span": span, "unsuspended": span - found["suspended"]}


def _owner(facts: Sequence[Fact], at: datetime, *, high: bool) -> str:
    before = [fact.type for fact in facts if fact.at < at]
    on = {name: before.count(begins) > before.count(ends) for name, (begins, ends) in SIDES.items()}
    if on["suspended"]:
        return "suspended"
    if high:
        companys = any(_open(before, starts, ends) for starts, ends in COMPANYS)
    else:
        companys = not on["works"]
    if companys and not (on["supporting"] and not high):
        return "company"
    if on["works"]:
        return "customer"
    return "supporting" if on["supporting"] else "approvals" if on["approvals"] else "customer"


def _open(before: Sequence[EventType], starts: set[EventType], ends: set[EventType]) -> bool:
    last = next((each for each in reversed(before) if each in starts | ends), None)
    return last in starts
