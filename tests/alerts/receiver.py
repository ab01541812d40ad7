"""Real local receivers: HTTP as the robots' vendors and a webhook answer, and SMTP.

In a thread (``with HttpReceiver() as receiver``) or as a process, which prints its port and writes one JSON
line for each request::

    python tests/alerts/receiver.py requests.jsonl [MODE [ARGUMENT]]

How it answers is its ``mode``:

    normal      as the vendor does when all is well
    slow        after ARGUMENT seconds, as normal
    code        HTTP 200 with the vendor's error code ARGUMENT
    bad_code    HTTP 400 with the vendor's error code ARGUMENT
    status      with HTTP status ARGUMENT and an HTML page
    busy        429 with Retry-After: ARGUMENT
    redirect    302 to ARGUMENT
    garbage     200 and what is no JSON
    body        200 and ARGUMENT as the body
    empty       200 and nothing
    half        200, half of what it promised, and hangs up
    hang_up     hangs up without a word
    drip        one byte of its answer each ARGUMENT seconds, without end
    echo        200 with error code 40000, and every word of the request in the answer
"""

import json
import signal
import socketserver
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """One request that came in."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes
    body: Any


def vendor_answer(path: str, code: int) -> dict[str, Any]:
    """What each vendor says, told apart by the path it is called on."""
    if "/open-apis/bot/" in path:
        return {"code": code, "msg": "success" if code == 0 else "refused", "data": {}}
    if "webhook/send" in path or "robot/send" in path:
        return {"errcode": code, "errmsg": "ok" if code == 0 else "refused"}
    return {"taken": code == 0}


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        """Record the request, then answer as the receiver is told to; one cut short is no message."""
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        if len(raw) < length:  # whoever sent it died in the middle
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.receiver.took(Request(parts.path, query, headers, raw, _json(raw)))
        with suppress(BrokenPipeError, ConnectionResetError):  # who asked has stopped waiting
            self._answer(parts.path, raw, *self.server.receiver.mode)

    def _answer(self, path: str, raw: bytes, mode: str, argument: Any = None) -> None:
        if mode == "slow":
            time.sleep(argument)
        if mode in ("normal", "slow"):
            self._json(200, vendor_answer(path, 0))
        elif mode in ("code", "bad_code"):
            self._json(200 if mode == "code" else 400, vendor_answer(path, argument))
        elif mode == "echo":
            words = f"{self.path} {raw.decode()} {self.headers}"
            self._json(200, {"errcode": 40000, "code": 40000, "errmsg": words, "msg": words})
        elif mode == "hang_up":
            self.close_connection = True
        elif mode == "drip":
            self._drip(argument)
        else:
            self._raw(mode, argument)

    def _raw(self, mode: str, argument: Any) -> None:
        page = b"<html>\xff\xfe</html>"
        status, body, headers = {
            "status": (argument, page, {}),
            "busy": (429, page, {"Retry-After": str(argument)}),
            "redirect": (302, b"", {"Location": str(argument)}),
            "garbage": (200, page, {}),
            "body": (200, argument.encode() if isinstance(argument, str) else b"", {}),
            "empty": (200, b"", {}),
            "half": (200, b'{"errcode"', {"Content-Length": "100"}),
        }[mode]
        self._send(status, body, headers)

    def _json(self, status: int, told: dict[str, Any]) -> None:
        self._send(status, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _drip(self, seconds: float) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(seconds)

    def log_message(self, *_: object) -> None:
        """Quiet: what came in is in the list."""


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: "HttpReceiver"

    def handle_error(self, request: object, client_address: object) -> None:
        """A test that kills its clients wants no traceback of it."""


class _Receiver:
    """A server on a loopback port that answers from a thread while it is entered."""

    _server: socketserver.TCPServer

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class HttpReceiver(_Receiver):
    """A receiver on a loopback port, a free one unless told; ``requests`` are what came in, in order."""

    mode: tuple[Any, ...] = ("normal",)
    file: Path | None = None
    at_port: int = 0
    requests: list[Request] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        server = _Server(("127.0.0.1", self.at_port), _Handler)
        server.receiver = self
        self._server = server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def took(self, request: Request) -> None:
        """Remember ``request``."""
        with self._lock:
            self.requests.append(request)
            if self.file is not None:
                with self.file.open("a", encoding="utf-8") as told:
                    told.write(json.dumps(_line(request), ensure_ascii=False) + "\n")


def _line(request: Request) -> dict[str, Any]:
    return {
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
        "body": request.body,
    }


# -- mail ------------------------------------------------------------------------------------------


class _MailHandler(socketserver.StreamRequestHandler):
    server: "_MailServer"

    def handle(self) -> None:
        """Speak as much SMTP as a client needs; ``answers`` replaces the answer to a command."""
        receiver = self.server.receiver
        told: dict[str, str] = {}
        with suppress(BrokenPipeError, ConnectionResetError):
            if not self._say(receiver.answers.get("CONNECT", "220 receiver")):
                return
            for line in self.rfile:
                command = line.decode().strip()
                verb = command.partition(" ")[0].upper()
                told[verb] = command
                if verb == "DATA" and "DATA" not in receiver.answers:
                    self._say("354 go on")
                    receiver.took(told, b"".join(iter(self.rfile.readline, b".\r\n")))
                    verb = "TAKEN"
                if not self._say(receiver.answers.get(verb, _USUAL.get(verb, "250 ok"))) or verb == "QUIT":
                    return

    def _say(self, answer: str) -> bool:
        """Empty: hang up instead."""
        if answer:
            self.wfile.write(answer.replace("\n", "\r\n").encode() + b"\r\n")
            self.wfile.flush()
        return bool(answer)


_USUAL = {"EHLO": "250-receiver\n250 AUTH PLAIN", "AUTH": "235 welcome", "QUIT": "221 bye"}


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    receiver: "MailReceiver"


@dataclass(frozen=True)
class Letter:
    """One letter that came in: its envelope and itself."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        read = message_from_bytes(self.raw, policy=default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class MailReceiver(_Receiver):
    """An SMTP server on a free loopback port; ``answers`` by command, CONNECT and TAKEN (after DATA) among them."""

    answers: dict[str, str] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)

    def __post_init__(self) -> None:
        server = _MailServer(("127.0.0.1", 0), _MailHandler)
        server.receiver = self
        self._server = server

    def took(self, told: dict[str, str], raw: bytes) -> None:
        """Remember one letter."""
        self.letters.append(Letter(told["MAIL"], told["RCPT"], raw))


def _argument(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def main(file: str, mode: str = "normal", argument: str | None = None) -> None:
    """As a process: prints the port, runs until it is told to end."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    told = (mode,) if argument is None else (mode, _argument(argument))
    with HttpReceiver(told, Path(file)) as receiver:
        sys.stdout.write(f"{receiver.port}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
