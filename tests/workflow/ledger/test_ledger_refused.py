"""The sheet of refused rows: everything that came, why, and ready to be sent again."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from limits.shipped import DATA
from tests.workflow.ledger_books import NOW, PAUSE, codes, good, ledger_of, refused, taken
from workflow.ledger.reading import Ledger, Refusal, read_ledger
from workflow.ledger.refused import RefusedFileUnwritable, write_refused

SAMPLE = DATA / "samples" / "ledger-2026.xlsx"


def write_back(ledger: Ledger, path: Path) -> list[Refusal]:
    rows = [row for row in (*ledger.rows, *ledger.suspensions) if isinstance(row, Refusal)]
    write_refused(path, ledger.headings, rows)
    return rows


def test_the_refused_rows_of_the_sample_come_back_and_are_refused_for_the_same_reasons(
    tmp_path: Path,
) -> None:
    first = write_back(read_ledger(SAMPLE, now=NOW), tmp_path / "refused.xlsx")
    again = read_ledger(tmp_path / "refused.xlsx", now=NOW)
    assert again.unknown_columns == ()
    second = refused(again)
    # A duplicate was refused for its company: alone in the new file it is no duplicate any more.
    alone = [row for row in first if codes(row) != ["duplicate"]]
    assert [(row.number, codes(row)) for row in second] == [(row.number, codes(row)) for row in alone]
    assert [row.cells[:37] for row in second] == [row.cells for row in alone]


def test_mended_rows_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "refused.xlsx"
    bad = [good(受理时间="2026-02-30 09:00"), good(申请编号="2", 客户类别="中压客户", 报装容量=-5)]
    assert len(write_back(ledger_of(tmp_path, good(申请编号="0"), *bad), path)) == 2
    book = openpyxl.load_workbook(path)
    sheet = book["业扩台账"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    assert [sheet.cell(line, columns["原行号"]).value for line in (2, 3)] == [3, 4]
    assert "没有这个日期" in sheet.cell(2, columns["退回原因"]).value
    assert sheet.cell(3, columns["退回原因"]).value.count("\n") == 1  # two reasons
    sheet.cell(2, columns["受理时间"]).value = datetime(2026, 10, 8, 9, 5)  # noqa: DTZ001  Thursday
    sheet.cell(3, columns["客户类别"]).value = "高压普通"
    sheet.cell(3, columns["报装容量"]).value = "500kVA"
    book.save(path)
    ledger = read_ledger(path, now=NOW)
    assert ledger.unknown_columns == ()
    assert [row.number for row in taken(ledger)] == ["0041260830001", "2"]


def test_refused_twice_the_two_columns_are_there_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    write_back(ledger_of(tmp_path, good(客户类别="中压客户")), first)
    write_back(read_ledger(first, now=NOW), second)
    headings = [cell.value for cell in openpyxl.load_workbook(second)["业扩台账"][1]]
    assert headings.count("退回原因") == headings.count("原行号") == 1
    assert len(set(headings)) == len(headings)


def test_what_a_person_typed_is_never_a_formula(tmp_path: Path) -> None:
    attack = '=HYPERLINK("http://example.invalid","点我")'
    row = good(客户名称=attack, 用电地址="@SUM(1)", 客户经理="+1", 客户类别="-x")
    write_back(ledger_of(tmp_path, row), tmp_path / "refused.xlsx")
    cells = [cell for line in openpyxl.load_workbook(tmp_path / "refused.xlsx")["业扩台账"] for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert attack in [cell.value for cell in cells if cell.data_type == "s"]
    (again,) = refused(read_ledger(tmp_path / "refused.xlsx", now=NOW))
    assert attack in again.cells


def test_dates_stay_dates_and_leading_zeros_stay(tmp_path: Path) -> None:
    write_back(ledger_of(tmp_path, good(客户类别="")), tmp_path / "refused.xlsx")
    (row,) = list(
        openpyxl.load_workbook(tmp_path / "refused.xlsx")["业扩台账"].iter_rows(min_row=2, values_only=True)
    )
    assert datetime(2026, 10, 8, 9, 5) in row  # noqa: DTZ001  Thursday
    assert row[0] == "0041260830001"


def test_refused_pauses_have_their_own_sheet(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, good(), pauses=[[*{**PAUSE, "挂起时间": "不详"}.values()]])
    write_back(ledger, tmp_path / "refused.xlsx")
    again = read_ledger(tmp_path / "refused.xlsx", now=NOW)
    assert list(again.rows) == []
    assert [codes(pause) for pause in again.suspensions if isinstance(pause, Refusal)] == [["text_date"]]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileUnwritable, match="写不进去"):
        write_refused(tmp_path / "nowhere" / "refused.xlsx", {"业扩台账": ("申请编号",)}, [])
