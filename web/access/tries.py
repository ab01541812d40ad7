"""How often somebody may try: so many times a minute from one address.

X: counted in memory by each process, so a desk of several processes allows that many times more; a code of
50 bits (workflow.progress) stays out of reach all the same.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

MINUTE = timedelta(minutes=1)
# Of so many addresses the tries are kept; beyond, those that have waited a minute are forgotten.
ADDRESSES = 10_000


@dataclass
class Tries:
    """The tries of the last minute, by address."""

    most: int
    _seen: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def allow(self, address: str, now: datetime) -> bool:
        """Whether one more is allowed now; if so it counts."""
        with self._lock:
            if len(self._seen) >= ADDRESSES:
                self._forget(now)
            tried = self._seen.setdefault(address, deque())
            while tried and tried[0] <= now - MINUTE:
                tried.popleft()
            if len(tried) >= self.most:
                return False
            tried.append(now)
            return True

    def _forget(self, now: datetime) -> None:
        self._seen = {each: tried for each, tried in self._seen.items() if tried and tried[-1] > now - MINUTE}
