"""What a report tells of alarms: seen in time or not, how fast, what was written, orders and lapsing plans."""

from datetime import datetime
from typing import Any

import pytest

from alerts.answers import acknowledge, answer, close
from alerts.facts import alarm_facts
from alerts.listing import alerts
from alerts.orders import acts as orders
from limits.force import Layer
from limits.terms import Level
from reports.facts.gathering import gather
from reports.facts.values import Facts
from reports.figures.figures import Alarms, Figures
from reports.figures.shares import Share, Spread
from reports.periods import Period
from tests.alerts.telling import accept, staffed, sweep
from tests.alerts.test_plans import check, replied
from tests.dates import at
from workflow.book import Book

OCTOBER = Period.parse("2026-10")
ACCEPTED = at("2026-10-12 一 09:00")  # yellow on Thursday the 15th, red on Friday the 16th
MORNING = at("2026-10-15 四 08:00")  # told half an hour before the office opens: until 12:30
EVENING = at("2026-10-15 四 17:00")


@pytest.fixture
def company(file_book: Book) -> Book:
    """Four households that have reached yellow; one was acknowledged in time, one late, one not at all."""
    staffed(file_book)
    for number in ("快", "慢", "无", "全"):
        accept(file_book, number, ACCEPTED)
    sweep(file_book, MORNING)
    act(file_book, acknowledge, "快", at("2026-10-15 四 10:00"), "赵六")
    act(file_book, acknowledge, "慢", at("2026-10-15 四 14:30"), "赵六")
    act(file_book, answer, "全", at("2026-10-15 四 09:00"), "李四", text="表计缺货")
    act(file_book, close, "全", at("2026-10-15 四 16:30"), "赵六", text="已核实")
    return file_book


def act(book: Book, what: Any, number: str, when: datetime, actor: str, **more: Any) -> None:
    (which,) = (
        each.id for each in alerts(book, when, level=Level.YELLOW, number=number) if each.layer is Layer.LOCAL
    )
    what(book, which, actor=actor, at=when, now=when, **more)


def told(book: Book, as_of: datetime) -> Facts:
    return gather(book, OCTOBER, as_of, (alarm_facts(book.rules),))


def test_alarms_are_counted_by_how_they_were_seen_to(company: Book) -> None:
    figures = Figures(told(company, EVENING))
    assert figures.alarms(layer="local")[("yellow",)] == Alarms(4, 4, Share(2, 4), answered=1, closed=1)
    assert figures.alarms(("station",), level="yellow", layer="local").keys() == {("城关供电所",)}


def test_before_the_patience_has_run_out_nobody_has_missed_it(company: Book) -> None:
    figures = Figures(told(company, at("2026-10-15 四 12:30")))
    yellow = figures.alarms(layer="local")[("yellow",)]
    assert (yellow.told, yellow.in_time) == (4, Share(2, 2, excluded=2))
    assert (yellow.answered, yellow.closed) == (1, 0)


def test_what_was_only_recorded_asks_nothing(company: Book) -> None:
    """The first sweep saw yellow: blue and orange stand on the list and nobody was told of them."""
    blue = Figures(told(company, EVENING)).alarms(layer="local")[("blue",)]
    assert (blue.n, blue.told, blue.in_time) == (4, 0, Share(0, 0))


def test_how_fast_is_counted_in_working_hours(company: Book) -> None:
    """Told at 08:00, counted from 08:30; the answer is an acknowledgement as well."""
    minutes = Figures(told(company, EVENING)).alarm_minutes(layer="local", level="yellow")
    assert minutes[("yellow", "acknowledged")] == Spread(3, (30 + 90 + 360) / 3, 90, 360, 360)
    assert minutes[("yellow", "answered")] == Spread(1, 30, 30, 30, 30)


def test_red_is_counted_by_the_wall_clock(company: Book) -> None:
    night = at("2026-10-16 五 00:01")
    sweep(company, night)
    (red,) = (
        each.id for each in alerts(company, night, level=Level.RED, number="无") if each.layer is Layer.LOCAL
    )
    acknowledge(company, red, actor="赵六", at=at("2026-10-16 五 01:02"), now=at("2026-10-16 五 01:02"))
    figures = Figures(told(company, at("2026-10-16 五 02:00")))
    assert figures.alarm_minutes(("act",), level="red", working=False)[("acknowledged",)].longest == 61
    assert figures.alarms(layer="local")[("red",)].in_time == Share(0, 4)  # an hour was all there was


def test_what_people_wrote_stands_beside_the_late_list(company: Book) -> None:
    rows = told(company, EVENING).tables["answers"].dicts()
    assert [(row["number"], row["act"], row["actor"], row["text"]) for row in rows] == [
        ("全", "answered", "李四", "表计缺货"),
        ("全", "closed", "赵六", "已核实"),
    ]
    assert {(row["layer"], row["clock"], row["level"]) for row in rows} == {("local", "whole", "yellow")}


def test_an_alarm_belongs_to_the_month_in_which_it_was_reached(company: Book) -> None:
    november = gather(
        company, Period.parse("2026-11"), at("2026-11-20 五 18:00"), (alarm_facts(company.rules),)
    )
    assert november.tables["alarms"].rows == ()


def test_orders_opened_standing_overdue_and_ended(company: Book) -> None:
    opened = at("2026-10-15 四 09:00")
    for limit in (1, 1, 5):
        orders.open_order(
            company, ask="说明原因", actor="值班甲", at=opened, now=opened, unit="城关供电所", limit=limit
        )
    done = at("2026-10-16 五 10:00")
    orders.reply(company, "2026-1", actor="赵六", at=done, now=done, text="已整改")
    orders.accept(company, "2026-1", actor="值班甲", at=done, now=done, text="属实")
    facts = told(company, at("2026-10-20 二 09:00"))
    found = Figures(facts).orders()
    assert (found.opened, found.standing, found.overdue, found.ended) == (3, 2, 1, 1)
    assert found.in_time == Share(1, 2, 1)  # the one with five days has been kept by nobody yet
    first = facts.tables["orders"].dicts()[0]
    assert (first["state"], first["verdict"], first["used"], first["unit"]) == (
        "accepted",
        "met",
        1,
        "城关供电所",
    )
    november = gather(
        company, Period.parse("2026-11"), at("2026-11-20 五 18:00"), (alarm_facts(company.rules),)
    )
    assert [row["order"] for row in november.tables["orders"].dicts()] == [
        "督〔2026〕0002号",
        "督〔2026〕0003号",
    ]
    assert Figures(november).orders().opened == 0


def test_plans_that_lapse(file_book: Book) -> None:
    replied(staffed(file_book))
    check(file_book, "2026-10-20 二 09:00")
    sweep(file_book, at("2026-10-20 二 09:00"))
    months = {
        month: told_of_plans(file_book, month) for month in ("2026-08", "2026-09", "2026-10", "2026-11")
    }
    assert months == {"2026-08": [], "2026-09": ["orange"], "2026-10": ["red"], "2026-11": []}


def told_of_plans(book: Book, month: str) -> list[object]:
    facts = gather(book, Period.parse(month), at("2026-11-20 五 18:00"), (alarm_facts(book.rules),))
    return [row["level"] for row in facts.tables["plans"].dicts()]
