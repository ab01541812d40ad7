"""The month's facts, counted by the database: what comes back follows the figures, not the applications.

Portable SQL only (design §5): no FILTER, no percentile functions, no JSON operators.  A histogram
takes the place of percentiles: one row for each number of days that occurs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.policy import Layer, Role
from limits.terms import Status, Verdict
from reports.months import Month
from workflow.tables import application, clock, threshold

Pair = tuple[Layer, Role]


@dataclass(frozen=True, slots=True)
class Scope:
    """A month as it is known at ``as_of``: what happened in it and not after that instant."""

    month: Month
    as_of: datetime

    def holds(self, instant: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        return sa.and_(instant >= self.month.begins, instant < self.month.ends, instant <= self.as_of)


def judged() -> sa.ColumnElement[bool]:
    """The clocks that count in a rate: current version, with a limit; total clocks of every layer, stage
    nodes and supporting works of the local one (domain §4).

    A clock without a limit is shown as having none and judges nobody.
    """
    local = sa.and_(
        clock.c.layer == Layer.LOCAL.value, clock.c.role.in_([Role.NODE.value, Role.SUPPORTING.value])
    )
    return sa.and_(
        clock.c.superseded_at.is_(None),
        clock.c.limit_value.is_not(None),
        sa.or_(clock.c.role == Role.TOTAL.value, local),
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


def accepted(scope: Scope) -> sa.Select[Any]:
    """Applications accepted in the month by class. 作废 is an entry made by mistake: it is nobody's
    application and counts nowhere; a terminated application was accepted all the same.
    """
    return (
        sa.select(application.c.customer_class, sa.func.count())
        .where(scope.holds(application.c.accepted_at), application.c.status != Status.VOIDED.value)
        .group_by(application.c.customer_class)
    )


def archived(scope: Scope) -> sa.Select[Any]:
    """The base (domain §10): new and increased applications archived in the month, by class.

    ``archived_at`` is set exactly while an application is archived, so it alone is asked.
    """
    return (
        sa.select(application.c.customer_class, sa.func.count())
        .where(scope.holds(application.c.archived_at))
        .group_by(application.c.customer_class)
    )


def kept(scope: Scope, pairs: Sequence[Pair]) -> sa.Select[Any]:
    """How many archived applications kept which limits: (class, used, 1 | 0 | NULL for each pair, count).

    For each pair: 1 when every clock of it was met, 0 when one was not, NULL when the application has
    none and so stands outside its base.  ``used`` is that of the local total clock.

    One row for each application first, then one for each combination.  The ids come from an IN list,
    not a join: SQLite then walks the clocks in the order of their own key and groups them as they
    pass, where the join, in order of archiving, sorts a million rows.
    """
    wanted = sa.select(application.c.id).where(scope.holds(application.c.archived_at))
    one = (
        sa.select(
            clock.c.application_id,
            clock.c.layer,
            clock.c.role,
            clock.c.used,
            sa.case((met(scope.as_of), 1), else_=0).label("met"),
        )
        .where(clock.c.application_id.in_(wanted), judged())
        .subquery("one")
    )
    flags = [sa.func.min(sa.case((_is(one, pair), one.c.met))).label(column(pair)) for pair in pairs]
    local = sa.case((_is(one, (Layer.LOCAL, Role.TOTAL)), one.c.used))
    each = (
        sa.select(one.c.application_id, sa.func.max(local).label("used"), *flags)
        .group_by(one.c.application_id)
        .subquery("each")
    )
    keys = [application.c.customer_class, each.c.used, *(each.c[column(pair)] for pair in pairs)]
    joined = each.join(application, application.c.id == each.c.application_id)
    return sa.select(*keys, sa.func.count().label("n")).select_from(joined).group_by(*keys)


def column(pair: Pair) -> str:
    """The name of a pair's flag."""
    return f"{pair[0].value}_{pair[1].value}"


def _is(one: sa.Subquery, pair: Pair) -> sa.ColumnElement[bool]:
    return sa.and_(one.c.layer == pair[0].value, one.c.role == pair[1].value)


WHO = (
    application.c.number,
    application.c.customer_class,
    application.c.station,
    application.c.manager,
)


def not_kept(scope: Scope) -> sa.Select[Any]:
    """Every clock that keeps an archived application out of a rate, so that each rate can be traced."""
    return (
        sa.select(*WHO, clock)
        .select_from(application.join(clock, clock.c.application_id == application.c.id))
        .where(scope.holds(application.c.archived_at), judged(), unmet(scope.as_of))
    )


def in_progress(as_of: datetime) -> sa.ColumnElement[bool]:
    """Accepted and not yet archived or terminated at ``as_of``; the last record of a terminated
    application is its termination.

    The two ends of the index on archived_at name the few that can be meant; an OR instead makes
    SQLite walk every application ever accepted.
    """
    ends = (application.c.archived_at.is_(None), application.c.archived_at > as_of)
    return sa.and_(
        application.c.id.in_(sa.union_all(*(sa.select(application.c.id).where(end) for end in ends))),
        application.c.accepted_at <= as_of,
        application.c.status != Status.VOIDED.value,
        sa.or_(application.c.status != Status.TERMINATED.value, application.c.last_at > as_of),
    )


def capacities(as_of: datetime) -> sa.Select[Any]:
    """Applications in progress by class and capacity: capacities are exact text, added up outside SQL."""
    keys = (application.c.customer_class, application.c.capacity)
    return sa.select(*keys, sa.func.count()).where(in_progress(as_of)).group_by(*keys)


def levels(scope: Scope) -> sa.Select[Any]:
    """Levels of the local layer reached in the month. One that was reached is never deleted, also when
    the application was terminated or voided afterwards (domain §4, §6); withdrawn ones were not reached.
    """
    return (
        sa.select(threshold.c.level, sa.func.count())
        .where(
            scope.holds(threshold.c.crosses_at),
            threshold.c.withdrawn_at.is_(None),
            threshold.c.layer == Layer.LOCAL.value,
        )
        .group_by(threshold.c.level)
    )
