"""What two ledgers tell put together: the database, and what was rebuilt of it as it was on record.

No application stands in both, so what was counted adds up and what was listed follows on.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa

from reports.facts.values import Rows, Value, decimal_text
from workflow.past import Past

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
    added = [place for place, name in enumerate(columns) if name in (*COUNTED, CAPACITY)]
    if not any(columns[place] in COUNTED for place in added):
        return Rows.of(columns, every)
    found: dict[tuple[Value, ...], list[Decimal]] = {}
    for row in every:
        key = tuple(cell for place, cell in enumerate(row) if place not in added)
        sums = found.setdefault(key, [Decimal(0)] * len(added))
        for index, place in enumerate(added):
            sums[index] += Decimal(str(row[place]))
    return Rows.of(columns, (_row(columns, added, key, sums) for key, sums in found.items()))


def _row(
    columns: Sequence[str], added: Sequence[int], key: Sequence[Value], sums: Sequence[Decimal]
) -> list[Value]:
    row = list(key)
    for place, amount in zip(added, sums, strict=True):  # in rising order, so each finds its own place
        row.insert(place, decimal_text(amount) if columns[place] == CAPACITY else int(amount))
    return row
