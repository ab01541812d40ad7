"""Several schedulers on one database, one of them killed in the middle of its work: each slot has one effect."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from alerts.jobs.rows import SUPERSEDED
from alerts.kinds import RunState
from alerts.tables import job_run
from limits.zone import local
from tests.dates import at
from tests.yekuo import scheduling
from tests.yekuo.scheduling import effect
from workflow import store

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("YEKUO_")},
    "PYTHONPATH": str(ROOT),
    "PYTHONIOENCODING": "utf-8",
}
START, UNTIL = at("2026-10-12 一 09:00"), at("2026-10-12 一 09:32")
SPEED = 300.0  # five minutes a second
PATIENCE = 60.0
PROCESSES = {"postgresql": 4, "sqlite": 2}


@contextmanager
def scheduler(url: str, blocks: Path | None) -> Iterator["subprocess.Popen[str]"]:
    """A process that has loaded everything and waits for the word to begin."""
    told = {
        "url": url,
        "start": START.isoformat(),
        "until": UNTIL.isoformat(),
        "speed": SPEED,
        "blocks": str(blocks) if blocks else None,
    }
    process = subprocess.Popen(
        [sys.executable, scheduling.__file__, json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(path: Path) -> dict[str, Any]:
    """What the victim wrote when it stood in the middle of its transaction."""
    give_up_at = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < give_up_at, "the victim never got a shard"
        time.sleep(0.005)
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def rows(engine: sa.Engine, table: sa.Table) -> list[sa.Row[Any]]:
    with store.reading(engine) as connection:
        return list(connection.execute(sa.select(table)))


def test_every_slot_has_exactly_one_effect_though_one_is_killed(migrated_url: str, tmp_path: Path) -> None:
    engine = store.open_engine(migrated_url)
    with engine.begin() as connection:
        effect.create(connection)
    marked = tmp_path / "begun.json"
    with ExitStack() as stack:
        count = PROCESSES[engine.dialect.name]
        victim, *others = (
            stack.enter_context(scheduler(migrated_url, None if index else marked)) for index in range(count)
        )
        for each in (victim, *others):
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        begin = f"{time.time()}\n"
        for each in (victim, *others):
            assert each.stdin is not None
            each.stdin.write(begin)
            each.stdin.flush()
        killed = wait_for(marked)
        victim.send_signal(signal.SIGKILL)
        assert victim.wait() == -signal.SIGKILL
        for each in others:
            _, said = each.communicate(timeout=PATIENCE)
            assert each.returncode == 0, said

    runs, effects = rows(engine, job_run), rows(engine, effect)
    engine.dispose()
    done = Counter((row.job, row.slot, row.shard) for row in runs if row.result != SUPERSEDED)
    assert {row.state for row in runs} == {RunState.DONE.value}
    assert Counter((row.job, row.slot, row.shard) for row in effects) == done
    assert max(done.values()) == 1

    lost = killed["job"], local(datetime.fromisoformat(killed["slot"])), killed["shard"]
    (again,) = (row for row in effects if (row.job, row.slot, row.shard) == lost)
    assert again.owner != killed["owner"]
    assert again.fence > 1

    caught_up = sorted(row.slot for row in effects if row.job == "close")
    assert caught_up == [START + timedelta(minutes=5 * index) for index in range(7)]
    assert len({row.slot for row in effects if row.job == "sweep"}) > 10


@pytest.fixture
def program(tmp_path: Path, sqlite_template: Path) -> Iterator["subprocess.Popen[str]"]:
    """``yekuo scheduler`` as it runs every day."""
    path = tmp_path / "yekuo.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    process = subprocess.Popen(
        [sys.executable, "-c", "from yekuo.cli import main; main()", "scheduler"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**ENVIRONMENT, "YEKUO_DATABASE_URL": f"sqlite:///{path.as_posix()}"},
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_is_ended_in_order(program: "subprocess.Popen[str]", number: int, tmp_path: Path) -> None:
    """The run under way is finished, nothing is left half done, and the exit code is 0."""
    assert program.stderr is not None
    said: list[str] = []
    while not said or " sweep.done " not in said[-1]:
        said.append(program.stderr.readline())
        assert said[-1], "".join(said)
    program.send_signal(number)
    _, rest = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, rest
    assert "scheduler.start" in said[0]
    assert "scheduler.stop" in rest.splitlines()[-1]
    assert "slot=" in said[-1]
    engine = store.open_engine(f"sqlite:///{(tmp_path / 'yekuo.sqlite3').as_posix()}")
    states = {row.state for row in rows(engine, job_run)}
    engine.dispose()
    assert RunState.DONE.value in states
    assert RunState.RUNNING.value not in states
