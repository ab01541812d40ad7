"""What a company is judged by: its policies and its calendar, loaded together."""

from dataclasses import dataclass
from pathlib import Path

from limits.calendar import Calendar, load_calendar
from limits.policy import PolicySet
from limits.policy_files import load_jurisdiction, load_policies
from limits.shipped import DATA
from workflow.events import EventType


@dataclass(frozen=True)
class Rules:
    """The rules of one jurisdiction."""

    policies: PolicySet
    calendar: Calendar


def load_rules(jurisdiction: str = "neixiang", data: Path = DATA) -> Rules:
    """Load the jurisdiction's policies and calendar from ``data``."""
    named = load_jurisdiction(jurisdiction, data / "jurisdictions")
    events = [event_type.value for event_type in EventType]
    return Rules(
        policies=load_policies(named, events, data / "policies"),
        calendar=load_calendar(named.calendar, data / "calendars"),
    )
