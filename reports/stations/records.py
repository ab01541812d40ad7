"""What people put on record in an evaluation: one chained record after another, never edited.

A correction is a new record: the last self-score and the last review of an item count.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from limits.terms import Term
from limits.zone import local
from reports.stations import errors
from reports.tables import station_evaluation, station_record
from workflow.book import refuse_unfit, refuse_unstorable
from workflow.events import GENESIS, canonical

LONGEST_TEXT = 2000
CHUNK = 500


class Act(Term):
    """What somebody did in an evaluation."""

    OPENED = "opened", "建立"
    SCORED = "scored", "自评"
    REVIEWED = "reviewed", "复核"
    CLOSED = "closed", "评定"


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``item`` None: about the whole evaluation; ``hash`` covers everything before it."""

    seq: int
    act: Act
    item: int | None
    actor: str
    recorded_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    prev_hash: str = GENESIS
    hash: str = ""


def record_hash(record: Record) -> str:
    """SHA-256 over the record and the hash of the one before it."""
    told = [
        *(record.prev_hash, record.seq, record.act.value, record.item, record.actor),
        *(record.recorded_at.astimezone(UTC).isoformat(), dict(record.payload)),
    ]
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def chained(
    after: Record | None,
    act: Act,
    *,
    actor: str,
    now: datetime,
    item: int | None = None,
    payload: Mapping[str, Any],
) -> Record:
    """The record that follows ``after``; refused when it is dated before it."""
    if after is not None and now < after.recorded_at:
        raise errors.EvaluationRecordEarly(act=act.label, now=minute(now), then=minute(after.recorded_at))
    seq, prev_hash = (after.seq + 1, after.hash) if after else (1, GENESIS)
    record = Record(seq, act, item, actor, local(now), payload, prev_hash)
    return replace(record, hash=record_hash(record))


def append(connection: sa.Connection, evaluation_id: int, record: Record) -> None:
    """Write ``record`` as the last of an evaluation that is held."""
    row = {name: getattr(record, name) for name in Record.__dataclass_fields__}
    written = {**row, "act": record.act.value, "payload": canonical(dict(record.payload))}
    connection.execute(sa.insert(station_record), [{**written, "evaluation_id": evaluation_id}])
    head = {"records": record.seq, "head_hash": record.hash}
    mine = station_evaluation.c.id == evaluation_id
    connection.execute(sa.update(station_evaluation).where(mine).values(head))


def records(connection: sa.Connection, ids: Iterable[int]) -> dict[int, list[Record]]:
    """The records of several evaluations, each in order."""
    found: dict[int, list[Record]] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        chosen = station_record.c.evaluation_id.in_(wanted[start : start + CHUNK])
        order = (station_record.c.evaluation_id, station_record.c.seq)
        for row in connection.execute(sa.select(station_record).where(chosen).order_by(*order)):
            found.setdefault(row.evaluation_id, []).append(record_of(row))
    return found


def record_of(row: sa.Row[Any]) -> Record:
    """A row of station_record as the record it is; raises ValueError or LookupError when it is none."""
    named = {name: getattr(row, name) for name in Record.__dataclass_fields__}
    return Record(**{**named, "act": Act.of(row.act), "payload": json.loads(row.payload)})


def last(held: Sequence[Record], act: Act, item: int | None = None) -> Record | None:
    """The newest record of one kind about one item."""
    return next((each for each in reversed(held) if each.act is act and each.item == item), None)


def named(act: Act, actor: str) -> str:
    """``actor`` as it is stored; refused when nobody is named."""
    actor = actor.strip()
    if not actor:
        raise errors.EvaluatorMissing(act=act.label)
    refuse_unstorable("actor", "经办人", actor)
    return actor


def told(text: str) -> str:
    """``text`` as it is stored; raises TextUnstorable."""
    text = text.strip()
    refuse_unfit("依据", text, LONGEST_TEXT)
    return text


def minute(at: datetime) -> str:
    """An instant as messages say it."""
    return f"{local(at):%Y-%m-%d %H:%M}"
