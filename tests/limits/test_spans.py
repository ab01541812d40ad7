"""Union and difference of intervals, against the plain set of minutes they hold."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.spans import Interval, subtract, union
from tests.dates import at

ZERO = at("2026-11-02 一 00:00")
HORIZON = 60


def minute(number: int) -> datetime:
    return ZERO + timedelta(minutes=number)


def said(*pairs: tuple[int, int | None]) -> list[Interval]:
    return [(minute(start), None if end is None else minute(end)) for start, end in pairs]


def minutes_in(intervals: list[Interval]) -> set[int]:
    """The minutes held by ``intervals``; what is open runs to the horizon."""
    held: set[int] = set()
    for start, end in intervals:
        last = minute(HORIZON) if end is None else end
        held |= {number for number in range(HORIZON) if start <= minute(number) < last}
    return held


NUMBERS = st.integers(0, HORIZON)
PAIRS = st.tuples(NUMBERS, st.one_of(st.none(), NUMBERS)).map(
    lambda pair: pair if pair[1] is None else (min(pair[0], pair[1]), max(pair[0], pair[1]))
)
INTERVALS = st.lists(PAIRS, max_size=6).map(lambda pairs: said(*pairs))


@pytest.mark.parametrize(
    ("given_", "merged"),
    [
        ([], []),
        ([(5, 9), (1, 3)], [(1, 3), (5, 9)]),  # put in order
        ([(1, 5), (3, 9)], [(1, 9)]),  # overlapping
        ([(1, 5), (5, 9)], [(1, 9)]),  # touching
        ([(1, 9), (3, 5)], [(1, 9)]),  # one inside the other
        ([(1, None), (3, 5)], [(1, None)]),
        ([(1, 5), (3, None)], [(1, None)]),
        ([(4, 4)], [(4, 4)]),  # a clock that started and ended at once
    ],
)
def test_union(given_: list[tuple[int, int | None]], merged: list[tuple[int, int | None]]) -> None:
    assert union(said(*given_)) == said(*merged)


@pytest.mark.parametrize(
    ("given_", "taken", "left"),
    [
        ([(1, 9)], [], [(1, 9)]),
        ([(1, 9)], [(3, 5)], [(1, 3), (5, 9)]),
        ([(1, 9)], [(0, 3)], [(3, 9)]),
        ([(1, 9)], [(5, None)], [(1, 5)]),
        ([(1, None)], [(5, 7)], [(1, 5), (7, None)]),
        ([(1, None)], [(5, None)], [(1, 5)]),
        ([(1, 9)], [(0, None)], []),
        ([(1, 9)], [(9, 12)], [(1, 9)]),
        ([(1, 9)], [(3, 5), (4, 7)], [(1, 3), (7, 9)]),  # two pauses that overlap are taken once
        ([(4, 4)], [(5, 7)], [(4, 4)]),
    ],
)
def test_subtract(
    given_: list[tuple[int, int | None]],
    taken: list[tuple[int, int | None]],
    left: list[tuple[int, int | None]],
) -> None:
    assert subtract(said(*given_), said(*taken)) == said(*left)


@given(INTERVALS)
def test_a_union_holds_the_same_minutes_each_once_and_in_order(intervals: list[Interval]) -> None:
    merged = union(intervals)
    assert minutes_in(merged) == minutes_in(intervals)
    for (_, end), (start, _) in pairwise(merged):
        assert end is not None
        assert end < start


@given(INTERVALS, INTERVALS)
def test_a_difference_holds_exactly_the_minutes_not_taken(
    intervals: list[Interval], taken: list[Interval]
) -> None:
    left = subtract(union(intervals), taken)
    assert minutes_in(left) == minutes_in(intervals) - minutes_in(taken)


@given(INTERVALS, st.tuples(NUMBERS, NUMBERS, NUMBERS).map(sorted))
def test_taking_a_pause_in_touching_pieces_leaves_the_same(intervals: list[Interval], cut: list[int]) -> None:
    begin, middle, end = cut
    whole, pieces = said((begin, end)), said((begin, middle), (middle, end))
    assert subtract(union(intervals), whole) == subtract(union(intervals), pieces)
