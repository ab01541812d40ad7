"""What a report about a period tells of alarms: how many, how fast they were seen to, orders, lapsing plans.

Plain columns and rows, because nothing here knows of reports.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from alerts.handlings import Handled, Subject, handled, last
from alerts.kinds import Act, AlertKind
from alerts.orders.clock import ENDED, clock_of
from alerts.orders.rows import ORDERS
from alerts.routing import WATCHERS
from alerts.tables import alert, supervision_order
from limits.clock import read
from limits.terms import Level, Term
from limits.zone import local
from workflow.past import Past
from workflow.rules import Rules
from workflow.tables import application, threshold

PAGE = 500
Told = Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]
ALARMS = (
    *("kind", "level", "layer", "class", "unit", "station"),
    *("withheld", "seen", "answered", "closed", "n"),
)
MINUTES = ("kind", "level", "layer", "station", "act", "working", "minutes", "n")
ANSWERS = ("number", "station", "kind", "level", "layer", "clock", "reached_at", "act", "actor", "at", "text")
PLANS = ("number", "class", "unit", "station", "manager", "level", "reached_at", "text")
ORDER = (
    *("order", "number", "unit", "station", "opened_at", "automatic", "state", "limit", "used", "due_on"),
    *("verdict", "level", "replied_at", "ended_at", "opened_in_period"),
)


class Seen(Term):
    """Whether an alarm was acknowledged before it would have climbed to the next people."""

    IN_TIME = "in_time", "按时签收"
    LATE = "late", "逾时签收"
    MISSED = "missed", "逾时未签收"
    WAITING = "waiting", "待签收"
    UNASKED = "unasked", "不要求签收"


def alarm_facts(rules: Rules) -> Callable[[Past, datetime, datetime], Told]:
    """What tells of the alarms reached in a period: (what was on record, begins, ends).

    An alarm counts from when people were told of it, or it was written down why they are not; an act from when it
    was recorded.  ``alarms`` counts them by whether they were acknowledged in time, answered and closed; ``alarm_minutes`` is
    a histogram of the minutes from telling to the first acknowledgement and answer, of working hours where
    ``working``; ``answers`` is what people wrote; ``plans`` those that lapse; ``orders`` the 督办单 that were
    open in the period.
    """

    def told(past: Past, begins: datetime, ends: datetime) -> Told:
        found = _Alarms(rules.known_at(past.at), past.at)
        for page in _pages(past, begins, ends):
            found.add_page(past.connection, page)
        orders = list(_orders(past, found.rules, begins, ends))
        return {**found.tables(), "orders": (ORDER, orders)}

    return told


_JOINED = alert.outerjoin(application, application.c.id == alert.c.application_id).outerjoin(
    threshold, threshold.c.id == alert.c.threshold_id
)
_WHOSE = (
    *(application.c.customer_class, application.c.unit.label("company")),
    *(application.c.station, application.c.manager),
)
_CROSSED = (
    *(threshold.c.application_id, threshold.c.layer, threshold.c.name),
    *(threshold.c.level, threshold.c.crosses_at),
)
_COLUMNS = (
    *(alert.c.id, alert.c.kind, alert.c.level, alert.c.layer, alert.c.name, alert.c.reached_at),
    *(alert.c.told_at, alert.c.withheld, alert.c.text, alert.c.unit.label("place")),
    *(alert.c.application_id, application.c.number, *_WHOSE),
    *(each.label(f"crossed_{each.name}") for each in _CROSSED),
)


def _pages(past: Past, begins: datetime, ends: datetime) -> Iterator[Sequence[Any]]:
    """The alarms reached in the period; one that a correction undid was not."""
    after = 0
    reached = sa.and_(alert.c.reached_at >= begins, alert.c.reached_at < ends, alert.c.told_at <= past.at)
    raised = sa.or_(alert.c.withdrawn_at.is_(None), alert.c.withdrawn_at > past.at)
    standing = sa.or_(threshold.c.withdrawn_at.is_(None), past.moved)
    every: sa.Select[Any] = sa.select(*_COLUMNS, past.moved.label("moved"))
    wanted = every.select_from(_JOINED).where(reached, raised, standing).order_by(alert.c.id)
    while True:
        rows = past.connection.execute(wanted.where(alert.c.id > after).limit(PAGE)).all()
        if rows:
            yield list(_as_they_were(past, rows))
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _as_they_were(past: Past, rows: Sequence[sa.Row[Any]]) -> Iterator[Any]:
    """``rows`` with whose their applications were then; without the levels that were not reached by what was known."""
    moved = [row.application_id for row in rows if row.moved]
    whose, crossed = past.as_they_were(moved, *_WHOSE), _standing(past, moved)
    for row in rows:
        level = tuple(getattr(row, f"crossed_{each.name}") for each in _CROSSED)
        if not row.moved:
            yield row
        elif row.application_id in whose and (level in crossed or level[0] is None):
            then = whose[row.application_id]._asdict()
            yield SimpleNamespace(**{**row._asdict(), **then, "id": row.id})


def _standing(past: Past, ids: Sequence[int]) -> set[tuple[Any, ...]]:
    """The levels, past and ahead, of those of ``ids`` that were rebuilt."""
    if past.rebuilt is None or not ids:
        return set()
    wanted = sa.select(*_CROSSED).where(
        threshold.c.application_id.in_(ids), threshold.c.withdrawn_at.is_(None)
    )
    return {tuple(row) for row in past.rebuilt.execute(wanted)}


@dataclass
class _Alarms:
    """The alarms of a period, counted page by page."""

    rules: Rules
    as_of: datetime
    counted: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    minutes: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    answers: list[tuple[Any, ...]] = field(default_factory=list)
    plans: list[tuple[Any, ...]] = field(default_factory=list)

    def add_page(self, connection: sa.Connection, page: Sequence[Any]) -> None:
        acts = handled(connection, Subject.ALERT, [row.id for row in page])
        for row in page:
            self._add(row, [each for each in acts.get(row.id, ()) if each.recorded_at <= self.as_of])

    def tables(self) -> Told:
        return {
            "alarms": (ALARMS, [(*key, n) for key, n in self.counted.items()]),
            "alarm_minutes": (MINUTES, [(*key, n) for key, n in self.minutes.items()]),
            "answers": (ANSWERS, self.answers),
            "plans": (PLANS, self.plans),
        }

    def _add(self, row: Any, records: Sequence[Handled]) -> None:
        answered, closed = last(records, Act.ANSWERED), last(records, Act.CLOSED)
        station = row.station or row.place
        what = (row.kind, row.level, row.layer)
        seen = self._seen(row, records)
        whose = (row.customer_class, row.company, station)
        key = (*what, *whose, row.withheld or "", seen, answered is not None, closed is not None)
        self.counted[key] += 1
        self._add_minutes(row, records, station)
        about = (row.number, station, row.kind, row.level, row.layer, row.name, row.reached_at)
        self.answers += [(*about, each.act, each.actor, each.at, each.text) for each in records if each.text]
        if row.kind == AlertKind.PLAN.value:
            who = (row.number, row.customer_class, row.company, station, row.manager)
            self.plans.append((*who, row.level, row.reached_at, row.text))

    def _seen(self, row: Any, records: Sequence[Handled]) -> Seen:
        """By the ladder in force when people were told, as :class:`alerts.routing.Routing` climbs."""
        if row.withheld is not None or AlertKind.of(row.kind) in WATCHERS:
            return Seen.UNASKED
        until = self._until(row)
        if until is None:
            return Seen.UNASKED
        if records:
            return Seen.IN_TIME if records[0].at <= until else Seen.LATE
        return Seen.WAITING if self.as_of <= until else Seen.MISSED

    def _until(self, row: Any) -> datetime | None:
        ladder = self.rules.policies.escalation(local(row.told_at).date())
        telling = ladder.telling(Level.of(row.level))
        if telling.climb_after is None:
            return None
        if telling.at_once:
            return local(row.told_at) + timedelta(minutes=telling.climb_after)
        return ladder.hours.after(row.told_at, telling.climb_after, self.rules.calendar)

    def _add_minutes(self, row: Any, records: Sequence[Handled], station: str) -> None:
        if row.withheld is not None:
            return
        ladder = self.rules.policies.escalation(local(row.told_at).date())
        at_once = ladder.telling(Level.of(row.level)).at_once
        answer = next((each for each in records if each.act is Act.ANSWERED), None)
        for act, record in ((Act.ACKNOWLEDGED, records[0] if records else None), (Act.ANSWERED, answer)):
            if record is None:
                continue
            took = record.at - row.told_at
            if not at_once:
                took = ladder.hours.between(row.told_at, record.at, self.rules.calendar)
            minutes = max(int(took / timedelta(minutes=1)), 0)
            self.minutes[(row.kind, row.level, row.layer, station, act.value, not at_once, minutes)] += 1


def _orders(past: Past, rules: Rules, begins: datetime, ends: datetime) -> Iterator[tuple[Any, ...]]:
    """The orders on record and not ended before the period began, as they stood then."""
    after = 0
    opened_at = supervision_order.c.opened_at
    every = ORDERS.add_columns(past.moved.label("moved")).where(opened_at < ends, opened_at <= past.at)
    wanted = every.order_by(supervision_order.c.id)
    while rows := past.connection.execute(wanted.where(supervision_order.c.id > after).limit(PAGE)).all():
        after = rows[-1].id
        acts = handled(past.connection, Subject.ORDER, [row.id for row in rows])
        moved = [row.application_id for row in rows if row.moved]
        stations = past.as_they_were(moved, application.c.station)
        for row in rows:
            known = [each for each in acts[row.id] if each.recorded_at <= past.at]
            station = stations[row.application_id].station if row.application_id in stations else row.station
            told = _order(row, station, known, rules, begins, past.at) if known else None
            if told is not None:
                yield told


def _order(
    row: sa.Row[Any],
    station: str | None,
    records: Sequence[Handled],
    rules: Rules,
    begins: datetime,
    as_of: datetime,
) -> tuple[Any, ...] | None:
    clock = clock_of(records, row.limit_value, rules)
    ended_at = records[-1].at if clock.state in ENDED else None
    if ended_at is not None and ended_at < begins:
        return None
    reading = read(clock.standing, clock.calendar, as_of)
    reached = [each.level for each in clock.crossings if each.at <= as_of]
    replied = next((each.at for each in records if each.act is Act.REPLIED), None)
    about = (row.number, row.application_number, row.unit, station, row.opened_at)
    return (
        *about,
        row.threshold_id is not None,
        *(clock.state, row.limit_value, reading.used, reading.due_on, reading.verdict),
        reached[-1] if reached else None,
        *(replied, ended_at, row.opened_at >= begins),
    )
