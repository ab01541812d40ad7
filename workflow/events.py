"""What can happen to an application: the facts, in the past tense, and what each is called.

A fact is appended, never edited.  ``rank`` is the order in which facts of one instant are told.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from limits.terms import Term


class EventType(Term):
    """A fact somebody reports; declared in the order of a case's life."""

    BOOKED = "booked", "预约"
    DISPATCHED = "dispatched", "派工"
    RECEIVED = "received", "柜台收件"
    ENTERED = "entered", "录入"
    APPLIED = "applied", "申请"
    ACCEPTED = "accepted", "受理"
    ASSIGNED = "assigned", "确定客户经理"
    DOCUMENT_RECEIVED = "document_received", "收取资料"
    CONSTRAINT_FOUND = "constraint_found", "发现电网受限"
    CONSTRAINT_REPORTED = "constraint_reported", "受限清单上报"
    PLAN_APPROVED = "plan_approved", "供电方案审批"
    PLAN_REPLIED = "plan_replied", "供电方案答复"
    CONTRACT_AGREED = "contract_agreed", "约定契约完成日期"
    SUPPORTING_STARTED = "supporting_started", "配套工程开工"
    APPROVALS_SUBMITTED = "approvals_submitted", "政府审批报送"
    APPROVALS_GRANTED = "approvals_granted", "政府审批完成"
    WORKS_STARTED = "works_started", "客户工程开工"
    DESIGN_SUBMITTED = "design_submitted", "设计报审"
    DESIGN_FAILED = "design_failed", "设计审查不合格"
    DESIGN_PASSED = "design_passed", "设计审查合格"
    INTERIM_REQUESTED = "interim_requested", "中间检查申请"
    INTERIM_STARTED = "interim_started", "中间检查开始"
    INTERIM_FAILED = "interim_failed", "中间检查不合格"
    INTERIM_PASSED = "interim_passed", "中间检查合格"
    WORKS_FINISHED = "works_finished", "客户工程完工"
    COMPLETION_REPORTED = "completion_reported", "竣工报验"
    FINAL_STARTED = "final_started", "竣工检验开始"
    FINAL_FAILED = "final_failed", "竣工检验不合格"
    FINAL_PASSED = "final_passed", "竣工检验合格"
    SUPPORTING_FINISHED = "supporting_finished", "配套工程完工"
    FORMALITIES_DONE = "formalities_done", "手续办结"
    ENERGIZED = "energized", "装表接电"
    RATED = "rated", "客户评价"
    ARCHIVED = "archived", "归档"
    SUSPENDED = "suspended", "挂起"
    RESUMED = "resumed", "恢复"
    TERMINATED = "terminated", "终止"
    VOIDED = "voided", "作废"
    AMENDED = "amended", "补正资料"
    CORRECTED = "corrected", "更正"
    RESCHEDULED = "rescheduled", "到期日重算"


# Records about records: they say nothing happened to the customer.
ABOUT_RECORDS = frozenset({EventType.AMENDED, EventType.CORRECTED, EventType.RESCHEDULED})
# What goes on beside the steps: nobody's step, and no clock's event.
BESIDE_STEPS = frozenset({EventType.ASSIGNED, EventType.DOCUMENT_RECEIVED, EventType.RATED})
RANK = {event_type: rank for rank, event_type in enumerate(EventType)}
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """One record of the ledger. Instants are aware; ``hash`` covers everything before it."""

    seq: int
    type: EventType
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    payload: dict[str, Any] = field(default_factory=dict)
    prev_hash: str = GENESIS
    hash: str = ""


def canonical(value: object) -> str:
    """JSON with one spelling for each value, so that equal records have equal hashes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def event_hash(number: str, event: Event) -> str:
    """SHA-256 over the record, the application it belongs to and the hash of the record before it."""
    told = canonical(
        [
            event.prev_hash,
            number,
            event.seq,
            event.type.value,
            event.occurred_at.astimezone(UTC).isoformat(),
            event.recorded_at.astimezone(UTC).isoformat(),
            event.actor,
            event.payload,
        ]
    )
    return hashlib.sha256(told.encode()).hexdigest()


def chained(number: str, after: Event | None, event: Event) -> Event:
    """``event`` as the record that follows ``after`` in the chain of application ``number``."""
    seq, prev_hash = (after.seq + 1, after.hash) if after else (1, GENESIS)
    following = replace(event, seq=seq, prev_hash=prev_hash, hash="")
    return replace(following, hash=event_hash(number, following))
