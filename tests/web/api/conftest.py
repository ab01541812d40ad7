"""Programs with tokens."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.web.browser import Browser
from tests.web.conftest import NOW
from web.access import tokens
from web.access.rights import Account, Right
from workflow.book import Book

Enrol = Callable[[str], Account]


class Program:
    """Comes to ``app`` by a token."""

    def __init__(self, app: FastAPI, word: str) -> None:
        self.app, self.word = app, word

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Read ``path``, which begins after ``/api/v1``; ``If_None_Match`` is the header of that name."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        """Send ``body`` with ``key``, or one of its own."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.ask("POST", path, headers=headers, **({} if body is None else {"json": body}))

    def every(self, path: str) -> list[dict[str, Any]]:
        """The items of all pages of the list at ``path``, which has a question mark in it."""
        found, page = list[dict[str, Any]](), self.get(path).json()
        while page["next"] is not None:
            found += page["items"]
            page = self.get(f"{path}&cursor={page['next']}").json()
        return [*found, *page["items"]]

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Any request."""
        told = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        carried = {"Authorization": f"Bearer {self.word}"} | told
        return Browser(self.app).ask(method, f"/api/v1{path}", headers=carried, **more)


@pytest.fixture
def program(desk: FastAPI, book: Book, enrol: Enrol) -> Callable[..., Program]:
    """Makes the program of a login of ``LOGINS``, with some of its rights or all that a token may have."""
    made: dict[str, Account] = {}

    def make(login: str, *scopes: Right) -> Program:
        owner = made.get(login) or made.setdefault(login, enrol(login))
        name = f"{login} {'、'.join(scopes)}"
        return Program(
            desk, tokens.issue(book.engine, owner, name, scopes or tokens.allowed(owner), 90, NOW).word
        )

    return make
