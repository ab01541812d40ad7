"""What a report about a period tells of alarms: how many, how fast they were seen to, orders, lapsing plans.

Plain columns and rows, because nothing here knows of reports.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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


def alarm_facts(rules: Rules) -> Callable[[sa.Connection, datetime, datetime, datetime], Told]:
    """What tells of the alarms reached in a period as known at ``as_of``: (connection, begins, ends, as_of).

    ``alarms`` counts them by whether they were acknowledged in time, answered and closed; ``alarm_minutes`` is
    a histogram of the minutes from telling to the first acknowledgement and answer, of working hours where
    ``working``; ``answers`` is what people wrote; ``plans`` those that lapse; ``orders`` the 督办单 that were
    open in the period.
    """

    def told(connection: sa.Connection, begins: datetime, ends: datetime, as_of: datetime) -> Told:
        found = _Alarms(rules, as_of)
        for page in _pages(connection, begins, ends, as_of):
            found.add_page(connection, page)
        orders = list(_orders(connection, rules, begins, ends, as_of))
        return {**found.tables(), "orders": (ORDER, orders)}

    return told


_JOINED = alert.outerjoin(application, application.c.id == alert.c.application_id).outerjoin(
    threshold, threshold.c.id == alert.c.threshold_id
)
_COLUMNS = (
    *(alert.c.id, alert.c.kind, alert.c.level, alert.c.layer, alert.c.name, alert.c.reached_at),
    *(alert.c.told_at, alert.c.withheld, alert.c.text, alert.c.unit.label("place")),
    *(application.c.number, application.c.customer_class, application.c.unit.label("company")),
    *(application.c.station, application.c.manager),
)


def _pages(
    connection: sa.Connection, begins: datetime, ends: datetime, as_of: datetime
) -> Iterator[Sequence[sa.Row[Any]]]:
    """The alarms reached in the period; one that a correction undid was not."""
    after = 0
    reached = sa.and_(alert.c.reached_at >= begins, alert.c.reached_at < ends, alert.c.reached_at <= as_of)
    standing = sa.and_(alert.c.withdrawn_at.is_(None), threshold.c.withdrawn_at.is_(None))
    every: sa.Select[Any] = sa.select(*_COLUMNS)
    wanted = every.select_from(_JOINED).where(reached, standing).order_by(alert.c.id)
    while True:
        rows = connection.execute(wanted.where(alert.c.id > after).limit(PAGE)).all()
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id


@dataclass
class _Alarms:
    """The alarms of a period, counted page by page."""

    rules: Rules
    as_of: datetime
    counted: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    minutes: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    answers: list[tuple[Any, ...]] = field(default_factory=list)
    plans: list[tuple[Any, ...]] = field(default_factory=list)

    def add_page(self, connection: sa.Connection, page: Sequence[sa.Row[Any]]) -> None:
        acts = handled(connection, Subject.ALERT, [row.id for row in page])
        for row in page:
            self._add(row, [each for each in acts.get(row.id, ()) if each.at <= self.as_of])

    def tables(self) -> Told:
        return {
            "alarms": (ALARMS, [(*key, n) for key, n in self.counted.items()]),
            "alarm_minutes": (MINUTES, [(*key, n) for key, n in self.minutes.items()]),
            "answers": (ANSWERS, self.answers),
            "plans": (PLANS, self.plans),
        }

    def _add(self, row: sa.Row[Any], records: Sequence[Handled]) -> None:
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

    def _seen(self, row: sa.Row[Any], records: Sequence[Handled]) -> Seen:
        """By the ladder in force when people were told, as :class:`alerts.routing.Routing` climbs."""
        if row.withheld is not None or AlertKind.of(row.kind) in WATCHERS:
            return Seen.UNASKED
        if not self._was_told(row):
            return Seen.WAITING
        until = self._until(row)
        if until is None:
            return Seen.UNASKED
        if records:
            return Seen.IN_TIME if records[0].at <= until else Seen.LATE
        return Seen.WAITING if self.as_of <= until else Seen.MISSED

    def _was_told(self, row: sa.Row[Any]) -> bool:
        return row.told_at is not None and row.told_at <= self.as_of

    def _until(self, row: sa.Row[Any]) -> datetime | None:
        ladder = self.rules.policies.escalation(local(row.told_at).date())
        telling = ladder.telling(Level.of(row.level))
        if telling.climb_after is None:
            return None
        if telling.at_once:
            return local(row.told_at) + timedelta(minutes=telling.climb_after)
        return ladder.hours.after(row.told_at, telling.climb_after, self.rules.calendar)

    def _add_minutes(self, row: sa.Row[Any], records: Sequence[Handled], station: str) -> None:
        if row.withheld is not None or not self._was_told(row):
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


def _orders(
    connection: sa.Connection, rules: Rules, begins: datetime, ends: datetime, as_of: datetime
) -> Iterator[tuple[Any, ...]]:
    """The orders opened by then and not ended before the period began, as they stood at ``as_of``."""
    after = 0
    opened_at = supervision_order.c.opened_at
    wanted = ORDERS.where(opened_at < ends, opened_at <= as_of).order_by(supervision_order.c.id)
    while rows := connection.execute(wanted.where(supervision_order.c.id > after).limit(PAGE)).all():
        after = rows[-1].id
        acts = handled(connection, Subject.ORDER, [row.id for row in rows])
        for row in rows:
            told = _order(row, [each for each in acts[row.id] if each.at <= as_of], rules, begins, as_of)
            if told is not None:
                yield told


def _order(
    row: sa.Row[Any], records: Sequence[Handled], rules: Rules, begins: datetime, as_of: datetime
) -> tuple[Any, ...] | None:
    clock = clock_of(records, row.limit_value, rules)
    ended_at = records[-1].at if clock.state in ENDED else None
    if ended_at is not None and ended_at < begins:
        return None
    reading = read(clock.standing, clock.calendar, as_of)
    reached = [each.level for each in clock.crossings if each.at <= as_of]
    replied = next((each.at for each in records if each.act is Act.REPLIED), None)
    about = (row.number, row.application_number, row.unit, row.station, row.opened_at)
    return (
        *about,
        row.threshold_id is not None,
        *(clock.state, row.limit_value, reading.used, reading.due_on, reading.verdict),
        reached[-1] if reached else None,
        *(replied, ended_at, row.opened_at >= begins),
    )
