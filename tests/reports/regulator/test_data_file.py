"""The regulator's data file: every application of the period, the truth of the sample, and nobody's name."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from limits.force import Layer
from limits.policy import ClockRole
from reports.errors import FolderNotWritable, PeriodNotBegun
from reports.facts.gathering import gather
from reports.figures.figures import Figures
from reports.periods import Period
from reports.regulator.files import safe, write_data
from reports.regulator.layout import CLOCKS, FIELDS
from tests.dates import at
from tests.reports.books import AS_OF, resident
from workflow import cases
from workflow.book import Book
from workflow.rules import Rules
from workflow.tables import application

OCTOBER = Period.parse("2026-10")
START = at("2026-10-12 一 09:00")
Row = dict[str, str]


def told(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as held:
        return list(csv.DictReader(held))


@pytest.fixture(scope="module")
def written(read_book: Book, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    found = write_data(read_book, OCTOBER, tmp_path_factory.mktemp("data"), AS_OF)
    assert found.rows == len(told(found.paths[0]))
    return found.paths[0], found.paths[1]


def test_every_application_accepted_or_archived_in_the_period(
    read_book: Book, written: tuple[Path, Path]
) -> None:
    rows = told(written[0])
    figures = Figures(gather(read_book, OCTOBER, AS_OF))
    inside = ("2026-10-01", "2026-11-01")
    accepted = [row for row in rows if inside[0] <= row["受理时间"] < inside[1] and row["状态"] != "作废"]
    archived = [row for row in rows if inside[0] <= row["归档时间"] < inside[1]]
    assert len(accepted) == figures.total("accepted")
    assert len(archived) == figures.total("archived")
    numbers = [row["申请编号"] for row in rows]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("rule", "column"),
    [
        ("local.total", "地方总时限"),
        ("company.total", "公司承诺总时限"),
        ("local.supporting", "地方配套工程"),
    ],
)
def test_the_verdicts_add_up_to_the_reports_rate(
    read_book: Book, written: tuple[Path, Path], rule: str, column: str
) -> None:
    share = Figures(gather(read_book, OCTOBER, AS_OF)).rate(rule)
    archived = [row for row in told(written[0]) if "2026-10-01" <= row["归档时间"] < "2026-11-01"]
    verdicts = [row[f"{column}（结论）"] for row in archived if row[f"{column}（允许）"]]
    assert (verdicts.count("按时"), len(verdicts)) == (share.met, share.of)


def test_the_workbook_holds_the_same(written: tuple[Path, Path]) -> None:
    book = load_workbook(written[1])
    assert book.sheetnames == ["说明", "数据"]
    sheet = book["数据"]
    head, *rows = sheet.iter_rows(values_only=True)
    assert list(head) == [each.name for each in FIELDS]
    for held, line in zip(rows, told(written[0]), strict=True):
        assert [_plain(cell) for cell in held] == list(line.values())
    about = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True) if row[0]}
    assert about["统计时点"] == "2026-11-20 18:00:00（北京时间）"
    assert len(str(about["台账哈希"])) == 64


def _plain(cell: Any) -> str:
    return f"{cell:%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else "" if cell is None else str(cell)


def test_nobody_is_named(read_book: Book, written: tuple[Path, Path]) -> None:
    columns = (application.c.customer, application.c.address, application.c.manager)
    with read_book.engine.connect() as connection:
        named = {text for row in connection.execute(sa.select(*columns)) for text in row if len(text) > 1}
    cells = {cell for row in told(written[0]) for cell in row.values()}
    assert named
    assert not named & cells


def test_the_same_bytes_again(read_book: Book, written: tuple[Path, Path], tmp_path: Path) -> None:
    again = write_data(read_book, OCTOBER, tmp_path, AS_OF)
    assert [path.read_bytes() for path in again.paths] == [path.read_bytes() for path in written]
    assert written[0].read_bytes().startswith(b"\xef\xbb\xbf")


# -- told as it was known -------------------------------------------------------------------------


@pytest.fixture
def kept(file_book: Book) -> Book:
    """One household with a name that would be a formula, paused, archived and found late afterwards."""
    book = file_book
    cases.accept(book, "=1+1", resident("=cmd", station="+所"), at=START, now=START, actor="受理员")
    cases.suspend(
        book,
        "=1+1",
        reason="@客户\n出差",
        evidence="电话记录",
        approver="所长",
        at=at("2026-10-13 二 09:00"),
        now=at("2026-10-13 二 09:00"),
        actor="李四",
    )
    cases.resume(book, "=1+1", at=at("2026-10-20 二 09:00"), now=at("2026-10-20 二 09:00"), actor="李四")
    cases.energize(book, "=1+1", at=at("2026-10-22 四 09:00"), now=at("2026-10-22 四 09:00"), actor="王五")
    return book


def the_row(book: Book, folder: Path, as_of: datetime) -> Row:
    (row,) = told(write_data(book, OCTOBER, folder, as_of).paths[0])
    return row


def test_suspended_days_and_reasons(kept: Book, tmp_path: Path) -> None:
    row = the_row(kept, tmp_path, AS_OF)
    assert (row["挂起次数"], row["挂起天数"], row["地方总时限（已用）"]) == ("1", "5", "3")
    assert (row["地方总时限（允许）"], row["地方总时限（结论）"]) == ("2", "超期")
    assert row["装表接电时间"] == "2026-10-22 09:00:00"


def test_what_people_typed_is_no_formula(kept: Book, tmp_path: Path) -> None:
    row = the_row(kept, tmp_path, AS_OF)
    assert (row["申请编号"], row["供电所"], row["挂起原因"]) == ("'=1+1", "'+所", "'@客户 出差")
    sheet = load_workbook(tmp_path / "regulator-data-2026-10.xlsx")["数据"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "＝1", "\t=1", "\r=1"])
def test_a_formula_is_made_a_text(text: str) -> None:
    assert safe(text).startswith("'")
    assert safe("1-1=0") == "1-1=0"


def test_as_it_was_known(kept: Book, tmp_path: Path) -> None:
    """While paused: three days of suspension so far, one day used, nothing energized."""
    row = the_row(kept, tmp_path, at("2026-10-16 五 18:00"))
    assert (row["状态"], row["装表接电时间"]) == ("在途", "")
    assert (row["挂起天数"], row["地方总时限（已用）"], row["地方总时限（结论）"]) == ("3", "1", "在途")


def test_an_empty_period_has_a_head(kept: Book, tmp_path: Path) -> None:
    found = write_data(kept, Period.parse("2026-09"), tmp_path, AS_OF)
    assert found.rows == 0
    assert found.paths[0].read_text(encoding="utf-8-sig").startswith("申请编号,")
    with pytest.raises(PeriodNotBegun):
        write_data(kept, Period.parse("2026-12"), tmp_path, AS_OF)


def test_a_folder_that_cannot_be_written(kept: Book, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderNotWritable):
        write_data(kept, OCTOBER, tmp_path / "file", AS_OF)
    folder = tmp_path / "out"
    (folder / "regulator-data-2026-10.xlsx").mkdir(parents=True)
    with pytest.raises(FolderNotWritable):
        write_data(kept, OCTOBER, folder, AS_OF)
    assert [path.name for path in folder.iterdir()] == ["regulator-data-2026-10.xlsx"]


def test_every_clock_that_judges_is_told_of(rules: Rules) -> None:
    """Total clocks of every layer, the stage nodes and supporting works of the local one, the regulator's stages."""
    named = {(each.layer, name) for each in CLOCKS for name in each.names}
    judging = {
        (each.layer, each.name)
        for each in rules.policies.clocks
        if each.role is ClockRole.TOTAL
        or (each.role is not ClockRole.OTHER and each.layer in (Layer.LOCAL, Layer.REGULATOR))
    }
    assert judging <= named
