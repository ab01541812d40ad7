"""供电服务指挥中心: the page on the wall, and its figures as they change (server-sent events)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from limits.terms import Level
from web.access.admission import needs
from web.access.rights import Account, Right
from web.desk import ADesk, Desk
from web.rendering import environment, render
from web.routes import pages_of
from web.work.centre import DUE_SHOWN, board

router = APIRouter(include_in_schema=False)
PATH = "/centre"
# X: the figures every five seconds; a stream lasts five minutes, then the browser asks again and the gate
# looks whether who is asking still may.
EVERY_SECONDS = 5.0
ROUNDS = 60
LOOKS_PER_SECOND = 4


@router.get(PATH)
def centre(request: Request, desk: ADesk, account: Annotated[Account, needs(Right.WATCH)]) -> Response:
    """The page, whole without a script."""
    return render(request, "centre.html", **_figures(request.app, desk, account))


@router.get(f"{PATH}/live")
async def live(
    request: Request, desk: ADesk, account: Annotated[Account, needs(Right.WATCH)]
) -> StreamingResponse:
    """The board anew whenever a figure has changed."""
    return as_stream(desk, lambda: _board(request.app, desk, account))


def as_stream(desk: Desk, tell: Callable[[], str]) -> StreamingResponse:
    """The answer that sends what ``tell`` tells whenever it is something else."""
    return StreamingResponse(changes(desk, tell), media_type="text/event-stream")


async def changes(desk: Desk, tell: Callable[[], str], every: float = EVERY_SECONDS) -> AsyncIterator[str]:
    """The board as events, looked at ``every`` so many seconds; it ends when the desk is stopping."""
    last = ""
    for _ in range(ROUNDS):
        text = await run_in_threadpool(tell)
        # A comment keeps what lies between from closing a line on which nothing is said.
        yield ": \n\n" if text == last else _event(text)
        last = text
        for _ in range(int(every * LOOKS_PER_SECOND)):
            if desk.stopping.is_set():
                return
            await asyncio.sleep(1 / LOOKS_PER_SECOND)


def _event(text: str) -> str:
    return "event: board\n" + "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"


def _board(app: FastAPI, desk: Desk, account: Account) -> str:
    return environment().get_template("board.html").render(**_figures(app, desk, account))


def _figures(app: FastAPI, desk: Desk, account: Account) -> dict[str, Any]:
    """``there``: the paths there are, so that no number leads nowhere."""
    return {
        "board": board(desk.book, account, desk.jobs, desk.now()),
        "levels": list(Level),
        "due_shown": DUE_SHOWN,
        "there": pages_of(app),
    }
