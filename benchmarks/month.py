"""A month's indicators against pandas, polars and DuckDB: ``python -m benchmarks.month``.

A database is filled with archived clocks, and the month is worked out from its raw rows and from its sealed
facts; then by pandas over read_sql, by polars over its own reader, and by polars and DuckDB over Parquet files of
the same rows, written beforehand.  Each way runs in a process of its own and
its best of three is told; all must give the same figures.  Promised: 10 times pandas from raw rows, 60 times
sealed, and at most 100 MiB above the imports.

100,000 and 1,000,000 clocks in the one month; ``--rows N …`` for other sizes, ``--months 12`` to have them spread
over so many and pandas read them all as well, ``--postgres`` for PostgreSQL, ``--ways WAY …`` for some of the ways
only.  ``--folder DIR`` keeps what was filled and sealed, and takes it again the next time; with ``--prepare``
nothing is measured.  polars and duckdb are no part of the program: they are the dependency group ``bench``.
"""

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from alerts.facts import alarm_facts
from benchmarks import month_peers as peers
from benchmarks.month_world import AS_OF, MONTH, fill
from limits.policy import ClockRole
from reports.facts.gathering import gather
from reports.facts.kept import NODE, PAIRS, SUPPORTING, by_application, rule_of
from reports.facts.scope import Scope
from reports.facts.values import Facts
from reports.figures.figures import Figures
from reports.sealing.seal import close_period, sealed
from tests.postgres import (
    NOBODY,
    fresh_database,
    initialise,
    is_root,
    readable_programs,
    running_server,
    started,
)
from workflow import store
from workflow.book import Book
from workflow.rules import load_rules
from workflow.tables import application

TIMES, ENOUGH = 3, 60.0  # runs of each way, and the seconds after which no further one is begun
GROUP = "bench"
PARQUET = "parquet"


# -- our ways ------------------------------------------------------------------------------------


def raw(book: Book, _parquet: Path) -> peers.Figures:
    """ours, from the raw rows"""
    with store.reading(book.engine) as connection:
        return told(Figures(Facts({}, by_application(connection, Scope(MONTH, AS_OF)))))


def from_sealed(book: Book, _parquet: Path) -> peers.Figures:
    """ours, from the sealed facts"""
    found = sealed(book.engine, MONTH)
    assert found is not None
    return told(Figures(found.facts))


def whole(book: Book, _parquet: Path) -> peers.Figures:
    """ours, everything a report is made of"""
    return told(Figures(gather(book, MONTH, AS_OF, (alarm_facts(book.rules),))))


def told(found: Figures) -> peers.Figures:
    """The figures all must agree on."""
    layers = [pair for pair in PAIRS if pair[1] is ClockRole.TOTAL]
    kept = (
        (layer.value, key[0], share.met, share.of)
        for layer, role in layers
        for key, share in found.kept(rule_of((layer, role)), ("class",)).items()
        if share.of
    )
    others = (found.rate(rule_of(pair)) for pair in (NODE, SUPPORTING))
    spreads = found.used_by_manager(("class",)).items()
    return peers.figures(
        kept,
        ((share.met, share.of) for share in others),
        ((key[0], s.n, s.mean, s.median, s.p90, s.longest) for key, s in spreads),
    )


WAYS: dict[str, Callable[[Book, Path], peers.Figures]] = {
    each.__name__: each for each in (raw, from_sealed, whole, *peers.PEERS)
}


# -- measuring -----------------------------------------------------------------------------------


def peak() -> float:
    """MiB this process has ever held; of Linux, where a child inherits ru_maxrss, its own high-water mark."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measure(way: str, url: str, parquet: Path) -> None:
    """Inside the process of one way: its best run, what it held above the imports, its figures."""
    book = Book(store.open_engine(url), load_rules())
    with book.engine.connect() as connection:
        connection.execute(sa.select(application.c.id).limit(1)).all()
    for name in ("polars", "duckdb"):
        if way.startswith(name):
            importlib.import_module(name)
    imported, seconds, figures = peak(), list[float](), None
    while len(seconds) < TIMES and sum(seconds) < ENOUGH:
        started = time.perf_counter()
        figures = WAYS[way](book, parquet)
        seconds.append(time.perf_counter() - started)
    print(json.dumps({"seconds": min(seconds), "held": peak() - imported, "figures": figures}))


def run(way: str, url: str, parquet: Path) -> dict[str, Any]:
    given = ["--measure", way, "--url", url, "--parquet", str(parquet)]
    command = [sys.executable, "-m", "benchmarks.month", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{way}: {done.stderr or f'ended with {done.returncode}'}")
    return dict(json.loads(done.stdout))


def compare(folder: Path, url: str, months: int, ways: Sequence[str]) -> None:
    """Run every way and tell its best run beside ours."""
    parquet = folder / PARQUET
    found = {name: run(name, url, parquet) for name in ("raw", "from_sealed")}
    mine, by_seal = found["raw"], found["from_sealed"]
    print(f"{'':<54}{'best':>11}{'÷ raw':>10}{'÷ sealed':>10}{'above imports':>15}")
    for way in ways:
        if way == peers.pandas_table.__name__ and months == 1:
            continue  # every row is of the month
        result = found.get(way) or run(way, url, parquet)
        assert result["figures"] == mine["figures"], (way, result["figures"], mine["figures"])
        ratios = (result["seconds"] / each["seconds"] for each in (mine, by_seal))
        shown = "".join(f"{ratio:>9.1f}×" for ratio in ratios)
        line = (WAYS[way].__doc__ or way).strip()
        print(f"{line:<54}{result['seconds']:>9.3f} s{shown}{result['held']:>11.0f} MiB", flush=True)


# -- what is measured on -------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """What a database is filled with."""

    rows: int
    months: int
    postgres: bool

    def __str__(self) -> str:
        where = "PostgreSQL" if self.postgres else "SQLite"
        return f"{self.rows:,} archived clocks over {self.months} month(s), {where}"


@contextmanager
def database(world: World, folder: Path, *, kept: bool) -> Iterator[str]:
    """Where it is filled: in ``folder``, or on a server that is gone afterwards."""
    if not world.postgres:
        yield f"sqlite:///{(folder / 'month.sqlite3').as_posix()}"
    elif kept:
        with kept_server(folder / "server") as url:
            yield url
    else:
        with running_server(durable=True) as server, fresh_database(server) as url:
            yield url


@contextmanager
def kept_server(folder: Path) -> Iterator[str]:
    """The one database of a PostgreSQL server that lives in ``folder`` and runs only now."""
    with TemporaryDirectory(prefix="yekuo-pg-", ignore_cleanup_errors=True) as name:
        for each in (folder, Path(name)):
            each.mkdir(parents=True, exist_ok=True)
            if is_root():
                os.chown(each, NOBODY, NOBODY)
        programs = readable_programs(Path(name))
        if not (folder / "data").exists():
            initialise(programs, folder)
        with started(programs, folder, []) as port:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def prepare(world: World, url: str, folder: Path) -> None:
    """The filled database, the month sealed in it, and the Parquet files, as far as they are not there yet."""
    rules, told = load_rules(), folder / "world.json"
    if not told.exists():
        with timed("filled"):
            fill(url, rules, world.rows, world.months)
        told.write_text(json.dumps(asdict(world)), encoding="utf-8")
    if json.loads(told.read_text(encoding="utf-8")) != asdict(world):
        raise SystemExit(f"{folder} holds something else: {told.read_text(encoding='utf-8')}")
    book = Book(store.open_engine(url), rules)
    if sealed(book.engine, MONTH) is None:
        with timed("sealed"):
            close_period(book, MONTH, now=AS_OF, actor="示例", others=(alarm_facts(rules),))
    if not (folder / PARQUET).exists():
        with timed("Parquet written"):
            part = folder / "parquet.part"
            part.mkdir(exist_ok=True)
            peers.write_parquet(book, part)
            part.rename(folder / PARQUET)
    book.engine.dispose()


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Tell how long it took; none of it is measured."""
    begun = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - begun:.1f} s, {peak():.0f} MiB so far", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--months", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--folder", type=Path, help="keep what is filled here, for one number of rows")
    parser.add_argument("--prepare", action="store_true", help="fill and seal, and measure nothing")
    parser.add_argument("--measure", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--parquet", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure, given.url, given.parquet)
        return
    missing = [name for name in ("polars", "duckdb") if importlib.util.find_spec(name) is None]
    if missing:
        raise SystemExit(f"{' and '.join(missing)} missing: install with `uv pip install --group {GROUP}`.")
    if given.folder and len(given.rows) != 1:
        parser.error("--folder is for one number of rows")
    for rows in given.rows:
        with TemporaryDirectory(prefix="yekuo-month-") as name:
            world, folder = World(rows, given.months, given.postgres), given.folder or Path(name)
            folder.mkdir(parents=True, exist_ok=True)
            with database(world, folder, kept=given.folder is not None) as url:
                print(f"\n{world}; figures equal in every way", flush=True)
                prepare(world, url, folder)
                if not given.prepare:
                    compare(folder, url, given.months, given.ways)


if __name__ == "__main__":
    main()
