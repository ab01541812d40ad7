"""Limits that are not counted in working days: calendar days, months and years (domain §5.5)."""

from datetime import date, timedelta

from limits.calendar import Calendar, end_of_months, end_of_years
from limits.terms import Unit


def last_day(start: date, amount: int, unit: Unit, calendar: Calendar) -> date:
    """The last good day of a period of calendar days, months or years that starts on ``start``."""
    if unit is Unit.CALENDAR_DAY:
        return start + timedelta(days=amount)
    if unit is Unit.MONTH:
        return end_of_months(start, amount, calendar)
    if unit is Unit.YEAR:
        return end_of_years(start, amount, calendar)
    raise ValueError(f"{unit} is counted, not dated")
