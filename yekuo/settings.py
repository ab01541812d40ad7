"""What the program is told from outside: its settings, and an instant or a day as people write it."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from alerts.senders.settings import SenderSettings
from limits.errors import YekuoError
from limits.zone import SHANGHAI
from reports.masthead import Letterhead

DEFAULT_URL = "sqlite:///yekuo.sqlite3"
DEFAULT_JURISDICTION = "neixiang"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = re.compile(r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")


class InstantInvalid(YekuoError):
    """时间“{text}”看不懂。应写成 2026-11-20T18:00 或 2026-11-20（指当日 24 时前的最后一刻），北京时间。"""

    code = "instant_invalid"


class DateInvalid(YekuoError):
    """日期“{text}”看不懂或不存在。应写成 2026-09-24。"""

    code = "date_invalid"


@dataclass(frozen=True, slots=True)
class Settings:
    """One frozen object; where each value comes from is the business of :mod:`yekuo.setting_sources`.

    ``jurisdiction``: a file of ``data/jurisdictions``; ``desk_url``: what links in messages begin with;
    ``reports_folder``: where the scheduler writes the month; ``repeated_yellows``: three yellows in a row
    count as red; ``session_hours``: how long a log-in to the desk lasts; ``metrics_token``: who shows it may
    read ``/metrics`` from elsewhere; ``report``: how reports are headed, numbered and signed.  ``database_url``
    may hold a password and is not part of the repr.
    """

    database_url: str = field(default=DEFAULT_URL, repr=False)
    jurisdiction: str = DEFAULT_JURISDICTION
    desk_url: str = "http://127.0.0.1:8000"
    reports_folder: Path = Path("reports")
    repeated_yellows: bool = True
    session_hours: int = 12
    metrics_token: str = field(default="", repr=False)
    senders: SenderSettings = field(default_factory=SenderSettings)
    report: Letterhead = field(default_factory=Letterhead)


def parse_instant(text: str | None) -> datetime:
    """``--as-of`` as an aware instant; None is now, and this is where the wall clock is read."""
    if text is None:
        return datetime.now(SHANGHAI)
    day, time = text.strip()[:10], text.strip()[10:]
    if not DAY.fullmatch(day) or (time and not TIME.fullmatch(time)):  # fromisoformat also takes 2026-W39-4
        raise InstantInvalid(text=text)
    try:
        at = datetime.fromisoformat(day + (time or "T23:59:59"))
        at = at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at.astimezone(SHANGHAI)
        at.astimezone(UTC)  # what the database is asked with
    except (ValueError, OverflowError) as error:
        raise InstantInvalid(text=text) from error
    return at


def parse_date(text: str) -> date:
    """A day as people write it, ``2026-09-24``; not the weeks (2026-W39-4) that ISO 8601 has besides."""
    if not DAY.fullmatch(text.strip()):
        raise DateInvalid(text=text)
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise DateInvalid(text=text) from error
