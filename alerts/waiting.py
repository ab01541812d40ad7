"""The alarms that have been reached and of which nobody was told: what the sweep works on.

Thresholds that have been crossed become alarms in two statements, whatever their number; the token of the sweep
says which are its own.  A threshold that a correction has withdrawn becomes one as well: it had been reached,
and the list must not depend on when anybody looked (domain §6).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts.kinds import AlertKind, OrderState, Withheld
from alerts.levels import ranked
from alerts.routing import Waiting
from alerts.tables import alert, duty, supervision_order
from limits.force import Layer
from limits.terms import Level, Post
from workflow.people.organisation import Place
from workflow.tables import application, clock, event, threshold

WARNINGS = (Level.BLUE, Level.ORANGE)
COUNTED = "yellow"
# While an order is in one of these, an answer is owed.
OWED = (OrderState.OPEN.value, OrderState.RETURNED.value)


def take_crossed(
    connection: sa.Connection, now: datetime, mark: int, *, shard: int = 0, shards: int = 1
) -> int:
    """Put every threshold crossed by ``now`` and not yet taken on the list of alarms; how many.

    ``mark`` is this sweep's own number.  The UPDATE comes first: what another writer adds between the two
    statements has no mark and waits for the next sweep.
    """
    due = sa.and_(threshold.c.swept_by.is_(None), threshold.c.crosses_at <= now)
    if shards > 1:
        due = sa.and_(due, threshold.c.application_id % shards == shard)
    taken = connection.execute(sa.update(threshold).where(due).values(swept_by=mark)).rowcount
    if taken:
        connection.execute(_INTO_ALERT, {"mark": mark})
    return taken


def _into_alert() -> sa.Insert:
    yellow_here = sa.and_(threshold.c.level == COUNTED, threshold.c.layer == Layer.LOCAL.value)
    values: dict[str, sa.ColumnElement[Any]] = {
        "kind": sa.literal(AlertKind.LEVEL.value),
        "key": sa.literal("level:") + sa.cast(threshold.c.id, sa.String),
        "level": threshold.c.level,
        "reached_at": threshold.c.crosses_at,
        "threshold_id": threshold.c.id,
        "application_id": threshold.c.application_id,
        "layer": threshold.c.layer,
        "name": threshold.c.name,
        "unit": sa.literal(""),
        "text": sa.literal(""),
        "climbs": sa.literal(0),
        "counted_by": sa.case((yellow_here, sa.null()), else_=sa.literal(0)),
    }
    taken = sa.select(*values.values()).where(threshold.c.swept_by == sa.bindparam("mark"))
    return sa.insert(alert).from_select(list(values), taken, include_defaults=False)


_INTO_ALERT = _into_alert()


@dataclass(frozen=True, slots=True)
class Seen:
    """A waiting alarm and what speaks for or against telling people of it."""

    waiting: Waiting
    application_id: int | None
    threshold_id: int | None
    order_id: int | None
    duty_id: int | None
    withdrawn: bool
    ended: bool
    cut: bool
    history: bool
    higher_told: bool

    @property
    def owed(self) -> bool:
        """Whether anybody still has to do what it is about; a broken limit always wants an answer."""
        return not (self.ended and self.waiting.kind in (AlertKind.ORDER, AlertKind.DUTY))

    @property
    def clock(self) -> tuple[object, ...]:
        """Whose levels it is one of: only the highest of them is told; of an alarm of its own kind, itself."""
        waiting = self.waiting
        if waiting.kind is AlertKind.LEVEL:
            return self.application_id, waiting.layer, waiting.name
        known = {
            AlertKind.ORDER: self.order_id,
            AlertKind.DUTY: self.duty_id,
            AlertKind.PLAN: self.application_id,
        }
        return (waiting.kind, known.get(waiting.kind, waiting.id))

    def withheld(self) -> Withheld | None:
        """Why nobody is told, by this alarm's own facts; None when people are to be told.

        A warning about a clock that has ended helps nobody, nor does an alarm of an application that was terminated
        or void and is judged in none (domain §4).  Any other alarm does: the limit was broken and somebody
        answers for it, unless it lies before the day on which the ledger came in (X).
        """
        if self.withdrawn:
            return Withheld.WITHDRAWN
        if self.higher_told:
            return Withheld.HIGHER
        if self.ended and self.history:
            return Withheld.HISTORY
        if self.cut or (self.ended and self.waiting.level in WARNINGS):
            return Withheld.ENDED
        return None


def waiting(
    connection: sa.Connection, company: str, now: datetime, *, shard: int = 0, shards: int = 1
) -> Iterator[Seen]:
    """The alarms reached by ``now`` of which nobody was told, in time order.

    Alarms about no application are the first shard's.
    """
    wanted = SEEN.where(alert.c.told_at.is_(None), alert.c.reached_at <= now)
    if shards > 1:
        mine = sa.and_(alert.c.application_id.is_(None), sa.literal(shard == 0))
        wanted = wanted.where(sa.or_(alert.c.application_id % shards == shard, mine))
    # Held until the sweep commits: a reply that takes a level back waits, and then finds it told. SQLite has one writer.
    for row in connection.execute(wanted.with_for_update(of=alert)):
        yield seen(row, company)


def unacknowledged(connection: sa.Connection, company: str, now: datetime) -> Iterator[Seen]:
    """The alarms whose time without an acknowledgement has run out by ``now``, the longest waiting first."""
    wanted = SEEN.where(alert.c.climb_at <= now).order_by(None).order_by(alert.c.climb_at, alert.c.id)
    for row in connection.execute(wanted):
        yield seen(row, company)


def _statement() -> sa.Select[Any]:
    first = event.alias("first")
    other = alert.alias("other")
    current = sa.and_(
        clock.c.application_id == alert.c.application_id,
        clock.c.layer == alert.c.layer,
        clock.c.name == alert.c.name,
        clock.c.superseded_at.is_(None),
    )
    undone = threshold.alias("undone")
    higher = (
        sa.exists()
        .select_from(other.join(undone, undone.c.id == other.c.threshold_id))
        .where(
            other.c.application_id == alert.c.application_id,
            other.c.layer == alert.c.layer,
            other.c.name == alert.c.name,
            other.c.told_at.is_not(None),
            other.c.withheld.is_(None),
            undone.c.withdrawn_at.is_(None),
            ranked(other.c.level) > ranked(alert.c.level),
        )
    )
    joined = (
        alert.outerjoin(threshold, threshold.c.id == alert.c.threshold_id)
        .outerjoin(application, application.c.id == alert.c.application_id)
        .outerjoin(clock, current)
        .outerjoin(first, sa.and_(first.c.application_id == alert.c.application_id, first.c.seq == 1))
        .outerjoin(supervision_order, supervision_order.c.id == alert.c.order_id)
        .outerjoin(duty, duty.c.id == alert.c.duty_id)
    )
    return (
        sa.select(
            alert.c.id,
            alert.c.kind,
            alert.c.level,
            alert.c.reached_at,
            alert.c.layer,
            alert.c.name,
            alert.c.application_id,
            alert.c.threshold_id,
            alert.c.order_id,
            alert.c.duty_id,
            alert.c.unit,
            application.c.unit.label("company"),
            application.c.station,
            application.c.manager,
            duty.c.post,
            sa.or_(alert.c.withdrawn_at.is_not(None), threshold.c.withdrawn_at.is_not(None)).label(
                "withdrawn"
            ),
            sa.or_(
                clock.c.stopped_at.is_not(None),
                clock.c.cut_at.is_not(None),
                duty.c.done_at.is_not(None),
                supervision_order.c.state.not_in(OWED),
            ).label("ended"),
            clock.c.cut_at.is_not(None).label("cut"),
            sa.and_(first.c.recorded_at.is_not(None), first.c.recorded_at > alert.c.reached_at).label(
                "history"
            ),
            higher.label("higher"),
        )
        .select_from(joined)
        .order_by(alert.c.reached_at, alert.c.id)
    )


SEEN = _statement()


def seen(row: Sequence[Any], company: str) -> Seen:
    """A row of :data:`SEEN` as the alarm it is; read by position, because a sweep reads thousands."""
    (
        alert_id, kind, level, reached_at, layer, name, application_id, threshold_id, order_id, duty_id, unit,
        of, station, manager, post, withdrawn, ended, cut, history, higher,
    ) = row  # fmt: skip
    place = Place(company, unit, "") if application_id is None else Place(of, station, manager)
    return Seen(
        Waiting(
            alert_id,
            AlertKind.of(kind),
            Level.of(level),
            reached_at,
            Layer.of(layer) if layer else None,
            name,
            place,
            Post.of(post) if post else None,
        ),
        application_id,
        threshold_id,
        order_id,
        duty_id,
        bool(withdrawn),
        bool(ended),
        bool(cut),
        bool(history),
        bool(higher),
    )
