"""Addresses within the desk."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request

HOME, LOGIN = "/", "/login"


def asking(path: str, asked: Mapping[str, str]) -> str:
    """``path`` with what is ``asked`` of it; what is left empty is not asked."""
    told = urlencode({name: word for name, word in asked.items() if word})
    return f"{path}?{told}" if told else path


def login_path(request: Request) -> str:
    """Where to log in, and then come back to a page that was only looked at."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = wanted if request.method == "GET" and wanted != HOME else ""
    return f"{LOGIN}?{urlencode({'next': back})}" if back else LOGIN


def within(path: str) -> str:
    """``path`` when it leads to a page of this desk, else its first page.

    A browser takes ``//host``, ``/\\host`` and a path with a line break in it to another host.
    """
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if inside else HOME
