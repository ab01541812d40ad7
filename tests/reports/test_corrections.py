"""What is known better of a sealed period is told in the next report, once; the sealed one never moves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from reports.corrections import corrections_of
from reports.corrections_section import corrections_section
from reports.facts.gathering import gather
from reports.facts.values import Facts
from reports.paper import Table
from reports.periods import Period
from reports.sealing import close_period, sealed
from tests.dates import at
from tests.reports.books import resident
from tests.reports.test_sealing import lived
from workflow import cases
from workflow.book import Book

OCTOBER, NOVEMBER, DECEMBER = (Period.month(2026, each) for each in (10, 11, 12))
SEALED_AT = at("2026-11-02 一 09:00")
LATER = at("2026-11-10 二 09:00")


def report(book: Book, period: Period = NOVEMBER, as_of: datetime | None = None) -> Facts:
    return gather(book, period, as_of or at("2026-12-01 二 09:00"), (corrections_of(book, period),))


def close(book: Book, period: Period, now: datetime) -> None:
    close_period(book, period, now=now, actor="管理员", others=(corrections_of(book, period),))


def changed(facts: Facts) -> dict[tuple[str, ...], tuple[int, int, int]]:
    """Of all customers: figure → sealed, before, now."""
    rows = facts.tables["corrections"].rows
    return {(row[0], row[1]): row[4:] for row in rows if row[2] == "all"}  # type: ignore[misc]


def causes(facts: Facts) -> list[tuple[Any, ...]]:
    return [(row[1], row[4], row[2]) for row in facts.tables["corrected_by"].rows]


@pytest.fixture
def october(book: Book) -> Book:
    """Two households on time, sealed."""
    for number in ("A1", "B2"):
        lived(book, number)
    close(book, OCTOBER, SEALED_AT)
    return book


def reported_late(book: Book) -> None:
    """A household of October that nobody had entered; three days where two are allowed."""
    accepted, energized, archived = (
        at(f"2026-10-{each}") for each in ("19 一 09:00", "22 四 09:00", "23 五 09:00")
    )
    cases.accept(book, "L9", resident("L9"), at=accepted, now=LATER, actor="受理员")
    cases.energize(book, "L9", at=energized, now=LATER, actor="装表员")
    cases.archive(book, "L9", at=archived, now=LATER, actor="归档员")


def corrected(book: Book) -> None:
    """It was energized on Thursday, not on Wednesday: late."""
    cases.correct(
        book,
        "A1",
        seq=2,
        occurred_at=at("2026-10-15 四 08:00"),
        reason="写错",
        at=LATER,
        now=LATER,
        actor="所长",
    )


def voided(book: Book) -> None:
    cases.void(book, "B2", reason="重复录入", at=LATER, now=LATER, actor="所长")


def meanwhile(book: Book) -> None:
    """November goes on: nothing of it is October's."""
    lived(book, "N1", "2026-11-03 二")


@dataclass(frozen=True)
class Case:
    does: Callable[[Book], None]
    figures: dict[str, tuple[int, int, int]]
    cause: list[tuple[str, str]]


CASES = {
    "nothing": Case(lambda _book: None, {}, []),
    "the next month": Case(meanwhile, {}, []),
    "reported late": Case(
        reported_late,
        {
            "accepted": (2, 2, 3),
            "archived": (2, 2, 3),
            "local.total.base": (2, 2, 3),
            "local.whole.base": (2, 2, 3),
            "company.total.base": (2, 2, 3),
            "company.total.met": (2, 2, 3),
            "national.total.base": (2, 2, 3),
            "national.total.met": (2, 2, 3),
            "local.blue": (2, 2, 3),
            "local.orange": (2, 2, 3),
            "local.yellow": (0, 0, 1),
            "company.blue": (0, 0, 1),
            "national.blue": (0, 0, 2),
        },
        [("L9", "accepted"), ("L9", "archived"), ("L9", "energized")],
    ),
    "a correction": Case(
        corrected,
        {
            "local.total.met": (2, 2, 1),
            "local.whole.met": (2, 2, 1),
            "local.yellow": (0, 0, 1),
            "company.blue": (0, 0, 1),
            "national.blue": (0, 0, 2),
        },
        [("A1", "corrected")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_later_record_changes(october: Book, name: str) -> None:
    case = CASES[name]
    before = sealed(october.engine, OCTOBER)
    case.does(october)
    facts = report(october)
    found = {figure: told for (period, figure), told in changed(facts).items() if period == "2026-10"}
    assert found == case.figures
    assert sorted((number, kind) for number, kind, _ in causes(facts)) == case.cause
    assert sealed(october.engine, OCTOBER) == before
    assert (corrections_section(facts) is None) is (not case.figures)


def test_a_voided_application_leaves_the_sealed_figures(october: Book) -> None:
    """作废 is nobody's application, whenever it is found out."""
    open_one = at("2026-10-26 一 09:00")
    cases.accept(october, "V1", resident("V1"), at=open_one, now=SEALED_AT + timedelta(1), actor="受理员")
    close(october, Period.parse("2026-Q4"), at("2027-01-04 一 09:00"))
    cases.void(
        october,
        "V1",
        reason="重复录入",
        at=at("2027-01-05 二 09:00"),
        now=at("2027-01-05 二 09:00"),
        actor="所长",
    )
    facts = report(october, Period.parse("2027-Q1"), at("2027-04-01 四 09:00"))
    assert changed(facts)["2026-Q4", "accepted"] == (3, 3, 2)
    assert [each[:2] for each in causes(facts)] == [("V1", "voided")] * 2  # of the quarter, and of October
    assert {each[2].partition("；")[0] for each in causes(facts)} == {"状态：在途 → 作废"}


def test_a_correction_is_told_once(october: Book) -> None:
    """November tells it, December does not; what changes again is told from where it stood."""
    corrected(october)
    close(october, NOVEMBER, at("2026-12-01 二 09:00"))
    december = at("2027-01-04 一 09:00")
    assert changed(report(october, DECEMBER, december)) == {}
    now = at("2026-12-15 二 09:00")
    cases.correct(
        october,
        "A1",
        seq=2,
        occurred_at=at("2026-10-14 三 09:00"),
        reason="改回",
        at=now,
        now=now,
        actor="所长",
    )
    again = report(october, DECEMBER, december)
    assert changed(again)["2026-10", "local.total.met"] == (2, 1, 2)
    ((number, kind, effect),) = causes(again)
    assert (number, kind) == ("A1", "corrected")
    assert effect.startswith("地方·全过程：超期 → 按时；地方·全过程黄色：2026-10-15 → 无；")


def test_the_section_says_old_and_new_and_why(october: Book) -> None:
    corrected(october)
    section = corrections_section(report(october))
    assert section is not None
    numbers, records = section.parts
    assert isinstance(numbers, Table)
    assert isinstance(records, Table)
    assert ("2026年10月", "地方时限达标", "全部", 2, 2, 1, -1) in numbers.rows
    assert ("2026年10月", "地方时限达标", "低压居民", 2, 2, 1, -1) in numbers.rows
    (row,) = records.rows
    assert row[:2] == ("2026年10月", "A1")
    assert "按时 → 超期" in str(row[2])
    assert row[3:] == ("更正", "2026-11-10 09:00", "2026-11-10 09:00", "所长")
