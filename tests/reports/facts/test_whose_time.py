"""Whose time it was, told by the clocks alone, is what the records tell."""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import add
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import CustomerClass, Supporting, Voltage
from reports.facts.owners import Owner, days_by_owner, total_of
from reports.facts.whose_time import days_by_clocks
from tests.dates import at
from tests.reports.books import resident
from workflow.clocks import Clock, clocks_of
from workflow.events import Event, EventType
from workflow.history import Registration, accepted_on, facts_of
from workflow.rules import Rules

E = EventType
START = at("2026-10-08 四 09:00")
LOW = replace(resident("低"), supporting=Supporting.LOW_VOLTAGE)
HIGH = replace(
    LOW, customer_class=CustomerClass.HV_ORDINARY, voltage=Voltage.KV10, supporting=Supporting.TEE_LINE
)
KINDS = (
    *(E.SUPPORTING_STARTED, E.SUPPORTING_FINISHED, E.SUSPENDED, E.RESUMED),
    *(E.WORKS_STARTED, E.WORKS_FINISHED, E.APPROVALS_SUBMITTED, E.APPROVALS_GRANTED, E.PLAN_REPLIED),
)
# Hours after acceptance: within a day, over a weekend, over a make-up Saturday.
HOURS = st.integers(0, 16 * 24)
WORKS = st.tuples(HOURS, HOURS).map(
    lambda hours: [(E.SUPPORTING_STARTED, min(hours)), (E.SUPPORTING_FINISHED, max(hours))]
)
HAPPENED = st.builds(add, WORKS, st.lists(st.tuples(st.sampled_from(KINDS), HOURS), max_size=4))


def history(happened: list[tuple[EventType, int]], energized: int) -> list[Event]:
    """In any order people may have reported it, whether or not it makes sense."""
    told = [(E.ACCEPTED, 0), *happened, (E.ENERGIZED, energized), (E.ARCHIVED, max(energized, 16 * 24) + 1)]
    return [
        Event(seq, kind, START + timedelta(hours=hours), END, "李四", {}, "", "")
        for seq, (kind, hours) in enumerate(told, 1)
    ]


END: datetime = START + timedelta(days=20)


def row_of(clocks: list[Clock]) -> Any:
    """What the query says of one application with these clocks."""
    ours = [each for each in clocks if each.bound.rule.layer is Layer.LOCAL]
    total = next(each.standing for each in ours if each.bound.rule.role is ClockRole.TOTAL)
    works = [each.standing for each in ours if each.bound.rule.role is ClockRole.SUPPORTING]
    ended = works[0] if works and works[0].stopped_at else None
    return SimpleNamespace(
        totals=1,
        used=total.used,
        started_at=total.started_at,
        stopped_at=total.stopped_at,
        works=len(works),
        works_used=ended and ended.used,
        works_started_at=ended and ended.started_at,
        works_stopped_at=ended and ended.stopped_at,
    )


def both(
    registration: Registration, events: list[Event], rules: Rules
) -> tuple[tuple[int, int] | None, dict[Owner, int]]:
    """By the clocks, and by the records."""
    facts = facts_of(events)
    high = registration.customer_class.high_voltage
    row = row_of(clocks_of(facts, registration.subject, rules, END))
    row.customer_class = registration.customer_class.value
    bound = total_of(rules.policies.bind(registration.subject, accepted_on(facts)))
    assert bound is not None
    days = days_by_owner(facts, bound, rules, high=high, known_at=END)
    assert days is not None
    return days_by_clocks(row, rules.calendars.shipped), days


@given(HAPPENED, HOURS, st.sampled_from([LOW, HIGH]))
def test_what_the_clocks_tell_the_records_tell(
    rules: Rules, happened: list[tuple[EventType, int]], energized: int, registration: Registration
) -> None:
    told, days = both(registration, history(happened, energized), rules)
    if told is not None:
        assert days == {**dict.fromkeys(Owner, 0), Owner.COMPANY: told[0], Owner.SUPPORTING: told[1]}


def test_the_clocks_tell_the_ordinary_way_and_leave_the_others(rules: Rules) -> None:
    works = [(E.SUPPORTING_STARTED, 24), (E.SUPPORTING_FINISHED, 2 * 24)]
    paused = [*works, (E.SUSPENDED, 30), (E.RESUMED, 5 * 24)]
    over_lunch = [*works, (E.SUSPENDED, 26), (E.RESUMED, 28)]
    later = [(E.SUPPORTING_STARTED, 24), (E.SUPPORTING_FINISHED, 9 * 24)]  # a Saturday, after energizing
    told = [both(LOW, history(each, 4 * 24), rules)[0] for each in ([], works, over_lunch, later, paused)]
    assert told == [(3, 0), (2, 1), (2, 1), (1, 2), None]
    answered = [*works, (E.PLAN_REPLIED, 10)]
    assert [both(HIGH, history(each, 4 * 24), rules)[0] for each in (works, answered)] == [(3, 0), None]
