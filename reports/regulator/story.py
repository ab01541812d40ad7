"""One application as the data file tells it: read from its records as known at one instant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from limits.calendar import Calendar
from limits.clock import Reading, Standing, read
from limits.spans import union
from limits.terms import Status
from limits.zone import local
from workflow.events import Event, EventType
from workflow.history import Fact, facts_of, first, suspensions
from workflow.projection import ClockRow
from workflow.rules import Rules

E = EventType
ENDS = (E.ARCHIVED, E.TERMINATED, E.VOIDED)
ClockKey = tuple[str, str]


@dataclass(frozen=True)
class Story:
    """``row`` is the application's own; ``standings`` its clocks by layer and name; ``codes`` what was found."""

    row: Any
    facts: Sequence[Fact]
    status: Status
    standings: Mapping[ClockKey, Standing]
    codes: tuple[str, ...]
    calendar: Calendar
    as_of: datetime
    _readings: dict[ClockKey, Reading] = field(default_factory=dict, init=False, compare=False, repr=False)

    def at(self, event_type: EventType) -> datetime | None:
        """When this first happened."""
        fact = first(self.facts, event_type)
        return None if fact is None else local(fact.at)

    def clock(self, layer: str, names: Iterable[str]) -> tuple[Standing, Reading] | None:
        """The first of these clocks that binds the application, read at ``as_of``."""
        for name in names:
            standing = self.standings.get((layer, name))
            if standing is not None:
                return standing, self._reading((layer, name), standing)
        return None

    def _reading(self, key: ClockKey, standing: Standing) -> Reading:
        """A clock fills several columns and is read once."""
        if key not in self._readings:
            self._readings[key] = read(standing, self.calendar, self.as_of)
        return self._readings[key]

    @cached_property
    def suspended(self) -> tuple[tuple[Fact, Fact | None], ...]:
        """Every suspension with what ended it."""
        return tuple(suspensions(self.facts))

    @property
    def suspended_days(self) -> int:
        """Working days of suspension, overlaps once; of one still open those up to the end or ``as_of``."""
        ended = min((fact.at for fact in self.facts if fact.type in ENDS), default=self.as_of)
        spans = union((begun.at, end.at if end else max(ended, begun.at)) for begun, end in self.suspended)
        return sum(
            self.calendar.count(local(start).date(), local(end).date())
            for start, end in spans
            if end is not None
        )

    def reasons(self, *event_types: EventType) -> str:
        """The reasons people gave for this, in their order."""
        told = (
            str(fact.payload.get("reason", "")).strip() for fact in self.facts if fact.type in event_types
        )
        return "；".join(dict.fromkeys(each for each in told if each))


def story_of(
    row: Any,
    events: Sequence[Event],
    clocks: Sequence[ClockRow],
    codes: Iterable[str],
    rules: Rules,
    as_of: datetime,
) -> Story:
    """The application by what its rows and records tell; both hold nothing later than ``as_of``."""
    return Story(
        row=row,
        facts=facts_of(events),
        status=Status.of(row.status),
        standings={each.key: each.standing for each in clocks},
        codes=tuple(codes),
        calendar=rules.calendar,
        as_of=as_of,
    )
