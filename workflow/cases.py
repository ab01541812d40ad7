"""One function for each thing that can happen to an application.

Every function takes the instant it happened (``at``), the instant it is recorded (``now``) and who
records it (``actor``); it writes everything that follows in one transaction, or raises and writes
nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from limits.zone import local
from workflow import book as books
from workflow import errors, store
from workflow.book import Book, Recorded, record
from workflow.events import ABOUT_RECORDS, BESIDE_STEPS, Event, EventType, chained
from workflow.history import Registration, amendment_problem, registration_of, withdrawn_records
from workflow.projection import project
from workflow.restarts import find_restarted

E = EventType


class When(TypedDict):
    """What every record carries. Instants are aware."""

    at: datetime
    now: datetime
    actor: str


def accept(
    book: Book,
    number: str,
    registration: Registration,
    *,
    applied_at: datetime | None = None,
    papers: Sequence[Mapping[str, Any]] = (),
    **when: Unpack[When],
) -> Recorded:
    """受理: the application begins, and the rules of this day bind it for its whole life.

    ``papers``: the documents that were at hand, as ``workflow.documents.papers_at_hand`` makes them.
    """
    at, now = local(when["at"]), local(when["now"])
    for event_type, instant in ((E.ACCEPTED, at), (E.APPLIED, applied_at or at)):
        books.refuse_future(event_type, instant, now)
    books.refuse_unstorable("actor", "登记人", when["actor"])
    for name, what, text in registration.texts(number):
        books.refuse_unstorable(name, what, text)
    payload = {"registration": registration.to_payload()}
    wanted = [Event(0, E.ACCEPTED, at, now, when["actor"], payload)]
    if applied_at is not None:
        wanted.append(Event(0, E.APPLIED, local(applied_at), now, when["actor"]))
    wanted += [Event(0, E.DOCUMENT_RECEIVED, at, now, when["actor"], dict(paper)) for paper in papers]
    records: list[Event] = []
    for each in wanted:
        records.append(chained(number, records[-1] if records else None, each))
    projected = project(records, book.rules)
    with books.opened(book) as connection:
        if store.find(connection, number) is not None:
            raise errors.ApplicationExists(number=number)
        if book.dry:
            return Recorded(number, records[0], projected)
        row = {"number": number, **store.application_values(projected, records)}
        application_id = store.insert_applications(connection, [row])[number]
        books.write(connection, book.rules, application_id, records, records, projected, now)
        find_restarted(connection, now, registration.address)
    return Recorded(number, records[0], projected)


def approve_plan(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """供电方案审批: before the plan is given; by somebody else than who gives it."""
    return record(book, number, E.PLAN_APPROVED, **when)


def reply_plan(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """供电方案答复: the plan is given to the customer."""
    return record(book, number, E.PLAN_REPLIED, **when)


def start_works(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """客户工程开工."""
    return record(book, number, E.WORKS_STARTED, **when)


def finish_works(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """客户工程完工."""
    return record(book, number, E.WORKS_FINISHED, **when)


def submit_design(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """设计报审: the papers are in, and the company's time runs."""
    return record(book, number, E.DESIGN_SUBMITTED, **when)


def review_design(book: Book, number: str, *, passed: bool, opinion: str, **when: Unpack[When]) -> Recorded:
    """设计审查意见, given once and in writing."""
    event = E.DESIGN_PASSED if passed else E.DESIGN_FAILED
    return record(book, number, event, payload={"opinion": opinion}, **when)


def request_interim(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """中间检查申请."""
    return record(book, number, E.INTERIM_REQUESTED, **when)


def start_interim(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """中间检查开始: what the regulator's limit waits for (供电监管办法第十一条)."""
    return record(book, number, E.INTERIM_STARTED, **when)


def finish_interim(book: Book, number: str, *, passed: bool, opinion: str, **when: Unpack[When]) -> Recorded:
    """中间检查意见."""
    event = E.INTERIM_PASSED if passed else E.INTERIM_FAILED
    return record(book, number, event, payload={"opinion": opinion}, **when)


def report_completion(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """竣工报验."""
    return record(book, number, E.COMPLETION_REPORTED, **when)


def start_final(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """竣工检验开始."""
    return record(book, number, E.FINAL_STARTED, **when)


def finish_final(book: Book, number: str, *, passed: bool, opinion: str, **when: Unpack[When]) -> Recorded:
    """竣工检验意见: a failed one sends the customer back to works."""
    event = E.FINAL_PASSED if passed else E.FINAL_FAILED
    return record(book, number, event, payload={"opinion": opinion}, **when)


def complete_formalities(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """手续办结: contract and fees are done, and the energizing limit runs."""
    return record(book, number, E.FORMALITIES_DONE, **when)


def energize(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """装表接电."""
    return record(book, number, E.ENERGIZED, **when)


def archive(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """归档: from here the application counts in its month."""
    return record(book, number, E.ARCHIVED, **when)


def suspend(
    book: Book, number: str, *, reason: str, evidence: str, approver: str, **when: Unpack[When]
) -> Recorded:
    """挂起: stops every clock. Needs a reason, evidence and an approver who is not the handler."""
    for missing, problem in ((reason, "没有写原因"), (evidence, "没有写依据"), (approver, "没有写批准人")):
        if not missing.strip():
            raise errors.SuspensionNotApproved(number=number, problem=problem)
    if approver.strip() == when["actor"].strip():
        raise errors.SuspensionNotApproved(number=number, problem=f"批准人与经办人同为 {approver}")
    payload = {"reason": reason, "evidence": evidence, "handler": when["actor"], "approver": approver}
    return record(book, number, E.SUSPENDED, payload=payload, **when)


def resume(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """恢复: the due date is counted on from this day."""
    return record(book, number, E.RESUMED, **when)


def terminate(book: Book, number: str, *, reason: str, **when: Unpack[When]) -> Recorded:
    """终止: judged in no clock that is still open; levels reached stay."""
    return record(book, number, E.TERMINATED, payload=_because(number, E.TERMINATED, reason), **when)


def void(book: Book, number: str, *, reason: str, **when: Unpack[When]) -> Recorded:
    """作废: entered by mistake, counted nowhere."""
    return record(book, number, E.VOIDED, payload=_because(number, E.VOIDED, reason), **when)


def start_supporting(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """配套工程开工."""
    return record(book, number, E.SUPPORTING_STARTED, **when)


def finish_supporting(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """配套工程完工."""
    return record(book, number, E.SUPPORTING_FINISHED, **when)


def agree_contract(book: Book, number: str, *, on: date, **when: Unpack[When]) -> Recorded:
    """约定契约完成日期: the date the supporting works must be finished by; may lie ahead."""
    return record(book, number, E.CONTRACT_AGREED, payload={"on": on.isoformat()}, **when)


def find_constraint(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """发现电网受限: the customer goes on the constrained list."""
    return record(book, number, E.CONSTRAINT_FOUND, **when)


def report_constraint(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """受限清单上报."""
    return record(book, number, E.CONSTRAINT_REPORTED, **when)


def submit_approvals(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """政府并联审批报送."""
    return record(book, number, E.APPROVALS_SUBMITTED, **when)


def grant_approvals(book: Book, number: str, **when: Unpack[When]) -> Recorded:
    """政府并联审批完成."""
    return record(book, number, E.APPROVALS_GRANTED, **when)


def amend(book: Book, number: str, *, changes: dict[str, Any], reason: str, **when: Unpack[When]) -> Recorded:
    """补正资料: other values for the registration, as a record of its own with the reason."""
    payload = {"changes": changes, **_because(number, E.AMENDED, reason)}

    def check(events: list[Event]) -> None:
        problem = amendment_problem(registration_of(events), changes)
        if problem:
            raise errors.AmendmentInvalid(number=number, problem=problem)

    return record(book, number, E.AMENDED, payload=payload, check=check, **when)


def correct(
    book: Book,
    number: str,
    *,
    seq: int,
    reason: str,
    occurred_at: datetime | None = None,
    payload: dict[str, Any] | None = None,
    withdrawn: bool = False,
    **when: Unpack[When],
) -> Recorded:
    """更正: record ``seq`` happened at another instant, carried something else, or never happened.

    The record itself stays; a verdict it changes becomes a new version of the clock.
    """
    told: dict[str, Any] = {"seq": seq, **_because(number, E.CORRECTED, reason)}
    if occurred_at is not None:
        books.refuse_future(E.CORRECTED, occurred_at, when["now"])
        told["occurred_at"] = local(occurred_at).isoformat()
    if payload is not None:
        told["payload"] = payload
    if withdrawn:
        told["withdrawn"] = True

    def check(events: list[Event]) -> None:
        _check_correction(number, told, events)

    return record(book, number, E.CORRECTED, payload=told, check=check, **when)


def _check_correction(number: str, told: dict[str, Any], events: list[Event]) -> None:
    seq = told["seq"]
    if not 1 <= seq <= len(events):
        raise errors.RecordUnknown(number=number, seq=seq, last=len(events))
    event = events[seq - 1]
    withdrawn = withdrawn_records(events)
    problem = _payload_problem(event, told.get("payload"))
    if event.type in ABOUT_RECORDS:
        problem = f"它本身就是“{event.type.label}”"
    elif seq in withdrawn:
        problem = "它已被撤销"
    elif event.type is E.ACCEPTED and told.get("withdrawn"):
        problem = "受理不能撤销，请用作废"
    elif not told.keys() & {"occurred_at", "payload", "withdrawn"}:
        problem = "没有任何改动"
    if problem:
        raise errors.NothingToCorrect(number=number, seq=seq, event=event.type.label, problem=problem)


def _payload_problem(event: Event, payload: dict[str, Any] | None) -> str:
    """What a correction may say: the keys the record has, in values that can be read."""
    if payload is None:
        return ""
    if event.type is E.ACCEPTED:
        return "登记资料请用“补正资料”修改"
    if event.type in BESIDE_STEPS:
        return "内容不能改写，请撤销后重新登记"
    unknown = payload.keys() - event.payload.keys()
    if unknown or not payload:
        return f"内容中没有 {'、'.join(sorted(unknown))} 一项" if unknown else "没有任何改动"
    if not all(isinstance(value, str) and value.strip() for value in payload.values()):
        return "内容应为不空的文字"
    if "on" in payload and not _is_date(payload["on"]):
        return f"约定日期“{payload['on']}”不是日期"
    return ""


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _because(number: str, event_type: EventType, reason: str) -> dict[str, str]:
    if not reason.strip():
        raise errors.ReasonMissing(number=number, event=event_type.label)
    return {"reason": reason}
