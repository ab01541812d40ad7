"""What a period is compared with: the one before, the same a year earlier, and the months that lead up to it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import sqlalchemy as sa

from reports.facts.counts import counts
from reports.facts.kept import RULES, by_application, kept
from reports.facts.scope import Scope
from reports.facts.values import Facts, Rows, Value
from reports.periods import Period, Span

# The sealed facts of an earlier period; None where it was not sealed.
Earlier = Callable[[Period], Facts | None]

COMPARED = ("counts", "kept", "days_by_manager")
BEFORE = {"previous": Period.previous, "year_before": Period.year_before}
TREND_MONTHS = 6  # X: so many fit side by side, and half a year shows a season


def before(
    connection: sa.Connection, period: Period, as_of: datetime, earlier: Earlier | None
) -> dict[str, Rows]:
    """``counts_before`` and its like: the same columns behind ``when``, ``previous`` or ``year_before``.

    ``before`` says which periods they are and the hash of the facts they were taken from, empty where they
    were counted anew.
    """
    found: dict[str, list[tuple[Value, ...]]] = {name: [] for name in COMPARED}
    columns: dict[str, tuple[str, ...]] = {}
    told = []
    for when, which in BEFORE.items():
        sealed = earlier(which(period)) if earlier is not None else None
        tables = _counted(connection, Scope(which(period), as_of)) if sealed is None else sealed.tables
        for name in COMPARED:
            columns[name] = ("when", *tables[name].columns)
            found[name] += [(when, *row) for row in tables[name].rows]
        told.append((when, str(which(period)), sealed.digest if sealed is not None else ""))
    compared = {f"{name}_before": Rows.of(columns[name], rows) for name, rows in found.items()}
    return {**compared, "before": Rows.of(("when", "period", "sealed"), told)}


def _counted(connection: sa.Connection, scope: Scope) -> Mapping[str, Rows]:
    return {"counts": counts(connection, scope), **by_application(connection, scope)}


def trend(connection: sa.Connection, period: Period, as_of: datetime, earlier: Earlier | None) -> Rows:
    """The rates of the months that lead up to the end of ``period``: its own, or six where it is one itself."""
    return Rows.of(("period", "rule", "base", "met"), _trend(connection, period, as_of, earlier))


def _trend(
    connection: sa.Connection, period: Period, as_of: datetime, earlier: Earlier | None
) -> Iterator[tuple[object, ...]]:
    for month in _months(period):
        if month.begins > as_of:
            continue
        sealed = earlier(month) if earlier is not None and month != period else None
        rows = (kept(connection, Scope(month, as_of)) if sealed is None else sealed.tables["kept"]).dicts()
        for rule in RULES:
            sums = [
                sum(int(row[name] or 0) for row in rows if row["rule"] == rule) for name in ("base", "met")
            ]
            yield (str(month), rule, *sums)


def _months(period: Period) -> tuple[Period, ...]:
    if period.span is not Span.MONTH:
        return period.months()
    found = [period]
    while len(found) < TREND_MONTHS:
        found.insert(0, found[0].previous())
    return tuple(found)
