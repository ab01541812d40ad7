"""All scheduled work as it is put together, and the commands that show it and do it by hand."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from alerts.jobs.running import run_due
from alerts.jobs.slots import next_slot
from alerts.tables import job_run
from limits.calendar import load_calendar
from limits.terms import Channel
from reports.periods import Period
from reports.sealing.seal import close_period
from reports.tables import sealed_period
from tests.dates import at
from tests.reports.books import resident
from workflow import cases, store
from workflow.book import Book
from workflow.rules import load_rules
from yekuo import cli
from yekuo.settings import Settings
from yekuo.work import JobUnknown, job_named, jobs_for, month_before

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("YEKUO_")},
    "PYTHONPATH": str(ROOT),
    "PYTHONIOENCODING": "utf-8",
}
START = at("2026-10-12 一 09:00")
MORNING = at("2026-10-14 三 08:00")


def clock() -> datetime:
    return START


JOBS = jobs_for(Settings(), clock)


def test_each_name_is_one_job_and_fits_its_column() -> None:
    names = [job.name for job in JOBS]
    longest = job_run.c.job.type.length  # type: ignore[attr-defined]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= longest
    assert all(job.label for job in JOBS)


def test_every_channel_that_can_be_sent_on_has_a_job() -> None:
    sending = {job.name for job in JOBS if job.name.startswith("deliver_")}
    assert sending == {f"deliver_{channel}" for channel in Channel if channel is not Channel.DESK}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sweep", "2026-10-01 四 00:01"),
        ("climb", "2026-10-01 四 00:05"),
        ("deliver_email", "2026-10-01 四 00:00:15"),
        ("verify", "2026-10-01 四 02:00"),
        ("housekeeping", "2026-10-01 四 03:00"),
        ("duties", "2026-10-01 四 06:30"),
        ("calendar", "2026-10-01 四 07:00"),
        ("plans", "2026-10-01 四 07:30"),
        ("digest", "2026-10-08 四 08:00"),
        ("month_close", "2026-10-08 四 06:00"),
    ],
)
def test_when_each_is_due(name: str, expected: str) -> None:
    """From National Day on, which is a holiday through 7 October."""
    job = job_named(JOBS, name)
    assert next_slot(job.schedule, at("2026-10-01 四 00:00"), load_calendar()) == at(expected)


def test_yellows_in_a_row_can_be_switched_off() -> None:
    off = {job.name for job in jobs_for(Settings(repeated_yellows=False), clock)}
    assert {job.name for job in JOBS} - off == {"repeats"}


def test_an_unknown_job_is_told() -> None:
    with pytest.raises(JobUnknown, match="sweep"):
        job_named(JOBS, "sweeep")


def test_the_month_before() -> None:
    assert month_before(at("2026-10-08 四 06:00")) == date(2026, 9, 30)
    assert month_before(at("2027-01-04 一 06:00")) == date(2026, 12, 31)


# -- the commands ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Program:
    """The program on a database with one household, accepted on Monday 12 October."""

    folder: Path
    url: str

    def __call__(self, *arguments: str) -> str:
        """What a command says; a scheduler speaks on standard error."""
        ran = subprocess.run(
            [sys.executable, "-c", "from yekuo.cli import main; main()", *arguments],
            cwd=self.folder,
            env={**ENVIRONMENT, "YEKUO_DATABASE_URL": self.url},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stderr if arguments[0] == "scheduler" else ran.stdout

    def jobs(self, as_of: str) -> dict[str, Any]:
        told = json.loads(self("jobs", "--json", "--as-of", as_of))
        return {each["name"]: each for each in told}


@pytest.fixture
def program(tmp_path: Path, sqlite_template: Path) -> Program:
    path = tmp_path / "yekuo.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    engine = store.open_engine(f"sqlite:///{path.as_posix()}")
    book = Book(engine, load_rules())
    cases.accept(book, "A", resident("A"), at=START, now=START, actor="受理员")
    engine.dispose()
    return Program(tmp_path, str(engine.url))


def test_a_sweep_by_hand_and_what_is_shown_of_it(program: Program) -> None:
    before = program.jobs("2026-10-14T08:00")
    assert set(before) == {job.name for job in JOBS}
    assert {each["slot"] for each in before.values()} == {None}
    assert before["sweep"]["backlog"] > 0

    assert program("sweep", "--as-of", "2026-10-14T08:00").count("第 ") == 4
    assert "没有再做" in program("sweep", "--as-of", "2026-10-14T08:00")
    after = program.jobs("2026-10-14T08:00:30")["sweep"]
    assert (after["state"], after["overdue"]) == ("done", None)
    assert after["backlog"] < before["sweep"]["backlog"]
    assert datetime.fromisoformat(after["slot"]) == MORNING
    assert datetime.fromisoformat(after["next_slot"]) == at("2026-10-14 三 08:01")
    shown = program("jobs", "--as-of", "2026-10-14T09:00")
    assert "逾期" in shown
    assert "自动任务“时限扫描”没有完成" in shown


def test_the_nightly_comparison_finds_a_changed_seal(program: Program) -> None:
    engine = store.open_engine(program.url)
    book, job = Book(engine, load_rules()), job_named(JOBS, "verify")
    close_period(book, Period.month(2026, 9), now=MORNING, actor="所长")
    (ran,) = run_due(book, [job], at("2026-10-15 四 02:00"), "甲")
    assert ran.result.startswith("一致：1 件申请")
    with store.writing(engine) as connection:
        connection.execute(sa.update(sealed_period).values(closed_by="别人"))
    (ran,) = run_due(book, [job], at("2026-10-16 五 02:00"), "甲")
    assert "不一致 1 处：封存的报告期 2026-09：" in ran.result
    engine.dispose()


def test_a_month_closed_by_hand(program: Program) -> None:
    assert "2026年10月" in program("jobs", "run", "month_close", "--as-of", "2026-11-02T06:00")
    report = (program.folder / "reports" / "2026-10" / "report.json").read_text(encoding="utf-8")
    assert json.loads(report)["period"] == "2026-10"


def test_a_rehearsed_morning(program: Program) -> None:
    """From before the digest to after it in a second, and what is due at the end is done."""
    said = program(
        "scheduler", "--as-of", "2026-10-14T07:59", "--speed", "120", "--until", "2026-10-14T08:01"
    )
    assert "scheduler.start" in said.splitlines()[0]
    assert "2026-10-14 08:01:00 sweep.done slot=2026-10-14T08:01:00+08:00 shard=4" in said
    told = program.jobs("2026-10-14T08:01")
    assert {name: each["state"] for name, each in told.items()} == {job.name: "done" for job in JOBS}
    assert datetime.fromisoformat(told["digest"]["slot"]) == MORNING
    assert [each["overdue"] for each in told.values() if each["overdue"]] == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("jobs", "run", "sweeep"), "job_unknown"),
        (("scheduler", "--speed", "0"), "speed_invalid"),
        (("scheduler", "--as-of", "2026-10-14", "--speed", "nan"), "speed_invalid"),
        (("scheduler", "--until", "morgen"), "instant_invalid"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before a database is opened."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"错误［{error}］：")
