"""A small file may cost a lot: whatever is sent is answered from what was counted, and nothing is asked of others."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.verifying.blocks import BROKEN, DocumentUnreadable, Meter
from reports.verifying.check import ROOM, compared, seals_in
from reports.verifying.reading.documents import blocks_of
from reports.verifying.reading.markup import DEEPEST
from reports.verifying.reading.packed import UNPACKED, Packed
from tests.reports.verifying.forging import Change, related, repacked, understated

RESAVED = Path(__file__).parent / "resaved"
SHEET, DOCUMENT, BOOK = "xl/worksheets/sheet4.xml", "word/document.xml", "xl/workbook.xml"
SEAL = "ab" * 32


def workbook() -> bytes:
    return (RESAVED / "original.xlsx").read_bytes()


def word() -> bytes:
    return (RESAVED / "original.docx").read_bytes()


def in_sheet(more: str) -> Change:
    return lambda text: text.replace("</sheetData>", f"{more}</sheetData>")


def in_body(more: str) -> Change:
    return lambda text: text.replace("<w:p>", f"{more}<w:p>", 1)


def cell(place: str, row: int) -> Change:
    return in_sheet(f'<row r="{row}"><c r="{place}"><v>1</v></c></row>')


def declared(doctype: str) -> Change:
    return lambda text: text.replace("?>", f"?>{doctype}", 1).replace("2026", "2026&x;", 1)


ENTITY = '<!DOCTYPE x [<!ENTITY x "9">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "far down": (lambda: repacked(workbook(), {SHEET: cell("XFD1048576", 1_048_576)}), "离其他内容太远"),
    "outside": (lambda: repacked(workbook(), {SHEET: cell("XFE1", 20)}), "不在表内"),
    "below": (lambda: repacked(workbook(), {SHEET: cell("A1048577", 20)}), "不在表内"),
    "no place": (lambda: repacked(workbook(), {SHEET: cell("9", 20)}), "不在表内"),
    "entity": (lambda: repacked(workbook(), {BOOK: declared(ENTITY)}), "文档类型"),
    "another file": (lambda: repacked(workbook(), {SHEET: declared(OUTSIDE)}), "文档类型"),
    "deep": (lambda: repacked(workbook(), {SHEET: in_sheet("<a>" * DEEPEST + "</a>" * DEEPEST)}), "嵌套过深"),
    "many cells": (lambda: repacked(workbook(), {SHEET: in_sheet("<row><c/></row>" * ROOM)}), "多得不像"),
    "one long tag": (lambda: repacked(workbook(), {SHEET: in_sheet(f"<row><c {'x' * 2**21}=''/></row>")}), "标记过长"),
    "many sheets": (
        lambda: repacked(workbook(), {BOOK: lambda text: text.replace("</sheets>", '<sheet r:id="rId1"/>' * 600 + "</sheets>")}),
        "工作表超过",
    ),
    "part missing": (lambda: repacked(workbook(), {BOOK: lambda text: text.replace('r:id="rId1"', 'r:id="no"')}), "no"),
    "named a workbook": (word, "不是 Excel"),
    "no zip": (lambda: b"PK" + bytes(500), "zip"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOOKS)
def test_a_workbook_that_asks_too_much(bomb: str) -> None:
    content, reason = BOOKS[bomb]
    with pytest.raises(DocumentUnreadable, match=reason):
        compared(content(), workbook(), ".xlsx", "report.xlsx")


def based(text: str) -> str:
    """Styles, each based on the one before."""
    chain = (
        f'<w:style w:styleId="s{at}" w:type="paragraph"><w:basedOn w:val="s{at + 1}"/></w:style>'
        for at in range(40)
    )
    return text.replace("</w:styles>", f"{''.join(chain)}</w:styles>")


DOCUMENTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "entity": (lambda: repacked(word(), {DOCUMENT: declared(ENTITY)}), "文档类型"),
    "deep": (
        lambda: repacked(word(), {DOCUMENT: in_body("<w:sdt>" * DEEPEST + "</w:sdt>" * DEEPEST)}),
        "嵌套过深",
    ),
    "many paragraphs": (lambda: repacked(word(), {DOCUMENT: in_body("<w:p/>" * ROOM * 2)}), "多得不像"),
    "long text": (lambda: repacked(word(), {DOCUMENT: in_body("9" * 16 * ROOM * 2)}), "多得不像"),
    "styles upon styles": (
        lambda: repacked(
            word(),
            {"word/styles.xml": based, DOCUMENT: in_body('<w:p><w:pPr><w:pStyle w:val="s0"/></w:pPr></w:p>')},
        ),
        "样式",
    ),
    "named a document": (workbook, "不是 Word"),
}


@pytest.mark.parametrize("bomb", DOCUMENTS)
def test_a_word_document_that_asks_too_much(bomb: str) -> None:
    content, reason = DOCUMENTS[bomb]
    with pytest.raises(DocumentUnreadable, match=reason):
        compared(content(), word(), ".docx", "report.docx")


def unpacked(content: bytes) -> None:
    packed = Packed(content, Meter())
    for name in packed.names():
        for _ in packed.pieces(name):
            pass


def encrypted(content: bytes) -> bytes:
    held = bytearray(content)
    held[held.find(b"PK\x01\x02") + 8] |= 1
    return bytes(held)


PARCELS: dict[str, tuple[Callable[[], bytes], str]] = {
    "much of nothing": (lambda: repacked(workbook(), {}, {"xl/a.xml": bytes(UNPACKED)}), "超过 64 MB"),
    "a directory that lies": (lambda: understated(workbook(), SHEET, 1_000), "不符|CRC"),
    "one name twice": (
        lambda: repacked(workbook(), {}, {"XL/Workbook.xml": b"<a/>"}),
        "有两个 XL/Workbook.xml",
    ),
    "locked": (lambda: encrypted(workbook()), "加了密"),
    "thousands of parts": (
        lambda: repacked(workbook(), {}, {f"{at}": b"" for at in range(2_000)}),
        "2000 个",
    ),
}


@pytest.mark.parametrize("bomb", PARCELS)
def test_what_is_packed_is_counted_while_it_is_unpacked(bomb: str) -> None:
    content, reason = PARCELS[bomb]
    with pytest.raises(BROKEN, match=reason):
        unpacked(content())


@pytest.mark.parametrize("sign", ["<", "&", "&#", '"seal":', "封存值（SHA-256）：", "0123abcd ", "<a"])
@pytest.mark.parametrize("suffix", [".html", ".json", ".pdf"])
def test_two_megabytes_of_one_sign_hold_no_seal(sign: str, suffix: str) -> None:
    assert not [seal for seal in seals_in((sign * (2_000_000 // len(sign))).encode(), suffix) if seal == SEAL]


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (b"<" * 2_000_000, ".html"),
        (b"<p>a" * 500_000, ".html"),
        (b"[" + b"[]," * 600_000 + b"0]", ".json"),
        (b'{"' + b"k" * 1_000_000 + b'":[' + b"0," * 400_000 + b"0]}", ".json"),
        (b"[" * 1_000_000, ".json"),
        (b"9" * 10_000, ".json"),
    ],
    ids=("signs", "lines", "lists", "long name", "deep", "long number"),
)
def test_what_is_read_of_a_page_or_of_json_is_counted(content: bytes, suffix: str) -> None:
    with pytest.raises(DocumentUnreadable):
        blocks_of(content, suffix, "report", Meter(ROOM))


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (f"<p>封存值（SHA-256）：{SEAL[:8]} {SEAL[8:]}</p>".encode(), ".html"),
        ("".join(f"&#x{ord(each):x};" for each in f"封存值（SHA-256）：{SEAL}").encode(), ".html"),
        (json.dumps({"seal": SEAL}).encode(), ".json"),
        (f"/Subject ({SEAL})".encode(), ".pdf"),
    ],
)
def test_a_seal_is_found_however_it_is_written(content: bytes, suffix: str) -> None:
    assert list(seals_in(content, suffix)) == [SEAL]


@pytest.mark.parametrize("name", ["original.docx", "original.xlsx", "resaved.docx", "resaved.xlsx"])
def test_a_seal_is_found_in_what_is_packed(name: str) -> None:
    assert list(seals_in((RESAVED / name).read_bytes(), Path(name).suffix)) == [SEAL]


def test_what_lies_outside_is_not_fetched() -> None:
    """A relation to another host is told by its kind; its target is never opened."""
    linked = related("image", "http://127.0.0.1:9/", ' TargetMode="External"')
    forged = repacked(word(), {"word/_rels/document.xml.rels": linked})
    found = compared(forged, word(), ".docx", "report.docx").deviations
    assert [each.found for each in found] == ["image（word/document.xml）"]
