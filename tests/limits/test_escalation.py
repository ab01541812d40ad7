"""Whom a level goes to and when: working hours against plain counting of minutes, and the shipped ladder."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.calendar import load_calendar
from limits.escalation import WorkingHours
from limits.force import Layer
from limits.terms import Channel, Level, Mark, Post
from limits.zone import SHANGHAI
from tests.dates import at, on
from workflow.rules import load_rules

CN = load_calendar()
OFFICE = WorkingHours(time(8, 30), time(18))
MINUTE = timedelta(minutes=1)
# 中秋 2026-09-25 … 27, 国庆 2026-10-01 … 07, and the make-up days 2026-09-20 (日) and 2026-10-10 (六).
AROUND_NATIONAL_DAY = st.datetimes(datetime(2026, 9, 18), datetime(2026, 10, 12)).map(  # noqa: DTZ001 - zone below
    lambda naive: naive.replace(tzinfo=SHANGHAI)
)
WHOLE_MINUTES = AROUND_NATIONAL_DAY.map(lambda instant: instant.replace(second=0, microsecond=0))
ANY_HOURS = st.builds(
    lambda opens, length: WorkingHours(time(opens), time(opens + length)),
    st.integers(0, 12),
    st.integers(1, 11),
)


def open_at(hours: WorkingHours, instant: datetime) -> bool:
    return CN.is_workday(instant.date()) and hours.opens <= instant.time() < hours.closes


def minute_by_minute(first: datetime, last: datetime) -> Iterator[datetime]:
    while first < last:
        yield first
        first += MINUTE


OPEN_MINUTES = [
    instant
    for instant in minute_by_minute(at("2026-09-18 五 00:00"), at("2026-10-20 二 00:00"))
    if open_at(OFFICE, instant)
]


def open_minutes_from(instant: datetime) -> list[datetime]:
    """The minutes of the office from ``instant`` on, counted on the real calendar."""
    return OPEN_MINUTES[bisect_left(OPEN_MINUTES, instant) :]


# Working hours


@given(AROUND_NATIONAL_DAY, ANY_HOURS)
def test_the_next_opening_is_in_working_hours_and_stays(instant: datetime, hours: WorkingHours) -> None:
    opening = hours.next_open(instant, CN)
    assert open_at(hours, opening)
    assert opening >= instant
    assert hours.next_open(opening, CN) == opening


@given(WHOLE_MINUTES)
def test_the_next_opening_is_the_first_open_minute(instant: datetime) -> None:
    assert OFFICE.next_open(instant, CN) == open_minutes_from(instant)[0]


@given(WHOLE_MINUTES, st.integers(1, 1500))
def test_minutes_of_working_hours_are_counted_one_by_one(instant: datetime, minutes: int) -> None:
    assert OFFICE.after(instant, minutes, CN) == open_minutes_from(instant)[minutes - 1] + MINUTE


@given(AROUND_NATIONAL_DAY, st.integers(0, 1500), st.integers(0, 1500), ANY_HOURS)
def test_waiting_in_two_parts_is_waiting_at_once(
    instant: datetime, first: int, second: int, hours: WorkingHours
) -> None:
    in_parts = hours.after(hours.after(instant, first, CN), second, CN)
    at_once = hours.after(instant, first + second, CN)
    # A wait that ends at closing time ends there; none left to wait, it moves to the next opening.
    assert hours.next_open(in_parts, CN) == hours.next_open(at_once, CN)


@given(AROUND_NATIONAL_DAY, st.integers(1, 1500), ANY_HOURS)
def test_the_hours_between_are_those_that_were_waited(
    instant: datetime, minutes: int, hours: WorkingHours
) -> None:
    waited = hours.after(instant, minutes, CN)
    assert hours.between(instant, waited, CN) == timedelta(minutes=minutes)
    assert hours.between(waited, instant, CN) == timedelta()


@pytest.mark.parametrize(
    ("instant", "opening"),
    [
        ("2026-09-30 三 08:29", "2026-09-30 三 08:30"),
        ("2026-09-30 三 17:59", "2026-09-30 三 17:59"),
        ("2026-09-30 三 18:00", "2026-10-08 四 08:30"),
        ("2026-10-03 六 12:00", "2026-10-08 四 08:30"),
        ("2026-10-09 五 20:00", "2026-10-10 六 08:30"),
        ("2026-10-10 六 18:00", "2026-10-12 一 08:30"),
        ("2026-09-19 六 09:00", "2026-09-20 日 08:30"),
    ],
)
def test_an_alarm_of_the_night_or_of_a_holiday_waits_for_the_next_working_day(
    instant: str, opening: str
) -> None:
    assert OFFICE.next_open(at(instant), CN) == at(opening)
    assert OFFICE.next_open(at(instant).astimezone(UTC), CN) == at(opening)


@pytest.mark.parametrize(
    ("instant", "minutes", "due"),
    [
        ("2026-09-30 三 14:00", 240, "2026-09-30 三 18:00"),
        ("2026-09-30 三 17:00", 240, "2026-10-08 四 11:30"),
        ("2026-10-09 五 17:00", 240, "2026-10-10 六 11:30"),
        ("2026-10-10 六 17:00", 240, "2026-10-12 一 11:30"),
        ("2026-10-02 五 03:00", 570, "2026-10-08 四 18:00"),
        ("2026-10-02 五 03:00", 571, "2026-10-09 五 08:31"),
        ("2026-10-02 五 03:00", 0, "2026-10-08 四 08:30"),
    ],
)
def test_patience_runs_in_working_hours_only(instant: str, minutes: int, due: str) -> None:
    assert OFFICE.after(at(instant), minutes, CN) == at(due)


# The shipped ladder

SHIPPED = load_rules().policies.escalation(on("2026-11-20 五"))
HANDLING = {Post.ACCOUNT_MANAGER, Post.TEAM_LEADER}
RESPONSIBLE = HANDLING | {Post.STATION_HEAD, Post.COMMAND_CENTRE}


@pytest.mark.parametrize(
    ("level", "posts"),
    [
        (Level.BLUE, {Post.ACCOUNT_MANAGER}),
        (Level.ORANGE, HANDLING),
        (Level.YELLOW, RESPONSIBLE),
        (Level.RED, RESPONSIBLE | {Post.LEADER}),
    ],
)
def test_each_level_adds_to_those_who_are_told(level: Level, posts: set[Post]) -> None:
    telling = SHIPPED.telling(level)
    assert set(telling.posts) == posts
    assert set(telling.channels) == set(Channel)


@pytest.mark.parametrize(
    ("level", "after", "posts"),
    [
        (Level.BLUE, None, ()),
        (Level.ORANGE, None, ()),
        (Level.YELLOW, 240, (Post.LEADER,)),
        (Level.RED, 60, (Post.INTEGRITY,)),
    ],
)
def test_an_alarm_nobody_acknowledges_climbs(
    level: Level, after: int | None, posts: tuple[Post, ...]
) -> None:
    telling = SHIPPED.telling(level)
    assert (telling.climb_after, telling.climbs_to) == (after, posts)
    assert not set(telling.climbs_to) & set(telling.posts)


def test_only_red_is_sent_at_once_and_opens_an_order() -> None:
    assert [each.level for each in SHIPPED.tellings if each.at_once] == [Level.RED]
    assert [each.level for each in SHIPPED.tellings if each.opens_order] == [Level.RED]


def test_the_layers_above_speak_once_the_end_is_near() -> None:
    assert [layer for layer in Layer if SHIPPED.speaks(layer, Level.BLUE)] == [Layer.LOCAL]
    assert [layer for layer in Layer if SHIPPED.speaks(layer, Level.ORANGE)] == list(Layer)


def test_a_layer_that_is_not_named_never_speaks() -> None:
    quiet = replace(SHIPPED, layers={Layer.LOCAL: Level.BLUE})
    assert not quiet.speaks(Layer.REGULATOR, Level.RED)


def test_levels_are_told_in_office_hours() -> None:
    assert SHIPPED.hours == OFFICE
    assert SHIPPED.order_limit == 3
    assert SHIPPED.citation.mark is Mark.OWN


def test_three_yellows_in_a_row_count_as_a_red() -> None:
    repeat = SHIPPED.repeat
    assert repeat is not None
    assert (repeat.level, repeat.times, repeat.becomes) == (Level.YELLOW, 3, Level.RED)
    assert repeat.citation.mark is Mark.SECONDARY
    assert "沭阳" in repeat.citation.document


def test_whom_to_tell_is_said_for_every_day_the_thresholds_are() -> None:
    policies = load_rules().policies
    for ladder in policies.ladders:
        assert policies.escalation(ladder.force.since).force.since <= ladder.force.since
