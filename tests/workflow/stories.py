"""Stories as a clerk tells them: one line a fact, the event's Chinese name, then when it happened.

    受理 2026-10-09 五 09:00
    约定契约完成日期 2026-10-12 一 10:00 → 2026-10-30 五

Nothing is stored: a story becomes records, facts or clocks.  Whole lives in a book are in histories.py.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from limits.terms import CustomerClass, Supplies, Supporting, Voltage
from tests.dates import at, on
from workflow.clocks import Clock, clocks_of
from workflow.events import Event, EventType, chained
from workflow.history import Fact, Registration, facts_of
from workflow.rules import load_rules

RULES = load_rules()
NUMBER = "4126100900001"

LOW = Registration(
    unit="示例县供电公司",
    station="东岭供电所",
    customer="客户甲",
    address="东岭镇1号",
    customer_class=CustomerClass.LV_OTHER,
    voltage=Voltage.V380,
    supplies=Supplies.SINGLE,
    capacity=Decimal(30),
)
HIGH = replace(
    LOW,
    customer_class=CustomerClass.HV_ORDINARY,
    voltage=Voltage.KV10,
    capacity=Decimal(500),
    customer_works=True,
)
IMPORTANT = replace(HIGH, customer_class=CustomerClass.HV_IMPORTANT)
MICRO = replace(LOW, customer_class=CustomerClass.LV_MICRO)


def with_supporting(
    registration: Registration, kind: Supporting, voltage: Voltage | None = None
) -> Registration:
    return replace(registration, supporting=kind, voltage=voltage or registration.voltage)


def event_type(label: str) -> EventType:
    found = EventType.by_label(label)
    assert found is not None, f"没有叫“{label}”的事件"
    return found


def told(line: str) -> tuple[EventType, datetime, dict[str, Any]]:
    """What one line says: what happened, when, and what it carried."""
    label, when = line.split(" ", 1)
    when, _, agreed = when.partition(" → ")
    return event_type(label), at(when), {"on": on(agreed).isoformat()} if agreed else {}


def records(registration: Registration, *lines: str) -> list[Event]:
    """The records of an application, each written down when it happened."""
    return recorded(registration, map(told, lines))


def recorded(
    registration: Registration, story: Iterable[tuple[EventType, datetime, dict[str, Any]]]
) -> list[Event]:
    events: list[Event] = []
    for kind, when, carried in story:
        payload = {"registration": registration.to_payload()} if kind is EventType.ACCEPTED else carried
        event = Event(0, kind, when, when, "张三", payload)
        events.append(chained(NUMBER, events[-1] if events else None, event))
    return events


def corrected(events: list[Event], seq: int, written: str, **payload: Any) -> list[Event]:
    """``events`` and a correction of record ``seq``, written down at ``written``."""
    when, said = at(written), {"seq": seq, "reason": "原记录有误", **payload}
    event = Event(0, EventType.CORRECTED, when, when, "李四", said)
    return [*events, chained(NUMBER, events[-1], event)]


def facts(*lines: str) -> list[Fact]:
    """The facts in the order they happened."""
    return facts_of(records(LOW, *lines))


def folded(registration: Registration, events: list[Event]) -> list[Clock]:
    """Every clock that has started, by the rules and the calendar as shipped."""
    return clocks_of(facts_of(events), registration.subject, RULES, events[-1].recorded_at)


def clocks(registration: Registration, *lines: str) -> dict[str, Clock]:
    """Every clock that has started, by layer and name."""
    listed = folded(registration, records(registration, *lines))
    keys = [each.bound.rule.key for each in listed]
    assert len(keys) == len(set(keys))
    return dict(zip(keys, listed, strict=True))
