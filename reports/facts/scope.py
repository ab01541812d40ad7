"""Which applications and clocks a period is about, as conditions of portable SQL."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import Status, Verdict
from reports.periods import Period
from workflow.tables import application, clock

# By what the figures of a period are asked: everything else is added up.
WHOSE = (
    application.c.customer_class,
    application.c.unit,
    application.c.station,
    application.c.manager,
)
WHOSE_COLUMNS = ("class", "unit", "station", "manager")
WHO = (application.c.number, *WHOSE)
WHO_COLUMNS = ("number", *WHOSE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Scope:
    """A period as it is known at ``as_of``: what happened in it and not after that instant.

    ``known``: which applications stand as they were on record (:attr:`workflow.past.Past.known`).
    """

    period: Period
    as_of: datetime
    known: sa.ColumnElement[bool] = field(default_factory=sa.true)

    @property
    def closing(self) -> datetime:
        """The last instant the period tells of, at which is asked what was open: its end, of one not over ``as_of``."""
        return min(self.as_of, self.period.ends - timedelta(microseconds=1))

    def holds(self, instant: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Whether ``instant`` lies in the period and not after ``as_of``."""
        return sa.and_(instant >= self.period.begins, instant < self.period.ends, instant <= self.as_of)

    @property
    def archived(self) -> sa.ColumnElement[bool]:
        """The base of every rate (domain §10): archived in the period.

        ``archived_at`` is set exactly while an application is archived, so it alone is asked.
        """
        return sa.and_(self.holds(application.c.archived_at), self.known)

    @property
    def archived_ids(self) -> sa.Select[Any]:
        """Their ids.

        As an IN list, not a join: SQLite then walks the clocks in the order of their own key and groups them
        as they pass, where the join, in order of archiving, sorts a million rows.
        """
        return sa.select(application.c.id).where(self.archived)

    @property
    def alive(self) -> sa.ColumnElement[bool]:
        """Accepted by the end of the period, and not ended before it began; 作废 is nobody's application."""
        begins = self.period.begins
        ends = (application.c.archived_at.is_(None), application.c.archived_at >= begins)
        return sa.and_(
            application.c.id.in_(sa.union_all(*(sa.select(application.c.id).where(end) for end in ends))),
            application.c.accepted_at < self.period.ends,
            application.c.accepted_at <= self.as_of,
            application.c.status != Status.VOIDED.value,
            sa.or_(application.c.ended_at.is_(None), application.c.ended_at >= begins),
            self.known,
        )

    @property
    def in_progress(self) -> sa.ColumnElement[bool]:
        """Accepted and not yet archived or terminated at ``closing``, by what is known at ``as_of``.

        The two ends of the index on archived_at name the few that can be meant; an OR instead makes
        SQLite walk every application ever accepted.
        """
        ends = (application.c.archived_at.is_(None), application.c.archived_at > self.closing)
        return sa.and_(
            application.c.id.in_(sa.union_all(*(sa.select(application.c.id).where(end) for end in ends))),
            application.c.accepted_at <= self.closing,
            application.c.status != Status.VOIDED.value,
            sa.or_(application.c.ended_at.is_(None), application.c.ended_at > self.closing),
            self.known,
        )


def judged() -> sa.ColumnElement[bool]:
    """The clocks that count in a rate: current version, with a limit; total clocks of every layer, stage
    nodes and supporting works of the local one (domain §4).

    A clock without a limit is shown as having none and judges nobody.
    """
    local = sa.and_(
        clock.c.layer == Layer.LOCAL.value,
        clock.c.role.in_([ClockRole.NODE.value, ClockRole.SUPPORTING.value]),
    )
    return sa.and_(limited(), sa.or_(clock.c.role == ClockRole.TOTAL.value, local))


def limited() -> sa.ColumnElement[bool]:
    """The current version of a clock that has a limit."""
    return sa.and_(clock.c.superseded_at.is_(None), clock.c.limit_value.is_not(None))


def decided(as_of: datetime) -> sa.ColumnElement[bool]:
    """What is told of one clock of an archived application: each of those that end with it, and of any other
    what was stopped or missed its date by ``as_of``; one still in time says nothing yet.
    """
    return sa.or_(
        clock.c.role != ClockRole.OTHER.value,
        clock.c.stopped_at <= as_of,
        clock.c.due_at <= as_of,
        clock.c.late_at.is_not(None),
    )


def met(as_of: datetime) -> sa.ColumnElement[bool]:
    """Met, and already so at ``as_of``."""
    return sa.and_(clock.c.verdict == Verdict.MET.value, clock.c.stopped_at <= as_of)


def unmet(as_of: datetime) -> sa.ColumnElement[bool]:
    """The opposite of :func:`met`, spelled out because NOT of NULL is NULL."""
    return sa.or_(
        clock.c.verdict.is_(None),
        clock.c.verdict != Verdict.MET.value,
        clock.c.stopped_at.is_(None),
        clock.c.stopped_at > as_of,
    )
