"""Working days against numpy's own business days, side by side in one run: ``python benchmarks/calendar.py``.

numpy is given a busdaycalendar in which every day of the week counts and every day off is listed,
so that both know exactly the same days.  Promised: 15 times for one, 40 (count) and 12 (add) for a million.
"""

import sys
import timeit
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

# This folder holds a ``calendar.py``, which must not hide the standard library's from others.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import numpy as np  # noqa: E402  after the line above, on purpose

from limits.calendar import Calendar, load_calendar  # noqa: E402

MILLION = 1_000_000


def every_day_off(calendar: Calendar) -> list[date]:
    length = (calendar.last - calendar.first).days + 1
    days = (calendar.first + timedelta(index) for index in range(length))
    return [day for day in days if not calendar.is_workday(day)]


def best(run: Callable[[], object], times: int) -> float:
    """Seconds a call takes, the best of fifteen rounds: other work on the machine only ever adds."""
    return min(timeit.repeat(run, number=times, repeat=15)) / times


def compare(
    what: str, promised: int, ours: Callable[[], object], theirs: Callable[[], object], times: int
) -> None:
    mine, numpys = best(ours, times), best(theirs, times)
    print(f"{what:<18}{mine * 1e6:>12.3f} µs{numpys * 1e6:>14.3f} µs{numpys / mine:>8.1f}×   (≥ {promised}×)")


def main() -> None:
    calendar = load_calendar()
    numpys = np.busdaycalendar(weekmask=[True] * 7, holidays=every_day_off(calendar))
    start, end = date(2026, 9, 24), date(2026, 12, 3)  # a Thursday and a Thursday
    random = np.random.default_rng(20261121)
    # Ten years of applications, each open for up to half a year, with limits of 1 to 60 days.
    after = np.datetime64("2017-01-01", "D") + random.integers(0, 3650, MILLION)
    through = after + random.integers(0, 180, MILLION)
    limits = random.integers(1, 61, MILLION)
    # numpy counts from the first day and not the last, we the other way round: a day later is the same.
    same = np.busday_count(after + 1, through + 1, busdaycal=numpys)
    assert (calendar.count_many(after, through) == same).all()
    offset = np.busday_offset(after, limits, roll="backward", busdaycal=numpys)
    assert (calendar.add_many(after, limits) == offset).all()

    print(f"{'':<18}{'ours':>15}{'numpy':>17}{'ratio':>9}")
    compare("one count", 15, lambda: calendar.count(start, end),
            lambda: np.busday_count(start, end, busdaycal=numpys), 20_000)  # fmt: skip
    compare("one add", 15, lambda: calendar.add(start, 16),
            lambda: np.busday_offset(start, 16, busdaycal=numpys), 20_000)  # fmt: skip
    compare("a million counts", 40, lambda: calendar.count_many(after, through),
            lambda: np.busday_count(after, through, busdaycal=numpys), 1)  # fmt: skip
    compare("a million adds", 12, lambda: calendar.add_many(after, limits),
            lambda: np.busday_offset(after, limits, roll="backward", busdaycal=numpys), 1)  # fmt: skip


if __name__ == "__main__":
    main()
