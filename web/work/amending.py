"""补正资料 at the desk: what is changed must be possible, as it must be at acceptance.

X: what a ledger brought in may contradict itself (domain §12), so only what is changed is looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from limits.zone import local
from web import errors
from web.desk import Desk
from web.work.acceptance import contradictions, is_possible
from workflow import store
from workflow.events import Event, EventType
from workflow.history import Registration, registration_of
from workflow.people.organisation import load_organisation

OF_CLASS = frozenset({"customer_class", "voltage", "capacity"})
OF_WORKS = frozenset({"customer_class", "boundary", "customer_works"})


def check_amendment(desk: Desk, events: Sequence[Event], changes: Mapping[str, Any], now: datetime) -> None:
    """Raise RequestInvalid with what of ``changes`` cannot be; what is no value at all the use case refuses."""
    try:
        amended = Registration.from_payload({**registration_of(events).to_payload(), **changes})
    except (ValueError, TypeError, ArithmeticError):
        return
    faults = [*_of_place(desk, changes, now), *_of_kind(desk, events, amended, changes)]
    if faults:
        raise errors.RequestInvalid(problems="；".join(faults))


def _of_place(desk: Desk, changes: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """A station that is none would take the application out of everybody's sight but the company's."""
    with store.reading(desk.engine) as connection:
        organisation = load_organisation(connection, now)
    stations, company = organisation.stations(), organisation.company()
    if "station" in changes and stations and changes["station"] not in stations:
        yield f"“供电所”应为{'、'.join(stations)}"
    if "unit" in changes and company and changes["unit"] != company:
        yield f"“供电单位”应为{company}"


def _of_kind(
    desk: Desk, events: Sequence[Event], amended: Registration, changes: Mapping[str, Any]
) -> Iterator[str]:
    accepted_on = next(local(each.occurred_at).date() for each in events if each.type is EventType.ACCEPTED)
    high, capacity = amended.voltage.high, amended.capacity
    of_class, policies = amended.customer_class, desk.book.rules.policies
    fits = is_possible(policies, of_class, high=high, capacity=capacity, on=accepted_on)
    if OF_CLASS & changes.keys() and not fits:
        yield f"“客户类别”{of_class.label}与供电电压 {amended.voltage.label}、报装容量 {capacity} 不符"
    if OF_WORKS & changes.keys():
        yield from contradictions(amended)
