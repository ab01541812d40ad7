"""The one zone of the field: Asia/Shanghai (domain §5.1)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(at: datetime) -> datetime:
    """``at`` on the clock of Shanghai; a naive instant is a programming error, never a guess."""
    if at.tzinfo is SHANGHAI:
        return at
    if at.tzinfo is None:
        raise ValueError(f"naive datetime: {at!r}")
    return at.astimezone(SHANGHAI)


def midnight(day: date) -> datetime:
    """The instant ``day`` begins."""
    return datetime.combine(day, time(), SHANGHAI)


def midnight_after(day: date) -> datetime:
    """The midnight that ends ``day`` (民法典第二百零三条: 末日的截止时间为二十四时)."""
    return midnight(day + timedelta(days=1))
