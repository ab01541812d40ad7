"""By when a supervision order is to be answered: a clock like any other (domain §5, §6).

It runs while the answer is owed: from the opening, and again from every return.  A reply pauses it, because
the ball is then with the command centre; the acceptance stops it, a cancellation cuts it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts.handlings import Handled
from alerts.kinds import Act, AlertKind, OrderState
from alerts.raising import Raised, raise_alerts, take_back
from alerts.tables import alert
from limits.calendar import Calendar
from limits.clock import Allowance, Crossing, Span, Standing, Track, crossings, settle
from limits.explanation import weekday_of
from limits.zone import local
from workflow.rules import Rules

STATES = {
    Act.OPENED: OrderState.OPEN,
    Act.REPLIED: OrderState.REPLIED,
    Act.RETURNED: OrderState.RETURNED,
    Act.ACCEPTED: OrderState.ACCEPTED,
    Act.CANCELLED: OrderState.CANCELLED,
}
OWED = frozenset({Act.OPENED, Act.RETURNED})
ENDED = frozenset({OrderState.ACCEPTED, OrderState.CANCELLED})


@dataclass(frozen=True, slots=True)
class OrderClock:
    """The clock of one order with everything that follows from it."""

    state: OrderState
    calendar: Calendar
    track: Track
    standing: Standing
    crossings: tuple[Crossing, ...]


def state_of(records: Sequence[Handled]) -> OrderState:
    """Where an order with these records stands; an attached level changes nothing."""
    return next(STATES[each.act] for each in reversed(records) if each.act in STATES)


def clock_of(records: Sequence[Handled], limit: int, rules: Rules) -> OrderClock:
    """Fold the records of an order into its clock.

    An order still open is counted by the newest calendar; one that has ended by the calendar known when it
    ended: a verdict once given does not move (domain §5.7).
    """
    state = state_of(records)
    calendar = rules.calendars.at(records[-1].recorded_at) if state in ENDED else rules.calendar
    track = track_of(records, limit)
    ladder = rules.policies.ladder(local(records[0].at).date())
    return OrderClock(state, calendar, track, settle(track, calendar), crossings(track, ladder, calendar))


def track_of(records: Sequence[Handled], limit: int) -> Track:
    """The intervals in which an answer was owed."""
    spans: list[Span] = []
    ended: dict[Act, datetime] = {}
    for each in records:
        if each.act in OWED:
            spans.append(Span(each.at))
        elif each.act in STATES:
            ended[each.act] = each.at
            if spans[-1].end is None:
                spans[-1] = Span(spans[-1].start, each.at)
    return Track(
        spans=tuple(spans),
        allowances=(Allowance(limit),),
        stopped_at=ended.get(Act.ACCEPTED),
        cut_at=ended.get(Act.CANCELLED),
    )


def write_levels(connection: sa.Connection, order: sa.Row[Any], clock: OrderClock, now: datetime) -> None:
    """Bring the order's alarms to what its clock says: those ahead, and those a backdated reply has undone.

    A level that was reached is never deleted, only marked as withdrawn (domain §6).  Who waits for nothing
    need not be reminded: an alarm of an order nobody owes an answer to climbs no further.
    """
    wanted = {each.key: each for each in raised_of(order, clock)}
    ours = sa.and_(alert.c.order_id == order.id, alert.c.kind == AlertKind.ORDER.value)
    take_back(connection, now, order_id=order.id)
    undone = sa.and_(ours, alert.c.key.not_in(wanted), alert.c.withdrawn_at.is_(None))
    connection.execute(sa.update(alert).where(undone).values(withdrawn_at=now, climb_at=None))
    again = sa.and_(ours, alert.c.key.in_(wanted), alert.c.withdrawn_at.is_not(None))
    connection.execute(sa.update(alert).where(again).values(withdrawn_at=None))
    if not clock.standing.running:
        connection.execute(sa.update(alert).where(ours).values(climb_at=None))
    raise_alerts(connection, wanted.values())


def raised_of(order: sa.Row[Any], clock: OrderClock) -> list[Raised]:
    """Every level the order reaches if nothing else happens, past and future."""
    due_on = clock.standing.due_on
    by_when = f"应于 {_shown(due_on, clock.calendar)}前回复" if due_on else "已回复，待认可"
    return [
        Raised(
            kind=AlertKind.ORDER,
            key=f"order:{order.id}:{each.level.value}:{each.at.isoformat()}",
            level=each.level,
            reached_at=each.at,
            text=f"督办单 {order.number} 达到{each.level.label}色级别：{order.unit}{by_when}，"
            f"时限 {order.limit_value} 个工作日。",
            unit=order.unit,
            application_id=order.application_id,
            order_id=order.id,
        )
        for each in clock.crossings
    ]


def _shown(day: Any, calendar: Calendar) -> str:
    return weekday_of(day) + ("（暂定）" if calendar.provisional(day) else "")
