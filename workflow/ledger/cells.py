"""One cell of the 业扩台账, as people type it, turned into one value or one fault (domain §12).

Understood: real dates, serial dates, ``2026/10/8 9:05``, ``2026-10-08 09:05:00``, ``2026年10月8日 9:05``,
full-width digits, spaces, ``500kVA``, 10千伏.  The quick answer stands first in each reader, because
nearly every cell of a real ledger is well formed and there are millions of them.
"""

import re
import unicodedata
from collections.abc import Hashable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from limits.zone import SHANGHAI

# Serial 20000 is 1954-10-03 and 80000 is 2119-01-10: a number outside is an amount, not a day.
FIRST_SERIAL, LAST_SERIAL = 20000, 80000
SERIAL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
# The working calendar begins here; 1900-01-01 and 0206/10/8 are slips of the keyboard.
EARLIEST = datetime(2004, 1, 1, tzinfo=SHANGHAI)
DIGITS_A_SHEET_KEEPS = 15
# kVA: beyond these it is a slip of the keyboard; the database keeps so many characters of it.
SMALLEST, LARGEST, LONGEST_AMOUNT = Decimal("0.001"), Decimal(10_000_000), 24

MOMENT = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日?)"
    r"(?:(?:[\sT]+|(?<=日))(\d{1,2})[:时点](\d{1,2})(?:分?|[:分](\d{1,2})秒?(?:\.\d+)?))?"
)
COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
AMOUNT = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?)(?:kva|kw|千伏安|千瓦)?")
SCIENTIFIC = re.compile(r"\d\.\d+[eE]\+?\d+")
WHOLE = re.compile(r"(\d+)\.0+")
FORMULA_TEXT = re.compile(r'="(.*)"')
TIME_EXAMPLE = "请改成真实的日期时间，例如 2026-10-08 09:05"


class CellFault(ValueError):
    """What is wrong with one cell; ``str(fault)`` follows the column's name in the sentence."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


def tidy(value: object) -> str:
    """The cell as half-width text without outer spaces: ``'　２０２６'`` → ``'2026'``."""
    if type(value) is float and value.is_integer():
        return str(int(value))
    written = str(value)
    return written.strip() if written.isascii() else unicodedata.normalize("NFKC", written).strip()


def compact(value: object) -> str:
    """``tidy`` with the inner spaces gone too: ``'10 KV'`` → ``'10KV'``."""
    return "".join(tidy(value).split())


def shown(value: object) -> str:
    """The cell as a message quotes it, never longer than a line."""
    written = tidy(value)
    return written if len(written) <= 30 else written[:29] + "…"


def text(value: object) -> str:
    """Free text: kept as typed, without the spaces around it."""
    return value.strip() if type(value) is str else tidy(value)


def number(value: object) -> str:
    """申请编号: digits stay digits — leading zeros kept when text, no ``.0`` when a number."""
    if type(value) is str:
        return value if value.isascii() and value.isalnum() else _number_of(compact(value).lstrip("'"))
    if type(value) is not float or not value.is_integer():
        raise CellFault("no_number", f"写的是“{shown(value)}”，不是编号；请填写业扩系统中的申请编号")
    if abs(value) >= 10**DIGITS_A_SHEET_KEEPS:
        raise CellFault("number_rounded", _ROUNDED)
    return str(int(value))


def _number_of(written: str) -> str:
    quoted = FORMULA_TEXT.fullmatch(written)  # ="0041", how exports keep a spreadsheet from rounding
    written = quoted[1] if quoted else written
    if not written:
        raise CellFault("no_number", "没有填写；请补上业扩系统中的申请编号")
    if SCIENTIFIC.fullmatch(written):
        raise CellFault("number_rounded", _ROUNDED)
    if {"", ".", ".."} & set(written.split("/")):  # no address of a page would lead to it
        raise CellFault("no_number", f"写的是“{shown(written)}”，不是编号；请填写业扩系统中的申请编号")
    whole = WHOLE.fullmatch(written)  # 4126083000001.0, what a table program leaves of a number in a CSV
    return whole[1] if whole else written


_ROUNDED = (
    "是按数值存的长编号，末尾数字已被表格软件抹掉，无法还原；请把该列改成文本格式，再从业扩系统重新粘贴编号"
)


@lru_cache(maxsize=4096, typed=True)  # a county has a few hundred sizes; typed: TRUE is no 1
@lru_cache(maxsize=4096, typed=True)  # a ledger knows few capacities
def capacity(value: Hashable) -> Decimal:
    """报装容量 in kVA (kW for low voltage); a positive number, with or without its unit."""
    if type(value) is float:
        amount = Decimal(int(value)) if value.is_integer() else Decimal(repr(value))
    else:
        amount = _amount(value)
    if amount.is_nan() or amount <= 0:
        raise CellFault(
            "negative_capacity", f"写的是“{shown(value)}”，应大于零；请填写实际报装容量，例如 500"
        )
    if not SMALLEST <= amount <= LARGEST or len(str(amount)) > LONGEST_AMOUNT:
        raise CellFault(
            "capacity_range",
            f"写的是“{shown(value)}”，应在 {SMALLEST} 到 {LARGEST} 之间，连小数点不超过 {LONGEST_AMOUNT} 个字符；"
            "请填写实际报装容量，例如 500",
        )
    return amount


def _amount(value: object) -> Decimal:
    written = compact(value).casefold() if type(value) in (str, int) else ""
    if value == "" or (type(value) is str and not written):
        raise CellFault("negative_capacity", "没有填写；请填写大于零的数，例如 500 或 500kVA")
    found = AMOUNT.fullmatch(written)
    if found is None:
        raise CellFault(
            "negative_capacity", f"写的是“{shown(value)}”，不是数；请填写大于零的数，例如 500 或 500kVA"
        )
    amount = Decimal(found[1].replace(",", ""))
    whole = amount.to_integral_value()
    return whole if whole == amount else amount


def instant(value: object) -> datetime:
    """A moment on the clock of Shanghai; a day without a time is its midnight."""
    if type(value) is datetime:
        found = in_shanghai(value)
    elif type(value) is date:
        found = datetime(value.year, value.month, value.day, tzinfo=SHANGHAI)
    elif type(value) is float or type(value) is int:
        found = _serial(float(value), value)
    elif type(value) is str:
        found = _spelled(value)
    else:  # a time of day without its day, a duration, TRUE
        raise CellFault("text_date", f"写的是“{shown(value)}”，不是日期时间；{TIME_EXAMPLE}")
    if found < EARLIEST:
        raise CellFault(
            "impossible_date",
            f"写的是“{shown(value)}”，早于 {EARLIEST.year} 年，多半是年份写错；{TIME_EXAMPLE}",
        )
    return found


def in_shanghai(at: datetime) -> datetime:
    """The zone put on, a tenth of the cost of ``replace(tzinfo=…)``: a ledger has millions of them."""
    return datetime.combine(at, at.time(), SHANGHAI)


def _serial(days: float, value: object) -> datetime:
    """Days since 1899-12-30, as spreadsheets count; 20261008 is taken for the day it spells."""
    if FIRST_SERIAL <= days <= LAST_SERIAL:
        return (SERIAL_ZERO + timedelta(seconds=round(days * 86400))).replace(tzinfo=SHANGHAI)
    return _spelled(tidy(value))


def _iso(value: str) -> datetime | None:
    """The three spellings systems write, zero-padded: 2026-10-08, 2026/10/08 or 2026年10月08日 with 09:05(:00).

    The shape is checked first, for ``fromisoformat`` alone would also take week numbers and zones.
    """
    written = value.replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
    if len(written) not in (16, 19) or not (written[4] == written[7] == "-" and written[10:14:3] == " :"):
        return None
    try:
        return in_shanghai(datetime.fromisoformat(written))
    except ValueError:
        return None


def _spelled(value: str) -> datetime:
    found_quickly = _iso(value)
    if found_quickly is not None:
        return found_quickly
    written = tidy(value)
    found = MOMENT.fullmatch(written) or COMPACT.fullmatch(written)
    if found is not None:
        try:
            return datetime(*(int(part) for part in found.groups() if part), tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]
        except ValueError:
            raise CellFault(
                "impossible_date", f"写的是“{shown(value)}”，没有这个日期或时刻；{TIME_EXAMPLE}"
            ) from None
    if SERIAL.fullmatch(written) and FIRST_SERIAL <= float(written) <= LAST_SERIAL:
        return _serial(float(written), value)
    raise CellFault("text_date", f"写的是“{shown(value)}”，不是日期时间；{TIME_EXAMPLE}")
