"""The sample ledger against its truth, which was computed day by day and knows nothing of our code."""

from pathlib import Path

import pytest

from tests.workflow.histories import contents
from tests.workflow.sample_ledger import AS_OF, LEDGER, TRUTH, told, true_of
from workflow.book import Book
from workflow.ledger.importing import Imported, import_ledger
from workflow.listing import applications
from workflow.verify import verify


@pytest.fixture
def imported(book: Book) -> Imported:
    """The sample, taken as of Friday 2026-11-20 18:00."""
    return import_ledger(book, LEDGER, now=AS_OF)


def test_every_clock_and_every_level_is_true(book: Book, imported: Imported) -> None:
    assert (imported.accepted, imported.updated, imported.unchanged) == (240, 0, 0)
    views = list(applications(book, AS_OF))
    assert [view.number for view in views] == sorted(TRUTH["applications"])
    wrong = {view.number: (told(view), true_of(view.number)) for view in views}
    assert {number: both for number, both in wrong.items() if both[0] != both[1]} == {}
    assert sum(len(true_of(view.number)["clocks"]) for view in views) == 473
    assert sum(len(true_of(view.number)["alerts"]) for view in views) > 200


def test_exactly_the_bad_rows_are_refused_each_for_what_is_wrong_with_it(imported: Imported) -> None:
    found = sorted((each.reasons[0].code, str(each.number)) for each in imported.refusals)
    assert found == sorted((each["kind"], str(each["number"])) for each in TRUTH["rejected"])
    assert len(found) == 24
    assert all(len(each.reasons) == 1 for each in imported.refusals)


def test_importing_it_twice_changes_nothing_at_all(book: Book, imported: Imported) -> None:
    assert imported.accepted == 240
    before = contents(book)
    again = import_ledger(book, LEDGER, now=AS_OF)
    assert (again.accepted, again.updated, again.unchanged) == (0, 0, 240)
    assert (len(again.refusals), again.findings) == (24, [])
    assert contents(book) == before
    assert verify(book).difference is None


def test_importing_it_again_on_another_day_changes_nothing_either(book: Book, imported: Imported) -> None:
    assert imported.accepted == 240
    before = contents(book)
    later = AS_OF.replace(month=12, day=7)  # Monday
    again = import_ledger(book, LEDGER, now=later)
    assert (again.accepted, again.updated, again.unchanged, again.findings) == (0, 0, 240, [])
    assert contents(book) == before


def test_the_refused_rows_mended_and_sent_again_are_taken(
    book: Book, imported: Imported, tmp_path: Path
) -> None:
    from workflow.ledger.refused import write_refused

    assert imported.ledger is not None
    write_refused(tmp_path / "refused.xlsx", imported.ledger.headings, imported.refusals)
    again = import_ledger(book, tmp_path / "refused.xlsx", now=AS_OF)
    assert (again.accepted, again.unchanged) == (0, 3)  # what was a duplicate stands alone in this file
    assert len(again.refusals) == 21
    assert verify(book).difference is None
