"""Levels reached on a date: the same however often and whenever they are asked for."""

import json
from datetime import date, timedelta

from alerts.levels import levels_on, standing_levels
from limits.force import Layer
from limits.shipped import DATA
from limits.terms import Level
from tests.dates import at
from tests.reports.books import AS_OF, resident
from workflow import cases
from workflow.book import Book

START = at("2026-10-12 一 09:00")
ORDER = list(Level)


def accept(book: Book, number: str = "A") -> None:
    cases.accept(book, number, resident(number), at=START, now=START, actor="受理员")


def local(book: Book, day: date) -> list[tuple[str, str, Level]]:
    return [
        (each.number, each.name, each.level) for each in levels_on(book, day) if each.layer is Layer.LOCAL
    ]


def test_every_level_of_the_ledger_falls_on_its_day_and_no_other(ledger_book: Book) -> None:
    truth = json.loads((DATA / "samples" / "ledger-2026.truth.json").read_text(encoding="utf-8"))
    expected = {
        (number, name, level, day)
        for number, told in truth["applications"].items()
        for name, level, day in told["alerts"]
    }
    first, last = date(2026, 6, 1), AS_OF.date()  # a Monday, and the day of the ledger
    days = [first + timedelta(index) for index in range((last - first).days + 1)]
    found = {
        (number, name, level.value, day.isoformat())
        for day in days
        for number, name, level in local(ledger_book, day)
        if name != "contract"  # the truth leaves the agreed date out
    }
    assert found == expected


def test_the_ladder_of_a_two_day_limit(book: Book) -> None:
    """Blue at one day, orange at two, yellow at three, red at four: each on its own working day."""
    accept(book)
    found = {day: local(book, date(2026, 10, day)) for day in range(12, 19)}
    assert found == {
        12: [],
        13: [("A", "whole", Level.BLUE)],
        14: [("A", "whole", Level.ORANGE)],
        15: [("A", "whole", Level.YELLOW)],
        16: [("A", "whole", Level.RED)],
        17: [],
        18: [],
    }


def test_of_an_instant_only_what_was_reached_by_then(book: Book) -> None:
    accept(book)
    midnight = at("2026-10-13 二 00:00")
    assert [each.crossed_at for each in levels_on(book, midnight) if each.layer is Layer.LOCAL] == [midnight]
    assert levels_on(book, midnight - timedelta(seconds=1)) == []
    assert {each.clock for each in levels_on(book, midnight)} >= {"全过程"}


def test_the_highest_level_of_each_clock_still_open(book: Book) -> None:
    accept(book, "A")
    accept(book, "B")
    done = at("2026-10-13 二 10:00")
    cases.energize(book, "B", at=done, now=done, actor="装表员")
    now = at("2026-10-15 四 08:00")
    standing = [each for each in standing_levels(book, now) if each.layer is Layer.LOCAL]
    assert [(each.number, each.name, each.level) for each in standing] == [("A", "whole", Level.YELLOW)]
    before = [each for each in standing_levels(book, done - timedelta(hours=1)) if each.layer is Layer.LOCAL]
    assert [(each.number, each.level) for each in before] == [("A", Level.BLUE), ("B", Level.BLUE)]
    every = standing_levels(book, now)
    assert every == sorted(every, key=lambda each: -ORDER.index(each.level))


def test_a_termination_leaves_what_was_reached_and_stops_what_was_not(book: Book) -> None:
    accept(book)
    end = at("2026-10-14 三 10:00")
    cases.terminate(book, "A", reason="客户撤回", at=end, now=end, actor="受理员")
    assert local(book, date(2026, 10, 14)) == [("A", "whole", Level.ORANGE)]
    assert local(book, date(2026, 10, 15)) == []
    assert standing_levels(book, at("2026-10-15 四 08:00")) == []


def test_a_level_undone_by_a_correction_is_left_out(book: Book) -> None:
    accept(book)
    done, now = at("2026-10-15 四 10:00"), at("2026-10-16 五 10:00")
    cases.energize(book, "A", at=done, now=done, actor="装表员")
    assert local(book, date(2026, 10, 15)) == [("A", "whole", Level.YELLOW)]
    moved = at("2026-10-13 二 10:00")
    cases.correct(book, "A", seq=2, reason="录入笔误", occurred_at=moved, at=now, now=now, actor="班长")
    assert local(book, date(2026, 10, 15)) == []
    assert local(book, date(2026, 10, 13)) == [("A", "whole", Level.BLUE)]
