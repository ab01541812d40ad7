"""What a what-if tells: the same rates and levels by two sets of rules, and who is judged otherwise."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import CustomerClass, Level, Verdict
from reports.periods import Period

WHOLE = "whole"


class RateKey(NamedTuple):
    """Which rate of which customers: ``role`` 总时限, 环节节点 or 配套工程, or :data:`WHOLE`, of the local layer,
    where 高压 is kept only with all its nodes, as the composite counts it (domain §10).
    """

    period: str
    layer: Layer
    role: str
    customer_class: CustomerClass
    station: str


class LevelKey(NamedTuple):
    """Which level of which customers' clocks."""

    period: str
    layer: Layer
    level: Level
    customer_class: CustomerClass
    station: str


@dataclass
class Tally:
    """What one set of rules says: how many count in each rate, how many kept it, how often each level was reached."""

    base: Counter[RateKey] = field(default_factory=Counter)
    met: Counter[RateKey] = field(default_factory=Counter)
    levels: Counter[LevelKey] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Judged:
    """How one clock was judged; ``used`` and ``limit`` in its own unit."""

    clock: str
    role: ClockRole
    used: int
    limit: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """One clock of one archived application with another verdict; None where one set of rules judges it not."""

    period: str
    number: str
    customer_class: CustomerClass
    station: str
    manager: str
    layer: Layer
    before: Judged | None
    after: Judged | None

    @property
    def clock(self) -> str:
        """What people call the clock."""
        return next(each.clock for each in (self.after, self.before) if each is not None)


@dataclass(frozen=True)
class WhatIf:
    """Past periods by the rules in force (``before``) and by the draft (``after``), as known at ``as_of``.

    ``on``: the draft as it stands on that day was taken to hold always; None: by each acceptance date.
    ``replayed`` applications lived in these periods; for ``differing`` of them some rule is another one.
    """

    company: str
    periods: tuple[Period, ...]
    as_of: datetime
    on: date | None
    digests: tuple[str, str]
    replayed: int
    differing: int
    before: Tally
    after: Tally
    changes: tuple[Change, ...]
