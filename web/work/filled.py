"""What people filled in, in a form or behind the question mark of an address; empty means: not said."""

from datetime import date, datetime
from typing import TypeVar

from limits.terms import Term
from limits.zone import SHANGHAI
from web import errors

T = TypeVar("T", bound=Term)
SHOWN = 24


def text(what: str, given: str) -> str | None:
    """Words to look for; raises RequestInvalid for what no database takes."""
    if "\0" in given:
        raise errors.RequestInvalid(problems=f"“{what}”含有不可见的空字符")
    return given.strip() or None


def term(kind: type[T], what: str, given: str) -> T | None:
    """One of the words of ``kind``; raises RequestInvalid for any other."""
    if not given:
        return None
    for each in kind:
        if given == each.value:
            return each
    labels = "、".join(each.label for each in kind)
    raise errors.RequestInvalid(problems=f"{what}“{given[:SHOWN]}”不在可选范围内（{labels}）")


def day(what: str, given: str, default: date) -> date:
    """A day, ``2026-11-20``."""
    if not given:
        return default
    try:
        return date.fromisoformat(given)
    except ValueError:
        problem = f"{what}“{given[:SHOWN]}”写法不对，应如 2026-11-20"
        raise errors.RequestInvalid(problems=problem) from None


def moment(what: str, given: str) -> datetime | None:
    """An instant as a browser sends it, ``2026-11-20T18:00`` on the clock of Shanghai."""
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given)
        if found.tzinfo is None and 1 < found.year < date.max.year:
            return found.replace(tzinfo=SHANGHAI)
    except ValueError:
        pass
    raise errors.RequestInvalid(problems=f"{what}“{given[:SHOWN]}”写法不对，应如 2026-11-20T18:00")


def whole(what: str, given: str, least: int, most: int) -> int | None:
    """A whole number from ``least`` to ``most``."""
    digits = given.strip()
    if not digits:
        return None
    if (
        digits.isascii()
        and digits.isdigit()
        and len(digits) <= len(str(most))
        and least <= int(digits) <= most
    ):
        return int(digits)
    raise errors.RequestInvalid(problems=f"{what}“{given[:SHOWN]}”不对，应为 {least} 到 {most} 的整数")
