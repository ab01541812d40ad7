"""The book: where a fact somebody reports becomes a record and everything that follows from it.

Lock the application → is the move legal? → append the record → fold into clocks → write clocks and
levels → commit (design §2).  The state is read under the lock, so of two writers one wins and the
other is told why.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from limits.zone import local
from workflow import errors, findings, store
from workflow.events import Event, EventType, chained
from workflow.machine import MoveRefused, machine_for
from workflow.projection import Projection, changes, project
from workflow.rules import Rules
from workflow.tables import LONGEST, finding, unfit


@dataclass(frozen=True)
class Book:
    """A database and the rules its applications are judged by.

    In a ``dry`` one a use case does everything but write: it refuses what it would refuse, and answers what
    would be recorded.
    """

    engine: sa.Engine
    rules: Rules
    dry: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a use case did: the record, and where the application stands after it."""

    number: str
    event: Event
    projection: Projection


def record(
    book: Book,
    number: str,
    event_type: EventType,
    *,
    at: datetime,
    now: datetime,
    actor: str,
    payload: dict[str, Any] | None = None,
    check: Callable[[list[Event]], None] | None = None,
) -> Recorded:
    """Append one fact to application ``number``; nothing is written when it is refused.

    ``check`` sees the records under the lock and raises what speaks against it. Raises
    ApplicationUnknown, InstantInFuture or MoveRefused, each with the reason.
    """
    refuse_future(event_type, at, now)
    refuse_unstorable("actor", "登记人", actor)
    with opened(book) as connection:
        application_id, events = (held_events if book.dry else locked_events)(connection, number)
        if check is not None:
            check(events)
        recorded_at = next_recorded_at(events, now)
        event = Event(0, event_type, local(at), recorded_at, actor, payload or {})
        appended = chained(number, events[-1], event)
        after = project([*events, appended], book.rules)
        if after.impossible:
            _refuse_impossible(number, appended, project(events, book.rules), after, book.rules)
        if not book.dry:
            write(connection, book.rules, application_id, [*events, appended], [appended], after, recorded_at)
    return Recorded(number, appended, after)


def opened(book: Book) -> AbstractContextManager[sa.Connection]:
    """A transaction that writes, or only reads when ``book`` is dry."""
    return (store.reading if book.dry else store.writing)(book.engine)


def next_recorded_at(events: Sequence[Event], now: datetime) -> datetime:
    """When the next record is written: ``now``, and always after the record before it.

    What was written together carries one instant; so the ledger can be replayed as it was written.
    """
    if not events:
        return local(now)
    return max(local(now), events[-1].recorded_at + timedelta(microseconds=1))


def refuse_future(event_type: EventType, at: datetime, now: datetime) -> None:
    """A thing that has not happened yet cannot be recorded."""
    if at > now:
        raise errors.InstantInFuture(
            event=event_type.label, at=f"{local(at):%Y-%m-%d %H:%M}", now=f"{local(now):%Y-%m-%d %H:%M}"
        )


def refuse_unstorable(name: str, what: str, text: str) -> None:
    """A text that does not fit its column is refused before anything is written."""
    refuse_unfit(what, text, LONGEST[name])


def refuse_unfit(what: str, text: str, longest: int) -> None:
    """The same of a text that may have ``longest`` characters."""
    problem = unfit(text, longest)
    if problem:
        raise errors.TextUnstorable(text=text[:20].replace("\0", "�"), what=what, problem=problem)


def locked_events(connection: sa.Connection, number: str) -> tuple[int, list[Event]]:
    """The application's id and records, held until the transaction ends."""
    held = store.locked_events(connection, number)
    if held is None:
        raise errors.ApplicationUnknown(number=number)
    return held


def held_events(connection: sa.Connection, number: str) -> tuple[int, list[Event]]:
    """The application's id and records, held by nobody."""
    application_id = store.find(connection, number)
    if application_id is None:
        raise errors.ApplicationUnknown(number=number)
    return application_id, store.events_of(connection, application_id)


def write(
    connection: sa.Connection,
    rules: Rules,
    application_id: int,
    events: Sequence[Event],
    appended: Sequence[Event],
    projected: Projection,
    now: datetime,
) -> None:
    """Write ``appended`` and bring every row that depends on them to what the events now say."""
    batch = store.Batch()
    batch.events(application_id, appended)
    changed = changes(
        projected.clocks,
        store.latest(store.clock_rows(connection, application_id)),
        store.threshold_rows(connection, application_id),
        local(now),
    )
    batch.changes(application_id, changed)
    batch.application(application_id, store.application_values(projected, events), appended)
    batch.write(connection)
    note_findings(connection, rules, application_id, appended, projected, now)


def note_findings(
    connection: sa.Connection,
    rules: Rules,
    application_id: int,
    appended: Sequence[Event],
    projected: Projection,
    now: datetime,
) -> None:
    """Write down what is found and was not written yet."""
    found = findings.find(projected, rules.calendar)
    fresh = {event.seq for event in appended if not event.payload.get("imported")}
    for fact in projected.facts:
        late = findings.late_recorded(fact, local(now).date(), rules.calendar) if fact.seq in fresh else None
        found += [late] if late else []
    if not found:
        return
    known = connection.execute(
        sa.select(finding.c.code, finding.c.evidence).where(finding.c.application_id == application_id)
    )
    held = {(row.code, row.evidence) for row in known}
    new = [each for each in found if (each.code.value, each.evidence) not in held]
    if new:
        connection.execute(sa.insert(finding), [finding_row(application_id, each, now) for each in new])


def finding_row(application_id: int, found: findings.Finding, now: datetime) -> dict[str, Any]:
    """A finding as the row that stores it."""
    return {
        "application_id": application_id,
        "code": found.code.value,
        "evidence": found.evidence,
        "people": "、".join(found.people),
        "found_at": now,
    }


def _refuse_impossible(
    number: str, event: Event, before: Projection, after: Projection, rules: Rules
) -> None:
    """Refuse a record that the machine, or an earlier instant than the rest allows, makes impossible."""
    known = {(each.fact.seq, each.reasons) for each in before.impossible}
    fresh = [each for each in after.impossible if (each.fact.seq, each.reasons) not in known]
    if not fresh:
        return
    own = [each for each in fresh if each.fact.seq == event.seq]
    if own:
        machine = machine_for(rules.policies, after.registration, local(after.accepted_at).date())
        now_reasons = machine.can_advance(before.position, event.type)
        reasons = now_reasons or list(own[0].reasons)
    else:
        reasons = [
            f"与已登记的“{each.fact.type.label}”次序矛盾（{'；'.join(each.reasons)}）" for each in fresh
        ]
    raise MoveRefused(number=number, event=event.type.label, reasons="；".join(reasons))
