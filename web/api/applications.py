"""Reading applications: the queue, one of them, its clocks, records, documents and alarms."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field

from alerts.listing import alerts
from limits.terms import CustomerClass, Level, Step
from limits.zone import local
from web.access.admission import needs
from web.access.read_log import note_read
from web.access.rights import Account, Right
from web.access.visible import queue_of, shown
from web.api.alarms import AlertOut
from web.api.models import MOST_ROWS, ROWS, Model, Page, Text
from web.api.routing import refusals
from web.api.routing import router as api_router
from web.api.shapes import (
    ApplicationOut,
    ArchiveOut,
    ChecklistOut,
    CitationOut,
    ClockOut,
    ClockReading,
    CrossingOut,
    DayOut,
    KindOut,
    LineOut,
    NeedOut,
    OwnedOut,
    PauseOut,
    ReceivedOut,
    RegistrationOut,
    RowOut,
    StepOut,
)
from web.desk import ADesk, Desk
from web.work.queue_filters import LONGEST_TEXT, filters_of
from web.work.telling import event_lines, panel_of
from workflow import store
from workflow.assignment import owners
from workflow.book import Book, held_events
from workflow.documents import NeedLine, checklist
from workflow.errors import ApplicationUnknown
from workflow.explaining import ExplainedClock, explain_application
from workflow.history import facts_of, known_at, suspensions
from workflow.machine import SUSPENDED, State
from workflow.progress import progress_of
from workflow.projection import project
from workflow.queue import Cursor, Filters, QueuePage, work_queue

router = api_router("申请")
AReader = Annotated[Account, needs(Right.READ_APPLICATIONS)]
ANumber = Annotated[str, Path(description="申请编号；其中的 / 可以写成 %2F", examples=["NX20261102001"])]
AFilter = Annotated[Text, Field(max_length=LONGEST_TEXT)]


class Asked(Model):
    """What of a queue is wanted."""

    text: AFilter | None = Field(
        None, description="编号的开头，或客户名称、用电地址的一部分", examples=["振兴"]
    )
    customer_class: CustomerClass | None = Field(None, description="客户类别")
    step: Step | None = Field(None, description="环节")
    level: Level | None = Field(None, description="级别")
    station: AFilter | None = Field(None, description="供电所", examples=["城关供电所"])
    manager: AFilter | None = Field(None, description="客户经理", examples=["李四"])
    due: Literal["late", "today", "tomorrow", "week"] | None = Field(
        None, description="已超期、今天到期、明天前到期、七日内到期"
    )
    cursor: Text | None = Field(None, description="上一页给出的 next；不写从头开始")
    limit: int = Field(ROWS, ge=1, le=MOST_ROWS, description="一页最多几项")

    def filters(self, now: datetime) -> Filters:
        """As the queue takes them."""
        return filters_of(self.model_dump(mode="json", exclude_none=True, exclude={"cursor", "limit"}), now)

    def after(self) -> Cursor | None:
        """Where the page begins; raises CursorInvalid."""
        return Cursor.decode(self.cursor) if self.cursor else None


def sorted_at(desk: Desk) -> datetime:
    """As of when a list is sorted: the minute that runs, so that within it the same question has one answer."""
    return local(desk.now()).replace(second=0, microsecond=0)


def page_of(found: QueuePage) -> Page[RowOut]:
    """A page of a queue."""
    items = tuple(RowOut.model_validate(each) for each in found.rows)
    return Page[RowOut](items=items, next=found.next.encode() if found.next else None)


@router.get("/applications", summary="我的工单：在办的申请，最紧急的在前")
def queue(desk: ADesk, account: AReader, asked: Annotated[Asked, Query()]) -> Page[RowOut]:
    """The queue of the account."""
    now = sorted_at(desk)
    return page_of(
        work_queue(desk.book, now, queue_of(account), asked.filters(now), asked.after(), asked.limit)
    )


@router.get("/applications/{number:path}/clocks", summary="各层计时，逐日说明", responses=refusals(404))
def clocks(desk: ADesk, account: AReader, number: ANumber) -> tuple[ClockOut, ...]:
    """Every clock that has started."""
    now, number = read_by(desk, account, number)
    return tuple(_clock(each, now) for each in explain_application(desk.book, number, now).clocks)


@router.get("/applications/{number:path}/events", summary="全部登记记录", responses=refusals(404))
def events(desk: ADesk, account: AReader, number: ANumber) -> tuple[LineOut, ...]:
    """Every record, in the order it was written."""
    now, number = read_by(desk, account, number)
    told = explain_application(desk.book, number, now)
    return tuple(LineOut.model_validate(each) for each in event_lines(told))


@router.get(
    "/applications/{number:path}/documents", summary="资料：应收、已收、还缺", responses=refusals(404)
)
def documents(desk: ADesk, account: AReader, number: ANumber) -> ChecklistOut:
    """The documents against the list."""
    now, number = read_by(desk, account, number)
    found = checklist(desk.book, number, now)
    return ChecklistOut(
        mode=found.mode.value,
        complete=found.complete,
        needs=tuple(map(_need, found.needs)),
        archive=tuple(map(ArchiveOut.model_validate, found.archive)),
        extra=tuple(ReceivedOut.model_validate(each) for each in found.extra),
    )


@router.get("/applications/{number:path}/alerts", summary="这件申请的预警告警", responses=refusals(404))
def alarms(
    desk: ADesk, account: Annotated[Account, needs(Right.READ_ALERTS)], number: ANumber
) -> tuple[AlertOut, ...]:
    """Its alarms, the newest first."""
    now, number = read_by(desk, account, number)
    return tuple(AlertOut.model_validate(each) for each in alerts(desk.book, now, number=number))


# After the parts of an application: a number may hold a slash, the word after it may not.
one_router = api_router("申请")


@one_router.get("/applications/{number:path}", summary="一件申请", responses=refusals(404))
def application(desk: ADesk, account: AReader, number: ANumber) -> ApplicationOut:
    """What it is, where it stands, who has owned it."""
    now, number = read_by(desk, account, number)
    return told_of(desk.book, number, now)


def read_by(desk: Desk, account: Account, number: str) -> tuple[datetime, str]:
    """Now, and the number as it is kept, once it is noted that it was read; raises ApplicationUnknown."""
    row, now = shown(desk.engine, account, number), local(desk.now())
    note_read(desk.engine, account, row.id, "api", now)
    return now, row.number


def told_of(book: Book, number: str, now: datetime) -> ApplicationOut:
    """Application ``number`` as it stands at ``now``; raises ApplicationUnknown."""
    with store.reading(book.engine) as connection:
        records = held_events(connection, number)[1]
    if records[0].occurred_at > now:
        raise ApplicationUnknown(number=number)
    projected = project(records, book.rules, until=now)
    steps = progress_of(book, number, projected, now).steps
    return ApplicationOut(
        number=number,
        registration=RegistrationOut.model_validate(projected.registration),
        status=projected.status,
        state=State.of(projected.position.state),
        step=projected.step,
        suspended=bool(projected.position.flags & SUSPENDED),
        accepted_at=projected.accepted_at,
        archived_at=projected.archived_at,
        steps=tuple(StepOut.model_validate(each) for each in steps),
        owners=tuple(OwnedOut.model_validate(each) for each in owners(records)),
        suspensions=tuple(
            PauseOut(since=begun.at, until=ended.at if ended else None, **_said(begun.payload))
            for begun, ended in suspensions(known_at(facts_of(records), now))
        ),
    )


def _said(payload: dict[str, object]) -> dict[str, str]:
    return {name: str(payload.get(name) or "") for name in ("reason", "evidence", "approver")}


def _clock(explained: ExplainedClock, now: datetime) -> ClockOut:
    panel, rule, told = panel_of(explained, now), explained.clock.bound.rule, explained.explanation
    standing = explained.clock.standing
    return ClockOut(
        layer=rule.layer,
        name=rule.name,
        label=rule.label,
        role=rule.role,
        unit=standing.unit,
        limit=standing.limit,
        citation=CitationOut.model_validate(explained.citation),
        started_at=standing.started_at,
        due_at=standing.due_at,
        late_at=standing.late_at,
        paused_at=standing.paused_at,
        stopped_at=standing.stopped_at,
        cut_at=standing.cut_at,
        reading=ClockReading.model_validate(panel.reading),
        level=panel.level,
        levels=tuple(
            CrossingOut(level=each.level, at=each.at, reached=each.at <= now)
            for each in explained.clock.crossings
        ),
        conclusion=told.conclusion,
        days=tuple(DayOut.model_validate(each) for each in told.days),
        sources=told.sources,
    )


def _need(line: NeedLine) -> NeedOut:
    return NeedOut(
        need=line.need.value,
        label=line.need.label,
        kinds=tuple(KindOut(kind=kind, label=label) for kind, label in line.kinds),
        required=line.required,
        missing=line.missing,
        received=tuple(ReceivedOut.model_validate(each) for each in line.received),
        citation=CitationOut.model_validate(line.citation),
    )
