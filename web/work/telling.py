"""An application as it is told: its clocks with their days, its records with what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from limits.clock import Reading, read
from limits.terms import Level, Verdict
from limits.zone import local
from web.work.day_strip import Cell, days_left_out, strip_of
from workflow.events import ABOUT_RECORDS, Event, EventType
from workflow.explaining import ExplainedApplication, ExplainedClock
from workflow.history import withdrawn_records

SAID = {
    "opinion": "意见",
    "reason": "原因",
    "evidence": "依据",
    "approver": "批准人",
    "handler": "经办人",
    "on": "约定日期",
    "manager": "客户经理",
    "name": "资料",
    "copies": "份数",
    "note": "备注",
    "score": "分数",
    "text": "评语",
}


@dataclass(frozen=True, slots=True)
class ClockPanel:
    """One clock as the page shows it."""

    explained: ExplainedClock
    reading: Reading
    level: Level | None
    cells: tuple[Cell, ...]
    left_out: int
    late: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """One record; ``late_days`` whole days between what happened and its record; ``withdrawn``: undone."""

    event: Event
    said: str
    withdrawn: bool
    corrected: bool
    late_days: int


def event_lines(told: ExplainedApplication) -> list[EventLine]:
    """The records, the latest last, with what became of each."""
    withdrawn = withdrawn_records(told.events)
    corrected = {e.payload["seq"] for e in told.events if e.type is EventType.CORRECTED}
    return [
        EventLine(
            event=each,
            said=_said(each, told.events),
            withdrawn=each.seq in withdrawn,
            corrected=each.seq in corrected,
            late_days=(local(each.recorded_at).date() - local(each.occurred_at).date()).days
            if each.type not in ABOUT_RECORDS
            else 0,
        )
        for each in told.events
    ]


def _said(event: Event, events: Sequence[Event]) -> str:
    """What a record carries, in one line."""
    parts = [f"{label}：{event.payload[name]}" for name, label in SAID.items() if event.payload.get(name)]
    if event.type is EventType.CORRECTED:
        about = events[event.payload["seq"] - 1]
        parts.insert(0, f"第 {about.seq} 号记录“{about.type.label}”")
        if event.payload.get("withdrawn"):
            parts.append("撤销")
        if moved := event.payload.get("occurred_at"):
            parts.append(f"改为 {local(datetime.fromisoformat(moved)):%Y-%m-%d %H:%M}")
    return "；".join(parts)


def panel_of(explained: ExplainedClock, now: datetime) -> ClockPanel:
    """A clock as it stands at ``now``."""
    standing = explained.clock.standing
    reading = read(standing, explained.clock.calendar, now)
    open_one = standing.final is None
    reached = [each.level for each in explained.clock.crossings if each.at <= now and open_one]
    return ClockPanel(
        explained=explained,
        reading=reading,
        level=reached[-1] if reached else None,
        cells=strip_of(explained, now),
        left_out=days_left_out(explained),
        late=reading.verdict in (Verdict.LATE, Verdict.OPEN_LATE),
    )
