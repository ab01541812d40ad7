"""The 挂起记录 of a ledger: however they lie, the clocks stand still in their union, and once is enough."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limits.calendar import load_calendar
from tests.workflow.ledger_books import GOOD, NOW, PAUSE, good, write_book
from workflow import store
from workflow.book import Book
from workflow.ledger.columns import LEDGER_SHEET, SUSPENSION_SHEET
from workflow.ledger.importing import Imported, import_ledger
from workflow.listing import one
from workflow.rules import load_rules
from workflow.tables import metadata
from workflow.verify import verify

NUMBER = str(GOOD["申请编号"])
ACCEPTED = date(2026, 10, 8)  # Thursday
DAYS = (NOW.date() - ACCEPTED).days


def pause(start: int, end: int | None) -> list[object]:
    """A suspension from noon of one day after acceptance to noon of another."""
    row = {**PAUSE, "挂起时间": noon(start), "恢复时间": "" if end is None else noon(end)}
    return list(row.values())


def noon(day: int) -> str:
    return f"{ACCEPTED + timedelta(days=day)} 12:00"


def take(book: Book, folder: Path, *pauses: list[object]) -> Imported:
    sheets: dict[str, list[list[object]]] = {
        LEDGER_SHEET: [list(GOOD), good()],
        SUSPENSION_SHEET: [list(PAUSE), *pauses],
    }
    return import_ledger(book, write_book(folder / "ledger.xlsx", sheets), now=NOW)


def used(book: Book) -> int:
    return next(each for each in one(book, NUMBER, NOW).clocks if each.name == "reply").reading.used


def by_hand(pauses: list[tuple[int, int | None]]) -> int:
    """Working days after acceptance on which no suspension held the clock, counted one by one.

    A suspended day is one that begins inside a suspension and is not the day it began on.
    """
    calendar = load_calendar()
    days = 0
    for offset in range(1, DAYS + 1):
        held = any(start < offset and (end is None or offset <= end) for start, end in pauses)
        days += calendar.is_workday(ACCEPTED + timedelta(days=offset)) and not held
    return days


def test_a_suspension_within_another_ends_nothing(book: Book, tmp_path: Path) -> None:
    take(book, tmp_path, pause(5, 30), pause(10, 15))
    assert used(book) == by_hand([(5, 30)])
    assert verify(book).difference is None


def test_a_moved_start_is_a_correction(book: Book, tmp_path: Path) -> None:
    take(book, tmp_path, pause(5, 12))
    done = take(book, tmp_path, pause(8, 12))
    assert (done.updated, used(book)) == (1, by_hand([(8, 12)]))
    assert take(book, tmp_path, pause(8, 12)).unchanged == 1


def test_an_open_one_is_ended_by_the_next_ledger(book: Book, tmp_path: Path) -> None:
    take(book, tmp_path, pause(5, None))
    assert used(book) == by_hand([(5, None)])
    assert take(book, tmp_path, pause(5, 20)).updated == 1
    assert used(book) == by_hand([(5, 20)])


SPANS = st.lists(
    st.tuples(st.integers(1, DAYS - 2), st.integers(1, 20)).map(lambda each: (each[0], each[0] + each[1])),
    min_size=1,
    max_size=5,
    unique_by=lambda each: each[0],
).map(lambda spans: [(start, end if end < DAYS else None) for start, end in spans])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SPANS)
def test_any_suspensions_are_their_union_and_twice_is_once(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[int, int | None]]
) -> None:
    book = in_memory()
    folder = tmp_path_factory.mktemp("pauses")
    rows = [pause(*each) for each in spans]
    take(book, folder, *rows)
    assert used(book) == by_hand(spans)
    again = take(book, folder, *rows)
    assert (again.updated, again.unchanged) == (0, 1)
    assert verify(book).difference is None
    book.engine.dispose()


RULES = load_rules()


def in_memory() -> Book:
    engine = store.open_engine("sqlite://")
    metadata.create_all(engine)
    return Book(engine, RULES)
