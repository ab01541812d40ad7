"""A closed period's report is the same for ever, in every format, and a check finds it so."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reports import issuing
from reports.documents.files import Format
from reports.masthead import Letterhead
from reports.periods import Period
from reports.sealing.seal import Sealed
from reports.verifying.check import Likeness
from tests.dates import at
from tests.reports.books import AS_OF, OCTOBER, resident
from workflow import cases
from workflow.book import Book

CLOSED_AT = AS_OF + timedelta(minutes=1)
LATER = at("2027-03-01 一 09:00")
FORMS = list(Format)


@pytest.fixture(scope="module")
def sealed(shipped: Book) -> Sealed:
    return issuing.close(
        shipped, OCTOBER, now=CLOSED_AT, actor="张样", letterhead=Letterhead(number="{number}号")
    )


@pytest.fixture(scope="module")
def moved_on(shipped: Book, sealed: Sealed) -> Book:
    """Recorded after the seal: a household of October nobody had entered."""
    assert sealed.period == OCTOBER
    start = at("2026-10-26 一 09:00")
    cases.accept(shipped, "L9", resident("L9"), at=start, now=LATER, actor="受理员")
    return shipped


def issued(
    book: Book, folder: Path, as_of: datetime, letterhead: Letterhead, public: bool = False
) -> dict[str, bytes]:
    found = issuing.basis(book, OCTOBER, as_of, letterhead)
    return {path.name: path.read_bytes() for path in issuing.issue(found, folder, FORMS, public=public)}


@pytest.fixture(scope="module")
def first(sealed: Sealed, shipped: Book, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    assert sealed.seal.closed_by == "张样"
    return issued(shipped, tmp_path_factory.mktemp("first"), CLOSED_AT, Letterhead(title="未用"))


def test_asking_again_gives_the_same_bytes(moved_on: Book, first: dict[str, bytes], tmp_path: Path) -> None:
    """Whatever was recorded since, and however the settings read now."""
    again = issued(moved_on, tmp_path, LATER, Letterhead("别的单位", "别的标题", "别的字号", "某人"))
    assert {name for name, content in first.items() if again[name] != content} == set()
    assert set(first) == {"report.html", "report.docx", "report.xlsx", "report.pdf", "report.json"}


def test_before_it_was_closed_it_was_not_sealed(moved_on: Book) -> None:
    """As it was asked for then: no seal, and by the settings of the day."""
    found = issuing.basis(moved_on, OCTOBER, AS_OF, Letterhead(number="草{number}"))
    assert (found.seal, found.masthead.number) == ("", "草10")


def test_every_document_carries_the_seal_and_is_found_to_say_it(
    moved_on: Book, sealed: Sealed, first: dict[str, bytes], tmp_path: Path
) -> None:
    public = issued(moved_on, tmp_path / "public", LATER, Letterhead(), public=True)
    assert set(public) == {f"report-public.{form.value}" for form in FORMS}
    for name, content in {**first, **public}.items():
        (tmp_path / name).write_bytes(content)
        found = issuing.check(moved_on, tmp_path / name)
        assert (found.identical, found.sealed.seal) == (True, sealed.seal), name


def test_a_figure_that_was_changed_is_named(moved_on: Book, first: dict[str, bytes], tmp_path: Path) -> None:
    told = json.loads(first["report.json"])
    told["facts"]["header"]["company"] = "别的单位"
    (tmp_path / "report.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    found = issuing.check(moved_on, tmp_path / "report.json")
    assert found.likeness is Likeness.DIFFERENT
    assert [each.found for each in found.deviations] == ['"别的单位"']


def test_the_next_report_tells_what_was_corrected(moved_on: Book) -> None:
    found = issuing.basis(moved_on, Period.month(2027, 2), LATER, Letterhead())
    tables = {each.name: each for each in issuing.paper_of(found).tables()}
    assert ("2026年10月", "受理") in {row[:2] for row in tables["更正的主要数字"].rows}
    assert {row[1] for row in tables["更正的依据"].rows} == {"L9"}
    public = {each.name for each in issuing.paper_of(found, public=True).tables()}
    assert "更正的主要数字" in public
    assert "更正的依据" not in public
