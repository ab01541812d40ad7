"""Explaining an application's clocks: its own history put beside the arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from limits.errors import YekuoError
from limits.explanation import Break, Explanation, explain
from limits.force import Citation
from limits.policy import ClockRole
from limits.terms import Status, Step
from workflow import errors, store
from workflow.book import Book
from workflow.clocks import Clock, pairs
from workflow.events import Event, EventType
from workflow.history import Fact, Registration, facts_of, known_at, suspensions
from workflow.projection import Projection, project

E = EventType

# Whose time it is between two facts, where the company's clock stands still (domain §4, Company time).
BETWEEN = (
    (E.WORKS_STARTED, E.WORKS_FINISHED, "客户工程施工"),
    (E.SUPPORTING_STARTED, E.SUPPORTING_FINISHED, "配套工程建设"),
    (E.APPROVALS_SUBMITTED, E.APPROVALS_GRANTED, "政府审批"),
)


class ClockUnknown(YekuoError):
    """申请 {number} 没有名为“{name}”的计时，或它还没有开始。现有：{known}，请改用其中一个。"""

    code = "clock_unknown"


@dataclass(frozen=True, slots=True)
class ExplainedClock:
    """One clock with the clause of its limit and every day of it."""

    clock: Clock
    citation: Citation
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class ExplainedApplication:
    """One application: what it is, what was recorded, and its clocks explained; ``projected`` is all of it folded."""

    number: str
    projected: Projection
    events: tuple[Event, ...]
    clocks: tuple[ExplainedClock, ...]

    @property
    def registration(self) -> Registration:
        """What it is."""
        return self.projected.registration

    @property
    def status(self) -> Status:
        """Whether it is open."""
        return self.projected.status

    @property
    def step(self) -> Step:
        """The step it is in."""
        return self.projected.step


def explain_application(
    book: Book, number: str, now: datetime, clock: str | None = None
) -> ExplainedApplication:
    """Explain ``clock`` (``reply`` in every layer, or ``local.reply``), or every clock of ``number``.

    What happened after ``now`` is not seen. Raises ApplicationUnknown or ClockUnknown.
    """
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, number)
        events = store.events_of(connection, application_id) if application_id is not None else []
    facts = known_at(facts_of(events), now)
    if not any(fact.type is E.ACCEPTED for fact in facts):
        raise errors.ApplicationUnknown(number=number)
    projected = project(events, book.rules, until=now)
    wanted = [
        each
        for each in projected.clocks
        if clock is None or clock in (each.bound.rule.name, each.bound.rule.key)
    ]
    if clock is not None and not wanted:
        known = "、".join(each.bound.rule.key for each in projected.clocks)
        raise ClockUnknown(number=number, name=clock, known=known)
    breaks = _breaks(facts)
    told = tuple(event for event in events if event.occurred_at <= now)
    explained = tuple(
        ExplainedClock(
            each,
            each.bound.citation,
            explain(each.track, each.standing, each.crossings, breaks, each.calendar, now),
        )
        for each in wanted
    )
    return ExplainedApplication(number, projected, told, explained)


def total_of(clocks: Sequence[ExplainedClock]) -> ExplainedClock | None:
    """The clock a customer asks about first: the local total."""
    totals = [each for each in clocks if each.clock.bound.rule.role is ClockRole.TOTAL]
    return totals[0] if totals else next(iter(clocks), None)


def _breaks(facts: Sequence[Fact]) -> list[Break]:
    breaks: list[Break] = [
        ((begun.at, ended.at if ended else None), f"挂起（{begun.payload.get('reason') or '未写原因'}）")
        for begun, ended in suspensions(facts)
    ]
    for begin, finish, label in BETWEEN:
        breaks += [(interval, label) for interval in pairs(facts, begin, finish)]
    return breaks
