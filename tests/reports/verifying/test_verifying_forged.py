"""Documents forged to show other figures than they hold: none of them is told to agree, and each is told where."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from reports.documents.files import Format, render
from reports.verifying.check import Likeness, compared
from reports.verifying.deviations import Deviation
from tests.reports.documents.papers import busy
from tests.reports.verifying.forging import Change, related, repacked

RESAVED = Path(__file__).parent / "resaved"
SHEET, DOCUMENT, FOOTER = "xl/worksheets/sheet4.xml", "word/document.xml", "word/footer1.xml"
OF_BOOK, OF_DOCUMENT = "xl/_rels/workbook.xml.rels", "word/_rels/document.xml.rels"
RUN = "<w:r><w:rPr><w:vanish/></w:rPr>"


@pytest.fixture(scope="module")
def page() -> bytes:
    return render(replace(busy(4), seal="5e" * 32), Format.HTML)


def told(content: bytes, sealed: bytes, suffix: str) -> tuple[Deviation, ...]:
    """Where a forged document is told to differ."""
    likeness, found, _ = compared(content, sealed, suffix, f"report{suffix}")
    assert likeness is Likeness.DIFFERENT
    return found


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_what_an_office_program_saved_again_agrees_and_proves_nothing(suffix: str) -> None:
    """Made by LibreOffice 7.4 of the original beside it."""
    original, resaved = ((RESAVED / f"{name}{suffix}").read_bytes() for name in ("original", "resaved"))
    assert compared(resaved, original, suffix, "a") == (Likeness.UNPROVEN, (), 0)
    assert compared(original, resaved, suffix, "a") == (Likeness.UNPROVEN, (), 0)


PAGES = {
    "script": ("</body>", "<script>document.title='100.00%'</script></body>"),
    "style": ("</style>", "td{font-size:0}td::after{content:'100.00%';font-size:12pt}</style>"),
    "chart": ('<rect x="', '<rect x="3'),
    "overlay": ("</body>", '<input style="position:absolute;top:300px" value="100.00%"></body>'),
}


@pytest.mark.parametrize("forged", PAGES)
def test_a_page_made_to_show_something_else(page: bytes, forged: str) -> None:
    old, new = PAGES[forged]
    changed = page.decode().replace(old, new, 1).encode()
    assert changed != page
    (found,) = told(changed, page, ".html")
    assert re.fullmatch(r"源文件第 \d+ 行", found.place)
    assert found.found != found.sealed


def test_a_name_twice_in_json() -> None:
    """A program reads the last, a person the first."""
    sealed = json.dumps({"label": "时限达标率", "value": "91.49%"}, ensure_ascii=False)
    changed = sealed.replace('"value"', '"value": "100.00%", "value"')
    (found,) = told(changed.encode(), sealed.encode(), ".json")
    assert (found.found, found.sealed) == ('value｜"100.00%"', None)


def replaced(old: str, new: str, times: int = 1) -> Change:
    return lambda text: text.replace(old, new, times)


def matched(pattern: str, new: str) -> Change:
    return lambda text: re.sub(pattern, new, text, count=1)


SHEETS: dict[str, tuple[dict[str, Change], dict[str, bytes], str]] = {
    "a format that says something": (
        {"xl/styles.xml": replaced('formatCode="0.00%"', 'formatCode="&quot;100.00%&quot;"')},
        {},
        "“受理归档与达标”第 2 行“达标率”",
    ),
    "a formula": (
        {SHEET: matched(r'(<c r="C2"[^>]*>)<v>', r"\1<f>1*1</f><v>")},
        {},
        "“各层级达标率”第 2 行“达标率”",
    ),
    "rows hidden": (
        {SHEET: replaced('<row r="6"', '<row r="6" hidden="1"')},
        {},
        "“各层级达标率的行列和页眉页脚”",
    ),
    "rows without height": (
        {SHEET: replaced('<row r="6"', '<row r="6" ht="0.5" customHeight="1"')},
        {},
        "“各层级达标率的行列和页眉页脚”",
    ),
    "columns hidden": ({SHEET: replaced("<col ", '<col hidden="1" ')}, {}, "“各层级达标率的行列和页眉页脚”"),
    "a sheet hidden": (
        {"xl/workbook.xml": replaced('sheetId="4"', 'sheetId="4" state="veryHidden"')},
        {},
        "“工作表”第 4 行",
    ),
    "cells put together": (
        {SHEET: replaced("<pageMargins", '<mergeCells><mergeCell ref="C2:C9"/></mergeCells><pageMargins')},
        {},
        "“各层级达标率的行列和页眉页脚”",
    ),
    "a chart's own figures": (
        {"xl/charts/chart1.xml": matched(r"<c:numCache>.*?</c:numCache>", "<c:numCache/>")},
        {},
        "“图表中的第 1 幅图”",
    ),
    "a chart of other cells": (
        {"xl/charts/chart1.xml": matched(r"(<c:val><c:numRef><c:f>[^<]*\$)B", r"\1A")},
        {},
        "“图表中的第 1 幅图”",
    ),
    "words in a chart": (
        {"xl/charts/chart1.xml": replaced("<c:plotArea>", "<c:ttl><a:t>100%</a:t></c:ttl><c:plotArea>")},
        {},
        "“图表中的第 1 幅图”",
    ),
    "a shape": (
        {"xl/drawings/drawing1.xml": replaced("<xdr:graphicFrame", "<xdr:sp/><xdr:graphicFrame")},
        {},
        "“原件没有的内容”",
    ),
    "a page's foot": (
        {SHEET: replaced("<oddFooter>", "<oddFooter>100%")},
        {},
        "“各层级达标率的行列和页眉页脚”",
    ),
    "formats that depend": (
        {SHEET: replaced("<pageMargins", '<conditionalFormatting sqref="C2"/><pageMargins')},
        {},
        "“原件没有的内容”",
    ),
    "letters without size": (
        {"xl/styles.xml": replaced('<sz val="11"/><color theme="1"/><name val="等线"/>', '<sz val="1"/>')},
        {},
        "“概览的显示格式”",
    ),
    "white on white": (
        {"xl/styles.xml": replaced('<color rgb="FF5B6770"/>', '<color theme="0"/>')},
        {},
        "“概览的显示格式”",
    ),
    "one digit again and again": (
        {"xl/styles.xml": lambda text: text.replace('horizontal="right"', 'horizontal="fill"')},
        {},
        "“受理归档与达标的显示格式”",
    ),
    "macros": (
        {OF_BOOK: related("vbaProject", "vbaProject.bin")},
        {"xl/vbaProject.bin": b"1"},
        "“原件没有的内容”",
    ),
    "another workbook": (
        {OF_BOOK: related("externalLink", "https://example.invalid/", ' TargetMode="External"')},
        {},
        "“原件没有的内容”",
    ),
}


@pytest.mark.parametrize("forged", SHEETS)
def test_a_workbook_made_to_show_something_else(forged: str) -> None:
    changes, added, place = SHEETS[forged]
    sealed = (RESAVED / "original.xlsx").read_bytes()
    places = [each.place for each in told(repacked(sealed, changes, added), sealed, ".xlsx")]
    assert any(each.startswith(place) for each in places), places


PARAGRAPH = "<w:p><w:r><w:t>100%</w:t></w:r></w:p>"
WORDS: dict[str, tuple[dict[str, Change], dict[str, bytes], str]] = {
    "hidden, and a glyph instead": (
        {DOCUMENT: replaced("<w:r><w:rPr>", f'{RUN}<w:sym w:font="Arial" w:char="0039"/></w:r>{RUN[:-8]}')},
        {},
        "“原件没有的内容”",
    ),
    "hidden by a style": (
        {
            "word/styles.xml": replaced("</w:rPrDefault>", "<w:rPr><w:vanish/></w:rPr></w:rPrDefault>"),
        },
        {},
        "“正文”第 1 行",
    ),
    "struck out": ({DOCUMENT: replaced("<w:rPr>", "<w:rPr><w:strike/>")}, {}, "“正文”第 1 行"),
    "white": (
        {DOCUMENT: matched(r'<w:color w:val="\w+"/>', '<w:color w:val="FFFFFF"/>')},
        {},
        "“正文”第 1 行",
    ),
    "too small": ({DOCUMENT: matched(r'<w:sz w:val="\d+"/>', '<w:sz w:val="2"/>')}, {}, "“正文”第 1 行"),
    "a dark ground": (
        {DOCUMENT: replaced('w:fill="EEF1F3"', 'w:fill="101010"')},
        {},
        "“原件没有的内容”",
    ),
    "lines without height": (
        {DOCUMENT: matched(r'w:line="\d+" w:lineRule="exact"', 'w:line="1" w:lineRule="exact"')},
        {},
        "“原件没有的内容”",
    ),
    "a paragraph laid over": (
        {DOCUMENT: replaced("<w:pPr>", '<w:pPr><w:framePr w:x="1" w:y="1"/>')},
        {},
        "“原件没有的内容”",
    ),
    "a field": (
        {DOCUMENT: replaced("<w:r><w:rPr>", '<w:fldSimple w:instr="=1"/><w:r><w:rPr>')},
        {},
        "“原件没有的内容”",
    ),
    "numbered": (
        {DOCUMENT: replaced("<w:pPr>", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>')},
        {},
        "“正文”第 1 行",
    ),
    "a foot": ({FOOTER: replaced("</w:ftr>", f"{PARAGRAPH}</w:ftr>")}, {}, "“页眉页脚”"),
    "a head": (
        {OF_DOCUMENT: related("header", "header9.xml")},
        {
            "word/header9.xml": (
                '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                f"{PARAGRAPH}</w:hdr>"
            ).encode()
        },
        "“页眉页脚”",
    ),
    "a comment": ({OF_DOCUMENT: related("comments", "comments.xml")}, {}, "“原件没有的内容”"),
    "another file inside": (
        {DOCUMENT: replaced("<w:p>", '<w:altChunk r:id="rId1"/><w:p>')},
        {},
        "“原件没有的内容”",
    ),
    "changes tracked": (
        {DOCUMENT: replaced("<w:r>", "<w:ins><w:r><w:t>9</w:t></w:r></w:ins><w:r>")},
        {},
        "“正文”",
    ),
    "a text box": ({DOCUMENT: replaced("<w:t ", "<w:pict/><w:t ")}, {}, "“原件没有的内容”"),
    "a picture more": (
        {DOCUMENT: lambda text: text.replace("<w:r><w:drawing>", drawing(text) + "<w:r><w:drawing>", 1)},
        {},
        "“图的数量”",
    ),
}


def drawing(text: str) -> str:
    found = re.search("<w:r><w:drawing>.*?</w:drawing></w:r>", text)
    assert found
    return found[0]


@pytest.mark.parametrize("forged", WORDS)
def test_a_word_document_made_to_show_something_else(forged: str) -> None:
    changes, added, place = WORDS[forged]
    sealed = (RESAVED / "original.docx").read_bytes()
    places = [each.place for each in told(repacked(sealed, changes, added), sealed, ".docx")]
    assert any(each.startswith(place) for each in places), places


def test_long_texts_are_told_about_where_they_differ() -> None:
    found = Deviation.near("第 1 行", "甲" * 500 + "1\r" + "乙" * 500, "甲" * 500 + "2" + "乙" * 500)
    assert (len(found.found or ""), "1\\r乙" in (found.found or ""), "2乙" in (found.sealed or "")) == (
        163,
        True,
        True,
    )
