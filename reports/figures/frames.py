"""Facts as pandas frames, narrowed and added up; slow to load, so imported by those who report."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from reports.facts.values import Facts, Rows
from reports.figures.shares import Spread, spread_of

Key = tuple[Any, ...]
Where = str | int | bool | Sequence[str]


class Frames:
    """The tables of one period as frames, made when they are asked for.

    ``by`` names the columns a figure is told by, none for one figure over everything; the keys are tuples of
    their values.  ``where`` narrows a column to one value or to several.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._made: dict[str, pd.DataFrame] = {}

    def frame(self, name: str) -> pd.DataFrame:
        """Table ``name``; one that was not gathered has no rows and no columns."""
        if name not in self._made:
            table = self.facts.tables.get(name, Rows(()))
            self._made[name] = pd.DataFrame(list(table.rows), columns=list(table.columns))
        return self._made[name]

    def picked(self, name: str, where: Mapping[str, Where]) -> pd.DataFrame:
        """The rows of table ``name`` that ``where`` leaves; raises KeyError for a column it does not have."""
        frame = self.frame(name)
        for column, wanted in where.items() if len(frame) else ():
            chosen = [wanted] if isinstance(wanted, str | int | bool) else list(wanted)
            frame = frame[frame[column].isin(chosen)]
        return frame

    def sums(
        self, name: str, by: Sequence[str], values: Sequence[str], where: Mapping[str, Where]
    ) -> dict[Key, tuple[int, ...]]:
        """``values`` added up by ``by``, in the order of the keys; nothing where there are no rows."""
        frame = self.picked(name, where)
        if frame.empty:
            return {}
        if not by:
            return {(): tuple(int(frame[value].sum()) for value in values)}
        added = frame.groupby(list(by), dropna=False, sort=True)[list(values)].sum()
        return {
            _key(index): tuple(int(each) for each in row)
            for index, row in zip(added.index, added.itertuples(index=False), strict=True)
        }

    def spreads(
        self, name: str, by: Sequence[str], value: str, where: Mapping[str, Where]
    ) -> dict[Key, Spread]:
        """The spread of column ``value`` by ``by``, from the histogram in column ``n``."""
        histograms: dict[Key, dict[int, int]] = {}
        for key, (n,) in self.sums(name, (*by, value), ("n",), where).items():
            histograms.setdefault(key[:-1], {})[int(key[-1])] = n
        spreads = {key: spread_of(histogram) for key, histogram in histograms.items()}
        return {key: spread for key, spread in spreads.items() if spread is not None}

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """What people call a clock, by layer and name."""
        table = self.facts.tables.get("clock_names", Rows(()))
        return {(str(layer), str(clock)): str(label) for _, layer, clock, label in table.rows}


def _key(index: Any) -> Key:
    """One value or several, as plain values; what is not there is None."""
    values: Iterable[Any] = index if isinstance(index, tuple) else (index,)
    return tuple(None if pd.isna(each) else each for each in values)
