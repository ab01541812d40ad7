"""我的工单: what is open in one's part of the organisation, most urgent first, a page at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from limits.terms import CustomerClass, Level, Step, Term
from limits.zone import local, midnight
from web import errors
from web.admission import needs
from web.desk import ADesk
from web.pages import render
from web.recording import action_paths
from web.rights import Account, Reach, Right, scope_of
from web.visible import queue_of
from workflow.queue import Cursor, Filters, work_queue

router = APIRouter(include_in_schema=False)
PAGE = 50
LONGEST_TEXT = 64
KINDS: Mapping[str, type[Term]] = {"customer_class": CustomerClass, "step": Step, "level": Level}
# How far ahead “到期” looks: days after today.
DUE = {
    "late": ("已超期", 0),
    "today": ("今天到期", 1),
    "tomorrow": ("明天前到期", 2),
    "week": ("七日内到期", 7),
}
TEXTS = ("text", "station", "manager")


@router.get("/queue")
def my_queue(
    request: Request, desk: ADesk, account: Annotated[Account, needs(Right.READ_APPLICATIONS)]
) -> HTMLResponse:
    """The queue of ``account``, narrowed by what the address says."""
    asked, now = request.query_params, local(desk.now())
    filters = filters_of(asked, now)
    after = Cursor.decode(asked["after"]) if asked.get("after") else None
    page = work_queue(desk.book, now, queue_of(account), filters, after, PAGE)
    chosen = {name: asked[name] for name in (*TEXTS, *KINDS, "due") if asked.get(name)}
    following = page.next and urlencode(chosen | {"after": page.next.encode()})
    return render(
        request,
        "queue.html",
        rows=page.rows,
        next=following,
        first=after is None,
        chosen={name: chosen.get(name, "") for name in (*TEXTS, *KINDS, "due")},
        narrowed=bool(chosen),
        classes=CustomerClass,
        steps=Step,
        levels=tuple(reversed(Level)),
        dues={name: label for name, (label, _) in DUE.items()},
        views=_views(chosen),
        wide=scope_of(account).reach is not Reach.OWN,
        company=scope_of(account).reach is Reach.COMPANY,
        paths=action_paths(account),
    )


def filters_of(asked: Mapping[str, str], now: datetime) -> Filters:
    """The filters an address names; raises RequestInvalid for a word that is none of ours."""
    told: dict[str, Any] = {name: _word(kind, asked.get(name, "")) for name, kind in KINDS.items()}
    due = asked.get("due", "")
    if due and due not in DUE:
        raise errors.RequestInvalid(problems="“到期”不在可选范围内")
    return Filters(
        **told,
        station=asked.get("station", "").strip()[:LONGEST_TEXT] or None,
        manager=asked.get("manager", "").strip()[:LONGEST_TEXT] or None,
        text=asked.get("text", "").strip()[:LONGEST_TEXT],
        due_before=_due_before(due, now) if due else None,
    )


def _due_before(due: str, now: datetime) -> datetime:
    """A day clock is due at the midnight that ends its last day, so that midnight is still within it."""
    if due == "late":
        return now + timedelta(microseconds=1)
    return midnight(now.date() + timedelta(days=DUE[due][1])) + timedelta(microseconds=1)


def _word(kind: type[Term], value: str) -> Term | None:
    if not value:
        return None
    try:
        return kind(value)  # type: ignore[call-arg]
    except ValueError:
        raise errors.RequestInvalid(problems=f"“{value[:20]}”不在可选范围内") from None


def _views(chosen: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """The views people open most: label, address, whether it is this one."""
    ready: list[tuple[str, dict[str, str]]] = [("全部", {}), ("红色", {"level": Level.RED.value})]
    ready += [(label, {"due": name}) for name, (label, _) in DUE.items()]
    return [
        (label, "/queue" + (f"?{urlencode(each)}" if each else ""), dict(chosen) == each)
        for label, each in ready
    ]
