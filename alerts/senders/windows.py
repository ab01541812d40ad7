"""How many messages a robot has sent this minute, over all processes together."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import exc

from alerts.tables import sender_window
from limits.zone import local

MINUTE = timedelta(minutes=1)
# Nobody asks about a minute that is over; some are kept for who wonders what was sent.
KEPT = timedelta(days=1)


def may_send(connection: sa.Connection, robot: str, now: datetime, per_minute: int) -> datetime | None:
    """Count one message of ``robot``: None when it may go, else the instant of the next minute.

    The count is an UPDATE that matches only below the limit, so no two processes take the last place.
    One robot in a transaction: its row is held until the transaction ends.
    """
    minute = local(now).replace(second=0, microsecond=0)
    if _counted(connection, robot, minute, per_minute):
        return None
    if not _begun(connection, robot, minute):
        try:
            with connection.begin_nested():
                connection.execute(sa.insert(sender_window), {"robot": robot, "minute": minute, "used": 1})
        except exc.IntegrityError:
            # Another process began the minute between our two statements.
            return None if _counted(connection, robot, minute, per_minute) else minute + MINUTE
        _forget(connection, robot, minute - KEPT)
        return None
    return minute + MINUTE


def _counted(connection: sa.Connection, robot: str, minute: datetime, per_minute: int) -> bool:
    room = sa.and_(
        sender_window.c.robot == robot, sender_window.c.minute == minute, sender_window.c.used < per_minute
    )
    more = sa.update(sender_window).where(room).values(used=sender_window.c.used + 1)
    return connection.execute(more).rowcount == 1


def _begun(connection: sa.Connection, robot: str, minute: datetime) -> bool:
    held = sa.select(sender_window.c.id).where(
        sender_window.c.robot == robot, sender_window.c.minute == minute
    )
    return connection.execute(held).first() is not None


def _forget(connection: sa.Connection, robot: str, before: datetime) -> None:
    old = sa.and_(sender_window.c.robot == robot, sender_window.c.minute < before)
    connection.execute(sa.delete(sender_window).where(old))
