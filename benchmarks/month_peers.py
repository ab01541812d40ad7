"""The figures of ``month.py`` as others work them out: pandas, polars, and DuckDB over Parquet.

pandas reads the program's own tables once as they are, and once, like all others, with instants as the driver
gives them, without the zone that our column type adds to each in Python.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from benchmarks.month_world import AS_OF, MONTH
from reports.facts.scope import Scope
from workflow.book import Book
from workflow.tables import Instant, application, clock

Figures = list[Any]
PARQUET_ROWS = 500_000


_COLUMNS: tuple[sa.Column[Any], ...] = (
    clock.c.application_id,
    application.c.customer_class,
    application.c.archived_at,
    clock.c.layer,
    clock.c.role,
    clock.c.verdict,
    clock.c.used,
    clock.c.limit_value,
    clock.c.stopped_at,
    clock.c.superseded_at,
)


def _bare(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    instant = isinstance(column.type, Instant)
    return sa.type_coerce(column, sa.DateTime()).label(column.name) if instant else column


_JOINED = application.join(clock, clock.c.application_id == application.c.id)
AS_THEY_ARE = sa.select(*_COLUMNS).select_from(_JOINED)
STEPS: sa.Select[Any] = sa.select(*map(_bare, _COLUMNS)).select_from(_JOINED)
IN_THE_MONTH = Scope(MONTH, AS_OF).archived


def utc(at: datetime) -> datetime:
    """As the database holds it."""
    return at.astimezone(UTC).replace(tzinfo=None)


BEGINS, ENDS, KNOWN = utc(MONTH.begins), utc(MONTH.ends), utc(AS_OF)


def figures(
    kept: Iterable[tuple[str, str, int, int]],
    others: Iterable[tuple[int, int]],
    days: Iterable[tuple[str, int, float, float, int, int]],
) -> Figures:
    """What every way must give: the rates of each layer by class, of nodes and of supporting works, the days."""
    return [
        {f"{layer} {customer_class}": [int(met), int(of)] for layer, customer_class, met, of in kept},
        *([int(met or 0), int(of)] for met, of in others),
        {
            str(name): [int(n), float(mean), float(median), int(p90), int(longest)]
            for name, n, mean, median, p90, longest in sorted(days)
        },
    ]


# -- pandas ---------------------------------------------------------------------------------------


def pandas_month(book: Book, _parquet: Path) -> Figures:
    """pandas over read_sql of our tables, month by WHERE"""
    return _by_pandas(book, AS_THEY_ARE.where(IN_THE_MONTH))


def pandas_bare(book: Book, _parquet: Path) -> Figures:
    """pandas over read_sql of bare types, month by WHERE"""
    return _by_pandas(book, STEPS.where(IN_THE_MONTH))


def pandas_table(book: Book, _parquet: Path) -> Figures:
    """pandas over read_sql of bare types, every row"""
    return _by_pandas(book, STEPS)


def _by_pandas(book: Book, wanted: sa.Select[Any]) -> Figures:
    with book.engine.connect() as connection:
        steps = pd.read_sql(wanted, connection)
    for name in ("archived_at", "stopped_at"):
        steps[name] = pd.to_datetime(steps[name], utc=True)
    steps = steps[
        (steps["archived_at"] >= MONTH.begins)
        & (steps["archived_at"] < MONTH.ends)
        & steps["limit_value"].notna()
        & steps["superseded_at"].isna()
    ]
    steps = steps.assign(met=(steps["verdict"] == "met") & (steps["stopped_at"] <= AS_OF))
    keys = ["application_id", "customer_class", "layer", "role"]
    each = steps.groupby(keys, as_index=False, observed=True).agg(met=("met", "min"), used=("used", "max"))
    total, local = each[each["role"] == "total"], each[each["layer"] == "local"]
    kept = total.groupby(["layer", "customer_class"])["met"].agg(["sum", "count"])
    nodes = local[(local["role"] == "node") & local["customer_class"].str.startswith("hv_")]["met"]
    supporting = local[local["role"] == "supporting"]["met"]
    days = local[local["role"] == "total"].groupby("customer_class")["used"]
    return figures(
        ((*key, met, of) for key, met, of in zip(kept.index, kept["sum"], kept["count"], strict=True)),
        ((int(chosen.sum()), len(chosen)) for chosen in (nodes, supporting)),
        (
            (
                str(name),
                *(len(used), used.mean(), used.median()),
                int(used.quantile(0.9, interpolation="inverted_cdf")),  # type: ignore[call-overload]  # numpy's own name
                used.max(),
            )
            for name, used in days
        ),
    )


# -- polars ---------------------------------------------------------------------------------------


def polars_month(book: Book, _parquet: Path) -> Figures:
    """polars over its read_database, month by WHERE"""
    import polars as pl

    with book.engine.connect() as connection:
        return _by_polars(pl.read_database(STEPS.where(IN_THE_MONTH), connection, infer_schema_length=None))


def polars_parquet(_book: Book, parquet: Path) -> Figures:
    """polars over Parquet, scanned lazily"""
    import polars as pl

    return _by_polars(pl.scan_parquet(parquet / "*.parquet"))


def _by_polars(steps: Any) -> Figures:
    import polars as pl

    met = (pl.col("verdict") == "met") & (pl.col("stopped_at") <= KNOWN)
    each = (
        steps.lazy()
        .filter(
            pl.col("archived_at").is_between(BEGINS, ENDS, closed="left"),
            pl.col("limit_value").is_not_null() & pl.col("superseded_at").is_null(),
        )
        .group_by("application_id", "customer_class", "layer", "role")
        .agg(met.min().alias("met"), pl.col("used").max())
        .collect()
    )
    total, local = each.filter(role="total"), each.filter(layer="local")
    kept = total.group_by("layer", "customer_class").agg(pl.col("met").sum(), pl.len())
    nodes = local.filter(pl.col("role") == "node", pl.col("customer_class").str.starts_with("hv_"))["met"]
    used = pl.col("used")
    spread = (
        pl.len(),
        used.mean().alias("mean"),
        used.median().alias("median"),
        used.sort().get(((9 * pl.len() + 9) // 10 - 1).cast(pl.Int64)).alias("p90"),
        used.max().alias("longest"),
    )
    return figures(
        kept.iter_rows(),
        ((chosen.sum(), len(chosen)) for chosen in (nodes, local.filter(role="supporting")["met"])),
        local.filter(role="total").group_by("customer_class").agg(*spread).iter_rows(),
    )


# -- DuckDB ---------------------------------------------------------------------------------------

EACH = """
CREATE OR REPLACE TEMP TABLE each AS
SELECT application_id, customer_class, layer, role, max(used) AS used,
       min(CASE WHEN verdict = 'met' AND stopped_at <= $known THEN 1 ELSE 0 END) AS met
FROM read_parquet($files)
WHERE archived_at >= $begins AND archived_at < $ends AND limit_value IS NOT NULL AND superseded_at IS NULL
GROUP BY ALL
"""
KEPT = "SELECT layer, customer_class, sum(met), count(*) FROM each WHERE role = 'total' GROUP BY ALL"
OTHERS = """
SELECT sum(met), count(*) FROM each WHERE layer = 'local' AND role = 'node' AND customer_class LIKE 'hv~_%' ESCAPE '~'
UNION ALL SELECT sum(met), count(*) FROM each WHERE layer = 'local' AND role = 'supporting'
"""
DAYS = """
SELECT customer_class, count(*), avg(used), median(used), quantile_disc(used, 0.9), max(used)
FROM each WHERE layer = 'local' AND role = 'total' GROUP BY ALL
"""


def duckdb_parquet(_book: Book, parquet: Path) -> Figures:
    """DuckDB over Parquet"""
    import duckdb

    with duckdb.connect() as connection:
        files = str(parquet / "*.parquet")
        connection.execute(EACH, {"files": files, "begins": BEGINS, "ends": ENDS, "known": KNOWN})
        kept, others, days = (connection.execute(each).fetchall() for each in (KEPT, OTHERS, DAYS))
    return figures(kept, others, days)


def write_parquet(book: Book, folder: Path) -> None:
    """Every row, in the order of archiving, so that a reader may skip what is not of the month."""
    import polars as pl

    texts = ("customer_class", "layer", "role", "verdict")
    instants = ("archived_at", "stopped_at", "superseded_at")
    types = {**dict.fromkeys(texts, pl.String), **dict.fromkeys(instants, pl.Datetime("us"))}
    with book.engine.connect().execution_options(stream_results=True) as connection:
        parts = pl.read_database(
            STEPS.order_by(application.c.archived_at),
            connection,
            iter_batches=True,
            batch_size=PARQUET_ROWS,
            schema_overrides=types,
        )
        for number, part in enumerate(parts):
            part.write_parquet(folder / f"{number:05}.parquet")


PEERS: tuple[Callable[[Book, Path], Figures], ...] = (
    pandas_month,
    pandas_bare,
    pandas_table,
    polars_month,
    polars_parquet,
    duckdb_parquet,
)
