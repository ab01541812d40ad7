"""The month worked out a second way: every application folded from its events, one loop, no SQL."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from statistics import mean, median

import sqlalchemy as sa

from limits.clock import read
from limits.policy import Layer, Role
from limits.terms import Status, Verdict
from limits.zone import local
from workflow import store
from workflow.book import Book
from workflow.clocks import Clock
from workflow.projection import Projection, project
from workflow.tables import application


def projections(book: Book, as_of: datetime) -> Iterator[tuple[str, Projection, Projection]]:
    """Each application not void: its number, how it stood at ``as_of``, how it stands now."""
    with store.reading(book.engine) as connection:
        for row in connection.execute(sa.select(application.c.id, application.c.number)).all():
            events = store.events_of(connection, row.id)
            now = project(events, book.rules)
            if now.status is not Status.VOIDED and now.accepted_at <= as_of:
                yield row.number, project(events, book.rules, until=as_of), now


@dataclass
class Slow:
    """The counted parts of report.json, added to application by application."""

    month: str
    accepted: Counter[str] = field(default_factory=Counter)
    archived: Counter[str] = field(default_factory=Counter)
    on_time: Counter[tuple[str, str]] = field(default_factory=Counter)
    base: Counter[tuple[str, str]] = field(default_factory=Counter)
    nodes: list[bool] = field(default_factory=list)
    supporting: list[bool] = field(default_factory=list)
    used: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    capacities: dict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    levels: Counter[str] = field(default_factory=Counter)
    late: set[tuple[str, str, str]] = field(default_factory=set)
    open_late: set[tuple[str, str, str, int]] = field(default_factory=set)

    def spread(self) -> dict[str, dict[str, float]]:
        return {
            label: {
                "n": len(days),
                "mean": mean(days),
                "median": median(days),
                "p90": min(day for day in days if 10 * sum(each <= day for each in days) >= 9 * len(days)),
                "longest": max(days),
            }
            for label, days in self.used.items()
        }


def slow_month(book: Book, month: str, as_of: datetime) -> Slow:
    """One loop over everything."""
    slow = Slow(month)
    for number, then, now in projections(book, as_of):
        slow.accepted[_class(then)] += _in(month, then.accepted_at)
        for clock in now.clocks:
            if clock.bound.rule.layer is Layer.LOCAL:
                reached = [each for each in clock.crossings if _in(month, each.at) and each.at <= as_of]
                slow.levels.update(each.level.value for each in reached)
        if then.status is Status.OPEN:
            _add_open(slow, book, number, then, as_of)
        elif then.archived_at is not None and _in(month, then.archived_at):
            _add_archived(slow, number, then)
    return slow


def _add_open(slow: Slow, book: Book, number: str, then: Projection, as_of: datetime) -> None:
    slow.capacities[_class(then)].append(then.registration.capacity)
    for clock in filter(_counts, then.clocks):
        reading = read(clock.standing, book.rules.calendar, as_of)
        if reading.verdict is Verdict.OPEN_LATE:
            slow.open_late.add((number, *_key(clock), reading.used))


def _add_archived(slow: Slow, number: str, then: Projection) -> None:
    label = _class(then)
    slow.archived[label] += 1
    slow.used[label] += [clock.standing.used for clock in _judged(then, Layer.LOCAL, Role.TOTAL)]
    slow.late |= {(number, *_key(clock)) for clock in then.clocks if _counts(clock) and not _met([clock])}
    for layer in Layer:
        if totals := _judged(then, layer, Role.TOTAL):
            slow.base[layer.value, label] += 1
            slow.on_time[layer.value, label] += _met(totals)
    if then.registration.customer_class.high_voltage:
        slow.nodes += [_met(clocks) for clocks in [_judged(then, Layer.LOCAL, Role.NODE)] if clocks]
    slow.supporting += [_met(clocks) for clocks in [_judged(then, Layer.LOCAL, Role.SUPPORTING)] if clocks]


def _class(then: Projection) -> str:
    return then.registration.customer_class.label


def _judged(then: Projection, layer: Layer, role: Role) -> list[Clock]:
    return [clock for clock in then.clocks if _of(clock, layer, role)]


def _in(month: str, at: datetime) -> bool:
    return f"{local(at):%Y-%m}" == month


def _of(clock: Clock, layer: Layer, role: Role) -> bool:
    return (clock.bound.rule.layer, clock.bound.rule.role) == (
        layer,
        role,
    ) and clock.standing.limit is not None


def _counts(clock: Clock) -> bool:
    return any(_of(clock, layer, Role.TOTAL) for layer in Layer) or any(
        _of(clock, Layer.LOCAL, role) for role in (Role.NODE, Role.SUPPORTING)
    )


def _met(clocks: list[Clock]) -> bool:
    return all(clock.standing.final is Verdict.MET for clock in clocks)


def _key(clock: Clock) -> tuple[str, str]:
    return clock.bound.rule.layer.value, clock.bound.rule.label
