"""A sweep against an ORM loop, a pandas scan and APScheduler jobs: ``python -m benchmarks.sweep``.

A database with a million open clocks is filled, 10,000 of them due; each way begins with a copy of it, in a
process of its own, and all must end with the same alarms and the same messages.  Then as many due among as
many open clocks.  Promised: 300 times an ORM loop, 60 times a pandas scan, 100 times one APScheduler job per
deadline; at most twice the time for a hundred times the open clocks; at most 100 MiB above the imports.

The ORM loop works on a twentieth and on a tenth of the applications and is stretched to all, and APScheduler
on a database a tenth of the size, beside our sweep there; ``--whole`` lets the ORM loop have all.
``--rows N`` for another size, ``--postgres`` for PostgreSQL.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from alerts.sweep import tell
from alerts.tables import alert, delivery
from benchmarks import sweep_peers as peers
from benchmarks.sweep_world import NOW, fill
from tests.postgres import fresh_database, running_server
from workflow import store
from workflow.book import Book
from workflow.people.tables import person
from workflow.rules import load_rules

OURS_TIMES = 3
Fresh = Callable[[str], Any]  # a context manager: the URL of a copy of the database of that name


def ours(book: Book) -> None:
    """our sweep"""
    with store.writing(book.engine) as connection:
        tell(connection, book, NOW, mark=2)


def figures(book: Book) -> list[Any]:
    """What was written, whoever wrote it: how many alarms and messages, and which."""
    alarms = sa.select(alert.c.application_id, alert.c.layer, alert.c.name, alert.c.level).where(
        alert.c.told_at == NOW
    )
    joined = alarms.join(delivery, sa.and_(delivery.c.about == "alert", delivery.c.about_id == alert.c.id))
    messages = joined.add_columns(
        delivery.c.person_id, delivery.c.channel, delivery.c.state, delivery.c.address, delivery.c.due_at
    )
    with book.engine.connect() as connection:
        return [_digest(connection, alarms), _digest(connection, messages)]


def _digest(connection: sa.Connection, wanted: sa.Select[Any]) -> list[Any]:
    rows = sorted(str(tuple(row)) for row in connection.execute(wanted))
    return [len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()[:12]]


# -- measuring -----------------------------------------------------------------------------------


def peak() -> float:
    """MiB this process has ever held; of Linux, where a child inherits ru_maxrss, its own high-water mark."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def prepared(way: str, book: Book) -> Callable[[], None]:
    """What is timed."""
    if way == "apscheduler":
        return peers.apscheduler(book, peers.schedule(book))
    name, _, part = way.partition("/")
    if name == "orm_loop":
        return lambda: peers.orm_loop(book, int(part or 1))
    one: Callable[[Book], None] = {"ours": ours, "pandas_scan": peers.pandas_scan}.get(
        way, peers.pandas_arithmetic
    )
    return lambda: one(book)


def measure(way: str, url: str) -> None:
    """Inside the process of one way: its seconds, what it held above the imports, what it wrote."""
    book = Book(store.open_engine(url), load_rules())
    with book.engine.connect() as connection:
        connection.execute(sa.select(sa.func.count()).select_from(person)).all()
    doing = prepared(way, book)
    imported, started = peak(), time.perf_counter()
    doing()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "held": peak() - imported, "figures": figures(book)}))


def run(way: str, fresh: Fresh, name: str, times: int = 1) -> dict[str, Any]:
    """The median of ``times``, each on a copy of its own."""
    found = []
    for _ in range(times):
        with fresh(name) as url:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.sweep", "--measure", way, "--url", url],
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise SystemExit(done.stderr)
        found.append(dict(json.loads(done.stdout)))
    seconds = median(each["seconds"] for each in found)
    return {**found[0], "seconds": seconds, "held": max(each["held"] for each in found)}


@contextmanager
def databases(postgres: bool, sizes: dict[str, tuple[int, int]]) -> Iterator[Fresh]:
    """The filled databases of ``sizes``, by name (open clocks, due), and how to copy one."""
    rules = load_rules()
    with ExitStack() as stack:
        if postgres:
            server = stack.enter_context(running_server(durable=True))
            urls = {name: stack.enter_context(fresh_database(server)) for name in sizes}
        else:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="yekuo-sweep-")))
            urls = {name: f"sqlite:///{(folder / name).as_posix()}.sqlite3" for name in sizes}
        for name, (rows, due) in sizes.items():
            started = time.perf_counter()
            fill(urls[name], rules, rows, due)
            print(
                f"filled {rows:,} open clocks, {due:,} due: {time.perf_counter() - started:.0f} s", flush=True
            )

        @contextmanager
        def fresh(name: str) -> Iterator[str]:
            if postgres:
                with fresh_database(server, str(sa.make_url(urls[name]).database)) as url:
                    yield url
                return
            with TemporaryDirectory(prefix="copy-", dir=folder) as own:
                copy = Path(own) / "copy.sqlite3"
                shutil.copy(str(sa.make_url(urls[name]).database), copy)
                with copy.open("rb+") as written:  # else the commit that is measured waits for the copying
                    os.fsync(written.fileno())
                yield f"sqlite:///{copy.as_posix()}"

        yield fresh


# -- telling ------------------------------------------------------------------------------------


def line(told: str, found: dict[str, Any], ratio: float | None = None, note: str = "") -> None:
    shown = "" if ratio is None else f"{ratio:>8.1f}×"
    print(f"{told:<52}{found['seconds']:>10.3f} s{shown:>10}{found['held']:>8.0f} MiB  {note}", flush=True)


def compare(rows: int, postgres: bool, whole: bool) -> None:
    due = rows // 100
    sizes = {"all": (rows, due), "tenth": (rows // 10, due // 10), "few": (due, due)}
    with databases(postgres, sizes) as fresh:
        print(
            f"\n{'PostgreSQL' if postgres else 'SQLite'}; ours: median of {OURS_TIMES}; MiB above the imports\n"
        )
        mine = run("ours", fresh, "all", OURS_TIMES)
        alarms, messages = (each[0] for each in mine["figures"])
        line(f"our sweep, {due:,} due of {rows:,}", mine, note=f"{alarms:,} alarms, {messages:,} messages")
        for way, told in (
            ("pandas_scan", "pandas: scan of the levels of all open clocks"),
            ("pandas_arithmetic", "pandas: open clocks only, levels worked out"),
        ):
            theirs = run(way, fresh, "all")
            assert theirs["figures"] == mine["figures"], (way, theirs["figures"], mine["figures"])
            line(told, theirs, theirs["seconds"] / mine["seconds"])
        for part in (20, 10, *([1] if whole else [])):
            theirs = run(f"orm_loop/{part}", fresh, "all")
            assert part > 1 or theirs["figures"] == mine["figures"]
            line(
                f"ORM loop over 1/{part}", theirs, part * theirs["seconds"] / mine["seconds"], f"times {part}"
            )
        few = run("ours", fresh, "few", OURS_TIMES)
        line(f"our sweep, {due:,} due of {due:,}", few)
        print(f"{'a hundred times the open clocks costs':<52}{mine['seconds'] / few['seconds']:>22.2f}×")
        mine = run("ours", fresh, "tenth", OURS_TIMES)
        line(f"our sweep, {due // 10:,} due of {rows // 10:,}", mine)
        theirs = run("apscheduler", fresh, "tenth")
        assert theirs["figures"] == mine["figures"]
        line("one APScheduler job per deadline", theirs, theirs["seconds"] / mine["seconds"])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--whole", action="store_true", help="the ORM loop over all applications as well")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure, given.url)
    else:
        compare(given.rows, given.postgres, given.whole)


if __name__ == "__main__":
    main()
