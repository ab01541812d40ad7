"""Putting an alarm on the list, once, and taking back what is still ahead.

The clocks of orders and duties are few: their levels stand in the list from the start, each with the instant at
which it will be reached, and count only from then on.  A level still ahead is deleted with the answer that
prevents it, like the thresholds of an application; one that was reached stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from alerts.kinds import AlertKind
from alerts.tables import alert
from limits.terms import Level

CHUNK = 500
LONGEST = 512


@dataclass(frozen=True, slots=True)
class Raised:
    """One alarm. ``key`` says what it is: the same key is never raised twice. ``text`` is one Chinese sentence."""

    kind: AlertKind
    key: str
    level: Level
    reached_at: datetime
    text: str
    unit: str = ""
    application_id: int | None = None
    threshold_id: int | None = None
    order_id: int | None = None
    duty_id: int | None = None


def raise_alerts(connection: sa.Connection, wanted: Iterable[Raised]) -> int:
    """Put those of ``wanted`` on the list that are not there yet; how many."""
    # By key: of two writers with the same alarms the second waits for the first, never each for the other.
    listed = sorted({each.key: each for each in wanted}.values(), key=attrgetter("key"))
    if not listed:
        return 0
    keys = [each.key for each in listed]
    held: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        some = alert.c.key.in_(keys[start : start + CHUNK])
        held.update(connection.scalars(sa.select(alert.c.key).where(some)))
    rows = [_row(each) for each in listed if each.key not in held]
    if rows:
        connection.execute(sa.insert(alert), rows)
    return len(rows)


def take_back(connection: sa.Connection, now: datetime, **of: int) -> None:
    """Delete what lies ahead of ``now`` and was not told; ``of`` is order_id or duty_id."""
    ahead = sa.and_(*(alert.c[name] == value for name, value in of.items()))
    connection.execute(sa.delete(alert).where(ahead, alert.c.reached_at > now, alert.c.told_at.is_(None)))


def _row(raised: Raised) -> dict[str, Any]:
    return {
        "kind": raised.kind.value,
        "key": raised.key,
        "level": raised.level.value,
        "reached_at": raised.reached_at,
        "text": raised.text if len(raised.text) <= LONGEST else f"{raised.text[: LONGEST - 1]}…",
        "unit": raised.unit,
        "application_id": raised.application_id,
        "threshold_id": raised.threshold_id,
        "order_id": raised.order_id,
        "duty_id": raised.duty_id,
    }
