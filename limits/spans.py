"""Intervals of time: union and difference. An open interval ends in None."""

from collections.abc import Iterable
from datetime import datetime

Interval = tuple[datetime, datetime | None]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order."""
    merged: list[Interval] = []
    for start, end in sorted(intervals, key=lambda each: each[0]):
        if merged and (merged[-1][1] is None or start <= merged[-1][1]):
            first, last = merged[-1]
            merged[-1] = (first, None if last is None or end is None else max(last, end))
        else:
            merged.append((start, end))
    return merged


def subtract(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """``intervals`` (ordered, disjoint) without the time in ``taken``.

    An interval of no length is kept: it is a clock that started and ended at once.
    """
    left = list(intervals)
    for begin, finish in union(taken):
        left = [piece for each in left for piece in _without(each, begin, finish)]
    return left


def _without(interval: Interval, begin: datetime, finish: datetime | None) -> list[Interval]:
    start, end = interval
    if (end is not None and end <= begin) or (finish is not None and finish <= start):
        return [interval]
    pieces: list[Interval] = []
    if start < begin:
        pieces.append((start, begin))
    if finish is not None and (end is None or finish < end):
        pieces.append((finish, end))
    return pieces
