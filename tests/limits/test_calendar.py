"""The national calendar, day by day against two witnesses, and the arithmetic against plain counting."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.calendar import Calendar, DayKind, end_of_months, end_of_years, load_calendar
from limits.calendar_errors import CalendarCount, CalendarRange

CN = load_calendar()
DAYS = st.dates(CN.first, CN.last)


def on(text: str) -> date:
    """``"2026-02-14 六"``: a date that carries its weekday, which is checked."""
    day = date.fromisoformat(text[:10])
    assert "一二三四五六日"[day.weekday()] == text[11:], text
    return day


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days) for days in range((last - first).days + 1)]


def counted_one_by_one(after: date, through: date) -> int:
    return sum(CN.is_workday(day) for day in every_day(after + timedelta(1), through))


# The days themselves


def test_every_published_day_is_what_chinesecalendar_says_but_one() -> None:
    published = every_day(on("2004-01-01 四"), on("2026-12-31 四"))
    different = [day for day in published if CN.is_workday(day) != chinese_calendar.is_workday(day)]
    # The notice for 2006: 将12月31日（星期六）……公休日调至……，12月31日（星期六）上班.
    assert different == [on("2005-12-31 六")]
    assert CN.is_workday(on("2005-12-31 六"))


def test_every_day_since_2010_is_what_holidays_says() -> None:
    witness = holidays.country_holidays("CN", years=range(2010, 2027))
    published = every_day(on("2010-01-01 五"), on("2026-12-31 四"))
    assert [day for day in published if CN.is_workday(day) != witness.is_working_day(day)] == []


def test_every_day_after_the_last_notice_is_what_the_act_alone_gives() -> None:
    witness = holidays.country_holidays("CN", years=range(2027, 2041))
    beyond = every_day(on("2027-01-01 五"), on("2040-12-31 一"))
    assert [day for day in beyond if CN.is_workday(day) != witness.is_working_day(day)] == []


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        ("2026-02-13 五", DayKind.WORK, ""),
        ("2026-02-14 六", DayKind.MAKE_UP, "春节"),
        ("2026-02-15 日", DayKind.HOLIDAY, "春节"),
        ("2026-02-24 二", DayKind.WORK, ""),
        ("2026-11-21 六", DayKind.REST, ""),
        ("2020-02-01 六", DayKind.HOLIDAY, "春节"),  # a make-up day until the holiday was prolonged
        ("2019-05-02 四", DayKind.HOLIDAY, "劳动节"),  # a working day until March 2019
        ("2015-09-06 日", DayKind.MAKE_UP, "抗战胜利70周年纪念日"),
    ],
)
def test_what_a_published_day_is(day: str, kind: DayKind, name: str) -> None:
    fact = CN.fact(on(day))
    assert (fact.kind, fact.name, fact.published) == (kind, name, True)
    assert fact.working == CN.is_workday(on(day)) == (kind in (DayKind.WORK, DayKind.MAKE_UP))
    assert CN.is_statutory_holiday(on(day)) == (kind is DayKind.HOLIDAY)


def test_a_day_names_the_notice_that_says_so() -> None:
    assert CN.fact(on("2026-02-14 六")).source == (
        "《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）"
    )
    assert CN.fact(on("2020-02-02 日")).source == (
        "《国务院办公厅关于延长2020年春节假期的通知》（国办发明电〔2020〕1号）"
    )
    assert CN.fact(on("2005-12-31 六")).source.startswith("《国务院办公厅关于2006年部分节假日安排的通知》")
    assert CN.fact(on("2004-01-01 四")).source == "《国务院办公厅关于2004年部分节假日安排的通知》"
    assert CN.fact(on("2026-11-21 六")).source == ""


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        ("2027-02-05 五", DayKind.HOLIDAY, "春节"),
        ("2027-02-09 二", DayKind.HOLIDAY, "春节补假"),
        ("2027-02-10 三", DayKind.HOLIDAY, "春节补假"),
        ("2027-02-11 四", DayKind.WORK, ""),
        ("2027-05-04 二", DayKind.HOLIDAY, "劳动节补假"),
        ("2027-10-09 六", DayKind.REST, ""),
        ("2031-10-01 三", DayKind.HOLIDAY, "国庆节"),  # Mid-Autumn too: one day off, as the act has it
        ("2031-10-06 一", DayKind.WORK, ""),
    ],
)
def test_a_day_nobody_has_arranged_yet_follows_the_act_and_says_so(
    day: str, kind: DayKind, name: str
) -> None:
    fact = CN.fact(on(day))
    assert (fact.kind, fact.name, fact.published) == (kind, name, False)
    assert f"{day[:4]} 年的放假安排尚未公布" in fact.source
    assert ("国务院令第795号" in fact.source) == (kind is DayKind.HOLIDAY)


def test_provisional_begins_the_day_after_the_last_notice_ends() -> None:
    assert CN.published_through == on("2026-12-31 四")
    assert not CN.provisional(on("2026-12-31 四"))
    assert CN.provisional(on("2027-01-01 五"))


# The arithmetic


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-02-13 五", 2, "2026-02-24 二"),
        ("2026-02-14 六", 2, "2026-02-25 三"),
        ("2026-09-24 四", 16, "2026-10-23 五"),
        ("2026-09-30 三", 5, "2026-10-13 二"),
        ("2025-09-26 五", 16, "2025-10-24 五"),
        ("2025-01-24 五", 5, "2025-02-07 五"),
        ("2024-04-30 二", 15, "2024-05-23 四"),
        ("2026-04-30 四", 15, "2026-05-25 一"),
        ("2026-11-21 六", 16, "2026-12-14 一"),
    ],
)
def test_the_last_good_day(start: str, limit: int, due: str) -> None:
    assert CN.add(on(start), limit) == on(due)
    assert CN.count(on(start), on(due)) == limit
    assert CN.count(on(start), on(due) - timedelta(1)) == limit - 1


def test_make_up_weekends_around_national_day_2026_count() -> None:
    """Weeks × 5 less the holidays gives 14 here and forgets two worked weekend days."""
    assert CN.count(on("2026-09-18 五"), on("2026-10-16 五")) == 16
    assert CN.is_workday(on("2026-09-20 日"))
    assert CN.is_workday(on("2026-10-10 六"))


@given(DAYS, DAYS)
def test_the_fast_count_is_the_count_day_by_day(one: date, other: date) -> None:
    after, through = min(one, other), max(one, other)
    through = min(through, after + timedelta(500))
    assert CN.count(after, through) == counted_one_by_one(after, through)


def test_the_running_count_is_right_on_every_day() -> None:
    days = every_day(CN.first, CN.last)
    running = 0
    for day in days[1:]:
        running += CN.is_workday(day)
        assert CN.count(CN.first, day) == running


@given(DAYS, DAYS, DAYS)
def test_counts_over_touching_intervals_add_up(one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    assert CN.count(first, last) == CN.count(first, middle) + CN.count(middle, last)


@given(DAYS, DAYS)
def test_nothing_is_counted_backwards(one: date, other: date) -> None:
    assert CN.count(max(one, other), min(one, other)) == 0


@given(st.dates(CN.first, date(2037, 12, 31)), st.integers(1, 600))
def test_adding_then_counting_gives_the_days_back(start: date, days: int) -> None:
    due = CN.add(start, days)
    assert CN.is_workday(due)
    assert CN.count(start, due) == days


@given(DAYS)
def test_adding_nothing_stays_on_the_day_even_a_rest_day(day: date) -> None:
    assert CN.add(day, 0) == day


PAIRS = st.lists(st.tuples(DAYS, DAYS), max_size=30)


@given(PAIRS)
def test_many_counts_equal_single_ones(pairs: list[tuple[date, date]]) -> None:
    after = np.array([one for one, _ in pairs], dtype="datetime64[D]")
    through = np.array([other for _, other in pairs], dtype="datetime64[D]")
    counts = CN.count_many(after, through)
    assert counts.dtype == np.int64
    assert counts.tolist() == [CN.count(one, other) for one, other in pairs]


@given(st.lists(st.tuples(st.dates(CN.first, date(2037, 12, 31)), st.integers(0, 600)), max_size=30))
def test_many_additions_equal_single_ones(rows: list[tuple[date, int]]) -> None:
    start = np.array([day for day, _ in rows], dtype="datetime64[D]")
    found = CN.add_many(start, np.array([days for _, days in rows], dtype=np.int64))
    assert found.dtype == np.dtype("datetime64[D]")
    assert found.tolist() == [CN.add(day, days) for day, days in rows]


def test_one_value_is_spread_over_many() -> None:
    starts = np.array(["2026-02-13", "2026-02-14"], dtype="datetime64[D]")
    assert CN.add_many(starts, 2).tolist() == [on("2026-02-24 二"), on("2026-02-25 三")]
    assert CN.count_many(starts, np.datetime64("2026-02-24")).tolist() == [2, 1]


# Its edges


@pytest.mark.parametrize("day", ["2003-12-31 三", "2041-01-01 二"])
def test_a_date_outside_the_calendar_is_refused_everywhere(day: str) -> None:
    outside, inside = on(day), on("2026-11-21 六")
    far = np.array([inside, outside], dtype="datetime64[D]")
    asked: list[Callable[[], object]] = [
        lambda: CN.is_workday(outside),
        lambda: CN.fact(outside),
        lambda: CN.count(outside, inside),
        lambda: CN.count(inside, outside),
        lambda: CN.count(outside, outside),
        lambda: CN.add(outside, 0),
        lambda: CN.add(outside, 5),
        lambda: CN.count_many(far, far),
        lambda: CN.add_many(far, 5),
    ]
    for ask in asked:
        with pytest.raises(CalendarRange, match=f"日期 {day[:10]}.*不在日历“cn”的范围"):
            ask()


def test_many_dates_from_any_century_or_none_are_refused() -> None:
    for text in ("0001-01-01", "1900-01-01", "1969-12-31", "1970-01-01", "9999-12-31", "NaT"):
        with pytest.raises(CalendarRange, match=text):
            CN.count_many(np.array([text], dtype="datetime64[D]"), np.datetime64("2026-11-21"))


def test_a_due_date_past_the_end_is_refused_and_not_guessed() -> None:
    with pytest.raises(CalendarRange, match="2040-12-20 之后第 60 个工作日"):
        CN.add(on("2040-12-20 四"), 60)
    with pytest.raises(CalendarRange, match="第 60 个工作日"):
        CN.add_many(np.array([on("2040-12-20 四")], dtype="datetime64[D]"), 60)


def test_negative_days_are_refused() -> None:
    with pytest.raises(CalendarCount, match="“-1”"):
        CN.add(on("2026-11-21 六"), -1)
    with pytest.raises(CalendarCount, match="“-1”"):
        CN.add_many(np.array([on("2026-11-21 六")], dtype="datetime64[D]"), np.array([-1]))


# Months and years


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        ("2026-08-31 一", 1, "2026-09-30 三"),  # no 31 September: the month's last day
        ("2026-09-01 二", 1, "2026-10-08 四"),  # National Day: the day after the holiday
        ("2026-09-17 四", 1, "2026-10-19 一"),  # a Saturday is a 法定休假日 too
        ("2026-01-31 六", 1, "2026-02-28 六"),  # a Saturday, but worked: it stands
        ("2026-11-21 六", 0, "2026-11-23 一"),
        ("2025-11-30 日", 3, "2026-02-28 六"),
        ("2026-11-30 一", 1, "2026-12-30 三"),
        ("2026-10-31 六", 2, "2026-12-31 四"),
        ("2026-12-01 二", 1, "2027-01-04 一"),
    ],
)
def test_a_period_of_months_ends(start: str, months: int, last: str) -> None:
    assert end_of_months(on(start), months, CN) == on(last)


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        ("2024-02-29 四", 1, "2025-02-28 五"),
        ("2025-05-06 二", 1, "2026-05-06 三"),
        ("2025-05-01 四", 1, "2026-05-06 三"),
    ],
)
def test_a_period_of_years_ends(start: str, years: int, last: str) -> None:
    assert end_of_years(on(start), years, CN) == on(last)


def test_a_period_that_leaves_the_calendar_or_runs_backwards_is_refused() -> None:
    with pytest.raises(CalendarRange, match="2026-11-21 之后 1200 个月"):
        end_of_years(on("2026-11-21 六"), 100, CN)
    with pytest.raises(CalendarCount):
        end_of_months(on("2026-11-21 六"), -1, CN)


# Next year


def missing_year(calendar: Calendar, today: date) -> int | None:
    """The year that should be published by ``today`` and is not: the next one from December on."""
    needed = today.year + (today.month == 12)
    return needed if calendar.published_through.year < needed else None


def test_next_year_is_missed_from_december_on() -> None:
    assert missing_year(CN, on("2026-11-30 一")) is None
    assert missing_year(CN, on("2026-12-01 二")) == 2027
    assert missing_year(CN, on("2027-01-04 一")) == 2027


def test_next_year_is_there() -> None:
    year = missing_year(CN, datetime.now(ZoneInfo("Asia/Shanghai")).date())
    assert year is None, (
        f"{year} 年的放假安排还没有写进 data/calendars/cn.toml：请到 www.gov.cn 查《国务院办公厅关于"
        f"{year}年部分节假日安排的通知》，仿照上一年补一条 [[year]]。"
    )
