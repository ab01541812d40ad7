"""An alarm nobody acknowledges climbs; one that was acknowledged stays where it is."""

import pytest
import sqlalchemy as sa

from alerts.answers import acknowledge
from alerts.kinds import AlertKind
from alerts.tables import alert
from limits.force import Layer
from tests.alerts.telling import accept, alarms, climb, staffed, sweep, told
from tests.dates import at
from workflow import cases, store
from workflow.book import Book

MONDAY = at("2026-10-12 一 09:00")
YELLOW = at("2026-10-15 四 00:01")


@pytest.fixture
def yellow(book: Book) -> Book:
    """Application A has just reached yellow in its local clock."""
    staffed(book)
    accept(book, "A", MONDAY)
    sweep(book, YELLOW)
    return book


def local_yellow(book: Book) -> int:
    with store.reading(book.engine) as connection:
        wanted = sa.select(alert.c.id).where(alert.c.level == "yellow", alert.c.layer == Layer.LOCAL.value)
        return int(connection.execute(wanted).scalar_one())


def heard(book: Book) -> list[str]:
    return [person for _, level, person, _ in told(book) if level == "黄"]


def test_after_four_working_hours_the_leader_hears_of_it(yellow: Book) -> None:
    before = heard(yellow)
    assert climb(yellow, at("2026-10-15 四 12:29")) == 0
    assert climb(yellow, at("2026-10-15 四 12:30")) == 1
    assert heard(yellow) == [*before, "总经理"]
    assert climb(yellow, at("2026-10-15 四 12:31")) == 0


def test_nights_and_rest_days_are_no_patience(book: Book) -> None:
    """Yellow on Friday: what is left of the four hours is counted on Monday."""
    staffed(book)
    accept(book, "A", at("2026-10-13 二 09:00"))
    sweep(book, at("2026-10-16 五 16:00"))
    assert climb(book, at("2026-10-19 一 10:29")) == 0
    assert climb(book, at("2026-10-19 一 10:30")) == 1


def test_what_was_acknowledged_climbs_no_further(yellow: Book) -> None:
    seen = at("2026-10-15 四 09:00")
    acknowledge(yellow, local_yellow(yellow), actor="所长甲", at=seen, now=seen)
    assert climb(yellow, at("2026-10-16 五 18:00")) == 0
    assert "总经理" not in heard(yellow)


def test_when_nobody_answers_at_the_top_either_who_watches_hears_of_it_once(yellow: Book) -> None:
    for moment in ("15 四 13:00", "16 五 13:00", "19 一 13:00", "20 二 13:00"):
        climb(yellow, at(f"2026-10-{moment}"))
    ((level, text),) = alarms(yellow, [AlertKind.UNANSWERED], "level", "text")
    assert level == "yellow"
    assert "无人签收" in text
    sweep(yellow, at("2026-10-20 二 13:01"))
    assert alarms(yellow, [AlertKind.UNANSWERED], "told_at") == [(at("2026-10-20 二 13:01"),)]


def test_an_alarm_that_a_correction_has_undone_does_not_climb(yellow: Book) -> None:
    """The meter had been set in time; it was only written down late."""
    when, now = at("2026-10-13 二 10:00"), at("2026-10-15 四 09:00")
    cases.energize(yellow, "A", at=when, now=now, actor="受理员")
    climb(yellow, at("2026-10-15 四 13:00"))
    assert "总经理" not in heard(yellow)
