"""One move with its event, clocks and thresholds, durable, against the same rows in raw sqlite3 and psycopg.

``python -m benchmarks.move``: whole lives of a 高压普通 application, eleven moves each, one transaction a
move. The peer inserts, per move, the event row, the clock rows and the threshold rows that the move wrote
into tables of the same shape, with the same durability, and does nothing else. Both sides take turns, life
by life, so that a slow disk is slow for both. ``--profile`` adds what our side spends its time on.
"""

import cProfile
import pstats
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import sqlalchemy as sa

from tests.postgres import fresh_database, running_server
from tests.workflow.histories import LIVES, accept, instants, tell
from workflow import store
from workflow.book import Book
from workflow.rules import load_rules
from workflow.tables import application, clock, event, metadata, threshold
from yekuo.database import upgrade

LIFE = "高压普通"
LIVES_TIMED = 60
WARM = 5
TABLES = (event, clock, threshold)
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Peer:
    """A raw connection: how a transaction begins and ends, and how a parameter is written."""

    connection: Any
    begin: str
    mark: str

    def insert(self, rows: Rows) -> None:
        """One transaction with one insert for each table."""
        cursor = self.connection.cursor()
        cursor.execute(self.begin)
        for table in TABLES:
            if rows[table.name]:
                cursor.executemany(self.statements[table.name], rows[table.name])
        cursor.execute("COMMIT")

    @property
    def statements(self) -> dict[str, str]:
        return {table.name: insertion(table, self.mark) for table in TABLES}


def insertion(table: sa.Table, mark: str) -> str:
    names = [column.name for column in table.columns if column.name != "id"]
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"


def moves_of(book: Book, number: str) -> list[Callable[[], object]]:
    """The moves of one life, ready to be made."""
    registration, told = LIVES[LIFE]
    when = instants()
    start = next(when)
    made: list[Callable[[], object]] = [lambda: accept(book, number, registration, start)]
    for each, at in zip(told, when, strict=False):
        made.append(partial(tell, book, number, each, at))
    return made


def rehearse(book: Book) -> list[Rows]:
    """What each move of a life writes: its event, the clocks it wrote, the levels it added."""
    seen: set[tuple[Any, ...]] = set()
    written = []
    for move in moves_of(book, "REHEARSAL"):
        move()
        rows: Rows = {}
        with book.engine.connect() as connection:
            raw = {
                table.name: connection.exec_driver_sql(f"SELECT * FROM {table.name}").all()
                for table in TABLES
            }
        rows["event"] = [tuple(row[1:]) for row in raw["event"][-1:]]
        recorded_at = raw["event"][-1].recorded_at
        rows["clock"] = [tuple(row[1:]) for row in raw["clock"] if row.recorded_at == recorded_at]
        levels = [tuple(row[1:]) for row in raw["threshold"]]
        rows["threshold"] = [row for row in levels if row not in seen]
        seen.update(levels)
        written.append(rows)
    return written


def owned(rows: Rows, application_id: int, versions: Iterator[int]) -> Rows:
    """The same rows for another application; each clock row a version of its own."""
    at = [column.name for column in clock.columns if column.name != "id"].index("version")
    return {
        "event": [(application_id, *row[1:]) for row in rows["event"]],
        "clock": [(application_id, *row[1:at], next(versions), *row[at + 1 :]) for row in rows["clock"]],
        "threshold": [(application_id, *row[1:]) for row in rows["threshold"]],
    }


def applications_for(engine: sa.Engine, book: Book, lives: int) -> list[int]:
    """``lives`` application rows for the peer's foreign keys."""
    with book.engine.connect() as connection:
        row = dict(connection.execute(sa.select(application)).mappings().one())
    del row["id"]
    with engine.begin() as connection:
        connection.execute(sa.insert(application), [{**row, "number": f"P{n}"} for n in range(lives)])
        return list(
            connection.execute(sa.select(application.c.id).where(application.c.number.like("P%"))).scalars()
        )


def race(
    url: str, peer_url: str, connect: Callable[[str], Peer], profile: cProfile.Profile | None = None
) -> dict[str, list[tuple[float, float]]]:
    """Seconds of each move, ours and the peer's, by what the move is."""
    engine, peer_engine = store.open_engine(url), store.open_engine(peer_url)
    upgrade(engine)
    metadata.create_all(peer_engine)
    book = Book(engine, load_rules())
    written = rehearse(book)
    names = ["accept", *(each.case.__name__ for each in LIVES[LIFE][1])]
    ids = applications_for(peer_engine, book, LIVES_TIMED + WARM)
    peer_engine.dispose()
    peer = connect(peer_url)
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for life, application_id in enumerate(ids):
        versions = iter(range(1, 10_000))
        for name, move, rows in zip(names, moves_of(book, f"A{life}"), written, strict=True):
            if profile is not None:
                profile.enable()
            ours = seconds(move)
            if profile is not None:
                profile.disable()
            theirs = seconds(partial(peer.insert, owned(rows, application_id, versions)))
            if life >= WARM:
                found[name].append((ours, theirs))
    peer.connection.close()
    engine.dispose()
    return found


def seconds(doing: Callable[[], object]) -> float:
    start = time.perf_counter()
    doing()
    return time.perf_counter() - start


def raw_sqlite(url: str) -> Peer:
    connection = sqlite3.connect(str(sa.make_url(url).database), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return Peer(connection, "BEGIN IMMEDIATE", "?")


def raw_psycopg(url: str) -> Peer:
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return Peer(psycopg.connect(address, autocommit=True), "BEGIN", "%s")


def report(name: str, found: dict[str, list[tuple[float, float]]]) -> None:
    ours = sum(each[0] for times in found.values() for each in times)
    theirs = sum(each[1] for times in found.values() for each in times)
    moves = sum(map(len, found.values()))
    print(
        f"{name}: {moves} moves, ours {ours / moves * 1e3:.2f} ms, raw {theirs / moves * 1e3:.2f} ms a move"
    )
    print(f"{name}: ratio {ours / theirs:.2f} (wanted: at most 2)")
    for move, times in found.items():
        mine, raw = median(each[0] for each in times), median(each[1] for each in times)
        print(f"    {move:24} {mine * 1e3:6.2f} ms  {raw * 1e3:6.2f} ms  {mine / raw:5.2f}")


def main() -> None:
    profile = cProfile.Profile() if "--profile" in sys.argv else None
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = (f"sqlite:///{(Path(folder) / name).as_posix()}" for name in ("ours", "raw"))
        report("SQLite", race(ours, theirs, raw_sqlite, profile))
    with (
        running_server(durable=True) as server,
        fresh_database(server) as ours,
        fresh_database(server) as theirs,
    ):
        report("PostgreSQL", race(ours, theirs, raw_psycopg, profile))
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
