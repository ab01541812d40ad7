"""The reports that were opened lately, so that the page, its frame and a file are composed once."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from reports.facts.values import Facts
from reports.paper import Paper

# X: what one person looks at side by side, and a few others at the same time.
KEPT = 8


@dataclass(frozen=True, slots=True)
class Composed:
    """A report in full, and the facts it was composed of."""

    facts: Facts
    paper: Paper


class Shelf:
    """Keeps the last few by key; two who ask for the same at once wait for one.

    A key says all that the facts depend on: a seal, or a period and the instant it is told of.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Composed] = OrderedDict()
        self._lock = Lock()

    def find(self, key: str, compose: Callable[[], Composed]) -> Composed:
        """What is kept under ``key``, composed where there is nothing."""
        with self._lock:
            found = self._kept.get(key) or compose()
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found
