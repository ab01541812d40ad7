"""How one table of facts differs from another, exactly and whatever it holds; and a table with that put into it.

Complete by construction: what was counted differs by how much, key by key; what was listed by rows that left or came.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from reports.facts.together import Key, counted, row_of, summed
from reports.facts.values import Rows, Value, decimal_text
from workflow.events import canonical

# By what is counted, or the whole row of a list: how much more there is now, in the order of the counted columns.
Change = Mapping[Key, tuple[Decimal, ...]]
ROWS = ("row", "change")
# Every month of the trend stands there, whether anything was judged in it or not.
KEEPS_NOUGHT = ("trend",)


def change(then: Rows, now: Rows) -> Change:
    """What must be added to ``then`` for it to be ``now``."""
    before, after = _amounts(then), _amounts(now)
    width = len(counted(now.columns)) or 1
    nothing = (Decimal(0),) * width
    found = {
        key: tuple(
            new - old for new, old in zip(after.get(key, nothing), before.get(key, nothing), strict=True)
        )
        for key in {**before, **after}
    }
    return {key: amounts for key, amounts in found.items() if any(amounts)}


def added(one: Change, other: Change) -> Change:
    """Both changes one after the other."""
    found = {
        key: tuple(
            sum(each) for each in zip(*(each[key] for each in (one, other) if key in each), strict=True)
        )
        for key in {**one, **other}
    }
    return {key: amounts for key, amounts in found.items() if any(amounts)}


def changed(name: str, table: Rows, by: Change) -> tuple[Rows, bool]:
    """``table`` with a change put into it; and whether that left nothing over.

    Something is left over where a row should leave that is not there: the rules or the program that made the table
    were others.
    """
    amounts, whole = dict(_amounts(table)), True
    for key, more in by.items():
        held = amounts.get(key, (Decimal(0),) * len(more))
        sums = tuple(old + new for old, new in zip(held, more, strict=True))
        whole = whole and all(each >= 0 for each in sums)
        amounts[key] = tuple(max(each, Decimal(0)) for each in sums)
        if not any(sums) and name not in KEEPS_NOUGHT:
            del amounts[key]
    return Rows.of(table.columns, _rows(table.columns, amounts)), whole


def _amounts(table: Rows) -> dict[Key, tuple[Decimal, ...]]:
    return summed(table.rows, counted(table.columns))


def _rows(columns: tuple[str, ...], amounts: Mapping[Key, tuple[Decimal, ...]]) -> Iterator[list[Value]]:
    places = counted(columns)
    for key, sums in amounts.items():
        if places:
            yield row_of(columns, places, key, sums)
        else:
            yield from ([*key] for _ in range(int(sums[0])))


# -- as rows of facts -----------------------------------------------------------------------------------


def written(by: Change) -> Iterator[tuple[str, str]]:
    """A change as rows under :data:`ROWS`: the key, and how much more or less, as JSON lists."""
    for key, amounts in by.items():
        yield canonical(list(key)), canonical([decimal_text(each) for each in amounts])


def read_back(rows: Iterable[tuple[str, str]]) -> Change:
    """The change that :func:`written` wrote."""
    return {tuple(json.loads(key)): tuple(map(Decimal, json.loads(more))) for key, more in rows}
