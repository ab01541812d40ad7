"""Where the program finds its database, its rules and its instants."""

from datetime import date, datetime, timedelta

import pytest

from limits.zone import SHANGHAI
from yekuo.settings import (
    DEFAULT_JURISDICTION,
    DEFAULT_URL,
    DateInvalid,
    InstantInvalid,
    Settings,
    parse_date,
    parse_instant,
)


def test_an_empty_environment_gives_an_sqlite_file_and_the_shipped_jurisdiction() -> None:
    assert Settings.from_environment({}) == Settings(DEFAULT_URL, DEFAULT_JURISDICTION)
    blank = {"YEKUO_DATABASE_URL": "", "YEKUO_JURISDICTION": ""}
    assert Settings.from_environment(blank) == Settings()


def test_the_environment_is_followed_and_nothing_else_in_it() -> None:
    given = {"YEKUO_DATABASE_URL": "sqlite:///x", "YEKUO_JURISDICTION": "other", "DATABASE_URL": "y"}
    assert Settings.from_environment(given) == Settings("sqlite:///x", "other")


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T18:00", shanghai(2026, 11, 20, 18)),
        ("2026-11-20 18:00:30", shanghai(2026, 11, 20, 18, 0, 30)),
        (" 2026-11-20T18:00 ", shanghai(2026, 11, 20, 18)),
        ("2026-11-20T10:00+00:00", shanghai(2026, 11, 20, 18)),
        ("2026-11-20T10:00Z", shanghai(2026, 11, 20, 18)),
        ("2026-11-20T18:00+08:00", shanghai(2026, 11, 20, 18)),
        ("2026-11-20", shanghai(2026, 11, 20, 23, 59, 59)),
    ],
)
def test_an_instant_is_read_on_the_clock_of_shanghai(text: str, expected: datetime) -> None:
    found = parse_instant(text)
    assert found == expected
    assert found.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "昨天", "2026-13-01", "2026-02-30", "2026-11-20T25:00", "20日"),
        *("0001-01-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59+00:00"),
        *("2026-W39-4", "2026-W39-4T18:00", "20261120", "20261120T180000", "2026-11-20T18", "２０２６-11-20"),
    ],
)
def test_an_instant_that_is_none_is_told(text: str) -> None:
    with pytest.raises(InstantInvalid, match="北京时间"):
        parse_instant(text)


def test_no_instant_is_now() -> None:
    before = datetime.now(SHANGHAI)
    assert before <= parse_instant(None) <= datetime.now(SHANGHAI)


def test_a_day_is_read_as_people_write_it() -> None:
    assert parse_date(" 2026-09-24 ") == date(2026, 9, 24)


@pytest.mark.parametrize(
    "text", ["", "2026-02-29", "24.9.2026", "2026-9-24T10:00", "今天", "2026-W39-4", "20260924", "2026W394"]
)
def test_a_day_that_is_none_is_told(text: str) -> None:
    with pytest.raises(DateInvalid, match="应写成 2026-09-24"):
        parse_date(text)
