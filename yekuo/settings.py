"""Where the program finds its database and its rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from limits.errors import YekuoError
from limits.zone import SHANGHAI

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
    """One frozen object from ``YEKUO_*``.

    ``database_url``: YEKUO_DATABASE_URL; ``jurisdiction``: YEKUO_JURISDICTION, a file of
    ``data/jurisdictions``.
    """

    database_url: str = DEFAULT_URL
    jurisdiction: str = DEFAULT_JURISDICTION

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings ``environment`` asks for."""
        return cls(
            database_url=environment.get("YEKUO_DATABASE_URL") or DEFAULT_URL,
            jurisdiction=environment.get("YEKUO_JURISDICTION") or DEFAULT_JURISDICTION,
        )


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
