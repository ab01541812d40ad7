"""What is to be said of one level of one clock: the application, the clock as it stands, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts.messages.wording import ToldClock, day_of
from limits.force import Layer
from workflow import store
from workflow.book import Book
from workflow.clocks import Clock
from workflow.events import EventType
from workflow.history import Fact
from workflow.projection import Projection, project


def level_facts(connection: sa.Connection, book: Book, row: sa.Row[Any], now: datetime) -> dict[str, Any]:
    """The facts behind the alarm ``row``, in JSON values; ``corrected`` when its clock is no more."""
    projected = project(store.events_of(connection, row.application_id), book.rules, until=now)
    clock = _clock_of(projected, row.layer, row.name)
    registration = projected.registration
    facts: dict[str, Any] = {
        "number": row.number,
        "customer": registration.customer,
        "customer_class": registration.customer_class.label,
        "station": registration.station,
        "manager": registration.manager,
        "step": projected.step.label,
        "layer": Layer.of(row.layer).label,
        "clock": book.rules.policies.labels.get((row.layer, row.name), row.name),
        "reached_at": row.reached_at.isoformat(),
        "corrected": clock is None,
    }
    return {**facts, **(_gone() if clock is None else _standing(projected, clock, now))}


def _clock_of(projected: Projection, layer: str, name: str) -> Clock | None:
    wanted = (layer, name)
    found = (
        each for each in projected.clocks if (each.bound.rule.layer.value, each.bound.rule.name) == wanted
    )
    return next(found, None)


def _gone() -> dict[str, Any]:
    return {"standing": "计时已更正", "why": ""}


def _standing(projected: Projection, clock: Clock, now: datetime) -> dict[str, Any]:
    told = ToldClock(clock.standing, clock.calendar, now)
    reading = told.reading
    return {
        "used": reading.used,
        "limit": clock.standing.limit,
        "unit": clock.standing.unit.label,
        "standing": told.state,
        "due": told.due,
        "due_on": reading.due_on.isoformat() if reading.due_on else None,
        "provisional": reading.provisional,
        "running": reading.running,
        "why": _why(projected.facts, clock),
    }


def _why(facts: Sequence[Fact], clock: Clock) -> str:
    """From what the clock started, and the clause of its limit."""
    rule, citation = clock.bound.rule, clock.bound.citation
    started_at = clock.standing.started_at
    then = [fact.type for fact in facts if fact.at == started_at]
    by_rule = [each for each in then if each.value in rule.starts]
    first: EventType | None = next(iter(by_rule or then), None)
    began = f"“{first.label}”" if first else ""
    return f"自 {day_of(started_at)}{began}起算；依据{citation.document}“{citation.clause}”"
