"""The three files of a month: what is in them, and that they come whole or not at all."""

import json
import shutil
from html import unescape
from pathlib import Path

import openpyxl
import pytest

from limits.policy import Layer
from reports.errors import FolderNotWritable
from reports.files import NAMES, write_month
from reports.month import MonthReport, month_report
from reports.months import Month
from tests.dates import at
from tests.reports.books import AS_OF, resident
from workflow import cases
from workflow.book import Book

NASTY = [
    "=1+1",
    "@SUM(A1)",
    "+8",
    "-3",
    '<script>alert("1")</script>',
    "甲&乙",
    "https://example.invalid/",
    "007",
]


@pytest.fixture
def migrated_url(sqlite_template: Path, tmp_path: Path) -> str:
    """What is written to files does not depend on the database."""
    path = tmp_path / "yekuo.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path.as_posix()}"


@pytest.fixture
def october(ledger_book: Book) -> MonthReport:
    return month_report(ledger_book, Month(2026, 10), AS_OF)


@pytest.fixture
def nasty(book: Book) -> MonthReport:
    """Every name a person may type, each on an application that is late."""
    start, end = at("2026-10-12 一 09:00"), at("2026-10-16 五 09:00")
    for name in NASTY:
        registration = resident(name, station=name, manager=name)
        cases.accept(book, name, registration, at=start, now=start, actor="受理员")
        cases.energize(book, name, at=end, now=end, actor="装表员")
        cases.archive(book, name, at=end, now=end, actor="归档员")
    return month_report(book, Month(2026, 10), AS_OF)


def test_the_json_has_what_readers_rely_on(october: MonthReport, tmp_path: Path) -> None:
    told = json.loads(write_month(october, tmp_path)[0].read_text(encoding="utf-8"))
    assert (told["month"], told["as_of"], told["complete"]) == ("2026-10", "2026-11-20T18:00:00+08:00", True)
    assert told["nodes_on_time"] == [10, 11]
    assert told["rate"]["local"]["高压普通"] == {"numerator": 7, "denominator": 8, "rate": 0.875}
    assert set(told["levels"]) == {"blue", "orange", "yellow", "red"}
    assert told["calendar_published_through"] == "2026-12-31"
    assert any("34号" in document for document in told["policies"]["documents"])


def test_the_page_loads_nothing_and_says_what_it_counts(october: MonthReport, tmp_path: Path) -> None:
    page = write_month(october, tmp_path)[2].read_text(encoding="utf-8")
    for loader in ("http:", "https:", "//", "src=", "<link", "<script", "@import", "url("):
        assert loader not in page, loader
    assert "统计时点 2026-11-20 18:00" in page
    assert page.count("<rect") == 2 * len(october.kept[Layer.LOCAL])
    assert str(october.on_time(Layer.LOCAL)) in page


def test_a_month_not_over_says_so_on_the_page_and_in_the_workbook(ledger_book: Book, tmp_path: Path) -> None:
    _, book, page = write_month(month_report(ledger_book, Month(2026, 11), AS_OF), tmp_path)
    assert "本月未结束，统计截至 2026-11-20 18:00" in page.read_text(encoding="utf-8")
    overview = openpyxl.load_workbook(book)["概览"]
    assert overview["B3"].value == "本月未结束，统计截至 2026-11-20 18:00"


def test_the_workbook_is_typed_frozen_filtered_and_charted(october: MonthReport, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_month(october, tmp_path)[1])
    assert book.sheetnames == [
        "概览", "受理归档与达标", "各层级达标率", "办电时长", "在途", "预警告警", "归档未达标", "在途超期",
    ]  # fmt: skip
    for sheet in book.worksheets[1:]:
        assert (sheet.freeze_panes, sheet.auto_filter.ref is not None) == ("A2", True)
    counts = book["受理归档与达标"]
    total = [cell.value for cell in counts[8]]
    assert total == ["合计", 43, 47, 47, 43, 43 / 47]
    assert counts.auto_filter.ref == "A1:F7"  # the total stays below when rows are sorted
    assert (len(book["受理归档与达标"]._charts), len(book["办电时长"]._charts)) == (1, 1)
    late = book["归档未达标"]
    assert late["I2"].is_date
    assert late["G2"].value > late["H2"].value


def test_what_people_type_stays_text(nasty: MonthReport, tmp_path: Path) -> None:
    _, book, page = write_month(nasty, tmp_path)
    sheet = openpyxl.load_workbook(book)["归档未达标"]
    rows = list(sheet.iter_rows(min_row=2, max_row=1 + len(NASTY)))
    assert {row[3].value for row in rows} == set(NASTY)
    assert {cell.data_type for row in rows for cell in row[:6]} == {"s"}
    assert not any(cell.hyperlink for row in rows for cell in row)
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert all(f">{name}</td>" in unescape(text) for name in NASTY)


def test_an_empty_month_still_makes_three_readable_files(book: Book, tmp_path: Path) -> None:
    _, sheets, page = write_month(month_report(book, Month(2026, 10), AS_OF), tmp_path)
    assert openpyxl.load_workbook(sheets)["办电时长"]["A2"].value == "本月没有。"
    text = page.read_text(encoding="utf-8")
    assert "<svg" not in text
    assert "—" in text


def test_the_same_report_gives_the_same_bytes(october: MonthReport, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_month(october, tmp_path / "一")]
    assert [path.read_bytes() for path in write_month(october, tmp_path / "二")] == first


def test_only_the_three_files_are_left_and_old_ones_replaced(october: MonthReport, tmp_path: Path) -> None:
    folder = tmp_path / "月报" / "十月"
    assert write_month(october, folder) == write_month(october, folder) == [folder / name for name in NAMES]
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    assert json.loads((folder / NAMES[0]).read_text(encoding="utf-8"))["month"] == "2026-10"


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(
    october: MonthReport, tmp_path: Path
) -> None:
    taken = tmp_path / "月报"
    taken.write_text("这是一个文件", encoding="utf-8")
    with pytest.raises(FolderNotWritable) as refused:
        write_month(october, taken)
    assert refused.value.code == "folder_not_writable"
    assert str(taken) in refused.value.message
    assert taken.read_text(encoding="utf-8") == "这是一个文件"


@pytest.mark.parametrize("name", NAMES)
def test_when_one_file_cannot_take_its_place_last_times_files_stay(
    october: MonthReport, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "月报"
    (folder / name).mkdir(parents=True)  # a folder stands where the file should go
    others = [folder / each for each in NAMES if each != name]
    for path in others:
        path.write_text("上一次", encoding="utf-8")
    with pytest.raises(FolderNotWritable) as refused:
        write_month(october, folder)
    assert name in refused.value.message
    assert [path.read_text(encoding="utf-8") for path in others] == ["上一次", "上一次"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
