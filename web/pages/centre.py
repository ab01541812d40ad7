"""供电服务指挥中心: the page on the wall, and its figures as they change (server-sent events)."""

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response, StreamingResponse

from limits.terms import Level
from web.access.admission import needs
from web.access.rights import Account, Right
from web.desk import ADesk, Desk
from web.rendering import environment, render
from web.routes import pages_of
from web.work.centre import DUE_SHOWN, board
from web.work.streaming import as_stream

router = APIRouter(include_in_schema=False)
PATH = "/centre"


@router.get(PATH)
def centre(request: Request, desk: ADesk, account: Annotated[Account, needs(Right.WATCH)]) -> Response:
    """The page, whole without a script."""
    return render(request, "centre.html", **_figures(request.app, desk, account))


@router.get(f"{PATH}/live")
async def live(request: Request, desk: ADesk, _: Annotated[Account, needs(Right.WATCH)]) -> StreamingResponse:
    """The board anew whenever a figure has changed."""
    return as_stream(request, Right.WATCH, lambda account: _board(request.app, desk, account))


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
