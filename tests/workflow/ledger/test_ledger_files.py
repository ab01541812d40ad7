"""What is not a ledger ends in one sentence; what is one is read, whatever it is called."""

import shutil
import zipfile
from pathlib import Path

import pytest

from limits.errors import YekuoError
from limits.shipped import DATA
from tests.workflow.ledger_books import GOOD, NOW, good, taken, write_book
from workflow.ledger import files
from workflow.ledger.reading import LedgerNoHeading, LedgerRow, read_ledger

CSV_ROW = "1,低压居民,220V,8kVA,2026年10月8日 9:05,“张三”\n"
CSV_TEXT = "申请编号,客户类别,供电电压,报装容量,受理时间,备注\n" + CSV_ROW
SAMPLE = DATA / "samples" / "ledger-2026.xlsx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_in_every_encoding_people_save(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(CSV_TEXT.encode(encoding))
    ledger = read_ledger(path, now=NOW)
    (row,) = taken(ledger)
    assert (row.number, row.customer_class.label, row.line) == ("1", "低压居民", 2)
    assert ledger.unknown_columns == ("备注",)
    assert ledger.total == 1
    assert ledger.suspensions == ()


def test_a_csv_with_tabs_short_rows_quoted_line_breaks_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "ledger.txt"
    lines = [
        "业扩台账",
        CSV_TEXT.splitlines()[0].replace(",", "\t"),
        "",
        '0041\t"低压\n居民"\t220V\t8\t2026-10-08',
        "",
    ]
    path.write_bytes("\r\n".join(lines).encode("utf-16"))
    (row,) = taken(read_ledger(path, now=NOW))
    assert (row.number, row.customer_class.label, row.line) == ("0041", "低压居民", 4)


@pytest.mark.parametrize("name", ["ledger.xls", "ledger.csv", "ledger", "ledger.XLSX"])
def test_a_workbook_under_another_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    shutil.copyfile(SAMPLE, path)
    assert sum(isinstance(row, LedgerRow) for row in read_ledger(path, now=NOW).rows) == 240


def compound_file() -> bytes:
    """What an encrypted .xlsx looks like from outside: a compound file with a stream EncryptedPackage."""
    return files.COMPOUND_FILE + bytes(1016) + files.ENCRYPTED + bytes(512)


def zip_without_sheets(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")


UNREADABLE: dict[str, tuple[str, bytes | None, type[YekuoError]]] = {
    "a picture called xlsx": ("a.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), files.LedgerUnreadable),
    "a text called xlsx": ("a.xlsx", CSV_TEXT.encode(), files.LedgerUnreadable),
    "an unknown kind": ("a.docx", b"hello", files.LedgerUnreadable),
    "an old workbook cut off": ("a.xls", files.COMPOUND_FILE + bytes(100), files.LedgerUnreadable),
    "an empty file": ("a.xlsx", b"", files.LedgerEmpty),
    "an empty csv": ("a.csv", b"", files.LedgerEmpty),
    "a password": ("a.xlsx", compound_file(), files.LedgerLocked),
    "no file": ("a.xlsx", None, files.LedgerMissing),
    "a csv in no encoding": ("a.csv", b"\xff\xff\x81\xff\n", files.LedgerEncoding),
    "a csv with a broken BOM": ("a.csv", b"\xef\xbb\xbf\xff", files.LedgerEncoding),
    "a csv with a quote never closed": ("a.csv", b'"' + b"x" * 200_000, files.LedgerUnreadable),
    "a csv without heading": ("a.csv", "编号,类别\n1,2\n".encode(), LedgerNoHeading),
    "a picture called csv": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), files.LedgerEncoding),
}


@pytest.mark.parametrize(("name", "content", "error"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_ledger(tmp_path: Path, name: str, content: bytes | None, error: type[YekuoError]) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error) as caught:
        read_ledger(path, now=NOW)
    assert name in caught.value.message
    assert "请" in caught.value.message  # what to do
    assert "\n" not in caught.value.message
    assert "invalid" not in caught.value.message  # the library's English stays with the cause


def test_a_folder_a_zip_without_sheets_and_an_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(files.LedgerIsFolder, match="是文件夹"):
        read_ledger(tmp_path, now=NOW)
    zip_without_sheets(tmp_path / "a.xlsx")
    with pytest.raises(files.LedgerUnreadable):
        read_ledger(tmp_path / "a.xlsx", now=NOW)
    write_book(tmp_path / "b.xlsx", {"业扩台账": []})
    with pytest.raises(LedgerNoHeading):
        read_ledger(tmp_path / "b.xlsx", now=NOW)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.999])
def test_a_copy_cut_off_on_the_way(tmp_path: Path, kept: float) -> None:
    content = SAMPLE.read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(files.LedgerUnreadable):
        read_ledger(path, now=NOW)


def test_the_sentence_says_what_came(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    for content, what in ((b"\x89PNG\r\n", "是图片"), (b"%PDF-1.7", "是 PDF 文件"), (b"<html>", "是网页")):
        path.write_bytes(content)
        with pytest.raises(files.LedgerUnreadable, match=f"台账.xlsx”不是能读的台账：{what}"):
            read_ledger(path, now=NOW)


def test_each_fault_of_a_file_has_a_code_of_its_own() -> None:
    errors = [
        error for error in vars(files).values() if isinstance(error, type) and issubclass(error, YekuoError)
    ]
    faults = [error for error in errors if error is not YekuoError]
    assert len({error.code for error in faults}) == len(faults) == 6
    assert all(error.code.startswith("ledger_") for error in faults)


def test_a_ledger_with_a_heading_and_no_rows_is_empty_but_good(tmp_path: Path) -> None:
    path = write_book(tmp_path / "bare.xlsx", {"业扩台账": [list(GOOD)]})
    ledger = read_ledger(path, now=NOW)
    assert (list(ledger.rows), ledger.total) == ([], 0)
    assert len(taken(read_ledger(write_book(path, {"业扩台账": [list(GOOD), good()]}), now=NOW))) == 1
