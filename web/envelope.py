"""What is the same around every request: its size, its headers, its log line, its count, and a last resort.

A plain ASGI middleware: it passes streams through piece by piece and sees what goes wrong inside.
"""

import logging
import secrets
import time
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import errors, problems
from web.metrics import Metrics
from web.routes import template_of

LOG = logging.getLogger("yekuo.web")
# X: a form with its longest texts is some kilobytes; a file to import comes by the command line.
LARGEST = 2 * 1024 * 1024
LARGEST_TOLD = "2 MB"
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Whoever comes after at the same machine must not page back into it; what may be kept says so itself.
    "Cache-Control": "no-store",
}


class Envelope:
    """Wraps ``app``, the inside of ``desk_app``."""

    def __init__(self, app: ASGIApp, desk_app: FastAPI, metrics: Metrics) -> None:
        self.app, self.desk_app, self.metrics = app, desk_app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        sending = _Sending(send)
        begun = time.perf_counter()
        try:
            await self._inside(scope, receive, sending)
        finally:
            self._tell(scope, sending.status, time.perf_counter() - begun)

    async def _inside(self, scope: Scope, receive: Receive, sending: "_Sending") -> None:
        request = Request(scope, receive)
        scope["app"] = self.desk_app
        try:
            refused = None if scope["method"] in BODILESS else await _read(scope, receive)
            if isinstance(refused, errors.RequestTooLarge):
                await problems.answer(request, refused)(scope, receive, sending)
                return
            await self.app(scope, refused or receive, sending)
        except Exception:
            reference = secrets.token_hex(4)
            LOG.exception("request.failed reference=%s 请求没有完成", reference)
            if sending.status:  # too late for an answer: the connection is closed on it
                raise
            await problems.answer(request, errors.Unexpected(reference=reference))(scope, receive, sending)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        """Count and log; neither the query nor a cookie, which may hold secrets."""
        route = template_of(self.desk_app, scope.get("endpoint"))
        self.metrics.seen(scope["method"], route, status, seconds)
        account = scope["state"].get("account")
        raw = scope.get("raw_path")
        path = raw.decode("latin-1").partition("?")[0] if raw else quote(scope["path"])
        LOG.info(
            "request method=%s path=%s status=%d ms=%.1f account=%s address=%s",
            scope["method"], path, status, seconds * 1000,
            account.login if account else "-", address_of(scope),
        )  # fmt: skip


class _Sending:
    """Adds the headers, and remembers the status."""

    def __init__(self, send: Send) -> None:
        self._send, self.status = send, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def address_of(scope: MutableMapping[str, Any]) -> str:
    """The address a request came from."""
    client = scope.get("client")
    return client[0] if client else "-"


async def _read(scope: Scope, receive: Receive) -> Receive | errors.RequestTooLarge:
    """The whole body, read before anything is done with it, to be received anew; or that it is too large."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    body, more = bytearray(), True
    if told.isdigit() and int(told) > LARGEST:
        return errors.RequestTooLarge(limit=LARGEST_TOLD)
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST:
            return errors.RequestTooLarge(limit=LARGEST_TOLD)
    pieces = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        return pieces.pop() if pieces else await receive()

    return again
