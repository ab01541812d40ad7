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
from itertools import groupby
from typing import Any

from workflow.events import canonical

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
        return cls(heads, tuple(_sorted(plain)))

    def dicts(self) -> list[dict[str, Value]]:
        """Each row by the names of its columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def to_json(self) -> str:
        """The one spelling: keys sorted, no blanks, nothing but text, whole numbers, true, false and null.

        >>> Rows(("n",), ((3,),)).to_json()
        '{"columns":["n"],"rows":[[3]]}'
        """
        return canonical({"columns": self.columns, "rows": self.rows})

    @classmethod
    def from_json(cls, text: str) -> "Rows":
        """The table that :meth:`to_json` wrote. Raises ValueError."""
        try:
            told = json.loads(text)
            return cls(tuple(told["columns"]), tuple(map(tuple, told["rows"])))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError("no table of facts") from error

    @property
    def digest(self) -> str:
        """SHA-256 over the one spelling."""
        return digest_of(self.to_json())


@dataclass(frozen=True)
class Facts:
    """One period as it was known: ``header`` says which and on what basis, ``tables`` what was counted.

    ``digests``: the hash of each table where it is known beforehand, so that none is read to tell it.
    """

    header: Mapping[str, Value] = field(default_factory=dict)
    tables: Mapping[str, Rows] = field(default_factory=dict)
    digests: Mapping[str, str] | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> str:
        """All of it in the spelling of :meth:`Rows.to_json`.

        >>> Facts({"period": "2026-10"}, {"accepted": Rows(("n",), ((3,),))}).to_json()
        '{"header":{"period":"2026-10"},"tables":{"accepted":{"columns":["n"],"rows":[[3]]}}}'
        """
        tables = ",".join(f"{canonical(name)}:{self.tables[name].to_json()}" for name in sorted(self.tables))
        return f'{{"header":{canonical(dict(self.header))},"tables":{{{tables}}}}}'

    @property
    def digest(self) -> str:
        """One hash over the header and the hash of each table: :func:`facts_digest`."""
        digests = self.digests
        if digests is None:
            digests = {name: each.digest for name, each in self.tables.items()}
        return facts_digest(self.header, digests)


def facts_digest(header: Mapping[str, Value], digests: Mapping[str, str]) -> str:
    """SHA-256 over ``{"header":…,"tables":{name:SHA-256 of the table}}`` in the one spelling.

    So one table can be told to be as it was sealed without reading the others.
    """
    return digest_of(canonical({"header": dict(header), "tables": dict(digests)}))


def digest_of(text: str) -> str:
    """SHA-256 of ``text`` in UTF-8."""
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


def _sorted(rows: list[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    """In the order of :func:`_order`, which is the rows' own wherever they can be compared; most can.

    True equals 1 and is spelled otherwise: of rows that are equal the numbers go first, whence ever they came.
    """
    try:
        ordered = sorted(rows)
    except TypeError:
        ordered = sorted(rows, key=_order)
    return [row for _, same in groupby(ordered) for row in sorted(same, key=_truths)]


def _truths(row: tuple[Value, ...]) -> list[bool]:
    return [isinstance(value, bool) for value in row]


def _order(row: tuple[Value, ...]) -> list[tuple[int, int, str]]:
    """Nothing before numbers before text; within them the usual order, by code point for text."""
    return [_place(value) for value in row]


def _place(value: Value) -> tuple[int, int, str]:
    if value is None:
        return 0, 0, ""
    return (2, 0, value) if isinstance(value, str) else (1, int(value), "")
