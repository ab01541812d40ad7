"""From records to the history they tell: corrections applied, in the order things happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from limits.policy import Subject
from limits.terms import ApplicationKind, CustomerClass, Supplies, Supporting, Voltage
from limits.zone import local
from workflow.events import ABOUT_RECORDS, RANK, Event, EventType
from workflow.tables import unstorable


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened, as it is known after all corrections; ``recorded_at`` is since when."""

    type: EventType
    at: datetime
    seq: int
    payload: dict[str, Any]
    actor: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Registration:
    """What an application is: who, where, how much. ``capacity`` in kVA (low voltage: kW)."""

    unit: str
    station: str
    customer: str
    address: str
    customer_class: CustomerClass
    voltage: Voltage
    supplies: Supplies
    capacity: Decimal
    kind: ApplicationKind = ApplicationKind.NEW
    channel: str = ""
    proactive: bool = False
    boundary: bool = False
    customer_works: bool = False
    supporting: Supporting = Supporting.NONE
    manager: str = ""

    @property
    def subject(self) -> Subject:
        """The facts a limit may depend on."""
        return Subject(self.customer_class, self.voltage, self.supplies, self.supporting, self.customer_works)

    def texts(self, number: str) -> list[tuple[str, str, str]]:
        """What a person typed, as (column, Chinese name, text); ``number`` among it."""
        return [
            ("number", "申请编号", number),
            *((name, LABELS[name], getattr(self, name)) for name in TYPED),
        ]

    def to_payload(self) -> dict[str, Any]:
        """The registration as JSON values; the inverse of :meth:`from_payload`."""
        return {name: _to_json(getattr(self, name)) for name in _FIELDS}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "Registration":
        return cls(**{name: read(payload[name]) for name, read in _FIELDS.items()})


# What people call each part of a registration: in a ledger's heading, in a message, in a difference.
LABELS = {
    "unit": "供电单位",
    "station": "供电所",
    "customer": "客户名称",
    "address": "用电地址",
    "customer_class": "客户类别",
    "voltage": "供电电压",
    "supplies": "电源数",
    "capacity": "报装容量",
    "kind": "业务类型",
    "channel": "受理渠道",
    "proactive": "主动办电",
    "boundary": "投资至红线",
    "customer_works": "客户外部工程",
    "supporting": "配套工程",
    "manager": "客户经理",
}
# The parts a person types freely; the others are words or numbers.
TYPED = ("unit", "station", "customer", "address", "channel", "manager")
_FIELDS: dict[str, Any] = {
    "unit": str,
    "station": str,
    "customer": str,
    "address": str,
    "customer_class": CustomerClass,
    "voltage": Voltage,
    "supplies": Supplies,
    "capacity": Decimal,
    "kind": ApplicationKind,
    "channel": str,
    "proactive": bool,
    "boundary": bool,
    "customer_works": bool,
    "supporting": Supporting,
    "manager": str,
}


def _to_json(value: object) -> object:
    return value if isinstance(value, bool) else str(value)


def amendment_problem(held: Registration, changes: dict[str, Any]) -> str:
    """What is wrong with ``changes`` to ``held``, in Chinese; empty when nothing is."""
    if not changes:
        return "没有任何改动"
    unknown = changes.keys() - _FIELDS.keys()
    if unknown:
        return f"没有 {'、'.join(sorted(map(str, unknown)))} 这一项"
    try:
        changed = Registration.from_payload({**held.to_payload(), **changes})
    except (ValueError, TypeError, ArithmeticError):
        return f"{'、'.join(f'{name} = {value}' for name, value in changes.items())} 中有认不出的值"
    for name in TYPED:
        if problem := unstorable(name, getattr(changed, name)):
            return f"{LABELS[name]}{problem}"
    if not (changed.capacity.is_finite() and changed.capacity > 0):
        return f"报装容量 {changed.capacity} 不是正数"
    return "" if changed.to_payload() != held.to_payload() else "没有任何改动"


def registration_of(events: Iterable[Event]) -> Registration:
    """The registration given at acceptance with every amendment and assignment since, as they were recorded.

    An assignment that was withdrawn never happened.
    """
    listed = list(events)
    withdrawn = withdrawn_records(listed)
    payload: dict[str, Any] = {}
    for event in listed:
        if event.type is EventType.ACCEPTED:
            payload = {**event.payload["registration"]}
        elif event.type is EventType.AMENDED:
            payload.update(event.payload["changes"])
        elif event.type is EventType.ASSIGNED and event.seq not in withdrawn:
            payload["manager"] = event.payload["manager"]
    return Registration.from_payload(payload)


def withdrawn_records(events: Iterable[Event]) -> frozenset[int]:
    """The records that a correction says never happened."""
    return frozenset(
        event.payload["seq"]
        for event in events
        if event.type is EventType.CORRECTED and event.payload.get("withdrawn")
    )


def facts_of(events: Iterable[Event]) -> list[Fact]:
    """The facts in the order they happened.

    A correction is a record of its own; it moves the instant of an earlier record, changes what it
    carried, or withdraws it.  The record it corrects stays as it is.
    """
    facts: dict[int, Fact] = {}
    for event in events:
        if event.type is EventType.CORRECTED:
            _correct(facts, event)
        elif event.type not in ABOUT_RECORDS:
            facts[event.seq] = Fact(
                event.type, event.occurred_at, event.seq, event.payload, event.actor, event.recorded_at
            )
    return _closed_before_reopened(sorted(facts.values(), key=_moment))


# What ends a pause or an inspection so that it may begin anew.
_REOPENS = {
    EventType.SUSPENDED: EventType.RESUMED,
    EventType.DESIGN_SUBMITTED: EventType.DESIGN_FAILED,
    EventType.INTERIM_REQUESTED: EventType.INTERIM_FAILED,
    EventType.COMPLETION_REPORTED: EventType.FINAL_FAILED,
}


def _closed_before_reopened(facts: list[Fact]) -> list[Fact]:
    """What is open is closed before it is opened anew, though both carry the same instant.

    A sheet with dates only tells two touching suspensions so; by rank alone the second would be lost.
    """
    waiting: set[EventType] = set()
    for index in range(len(facts)):
        closing = _REOPENS.get(facts[index].type)
        if closing is not None and facts[index].type in waiting:
            same = (
                i
                for i in range(index, len(facts))
                if facts[i].at == facts[index].at and facts[i].type is closing
            )
            facts.insert(index, facts.pop(next(same, index)))
        fact = facts[index]
        waiting -= {opening for opening, closing in _REOPENS.items() if closing is fact.type}
        waiting |= {fact.type} & _REOPENS.keys()
    return facts


def _moment(fact: Fact) -> tuple[datetime, int, int]:
    return fact.at, RANK[fact.type], fact.seq


def _correct(facts: dict[int, Fact], event: Event) -> None:
    seq = event.payload["seq"]
    if event.payload.get("withdrawn"):
        facts.pop(seq, None)
        return
    if seq not in facts:
        return
    fact = facts[seq]
    if "occurred_at" in event.payload:
        at = local(datetime.fromisoformat(event.payload["occurred_at"]))
        fact = replace(fact, at=at, recorded_at=event.recorded_at)
    if "payload" in event.payload:
        fact = replace(fact, payload={**fact.payload, **event.payload["payload"]})
    facts[seq] = fact


def suspensions(facts: Iterable[Fact]) -> list[tuple[Fact, Fact | None]]:
    """Each 挂起 with a 恢复 that ended one; None where none did.

    A ledger may tell overlapping ones. Which of two is ended by a resumption does not matter: the
    clocks stand still in their union, from the first suspension until none is left.
    """
    waiting: list[Fact] = []
    found: list[tuple[Fact, Fact | None]] = []
    for fact in facts:
        if fact.type is EventType.SUSPENDED:
            waiting.append(fact)
        elif fact.type is EventType.RESUMED and waiting:
            found.append((waiting.pop(0), fact))
    return [*found, *((fact, None) for fact in waiting)]


def known_at(facts: Sequence[Fact], now: datetime) -> list[Fact]:
    """The facts that had happened by ``now``."""
    return [fact for fact in facts if fact.at <= now]


def first(facts: Iterable[Fact], event_type: EventType) -> Fact | None:
    """The first fact of one type."""
    return next((fact for fact in facts if fact.type is event_type), None)


def acceptance(facts: Iterable[Fact]) -> Fact:
    """The fact an application begins with; there is none without it."""
    accepted = first(facts, EventType.ACCEPTED)
    if accepted is None:
        raise ValueError("a history without acceptance")
    return accepted


def accepted_on(facts: Iterable[Fact]) -> date:
    """The day that decides which rules bind the application for its whole life (domain §5.7)."""
    return local(acceptance(facts).at).date()
