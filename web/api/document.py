"""The document of the API: OpenAPI 3.1, with what every operation has in common added in one place.

Which right an operation needs is what its route declares, so the document cannot say another.
"""

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from limits.terms import Term
from web.access.admission import COOKIE, HEADER, SAFE, Needs
from web.api.doing import REPLAYED
from web.api.examples import example_of
from web.api.models import Problem
from web.api.routing import PREFIX
from web.routes import Route, routes_of

VERSION = "1"
DESCRIPTION = """\
业扩报装时限管理的数据接口：工作台各页面能看的、能办的，这里都能；本人的密码、登录和保存的视图除外。

- **身份**：请求头 `Authorization: Bearer 令牌`。令牌在“我的账户”申请，只有所选的权限，且不多于账户本身的权限；
  看不到的申请与不存在的一样回答 404。
- **时间**：RFC 3339，带 `+08:00`；日期如 `2026-11-20`；数量是字符串里的十进制数。
- **分页**：列表回答 `items` 和 `next`；把 `next` 放进 `cursor` 参数取下一页，`next` 为 null 时到头。
- **条件读取**：读取的回答带 `ETag`；下次带 `If-None-Match`，没有变化回答 304。
- **只办一次**：登记类请求必须带 `Idempotency-Key`；同样的请求再来一次，回答原来的结果，并带
  `Idempotency-Replayed: true`；标识相同而内容不同，回答 422。
- **错误**：`application/problem+json`（RFC 9457），`code` 供程序判断，发布后不变；`detail` 是给人看的一句话。
"""
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "在“我的账户”申请的令牌"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "浏览器里的登录"},
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": HEADER,
        "description": "凭浏览器登录提交时，页面表单里的 csrf",
    },
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "上次回答的 ETag",
    "schema": {"type": "string"},
    "example": '"0123456789abcdef0123456789abcdef"',
}
_ETAG = {"ETag": {"description": "内容的摘要", "schema": {"type": "string"}}}
_REPLAYED = {
    REPLAYED: {
        "description": "true：以前办过，这是原来的回答",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
STREAM = "text/event-stream"
_NOT_MODIFIED = {"description": "没有变化", "headers": _ETAG}


def openapi(app: FastAPI) -> dict[str, Any]:
    """The document of the routes of ``app`` under ``/api/v1``; made once."""
    made: dict[str, Any] | None = getattr(app.state, "openapi", None)
    if made is None:
        made = app.state.openapi = _made(app)
    return made


def _made(app: FastAPI) -> dict[str, Any]:
    ours = [each for each in iter_route_contexts(app.routes) if (each.path or "").startswith(PREFIX)]
    told = get_openapi(
        title="业扩报装时限管理 数据接口", version=VERSION, description=DESCRIPTION, routes=ours
    )
    schemas: dict[str, Any] = told.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    told["components"]["securitySchemes"] = SCHEMES
    for name, schema in schemas.items():
        _label(name, schema)
    routes = {
        (route.path.replace(":path}", "}"), method): route
        for route in routes_of(app)
        for method in route.methods
    }
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            _say_who(operation, method.upper(), routes[path, method.upper()])
            _say_how(operation, method.upper())
            _show(operation, schemas)
    return told


def _say_who(operation: dict[str, Any], method: str, route: Route) -> None:
    """Which right it takes, and by what one is known; a docstring is for us and not told."""
    if operation.get("description") == inspect.getdoc(route.endpoint):
        operation.pop("description")
    needed = [gate.right for gate in route.gates if isinstance(gate, Needs)]
    if not needed:
        operation["security"] = []
        return
    session: dict[str, list[str]] = {"session": []} if method in SAFE else {"session": [], "csrf": []}
    operation["security"] = [{"token": []}, session]
    said = "；".join(f"需要“{right.label}”（`{right.value}`）的权限" for right in needed)
    operation["description"] = "\n\n".join(filter(None, (operation.get("description"), f"{said}。")))


def _say_how(operation: dict[str, Any], method: str) -> None:
    """What is read has a tag; what is recorded may have been so before."""
    answers: dict[str, Any] = operation["responses"]
    for status, answer in answers.items():
        if status.startswith("2"):
            answer["description"] = "成功"
    for each in operation.get("parameters", ()):
        each["schema"] = _given(each["schema"])
    if method == "GET" and STREAM not in answers["200"].get("content", {}):
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
        answers["304"] = _NOT_MODIFIED
        answers["200"]["headers"] = _ETAG
    elif any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ())):
        for status, answer in answers.items():
            if status.startswith("2"):
                answer["headers"] = _REPLAYED


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """What a parameter is when it is given: left out is told otherwise, and nothing is spelled ``null``."""
    kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    told = {name: each for name, each in schema.items() if name != "title"}
    if len(kinds) == 1:
        told.pop("anyOf")
        told |= kinds[0]
    return told


def _show(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """An example of what is sent and of what is answered."""
    for kind, media in _media(operation):
        if kind == STREAM:  # not one text but events, which a schema here would take for one
            media.pop("schema", None)
        elif "example" not in media and "examples" not in media and "schema" in media:
            media["example"] = example_of(media["schema"], schemas)


def _media(operation: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from part.get("content", {}).items()


def _label(name: str, schema: dict[str, Any]) -> None:
    """The Chinese of each word of a term; of a body only its own fields speak, not our docstrings."""
    if "properties" in schema:
        schema.pop("description", None)
        for each in schema["properties"].values():
            each.pop("title", None)
    said = _terms().get((name, tuple(schema.get("enum", ()))))
    if said is not None:
        schema["description"] = said


@cache
def _terms() -> dict[tuple[str, tuple[str, ...]], str]:
    """What every kind of word says, by its name and its words."""
    found, waiting = {}, [Term]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        words = tuple(str(each.value) for each in kind)
        found[kind.__name__, words] = "；".join(f"`{each.value}` {each.label}" for each in kind)
    return found
