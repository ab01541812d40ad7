"""When scheduled work falls due, and that looking back over a long stop costs no more than over a short one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.jobs.slots import DayRule, Schedule, next_slot, slots_after
from limits.calendar import load_calendar
from tests.dates import at

CALENDAR = load_calendar()
MINUTE = Schedule()
QUARTER = Schedule(second="*/15")
DAILY = Schedule(hour="2", minute="0")
DIGEST = Schedule(hour="8", minute="0", days=DayRule.WORKING)
CLOSE = Schedule(hour="6", minute="0", days=DayRule.FIRST_WORKING)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (MINUTE, "2026-10-12 一 09:00", "2026-10-12 一 09:01"),
        (QUARTER, "2026-10-12 一 09:00", "2026-10-12 一 09:00:15"),
        (Schedule(minute="*/5"), "2026-10-12 一 09:04:59", "2026-10-12 一 09:05"),
        (DAILY, "2026-10-12 一 02:00", "2026-10-13 二 02:00"),
        # The autumn festival and the National Day of 2026: rest from 25 September, Sunday 20 a make-up day.
        (DIGEST, "2026-09-19 六 09:00", "2026-09-20 日 08:00"),
        (DIGEST, "2026-09-30 三 08:00", "2026-10-08 四 08:00"),
        (CLOSE, "2026-09-30 三 08:00", "2026-10-08 四 06:00"),
        (CLOSE, "2026-10-08 四 06:00", "2026-11-02 一 06:00"),
    ],
)
def test_the_next_slot(schedule: Schedule, after: str, expected: str) -> None:
    assert next_slot(schedule, at(after), CALENDAR) == at(expected)


def test_after_ten_days_the_newest_alone_or_every_one() -> None:
    stopped, started = at("2026-10-12 一 09:00"), at("2026-10-22 四 09:00:30")
    assert slots_after(MINUTE, stopped, started, CALENDAR) == [at("2026-10-22 四 09:00")]
    every = slots_after(DAILY, stopped, started, CALENDAR, every=True)
    assert every == [at("2026-10-13 二 02:00") + timedelta(index) for index in range(10)]
    assert slots_after(CLOSE, stopped, started, CALENDAR, every=True) == []


def test_both_ends() -> None:
    """A slot is due at its instant, and what was done is not due again."""
    slot = at("2026-10-12 一 02:00")
    assert slots_after(DAILY, slot - timedelta(seconds=1), slot, CALENDAR) == [slot]
    assert slots_after(DAILY, slot, slot, CALENDAR) == []
    assert slots_after(DAILY, slot, slot - timedelta(days=3), CALENDAR) == []


def test_what_never_ran_starts_with_the_newest_and_catches_up_with_nothing() -> None:
    now = at("2026-10-07 三 12:00")
    assert slots_after(CLOSE, None, now, CALENDAR, every=True) == [at("2026-09-01 二 06:00")]
    assert slots_after(DIGEST, None, now, CALENDAR) == [at("2026-09-30 三 08:00")]


class Counting:
    """A calendar that counts how often it is asked: once for each slot looked at."""

    def __init__(self) -> None:
        self.asked = 0

    def is_workday(self, day: date) -> bool:
        self.asked += 1
        return CALENDAR.is_workday(day)

    def count(self, after: date, through: date) -> int:
        return CALENDAR.count(after, through)


@pytest.mark.parametrize("started", ["2026-10-12 一 09:02:30", "2027-03-19 五 18:00:30"])
def test_months_of_missed_minutes_are_not_counted_through(started: str) -> None:
    """Not 160,000 slots are looked at for the newest, but a few."""
    calendar, each_working_minute = Counting(), Schedule(days=DayRule.WORKING)
    newest = at(started) - timedelta(seconds=30)
    assert slots_after(each_working_minute, at("2026-10-12 一 09:00"), at(started), calendar) == [newest]
    assert calendar.asked < 10


@given(
    schedule=st.sampled_from([Schedule(minute="*/20"), DAILY, DIGEST, CLOSE]),
    into=st.timedeltas(timedelta(), timedelta(days=30)),
    length=st.timedeltas(timedelta(), timedelta(days=45)),
)
def test_the_newest_is_the_last_of_all(schedule: Schedule, into: timedelta, length: timedelta) -> None:
    start = at("2026-08-01 六 00:00") + into
    every = slots_after(schedule, start, start + length, CALENDAR, every=True)
    assert slots_after(schedule, start, start + length, CALENDAR) == every[-1:]
    assert all(start < slot <= start + length for slot in every)
    assert every == sorted(set(every))
