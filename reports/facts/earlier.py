"""What a period is compared with: the one before, the same a year earlier, and the months that lead up to it."""

from collections.abc import Callable, Iterator, Mapping

import sqlalchemy as sa

from reports.facts.counts import counts
from reports.facts.kept import RULES, by_application, kept
from reports.facts.scope import Scope
from reports.facts.together import together
from reports.facts.values import Facts, Rows, Value
from reports.periods import Period, Span
from workflow.past import Past

# The sealed facts of an earlier period; None where it was not sealed.
Earlier = Callable[[Period], Facts | None]

COMPARED = ("counts", "kept", "days_by_manager")
BEFORE = {"previous": Period.previous, "year_before": Period.year_before}
TREND_MONTHS = 6  # X: so many fit side by side, and half a year shows a season


class Periods:
    """The periods that one is compared with: what was sealed of each where it was, else counted, and once only."""

    def __init__(self, past: Past, period: Period, own: Mapping[str, Rows], earlier: Earlier | None) -> None:
        self.past, self.period, self._earlier = past, period, earlier
        self._kept = {period: own["kept"]}

    def compared(self, period: Period) -> tuple[Mapping[str, Rows], str]:
        """The tables :data:`COMPARED` of an earlier period, and the hash of its sealed facts if those told them."""
        sealed = self._earlier(period) if self._earlier is not None else None
        tables = _counted(self.past, period) if sealed is None else sealed.tables
        self._kept[period] = tables["kept"]
        return tables, sealed.digest if sealed is not None else ""

    def kept(self, period: Period) -> Rows:
        """The table ``kept`` of any period."""
        if period not in self._kept:
            sealed = self._earlier(period) if self._earlier is not None else None
            self._kept[period] = _kept(self.past, period) if sealed is None else sealed.tables["kept"]
        return self._kept[period]


def before(periods: Periods) -> dict[str, Rows]:
    """``counts_before`` and its like: the same columns behind ``when``, ``previous`` or ``year_before``.

    ``before`` says which periods they are and the hash of the facts they were taken from, empty where they
    were counted anew.
    """
    found: dict[str, list[tuple[Value, ...]]] = {name: [] for name in COMPARED}
    columns: dict[str, tuple[str, ...]] = {}
    told = []
    for when, which in BEFORE.items():
        period = which(periods.period)
        tables, digest = periods.compared(period)
        for name in COMPARED:
            columns[name] = ("when", *tables[name].columns)
            found[name] += [(when, *row) for row in tables[name].rows]
        told.append((when, str(period), digest))
    compared = {f"{name}_before": Rows.of(columns[name], rows) for name, rows in found.items()}
    return {**compared, "before": Rows.of(("when", "period", "sealed"), told)}


def _counted(past: Past, period: Period) -> Mapping[str, Rows]:
    scope = Scope(period, past.at, past.known)

    def told(connection: sa.Connection) -> Mapping[str, Rows]:
        return {"counts": counts(connection, scope), **by_application(connection, scope)}

    return together(past, told)


def _kept(past: Past, period: Period) -> Rows:
    scope = Scope(period, past.at, past.known)
    return together(past, lambda connection: {"kept": kept(connection, scope)})["kept"]


def trend(periods: Periods) -> Rows:
    """The rates of the months that lead up to the end of the period: its own, or six where it is one itself."""
    return Rows.of(("period", "rule", "base", "met"), _trend(periods))


def _trend(periods: Periods) -> Iterator[tuple[object, ...]]:
    for month in _months(periods.period):
        if month.begins > periods.past.at:
            continue
        rows = periods.kept(month).dicts()
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
