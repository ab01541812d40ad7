"""Findings as lists and counts."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.dates import at
from tests.workflow.histories import ORDINARY, accept
from workflow.book import Book
from workflow.findings import Code
from workflow.found import found, found_counts
from workflow.tables import application, finding

EAST, WEST = "东岭供电所", "西河供电所"
FOUND_AT = at("2026-11-20 五 18:00")


@pytest.fixture
def shown(book: Book) -> Book:
    """Three of one station, two of another, of two codes, in turn."""
    accept(book, "A1", ORDINARY)
    accept(book, "B2", replace(ORDINARY, station=WEST, manager="经理乙"))
    with book.engine.begin() as connection:
        rows = connection.execute(sa.select(application.c.number, application.c.id))
        ids = {row.number: row.id for row in rows}
        for index, number in enumerate(("A1", "B2", "A1", "B2", "A1")):
            code = Code.SEQUENCE if index < 3 else Code.ONE_PERSON
            row = {
                "application_id": ids[number],
                "code": code.value,
                "evidence": f"证据 {index}",
                "people": "经理甲、所长" if index == 4 else "",
                "found_at": FOUND_AT,
            }
            connection.execute(sa.insert(finding).values(row))
    return book


def evidence(book: Book, **asked: object) -> list[str]:
    return [each.evidence for each in found(book.engine, **asked).rows]  # type: ignore[arg-type]


def test_the_newest_is_first_with_all_there_is_to_know(shown: Book) -> None:
    first = found(shown.engine).rows[0]
    assert (first.code, first.evidence, first.people, first.found_at) == (
        Code.ONE_PERSON,
        "证据 4",
        ("经理甲", "所长"),
        FOUND_AT,
    )
    assert (first.number, first.customer, first.station, first.manager) == (
        "A1",
        "客户甲",
        EAST,
        "经理甲",
    )
    assert found(shown.engine).rows[1].people == ()


def test_narrowed_by_each_and_by_what_one_may_see(shown: Book) -> None:
    assert evidence(shown, code=Code.SEQUENCE) == ["证据 2", "证据 1", "证据 0"]
    assert evidence(shown, station=WEST) == ["证据 3", "证据 1"]
    assert evidence(shown, number="A1", code=Code.ONE_PERSON) == ["证据 4"]
    assert evidence(shown, within=application.c.station == WEST, code=Code.SEQUENCE) == ["证据 1"]
    assert evidence(shown, number="A1' OR 1=1 --") == []


def test_page_after_page_every_one_once(shown: Book) -> None:
    seen, after = [], None
    while True:
        page = found(shown.engine, after=after, limit=2)
        seen += [each.evidence for each in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == [f"证据 {index}" for index in (4, 3, 2, 1, 0)]


def test_the_last_full_page_has_none_behind_it(shown: Book) -> None:
    assert found(shown.engine, limit=5).next is None


def test_the_counts_are_those_of_the_lists(shown: Book) -> None:
    for asked in ({}, {"station": WEST}, {"number": "A1"}, {"within": application.c.station == EAST}):
        counts = found_counts(shown.engine, **asked)
        assert set(counts) == set(Code)
        assert counts == {code: len(evidence(shown, code=code, **asked)) for code in Code}
