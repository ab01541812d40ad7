"""Accepting an application at the desk: one set of rules, foreseen and done, for the page and the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from limits.zone import local
from web.access.read_log import note_read
from web.access.rights import Account
from web.access.visible import in_station, shown
from web.desk import Desk
from web.work import acceptance
from web.work.acceptance import Acceptance
from workflow import cases, store
from workflow.actions import Preview, preview_acceptance
from workflow.book import Recorded
from workflow.documents import Checklist, checklist_of, papers_at_hand
from workflow.events import EventType
from workflow.history import Fact
from workflow.progress import customer_code


def read(desk: Desk, account: Account, told: Mapping[str, Any], now: datetime) -> Acceptance:
    """``told`` as it can be recorded by ``account``, under the names of ``web.work.acceptance.ASKED``.

    Words are strings, yes is ``true``, ``traits`` and ``papers`` are lists; an instant is written
    ``2026-11-20T18:00`` (Asia/Shanghai) or with its offset.  Without ``customer_class`` the class follows
    from the rest by the dated rules (domain §2); without ``trade`` a given class need only be possible.
    ``unit`` and ``station`` may be left out where there is but one.  Raises RequestInvalid with every fault,
    or ExtraDocument.
    """
    wanted = acceptance.read(desk, account, told, now)
    _arguments(desk, wanted)
    return wanted


def foresee(desk: Desk, account: Account, wanted: Acceptance, now: datetime) -> Preview:
    """What would follow; writes nothing. Raises what :func:`accept` raises."""
    more = _arguments(desk, wanted) | {"actor": account.name}
    return preview_acceptance(desk.book, wanted.number, wanted.registration, now=now, **more)


def accept(desk: Desk, account: Account, wanted: Acceptance, now: datetime) -> Recorded:
    """受理. Raises ApplicationExists, InstantInFuture, TextUnstorable or ExtraDocument."""
    more = _arguments(desk, wanted) | {"actor": account.name}
    return cases.accept(desk.book, wanted.number, wanted.registration, now=now, **more)


def documents(desk: Desk, wanted: Acceptance) -> Checklist:
    """What is at hand against the list of the class, and the way of accepting that follows (domain §8)."""
    papers = _arguments(desk, wanted)["papers"]
    happened = [(EventType.ACCEPTED, {}), *((EventType.DOCUMENT_RECEIVED, paper) for paper in papers)]
    facts = [
        Fact(event_type, wanted.at, seq, payload, "", wanted.at)
        for seq, (event_type, payload) in enumerate(happened, start=1)
    ]
    return checklist_of(facts, wanted.registration, desk.book.rules)


def handed(desk: Desk, account: Account, number: str, now: datetime) -> str:
    """The code to hand to the customer, for who accepted ``number`` or sees it; raises ApplicationUnknown.

    That it was asked for is noted: with the code one could rate in the customer's place.
    """
    row = in_station(desk.engine, account, number)
    with store.reading(desk.engine) as connection:
        accepted_by = store.events_of(connection, row.id)[0].actor
    if accepted_by != account.name:
        shown(desk.engine, account, number)
    note_read(desk.engine, account, row.id, "code", now)
    return customer_code(desk.book, row.number, now)


def _arguments(desk: Desk, wanted: Acceptance) -> dict[str, Any]:
    on, of_class = local(wanted.at).date(), wanted.registration.customer_class
    papers = papers_at_hand(desk.book.rules, wanted.number, of_class, on, wanted.papers)
    return {"at": wanted.at, "applied_at": wanted.applied_at, "papers": papers}
