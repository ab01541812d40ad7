"""Facts as plain values: named tables, one spelling of each in JSON, and the hash over it.

What is sealed is this and nothing else, so a figure can be worked out again from it at any time.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

Value = str | int | bool | None
_PLAIN = (str, int, bool, type(None))


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: what stands in which column, and its rows in the one order :meth:`of` gives them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...] = ()

    @classmethod
    def of(cls, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> "Rows":
        """``rows`` as plain values, sorted, so that two databases tell the same.

        Terms become their identifiers, dates and instants ISO text, decimals text.  Raises TypeError for a
        float, which no database gives back exactly, and for anything else that is no plain value; ValueError
        for a row that does not fit the columns.
        """
        heads = tuple(columns)
        plain = [tuple(plain_value(cell) for cell in row) for row in rows]
        if any(len(row) != len(heads) for row in plain):
            raise ValueError(f"a row that does not fit {heads}")
        return cls(heads, tuple(sorted(plain, key=_order)))

    def dicts(self) -> list[dict[str, Value]]:
        """Each row by the names of its columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Facts:
    """One period as it was known: ``header`` says which and on what basis, ``tables`` what was counted."""

    header: Mapping[str, Value] = field(default_factory=dict)
    tables: Mapping[str, Rows] = field(default_factory=dict)

    def to_json(self) -> str:
        """The one spelling: keys sorted, no blanks, nothing but text, whole numbers, true, false and null.

        >>> Facts({"period": "2026-10"}, {"accepted": Rows(("n",), ((3,),))}).to_json()
        '{"header":{"period":"2026-10"},"tables":{"accepted":{"columns":["n"],"rows":[[3]]}}}'
        """
        told = {
            "header": dict(self.header),
            "tables": {
                name: {"columns": each.columns, "rows": each.rows} for name, each in self.tables.items()
            },
        }
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str, digest: str = "") -> "Facts":
        """The facts that :meth:`to_json` wrote. Raises ValueError when it is not their one spelling.

        ``digest``: what was kept of them; a text that has it need not be spelled once more to be known.
        """
        try:
            told = json.loads(text)
            tables = {
                str(name): Rows(tuple(each["columns"]), tuple(map(tuple, each["rows"])))
                for name, each in told["tables"].items()
            }
            facts = cls(told["header"], tables)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError("no facts") from error
        if _digest(text) != digest and facts.to_json() != text:
            raise ValueError("not the one spelling of these facts")
        return facts

    @property
    def digest(self) -> str:
        """SHA-256 over the one spelling."""
        return _digest(self.to_json())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def plain_value(value: Any) -> Value:
    """``value`` as it stands in facts; raises TypeError when it has no exact spelling."""
    if type(value) in _PLAIN:  # most are; a Term is a str as well, and is not
        return value  # type: ignore[no-any-return]
    if isinstance(value, Enum):
        return plain_value(value.value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return decimal_text(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"no plain value: {value!r}")


def decimal_text(amount: Decimal) -> str:
    """An exact amount without needless noughts.

    >>> decimal_text(Decimal("1E+2")), decimal_text(Decimal("8.50")), decimal_text(Decimal(0))
    ('100', '8.5', '0')
    """
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _order(row: tuple[Value, ...]) -> list[tuple[int, int, str]]:
    """Nothing before numbers before text; within them the usual order, by code point for text."""
    return [_place(value) for value in row]


def _place(value: Value) -> tuple[int, int, str]:
    if value is None:
        return 0, 0, ""
    return (2, 0, value) if isinstance(value, str) else (1, int(value), "")
