"""Recording through the API: once for each ``Idempotency-Key``."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header
from starlette.responses import Response

from web.access import once
from web.access.rights import Account
from web.api.models import Model
from web.api.routing import TO_A_BODY, refusals
from web.desk import Desk

REPLAYED = "Idempotency-Replayed"
AKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=once.PATTERN,
        description="每一次登记自己选的标识，例如一个 UUID。七日内同样的标识、同样的内容再来一次，不再登记，回答原来的结果",
        examples=["5f0c9a52-1d1e-4f0b-9b4e-3a6f1c2d7e80"],
    ),
]


def recording(answer: type[Model], *, body: bool = True) -> dict[str, Any]:
    """What a route declares that ends in :func:`recorded`; ``body``: something is sent that may be refused."""
    refused = refusals(*(TO_A_BODY if body else ()), 404, 409)
    return {"status_code": HTTPStatus.CREATED, "response_model": answer, "responses": refused}


def recorded(
    desk: Desk,
    account: Account,
    key: str,
    route: str,
    contents: object,
    act: Callable[[], Model],
) -> Response:
    """What ``act`` answers, done once; asked again, the same answer with ``Idempotency-Replayed: true``.

    ``route`` tells one address from another, ``contents`` are JSON values: what was sent.  Raises what ``act``
    raises, KeyReused or KeyAtWork.
    """

    def done() -> once.Answer:
        return once.Answer(HTTPStatus.CREATED, act().model_dump_json())

    answer = once.answered(desk.engine, account, key, route, contents, desk.now(), done)
    headers = {REPLAYED: "true"} if answer.replayed else {}
    return Response(answer.body, answer.status, headers=headers, media_type="application/json")
