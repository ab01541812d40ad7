"""Which limits the archived applications kept, by application and by clock, and the days they took."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import CustomerClass
from reports.facts.scope import WHOSE, WHOSE_COLUMNS, Scope, decided, judged, limited, met
from reports.facts.values import Rows
from workflow.tables import application, clock

Pair = tuple[Layer, ClockRole]
TOTAL, NODE, SUPPORTING = (
    (Layer.LOCAL, role) for role in (ClockRole.TOTAL, ClockRole.NODE, ClockRole.SUPPORTING)
)
PAIRS: tuple[Pair, ...] = (*((layer, ClockRole.TOTAL) for layer in Layer), NODE, SUPPORTING)
# 高压 counts in the composite only when all its stage nodes are met as well (domain §10).
WHOLE = "local.whole"
KEPT = ("rule", *WHOSE_COLUMNS, "base", "met")
CLOCKS = ("layer", "role", "clock", *WHOSE_COLUMNS, "base", "met")
DAYS = ("layer", "role", "clock", "time_unit", "class", "unit", "station", "used", "n")
DAYS_BY_MANAGER = (*WHOSE_COLUMNS, "used", "n")


def rule_of(pair: Pair) -> str:
    """The name of what a pair judges, ``local.total``."""
    return f"{pair[0].value}.{pair[1].value}"


RULES = (*(rule_of(pair) for pair in PAIRS), WHOLE)


def kept(connection: sa.Connection, scope: Scope) -> Rows:
    """How many archived applications have limits of a rule (``base``) and kept every one of them (``met``).

    An application without such a clock stands outside that rule's base.  Only 高压 has stage nodes to meet.
    """
    return by_application(connection, scope)["kept"]


def by_application(connection: sa.Connection, scope: Scope) -> dict[str, Rows]:
    """``kept``, and ``days_by_manager``: the histogram of what the local total clock used, both of one pass."""
    base: Counter[tuple[Any, ...]] = Counter()
    kept_all: Counter[tuple[Any, ...]] = Counter()
    days: Counter[tuple[Any, ...]] = Counter()
    for row in connection.execute(_kept(scope)):
        whose, used, n = tuple(row[:4]), row[4], row[5]
        for index, rule in enumerate(RULES, 6):
            if row[index]:
                base[(rule, *whose)] += row[index]
                kept_all[(rule, *whose)] += row[index + len(RULES)]
        if used is not None:
            days[(*whose, used)] += n
    return {
        "kept": Rows.of(KEPT, ((*key, n, kept_all[key]) for key, n in base.items())),
        "days_by_manager": Rows.of(DAYS_BY_MANAGER, _counted(days)),
    }


def _kept(scope: Scope) -> sa.Select[Any]:
    """One row for each application first, then one for each combination of whose it is and what it used."""
    one = (
        sa.select(
            clock.c.application_id,
            clock.c.layer,
            clock.c.role,
            sa.case((met(scope.as_of), 1), else_=0).label("met"),
            sa.case((clock.c.stopped_at <= scope.as_of, clock.c.used)).label("used"),
        )
        .where(clock.c.application_id.in_(scope.archived_ids), judged())
        .subquery("one")
    )
    flags = {pair: sa.func.min(sa.case((_is(one, pair), one.c.met))) for pair in PAIRS}
    each = (
        sa.select(
            one.c.application_id,
            sa.func.max(sa.case((_is(one, TOTAL), one.c.used))).label("used"),
            *(flag.label(rule_of(pair)) for pair, flag in flags.items()),
        )
        .group_by(one.c.application_id)
        .subquery("each")
    )
    judgements = _judgements(each)
    sums = [sa.func.count(judgements[rule]) for rule in RULES] + [
        sa.func.coalesce(sa.func.sum(judgements[rule]), 0) for rule in RULES
    ]
    joined = each.join(application, application.c.id == each.c.application_id)
    keys = (*WHOSE, each.c.used)
    return sa.select(*keys, sa.func.count(), *sums).select_from(joined).group_by(*keys)


def _judgements(each: sa.Subquery) -> dict[str, sa.ColumnElement[Any]]:
    """By rule: 1 kept, 0 not, NULL where it does not bind."""
    high = application.c.customer_class.in_([each.value for each in CustomerClass if each.high_voltage])
    total, node = each.c[rule_of(TOTAL)], each.c[rule_of(NODE)]
    found: dict[str, sa.ColumnElement[Any]] = {rule: each.c[rule] for rule in RULES if rule != WHOLE}
    found[rule_of(NODE)] = sa.case((high, node))
    found[WHOLE] = sa.case((sa.and_(high, node == 0), total * 0), else_=total)
    return found


def _is(one: sa.Subquery, pair: Pair) -> sa.ColumnElement[bool]:
    return sa.and_(one.c.layer == pair[0].value, one.c.role == pair[1].value)


def clocks(connection: sa.Connection, scope: Scope) -> dict[str, Rows]:
    """Every clock of the archived applications: ``clocks`` counts those met, ``days`` is a histogram of what
    was used.

    A clock nobody stopped has used no known number of days: it is in the base and in no histogram.
    """
    base: Counter[tuple[Any, ...]] = Counter()
    kept_all: Counter[tuple[Any, ...]] = Counter()
    days: Counter[tuple[Any, ...]] = Counter()
    groups = _groups(scope)
    who = _who(connection, groups)
    for number, used, stopped, is_met, name, layer, role, time_unit, n in connection.execute(
        _clocks(scope, groups)
    ):
        whose = who[number]
        key = (layer, role, name, *whose)
        base[key] += n
        kept_all[key] += n * is_met
        if stopped:
            days[(layer, role, name, time_unit, *whose[:3], used)] += n
    return {
        "clocks": Rows.of(CLOCKS, ((*key, n, kept_all[key]) for key, n in base.items())),
        "days": Rows.of(DAYS, _counted(days)),
    }


def _who(connection: sa.Connection, groups: sa.CTE) -> dict[int, tuple[str, ...]]:
    named = sa.select(groups.c.whose, *(groups.c[column.name] for column in WHOSE)).distinct()
    return {row[0]: tuple(row[1:]) for row in connection.execute(named)}


def _counted(counter: Counter[tuple[Any, ...]]) -> Iterator[tuple[object, ...]]:
    return ((*key, n) for key, n in counter.items())


def _clocks(scope: Scope, groups: sa.CTE) -> sa.Select[Any]:
    """One pass over the clocks; a row for each combination that occurs.

    Numbers come first in what is grouped by: most comparisons then end before a text is looked at.
    """
    stopped = sa.case((clock.c.stopped_at <= scope.as_of, 1), else_=0).label("stopped")
    is_met = sa.case((met(scope.as_of), 1), else_=0).label("met")
    keys: Sequence[sa.ColumnElement[Any]] = (
        *(groups.c.whose, clock.c.used, stopped, is_met),
        *(clock.c.name, clock.c.layer, clock.c.role, clock.c.unit),
    )
    return (
        sa.select(*keys, sa.func.count().label("n"))
        .select_from(clock.join(groups, groups.c.id == clock.c.application_id))
        .where(limited(), decided(scope.as_of))
        .group_by(*keys)
    )


def _groups(scope: Scope) -> sa.CTE:
    """Each archived application with the number of those whose it is: a million clocks are sorted by one
    number instead of four names, which takes less than half the time.
    """
    number = sa.func.dense_rank().over(order_by=WHOSE).label("whose")
    return sa.select(application.c.id, number, *WHOSE).where(scope.archived).cte("groups")
