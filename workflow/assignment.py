"""Whose application it is: taken, given, chosen, handed over, and how long each held it (domain §9).

The customer chooses an account manager; what nobody chose is taken by account managers themselves
(抢单); what nobody takes is assigned.  Only what nobody owns can be taken: the owner is read under the
application's lock, so of two who click at once one gets it and the other is told who did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Unpack

from limits.errors import YekuoError
from limits.terms import Term
from limits.zone import local
from workflow.book import Book, Recorded, record, refuse_unstorable
from workflow.cases import When
from workflow.errors import ReasonMissing
from workflow.events import Event, EventType
from workflow.history import facts_of, withdrawn_records

E = EventType


class Ownership(Term):
    """How an application came to its account manager."""

    REGISTERED = "registered", "受理登记"
    CLAIMED = "claimed", "抢单"
    CHOSEN = "chosen", "客户选择"
    ASSIGNED = "assigned", "派单"
    HANDED_OVER = "handed_over", "移交"
    AMENDED = "amended", "补正资料"


class AlreadyOwned(YekuoError):
    """申请 {number} 已由客户经理 {manager} 负责（{since} {how}）。不能再抢单、派单或选择；需要换人请办理移交。"""

    code = "already_owned"


class NobodyOwns(YekuoError):
    """申请 {number} 还没有客户经理，无人可以移交。请抢单，或由负责人派单。"""

    code = "nobody_owns"


class OwnerInvalid(YekuoError):
    """申请 {number} 的客户经理未登记：{problem}。请写明另一位客户经理的姓名和发生时间。"""

    code = "owner_invalid"


@dataclass(frozen=True, slots=True)
class Owned:
    """One account manager's time with an application; ``until`` None while it is theirs."""

    manager: str
    since: datetime
    until: datetime | None
    how: Ownership


def claim(book: Book, number: str, *, manager: str, **when: Unpack[When]) -> Recorded:
    """抢单: an account manager takes what nobody owns. Raises AlreadyOwned with the name."""
    return _give(book, number, Ownership.CLAIMED, manager, "", **when)


def assign(book: Book, number: str, *, manager: str, reason: str = "", **when: Unpack[When]) -> Recorded:
    """派单: a leader gives what nobody took. Raises AlreadyOwned."""
    return _give(book, number, Ownership.ASSIGNED, manager, reason, **when)


def choose(book: Book, number: str, *, manager: str, **when: Unpack[When]) -> Recorded:
    """客户选择: the customer's own choice while nobody owns it. Raises AlreadyOwned."""
    return _give(book, number, Ownership.CHOSEN, manager, "", **when)


def hand_over(book: Book, number: str, *, to: str, reason: str, **when: Unpack[When]) -> Recorded:
    """移交: from the one who owns it to another, with the reason. Raises NobodyOwns or OwnerInvalid."""
    if not reason.strip():
        raise ReasonMissing(number=number, event=Ownership.HANDED_OVER.label)
    return _give(book, number, Ownership.HANDED_OVER, to, reason, **when)


def owners(events: Sequence[Event]) -> tuple[Owned, ...]:
    """Who owned the application from when until when, in the order it was recorded.

    Times nobody owned it are left out.  An end of the application ends nobody's time.
    """
    found: list[Owned] = []
    for at, manager, how in _changes(events):
        since, last = at, found[-1] if found else None
        if last is not None and last.until is None:
            if last.manager == manager:
                continue
            since = max(at, last.since)
            found[-1] = replace(last, until=since)
        if manager:
            found.append(Owned(manager, since, None, how))
    return tuple(found)


def ownership_check(
    number: str, how: Ownership, manager: str, at: datetime
) -> Callable[[Sequence[Event]], None]:
    """What is looked at under the lock before ``manager`` gets the application."""

    def check(events: Sequence[Event]) -> None:
        held = owners(events)
        owner = held[-1] if held and held[-1].until is None else None
        if how is Ownership.HANDED_OVER:
            if owner is None:
                raise NobodyOwns(number=number)
            if owner.manager == manager.strip():
                raise OwnerInvalid(number=number, problem=f"{owner.manager} 现在就是客户经理")
        elif owner is not None:
            since = f"{owner.since:%Y-%m-%d %H:%M}"
            raise AlreadyOwned(number=number, manager=owner.manager, since=since, how=owner.how.label)
        changed = max((since for since, *_ in _changes(events)), default=at)
        if at < changed:
            problem = f"发生时间 {local(at):%Y-%m-%d %H:%M} 早于上一次变更 {changed:%Y-%m-%d %H:%M}"
            raise OwnerInvalid(number=number, problem=problem)

    return check


def assignment_payload(how: Ownership, manager: str, reason: str) -> dict[str, Any]:
    """What the record of an assignment carries."""
    return {"manager": manager.strip(), "how": how.value, "reason": reason.strip()}


def _give(
    book: Book, number: str, how: Ownership, manager: str, reason: str, **when: Unpack[When]
) -> Recorded:
    if not manager.strip():
        raise OwnerInvalid(number=number, problem="没有写客户经理的姓名")
    refuse_unstorable("manager", "客户经理", manager.strip())
    payload = assignment_payload(how, manager, reason)
    check = ownership_check(number, how, manager, when["at"])
    return record(book, number, E.ASSIGNED, payload=payload, check=check, **when)


def _changes(events: Sequence[Event]) -> list[tuple[datetime, str, Ownership]]:
    """Every record that says who owns the application: since when, who ("" nobody), and how."""
    withdrawn = withdrawn_records(events)
    happened = {fact.seq: fact.at for fact in facts_of(events)}
    found: list[tuple[datetime, str, Ownership]] = []
    for event in events:
        at = local(happened.get(event.seq, event.occurred_at))
        if event.type is E.ACCEPTED:
            found.append((at, event.payload["registration"]["manager"], Ownership.REGISTERED))
        elif event.type is E.AMENDED and "manager" in event.payload["changes"]:
            found.append((at, event.payload["changes"]["manager"], Ownership.AMENDED))
        elif event.type is E.ASSIGNED and event.seq not in withdrawn:
            found.append((at, event.payload["manager"], Ownership.of(event.payload["how"])))
    return found
