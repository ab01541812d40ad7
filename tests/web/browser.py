"""A browser without a window: keeps cookies and the form token of the page it was last shown."""

import asyncio
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
from fastapi import FastAPI

TOKEN = re.compile('name="csrf" value="([^"]+)"')
NEXT = re.compile(r'href="([^"]+)" rel="next"')
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live for one test


class Browser:
    """Speaks to ``app`` from ``address``."""

    def __init__(self, app: FastAPI, *, address: str = "127.0.0.1", base: str = "http://desk") -> None:
        self.app, self.address, self.base = app, address, base
        self.cookies = httpx.Cookies()
        self.token = ""

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Look at a page."""
        answer = self.ask("GET", path, **more)
        found = TOKEN.search(answer.text)
        if found:
            self.token = found[1]
        return answer

    def walk(self, path: str) -> Iterator[httpx.Response]:
        """A list page after page, from ``path`` to the last."""
        while path:
            answer = self.get(path)
            yield answer
            more = NEXT.search(answer.text)
            path = unescape(more[1]) if more else ""

    def post(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Send a form of the last page."""
        return self.ask("POST", path, data={"csrf": self.token} | (form or {}), **more)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Any request."""
        return asyncio.run(self._ask(method, path, more))

    def wear(self, token: str) -> None:
        """Come with a session cookie from elsewhere, and nothing else."""
        self.cookies = httpx.Cookies({"yekuo_session": token})

    def log_in(self, login: str, password: str = PASSWORD, back: str = "/") -> httpx.Response:
        """Come in, as a person does."""
        self.get("/login")
        answer = self.post("/login", {"login": login, "password": password, "next": back})
        if answer.status_code == 303:
            self.get("/account")
        return answer

    async def _ask(self, method: str, path: str, more: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(self.address, 50000))
        async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
            answer = await client.request(method, path, **more)
            self.cookies = client.cookies
            return answer
