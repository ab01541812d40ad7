"""The rate limit of a robot holds over all processes together, on both databases."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts.senders.windows import may_send
from alerts.tables import sender_window
from tests.dates import at
from workflow import store

ROOT = Path(__file__).resolve().parents[3]
NOW = at("2026-11-20 五 10:30") + timedelta(seconds=17)
NEXT = at("2026-11-20 五 10:31")
# Four forked processes, let go at one moment, each asking until it is told no; the answer is every yes.
ASKS = """
import os, sys
from datetime import datetime
import psycopg
from alerts.senders.windows import may_send
from workflow import store

def ask(start, ready, told):
    engine = store.open_engine(sys.argv[1])
    with engine.connect():
        os.write(ready, b".")
    os.read(start, 1)
    until = None
    while until is None:
        with store.writing(engine) as connection:
            until = may_send(connection, "wecom:城关", datetime.fromisoformat(sys.argv[2]), 20)
        if until is None:
            os.write(told, b".")

start, go = os.pipe()
waiting, ready = os.pipe()
heard, told = os.pipe()
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        ask(start, ready, told)
        os._exit(0)
    children.append(child)
for _ in children:
    os.read(waiting, 1)
os.write(go, b"....")
ended = [os.waitpid(child, 0)[1] for child in children]
os.close(told)
print(len(os.read(heard, 1000)), ended)
"""


@pytest.fixture
def engine(migrated_url: str) -> Iterator[sa.Engine]:
    engine = store.open_engine(migrated_url)
    yield engine
    engine.dispose()


def ask(engine: sa.Engine, now: datetime, robot: str = "wecom:城关", limit: int = 3) -> datetime | None:
    with store.writing(engine) as connection:
        return may_send(connection, robot, now, limit)


def test_so_many_a_minute_and_then_the_next_minute(engine: sa.Engine) -> None:
    assert [ask(engine, NOW) for _ in range(5)] == [None, None, None, NEXT, NEXT]
    assert ask(engine, NEXT - timedelta(microseconds=1)) == NEXT
    assert ask(engine, NEXT) is None


def test_robots_do_not_count_for_each_other(engine: sa.Engine) -> None:
    assert ask(engine, NOW, "wecom:城关", 1) is None
    assert ask(engine, NOW, "wecom:城关", 1) == NEXT
    assert ask(engine, NOW, "wecom:东岭", 1) is None


def test_what_was_not_committed_was_not_counted(engine: sa.Engine) -> None:
    def broken_off() -> None:
        with store.writing(engine) as connection:
            assert may_send(connection, "wecom:城关", NOW, 1) is None
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert ask(engine, NOW, limit=1) is None


def test_minutes_long_over_are_forgotten(engine: sa.Engine) -> None:
    for days in range(5):
        ask(engine, NOW + timedelta(days=days))
        ask(engine, NOW + timedelta(days=days), "feishu:城关")
    with store.reading(engine) as connection:
        kept = connection.execute(sa.select(sender_window.c.robot, sender_window.c.minute)).all()
    assert {row.minute for row in kept} == {NEXT - timedelta(minutes=1) + timedelta(days=d) for d in (3, 4)}
    assert len(kept) == 4


def test_threads_share_one_minute(engine: sa.Engine) -> None:
    """Eight begin the same minute at the same moment, so that some find it begun between two statements."""
    gate = threading.Barrier(8)
    told: list[datetime | None] = []

    def many(minute: datetime) -> None:
        gate.wait()
        told.extend([ask(engine, minute, limit=10) for _ in range(3)])

    for index in range(5):
        minute = NOW + timedelta(minutes=index)
        told.clear()
        threads = [threading.Thread(target=many, args=(minute,)) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert (len(told), told.count(None)) == (24, 10)


def test_processes_share_one_minute(migrated_url: str) -> None:
    command = [sys.executable, "-c", ASKS, migrated_url, NOW.isoformat()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "20 [0, 0, 0, 0]\n"
