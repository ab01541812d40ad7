"""Documents against the list: what is there, what is missing, what must not be asked for (domain §8, [34]).

A document is taken by a record of its own.  One that is not on the list of the class is refused at the
desk; a record that has one all the same is a finding, ``extra_document``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Unpack

from limits.documents import OF_AN_AGENT, AcceptanceMode, ArchiveRule, DocumentRule, Need
from limits.errors import YekuoError
from limits.force import Citation
from limits.terms import CustomerClass
from limits.zone import local
from workflow import errors, store
from workflow.book import Book, Recorded, record
from workflow.cases import When
from workflow.events import Event, EventType
from workflow.history import Fact, Registration, accepted_on, facts_of, known_at, registration_of
from workflow.rules import Rules

E = EventType
LONGEST_NOTE = 256
MOST_COPIES = 99


class ExtraDocument(YekuoError):
    """不得向{customer_class}客户收取“{name}”：申请 {number} 的资料清单只有 {listed}。清单以外的资料一律不得要求客户提供。"""

    code = "extra_document"


class DocumentInvalid(YekuoError):
    """申请 {number} 的资料“{name}”未登记：{problem}。请写明份数（1 至 99）、是否原件，备注不超过 256 个字。"""

    code = "document_invalid"


@dataclass(frozen=True, slots=True)
class Received:
    """A document that was taken; ``extra``: it is not on the list."""

    kind: str
    name: str
    original: bool
    copies: int
    note: str
    at: datetime
    actor: str
    extra: bool


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One thing to be proved: any one of ``kinds`` (kind, label) does. ``required``: this customer must."""

    need: Need
    kinds: tuple[tuple[str, str], ...]
    required: bool
    received: tuple[Received, ...]
    citation: Citation

    @property
    def missing(self) -> bool:
        return self.required and not self.received


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """One document of the archive. ``due``: what it tells of has happened; ``original``: it must be one."""

    kind: str
    label: str
    original: bool
    due: bool
    received: tuple[Received, ...]
    citation: Citation

    @property
    def missing(self) -> bool:
        return self.due and not any(each.original or not self.original for each in self.received)


@dataclass(frozen=True, slots=True)
class Checklist:
    """An application's documents. ``mode`` is by what was there on the day of acceptance (X)."""

    mode: AcceptanceMode
    needs: tuple[NeedLine, ...]
    archive: tuple[ArchiveLine, ...]
    extra: tuple[Received, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is left to collect from the customer."""
        return not any(line.missing for line in self.needs)


def checklist(book: Book, number: str, now: datetime) -> Checklist:
    """The documents of application ``number`` by ``now``; raises ApplicationUnknown."""
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, number)
        events = store.events_of(connection, application_id) if application_id is not None else []
    if not any(event.type is E.ACCEPTED and event.occurred_at <= now for event in events):
        raise errors.ApplicationUnknown(number=number)
    return checklist_of(known_at(facts_of(events), now), registration_of(events), book.rules)


def checklist_of(facts: Sequence[Fact], registration: Registration, rules: Rules) -> Checklist:
    """The list that binds the application since its acceptance, beside what was taken."""
    on, customer_class = accepted_on(facts), registration.customer_class
    materials = rules.policies.materials_for(customer_class, on)
    archive = rules.policies.archive_for(customer_class, on)
    allowed = rules.policies.papers_for(customer_class, on)
    received = [_received(fact, allowed) for fact in facts if fact.type is E.DOCUMENT_RECEIVED]
    happened = {fact.type.value for fact in facts}
    return Checklist(
        mode=_mode(_needs(materials, [each for each in received if each.at.date() <= on])),
        needs=_needs(materials, received),
        archive=tuple(_archive(rule, received, happened) for rule in archive),
        extra=tuple(each for each in received if each.extra),
    )


def receive(
    book: Book,
    number: str,
    *,
    kind: str,
    original: bool = False,
    copies: int = 1,
    note: str = "",
    **when: Unpack[When],
) -> Recorded:
    """收取资料: one document of the list; raises ExtraDocument for any other (不得多收 [34])."""
    payload = document_payload(number, kind, original, copies, note)

    def check(events: list[Event]) -> None:
        payload["name"] = check_document(book.rules, number, kind, events)

    return record(book, number, E.DOCUMENT_RECEIVED, payload=payload, check=check, **when)


def document_payload(number: str, kind: str, original: bool, copies: int, note: str) -> dict[str, Any]:
    """What the record of a document carries; raises DocumentInvalid."""
    problem = "" if 1 <= copies <= MOST_COPIES else f"份数是 {copies}"
    if len(note.strip()) > LONGEST_NOTE:
        problem = f"备注有 {len(note.strip())} 个字"
    if problem:
        raise DocumentInvalid(number=number, name=kind[:60], problem=problem)
    return {"kind": kind, "original": original, "copies": copies, "note": note.strip()}


def check_document(rules: Rules, number: str, kind: str, events: Iterable[Event]) -> str:
    """What people call ``kind``; raises ExtraDocument when it is not on the list of this application."""
    listed = list(events)
    return _listed(rules, number, kind, registration_of(listed).customer_class, accepted_on(facts_of(listed)))


def papers_at_hand(
    rules: Rules, number: str, customer_class: CustomerClass, on: date, kinds: Iterable[str]
) -> list[dict[str, Any]]:
    """What the records of documents taken with an acceptance on ``on`` carry, one copy of each kind.

    Raises ExtraDocument.
    """
    return [
        document_payload(number, kind, original=False, copies=1, note="")
        | {"name": _listed(rules, number, kind, customer_class, on)}
        for kind in dict.fromkeys(kinds)
    ]


def _listed(rules: Rules, number: str, kind: str, customer_class: CustomerClass, on: date) -> str:
    asked = {
        paper.kind: paper.label
        for rule in rules.policies.materials_for(customer_class, on)
        for paper in rule.papers
    }
    held = {rule.paper.kind: rule.paper.label for rule in rules.policies.archive_for(customer_class, on)}
    if asked and kind not in asked and kind not in held:
        label = _labels(rules).get(kind, kind[:60])
        said = "、".join(asked.values())
        raise ExtraDocument(number=number, name=label, customer_class=customer_class.label, listed=said)
    return asked.get(kind) or held.get(kind) or kind[:60]


def _labels(rules: Rules) -> dict[str, str]:
    return {paper.kind: paper.label for rule in rules.policies.materials for paper in rule.papers}


def _received(fact: Fact, allowed: frozenset[str] | None) -> Received:
    told = fact.payload
    kind = str(told.get("kind", ""))
    return Received(
        kind=kind,
        name=str(told.get("name") or kind),
        original=bool(told.get("original")),
        copies=int(told.get("copies", 1)),
        note=str(told.get("note", "")),
        at=local(fact.at),
        actor=fact.actor,
        extra=allowed is not None and kind not in allowed,
    )


def _needs(materials: Sequence[DocumentRule], received: Sequence[Received]) -> tuple[NeedLine, ...]:
    """An agent is known by either of an agent's documents; then both are needed (domain §8)."""
    agents = {paper.kind for rule in materials if rule.need in OF_AN_AGENT for paper in rule.papers}
    by_agent = any(each.kind in agents for each in received)
    lines = []
    for rule in materials:
        kinds = tuple((paper.kind, paper.label) for paper in rule.papers)
        names = {kind for kind, _ in kinds}
        lines.append(
            NeedLine(
                need=rule.need,
                kinds=kinds,
                required=by_agent or rule.need not in OF_AN_AGENT,
                received=tuple(each for each in received if each.kind in names),
                citation=rule.citation,
            )
        )
    return tuple(lines)


def _mode(needs: Sequence[NeedLine]) -> AcceptanceMode:
    """两证办结 with everything there; 容缺办理 with the identity alone; 零证预约 with nothing [34].

    A title without an identity is not named: it counts as nothing there (X).
    """
    if not any(line.missing for line in needs):
        return AcceptanceMode.TWO_DOCUMENT
    identified = any(line.need is Need.IDENTITY and line.received for line in needs)
    return AcceptanceMode.DEFERRED_DOCUMENT if identified else AcceptanceMode.NO_DOCUMENT


def _archive(rule: ArchiveRule, received: Sequence[Received], happened: set[str]) -> ArchiveLine:
    return ArchiveLine(
        kind=rule.paper.kind,
        label=rule.paper.label,
        original=rule.original,
        due=not rule.after or rule.after in happened,
        received=tuple(each for each in received if each.kind == rule.paper.kind),
        citation=rule.citation,
    )
