"""What stands now, sent anew as often as it changes (server-sent events)."""

import asyncio
from collections.abc import AsyncIterator, Callable

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from web.desk import Desk

# X: the figures every five seconds; a stream lasts five minutes, then the browser asks again and the gate
# looks whether who is asking still may.
EVERY_SECONDS = 5.0
ROUNDS = 60
LOOKS_PER_SECOND = 4


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
