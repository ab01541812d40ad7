"""How much waits for each kind of scheduled work."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts.kinds import DeliveryState
from alerts.tables import alert, delivery
from limits.terms import Channel
from workflow.tables import threshold

_WAITING = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)


def untold(connection: sa.Connection, now: datetime) -> int:
    """Levels crossed that no sweep has taken, and alarms reached of which nobody was told."""
    crossed = _count(connection, threshold, threshold.c.swept_by.is_(None), threshold.c.crosses_at <= now)
    return crossed + _count(connection, alert, alert.c.told_at.is_(None), alert.c.reached_at <= now)


def uncounted(connection: sa.Connection, now: datetime) -> int:
    """Alarms not yet looked at for a row of yellows."""
    return _count(connection, alert, alert.c.counted_by.is_(None), alert.c.reached_at <= now)


def to_climb(connection: sa.Connection, now: datetime) -> int:
    """Alarms whose time without an acknowledgement has run out."""
    return _count(connection, alert, alert.c.climb_at <= now)


def unsent(channel: Channel) -> Callable[[sa.Connection, datetime], int]:
    """Messages on ``channel`` that are due and not yet sent."""

    def count(connection: sa.Connection, now: datetime) -> int:
        mine = sa.and_(delivery.c.channel == channel.value, delivery.c.state.in_(_WAITING))
        return _count(connection, delivery, mine, delivery.c.due_at <= now)

    return count


def _count(connection: sa.Connection, table: sa.Table, *conditions: sa.ColumnElement[Any]) -> int:
    wanted = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return connection.scalar(wanted) or 0
