"""The month's figures (domain §10): accepted, archived, on time in each layer, days used, who was late.

时限达标率 = applications archived in the month whose total clock was met ÷ those archived in the month,
in each layer by itself.  Terminated and void applications are judged in none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import sqlalchemy as sa

from limits.policy import Layer, PolicySet, Role
from limits.terms import CustomerClass, Level
from limits.zone import local
from reports import facts, figures, late
from reports.errors import MonthNotBegun
from reports.late import LateClock
from reports.months import Month
from reports.shares import Share, Spread
from workflow import store
from workflow.book import Book

__all__ = ["InProgress", "Month", "MonthReport", "month_report"]

T = TypeVar("T")

TOTAL = (Layer.LOCAL, Role.TOTAL)
NODES = (Layer.LOCAL, Role.NODE)
SUPPORTING = (Layer.LOCAL, Role.SUPPORTING)


@dataclass(frozen=True, slots=True)
class InProgress:
    """Applications accepted and not ended; ``capacity`` in kVA (low voltage: kW)."""

    count: int
    capacity: Decimal


@dataclass(frozen=True)
class MonthReport:
    """One month as known at ``as_of``. Only classes that occur are keys."""

    company: str
    month: Month
    as_of: datetime
    complete: bool
    accepted: dict[CustomerClass, int]
    archived: dict[CustomerClass, int]
    kept: dict[Layer, dict[CustomerClass, Share]]
    nodes: Share
    supporting: Share
    used: dict[CustomerClass, Spread]
    in_progress: dict[CustomerClass, InProgress]
    late: tuple[LateClock, ...]
    open_late: tuple[LateClock, ...]
    levels: dict[Level, int]
    provisional: bool
    published_through: date
    policies: str
    documents: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """What report.json holds."""
        return figures.as_json(self)

    def on_time(self, layer: Layer) -> Share:
        """All classes together."""
        shares = self.kept.get(layer, {}).values()
        return Share(sum(share.met for share in shares), sum(share.of for share in shares))


def month_report(book: Book, month: Month, as_of: datetime) -> MonthReport:
    """The figures of ``month`` as known at ``as_of``; of a month not over, those up to then.

    Raises MonthNotBegun. Everything is read in one transaction, so the figures agree with each other.
    """
    as_of = local(as_of)
    if as_of < month.begins:
        raise MonthNotBegun(month=month.label, as_of=f"{as_of:%Y-%m-%d %H:%M}")
    policies, calendar = book.rules.policies, book.rules.calendar
    scope, pairs = facts.Scope(month, as_of), judged_pairs(policies)
    with store.reading(book.engine) as connection:
        accepted = _counts(connection, facts.accepted(scope))
        archived = _counts(connection, facts.archived(scope))
        closed = closed_figures(connection.execute(facts.kept(scope, pairs)), pairs, archived)
        not_kept = tuple(late.archived_late(connection, book, scope))
        still_open = tuple(late.open_late(connection, book, as_of, pairs))
        in_progress = _in_progress(connection, as_of)
        reached = {Level.of(row[0]): int(row[1]) for row in connection.execute(facts.levels(scope))}
    counted_through = min(as_of, month.ends - timedelta(microseconds=1)).date()
    return MonthReport(
        company=policies.label,
        month=month,
        as_of=as_of,
        complete=as_of >= month.ends,
        accepted=accepted,
        archived=archived,
        kept=closed.kept,
        nodes=closed.nodes,
        supporting=closed.supporting,
        used=closed.used,
        in_progress=in_progress,
        late=not_kept,
        open_late=still_open,
        levels={level: reached.get(level, 0) for level in Level},
        provisional=counted_through > calendar.published_through
        or any(line.provisional for line in (*not_kept, *still_open)),
        published_through=calendar.published_through,
        policies=policies.digest,
        documents=documents_of(policies),
    )


def judged_pairs(policies: PolicySet) -> tuple[facts.Pair, ...]:
    """What counts in a rate: the total clock of each layer that has one, and of the local layer the
    stage nodes (节点达标) and supporting works as well (domain §4).
    """
    totals = {rule.layer for rule in policies.clocks if rule.role is Role.TOTAL}
    return (*((layer, Role.TOTAL) for layer in Layer if layer in totals | {Layer.LOCAL}), NODES, SUPPORTING)


@dataclass(frozen=True, slots=True)
class Closed:
    """The figures about applications archived in the month."""

    kept: dict[Layer, dict[CustomerClass, Share]]
    nodes: Share
    supporting: Share
    used: dict[CustomerClass, Spread]


def closed_figures(
    rows: Iterable[Any], pairs: Iterable[facts.Pair], archived: dict[CustomerClass, int]
) -> Closed:
    """Shape what :func:`reports.facts.kept` counted. High voltage alone has stage nodes to meet."""
    from reports import frames  # pandas takes longer to load than most reports to make

    listed = list(pairs)
    frame = frames.kept_frame(rows, listed)
    kept, base = (
        {pair: count(frame, pair) for pair in listed} for count in (frames.kept_all, frames.in_base)
    )

    def shares(pair: facts.Pair) -> dict[CustomerClass, Share]:
        return {each: Share(kept[pair].get(each, 0), base[pair].get(each, 0)) for each in archived}

    nodes = [share for each, share in shares(NODES).items() if each.high_voltage]
    return Closed(
        kept={pair[0]: shares(pair) for pair in listed if pair[1] is Role.TOTAL},
        nodes=_sum(nodes),
        supporting=_sum(shares(SUPPORTING).values()),
        used=_in_order(frames.spreads(frame)),
    )


def _sum(shares: Iterable[Share]) -> Share:
    listed = list(shares)
    return Share(sum(share.met for share in listed), sum(share.of for share in listed))


def _counts(connection: sa.Connection, statement: sa.Select[Any]) -> dict[CustomerClass, int]:
    return _in_order({CustomerClass.of(row[0]): int(row[1]) for row in connection.execute(statement)})


def _in_order(by_class: dict[CustomerClass, T]) -> dict[CustomerClass, T]:
    return {each: by_class[each] for each in CustomerClass if each in by_class}


def _in_progress(connection: sa.Connection, as_of: datetime) -> dict[CustomerClass, InProgress]:
    found: dict[CustomerClass, InProgress] = {}
    for value, capacity, count in connection.execute(facts.capacities(as_of)):
        customer_class = CustomerClass.of(value)
        held = found.get(customer_class, InProgress(0, Decimal(0)))
        found[customer_class] = InProgress(held.count + count, held.capacity + capacity * count)
    return _in_order(found)


def documents_of(policies: PolicySet) -> tuple[str, ...]:
    """The documents the limits are taken from, in the order of the policies."""
    cited = (limit.citation.document for rule in policies.clocks for limit in rule.limits)
    return tuple(dict.fromkeys(str(document) for document in cited))
