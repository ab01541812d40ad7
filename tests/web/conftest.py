"""A desk over a small company, with a clock that stands until a test moves it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from tests.alerts.company import CITY, CODES, found
from tests.dates import at
from tests.web.browser import PASSWORD, Browser
from tests.web.desk_work import accept
from web import accounts
from web.app import create_app
from web.desk import Desk
from web.rights import Account, Role
from web.settings import WebSettings
from workflow import store
from workflow.book import Book
from workflow.rules import Rules, load_rules
from yekuo import database

NOW = at("2026-11-20 五 18:00")
# The login of each role; the people are those of tests.alerts.company.
LOGINS = {
    "admin": (Role.ADMINISTRATOR, None, ""),
    "lisi": (Role.ACCOUNT_MANAGER, "李四", ""),
    "zhaoliu": (Role.STATION_HEAD, "赵六", ""),
    "zhoujiu": (Role.COMMAND_CENTRE, "周九", ""),
    "sunba": (Role.LEADER, "孙八", ""),
    "clerk": (Role.CLERK, None, CITY),
    "regulator": (Role.REGULATOR, None, ""),
}


@dataclass
class Clock:
    """Stands still; a test moves it on."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        """Now."""
        return self.at

    def move(self, **by: float) -> None:
        """Later by hours=…, minutes=…"""
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Source:
    """A book that does not change."""

    book: Book

    @property
    def engine(self) -> sa.Engine:
        """Its database."""
        return self.book.engine

    def current(self) -> Book:
        """The book."""
        return self.book


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The shipped rules."""
    return load_rules()


@pytest.fixture
def book(migrated_url: str, rules: Rules, tmp_path: Path) -> Iterator[Book]:
    """A book with the company in it and an account for each role; once on each database."""
    engine = store.open_engine(migrated_url)
    made = found(Book(engine, rules), tmp_path)
    yield made
    engine.dispose()


@pytest.fixture(scope="module")
def still(sqlite_template: Path, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with the company and application A1 of 李四, for tests that write nothing."""
    folder = tmp_path_factory.mktemp("still")
    shutil.copy(sqlite_template, folder / "yekuo.sqlite3")
    engine = store.open_engine(f"sqlite:///{(folder / 'yekuo.sqlite3').as_posix()}")
    made = found(Book(engine, rules), folder)
    accept(made, "A1")
    yield Desk(Source(made), lambda: NOW, WebSettings(), lambda: None, ())
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    """Friday evening."""
    return Clock()


@pytest.fixture
def desk(book: Book, clock: Clock) -> FastAPI:
    """The app, with nobody who could come in."""
    ready = lambda: database.check_ready(book.engine)  # noqa: E731 - a name for the line below
    return create_app(Source(book), clock, WebSettings(), check_ready=ready)


@pytest.fixture
def enrol(book: Book) -> Callable[[str], Account]:
    """Makes the account of a login of :data:`LOGINS`."""

    def make(login: str) -> Account:
        role, name, unit = LOGINS[login]
        code = CODES[name] if name else None
        return accounts.create(
            book.engine, login, PASSWORD, role, unit_name=unit, code=code, now=NOW, actor="管理员"
        )

    return make


@pytest.fixture
def browser(desk: FastAPI) -> Browser:
    """A stranger."""
    return Browser(desk)
