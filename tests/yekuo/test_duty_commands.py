"""``yekuo duty``: what is to be done by when, and putting on record that it was."""

from pathlib import Path

import pytest

from alerts.duties.opening import open_rounds
from tests.alerts.company import CITY, EAST, found
from tests.dates import at
from tests.yekuo.program import Program
from workflow import store
from workflow.book import Book
from workflow.rules import load_rules

AS_OF = ("--as-of", "2026-11-25T18:00")  # Wednesday
WHO = ("--actor", "李四", "--evidence", "会议纪要 11 号")


@pytest.fixture
def opened(ready: Program, tmp_path: Path) -> Program:
    """The program with the rounds of Saturday 21 November."""
    book = found(Book(store.open_engine(ready.url), load_rules()), tmp_path, now=at("2026-11-20 五 09:00"))
    with store.writing(book.engine) as connection:
        open_rounds(connection, book, at("2026-11-21 六 06:00"))
    book.engine.dispose()
    return ready


def number(program: Program, unit: str = CITY, item: int = 9) -> str:
    listed = program("duty", "list", "--unit", unit, "--json", *AS_OF).lines
    return next(str(each["id"]) for each in listed if each["item"] == item)


def test_listed(opened: Program) -> None:
    listed = opened("duty", "list", "--json", *AS_OF).lines
    assert {each["unit"] for each in listed} == {CITY, EAST}
    assert {each["state_label"] for each in listed} == {"在途"}
    first = listed[0]
    assert (first["period"], first["opens_on"], first["due_on"], first["done_at"]) == (
        "2026-11",
        "2026-11-01",
        "2026-11-30",
        None,
    )
    told = opened("duty", "list", "--unit", EAST, *AS_OF).out
    assert "2026-11-30（周一）" in told
    assert "2026年四季度" in told
    assert CITY not in told
    late = opened("duty", "list", "--json", "--as-of", "2026-12-01").lines
    assert {each["state_label"] for each in late if each["period"] == "2026-11"} == {"在途超期"}


def test_done_and_gone_from_the_list(opened: Program) -> None:
    wanted = number(opened)
    done = opened("duty", "done", wanted, *WHO, "--at", "2026-11-25T15:00", *AS_OF).out
    assert "（2026年11月）已登记完成：按时。" in done
    assert wanted not in {str(each["id"]) for each in opened("duty", "list", "--json", *AS_OF).lines}
    (kept,) = (
        each for each in opened("duty", "list", "--all", "--json", *AS_OF).lines if str(each["id"]) == wanted
    )
    assert (kept["state"], kept["done_at"]) == ("met", "2026-11-25T15:00:00+08:00")
    other = opened("duty", "done", number(opened, EAST), *WHO, "--json", *AS_OF).json
    assert (other["unit"], other["done_at"]) == (EAST, "2026-11-25T18:00:00+08:00")


def test_refused(opened: Program) -> None:
    wanted = number(opened)
    opened.refuses("duty_unknown", "duty", "done", "999", *WHO, *AS_OF)
    opened.refuses("duty_evidence_missing", "duty", "done", wanted, *WHO[:3], " ", *AS_OF)
    opened.refuses("act_in_future", "duty", "done", wanted, *WHO, "--at", "2026-11-26", *AS_OF)
    opened.refuses("duty_not_open", "duty", "done", wanted, *WHO, "--at", "2026-10-31", *AS_OF)
    opened.refuses("id_invalid", "duty", "done", "9" * 30, *WHO, *AS_OF)
    opened.refuses("usage", "duty", "done", wanted, "--actor", "李四", *AS_OF)
    opened.refuses("instant_invalid", "duty", "done", wanted, *WHO, "--at", "昨天", *AS_OF)
    opened("duty", "done", wanted, *WHO, *AS_OF)
    assert "不能再登记一次" in opened.refuses("duty_done", "duty", "done", wanted, *WHO, *AS_OF)
