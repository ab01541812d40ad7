"""Applications for the pages to show, and the desk on a real port for a real browser."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from limits.terms import CustomerClass, Supplies, Voltage
from tests.alerts.company import CITY, COMPANY, found
from tests.dates import at
from web.access.rights import MATRIX, Account, Role
from workflow import cases, store
from workflow.book import Book
from workflow.history import Registration
from workflow.rules import Rules

ACCEPTED = at("2026-11-02 一 09:00")
HIGH = Registration(
    unit=COMPANY,
    station=CITY,
    customer="振兴机械有限公司",
    address="城关镇工业路 8 号",
    customer_class=CustomerClass.HV_ORDINARY,
    voltage=Voltage.KV10,
    supplies=Supplies.SINGLE,
    capacity=Decimal(630),
    customer_works=True,
    manager="李四",
)


def accept(book: Book, number: str, when: datetime = ACCEPTED, **changed: Any) -> None:
    """受理 of ``number``, one day's acceptance unless told otherwise."""
    registration = Registration.from_payload(HIGH.to_payload() | changed)
    cases.accept(book, number, registration, at=when, now=when, actor="柜台甲")


@contextmanager
def company_in(folder: Path, template: Path, rules: Rules) -> Iterator[Book]:
    """A book of its own in ``folder``, with the company in it."""
    path = folder / "yekuo.sqlite3"
    shutil.copy(template, path)
    engine = store.open_engine(f"sqlite:///{path.as_posix()}")
    yield found(Book(engine, rules), folder)
    engine.dispose()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """``app`` behind a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


def account_of(role: Role, name: str, unit: str = "") -> Account:
    """Somebody with all the rights of ``role``, where no log-in is of interest."""
    return Account(1, "somebody", name, role, unit, None, MATRIX[role])
