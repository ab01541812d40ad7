"""For whoever watches the program: is it alive, can it work, and its numbers."""

import secrets
from ipaddress import ip_address

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from alerts.jobs.watch import overdue
from web import errors
from web.access.admission import public
from web.desk import ADesk
from web.envelope import address_of
from web.metrics import Metrics
from workflow import store

router = APIRouter(include_in_schema=False)


@router.get("/healthz", dependencies=[public("只说进程是否活着", by_form=False)])
def healthz() -> JSONResponse:
    """The process answers; nothing else is looked at, so that a database that is down restarts no process."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", dependencies=[public("只说能否工作，不含业务内容", by_form=False)])
def readyz(desk: ADesk) -> JSONResponse:
    """The database is there at the program's version, and the scheduled work is not behind."""
    desk.check_ready()
    with store.reading(desk.engine) as connection:
        behind = overdue(connection, desk.jobs, desk.now(), desk.book.rules.calendar)
    if behind:
        raise errors.JobsBehind(jobs="、".join(each.job.label for each in behind))
    return JSONResponse({"status": "ok"})


@router.get("/metrics", dependencies=[public("只供本机，或凭 metrics_token", by_form=False)])
def metrics(request: Request, desk: ADesk) -> Response:
    """The numbers: to whoever shows ``metrics_token``, and where none is set to this machine alone."""
    if not _may_read(request, desk.settings.metrics_token):
        raise errors.MetricsHidden
    counted: Metrics = request.app.state.metrics
    return Response(counted.read(desk), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request, token: str) -> bool:
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.encode())
    try:
        return ip_address(address_of(request.scope)).is_loopback
    except ValueError:  # a socket without an address
        return False
