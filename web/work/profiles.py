"""Account managers as customers may see them, to choose one: work name, station and figures (domain §9).

Handled, on time and satisfaction are those of the last twelve months (X), counted in the database.  On time is
时限达标 in the local layer: its total clock was met.  A rating counts for who owns the application now (X).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import Status, Verdict
from web.desk import Desk
from web.work.staff import managers_of
from workflow import queue, store
from workflow.events import EventType
from workflow.queue import Load, loads
from workflow.tables import application, clock, event

LOOKED_BACK = timedelta(days=365)
# Records are written in one spelling (workflow.events.canonical), so the score of a rating stands in one place,
# and what a correction takes back stands at its end: no JSON of any database is needed.
SCORE = '{"score":'
SEQ, WITHDRAWN = '"seq":', ',"withdrawn":true}'
NOBODY = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Profile:
    """One account manager.

    ``handled`` were archived in the last twelve months; of ``judged`` of them ``on_time``; ``ratings`` scores
    from 1 to 5 add up to ``points``; ``open`` now.
    """

    manager: str
    station: str
    handled: int
    judged: int
    on_time: int
    ratings: int
    points: int
    open: int


def profiles(desk: Desk, station: str, now: datetime) -> tuple[Profile, ...]:
    """The account managers in service at ``station``, by 工号; empty for a station that is none."""
    names = list(managers_of(desk, station, now))
    if not names:
        return ()
    theirs = sa.and_(application.c.station == station, application.c.manager.in_(names))
    since = now - LOOKED_BACK
    with store.reading(desk.engine) as connection:
        done = _done(connection, theirs, since, now)
        rated = _rated(connection, theirs, since, now)
    held = loads(desk.book, queue.Scope(station=station), now)
    return tuple(
        Profile(
            name,
            station,
            *done.get(name, NOBODY),
            *rated.get(name, (0, 0)),
            held.get(name, Load()).applications,
        )
        for name in names
    )


def _done(
    connection: sa.Connection, theirs: sa.ColumnElement[bool], since: datetime, now: datetime
) -> Mapping[str, tuple[int, int, int]]:
    """By account manager: archived, judged, on time."""
    total = sa.and_(
        clock.c.application_id == application.c.id,
        clock.c.layer == Layer.LOCAL.value,
        clock.c.role == ClockRole.TOTAL.value,
        clock.c.superseded_at.is_(None),
        clock.c.verdict.is_not(None),
    )
    met = sa.case((clock.c.verdict == Verdict.MET.value, 1), else_=0)
    counted = (
        sa.select(
            application.c.manager,
            sa.func.count(sa.distinct(application.c.id)),
            sa.func.count(clock.c.id),
            sa.func.sum(met),
        )
        .select_from(application.outerjoin(clock, total))
        .where(
            theirs,
            application.c.status == Status.ARCHIVED.value,
            application.c.archived_at > since,
            application.c.archived_at <= now,
        )
        .group_by(application.c.manager)
    )
    return {
        name: (handled, judged, int(on_time or 0))
        for name, handled, judged, on_time in connection.execute(counted)
    }


def _rated(
    connection: sa.Connection, theirs: sa.ColumnElement[bool], since: datetime, now: datetime
) -> Mapping[str, tuple[int, int]]:
    """By account manager: how many ratings, and their scores added up; those taken back are left out."""
    score = sa.cast(sa.func.substr(event.c.payload, len(SCORE) + 1, 1), sa.Integer)
    rated = sa.and_(
        theirs,
        application.c.last_at > since,  # says nothing new, and spares the database the records of old ones
        event.c.type == EventType.RATED.value,
        event.c.occurred_at > since,
        event.c.occurred_at <= now,
    )
    joined = event.join(application, application.c.id == event.c.application_id)
    counted = (
        sa.select(application.c.manager, sa.func.count(), sa.func.sum(score))
        .select_from(joined)
        .where(rated, sa.not_(_taken_back()))
        .group_by(application.c.manager)
    )
    return {name: (ratings, int(points)) for name, ratings, points in connection.execute(counted)}


def _taken_back() -> sa.Exists:
    """A later record of the same application says the rating never happened."""
    correction = event.alias("correction")
    ending = sa.literal(SEQ) + sa.cast(event.c.seq, sa.String) + WITHDRAWN
    return sa.exists().where(
        correction.c.application_id == event.c.application_id,
        correction.c.type == EventType.CORRECTED.value,
        correction.c.payload.endswith(ending),
    )
