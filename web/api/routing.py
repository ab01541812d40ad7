"""A route of the API: JSON in, JSON out, an ETag on everything that is read, a problem for what was refused."""

import hashlib
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response, StreamingResponse

from web import errors
from web.problems import problem, title
from workflow.errors import StoreBusy

PREFIX = "/api/v1"
READING = frozenset({"GET", "HEAD"})
PROBLEM = "application/problem+json"
# What any route may answer: to strangers, to who may not, to nonsense, and when the database is away.
ALWAYS = (401, 403, 422, 500, 503)
# And what it may answer to a body.
TO_A_BODY = (400, 413, 415)

_EXAMPLES = {
    HTTPStatus.BAD_REQUEST: errors.JsonUnreadable(),
    HTTPStatus.UNAUTHORIZED: errors.NotSignedIn(),
    HTTPStatus.FORBIDDEN: errors.ScopeMissing(right="受理申请", scope="accept"),
    HTTPStatus.NOT_FOUND: errors.PageUnknown(),
    HTTPStatus.CONFLICT: errors.KeyAtWork(),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: errors.RequestTooLarge(limit="2 MB"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: errors.MediaTypeUnfit(kind="text/plain"),
    HTTPStatus.INTERNAL_SERVER_ERROR: errors.Unexpected(reference="1f2e3d4c"),
    HTTPStatus.SERVICE_UNAVAILABLE: StoreBusy(),
}


class ApiRoute(APIRoute):
    """Refuses a body that is no JSON, and answers 304 to who has what is there already.

    What the document says of a route is its ``summary`` and ``description``, in Chinese; the docstring is for us.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with both around it."""
        inside = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.method not in READING and await request.body():
                refuse_no_json(request)
            return tagged(request, await inside(request))

        return handle


def router(tag: str) -> APIRouter:
    """A router for the routes called ``tag`` in the document; its paths begin after ``/api/v1``."""
    return APIRouter(route_class=ApiRoute, tags=[tag], responses=refusals(*ALWAYS))


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route documents of the refusals it may answer beside :data:`ALWAYS`."""
    return {each: _documented(HTTPStatus(each)) for each in statuses}


def refuse_no_json(request: Request) -> None:
    """Raise MediaTypeUnfit for a body that says it is something else."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise errors.MediaTypeUnfit(kind=kind[:64] or "没有写")


def tagged(request: Request, response: Response) -> Response:
    """``response`` with the digest of its body, or 304 for who has the same (RFC 9110, 13.1.2)."""
    if request.method not in READING or response.status_code != HTTPStatus.OK:
        return response
    if isinstance(response, StreamingResponse):  # it has no end to take a digest of
        return response
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Vary": "Authorization, Cookie"}
    if "Authorization" in request.headers:  # a program may keep it; in a browser nobody pages back into it
        headers["Cache-Control"] = "private, no-cache"
    if _has(request.headers.get("If-None-Match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return response


def _has(told: str, tag: str) -> bool:
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in told.split(","))


def _documented(status: HTTPStatus) -> dict[str, Any]:
    example = problem(_EXAMPLES.get(status, errors.RequestInvalid(problems="“limit”太大")), status)
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": title(status), "content": content}
