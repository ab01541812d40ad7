"""A desk with a stream that never ends by itself. Run, never imported.

``python streaming.py URL`` says the port, and serves ``/stream`` until it is asked to end: the stream says
``open`` and then nothing, and does not look whether the desk is stopping, as a careless page would not.
"""

import asyncio
import sys
from collections.abc import AsyncIterator

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from web.access.admission import public
from web.app import create_app
from web.settings import WebSettings
from workflow import store
from workflow.rules import load_rules
from yekuo import serving
from yekuo.live_book import LiveBook
from yekuo.scheduler import wall_clock

router = APIRouter()


@router.get("/stream", dependencies=[public("试验")])
async def stream() -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        yield "data: open\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(lines(), media_type="text/event-stream")


def main(url: str) -> None:
    app = create_app(LiveBook(store.open_engine(url), load_rules()), wall_clock, WebSettings())
    app.include_router(router)
    with serving.listening("127.0.0.1", 0) as at:
        port = at.getsockname()[1]
        serving.serve(app, at, lambda: print(port, flush=True))  # noqa: T201 - it speaks to its parent
    print("ended", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
