"""A list that is shown a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list; ``next`` is the id that the following page comes after, None on the last."""

    rows: tuple[T, ...]
    next: int | None


def page_of(found: Sequence[sa.Row[Any]], limit: int, view: Callable[[sa.Row[Any]], T]) -> Page[T]:
    """The first ``limit`` of ``found``, each by ``view``; one more than that says that another page follows."""
    shown = found[:limit]
    return Page(tuple(map(view, shown)), shown[-1].id if len(found) > limit else None)
