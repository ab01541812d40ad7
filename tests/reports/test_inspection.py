"""The self-inspection form of residential service: what is known is filled in, what is not says so."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from reports.documents.cells import shown
from reports.documents.files import write_as
from reports.documents.page import render_page
from reports.documents.public import public_edition
from reports.facts.gathering import gather
from reports.figures.figures import Figures
from reports.inspection import CLASS, demands, inspection_paper
from reports.masthead import Letterhead
from reports.paper import Paper, Table
from reports.periods import Period
from tests.dates import at, on
from tests.reports.books import AS_OF, resident
from workflow import cases
from workflow.book import Book
from workflow.rules import Rules

OCTOBER = Period.parse("2026-10")
WHERE = {"class": ("lv_resident",)}


def form(book: Book, period: Period = OCTOBER, seal: str = "") -> Paper:
    facts = gather(book, period, AS_OF)
    masthead = Letterhead().masthead("示例县供电公司", period)
    return inspection_paper(facts, masthead, book.rules.policies, seal)


def tables(paper: Paper) -> dict[str, Table]:
    return {each.name: each for each in paper.tables()}


def test_residents_and_nobody_else(read_book: Book) -> None:
    figures = Figures(gather(read_book, OCTOBER, AS_OF))
    found = form(read_book)
    assert found.keys[0].value == f"{figures.total('accepted', **WHERE)} 户"
    rows = {row[:2]: row[2:6] for row in tables(found)["办电时限"].rows}
    whole = figures.clocks(("layer", "clock"), **WHERE)[("local", "whole")]
    said = "2 个工作日，有配套工程时 5 个工作日"
    assert rows[("地方", "全过程")] == (said, whole.of, whole.met, whole.rate)
    assert rows[("监管", "装表接电")] == ("3 个工作日", 0, 0, None)
    key = next(each for each in found.keys if each.label == "地方时限达标率")
    rate = figures.rate("local.total", **{"class": CLASS.value})
    assert (key.value, key.base) == (shown(rate.rate, "share"), f"{rate.met}/{rate.of}，受理至装表接电")
    assert {row[6] for row in tables(found)["超期明细"].rows} == {"个工作日"}
    late = [row for row in figures.facts.tables["unmet"].dicts() if row["class"] == "lv_resident"]
    assert len(tables(found)["超期明细"].rows) >= len(late) > 0


def test_what_nobody_records_is_left_to_a_pen(read_book: Book) -> None:
    rows = tables(form(read_book))["其他服务时限"].rows
    assert [(row[0], row[2]) for row in rows] == [
        ("投诉联系", "1 个工作日"),
        ("投诉答复", "7 个工作日"),
        ("电能表校验", "5 个工作日"),
        ("抄表异议答复", "7 个工作日"),
    ]
    assert all(row[3:5] == ("", "") and str(row[5]).startswith("无数据：") for row in rows)
    mending = tables(form(read_book))["整改"]
    assert all(row[1:] == ("", "", "", "") for row in mending.rows)
    assert [column.pen for column in mending.columns] == [False, True, True, True, True]
    # Room for a hand: a printed row of the usual height has none.
    assert '<td class="text pen broad"></td>' in render_page(form(read_book))


def test_it_carries_no_seal_of_its_own(read_book: Book) -> None:
    """The form is no sealed report: only its notes name, in short, what its figures are taken from."""
    found = form(read_book, seal="a" * 64)
    assert found.seal == ""
    assert "a" * 12 in found.notes[0]
    assert "a" * 13 not in found.notes[0]
    assert "尚未封存" in form(read_book).notes[0]


def test_suspensions_and_an_empty_period(file_book: Book) -> None:
    start = at("2026-10-12 一 09:00")
    cases.accept(file_book, "L1", resident("张样"), at=start, now=start, actor="受理员")
    when = at("2026-10-13 二 09:00")
    told = {"reason": "客户出差", "evidence": "电话记录", "approver": "所长"}
    cases.suspend(file_book, "L1", at=when, now=when, actor="李四", **told)
    found = form(file_book)
    assert [row[4] for row in tables(found)["挂起"].rows] == ["客户出差"]
    assert tables(public_edition(found))["挂起"].rows == (("城关供电所", 1),)
    empty = form(file_book, Period.parse("2026-09"))
    assert empty.keys[0].value == "0 户"
    assert {row[3] for row in tables(empty)["办电时限"].rows} == {0}


@pytest.mark.parametrize(
    ("day", "key", "said"),
    [
        ("2026-10-01 四", ("company", "whole"), "5 个工作日"),
        ("2026-10-01 四", ("national", "whole_2025"), "5 个工作日，有配套工程时 15 个工作日"),
        ("2026-10-01 四", ("local", "counter_entry"), "当日"),
        ("2026-10-01 四", ("regulator", "reply"), "3 个工作日"),
    ],
)
def test_what_is_demanded(rules: Rules, day: str, key: tuple[str, str], said: str) -> None:
    assert demands(rules.policies, on(day))[key][0] == said


def test_before_the_2025_rule_it_demands_nothing(rules: Rules) -> None:
    assert ("national", "whole_2025") not in demands(rules.policies, on("2025-06-02 一"))


def test_written_as_three_documents(file_book: Book, tmp_path: Path) -> None:
    names = [path.name for path in write_as(form(file_book), "self-inspection", tmp_path)]
    assert names == [f"self-inspection.{end}" for end in ("html", "docx", "xlsx")]
    sheet = load_workbook(tmp_path / "self-inspection.xlsx")["整改"]
    assert sheet["B2"].border.bottom.style == "thin"  # a printed sheet has no lines of its own
    assert (sheet.row_dimensions[2].height or 0) > (sheet.sheet_format.defaultRowHeight or 0)
