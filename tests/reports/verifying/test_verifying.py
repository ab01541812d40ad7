"""``report verify``: a document whose figures are not the sealed ones is found, and told where it differs."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import sqlalchemy as sa

from limits.errors import YekuoError
from reports.documents.files import Format, render
from reports.documents.public import public_edition
from reports.errors import SealUnreadable
from reports.paper import Paper
from reports.sealing.seal import Sealed
from reports.tables import sealed_period
from reports.verifying.blocks import DocumentUnreadable
from reports.verifying.check import (
    Checked,
    DocumentKindUnknown,
    DocumentUnsealed,
    Edition,
    Likeness,
    SealUnknown,
    check_document,
)
from tests.reports.books import closed, lived, sqlite_book
from tests.reports.documents.papers import busy
from tests.reports.verifying.forging import repacked
from workflow import store
from workflow.book import Book
from workflow.rules import Rules

DOCUMENT = "word/document.xml"
SUFFIXES = (".html", ".docx", ".xlsx", ".pdf", ".json")


@cache
def paper(seal: str) -> Paper:
    return replace(busy(40), seal=seal)


@cache
def made(seal: str, public: bool, suffix: str) -> bytes:
    whole = paper(seal)
    if suffix == ".json":
        told = {"seal": seal, "keys": {key.label: key.value for key in whole.keys}, "public": public}
        return json.dumps(told, ensure_ascii=False).encode()
    return render(public_edition(whole) if public else whole, Format(suffix[1:]))


def editions(sealed: Sealed) -> Iterator[Edition]:
    for public in (False, True):
        yield lambda suffix, public=public: made(sealed.seal.hash, public, suffix)  # type: ignore[misc]


@pytest.fixture(scope="module")
def book(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Iterator[Book]:
    with sqlite_book(sqlite_template, tmp_path_factory.mktemp("sealed"), rules) as book:
        lived(book, "A1")
        closed(book)
        yield book


@pytest.fixture(scope="module")
def seal(book: Book) -> str:
    with store.reading(book.engine) as connection:
        return str(connection.execute(sa.select(sealed_period.c.hash)).scalar())


@pytest.fixture
def check(book: Book, tmp_path: Path) -> Callable[[bytes, str], Checked]:
    def checked(content: bytes, suffix: str) -> Checked:
        path = tmp_path / f"report{suffix}"
        path.write_bytes(content)
        return check_document(book.engine, path, editions)

    return checked


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_was_given_is_what_is_sealed(check: Any, seal: str, suffix: str) -> None:
    found = check(made(seal, False, suffix), suffix)
    assert (found.likeness, found.sealed.seal.period) == (Likeness.IDENTICAL, "2026-10")


@pytest.mark.parametrize("suffix", [".html", ".pdf"])
def test_the_public_edition_is_sealed_as_well(check: Any, seal: str, suffix: str) -> None:
    assert check(made(seal, True, suffix), suffix).identical


def resaved_docx(content: bytes, change: Callable[[Any], None]) -> bytes:
    document, held = docx.Document(io.BytesIO(content)), io.BytesIO()
    change(document)
    document.save(held)
    return held.getvalue()


def resaved_xlsx(content: bytes, change: Callable[[Any], None]) -> bytes:
    book, held = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
    change(book)
    book.save(held)
    return held.getvalue()


def nothing(_document: Any) -> None:
    """Only saved again by another program."""


def test_a_document_saved_again_proves_nothing_though_its_figures_agree(check: Any, seal: str) -> None:
    for suffix, save in ((".docx", resaved_docx), (".xlsx", resaved_xlsx)):
        found = check(save(made(seal, False, suffix), nothing), suffix)
        assert (found.likeness, found.agrees, found.deviations) == (Likeness.UNPROVEN, True, ()), suffix
    spaced = json.dumps(json.loads(made(seal, False, ".json")), indent=2).encode()
    found = check(spaced, ".json")
    assert (found.likeness, found.deviations[0].place) == (Likeness.DIFFERENT, "源文件第 1 行")


def in_word(document: Any) -> None:
    table = next(each for each in document.tables if each.rows[0].cells[0].text == "名次")
    table.rows[2].cells[1].paragraphs[0].runs[0].text = "9999"


def a_picture(document: Any) -> None:
    parts = document.part.related_parts.values()
    image = next(each for each in parts if each.partname.startswith("/word/media"))
    image._blob = image.blob + b" "


def in_sheet(book: Any) -> None:
    book["归档未达标"]["A3"] = "改过"


def a_row_less(book: Any) -> None:
    book["归档未达标"].delete_rows(5)


HTML = [
    (
        lambda page: page.replace("91.49%</dd>", "99.49%</dd>").replace("<dd>91.49%", "<dd>99.49%"),
        "99.49%",
        "91.49%",
    ),
    (lambda page: page.replace("本期挂起14次", "本期挂起4次"), "本期挂起4次", "本期挂起14次"),
]


@pytest.mark.parametrize(("change", "found", "sealed"), HTML)
def test_a_page_that_was_changed(check: Any, seal: str, change: Any, found: str, sealed: str) -> None:
    changed = change(made(seal, False, ".html").decode())
    (told,) = check(changed.encode(), ".html").deviations
    assert found in told.found
    assert sealed in told.sealed
    assert "文件中为" in str(told)


def test_a_word_document_that_was_changed(check: Any, seal: str) -> None:
    found = check(resaved_docx(made(seal, False, ".docx"), in_word), ".docx")
    (told,) = found.deviations
    assert found.likeness is Likeness.DIFFERENT
    assert told.found == "9999"
    assert "第 3 行" in told.place


def test_a_picture_may_be_drawn_anew_and_is_told(check: Any, seal: str) -> None:
    """With another font, or another version of what draws it, the same picture is other bytes: nobody is blamed."""
    found = check(resaved_docx(made(seal, False, ".docx"), a_picture), ".docx")
    assert found.likeness is Likeness.UNPROVEN
    assert [each.place for each in found.deviations] == ["“图”第 1 行"]


def test_a_workbook_that_was_changed(check: Any, seal: str) -> None:
    (told,) = check(resaved_xlsx(made(seal, False, ".xlsx"), in_sheet), ".xlsx").deviations
    assert (told.found, told.place.startswith("“归档未达标”第 3 行“")) == ("改过", True)
    gone, *_ = check(resaved_xlsx(made(seal, False, ".xlsx"), a_row_less), ".xlsx").deviations
    assert (gone.found, gone.place) == (None, "“归档未达标”第 5 行")


def test_a_pdf_is_only_the_same_or_not(check: Any, seal: str) -> None:
    found = check(made(seal, False, ".pdf") + b"\n", ".pdf")
    assert (found.likeness, found.agrees, found.deviations) == (Likeness.UNCOMPARED, False, ())


def test_a_value_in_json_is_named_by_its_path(check: Any, seal: str) -> None:
    told = json.loads(made(seal, False, ".json"))
    told["keys"]["受理"] = "1,300 户"
    (found,) = check(json.dumps(told).encode(), ".json").deviations
    assert str(found) == '“JSON”第 2 行第 2 列：文件中为“"1,300 户"”，封存的是“"1,204 户"”'


REFUSED: list[tuple[type[YekuoError], str, Callable[[bytes], bytes]]] = [
    (DocumentUnsealed, ".html", lambda _page: b"<p>1</p>"),
    (DocumentUnsealed, ".pdf", lambda _page: b"%PDF"),
    (SealUnknown, ".json", lambda _page: json.dumps({"seal": "0" * 64}).encode()),
    (DocumentUnreadable, ".xlsx", lambda book: book[:500]),
    (DocumentUnreadable, ".json", lambda told: told[:-1]),
    (DocumentUnreadable, ".json", lambda told: told[:-1] + b', "more": ' + b"[" * 100_000),
    (DocumentUnreadable, ".html", lambda page: page + b"&#9" + b"9" * 5_000),
    (DocumentUnreadable, ".docx", lambda word: repacked(word, {DOCUMENT: lambda part: part[:-20]})),
    (DocumentUnreadable, ".docx", lambda _word: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)),
    (DocumentKindUnknown, ".odt", lambda _page: b""),
]


@pytest.mark.parametrize(("error", "suffix", "content"), REFUSED)
def test_what_cannot_be_compared_is_told(
    check: Any, seal: str, error: Any, suffix: str, content: Any
) -> None:
    with pytest.raises(error, match=f"report{suffix}"):
        check(content(made(seal, False, suffix) if suffix in SUFFIXES else b""), suffix)


def test_a_seal_that_was_changed_proves_nothing(book: Book, check: Any, seal: str) -> None:
    with store.writing(book.engine) as connection:
        connection.execute(sa.update(sealed_period).values(closed_by="别人"))
    with pytest.raises(SealUnreadable, match="2026年10月"):
        check(made(seal, False, ".html"), ".html")
    with store.writing(book.engine) as connection:
        connection.execute(sa.update(sealed_period).values(closed_by="管理员"))
