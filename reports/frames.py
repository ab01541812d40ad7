"""From counted facts to figures, with pandas; imported by those who report, because it is slow to load."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from limits.terms import CustomerClass
from reports.facts import Pair, column
from reports.shares import Spread

Counts = dict[CustomerClass, int]


def kept_frame(rows: Iterable[Sequence[Any]], pairs: Sequence[Pair]) -> pd.DataFrame:
    """The rows of :func:`reports.facts.kept` as a frame."""
    names = ["customer_class", "used", *(column(pair) for pair in pairs), "n"]
    return pd.DataFrame([tuple(row) for row in rows], columns=names)


def in_base(frame: pd.DataFrame, pair: Pair) -> Counts:
    """How many applications ``pair`` judges, by class."""
    return _by_class(frame[frame[column(pair)].notna()])


def kept_all(frame: pd.DataFrame, pair: Pair) -> Counts:
    """How many kept every limit of ``pair``, by class."""
    return _by_class(frame[frame[column(pair)] == 1])


def _by_class(frame: pd.DataFrame) -> Counts:
    return {
        CustomerClass.of(str(key)): int(n) for key, n in frame.groupby("customer_class")["n"].sum().items()
    }


def spreads(frame: pd.DataFrame) -> dict[CustomerClass, Spread]:
    """Mean, median, 90th percentile and longest by class, from the histogram alone."""
    known = frame[frame["used"].notna()].astype({"used": "int64"})
    histogram = known.groupby(["customer_class", "used"], as_index=False)["n"].sum()
    classes = histogram["customer_class"].unique()
    return {
        CustomerClass.of(each): _spread(histogram[histogram["customer_class"] == each]) for each in classes
    }


def _spread(histogram: pd.DataFrame) -> Spread:
    used, n = histogram["used"], histogram["n"]
    through, of = n.cumsum(), int(n.sum())

    def at_rank(rank: int) -> int:
        return int(used[through >= rank].iloc[0])

    return Spread(
        n=of,
        mean=int((used * n).sum()) / of,
        median=(at_rank((of + 1) // 2) + at_rank(of // 2 + 1)) / 2,
        p90=at_rank(-(-9 * of // 10)),
        longest=int(used.max()),
    )
