"""An alarm nobody acknowledged climbs to the next people, and then to who watches (domain §6)."""

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from alerts.handlings import Subject, handled
from alerts.kinds import About, AlertKind
from alerts.messages.outbox import enqueue
from alerts.raising import Raised, raise_alerts
from alerts.routing import Routing
from alerts.tables import alert
from alerts.waiting import Seen, unacknowledged
from workflow.people.organisation import load_organisation
from workflow.rules import Rules

if TYPE_CHECKING:
    from alerts.jobs.running import Run


def climb(run: "Run") -> str:
    """Every alarm whose patience has run out, in one transaction."""
    with run.effect() as connection:
        climbed = climb_due(connection, run.book.rules, run.now)
    return f"逐级上报 {climbed} 条"


def climb_due(connection: sa.Connection, rules: Rules, now: datetime) -> int:
    """Tell the next people of what was not acknowledged by ``now``; how many alarms climbed.

    The first time those the ladder names for it; when they do not acknowledge either, or there is nobody,
    the command centre and the company's leaders hear that nobody does, and the climb ends (X).
    """
    routing = Routing(rules, load_organisation(connection, now), now)
    waiting = list(unacknowledged(connection, routing.organisation.company(), now))
    last: list[Raised] = []
    seen_to = handled(connection, Subject.ALERT, [each.waiting.id for each in waiting])
    for each in waiting:
        # Acknowledged in the very minute in which it was told, before ``climb_at`` was set.
        if each.withdrawn or not each.owed or each.waiting.id in seen_to:
            _set(connection, each, None)
        elif not _climb(connection, routing, each) and _set(connection, each, None):
            last.append(_unanswered(each, now))
    raise_alerts(connection, last)
    return len(waiting)


def _climb(connection: sa.Connection, routing: Routing, seen: Seen) -> bool:
    """Whether it climbed to somebody, or was acknowledged in the meantime."""
    waiting, now = seen.waiting, routing.now
    telling, due_at = routing.telling(waiting.level), routing.due_at(waiting.level)
    # The row first: whoever acknowledges now waits, and whoever just did is not gone over.
    if not _set(connection, seen, routing.climb_at(waiting.level, due_at)):
        return True
    told = enqueue(
        connection, About.ALERT, waiting.id, routing.climbed(waiting), telling.channels,
        created_at=now, due_at=due_at, urgent=telling.at_once,
    )  # fmt: skip
    return told > 0


def _set(connection: sa.Connection, seen: Seen, climb_at: datetime | None) -> bool:
    """Only while nobody has acknowledged: who does sets ``climb_at`` to null at any moment."""
    held = sa.and_(alert.c.id == seen.waiting.id, alert.c.climb_at.is_not(None))
    climbs = alert.c.climbs + (0 if climb_at is None else 1)
    moved = sa.update(alert).where(held).values(climb_at=climb_at, climbs=climbs)
    return connection.execute(moved).rowcount == 1


def _unanswered(seen: Seen, now: datetime) -> Raised:
    waiting = seen.waiting
    place = waiting.place.station or waiting.place.unit
    return Raised(
        AlertKind.UNANSWERED,
        f"unanswered:{waiting.id}",
        waiting.level,
        now,
        f"{place}的第 {waiting.id} 号{waiting.level.label}色告警逐级上报后仍无人签收，请指定人员签收并答复。",
        unit=place,
        application_id=seen.application_id,
    )
