"""One application: its steps, clocks, records, documents, suspensions, alarms, owners, and what can be done."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from alerts.listing import alerts
from limits.zone import local
from web.access.admission import needs
from web.access.read_log import note_read
from web.access.rights import Account, Right, may
from web.access.visible import shown
from web.desk import ADesk
from web.rendering import render
from web.work.day_strip import LEGEND
from web.work.recording import doable
from web.work.telling import event_lines, panel_of
from workflow.actions import actions
from workflow.assignment import owners
from workflow.documents import checklist
from workflow.events import EventType
from workflow.explaining import explain_application
from workflow.history import facts_of, known_at, suspensions
from workflow.progress import progress_of

router = APIRouter(include_in_schema=False)


@router.get("/applications/{number:path}")
def application_page(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_APPLICATIONS)],
    number: str,
    done: str = "",
) -> HTMLResponse:
    """The page; that it was read is noted."""
    row, now = shown(desk.engine, account, number), local(desk.now())
    book = desk.book
    told = explain_application(book, row.number, now)
    note_read(desk.engine, account, row.id, "page", now)
    facts = known_at(facts_of(told.events), now)
    every = doable(account, actions(book, row.number, now))
    return render(
        request,
        "application.html",
        told=told,
        course=progress_of(book, row.number, told.projected, now),
        tells=may(account, Right.ACCEPT),
        panels=[panel_of(each, now) for each in told.clocks],
        legend=LEGEND,
        events=event_lines(told),
        papers=checklist(book, row.number, now),
        pauses=suspensions(facts),
        alarms=alerts(book, now, number=row.number),
        owned=owners(told.events),
        now_possible=[each for each in every if not each.reasons],
        not_possible=[each for each in every if each.reasons],
        done=_done(done),
    )


def _done(word: str) -> str:
    """What was just recorded, by the word the form came back with."""
    known = {each.value: each.label for each in EventType}
    return f"已登记：{known[word]}。" if word in known else ""
