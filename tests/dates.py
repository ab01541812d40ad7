"""Dates in tests carry their weekday, and the weekday is checked: nobody misreads a calendar in silence."""

from datetime import date, datetime, time

from limits.zone import SHANGHAI


def on(text: str) -> date:
    """``"2026-02-14 六"``."""
    written, weekday = text.split()
    day = date.fromisoformat(written)
    assert "一二三四五六日"[day.weekday()] == weekday, f"{written} 不是星期{weekday}"
    return day


def at(text: str) -> datetime:
    """``"2026-02-14 六 09:30"``, on the clock of Shanghai."""
    day, _, clock = text.rpartition(" ")
    return datetime.combine(on(day), time.fromisoformat(clock), SHANGHAI)
