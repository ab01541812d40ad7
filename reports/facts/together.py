"""What two ledgers tell put together: the database, and what was rebuilt of it as it was on record.

No application stands in both, so what was counted adds up and what was listed follows on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa

from reports.facts.values import Rows, Value, decimal_text
from workflow.past import Past

Key = tuple[Value, ...]
# What is added up; capacities are exact text.  Every other column is what it was counted by.
COUNTED = ("n", "base", "met")
CAPACITY = "capacity"


def together(past: Past, told: Callable[[sa.Connection], Mapping[str, Rows]]) -> dict[str, Rows]:
    """The tables that ``told`` makes of every application that was on record."""
    parts = [told(each) for each in past.ledgers]
    return {name: merged([part[name] for part in parts]) for name in parts[0]}


def merged(parts: Sequence[Rows]) -> Rows:
    """One table of several with the same columns.

    >>> merged([Rows(("of", "n"), (("a", 1), ("b", 2))), Rows(("of", "n"), (("b", 3),))]).rows
    (('a', 1), ('b', 5))
    """
    columns = parts[0].columns
    if len(parts) == 1:
        return parts[0]
    every = [row for part in parts for row in part.rows]
    places = counted(columns)
    if not places:
        return Rows.of(columns, every)
    sums = summed(every, places).items()
    return Rows.of(columns, (row_of(columns, places, key, each) for key, each in sums))


def counted(columns: Sequence[str]) -> list[int]:
    """The places of the columns that are added up; none in a list."""
    places = [place for place, name in enumerate(columns) if name in (*COUNTED, CAPACITY)]
    return places if any(columns[place] in COUNTED for place in places) else []


def summed(rows: Iterable[Sequence[Value]], places: Sequence[int]) -> dict[Key, tuple[Decimal, ...]]:
    """What stands at ``places`` added up by what stands at all others; of a list how often each row stands there."""
    found = dict[Key, tuple[Decimal, ...]]()
    for row in rows:
        key = tuple(cell for place, cell in enumerate(row) if place not in places)
        more = tuple(Decimal(str(row[place])) for place in places) or (Decimal(1),)
        held = found.get(key, (Decimal(0),) * len(more))
        found[key] = tuple(old + new for old, new in zip(held, more, strict=True))
    return found


def row_of(columns: Sequence[str], places: Sequence[int], key: Key, sums: Sequence[Decimal]) -> list[Value]:
    """The row of a counted table, the sums in their places again."""
    row = list(key)
    for place, amount in zip(places, sums, strict=True):  # in rising order, so each finds its own place
        row.insert(place, decimal_text(amount) if columns[place] == CAPACITY else int(amount))
    return row
