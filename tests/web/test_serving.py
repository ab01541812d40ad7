"""The process itself: it starts, answers, and ends when it is asked to, whoever is still listening."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import migrate
from tests.web import streaming
from yekuo.serving import GRACE, AddressUnusable, listening

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
YEKUO = [sys.executable, "-c", "from yekuo.cli import main; main()"]


@contextmanager
def running(*command: str, url: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("YEKUO_")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=ours | {"PYTHONPATH": str(ROOT), "YEKUO_DATABASE_URL": url, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_serve_starts_answers_and_ends(sqlite_url: str, tmp_path: Path) -> None:
    migrate(sqlite_url)
    with running(*YEKUO, "serve", "--port", "0", url=sqlite_url, folder=tmp_path) as process:
        told = first_line(process)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", told)
        assert found, told + (tmp_path / "log").read_text(encoding="utf-8")
        with httpx.Client(base_url=found[0], trust_env=False) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            login = client.get("/login")
            assert login.status_code == 200
            assert "server" not in login.headers
            assert client.get("/").headers["location"] == "/login"
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert "工作台已停止" in rest
        log = (tmp_path / "log").read_text(encoding="utf-8")
        assert "scheduler.start" in log
        assert "scheduler.stop" in log, "the scheduled work came to its end before the process did"
        assert "request method=GET path=/login status=200" in log
        assert "Traceback" not in log


def test_without_the_scheduler_it_only_serves(sqlite_url: str, tmp_path: Path) -> None:
    migrate(sqlite_url)
    command = (*YEKUO, "serve", "--port", "0", "--no-scheduler")
    with running(*command, url=sqlite_url, folder=tmp_path) as process:
        assert "工作台已启动" in first_line(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert "scheduler" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_an_open_stream_does_not_keep_it(sqlite_url: str, tmp_path: Path) -> None:
    migrate(sqlite_url)
    with running(sys.executable, streaming.__file__, sqlite_url, url=sqlite_url, folder=tmp_path) as process:
        port = first_line(process).strip()
        with (
            httpx.Client(trust_env=False, timeout=PATIENCE) as client,
            client.stream("GET", f"http://127.0.0.1:{port}/stream") as answer,
        ):
            assert next(answer.iter_lines()) == "data: open"
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            rest, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert rest == "ended\n"
        assert time.monotonic() - asked < GRACE * 6


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AddressUnusable, match="--port"):
        listening("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(AddressUnusable):
        listening("no.such.host.invalid", 0)
