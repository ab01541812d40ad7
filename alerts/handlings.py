"""What people did about an alarm, a supervision order or a duty: one chained record after another, never edited.

Nobody edits a record of what happened (domain §7).  Each record of a subject carries a hash over itself and the
one before it, like the events of an application; where the subject stands is computed from its records.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import exc

from alerts import errors
from alerts.kinds import Act
from alerts.tables import alert, duty, handling, supervision_order
from limits.terms import Term
from limits.zone import local
from workflow.book import refuse_unfit, refuse_unstorable
from workflow.events import GENESIS, canonical

LONGEST_TEXT = 2000
CHUNK = 500


class Subject(Term):
    """What a record is about."""

    ALERT = "alert", "预警告警"
    ORDER = "order", "督办单"
    DUTY = "duty", "周期事项"


TABLES: Mapping[Subject, sa.Table] = {
    Subject.ALERT: alert,
    Subject.ORDER: supervision_order,
    Subject.DUTY: duty,
}


class Doing(NamedTuple):
    """Who does it, when it was done, when it is written down, and what was said."""

    actor: str
    at: datetime
    now: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Handled:
    """One record. Instants are aware; ``hash`` covers everything but ``id``, which the database gives."""

    id: int
    subject: Subject
    subject_id: int
    seq: int
    act: Act
    actor: str
    at: datetime
    recorded_at: datetime
    text: str
    prev_hash: str
    hash: str


def handled_hash(record: Handled) -> str:
    """SHA-256 over the record, what it is about and the hash of the record before it."""
    told = canonical(
        [
            record.prev_hash,
            record.subject.value,
            record.subject_id,
            record.seq,
            record.act.value,
            record.actor,
            record.at.astimezone(UTC).isoformat(),
            record.recorded_at.astimezone(UTC).isoformat(),
            record.text,
        ]
    )
    return hashlib.sha256(told.encode()).hexdigest()


def append(
    connection: sa.Connection,
    subject: Subject,
    subject_id: int,
    act: Act,
    *,
    actor: str,
    at: datetime,
    now: datetime,
    text: str,
) -> Handled:
    """Append one record about ``subject``; raises the reason and writes nothing when it cannot be.

    A thing that has not happened yet, or before the record it follows, is not recorded.
    """
    actor, text = actor.strip(), text.strip()
    refuse_untellable(act, actor, text)
    held = hold(connection, subject, subject_id)
    after = held[-1] if held else None
    # What was attached happened to nobody: it must not stand in the way of a reply given before it.
    refuse_time(act, at, now, next((each for each in reversed(held) if each.act is not Act.ATTACHED), None))
    recorded_at = local(now) if after is None else max(local(now), after.recorded_at)
    seq, prev_hash = (after.seq + 1, after.hash) if after else (1, GENESIS)
    record = Handled(
        id=0,
        subject=subject,
        subject_id=subject_id,
        seq=seq,
        act=act,
        actor=actor,
        at=local(at),
        recorded_at=recorded_at,
        text=text,
        prev_hash=prev_hash,
        hash="",
    )
    return _insert(connection, replace(record, hash=handled_hash(record)))


def hold(connection: sa.Connection, subject: Subject, subject_id: int) -> list[Handled]:
    """The records of one subject, held until the transaction ends.

    The subject's own row is the lock, as an application's is (workflow.store.locked_events): of two writers
    the second reads what the first has written.
    """
    if connection.dialect.name != "sqlite":
        table = TABLES[subject]
        connection.execute(sa.update(table).where(table.c.id == subject_id).values(id=table.c.id))
    return handled(connection, subject, [subject_id]).get(subject_id, [])


def handled(connection: sa.Connection, subject: Subject, ids: Iterable[int]) -> dict[int, list[Handled]]:
    """The records of several subjects, each in order; a subject without any is left out."""
    found: dict[int, list[Handled]] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        chosen = handling.c.subject_id.in_(wanted[start : start + CHUNK])
        rows = connection.execute(
            sa.select(handling)
            .where(handling.c.subject == subject.value, chosen)
            .order_by(handling.c.subject_id, handling.c.seq)
        )
        for row in rows:
            found.setdefault(row.subject_id, []).append(record_of(row))
    return found


def record_of(row: sa.Row[Any]) -> Handled:
    """A row of ``handling`` as the record it is."""
    return Handled(
        id=row.id,
        subject=Subject.of(row.subject),
        subject_id=row.subject_id,
        seq=row.seq,
        act=Act.of(row.act),
        actor=row.actor,
        at=row.at,
        recorded_at=row.recorded_at,
        text=row.text,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


def last(records: Sequence[Handled], *acts: Act) -> Handled | None:
    """The newest of ``records`` that is one of ``acts``."""
    return next((each for each in reversed(records) if each.act in acts), None)


def refuse_time(act: Act, at: datetime, now: datetime, after: Handled | None) -> None:
    """An act lies neither ahead of now nor before the act it follows."""
    if at > now:
        raise errors.ActInFuture(act=act.label, at=_minute(at), now=_minute(now))
    if after is not None and at < after.at:
        raise errors.ActTooEarly(
            act=act.label, at=_minute(at), before=after.act.label, then=_minute(after.at)
        )


def refuse_untellable(act: Act, actor: str, text: str) -> None:
    """Who did it is named, and what is said can be stored."""
    if not actor:
        raise errors.ActorMissing(act=act.label)
    refuse_unstorable("actor", "经办人", actor)
    refuse_unfit("内容", text, LONGEST_TEXT)


def _insert(connection: sa.Connection, record: Handled) -> Handled:
    row = {name: getattr(value, "value", value) for name, value in asdict(record).items() if name != "id"}
    try:
        done = connection.execute(sa.insert(handling).values(row))
    except exc.IntegrityError as error:
        raise errors.HandlingRaced(act=record.act.label) from error
    key = done.inserted_primary_key
    return replace(record, id=0 if key is None else key[0])


def _minute(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"
