"""The queue page under load, beside its own query alone: ``python -m benchmarks.desk [--rows N]``.

A PostgreSQL database with 200,000 open applications, the real ``yekuo serve`` as one process, and this process
asking for 我的工单 over kept connections.  For an account manager (own applications), a station head (the
station's) and the command centre (all): the statements of the page by raw psycopg, the page's reading and
rendering in one process, and the page as it arrives.  Promised: the page within 3 times the statements alone
plus rendering.  Then requests a second, with the median and the 99th percentile, for 1, 4 and 16 at once.
"""

import argparse
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psycopg
import sqlalchemy as sa
from fastapi import Request
from sqlalchemy import make_url

from benchmarks.sweep_world import CLOCKS, NOW, fill, manager_name, station_name
from tests.postgres import fresh_database, running_server
from web.access import accounts, sessions
from web.access.admission import COOKIE
from web.access.rights import Account, Role
from web.access.visible import queue_of
from web.app import create_app
from web.pages.queue import my_queue
from web.settings import WebSettings
from workflow import store
from workflow.book import Book
from workflow.people.tables import person
from workflow.queue import work_queue
from workflow.rules import load_rules
from yekuo.live_book import LiveBook

APPLICATIONS = 200_000
PAGE_TIMES, WARM = 200, 10
AT_ONCE = (1, 4, 16)
LOADED = 10.0  # seconds for each number at once
PASSWORD = "correct horse battery staple"  # noqa: S105 - of a database that lives for minutes
WHO = (
    ("客户经理", "manager", Role.ACCOUNT_MANAGER, manager_name(0, 0)),
    ("所长", "head", Role.STATION_HEAD, "所长0"),
    ("指挥中心", "centre", Role.COMMAND_CENTRE, "值班0"),
)

# What an application's own row says of its clocks; the book keeps it with every move.
URGENCY = """
UPDATE application SET due_at = due.at, blue_at = due.blue, orange_at = due.orange, yellow_at = due.yellow,
       red_at = due.red
FROM (SELECT c.application_id AS id, min(c.due_at) AS at,
             min(t.crosses_at) AS blue,
             min(CASE WHEN t.level IN ('orange', 'yellow', 'red') THEN t.crosses_at END) AS orange,
             min(CASE WHEN t.level IN ('yellow', 'red') THEN t.crosses_at END) AS yellow,
             min(CASE WHEN t.level = 'red' THEN t.crosses_at END) AS red
      FROM clock c JOIN threshold t USING (application_id, layer, name)
      GROUP BY c.application_id) AS due
WHERE due.id = application.id
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=APPLICATIONS, help="applications")
    rows: int = asked.parse_args().rows
    with running_server(durable=True) as server, fresh_database(server) as url:
        rules = load_rules()
        fill(url, rules, rows * CLOCKS, rows * CLOCKS // 100)
        engine = store.open_engine(url)
        settle(engine)
        print(
            f"{rows:,} open applications, {rows * CLOCKS:,} clocks, PostgreSQL, load {os.getloadavg()[0]:.1f}"
        )
        book = Book(engine, rules)
        tokens = {login: entered(engine, login, role, name) for _, login, role, name in WHO}
        with served(url) as address:
            for label, login, _, _ in WHO:
                compare(label, url, book, tokens[login], address)
            for label, login, _, _ in WHO:
                for at_once in AT_ONCE:
                    loaded(label, tokens[login], address, at_once)


def settle(engine: sa.Engine) -> None:
    """The urgency of each application, and statistics as autovacuum leaves them."""
    with engine.begin() as connection:
        connection.exec_driver_sql(URGENCY)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM FULL application")
        connection.exec_driver_sql("VACUUM ANALYZE")


def entered(engine: sa.Engine, login: str, role: Role, name: str) -> str:
    """The token of somebody who has logged in."""
    with engine.connect() as connection:
        code = connection.scalar(sa.select(person.c.code).where(person.c.name == name))
    unit = station_name(0) if role is not Role.COMMAND_CENTRE else ""
    accounts.create(engine, login, PASSWORD, role, unit_name=unit, code=code, now=NOW, by="试验")
    return sessions.log_in(engine, login, PASSWORD, now=NOW, lasts=timedelta(hours=12))


@contextmanager
def served(url: str) -> Iterator[str]:
    """The address of ``yekuo serve`` over the database, its clock at :data:`NOW`."""
    root = Path(__file__).parents[1]
    command = [sys.executable, "-c", "from yekuo.cli import main; main()", "serve", "--port", "0"]
    with TemporaryDirectory() as folder, Path(folder, "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--no-scheduler", "--as-of", f"{NOW:%Y-%m-%dT%H:%M}"],
            cwd=folder,
            env=os.environ | {"YEKUO_DATABASE_URL": url, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        found = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert found, "the desk did not start"
        try:
            yield found[0]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


# -- one page, and what it is made of -----------------------------------------------------------------


def compare(label: str, url: str, book: Book, token: str, address: str) -> None:
    """The statements alone, reading, rendering, and the page; in turns, so that all meet the same machine."""
    known = sessions.known(book.engine, token, NOW)
    assert known is not None
    account = known.account
    statements = spoken(book, account)
    request = asking(book, account)
    with psycopg.connect(raw_of(url), autocommit=True) as raw, client(address, token) as asking_client:
        takes = Takes(
            lambda: alone(raw, statements),
            lambda: work_queue(book, NOW, queue_of(account), limit=50),
            lambda: my_queue(request, request.app.state.desk, account),
            lambda: page(asking_client),
        )
        raw_ms, read_ms, made_ms, page_ms = (sorted(each) for each in takes.measured())
    rendering = median(made_ms) - median(read_ms)
    ratio = median(page_ms) / (median(raw_ms) + rendering)
    print(
        f"{label}: statements alone {told(raw_ms)}; read {told(read_ms)}; rendering {rendering:.1f} ms; "
        f"page {told(page_ms)}; page / (statements + rendering) = {ratio:.2f} (wanted <= 3)"
    )


class Takes:
    """Several ways, timed in turns."""

    def __init__(self, *ways: Callable[[], object]) -> None:
        self.ways = ways

    def measured(self) -> list[list[float]]:
        """Milliseconds of each way."""
        found: list[list[float]] = [[] for _ in self.ways]
        for turn in range(WARM + PAGE_TIMES):
            for way, kept in zip(self.ways, found, strict=True):
                begun = time.perf_counter()
                way()
                if turn >= WARM:
                    kept.append((time.perf_counter() - begun) * 1000)
        return found


def spoken(book: Book, account: Account) -> list[tuple[str, Any]]:
    """The statements of one page, as the driver is given them."""
    heard: list[tuple[str, Any]] = []

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        heard.append((statement, parameters))

    sa.event.listen(book.engine, "before_cursor_execute", hear)
    try:
        work_queue(book, NOW, queue_of(account), limit=50)
    finally:
        sa.event.remove(book.engine, "before_cursor_execute", hear)
    return heard


def alone(raw: "psycopg.Connection[Any]", statements: list[tuple[str, Any]]) -> None:
    with raw.transaction():
        for statement, parameters in statements:
            raw.execute(statement, parameters).fetchall()


def asking(book: Book, account: Account) -> Request:
    """A request for the queue as the gate passes it on."""
    app = create_app(LiveBook(book.engine, book.rules), lambda: NOW, WebSettings())
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/queue",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "query_string": b"",
        "headers": [],
        "app": app,
        "state": {"account": account},
    }
    return Request(scope)


def page(asking_client: httpx.Client) -> None:
    answer = asking_client.get("/queue")
    assert answer.status_code == 200, answer.status_code


@contextmanager
def client(address: str, token: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, cookies={COOKIE: token}, trust_env=False, timeout=60) as made:
        yield made


def raw_of(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


# -- many at once -------------------------------------------------------------------------------------


def loaded(label: str, token: str, address: str, at_once: int) -> None:
    """Requests a second from ``at_once`` people who ask again as soon as they are answered."""
    until = time.perf_counter() + LOADED
    taken: list[list[float]] = [[] for _ in range(at_once)]

    def ask(kept: list[float]) -> None:
        with client(address, token) as asking_client:
            while time.perf_counter() < until:
                begun = time.perf_counter()
                page(asking_client)
                kept.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=ask, args=(kept,)) for kept in taken]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    all_of_them = sorted(one for kept in taken for one in kept)
    print(f"{label}, {at_once} at once: {len(all_of_them) / LOADED:.0f} pages a second; {told(all_of_them)}")


def told(ordered: list[float]) -> str:
    """Median and 99th percentile of sorted milliseconds."""
    high = ordered[math.ceil(len(ordered) * 0.99) - 1]
    return f"median {median(ordered):.1f} ms, p99 {high:.1f} ms"


if __name__ == "__main__":
    main()
