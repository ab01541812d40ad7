"""Importing a 业扩台账: each row becomes the records that are new in it (domain §12).

Rows are taken in batches, each batch in one transaction, so that an import that is killed can simply
be run again: sending the same ledger twice changes nothing, sending a fuller one adds what is new.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from limits.terms import Status
from limits.zone import local
from workflow import store
from workflow.book import Book, finding_row, next_recorded_at
from workflow.errors import ApplicationExists, StoreBusy
from workflow.events import ABOUT_RECORDS, RANK, Event, EventType, chained
from workflow.findings import Code, Finding, find
from workflow.history import Registration, facts_of, first, registration_of, suspensions
from workflow.ledger.reading import Ledger, LedgerRow, Reason, Refusal, SuspensionRow, read_ledger
from workflow.projection import ClockRow, Projection, ThresholdRow, changes, project
from workflow.restarts import find_restarted
from workflow.rules import Rules
from workflow.tables import application, finding

E = EventType
BATCH = 400
TRIES = 3
CLOSED_BY = {Status.TERMINATED: E.TERMINATED, Status.VOIDED: E.VOIDED}


@dataclass
class Imported:
    """What an import did. ``findings`` are those not known before, with the number they belong to."""

    accepted: int = 0
    updated: int = 0
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    ledger: Ledger | None = None


Progress = Callable[[int, int], None]


def import_ledger(
    book: Book,
    path: Path,
    *,
    now: datetime,
    actor: str = "台账导入",
    column_map: Path | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Take every good row of the ledger at ``path`` as of ``now``; refuse the others with reasons.

    Raises a YekuoError when the file is not a ledger; nothing is written then.
    """
    ledger = read_ledger(path, now=now, column_map=column_map)
    done = Imported(ledger=ledger)
    suspensions = _suspensions_by_number(ledger, done)
    importer = _Importer(book, local(now), actor, done)
    seen = 0
    for rows in _batches(ledger.rows, BATCH):
        taken = [row for row in rows if isinstance(row, LedgerRow)]
        done.refusals += [row for row in rows if isinstance(row, Refusal)]
        importer.take({row.number: _Wanted(row, suspensions.pop(row.number, [])) for row in taken})
        seen += len(rows)
        if progress is not None:
            progress(seen, ledger.total)
    _take_leftover_suspensions(importer, suspensions)
    with store.writing(book.engine) as connection:
        done.findings += find_restarted(connection, local(now))
    return done


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a ledger says of one application; ``row`` None when only its suspensions are told."""

    row: LedgerRow | None
    suspensions: Sequence[SuspensionRow]


def _batches(rows: Iterable[LedgerRow | Refusal], size: int) -> Iterator[list[LedgerRow | Refusal]]:
    held: list[LedgerRow | Refusal] = []
    for row in rows:
        held.append(row)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held


def _suspensions_by_number(ledger: Ledger, done: Imported) -> dict[str, list[SuspensionRow]]:
    found: dict[str, list[SuspensionRow]] = defaultdict(list)
    for row in ledger.suspensions:
        if isinstance(row, Refusal):
            done.refusals.append(row)
        else:
            found[row.number].append(row)
    return found


def _take_leftover_suspensions(importer: "_Importer", suspensions: dict[str, list[SuspensionRow]]) -> None:
    """Suspensions of applications that this ledger does not carry: taken when the book has them."""
    known = importer.known(list(suspensions))
    importer.take({number: _Wanted(None, rows) for number, rows in suspensions.items() if number in known})
    refused = {each.number for each in importer.done.refusals}
    for number, rows in suspensions.items():
        if number not in known:
            why = "它在台账中的那一行被退回" if number in refused else "台账和数据库中都没有这个编号"
            message = f"“申请编号”{number} 的挂起记录无处登记，因为{why}；请改正后与台账一起重新导入。"
            importer.done.refusals += [_refused(row, message) for row in rows]


def _refused(row: SuspensionRow, message: str) -> Refusal:
    return Refusal(row.sheet, row.line, row.number, (Reason("unknown_number", message),), row.cells)


class _Importer:
    """Takes one batch of rows at a time into the book."""

    def __init__(self, book: Book, now: datetime, actor: str, done: Imported) -> None:
        self.book, self.now, self.actor, self.done = book, now, actor, done

    def known(self, numbers: Sequence[str]) -> set[str]:
        """Those of ``numbers`` the book has."""
        found: set[str] = set()
        with store.reading(self.book.engine) as connection:
            for start in range(0, len(numbers), store.CHUNK):
                found |= store.ids_of(connection, numbers[start : start + store.CHUNK]).keys()
        return found

    def take(self, wanted: dict[str, _Wanted]) -> None:
        """Write what is new in ``wanted``, all in one transaction.

        When another process accepts one of the numbers meanwhile, or both wait for each other, nothing
        was written and the batch is taken again, now against what the other wrote.
        """
        for _ in range(TRIES):
            try:
                return self._take(wanted)
            except (ApplicationExists, StoreBusy):
                continue
        return self._take(wanted)

    def _take(self, wanted: dict[str, _Wanted]) -> None:
        if not wanted:
            return
        with store.writing(self.book.engine) as connection:
            held = _Held.load(connection, list(wanted))
            planned = [
                self._plan(number, each, held.events.get(number, [])) for number, each in wanted.items()
            ]
            new = [each for each in planned if not each.before]
            moved = [each for each in planned if each.before and each.appended]
            ids = {**held.ids, **self._insert(connection, new)}
            batch = store.Batch()
            for each in (*new, *moved):
                application_id = ids[each.number]
                batch.events(application_id, each.appended)
                changed = changes(
                    each.projected.clocks,
                    store.latest(held.clocks.get(application_id, ())),
                    held.thresholds.get(application_id, ()),
                    each.appended[-1].recorded_at,
                )
                batch.changes(application_id, changed)
            for each in moved:
                values = store.application_values(each.projected, [*each.before, *each.appended])
                batch.application(ids[each.number], values, each.appended)
            batch.write(connection)
            found = self._note_findings(connection, [*new, *moved], ids, held)
        # Counted only after the commit: a batch that fails was not taken.
        self.done.accepted += len(new)
        self.done.updated += len(moved)
        self.done.unchanged += sum(1 for each in planned if each.before and not each.appended)
        self.done.findings += found

    def _plan(self, number: str, wanted: _Wanted, before: list[Event]) -> "_Planned":
        appended: list[Event] = []
        last = before[-1] if before else None
        recorded_at = next_recorded_at(before, self.now)
        for each in _Difference(wanted, before, self.now, recorded_at, self.actor).records():
            last = chained(number, last, each)
            appended.append(last)
        projected = project([*before, *appended], self.book.rules) if appended else None
        return _Planned(number, wanted, before, appended, projected)

    def _insert(self, connection: sa.Connection, new: list["_Planned"]) -> dict[str, int]:
        rows = [
            {"number": each.number, **store.application_values(each.projected, each.appended)} for each in new
        ]
        return store.insert_applications(connection, rows) if rows else {}

    def _note_findings(
        self, connection: sa.Connection, planned: list["_Planned"], ids: dict[str, int], held: "_Held"
    ) -> list[tuple[str, Finding]]:
        new = [
            (each.number, found)
            for each in planned
            for found in _found(self.book.rules, each)
            if (ids[each.number], found.code.value, found.evidence) not in held.findings
        ]
        if new:
            rows = [finding_row(ids[number], found, self.now) for number, found in new]
            connection.execute(sa.insert(finding), rows)
        return new


@dataclass(frozen=True, slots=True)
class _Planned:
    """What taking one row will do."""

    number: str
    wanted: _Wanted
    before: list[Event]
    appended: list[Event]
    _projected: Projection | None

    @property
    def projected(self) -> Projection:
        """Known for every application that has records."""
        if self._projected is None:
            raise ValueError(f"{self.number}: nothing was appended")
        return self._projected


@dataclass(frozen=True)
class _Held:
    """What the book holds of a batch's applications, read under its lock."""

    ids: dict[str, int]
    events: dict[str, list[Event]]
    clocks: dict[int, list[ClockRow]]
    thresholds: dict[int, list[ThresholdRow]]
    findings: set[tuple[int, str, str]]

    @classmethod
    def load(cls, connection: sa.Connection, numbers: list[str]) -> "_Held":
        """Lock the applications among ``numbers`` that exist, and read everything of them."""
        connection.execute(
            sa.update(application)
            .where(application.c.number.in_(numbers))
            .values(events=application.c.events)
        )
        ids = store.ids_of(connection, numbers)
        held = cls(ids, defaultdict(list), defaultdict(list), defaultdict(list), set())
        if not ids:
            return held
        by_id = {application_id: number for number, application_id in ids.items()}

        for application_id, records in store.events_by(connection, by_id).items():
            held.events[by_id[application_id]] = records
        held.clocks.update(store.clocks_by(connection, by_id))
        held.thresholds.update(store.thresholds_by(connection, by_id))
        known = sa.select(finding).where(finding.c.application_id.in_(list(by_id)))
        held.findings.update(
            (row.application_id, row.code, row.evidence) for row in connection.execute(known)
        )
        return held


class _Difference:
    """The records a row adds to what is already known of its application.

    What the ledger said before and says again is nothing new, also after somebody put it right at the
    desk: sending the same ledger twice changes nothing.
    """

    def __init__(
        self, wanted: _Wanted, before: Sequence[Event], now: datetime, recorded_at: datetime, actor: str
    ) -> None:
        self._wanted, self._before, self._now, self._actor = wanted, before, now, actor
        self._recorded_at = recorded_at
        self._facts = facts_of(before)
        self._times: list[tuple[EventType, datetime]] = list(wanted.row.times) if wanted.row else []
        self._told = _last_told(before)

    def records(self) -> list[Event]:
        """The new records: facts in the order they happened, then what was put right."""
        facts = [*self._times_told(), *self._suspensions_told()]
        facts.sort(key=lambda each: (each.occurred_at, RANK[each.type]))
        # The acceptance carries the registration everything else is judged by, so it is told first.
        facts.sort(key=lambda each: each.type is not E.ACCEPTED)
        return [*facts, *self._contract_told(), *self._ending_told(), *self._amendments()]

    def _times_told(self) -> Iterator[Event]:
        for event_type, at in self._times:
            held = [fact for fact in self._facts if fact.type is event_type]
            if self._told.get(event_type) == at or any(_same(fact.at, at) for fact in held):
                continue
            if held:
                yield self._corrected(held[-1].seq, at)
            else:
                yield self._record(event_type, at, self._registration(event_type))

    def _corrected(self, seq: int, at: datetime) -> Event:
        told = {"seq": seq, "occurred_at": at.isoformat(), "reason": "台账中的时间与原记录不同"}
        return self._record(E.CORRECTED, self._now, told)

    def _registration(self, event_type: EventType) -> dict[str, Any]:
        row = self._wanted.row
        if event_type is not E.ACCEPTED or row is None:
            return {}
        told = _registration(row).to_payload()
        assumed = sorted(told.keys() - row.said)
        return {"registration": told, "assumed": assumed} if assumed else {"registration": told}

    def _suspensions_told(self) -> Iterator[Event]:
        rows = sorted(self._wanted.suspensions, key=lambda each: each.suspended_at)
        told = _pauses_told(self._before)
        gone = [each for start, each in told.items() if start not in {row.suspended_at for row in rows}]
        for row in rows:
            held = told.get(row.suspended_at) or self._at_the_desk(row)
            moved = next((each for each in gone if each.ended_at and each.ended_at == row.resumed_at), None)
            if held is None and moved is not None:
                gone.remove(moved)
                yield self._corrected(moved.seq, row.suspended_at)
            elif held is None:
                yield from self._new_pause(row)
            elif row.resumed_at is None or held.ended_at == row.resumed_at:
                continue
            elif held.ended_seq is None:
                yield self._resumed(row, row.resumed_at)
            else:
                yield self._corrected(held.ended_seq, row.resumed_at)

    def _at_the_desk(self, row: SuspensionRow) -> "_Pause | None":
        """The same suspension as the desk recorded it, to the minute."""
        for begun, ended in suspensions(self._facts):
            if _same(begun.at, row.suspended_at):
                if ended is None:
                    return _Pause(begun.seq)
                same = row.resumed_at is not None and _same(ended.at, row.resumed_at)
                return _Pause(begun.seq, ended.seq, row.resumed_at if same else ended.at)
        return None

    def _new_pause(self, row: SuspensionRow) -> Iterator[Event]:
        told = {
            "reason": row.reason,
            "evidence": row.evidence,
            "handler": row.handler,
            "approver": row.approver,
        }
        yield self._record(E.SUSPENDED, row.suspended_at, told)
        if row.resumed_at is not None:
            yield self._resumed(row, row.resumed_at)

    def _resumed(self, row: SuspensionRow, at: datetime) -> Event:
        """Names the suspension it ends: rows of a ledger may overlap."""
        return self._record(E.RESUMED, at, {"of": row.suspended_at.isoformat()})

    def _contract_told(self) -> Iterator[Event]:
        """契约完成日期: the ledger says until when, not since when; taken as agreed at acceptance (X)."""
        row = self._wanted.row
        if row is None or row.contract_on is None:
            return
        agreed = [fact.payload["on"] for fact in self._facts if fact.type is E.CONTRACT_AGREED]
        on = row.contract_on.isoformat()
        if on in agreed[-1:]:
            return
        at = self._now if agreed else dict(self._times).get(E.ACCEPTED, self._now)
        yield self._record(E.CONTRACT_AGREED, at, {"on": on})

    def _ending_told(self) -> Iterator[Event]:
        """终止 or 作废 without a time: known since this import, once."""
        row = self._wanted.row
        ending = CLOSED_BY.get(row.status) if row else None
        if ending is None or any(event_type is ending for event_type, _ in self._times):
            return
        if not any(fact.type is ending for fact in self._facts):
            yield self._record(ending, self._now, {"reason": f"台账状态为{ending.label}，没有写时间"})

    def _amendments(self) -> Iterator[Event]:
        """Values that differ from the registration; a cell or a column left blank takes nothing away."""
        row = self._wanted.row
        if row is None or not self._before:
            return
        held = registration_of(self._before).to_payload()
        before = _last_registration(self._before)
        differing = {
            name: value
            for name, value in _registration(row).to_payload().items()
            if name in row.said and value not in (held[name], "", before.get(name))
        }
        if differing.get("manager") in _owners_since_told(self._before):
            del differing["manager"]
        if differing:
            yield self._record(
                E.AMENDED, self._now, {"changes": differing, "reason": "台账中的资料与原记录不同"}
            )

    def _record(self, event_type: EventType, at: datetime, payload: dict[str, Any] | None = None) -> Event:
        told = {**(payload or {}), "imported": True}
        return Event(0, event_type, at, self._recorded_at, self._actor, told)


@dataclass
class _Pause:
    """A suspension a ledger told: the records of its start and end, and the end as last told."""

    seq: int
    ended_seq: int | None = None
    ended_at: datetime | None = None


def _pauses_told(before: Iterable[Event]) -> dict[datetime, _Pause]:
    """The suspensions told by ledgers, by their start as last told."""
    found: dict[datetime, _Pause] = {}
    for event in before:
        if not event.payload.get("imported"):
            continue
        if event.type is E.SUSPENDED:
            found[event.occurred_at] = _Pause(event.seq)
        elif event.type is E.RESUMED:
            pause = found.get(local(datetime.fromisoformat(event.payload["of"])))
            if pause is not None:
                pause.ended_seq, pause.ended_at = event.seq, event.occurred_at
        elif event.type is E.CORRECTED:
            _move_pause(found, event.payload["seq"], event.payload["occurred_at"])
    return found


def _move_pause(found: dict[datetime, _Pause], seq: int, to: str) -> None:
    at = local(datetime.fromisoformat(to))
    for start, pause in list(found.items()):
        if pause.seq == seq:
            found[at] = found.pop(start)
        elif pause.ended_seq == seq:
            pause.ended_at = at


def _last_told(before: Iterable[Event]) -> dict[EventType, datetime]:
    """The instant a ledger last told for each kind of fact."""
    types: dict[int, EventType] = {}
    told: dict[EventType, datetime] = {}
    for event in before:
        if not event.payload.get("imported"):
            continue
        if event.type is E.CORRECTED and event.payload["seq"] in types:
            told[types[event.payload["seq"]]] = local(datetime.fromisoformat(event.payload["occurred_at"]))
        elif event.type not in ABOUT_RECORDS:
            types[event.seq] = event.type
            told[event.type] = event.occurred_at
    return told


def _last_registration(before: Iterable[Event]) -> dict[str, Any]:
    """What a ledger last told of each value of the registration; a default it left to us is not told."""
    told: dict[str, Any] = {}
    for event in before:
        if event.payload.get("imported"):
            said = event.payload.get("registration") or event.payload.get("changes") or {}
            assumed = event.payload.get("assumed", ())
            told.update({name: value for name, value in said.items() if name not in assumed})
    return told


def _owners_since_told(before: Iterable[Event]) -> set[str]:
    """Whom the desk made account manager since a ledger last told one: an export names them behind time."""
    found: set[str] = set()
    for event in before:
        if event.type is E.ASSIGNED:
            found.add(event.payload["manager"])
        elif event.payload.get("imported") and "manager" in event.payload.get("changes", ()):
            found.clear()
    return found


def _same(held: datetime, told: datetime) -> bool:
    """A ledger tells minutes; a record made on the desk knows the second."""
    if told.second == 0:
        held = held.replace(second=0, microsecond=0)
    return held == told


def _registration(row: LedgerRow) -> Registration:
    return Registration(
        unit=row.unit,
        station=row.station,
        customer=row.customer,
        address=row.address,
        customer_class=row.customer_class,
        voltage=row.voltage,
        supplies=row.supplies,
        capacity=row.capacity,
        kind=row.kind,
        channel=row.channel,
        proactive=row.proactive,
        boundary=row.boundary,
        customer_works=row.customer_works,
        supporting=row.supporting,
        manager=row.manager,
    )


def _found(rules: Rules, planned: _Planned) -> list[Finding]:
    projected, row = planned.projected, planned.wanted.row
    found = find(projected, rules.calendar)
    people = (row.manager,) if row is not None and row.manager else ()
    if row is not None and row.status is Status.ARCHIVED and first(projected.facts, E.ARCHIVED) is None:
        found.append(Finding(Code.SEQUENCE, "台账状态为归档，却没有归档时间", people))
    if row is not None and row.status is Status.OPEN and projected.status in CLOSED_BY:
        found.append(Finding(Code.SEQUENCE, f"台账状态为在途，而按记录已{projected.status.label}", people))
    return found
