"""Who was away when, and who stood in: listed, the latest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.terms import Term
from limits.zone import local
from workflow import store
from workflow.paging import Page, page_of
from workflow.people.tables import absence, appointment, person, unit


class AbsenceStage(Term):
    """Where an absence stands at an instant."""

    AHEAD = "ahead", "未开始"
    RUNNING = "running", "离岗中"
    OVER = "over", "已结束"


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """An absence; ``stand_in`` is a name, None: nobody.  ``in_service``: the person still has a post."""

    id: int
    code: str
    name: str
    in_service: bool
    from_at: datetime
    to_at: datetime
    stand_in: str | None
    reason: str
    recorded_at: datetime
    actor: str
    stage: AbsenceStage


def absences(
    engine: sa.Engine,
    now: datetime,
    *,
    code: str | None = None,
    station: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page[AbsenceView]:
    """Absences by when they begin, the latest first, at most ``limit`` after ``after``.

    Of the person ``code``; of those who hold a post in ``station`` at ``now`` or will hold one.
    """
    wanted = _ABSENCES.add_columns(_has_post(now).label("in_service"))
    if code is not None:
        wanted = wanted.where(person.c.code == code)
    if station is not None:
        wanted = wanted.where(_has_post(now, station))
    if after is not None:
        wanted = wanted.where(_behind(after))
    ordered = wanted.order_by(absence.c.from_at.desc(), absence.c.id.desc()).limit(limit + 1)
    with store.reading(engine) as connection:
        rows = connection.execute(ordered).all()
    return page_of(rows, limit, lambda row: _view(row, now))


_STAND_IN = person.alias("stand_in")
_ABSENCES = (
    sa.select(absence, person.c.code, person.c.name, _STAND_IN.c.name.label("stand_in"))
    .join(person, person.c.id == absence.c.person_id)
    .outerjoin(_STAND_IN, _STAND_IN.c.id == absence.c.stand_in_id)
)


def _has_post(now: datetime, station: str | None = None) -> sa.Exists:
    held = sa.or_(appointment.c.until.is_(None), appointment.c.until >= local(now).date())
    theirs = sa.select(appointment.c.id).where(appointment.c.person_id == absence.c.person_id, held)
    if station is not None:
        theirs = theirs.join(unit, unit.c.id == appointment.c.unit_id).where(unit.c.name == station)
    return theirs.correlate(absence).exists()


def _behind(after: int) -> sa.ColumnElement[bool]:
    last = absence.alias("last")
    begun = sa.select(last.c.from_at).where(last.c.id == after).scalar_subquery()
    same = sa.and_(absence.c.from_at == begun, absence.c.id < after)
    return sa.or_(absence.c.from_at < begun, same)


def _view(row: sa.Row[Any], now: datetime) -> AbsenceView:
    stage = (
        AbsenceStage.AHEAD
        if row.from_at > now
        else AbsenceStage.RUNNING
        if row.to_at > now
        else AbsenceStage.OVER
    )
    return AbsenceView(
        id=row.id,
        code=row.code,
        name=row.name,
        in_service=bool(row.in_service),
        from_at=row.from_at,
        to_at=row.to_at,
        stand_in=row.stand_in,
        reason=row.reason,
        recorded_at=row.recorded_at,
        actor=row.actor,
        stage=stage,
    )
