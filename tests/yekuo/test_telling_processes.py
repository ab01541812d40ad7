"""Real schedulers, a real receiver, and processes that are killed: everybody is told, and nobody twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from alerts.jobs.rows import SUPERSEDED
from alerts.kinds import AlertKind, RunState
from alerts.senders.message import Message
from alerts.senders.wording import content
from alerts.tables import alert, delivery, job_run, sender_window, supervision_order
from tests.alerts.receiver import HttpReceiver, Request
from tests.dates import at
from tests.yekuo import rehearsing, telling_world
from tests.yekuo.telling_world import Reached, company, fill, reached, rows
from workflow import cases
from workflow.book import Book
from workflow.people.tables import person
from workflow.tables import threshold

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("YEKUO_")},
    "PYTHONPATH": str(ROOT),
    "PYTHONIOENCODING": "utf-8",
}
SPEED = 240.0  # four minutes a second
PATIENCE = 120.0
PER_MINUTE = 60
PASSES = 8
PROCESSES = {"postgresql": 4, "sqlite": 2}
# At 00:00 levels were reached; a red goes out at once, the rest from 08:30 on.
NIGHT, NIGHT_ENDS = at("2026-10-15 四 00:01"), at("2026-10-15 四 00:13")
MORNING, MORNING_ENDS = at("2026-10-15 四 08:28"), at("2026-10-15 四 08:42")
# What the killed ones held is free again two hours later.
CLOSING = at("2026-10-15 四 10:45")


# -- processes and receivers -------------------------------------------------------------------------


@dataclass
class Holding(HttpReceiver):
    """A receiver that takes what comes in and, while its gate is closed, does not answer."""

    gate: Event = field(default_factory=Event)

    def took(self, request: Request) -> None:
        super().took(request)
        self.gate.wait(PATIENCE)


@contextmanager
def receiving() -> Iterator[Holding]:
    with Holding() as receiver:
        receiver.gate.set()
        try:
            yield receiver
        finally:
            receiver.gate.set()


@dataclass(frozen=True)
class Process:
    """One scheduler; the receiver knows what it sends by the path below which it sends."""

    popen: "subprocess.Popen[str]"
    path: str
    said: Path

    def begin(self) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write("go\n")
        self.popen.stdin.flush()

    def ready(self) -> None:
        assert self.popen.stdout is not None
        assert self.popen.stdout.readline() == "ready\n", self.said.read_text(encoding="utf-8")

    def end(self) -> None:
        assert self.popen.wait(PATIENCE) == 0, self.said.read_text(encoding="utf-8")

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        assert self.popen.wait(PATIENCE) == -signal.SIGKILL


@dataclass(frozen=True)
class Office:
    """Where schedulers are started: a database, a folder, a receiver and the settings of all of them."""

    url: str
    folder: Path
    receiver: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self, path: str = "p") -> dict[str, str]:
        base = f"{self.receiver}/{path}"
        return {
            **ENVIRONMENT,
            "YEKUO_DATABASE_URL": self.url,
            "YEKUO_REPORTS_FOLDER": str(self.folder / "reports"),
            "YEKUO_WECOM_BASE_URL": base,
            "YEKUO_WECOM_ROBOTS": ";".join(f"{name}={key}" for name, key in telling_world.ROBOTS.items()),
            "YEKUO_WEBHOOK_BASE_URL": base,
            "YEKUO_WECOM_PER_MINUTE": str(PER_MINUTE),
            # A lease of half an hour, which is seven seconds: nobody is taken for dead who is only slow.
            "YEKUO_SENDERS_TIMEOUT": "1800",
            **self.settings,
        }

    @contextmanager
    def scheduler(self, path: str, start: datetime, until: datetime, speed: float) -> Iterator[Process]:
        """A process that has loaded everything and waits for the word to begin."""
        when = ["--as-of", start.isoformat(), "--speed", str(speed), "--until", until.isoformat()]
        said = self.folder / f"{path}.log"
        with said.open("w", encoding="utf-8") as log:
            popen = subprocess.Popen(
                [sys.executable, rehearsing.__file__, "scheduler", *when],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self.folder,
                env=self.environment(path),
            )
        try:
            yield Process(popen, path, said)
        finally:
            popen.kill()
            popen.communicate()

    def rehearse(self, start: datetime, until: datetime, speed: float = SPEED) -> None:
        """One scheduler from its start to its end."""
        with self.scheduler("alone", start, until, speed) as process:
            process.ready()
            process.begin()
            process.end()

    def says(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """What a command answers."""
        return subprocess.run(
            [sys.executable, "-c", "from yekuo.cli import main; main()", *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=PATIENCE,
        )


def until_found(found: Callable[[], Any], what: str) -> Any:
    """The first answer of ``found`` that is one."""
    give_up_at = time.monotonic() + PATIENCE
    while not (answer := found()):
        assert time.monotonic() < give_up_at, what
        time.sleep(0.001)
    return answer


def kill_in_a_shard(book: Book, processes: Sequence[Process]) -> tuple[Process, sa.Row[Any]]:
    """Kill whoever is in the middle of a sweep: it is frozen, and only then one looks whether it still is."""
    by_pid = {each.popen.pid: each for each in processes}
    running = sa.select(job_run).where(job_run.c.job == "sweep", job_run.c.state == RunState.RUNNING.value)

    def caught() -> tuple[Process, sa.Row[Any]] | None:
        for row in rows(book, running):
            process = by_pid[int(row.owner.partition("-")[0])]
            process.popen.send_signal(signal.SIGSTOP)
            # A commit already under way is given the time to arrive.
            time.sleep(0.05)
            if row in rows(book, running) and _has_work(book, row):
                return process, row
            process.popen.send_signal(signal.SIGCONT)
        return None

    process, row = until_found(caught, "no process was ever seen in the middle of a shard")
    process.kill()
    return process, row


def _has_work(book: Book, row: sa.Row[Any]) -> bool:
    """Whether the shard would lose something; once nothing is left, any shard will do."""
    untaken = sa.select(threshold.c.application_id % 4).where(
        threshold.c.swept_by.is_(None), threshold.c.crosses_at <= NIGHT
    )
    shards = [each for (each,) in rows(book, untaken)]
    return not shards or row.shard in shards


def run_night(book: Book, processes: Sequence[Process]) -> Process:
    """Everything that was reached is swept; one process is killed in the middle of a shard of it."""
    for each in processes:
        each.begin()
    victim, row = kill_in_a_shard(book, processes)
    for each in processes:
        if each is not victim:
            each.end()
    (again,) = rows(book, sa.select(job_run).where(job_run.c.id == row.id))
    assert again.state == RunState.DONE.value
    assert again.owner != row.owner
    assert again.fence > row.fence
    return victim


def run_morning(receiver: Holding, processes: Sequence[Process]) -> tuple[Process, list[Request]]:
    """The messages of the night go out; one process is killed between sending one and recording it."""
    before = len(receiver.requests)
    receiver.gate.clear()
    for each in processes:
        each.begin()
    until_found(lambda: receiver.requests[before:], "nothing was ever sent")
    path = sent_by(receiver.requests[before])
    victim = next(each for each in processes if each.path == path)
    victim.kill()
    held = [each for each in list(receiver.requests[before:]) if sent_by(each) == path]
    receiver.gate.set()
    for each in processes:
        if each is not victim:
            each.end()
    return victim, held


def close(office: Office, book: Book, now: datetime) -> None:
    """Later passes, as many as it takes until nothing waits."""
    untold = sa.select(alert.c.id).where(alert.c.told_at.is_(None))
    waiting = sa.select(delivery.c.id).where(delivery.c.state.in_(("pending", "sending")))
    for _ in range(PASSES):
        until = now + timedelta(minutes=7)
        office.rehearse(now, until)
        if not rows(book, untold.where(alert.c.reached_at <= until)) and not rows(book, waiting):
            return
        now = until + timedelta(minutes=3)
    pytest.fail("after many passes something still waits")


# -- what came in -----------------------------------------------------------------------------------


def sent_by(request: Request) -> str:
    return request.path.split("/")[1]


def key_of(request: Request) -> tuple[str, ...]:
    """What tells one message from another at a receiver: the id, or robot, person and text."""
    if "x-yekuo-message-id" in request.headers:
        return (
            "webhook",
            request.headers["x-yekuo-message-id"],
            request.path.partition("/")[2].partition("/")[2],
        )
    told = request.body["text"]
    mentioned = told.get("mentioned_mobile_list", []) + told.get("mentioned_list", [])
    return "wecom", request.query["key"], *mentioned, told["content"]


def key_of_row(row: sa.Row[Any]) -> tuple[str, ...]:
    """The same of a delivery that says it was sent."""
    if row.channel == "webhook":
        return "webhook", row.message_id, row.address
    name, _, mention = row.address.partition("@")
    body = json.loads(row.body)
    message = Message(row.message_id, body["title"], body["text"], None, body["link"], body["facts"])
    return "wecom", telling_world.ROBOTS[name], *filter(None, [mention]), content(message, 2048)


def deliveries(book: Book) -> list[sa.Row[Any]]:
    return rows(book, sa.select(delivery))


# -- what must be true -------------------------------------------------------------------------------


def assert_each_slot_has_one_effect(book: Book) -> None:
    runs = rows(book, sa.select(job_run))
    counted = Counter((row.job, row.slot, row.shard) for row in runs)
    assert set(counted.values()) == {1}
    left = [(row.job, row.slot, row.state, row.result) for row in runs if row.state != RunState.DONE.value]
    assert left == []
    sweeps = {row.slot for row in runs if row.job == "sweep" and row.result != SUPERSEDED}
    assert len(sweeps) > 5


def assert_the_list_is_right(book: Book, levels: list[Reached]) -> None:
    """Every level that was reached stands on the list once, and what follows from them."""
    found = rows(book, sa.select(alert))
    listed = Counter(
        (row.threshold_id, row.level, row.reached_at, row.layer, row.name)
        for row in found
        if row.kind == AlertKind.LEVEL.value
    )
    assert listed == Counter((one.threshold_id, one.level, one.at, one.layer, one.name) for one in levels)
    repeated = [row for row in found if row.kind == AlertKind.REPEATED.value]
    assert {row.key for row in repeated} == set(telling_world.rows_of_three(levels))
    assert {row.level for row in repeated} == {"red"}
    assert [row.key for row in found if row.withdrawn_at is not None] == []


def assert_everybody_was_told(book: Book, levels: list[Reached]) -> None:
    told = (
        sa.select(
            alert.c.kind,
            alert.c.key,
            alert.c.threshold_id,
            person.c.name,
            delivery.c.channel,
            delivery.c.state,
        )
        .select_from(delivery)
        .join(alert, sa.and_(delivery.c.about == "alert", alert.c.id == delivery.c.about_id))
        .join(person, person.c.id == delivery.c.person_id)
    )
    found = rows(book, told)
    of_levels = [row for row in found if row.kind == AlertKind.LEVEL.value]
    messages = Counter((row.threshold_id, row.name, row.channel, row.state) for row in of_levels)
    assert set(messages) == telling_world.level_messages(levels)
    assert set(messages.values()) == {1}

    repeated = {
        (row.key, row.name, row.channel, row.state) for row in found if row.kind == AlertKind.REPEATED.value
    }
    expected = {
        (key, name, channel, "sent")
        for key, third in telling_world.rows_of_three(levels).items()
        for name in telling_world.hearers(third.station, third.manager, "red")
        for channel in telling_world.ways(name)
    }
    assert repeated == expected


def assert_orders_were_opened(book: Book, levels: list[Reached]) -> None:
    red = {each.application_id for each in levels if each.level == "red"}
    red |= {each.application_id for each in telling_world.rows_of_three(levels).values()}
    opened = [each for (each,) in rows(book, sa.select(supervision_order.c.application_id))]
    assert sorted(opened) == sorted(red)


def assert_each_message_came_in(
    book: Book, receiver: HttpReceiver, killed: Mapping[str, Sequence[Request]]
) -> None:
    """Exactly once, or twice where a process was killed between sending and recording."""
    found = deliveries(book)
    assert {row.state for row in found} == {"sent", "suppressed"}
    sent = [key_of_row(row) for row in found if row.state == "sent" and row.channel != "desk"]
    assert len(set(sent)) == len(sent) > 50
    came: dict[tuple[str, ...], list[str]] = {}
    for request in receiver.requests:
        came.setdefault(key_of(request), []).append(sent_by(request))
    assert set(came) == set(sent)
    twice = {key: paths for key, paths in came.items() if len(paths) > 1}
    for paths in twice.values():
        assert len(paths) == 2
        assert paths[0] in killed
        assert paths[1] not in killed or paths[1] != paths[0]
    # One message on each channel at most was under way in each process.
    assert max(Counter((paths[0], key[0]) for key, paths in twice.items()).values()) == 1
    for request in (each for held in killed.values() for each in held):
        assert key_of(request) in twice


def test_everybody_is_told_once_though_two_are_killed(migrated_url: str, tmp_path: Path) -> None:
    """Four processes on PostgreSQL, two on SQLite; one killed in a shard, one between sending and recording."""
    book = company(migrated_url, tmp_path)
    fill(book)
    levels = reached(book, MORNING_ENDS)
    assert {each.level for each in levels} == set(telling_world.LEVELS)
    count = PROCESSES[book.engine.dialect.name]
    with receiving() as receiver, ExitStack() as stack:
        office = Office(migrated_url, tmp_path, receiver.url)
        night, morning = (
            [stack.enter_context(office.scheduler(f"{name}{n}", start, end, SPEED)) for n in range(many)]
            for name, many, start, end in (
                ("night", count, NIGHT, NIGHT_ENDS),
                ("morning", max(count - 1, 2), MORNING, MORNING_ENDS),
            )
        )
        for each in (*night, *morning):
            each.ready()
        first = run_night(book, night)
        second, held = run_morning(receiver, morning)
        close(office, book, CLOSING)

        assert_each_slot_has_one_effect(book)
        assert_the_list_is_right(book, levels)
        assert_everybody_was_told(book, levels)
        assert_orders_were_opened(book, levels)
        assert_each_message_came_in(book, receiver, {first.path: [], second.path: held})
        windows = sa.select(sender_window.c.used).where(sender_window.c.robot.startswith("wecom"))
        assert max(used for (used,) in rows(book, windows)) <= PER_MINUTE
        verified = office.says("verify")
    book.engine.dispose()
    assert verified.returncode == 0, verified.stdout
    assert "一致" in verified.stdout


# -- ten days without a scheduler ----------------------------------------------------------------------

BEFORE, AFTER = at("2026-10-09 五 08:00"), at("2026-10-19 一 09:00")
AFTER_THAT = AFTER + timedelta(minutes=5)
LIST = (
    "kind",
    "key",
    "level",
    "reached_at",
    "threshold_id",
    "application_id",
    "layer",
    "name",
    "unit",
    "text",
)


def listed(book: Book) -> list[tuple[Any, ...]]:
    """The levels and the rows of three on the list of alarms, whatever was sent."""
    kinds = (AlertKind.LEVEL.value, AlertKind.REPEATED.value)
    columns = [alert.c[name] for name in (*LIST, "withdrawn_at")]
    wanted = sa.select(*columns).where(alert.c.kind.in_(kinds)).order_by(alert.c.key)
    return [tuple(row) for row in rows(book, wanted)]


def at_the_desk(tmp_path: Path, template: Path, name: str) -> tuple[Office, Book]:
    """A company in which nobody is reached but at the desk; one household was energized in time."""
    folder = tmp_path / name
    folder.mkdir()
    url = f"sqlite:///{(folder / 'yekuo.sqlite3').as_posix()}"
    (folder / "yekuo.sqlite3").write_bytes(template.read_bytes())
    book = company(url, folder, reachable=False)
    fill(book, each_day=2)
    done = at("2026-10-13 二 10:00")
    cases.energize(book, "12-王五-0", at=done, now=done, actor="王五")
    return Office(url, folder, "http://127.0.0.1:9"), book


def test_ten_days_stopped_and_started_once_is_as_if_it_had_run(tmp_path: Path, sqlite_template: Path) -> None:
    """The same list, row by row; and of each clock one message, not one a level."""
    always, kept = at_the_desk(tmp_path, sqlite_template, "always")
    seldom, stopped = at_the_desk(tmp_path, sqlite_template, "seldom")
    with always.scheduler("always", BEFORE, AFTER, 100_000) as running:
        running.ready()
        running.begin()
        seldom.rehearse(BEFORE, BEFORE)
        seldom.rehearse(AFTER, AFTER_THAT)
        running.end()
    # What was reached last may have been swept in the very last pass.
    always.rehearse(AFTER, AFTER_THAT)
    swept = {
        line.split()[3]
        for line in running.said.read_text(encoding="utf-8").splitlines()
        if " sweep.done " in line
    }
    assert len(swept) > 2  # forty on an idle machine
    assert {row[10] for row in listed(stopped)} == {None}
    assert listed(stopped) == listed(kept)

    levels = reached(stopped, AFTER)
    by_key = {f"level:{each.threshold_id}": each for each in levels}
    assert {row[1] for row in listed(stopped) if row[0] == "level"} == set(by_key)
    sent = (
        sa.select(alert.c.key, alert.c.told_at)
        .join(delivery, sa.and_(delivery.c.about == "alert", delivery.c.about_id == alert.c.id))
        .where(alert.c.kind == AlertKind.LEVEL.value, delivery.c.state == "sent")
    )
    later = {by_key[row.key] for row in rows(stopped, sent) if row.told_at > BEFORE}
    assert len({each.clock for each in later}) == len(later) > 20
    top = telling_world.highest(levels)
    assert {each for each in later if top[each.clock] is not each} == set()
    for book in (kept, stopped):
        book.engine.dispose()


# -- a receiver that is not there ------------------------------------------------------------------------


def told(office: Office, *state: str) -> list[dict[str, Any]]:
    """What ``yekuo deliveries`` shows of the messages that leave the house."""
    shown = office.says("deliveries", "--json", "--limit", "10000", *state)
    assert shown.returncode == 0, shown.stderr
    return [each for each in map(json.loads, shown.stdout.splitlines()) if each["channel"] != "desk"]


def test_a_receiver_that_comes_up_after_hours_gets_everything_once(
    tmp_path: Path, sqlite_url: str, sqlite_template: Path
) -> None:
    (tmp_path / "yekuo.sqlite3").write_bytes(sqlite_template.read_bytes())
    book = company(sqlite_url, tmp_path)
    fill(book, telling_world.DAYS[1:4])
    with Holding() as absent:
        port = absent.port
    office = Office(sqlite_url, tmp_path, f"http://127.0.0.1:{port}", {"YEKUO_SENDERS_ATTEMPTS": "100"})
    office.rehearse(
        MORNING, MORNING + timedelta(hours=2), 1_200
    )  # slow enough that a busy machine sweeps within the first of the two hours
    waiting = told(office)
    assert {each["state"] for each in waiting} == {"pending"}
    tried = [
        each for each in waiting if datetime.fromisoformat(each["created_at"]) < MORNING + timedelta(hours=1)
    ]
    assert len(tried) > 20
    assert min(each["attempts"] for each in tried) > 0
    assert all(each["reason"] for each in tried)
    assert told(office, "--state", "已送达") == []

    with Holding(at_port=port) as receiver:
        receiver.gate.set()
        # A message waits an hour at most before it is tried again.
        close(office, book, MORNING + timedelta(hours=3, minutes=10))
        came = Counter(map(key_of, receiver.requests))
    after = {each["id"]: each for each in told(office)}
    assert {after[each["id"]]["state"] for each in waiting} <= {"sent", "suppressed"}
    assert {each["state"] for each in after.values()} <= {"sent", "suppressed"}
    expected = [key_of_row(row) for row in deliveries(book) if row.state == "sent" and row.channel != "desk"]
    assert came == Counter(expected)
    assert len(expected) > 20
    book.engine.dispose()


# -- settings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YEKUO_WECOM_ROBOTS", "城关"),
        ("YEKUO_SENDERS_TIMEOUT", "soon"),
        ("YEKUO_DATABASE_URL", "mysql://u:p@host/db"),
        ("YEKUO_WECOM_ROBOT", "城关=key"),
    ],
)
def test_a_wrong_setting_stops_the_start(
    tmp_path: Path, sqlite_url: str, sqlite_template: Path, name: str, value: str
) -> None:
    (tmp_path / "yekuo.sqlite3").write_bytes(sqlite_template.read_bytes())
    stopped = Office(sqlite_url, tmp_path, "http://127.0.0.1:9", {name: value}).says("scheduler")
    assert stopped.returncode == 2
    assert stopped.stdout == ""
    (sentence,) = stopped.stderr.splitlines()
    setting = name.removeprefix("YEKUO_").lower()
    assert name in sentence or setting in sentence.replace(".", "_")
    assert "scheduler.start" not in sentence


def test_without_a_database_nothing_is_started(tmp_path: Path, sqlite_url: str) -> None:
    stopped = Office(sqlite_url, tmp_path, "http://127.0.0.1:9").says("scheduler")
    assert stopped.returncode == 2
    (sentence,) = stopped.stderr.splitlines()
    assert "yekuo init" in sentence
    assert not (tmp_path / "yekuo.sqlite3").exists()
