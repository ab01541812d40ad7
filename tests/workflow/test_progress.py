"""A customer's own view: by number and code, with nobody else's data; and the rating of each step."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from limits.terms import Status, Step
from tests.workflow.histories import (
    LIVES,
    ORDINARY,
    PAUSE,
    RESIDENT,
    START,
    Told,
    accept,
    contents,
    live,
    tell,
)
from workflow import cases, store
from workflow.book import Book
from workflow.history import facts_of
from workflow.machine import MoveRefused
from workflow.progress import ALPHABET, ProgressRefused, customer_code, progress
from workflow.ratings import Rating, RatingInvalid, rate, ratings_of
from workflow.tables import metadata, secret
from workflow.verify import verify

DAY = timedelta(days=1)


def test_a_code_opens_its_own_application_and_no_other(book: Book) -> None:
    accept(book, "A1", RESIDENT)
    accept(book, "A2", RESIDENT)
    codes = {number: customer_code(book, number, START) for number in ("A1", "A2", "B9")}
    assert len(set(codes.values())) == 3
    assert progress(book, "A1", codes["A1"], START).number == "A1"
    messages = set()
    for number, code in (
        ("A1", codes["A2"]),
        ("A2", ""),
        ("A1", "查询码"),
        ("A1", "\ud800"),
        ("B9", codes["B9"]),
    ):
        with pytest.raises(ProgressRefused) as refused:
            progress(book, number, code, START)
        messages.add(refused.value.message)
    assert len(messages) == 1
    with pytest.raises(ProgressRefused):
        progress(book, "A1", codes["A1"], START - DAY)


def test_a_code_is_stored_nowhere_and_stays_the_same(book: Book) -> None:
    accept(book, "A1", RESIDENT)
    code = customer_code(book, "A1", START)
    assert customer_code(book, "A1", START + 9 * DAY) == code
    letters = code.replace("-", "")
    assert (len(code), len(letters), set(letters) - set(ALPHABET)) == (11, 10, set())
    with book.engine.connect() as connection:
        said = [str(row) for table in metadata.sorted_tables for row in connection.execute(sa.select(table))]
        assert connection.execute(sa.select(sa.func.count()).select_from(secret)).scalar() == 1
    assert not [row for row in said if code in row or letters in row]


def test_a_code_is_read_as_people_write_it(book: Book) -> None:
    number = next(n for n in map(str, range(999)) if {"0", "1"} <= set(customer_code(book, n, START)))
    accept(book, number, RESIDENT)
    code = customer_code(book, number, START)
    for written in (code.lower(), code.replace("-", " "), f" {code.replace('0', 'o').replace('1', 'l')} "):
        assert progress(book, number, written, START).number == number


def test_another_database_has_other_codes(book: Book) -> None:
    before = customer_code(book, "A1", START)
    with store.writing(book.engine) as connection:
        connection.execute(sa.delete(secret))
    assert customer_code(book, "A1", START) != before


def test_what_a_customer_sees(book: Book) -> None:
    accept(book, "A1", ORDINARY)
    tell(book, "A1", Told(cases.reply_plan), START + 2 * DAY)
    code = customer_code(book, "A1", START)
    found = progress(book, "A1", code, START + DAY)
    assert [(each.step, each.done, each.current) for each in found.steps] == [
        (Step.APPLY, True, False),
        (Step.REPLY, False, True),
        (Step.WORKS, False, False),
        (Step.ENERGIZE, False, False),
    ]
    assert (found.status, found.suspended, found.accepted_on) == (Status.OPEN, False, date(2026, 9, 1))
    assert (found.manager, found.station) == ("经理甲", "东岭供电所")
    assert found.due_on == date(2026, 9, 22)  # Tuesday, 16 working days with the Sunday of 调休
    later = progress(book, "A1", code, START + 3 * DAY)
    assert [each.done_on for each in later.steps] == [date(2026, 9, 1), date(2026, 9, 3), None, None]
    assert later.due_on is None  # the customer's own works: nothing runs
    assert "客户甲" not in str(later)
    assert "东岭镇" not in str(later)


def test_a_suspended_one_has_no_due_date(book: Book) -> None:
    accept(book, "A1", RESIDENT)
    tell(book, "A1", Told(cases.suspend, "经理甲", PAUSE), START + DAY)
    found = progress(book, "A1", customer_code(book, "A1", START), START + 9 * DAY)
    assert (found.suspended, found.due_on, found.provisional) == (True, None, False)


@pytest.mark.parametrize("life", LIVES)
def test_at_the_end_every_step_is_done_with_its_day(book: Book, life: str) -> None:
    live(book, "A1", life)
    found = progress(book, "A1", customer_code(book, "A1", START), START + 90 * DAY)
    assert found.status is Status.ARCHIVED
    assert all(each.done and each.done_on and not each.current for each in found.steps)
    days = [each.done_on for each in found.steps]
    assert days == sorted(days, key=str)


# -- ratings ------------------------------------------------------------------------------------------------


def rated(book: Book, step: Step, score: int, days: int, text: str = "") -> None:
    moment = START + days * DAY
    rate(book, "A1", step=step, score=score, text=text, at=moment, now=moment, actor="客户")


def test_each_step_is_rated_once_when_it_is_done(book: Book) -> None:
    accept(book, "A1", ORDINARY)
    rated(book, Step.APPLY, 5, 1, " 很快 ")
    with pytest.raises(RatingInvalid, match="已经评价过"):
        rated(book, Step.APPLY, 1, 1)
    with pytest.raises(RatingInvalid, match="“供电方案答复”还没有完成"):
        rated(book, Step.REPLY, 4, 1)
    tell(book, "A1", Told(cases.reply_plan), START + 2 * DAY)
    rated(book, Step.REPLY, 2, 3)
    with store.reading(book.engine) as connection:
        facts = facts_of(store.events_of(connection, store.find(connection, "A1") or 0))
    assert ratings_of(facts) == (
        Rating(Step.APPLY, 5, "很快", START + DAY),
        Rating(Step.REPLY, 2, "", START + 3 * DAY),
    )
    found = progress(book, "A1", customer_code(book, "A1", START), START + 4 * DAY)
    assert [each.score for each in found.steps] == [5, 2, None, None]
    assert contents(book)["finding"] == []
    assert verify(book).difference is None


def test_what_is_archived_can_still_be_rated(book: Book) -> None:
    """The last step is done when nothing is left to do, and stays archived when the customer has judged it."""
    live(book, "A1", "高压普通")
    before = contents(book)
    rated(book, Step.ENERGIZE, 4, 120)
    found = progress(book, "A1", customer_code(book, "A1", START), START + 130 * DAY)
    assert (found.status, found.steps[-1].score) == (Status.ARCHIVED, 4)
    after = contents(book)
    assert [after[name] for name in ("clock", "threshold", "finding")] == [
        before[name] for name in ("clock", "threshold", "finding")
    ]
    assert verify(book).difference is None


def test_what_was_given_up_is_not_rated(book: Book) -> None:
    accept(book, "A1", ORDINARY)
    cases.terminate(book, "A1", reason="客户放弃", at=START + DAY, now=START + DAY, actor="李四")
    with pytest.raises(MoveRefused):
        rated(book, Step.APPLY, 4, 3)


@pytest.mark.parametrize(("score", "text"), [(0, ""), (6, ""), (3, "字" * 501)])
def test_a_rating_is_a_score_of_one_to_five_and_a_short_text(book: Book, score: int, text: str) -> None:
    accept(book, "A1", ORDINARY)
    with pytest.raises(RatingInvalid, match="A1"):
        rated(book, Step.APPLY, score, 1, text)
