"""Everything a report is made of, read in one transaction so that its figures agree with each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from limits.policy import PolicySet
from limits.zone import local
from reports.errors import PeriodNotBegun
from reports.facts.counts import counts, excluded, levels
from reports.facts.earlier import Earlier, Periods, before, trend
from reports.facts.findings import findings
from reports.facts.kept import by_application, clocks
from reports.facts.late import not_met
from reports.facts.scope import Scope
from reports.facts.standing import standing
from reports.facts.stories import stories
from reports.facts.together import together
from reports.facts.values import Facts, Rows, Value
from reports.facts.whose_time import owners
from reports.periods import Period
from workflow import store
from workflow.book import Book
from workflow.events import canonical
from workflow.past import Past, past
from workflow.people import tables as people_tables
from workflow.people.organisation import UnitKind

# What another package tells of a period: (what was on record, begins, ends) → name → (columns, rows).
Told = Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]
Source = Callable[[Past, datetime, datetime], Told]
FORMAT = 1
# What a report should tell of and nobody records yet: said, and counted for nothing.
ABSENT = (
    ("vetoes", "一票否决", "没有认定“查实”的登记；查出的问题都只是线索，没有扣减任何一项达标率"),
    ("complaints", "投诉", "没有投诉的登记"),
    (
        "cooperation",
        "专业协同事项",
        "除配套工程外，现场勘查、试验调试、检查验收、停送电安排没有公布的时限，也没有登记",
    ),
    ("distributed", "分布式电源及充换电设施", "台账中没有这两类业务"),
)


def gather(
    book: Book,
    period: Period,
    as_of: datetime,
    others: Sequence[Source] = (),
    earlier: Earlier | None = None,
) -> Facts:
    """The facts of ``period`` as on record at ``as_of``, the same whenever asked; of one not over, those up to then.

    What was recorded later is not in them, whenever it happened, nor a calendar imported later.
    ``others`` add the tables of packages that reports knows nothing of.  What is compared with an earlier
    period comes from its sealed facts where ``earlier`` has them, else it is counted anew.  Raises
    PeriodNotBegun.
    """
    as_of = local(as_of)
    if as_of < period.begins:
        raise PeriodNotBegun(period=period.label, as_of=f"{as_of:%Y-%m-%d %H:%M}")
    book = replace(book, rules=book.rules.known_at(as_of))
    with store.reading(book.engine) as connection, past(connection, book.rules, as_of) as then:
        scope = Scope(period, as_of, then.known)
        tables = together(then, lambda ledger: ledger_tables(ledger, book, scope)) | _lists(
            connection, book, scope
        )
        for source in others:
            told = source(then, period.begins, period.ends)
            tables |= {name: Rows.of(columns, rows) for name, (columns, rows) in told.items()}
        periods = Periods(then, period, tables, earlier)
        tables |= before(periods)
        tables["trend"] = trend(periods)
        head = then.head()
    return Facts(_header(book, scope, head, tables), tables)


def ledger_tables(connection: sa.Connection, book: Book, scope: Scope) -> dict[str, Rows]:
    """What the applications of one ledger tell."""
    return {
        "counts": counts(connection, scope),
        **by_application(connection, scope),
        **clocks(connection, scope),
        "unmet": not_met(connection, book, scope),
        **standing(connection, book, scope),
        "excluded": excluded(connection, scope),
        "levels": levels(connection, scope),
        "findings": findings(connection, scope),
        "owners": owners(connection, book, scope),
        **stories(connection, scope),
    }


def _lists(connection: sa.Connection, book: Book, scope: Scope) -> dict[str, Rows]:
    """What is no matter of applications."""
    return {
        "stations": stations(connection, scope.as_of),
        "documents": documents(book.rules.policies),
        "clock_names": _clock_names(book.rules.policies),
        "indicators": _indicators(book.rules.policies, scope.period),
        "absent": Rows.of(("what", "label", "why"), ABSENT),
    }


def _header(book: Book, scope: Scope, head: str, tables: Mapping[str, Rows]) -> dict[str, Value]:
    policies, calendar = book.rules.policies, book.rules.calendar
    lists = (row for name in ("unmet", "open_late") for row in tables[name].dicts())
    return {
        "format": FORMAT,
        "company": policies.label,
        "period": str(scope.period),
        "as_of": scope.as_of.isoformat(),
        "complete": scope.as_of >= scope.period.ends,
        "provisional": scope.closing.date() > calendar.published_through
        or any(row["provisional"] for row in lists),
        "published_through": calendar.published_through.isoformat(),
        "calendar": calendar.digest,
        "policies": policies.digest,
        "ledger_head": head,
    }


def stations(connection: sa.Connection, as_of: datetime) -> Rows:
    """The stations of the organisation, so that one to which nothing happened is not forgotten."""
    unit = people_tables.unit.c
    wanted = sa.select(unit.name).where(unit.kind == UnitKind.STATION.value, unit.recorded_at <= as_of)
    return Rows.of(("station",), connection.execute(wanted))


def _indicators(policies: PolicySet, period: Period) -> Rows:
    """What the period is measured by, the last day's; so a sealed period keeps its own definitions."""
    on = (period.ends - timedelta(microseconds=1)).date()
    told = enumerate(policies.indicators_on(on), 1)
    return Rows.of(("place", "definition"), ((place, canonical(each.to_payload())) for place, each in told))


def documents(policies: PolicySet) -> Rows:
    """The documents the limits are taken from, in the order of the policies."""
    cited = (limit.citation.document for rule in policies.clocks for limit in rule.limits)
    return Rows.of(("place", "document"), enumerate(dict.fromkeys(cited), 1))


def _clock_names(policies: PolicySet) -> Rows:
    """What people call each clock, in the order of the policies."""
    rows = ((place, *key, label) for place, (key, label) in enumerate(policies.labels.items(), 1))
    return Rows.of(("place", "layer", "clock", "label"), rows)
