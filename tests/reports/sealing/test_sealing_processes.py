"""Real processes that seal one month at once, one of them killed in the middle: it is sealed once and whole."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.queues import Queue

import pytest
import sqlalchemy as sa

from limits.errors import YekuoError
from reports.issuing import close
from reports.masthead import Letterhead
from reports.sealing.check import verify_seals
from tests.conftest import migrate, server_of_the_run
from tests.postgres import fresh_database
from tests.reports.books import CLOSING, OCTOBER, lived, opened
from workflow.book import Book
from workflow.rules import Rules, load_rules

PATIENCE = 60.0  # seconds, of a busy machine
WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_type = 'client backend'"
)


@pytest.fixture
def book(request: pytest.FixtureRequest, rules: Rules) -> Iterator[Book]:
    """On PostgreSQL, where many write at once; on SQLite one waits for the other."""
    with fresh_database(server_of_the_run(request.config)) as url:
        migrate(url)
        with opened(url, rules) as found:
            yield found


def seal(url: str, actor: str, said: "Queue[str]") -> None:
    """What a process does."""
    with opened(url, load_rules()) as book:
        try:
            close(book, OCTOBER, now=CLOSING, actor=actor, letterhead=Letterhead())
        except YekuoError as error:
            said.put(error.code)
        else:
            said.put(actor)


@contextmanager
def closers(
    book: Book, context: ForkServerContext, said: "Queue[str]", actors: str
) -> Iterator[list[ForkServerProcess]]:
    """A process at work for each of ``actors``; killed if it is not done in the end."""
    url = book.engine.url.render_as_string(hide_password=False)
    processes = [context.Process(target=seal, args=(url, each, said)) for each in actors]
    for each in processes:
        each.start()
    try:
        yield processes
    finally:
        for each in processes:
            each.kill()
            each.join()


def wait_for(book: Book, waiting: int) -> None:
    """Until so many are in the middle of their transaction and wait for somebody."""
    until = time.monotonic() + PATIENCE
    while True:
        with book.engine.connect() as connection:  # within one transaction the view does not change
            if connection.execute(WAITING).scalar() == waiting:
                return
        assert time.monotonic() < until
        time.sleep(0.02)


def test_of_those_who_seal_at_once_one_is_killed_and_one_wins(book: Book) -> None:
    lived(book, "A1")
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, "psycopg"])
    said = context.Queue()
    with book.engine.connect() as holder, ExitStack() as started:
        holder.execute(sa.text("LOCK TABLE sealed_table IN ACCESS EXCLUSIVE MODE"))
        (victim,) = started.enter_context(closers(book, context, said, "甲"))
        wait_for(book, 1)  # its seal is written, the first table not
        others = started.enter_context(closers(book, context, said, "乙丙"))
        wait_for(book, 3)
        victim.kill()
        victim.join(PATIENCE)
        assert victim.exitcode == -signal.SIGKILL
        holder.rollback()
        told = {said.get(timeout=PATIENCE) for _ in others}
    assert "period_closed" in told
    assert len(told & {"乙", "丙"}) == 1
    found = verify_seals(book)
    assert (found.seals, found.difference) == (1, None)
