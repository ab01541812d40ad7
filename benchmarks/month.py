"""A month's indicators, grouped by the database, against pandas over read_sql: ``python benchmarks/month.py``.

A database with a million archived clocks is filled, once with all of them in one month and once spread
over twelve.  Each way runs in a process of its own, three times, and its best is told; all must give the
same figures.  pandas is given the same month by the same WHERE, and once more the whole table, as it is
read by who filters afterwards.  Promised: 10 times from raw rows, memory at most 100 MiB above the imports.

``--rows N`` for another size, ``--postgres`` for PostgreSQL.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

# This folder holds a ``calendar.py``, which must not hide the standard library's from others.
HERE = Path(__file__).resolve()
sys.path[0] = str(HERE.parent.parent)

import pandas as pd  # noqa: E402  after the line above, on purpose
import sqlalchemy as sa  # noqa: E402

from limits.policy import Layer, Role, Subject  # noqa: E402
from limits.terms import CustomerClass, Supplies, Supporting, Voltage  # noqa: E402
from limits.zone import midnight  # noqa: E402
from reports import facts, frames  # noqa: E402
from reports.month import NODES, SUPPORTING, closed_figures, judged_pairs, month_report  # noqa: E402
from reports.months import Month  # noqa: E402
from tests.postgres import fresh_database, running_server  # noqa: E402
from workflow import store  # noqa: E402
from workflow.book import Book  # noqa: E402
from workflow.rules import Rules, load_rules  # noqa: E402
from workflow.tables import application, clock, metadata  # noqa: E402

MONTH = Month(2026, 10)
AS_OF = midnight(date(2026, 11, 20))  # a Friday
KINDS = [
    (CustomerClass.LV_RESIDENT, Voltage.V220, Supporting.NONE, 35),
    (CustomerClass.LV_OTHER, Voltage.V380, Supporting.LOW_VOLTAGE, 20),
    (CustomerClass.LV_MICRO, Voltage.V380, Supporting.NONE, 20),
    (CustomerClass.HV_ORDINARY, Voltage.KV10, Supporting.TEE_LINE, 20),
    (CustomerClass.HV_IMPORTANT, Voltage.KV10, Supporting.NONE, 5),
]
PAIRS = [*((layer, Role.TOTAL) for layer in Layer), NODES, SUPPORTING]


# -- the data ------------------------------------------------------------------------------------


def fill(engine: sa.Engine, rules: Rules, rows: int, months: int) -> None:
    """Archived applications with ``rows`` clocks in all, spread over the ``months`` that end with MONTH."""
    metadata.create_all(engine)
    chance = random.Random(20261121)
    days = round((MONTH.ends - MONTH.begins).days * months)
    made = number = 0
    with store.writing(engine) as connection:
        while made < rows:
            applications: list[dict[str, Any]] = []
            clocks: list[dict[str, Any]] = []
            while len(clocks) < 50_000 and made + len(clocks) < rows:
                number += 1
                archived_at = MONTH.ends - timedelta(seconds=chance.randrange(1, days * 86_400))
                applications.append(life(number, archived_at, chance, rules, clocks))
            connection.execute(sa.insert(application), applications)
            connection.execute(sa.insert(clock), clocks)
            made += len(clocks)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # as autovacuum leaves a table that has been used


def life(
    number: int, archived_at: datetime, chance: random.Random, rules: Rules, clocks: list[dict[str, Any]]
) -> dict[str, Any]:
    """One archived application; its clocks are added to ``clocks``, one in thirty late."""
    customer_class, voltage, works, _ = chance.choices(KINDS, [kind[-1] for kind in KINDS])[0]
    started_at = archived_at - timedelta(days=30)
    subject = Subject(customer_class, voltage, Supplies.SINGLE, works, customer_works=False)
    for bound in rules.policies.bind(subject, date(2026, 9, 1)):  # a Tuesday
        if bound.limit is None or bound.rule.role is Role.OTHER:
            continue
        late = chance.random() < 1 / 30
        used = (
            bound.limit.value + 1 + chance.randrange(4) if late else chance.randrange(bound.limit.value + 1)
        )
        clocks.append(
            {
                "application_id": number,
                "layer": bound.rule.layer.value,
                "name": bound.rule.name,
                "version": 1,
                "role": bound.rule.role.value,
                "unit": bound.unit.value,
                "limit_value": bound.limit.value,
                "used": used,
                "started_at": started_at,
                "stopped_at": archived_at,
                "late_at": archived_at if late else None,
                "verdict": "late" if late else "met",
                "recorded_at": archived_at,
            }
        )
    return {
        **dict.fromkeys(("unit", "customer", "channel"), "示例"),
        **dict.fromkeys(("proactive", "boundary", "customer_works"), False),
        "id": number,
        "number": f"4126{number:09}",
        "station": f"供电所{number % 17}",
        "address": f"{number}号",
        "customer_class": customer_class.value,
        "voltage": voltage.value,
        "supplies": "single",
        "capacity": Decimal(50),
        "kind": "new",
        "supporting": works.value,
        "manager": f"经理{number % 97}",
        "status": "archived",
        "state": "archived",
        "flags": 0,
        "step": "energize",
        "accepted_at": started_at,
        "archived_at": archived_at,
        "last_at": archived_at,
        "events": 5,
        "head_hash": "0" * 64,
    }


# -- the ways ------------------------------------------------------------------------------------


def ours(book: Book) -> object:
    """The rates and days used, counted by the database."""
    scope, pairs = facts.Scope(MONTH, AS_OF), judged_pairs(book.rules.policies)
    with store.reading(book.engine) as connection:
        archived = {CustomerClass.of(row[0]): row[1] for row in connection.execute(facts.archived(scope))}
        closed = closed_figures(connection.execute(facts.kept(scope, pairs)), pairs, archived)
    return [
        {
            f"{layer} {each}": [s.met, s.of]
            for layer, kept in closed.kept.items()
            for each, s in kept.items()
            if s.of
        },
        [closed.nodes.met, closed.nodes.of],
        [closed.supporting.met, closed.supporting.of],
        {str(each): [s.n, s.mean, s.median, s.p90, s.longest] for each, s in sorted(closed.used.items())},
    ]


def whole(book: Book) -> object:
    """All of the report, with its lists."""
    report = month_report(book, MONTH, AS_OF)
    return [len(report.late), sum(report.archived.values())]


STEPS = sa.select(
    clock.c.application_id,
    application.c.customer_class,
    application.c.status,
    application.c.archived_at,
    clock.c.layer,
    clock.c.role,
    clock.c.verdict,
    clock.c.used,
    clock.c.limit_value,
    clock.c.stopped_at,
    clock.c.superseded_at,
).select_from(application.join(clock, clock.c.application_id == application.c.id))


def pandas_month(book: Book) -> object:
    """pandas over read_sql of the month's rows."""
    month = facts.Scope(MONTH, AS_OF).holds(application.c.archived_at)
    with book.engine.connect() as connection:
        return pandas_figures(pd.read_sql(STEPS.where(month), connection))


def pandas_table(book: Book) -> object:
    """pandas over read_sql of every row, filtered afterwards."""
    with book.engine.connect() as connection:
        return pandas_figures(pd.read_sql(STEPS, connection))


def pandas_figures(steps: pd.DataFrame) -> object:
    """The same figures by groupby."""
    steps = steps[
        (steps["archived_at"] >= MONTH.begins)
        & (steps["archived_at"] < MONTH.ends)
        & (steps["status"] == "archived")
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
    spread = {
        str(name): [
            len(used),
            float(used.mean()),
            float(used.median()),
            int(used.quantile(0.9, interpolation="inverted_cdf")),  # type: ignore[call-overload]  # numpy's own name
            int(used.max()),
        ]
        for name, used in days
    }
    return [
        {
            f"{key[0]} {key[1]}": [int(met), int(of)]
            for key, met, of in zip(kept.index, kept["sum"], kept["count"], strict=True)
        },
        [int(nodes.sum()), len(nodes)],
        [int(supporting.sum()), len(supporting)],
        spread,
    ]


WAYS: dict[str, Callable[[Book], object]] = {
    each.__name__: each for each in (ours, whole, pandas_month, pandas_table)
}


# -- measuring -----------------------------------------------------------------------------------


def peak() -> float:
    """MiB this process has ever held.

    Linux hands ru_maxrss of the parent on to the child, so there the process's own high-water mark is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measure(way: str, url: str) -> None:
    """Inside the process of one way: its best of three, what it held above the imports, its figures."""
    book = Book(store.open_engine(url), load_rules())
    frames.kept_frame([], [])  # what is imported late is imported now
    with book.engine.connect() as connection:
        connection.execute(sa.select(sa.func.count()).select_from(application)).all()
    imported, best, figures = peak(), float("inf"), None
    for _ in range(3):
        started = time.perf_counter()
        figures = WAYS[way](book)
        best = min(best, time.perf_counter() - started)
    print(json.dumps({"seconds": best, "held": peak() - imported, "figures": figures}))


def run(way: str, url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(HERE), "--measure", way, "--url", url],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout))


@contextmanager
def database(postgres: bool) -> Iterator[str]:
    """An empty database, gone afterwards."""
    if postgres:
        with running_server(durable=True) as server, fresh_database(server) as url:
            yield url
    else:
        with TemporaryDirectory(prefix="yekuo-month-") as folder:
            yield f"sqlite:///{folder}/month.sqlite3"


def compare(rows: int, months: int, postgres: bool) -> None:
    with database(postgres) as url:
        engine = store.open_engine(url)
        fill(engine, load_rules(), rows, months)
        engine.dispose()
        found = {way: run(way, url) for way in WAYS}
    same = found["ours"]["figures"]
    assert found["pandas_month"]["figures"] == same == found["pandas_table"]["figures"]
    where = "PostgreSQL" if postgres else "SQLite"
    print(f"\n{rows:,} archived clocks over {months} month(s), {where}: figures equal")
    print(f"{'':<58}{'best of 3':>11}{'ratio':>9}{'above imports':>15}")
    for way, result in found.items():
        ratio = result["seconds"] / found["ours"]["seconds"]
        told = (WAYS[way].__doc__ or way).splitlines()[0]
        print(f"{told:<58}{result['seconds']:>9.3f} s{ratio:>8.1f}×{result['held']:>11.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--months", type=int, nargs="*", default=[12, 1])
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--measure", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure, given.url)
        return
    for months in given.months:
        compare(given.rows, months, given.postgres)


if __name__ == "__main__":
    main()
