"""What becomes of an error: a page for people, ``application/problem+json`` (RFC 9457) for programs.

Both say the same sentence; the status follows from the error's code.
"""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from limits.errors import YekuoError
from web import errors
from web.paths import login_path
from web.rendering import render
from web.routes import methods_at

LOG = logging.getLogger("yekuo.web")
# What these say is for whoever runs the program: where its database is, and what that said. The answer may go
# to anybody, so the log has it.
OPERATORS = frozenset(
    ("store_unreachable", "store_not_ready", "store_newer", "store_damaged", "store_read_only")
)
AWAY = "数据库暂时不能用，没有完成这次操作。请稍后重试，仍不行请告诉系统管理员。"
# Every other refusal is of what was sent: 422.
STATUS = {
    "json_unreadable": HTTPStatus.BAD_REQUEST,
    "not_signed_in": HTTPStatus.UNAUTHORIZED,
    "login_refused": HTTPStatus.FORBIDDEN,
    "right_missing": HTTPStatus.FORBIDDEN,
    "scope_missing": HTTPStatus.FORBIDDEN,
    "session_needed": HTTPStatus.FORBIDDEN,
    "duty_of_another": HTTPStatus.FORBIDDEN,
    "form_stale": HTTPStatus.FORBIDDEN,
    "metrics_hidden": HTTPStatus.FORBIDDEN,
    "page_unknown": HTTPStatus.NOT_FOUND,
    "application_unknown": HTTPStatus.NOT_FOUND,
    "alert_unknown": HTTPStatus.NOT_FOUND,
    "order_unknown": HTTPStatus.NOT_FOUND,
    "duty_unknown": HTTPStatus.NOT_FOUND,
    "person_unknown": HTTPStatus.NOT_FOUND,
    "account_unknown": HTTPStatus.NOT_FOUND,
    "token_unknown": HTTPStatus.NOT_FOUND,
    "method_unfit": HTTPStatus.METHOD_NOT_ALLOWED,
    "move_refused": HTTPStatus.CONFLICT,
    "application_exists": HTTPStatus.CONFLICT,
    "already_owned": HTTPStatus.CONFLICT,
    "key_at_work": HTTPStatus.CONFLICT,
    "duty_done": HTTPStatus.CONFLICT,
    "closing_backdated": HTTPStatus.CONFLICT,
    "period_closed": HTTPStatus.CONFLICT,
    "period_not_over": HTTPStatus.CONFLICT,
    "chinese_font_missing": HTTPStatus.CONFLICT,
    "evaluation_opened": HTTPStatus.CONFLICT,
    "evaluation_moved": HTTPStatus.CONFLICT,
    "evaluation_closed": HTTPStatus.CONFLICT,
    "evaluation_not_over": HTTPStatus.CONFLICT,
    "evaluator_conflict": HTTPStatus.CONFLICT,
    "reviews_missing": HTTPStatus.CONFLICT,
    "not_self_scored": HTTPStatus.CONFLICT,
    "login_taken": HTTPStatus.CONFLICT,
    "token_taken": HTTPStatus.CONFLICT,
    "person_taken": HTTPStatus.CONFLICT,
    "own_account": HTTPStatus.CONFLICT,
    "last_administrator": HTTPStatus.CONFLICT,
    "tries_exceeded": HTTPStatus.TOO_MANY_REQUESTS,
    "request_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "media_type_unfit": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "unexpected": HTTPStatus.INTERNAL_SERVER_ERROR,
    "store_busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "store_unreachable": HTTPStatus.SERVICE_UNAVAILABLE,
    "store_not_ready": HTTPStatus.SERVICE_UNAVAILABLE,
    "store_newer": HTTPStatus.SERVICE_UNAVAILABLE,
    "store_damaged": HTTPStatus.SERVICE_UNAVAILABLE,
    "store_read_only": HTTPStatus.SERVICE_UNAVAILABLE,
    "jobs_behind": HTTPStatus.SERVICE_UNAVAILABLE,
    "seal_unreadable": HTTPStatus.INTERNAL_SERVER_ERROR,
    "record_unreadable": HTTPStatus.INTERNAL_SERVER_ERROR,
}
TITLES = {
    HTTPStatus.BAD_REQUEST: "内容读不出来",
    HTTPStatus.UNAUTHORIZED: "没有登录",
    HTTPStatus.FORBIDDEN: "不能这样做",
    HTTPStatus.NOT_FOUND: "没有找到",
    HTTPStatus.METHOD_NOT_ALLOWED: "不能这样做",
    HTTPStatus.CONFLICT: "现在不能做",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "内容太大",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "内容的类型不对",
    HTTPStatus.TOO_MANY_REQUESTS: "请稍候",
    HTTPStatus.INTERNAL_SERVER_ERROR: "系统出错",
    HTTPStatus.SERVICE_UNAVAILABLE: "暂时不能用",
}
# After how many seconds the same may be asked again.
WAITS = {HTTPStatus.SERVICE_UNAVAILABLE: "5", HTTPStatus.TOO_MANY_REQUESTS: "60"}
# What pydantic finds, in Chinese; a kind not named here is “写法不对”.
FAULTS = {
    "missing": "没有填写",
    "string_too_short": "太短",
    "string_too_long": "太长",
    "int_parsing": "应为整数",
    "decimal_parsing": "应为数字",
    "bool_parsing": "应为是或否",
    "enum": "不在可选范围内",
    "literal_error": "不在可选范围内",
    "json_invalid": "不是正确的 JSON",
    "extra_forbidden": "没有这一项",
    "greater_than": "太小",
    "greater_than_equal": "太小",
    "less_than": "太大",
    "less_than_equal": "太大",
}


def install(app: FastAPI) -> None:
    """Let every error of ``app`` end in an answer of ours."""
    app.add_exception_handler(YekuoError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)


def answer(request: Request, error: YekuoError) -> Response:
    """The answer to a request that ended in ``error``."""
    status = status_of(error)
    headers = {"Retry-After": WAITS[status]} if status in WAITS else {}
    if for_program(request):
        if status is HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(
            problem(error, status), status, headers=headers, media_type="application/problem+json"
        )
    if isinstance(error, errors.NotSignedIn):
        return RedirectResponse(login_path(request), HTTPStatus.SEE_OTHER)
    if status is HTTPStatus.SERVICE_UNAVAILABLE and request.method == "GET":
        headers["Refresh"] = "30"  # a page on a wall comes back by itself
    context = {"title": title(status), "message": said(error), "code": error.code}
    return render(request, "error.html", status=status, headers=headers, **context)


def form_page(request: Request, name: str, refused: YekuoError | None, **context: Any) -> HTMLResponse:
    """The page of template ``name``, whose form may come back with why it was ``refused``."""
    status = status_of(refused) if refused else HTTPStatus.OK
    return render(request, name, status=status, refused=said(refused) if refused else "", **context)


def status_of(error: YekuoError) -> HTTPStatus:
    """What the answer to ``error`` says in its first line."""
    return STATUS.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)


def said(error: YekuoError) -> str:
    """What whoever asked is told of ``error``."""
    if error.code not in OPERATORS:
        return error.message
    LOG.error("store.away %s", error.message)
    return AWAY


def problem(error: YekuoError, status: int) -> dict[str, Any]:
    """The problem details of ``error``; ``code`` is the stable word for programs."""
    return {
        "type": f"urn:yekuo:error:{error.code}",
        "title": title(status),
        "status": int(status),
        "detail": said(error),
        "code": error.code,
    }


def title(status: int) -> str:
    """What a status is called."""
    return TITLES.get(HTTPStatus(status), "内容有误")


def for_program(request: Request) -> bool:
    """Whether a program asks."""
    return request.url.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, YekuoError)  # noqa: S101 - registered for nothing else
    return answer(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return answer(request, errors.JsonUnreadable())
    return answer(request, errors.RequestInvalid(problems="；".join(_told(found))))


async def _plain(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: an address, a method, or a body nobody can read."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    if error.status_code == HTTPStatus.NOT_FOUND:
        return answer(request, errors.PageUnknown())
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        made = answer(request, errors.MethodUnfit(method=request.method))
        # The framework names the methods of one route only, though several may share the path.
        made.headers["Allow"] = ", ".join(methods_at(request.app, request.url.path))
        return made
    return answer(
        request,
        errors.JsonUnreadable() if for_program(request) else errors.RequestInvalid(problems="内容读不出来"),
    )


def _told(found: Iterable[Any]) -> Iterable[str]:
    """One clause a fault; what was sent is not repeated, it may be a password."""
    for each in found:
        place = ".".join(str(part) for part in each["loc"][1:]) or "内容"
        yield f"“{place[:64]}”{FAULTS.get(each['type'], '写法不对')}"
