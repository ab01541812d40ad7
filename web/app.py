"""The desk put together."""

from collections.abc import Callable, Sequence
from datetime import datetime

from fastapi import FastAPI

from alerts.jobs.running import Job
from web import problems, routes
from web.desk import BookSource, Desk
from web.envelope import Envelope
from web.metrics import Metrics
from web.routers import ROUTERS
from web.settings import WebSettings


def _ready() -> None:
    """Nothing to check."""


def create_app(
    source: BookSource,
    clock: Callable[[], datetime],
    settings: WebSettings,
    *,
    check_ready: Callable[[], None] = _ready,
    jobs: Sequence[Job] = (),
) -> FastAPI:
    """The pages and the API over ``source``.

    ``check_ready`` raises what keeps the database from being used; ``jobs`` is the scheduled work to watch.
    """
    # Sent on to the address without its slash, one would be sent to whatever host the request named.
    app = FastAPI(title="业扩", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.desk = Desk(source, clock, settings, check_ready, jobs)
    app.state.metrics = Metrics()
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    routes.remember(app)
    app.add_middleware(Envelope, desk_app=app, metrics=app.state.metrics)
    return app
