"""The process that serves the desk: uvicorn with our own start, stop and log.

A stream to a browser goes on for ever, and uvicorn would wait for it for ever: it is told that the desk is
stopping, and what has not ended after :data:`GRACE` seconds is cut off.
"""

import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from limits.errors import YekuoError
from web.desk import Desk

GRACE = 5  # seconds


class AddressUnusable(YekuoError):
    """不能在 {host} 的端口 {port} 上提供服务（{reason}）。请用 --port 换一个端口，或停止占用它的程序。"""

    code = "address_unusable"


class Server(uvicorn.Server):
    """Tells the desk as soon as the process is asked to end."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As the base, and the streams may end by themselves."""
        self._desk.stopping.set()
        super().handle_exit(sig, frame)


def listening(host: str, port: int) -> socket.socket:
    """A socket at ``host`` and ``port``, 0 for any that is free; raises AddressUnusable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AddressUnusable(host=host, port=port, reason=reason) from error


def serve(app: FastAPI, at: socket.socket, started: Callable[[], None]) -> None:
    """Say so by ``started``, and answer until SIGTERM or Ctrl-C; then return."""
    config = uvicorn.Config(
        app,
        timeout_graceful_shutdown=GRACE,
        lifespan="off",
        access_log=False,  # ours says more, and no secrets
        log_config=None,
        server_header=False,
    )
    server = Server(config, app.state.desk)
    with _asked_politely(server):
        started()
        server.run(sockets=[at])


def log_to_stderr() -> None:
    """One line each: when, and a sentence with a stable word in front."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    for name, level in (("yekuo", logging.INFO), ("uvicorn.error", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False


@contextmanager
def _asked_politely(server: Server) -> Iterator[None]:
    """Obey a signal that comes before uvicorn listens for it, and survive that uvicorn repeats it afterwards.

    The process would die of the repeated one before its scheduled work has come to an end.
    """

    def obey(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, obey) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
