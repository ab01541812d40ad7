"""Every spelling a cell may have, and what is no value at all."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.zone import SHANGHAI
from workflow.ledger import cells

MORNING = datetime(2026, 10, 8, 9, 5, tzinfo=SHANGHAI)  # Thursday
MIDNIGHT = datetime(2026, 10, 8, tzinfo=SHANGHAI)


def fault(read: Callable[[object], object], cell: object) -> str:
    with pytest.raises(cells.CellFault) as caught:
        read(cell)
    return caught.value.code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (MORNING.replace(tzinfo=None), MORNING),
        ("2026/10/8 9:05", MORNING),
        ("2026/10/08 09:05", MORNING),
        ("2026-10-08 09:05:00", MORNING),
        ("2026-10-08T09:05:00", MORNING),
        ("2026-10-08 09:05:00.0", MORNING),
        ("2026年10月8日 9:05", MORNING),
        ("2026年10月08日 09:05", MORNING),
        ("2026年10月8日9:05", MORNING),
        ("2026年10月8日 9时5分", MORNING),
        ("2026.10.8 9:05", MORNING),
        ("　２０２６／１０／８　９：０５ ", MORNING),
        ("２０２６年１０月８日　９：０５", MORNING),
        ("20261008090500", MORNING),
        ("2026-10-08 09:05:07", MORNING + timedelta(seconds=7)),
        (46303 + 545 / 1440, MORNING),
        (str(46303 + 545 / 1440), MORNING),
        (date(2026, 10, 8), MIDNIGHT),
        ("2026/10/8", MIDNIGHT),
        ("2026.10.8", MIDNIGHT),
        ("2026年10月8日", MIDNIGHT),
        ("20261008", MIDNIGHT),
        (20261008.0, MIDNIGHT),
        (46303.0, MIDNIGHT),
        (46303, MIDNIGHT),
        ("46303", MIDNIGHT),
        ("46303.5", MIDNIGHT + timedelta(hours=12)),
    ],
)
def test_every_spelling_of_a_moment(cell: object, expected: datetime) -> None:
    assert cells.instant(cell) == expected
    assert cells.instant(cell).tzinfo is SHANGHAI


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026-02-30 09:00", "impossible_date"),
        ("2026/13/1", "impossible_date"),
        ("2026年2月29日", "impossible_date"),
        ("20260230", "impossible_date"),
        ("2026-10-08 24:00", "impossible_date"),
        ("2026-10-08 09:65", "impossible_date"),
        ("0206/10/8 09:05", "impossible_date"),
        (date(1900, 1, 1), "impossible_date"),
        ("已接电", "text_date"),
        ("26/10/8", "text_date"),
        ("2026-10", "text_date"),
        ("2026-10-08 上午", "text_date"),
        ("2026-10-089:05", "text_date"),
        ("2026-W41-4", "text_date"),
        ("12", "text_date"),
        ("99999", "text_date"),
        (5.0, "text_date"),
        (0.0, "text_date"),
        (time(9, 5), "text_date"),
        (timedelta(hours=30), "text_date"),
        (True, "text_date"),
    ],
)
def test_what_is_no_moment(cell: object, code: str) -> None:
    assert fault(cells.instant, cell) == code


@given(st.datetimes(min_value=datetime(2004, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_moment_reads_back_from_its_serial_number_to_the_second(at: datetime) -> None:
    at = at.replace(microsecond=0)
    days = (at.replace(tzinfo=UTC) - cells.SERIAL_ZERO) / timedelta(days=1)
    assert cells.instant(days) == at.replace(tzinfo=SHANGHAI)


@given(st.datetimes(min_value=datetime(2004, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_the_quick_spellings_and_the_slow_agree(at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    padded, bare = f"{at:%Y/%m/%d %H:%M}", f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute:02d}"
    assert cells.instant(padded) == cells.instant(bare) == at.replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (500.0, "500"),
        (12.5, "12.5"),
        (500, "500"),
        ("500", "500"),
        (" 500 ", "500"),
        ("500.0", "500"),
        ("500kVA", "500"),
        ("500 KVA", "500"),
        ("500千伏安", "500"),
        ("12kW", "12"),
        ("12 千瓦", "12"),
        ("５００ｋＶＡ", "500"),
        ("1,250kVA", "1250"),
        ("0.5", "0.5"),
    ],
)
def test_every_spelling_of_a_capacity(cell: object, expected: str) -> None:
    assert cells.capacity(cell) == Decimal(expected)
    assert str(cells.capacity(cell)) == expected


@pytest.mark.parametrize(
    "cell", [0.0, -5.0, "-5", "0kVA", "", "　", "五百", "500MW", "1,2", "5 00 x", True, "1e3"]
)
def test_what_is_no_capacity(cell: object) -> None:
    assert fault(cells.capacity, cell) == "negative_capacity"


@pytest.mark.parametrize("cell", [0.001, "0.001kVA", 10_000_000.0, "10,000,000", "0.3333333333333333333333"])
def test_the_smallest_the_largest_and_the_longest_capacity_are_taken(cell: object) -> None:
    assert len(str(cells.capacity(cell))) <= 24


@pytest.mark.parametrize(
    "cell",
    [1e-05, 1e22, float("inf"), "0.0009", "10000000.1", 10_000_001, "9" * 400, "0." + "3" * 23],
)
def test_a_capacity_nobody_applies_for(cell: object) -> None:
    assert fault(cells.capacity, cell) == "capacity_range"


def test_no_number_at_all_is_no_capacity() -> None:
    assert fault(cells.capacity, float("nan")) == "negative_capacity"


def test_the_message_of_a_bad_capacity_says_which_it_was() -> None:
    messages = set()
    for cell in ("", "五百", "-5", "99999999"):
        with pytest.raises(cells.CellFault) as caught:
            cells.capacity(cell)
        messages.add(str(caught.value))
    assert len(messages) == 4


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0041260830001", "0041260830001"),
        (4126083000001.0, "4126083000001"),
        ("4126083000001.0", "4126083000001"),
        (" 4126083000001　", "4126083000001"),
        ("４１２６０８", "412608"),
        ("'0041", "0041"),
        ('="0041"', "0041"),
        ("0041\t", "0041"),
        ("豫-41/26", "豫-41/26"),
        ("4E10", "4E10"),
    ],
)
def test_every_spelling_of_a_number(cell: object, expected: str) -> None:
    assert cells.number(cell) == expected


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "no_number"),
        (" 　", "no_number"),
        (12.5, "no_number"),
        (True, "no_number"),
        (date(2026, 10, 8), "no_number"),
        (4126083000001234.0, "number_rounded"),
        ("4.12608E+12", "number_rounded"),
    ],
)
def test_what_is_no_number(cell: object, code: str) -> None:
    assert fault(cells.number, cell) == code
