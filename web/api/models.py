"""What every body of the API is made of.

Instants are RFC 3339 with the offset of Shanghai, days are ``2026-11-20``, amounts are decimal numbers in a
string.  A word of the field is its identifier; the document gives the Chinese beside each.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from re import Pattern
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
)

from limits.zone import local

T = TypeVar("T")
MOST_ROWS, ROWS = 200, 50


def _spelled(form: Pattern[str]) -> BeforeValidator:
    """Text of this form only: neither a number of seconds nor a day without its month will do."""

    def check(value: object) -> object:
        if isinstance(value, datetime | date) or (isinstance(value, str) and form.fullmatch(value)):
            return value
        raise ValueError(value)

    return BeforeValidator(check)


def _shanghai(value: datetime) -> datetime:
    try:
        value.astimezone(UTC)  # as a database keeps it
        return local(value)
    except OverflowError as error:  # the first hours of the year 1 and the last of 9999
        raise ValueError(value) from error


def _plain(value: Decimal) -> str:
    return f"{value:f}"


_DAY = r"\d{4}-\d{2}-\d{2}"
_INSTANT = re.compile(_DAY + r"[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
Moment = Annotated[
    AwareDatetime,
    _spelled(_INSTANT),
    AfterValidator(_shanghai),
    Field(examples=["2026-11-20T17:30:00+08:00"]),
]
Day = Annotated[date, _spelled(re.compile(_DAY, re.ASCII)), Field(examples=["2026-11-20"])]
# In a body a number is a number and yes is true: 1, "1" and "yes" are not.
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Amount = Annotated[Decimal, PlainSerializer(_plain, return_type=str), Field(examples=["630"])]
# What a database can hold: PostgreSQL takes no NUL.
Text = Annotated[str, Field(pattern=r"^[^\u0000]*$")]


class Model(BaseModel):
    """A body: nothing can be added to it, and nothing changes it. Made of any object with the same parts."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True, hide_input_in_errors=True)


class Page(Model, Generic[T]):
    """Some of a list, in its order."""

    items: tuple[T, ...] = Field(description="这一页的内容")
    next: str | None = Field(
        description="下一页的标记，放在 cursor 参数里；没有下一页时为 null", examples=[None]
    )


class Problem(Model):
    """Why it was not done (RFC 9457)."""

    type: str = Field(description="错误的标识", examples=["urn:yekuo:error:application_unknown"])
    title: str = Field(description="状态的名称", examples=["没有找到"])
    status: int = Field(description="HTTP 状态", examples=[404])
    detail: str = Field(description="给人看的一句话：来了什么，应当怎样，怎么办")
    code: str = Field(description="给程序用的错误代码，发布后不变", examples=["application_unknown"])
