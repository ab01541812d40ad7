"""What a company is judged by: its policies and its calendar, loaded together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from limits.calendar import Calendar, load_calendar, overlay_calendar
from limits.files.policies import load_jurisdiction, load_policies
from limits.policy import PolicySet
from limits.shipped import DATA
from workflow.events import EventType


@dataclass(frozen=True, slots=True)
class CalendarNotice:
    """A notice imported after the program was shipped, and since when it is known."""

    imported_at: datetime
    file: str
    content: bytes


@dataclass(frozen=True)
class Calendars:
    """The calendar as it was known whenever a record was written.

    The shipped one, and what imported notices have made of it since; each from its instant on.
    """

    shipped: Calendar
    later: tuple[tuple[datetime, Calendar], ...] = ()

    def at(self, recorded_at: datetime) -> Calendar:
        """The calendar known at ``recorded_at``."""
        known = [calendar for since, calendar in self.later if since <= recorded_at] if self.later else []
        return known[-1] if known else self.shipped

    @property
    def current(self) -> Calendar:
        """The newest calendar."""
        return self.later[-1][1] if self.later else self.shipped


@dataclass(frozen=True)
class Rules:
    """The rules of one jurisdiction. ``calendar_name`` and ``data`` say where its calendar comes from."""

    policies: PolicySet
    calendars: Calendars
    calendar_name: str
    data: Path

    @property
    def calendar(self) -> Calendar:
        """The newest calendar."""
        return self.calendars.current

    def known_at(self, at: datetime) -> "Rules":
        """The same rules with the calendar as it was known at ``at``; policies are files and carry their own dates."""
        later = tuple(each for each in self.calendars.later if each[0] <= at)
        return replace(self, calendars=replace(self.calendars, later=later))

    def with_notices(self, notices: Sequence[CalendarNotice]) -> "Rules":
        """The same rules with imported notices, the oldest first; raises what a bad notice raises."""
        folder = self.data / "calendars"
        laid = [(each.file, each.content) for each in notices]
        later = tuple(
            (each.imported_at, overlay_calendar(self.calendar_name, laid[: index + 1], folder))
            for index, each in enumerate(notices)
        )
        return replace(self, calendars=replace(self.calendars, later=later))


def load_rules(jurisdiction: str = "neixiang", data: Path = DATA) -> Rules:
    """Load the jurisdiction's policies and calendar from ``data``."""
    named = load_jurisdiction(jurisdiction, data / "jurisdictions")
    events = [event_type.value for event_type in EventType]
    return Rules(
        policies=load_policies(named, events, data / "policies"),
        calendars=Calendars(load_calendar(named.calendar, data / "calendars")),
        calendar_name=named.calendar,
        data=data,
    )
