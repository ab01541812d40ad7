"""Periodic duties of the supervision standard: opened, done, and looked at (domain §11).

The rhythms are clocks like any other and warn the same way.  A round of a duty is opened once for each station;
its levels stand ahead in the list of alarms and are taken back when it is done.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from alerts import handlings
from alerts.duties import errors as duty_errors
from alerts.duties.opening import open_rounds
from alerts.duties.rounds import Round
from alerts.kinds import Act
from alerts.raising import take_back
from alerts.tables import alert, duty
from limits.duties import period_said
from limits.terms import Post, Verdict
from limits.zone import local, midnight, midnight_after
from workflow import store
from workflow.book import Book

if TYPE_CHECKING:
    from alerts.jobs.running import Run


@dataclass(frozen=True, slots=True)
class DutyView:
    """One round as people see it. ``state``: done in time or not, or still to be done."""

    id: int
    item: int
    unit: str
    period: str
    label: str
    post: Post
    opens_on: date
    due_on: date
    done_at: datetime | None
    state: Verdict

    @property
    def said(self) -> str:
        """The period in words, ``2026年11月``."""
        return period_said(self.period)


def open_duties(run: "Run") -> str:
    """The job: every station has the rounds of today, and those missed while nothing ran."""
    with run.effect() as connection:
        opened = open_rounds(connection, run.book, run.now)
    return f"新开周期事项 {opened} 项。" if opened else "没有新的周期事项。"


# -- doing ---------------------------------------------------------------------------------------


def done(
    book: Book, which: int | Round, *, at: datetime, now: datetime, actor: str, evidence: str
) -> DutyView:
    """完成: a record with its evidence; the levels still ahead are taken back.

    A level reached after ``at`` only because the record came late is marked as withdrawn, never deleted
    (domain §6).  Refused without evidence, twice, in the future, and before the round opened.
    """
    with store.writing(book.engine) as connection:
        row = _find(connection, which)
        _refuse(row, at, evidence)
        handlings.append(
            connection, handlings.Subject.DUTY, row.id, Act.DONE, actor=actor, at=at, now=now, text=evidence
        )
        open_row = sa.and_(duty.c.id == row.id, duty.c.done_at.is_(None))
        if not connection.execute(sa.update(duty).where(open_row).values(done_at=at)).rowcount:
            row = _find(connection, row.id)
            raise duty_errors.DutyDone(**_named(row), done_at=f"{row.done_at:%Y-%m-%d %H:%M}")
        _end_levels(connection, row.id, at, now)
        return view_of(_find(connection, row.id), now)


def _end_levels(connection: sa.Connection, duty_id: int, at: datetime, now: datetime) -> None:
    """What is done reaches nothing more and climbs no further."""
    take_back(connection, now, duty_id=duty_id)
    undone = sa.and_(alert.c.duty_id == duty_id, alert.c.reached_at > at, alert.c.withdrawn_at.is_(None))
    connection.execute(sa.update(alert).where(undone).values(withdrawn_at=now))
    connection.execute(sa.update(alert).where(alert.c.duty_id == duty_id).values(climb_at=None))


def _find(connection: sa.Connection, which: int | Round) -> sa.Row[Any]:
    if isinstance(which, Round):
        wanted = sa.and_(*(duty.c[name] == value for name, value in which._asdict().items()))
        said = f"{which.unit}第 {which.item} 项 {which.period}"
    else:
        wanted, said = duty.c.id == which, str(which)
    row = connection.execute(sa.select(duty).where(wanted)).first()
    if row is None:
        raise duty_errors.DutyUnknown(which=said)
    return row


def _refuse(row: sa.Row[Any], at: datetime, evidence: str) -> None:
    if row.done_at is not None:
        raise duty_errors.DutyDone(**_named(row), done_at=f"{row.done_at:%Y-%m-%d %H:%M}")
    if not evidence.strip():
        raise duty_errors.DutyEvidenceMissing(**_named(row))
    if at < midnight(row.opens_on):
        raise duty_errors.DutyNotOpen(**_named(row), at=f"{local(at):%Y-%m-%d %H:%M}", opens_on=row.opens_on)


def _named(row: sa.Row[Any]) -> dict[str, str]:
    return {"unit": row.unit, "label": row.label, "period": period_said(row.period)}


# -- looking -------------------------------------------------------------------------------------


def duties(book: Book, now: datetime, unit: str | None = None, *, open_only: bool = True) -> list[DutyView]:
    """The rounds opened by ``now`` as they stood then, the first due first."""
    wanted = sa.select(duty).where(duty.c.opens_on <= local(now).date())
    if unit is not None:
        wanted = wanted.where(duty.c.unit == unit)
    if open_only:
        wanted = wanted.where(sa.or_(duty.c.done_at.is_(None), duty.c.done_at > now))
    with store.reading(book.engine) as connection:
        rows = connection.execute(wanted.order_by(duty.c.due_on, duty.c.unit, duty.c.item)).all()
    return [view_of(row, now) for row in rows]


def view_of(row: sa.Row[Any], now: datetime) -> DutyView:
    """A row of ``duty`` as it stood at ``now``.

    民法典第二百零三条: 末日的截止时间为二十四时, so late from the midnight that ends ``due_on``.
    """
    ends, done_at = midnight_after(row.due_on), row.done_at
    if done_at is not None and done_at <= now:
        state = Verdict.MET if done_at < ends else Verdict.LATE
    else:
        done_at, state = None, Verdict.OPEN if now < ends else Verdict.OPEN_LATE
    return DutyView(
        id=row.id,
        item=row.item,
        unit=row.unit,
        period=row.period,
        label=row.label,
        post=Post.of(row.post),
        opens_on=row.opens_on,
        due_on=row.due_on,
        done_at=done_at,
        state=state,
    )
