"""Making a page: the templates, what every one of them can use, and the cookie its forms may need."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from limits.explanation import weekday_of
from limits.terms import Level
from limits.zone import local
from web import navigation
from web.access import once
from web.access.admission import FIELD, FORM_COOKIE, account_in, form_token, session_in
from web.access.rights import may
from web.desk import desk_of
from web.paths import HOME
from web.routes import methods_at
from web.static_files import address_of

TEMPLATES = Path(__file__).resolve().parent / "templates"
FORM_COOKIE_SECONDS = 8 * 3600


def render(
    request: Request,
    name: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """The page of template ``name``.

    Beside ``context`` a template has ``account`` (None for a stranger), ``entries`` (the navigation),
    ``here`` (the path), ``again`` (see :func:`_again`), ``now``, ``may(right)`` and ``csrf()``, the hidden field
    of every form.
    """
    account = account_in(request)
    shared = {
        "account": account,
        "entries": navigation.entries(request.app, account),
        "here": request.url.path,
        "again": _again(request),
        "now": local(desk_of(request).now()),
        "may": lambda right: account is not None and may(account, right),
        "csrf_field": FIELD,
        "csrf_token": lambda: form_token(request),
    }
    text = environment().get_template(name).render(shared | context)
    made = HTMLResponse(text, status, headers=dict(headers or {}))
    fresh = getattr(request.state, "form_token", "")
    if fresh and session_in(request) is None:
        keep(request, made, FORM_COOKIE, fresh, FORM_COOKIE_SECONDS)
    return made


def _again(request: Request) -> str:
    """Where the browser's back button leads to a page that answers a form: its address, or the first above it.

    Nothing for a page that was asked for.  An answer to a form is not kept, and the browser does not send the
    form again by itself: it would show a page of its own.
    """
    if request.method != "POST":
        return ""
    path: str = request.scope["path"]
    while path and "GET" not in methods_at(request.app, path):
        path = path.rpartition("/")[0]
    return quote(path) or HOME


def keep(request: Request, response: HTMLResponse | Any, name: str, value: str, seconds: int) -> None:
    """Set a cookie that no script reads and no other site sends along with a form."""
    secure = desk_of(request).settings.secure or request.url.scheme == "https"
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)


@cache
def environment() -> Environment:
    """The templates, everything escaped and nothing undefined."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": day, "instant": instant, "level_class": level_class}
    made.globals |= {"static": address_of, "key_field": once.KEY, "new_key": once.new_key}
    return made


def day(value: date | None) -> str:
    """A day as people read it: ``2026-11-20 周五``; a dash for none."""
    return weekday_of(value) if value else "—"


def instant(value: datetime | None) -> str:
    """An instant to the minute, on the clock of Shanghai; a dash for none."""
    return f"{local(value):%Y-%m-%d %H:%M}" if value else "—"


def level_class(level: Level) -> str:
    """The style class of a level."""
    return f"level-{level.value}"
