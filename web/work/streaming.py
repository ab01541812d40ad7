"""What stands now, sent anew as often as it changes (server-sent events)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from limits.errors import YekuoError
from web.access.admission import Needs
from web.access.rights import Account, Right
from web.desk import Desk, desk_of

# X: the figures every five seconds; a stream lasts five minutes, then the browser asks again.
EVERY_SECONDS = 5.0
ROUNDS = 60
LOOKS_PER_SECOND = 4


def as_stream(request: Request, right: Right, tell: Callable[[Account], str]) -> StreamingResponse:
    """The answer that sends what ``tell`` tells who is asking and has ``right``, whenever it is something else."""
    asking = partial(Needs(right), request)
    return StreamingResponse(changes(desk_of(request), asking, tell), media_type="text/event-stream")


async def changes(
    desk: Desk,
    asking: Callable[[], Awaitable[Account]],
    tell: Callable[[Account], str],
    every: float = EVERY_SECONDS,
) -> AsyncIterator[str]:
    """The board as events, looked at ``every`` so many seconds; it ends when the desk is stopping.

    ``asking`` is the gate, gone through with every look: a session that is ended ends its stream, and another
    post or station is another board.  Whatever is refused ends it; who asks again is told why.
    """
    last = ""
    for _ in range(ROUNDS):
        try:
            text = await run_in_threadpool(tell, await asking())
        except YekuoError:
            return
        # A comment keeps what lies between from closing a line on which nothing is said.
        yield ": \n\n" if text == last else _event(text)
        last = text
        for _ in range(int(every * LOOKS_PER_SECOND)):
            if desk.stopping.is_set():
                return
            await asyncio.sleep(1 / LOOKS_PER_SECOND)


def _event(text: str) -> str:
    return "event: board\n" + "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"
