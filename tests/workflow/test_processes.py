"""Real processes: two writers at once, and kill -9 at every place. Nothing is ever half written."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dates import at
from tests.workflow import children
from tests.workflow.histories import Told, accept, contents, tell
from workflow import cases
from workflow.book import Book
from workflow.verify import verify
from yekuo.sample import write_sample

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")

ROOT = Path(__file__).parents[2]
ACCEPTED = at("2026-09-01 二 09:00")
NOW = at("2026-11-20 五 18:00")
ROUNDS = 4


@pytest.fixture(scope="module")
def parent() -> Iterator[subprocess.Popen[str]]:
    """The process of ``children.py``, which does jobs in processes of its own."""
    with subprocess.Popen(
        [sys.executable, children.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        yield process


@dataclass(frozen=True)
class Children:
    """Processes on the book of one test."""

    parent: subprocess.Popen[str]
    url: str

    def at_once(self, *jobs: dict[str, Any]) -> list[dict[str, Any]]:
        """Do ``jobs`` at the same moment; their outcomes in the same order."""
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        self.parent.stdin.write(json.dumps([self.url, jobs]) + "\n")
        self.parent.stdin.flush()
        found: list[dict[str, Any]] = json.loads(self.parent.stdout.readline())
        assert not [each["crashed"][-600:] for each in found if "crashed" in each]
        return found


@pytest.fixture
def processes(book: Book, parent: subprocess.Popen[str]) -> Children:
    return Children(parent, book.engine.url.render_as_string(hide_password=False))


def job(do: str, number: str, when: datetime, actor: str = "甲", **more: object) -> dict[str, Any]:
    now = when + timedelta(minutes=5)
    return {
        "do": do,
        "number": number,
        "at": when.isoformat(),
        "now": now.isoformat(),
        "actor": actor,
        **more,
    }


def importing(path: Path, actor: str = "甲", **more: object) -> dict[str, Any]:
    return {"do": "import", "path": str(path), "now": NOW.isoformat(), "actor": actor, **more}


# -- two writers -----------------------------------------------------------------------------------


def test_of_two_processes_that_reply_at_once_one_wins_and_the_other_is_told_why(
    book: Book, processes: Children
) -> None:
    when = ACCEPTED + timedelta(days=3)
    for number in (f"A{n}" for n in range(ROUNDS)):
        accept(book, number, children.REGISTRATION, ACCEPTED)
        found = processes.at_once(*(job("reply_plan", number, when, actor) for actor in "甲乙丙"))
        assert sorted("seq" in each for each in found) == [False, False, True]
        for each in found:
            if "seq" not in each:
                assert each["refused"] == "move_refused"
                assert "当前为“客户工程实施中”" in each["message"]
    assert verify(book).difference is None
    assert [row[0] for row in contents(book)["event"]].count("A0") == 2


def test_of_two_processes_that_accept_one_number_at_once_one_wins(book: Book, processes: Children) -> None:
    for number in (f"A{n}" for n in range(ROUNDS)):
        found = processes.at_once(*(job("accept", number, ACCEPTED, actor) for actor in "甲乙丙"))
        assert sorted(each.get("refused", "") for each in found) == ["", *["application_exists"] * 2]
    assert verify(book).difference is None
    assert len(contents(book)["application"]) == ROUNDS


def test_different_moves_at_once_are_each_taken_or_refused_whole(book: Book, processes: Children) -> None:
    when = ACCEPTED + timedelta(days=3)
    for number in (f"A{n}" for n in range(ROUNDS)):
        accept(book, number, children.REGISTRATION, ACCEPTED)
        tell(book, number, Told(cases.reply_plan), ACCEPTED + timedelta(days=1))
        moves = [job(do, number, when, "甲") for do in ("start_works", "start_supporting", "find_constraint")]
        found = processes.at_once(*moves)
        assert sorted(each["seq"] for each in found) == [3, 4, 5]
    assert verify(book).difference is None


def test_two_imports_of_one_ledger_at_once_end_as_one(
    book: Book, processes: Children, tmp_path: Path
) -> None:
    write_sample(tmp_path / "ledger.xlsx", 60, 3, as_of=NOW)
    found = processes.at_once(importing(tmp_path / "ledger.xlsx"), importing(tmp_path / "ledger.xlsx", "乙"))
    assert [each.get("refused") for each in found] == [None, None]
    assert sum(each["accepted"] for each in found) == 60
    assert sum(each["unchanged"] for each in found) == 60
    together = contents(book)
    assert verify(book).difference is None
    again = processes.at_once(importing(tmp_path / "ledger.xlsx"))
    assert again[0]["unchanged"] == 60
    assert contents(book) == together


# -- kill -9 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("do", ["accept", "reply_plan"])
def test_a_move_killed_between_any_two_statements_is_there_whole_or_not_at_all(
    book: Book, processes: Children, do: str
) -> None:
    when = ACCEPTED + timedelta(days=3)
    accept(book, "A0", children.REGISTRATION, ACCEPTED)
    number = "A1" if do == "accept" else "A0"
    before = contents(book)
    whole = False
    deaths = 0
    while not whole:
        deaths += 1
        [told] = processes.at_once(job(do, number, when, kill_at=deaths))
        assert told == {"killed": 9}
        whole = contents(book) != before
        assert str(verify(book).difference) == "None"
    assert deaths > 8
    assert len(contents(book)["event"]) == len(before["event"]) + (2 if do == "accept" else 1)
    [again] = processes.at_once(job(do, number, when))
    assert again["refused"] == ("application_exists" if do == "accept" else "move_refused")


def test_a_move_killed_at_any_instant_is_there_whole_or_not_at_all(book: Book, processes: Children) -> None:
    when = ACCEPTED + timedelta(days=3)
    deaths = 0
    for n in range(12):
        accept(book, f"A{n}", children.REGISTRATION, ACCEPTED)
        [told] = processes.at_once(job("reply_plan", f"A{n}", when, kill_after=n * 0.002))
        deaths += told == {"killed": 9}
        [again] = processes.at_once(job("reply_plan", f"A{n}", when))
        assert again.get("refused", "move_refused") == "move_refused"
    assert deaths > 0
    assert str(verify(book).difference) == "None"
    assert [row[0] for row in contents(book)["event"]] == sorted([f"A{n}" for n in range(12)] * 2)


def test_an_import_killed_between_any_two_statements_is_finished_by_running_it_again(
    book: Book, processes: Children, tmp_path: Path
) -> None:
    """One batch; each death is followed by a look at everything, the last one by the whole import."""
    write_sample(tmp_path / "ledger.xlsx", 12, 3, as_of=NOW)
    deaths, n = 0, 0
    while True:
        n += 1
        [told] = processes.at_once(importing(tmp_path / "ledger.xlsx", kill_at=n))
        held = len(contents(book)["application"])
        assert held in (0, 12)
        assert str(verify(book).difference) == "None"
        if told != {"killed": 9}:
            break
        deaths += 1
    assert deaths > 10
    assert told["unchanged"] + told["accepted"] == 12
    [again] = processes.at_once(importing(tmp_path / "ledger.xlsx"))
    assert (again["accepted"], again["updated"], again["unchanged"]) == (0, 0, 12)


def test_a_long_import_killed_again_and_again_ends_as_if_it_never_was(
    book: Book, processes: Children, tmp_path: Path
) -> None:
    """Two batches: what is committed stays, what is not is made up by the next run."""
    rows = 500
    write_sample(tmp_path / "ledger.xlsx", rows, 3, as_of=NOW)
    held, seconds, deaths = [0], 0.2, 0
    while True:
        [told] = processes.at_once(importing(tmp_path / "ledger.xlsx", kill_after=seconds))
        held.append(len(contents(book)["application"]))
        assert held[-1] >= held[-2]
        assert str(verify(book).difference) == "None"
        if told != {"killed": 9}:
            break
        deaths, seconds = deaths + 1, seconds * 2
    assert deaths > 0
    assert held[-1] == rows
    assert told["accepted"] + told["unchanged"] == rows
    [again] = processes.at_once(importing(tmp_path / "ledger.xlsx"))
    assert (again["accepted"], again["updated"], again["unchanged"]) == (0, 0, rows)
