"""A desk over a small company, with a clock that stands until a test moves it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from fastapi import FastAPI

from tests.alerts.company import CITY, CODES, POSTS, found
from tests.dates import at
from tests.web.browser import PASSWORD, Browser
from tests.web.desk_work import accept, company_in
from web.access import accounts
from web.access.accounts import ACCOUNTS
from web.access.rights import REACH, Account, Reach, Role
from web.access.tries import Tries
from web.app import create_app
from web.desk import Desk
from web.settings import WebSettings
from web.tables import account
from web.work.customers import MOST
from workflow import store
from workflow.book import Book
from workflow.people.tables import person
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
    "wushi": (Role.INTEGRITY, None, ""),
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
    with company_in(tmp_path_factory.mktemp("still"), sqlite_template, rules) as made:
        accept(made, "A1")
        yield Desk(Source(made), lambda: NOW, WebSettings(), lambda: None, ())


@pytest.fixture
def clock() -> Clock:
    """Friday evening."""
    return Clock()


@pytest.fixture(scope="session")
def assembled() -> FastAPI:
    """An app over nothing yet: to assemble its routes takes longer than most tests."""
    return create_app(None, Clock(), WebSettings())  # type: ignore[arg-type]


@pytest.fixture
def desk(assembled: FastAPI, book: Book, clock: Clock) -> FastAPI:
    """The app over ``book``, with nobody who could come in. Who changes the app itself takes one of their own."""
    ready = lambda: database.check_ready(book.engine)  # noqa: E731 - a name for the line below
    assembled.state.desk = Desk(Source(book), clock, WebSettings(), ready, ())
    assembled.state.progress_tries = Tries(MOST)
    return assembled


def account_of(engine: sa.Engine, login: str) -> Account:
    """The account of a login of :data:`LOGINS`, made when there is none; it opens with ``PASSWORD``."""
    role, name, unit = LOGINS[login]
    if name and REACH[role] in (Reach.OWN, Reach.STATION):
        unit = POSTS[name][0]
    with store.writing(engine) as connection:
        wanted = ACCOUNTS.where(account.c.login == login)
        if connection.execute(wanted).first() is None:
            person_id = connection.scalar(
                sa.select(person.c.id).where(person.c.code == CODES.get(name or ""))
            )
            row = {
                "login": login,
                "person_id": person_id,
                "post": role.value,
                "unit": unit,
                "password": kept_password(),
                "failures": 0,
                "created_at": NOW,
                "created_by": "管理员",
            }
            connection.execute(sa.insert(account), [row])
        return accounts.account_of(connection.execute(wanted).one())


@cache
def kept_password() -> str:
    """A hash of ``PASSWORD`` that is quick to check: it says itself how dear it is, the program's own are slow."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def enrol(book: Book) -> Callable[[str], Account]:
    """Makes the account of a login of :data:`LOGINS`."""
    return lambda login: account_of(book.engine, login)


@pytest.fixture
def browser(desk: FastAPI) -> Browser:
    """A stranger."""
    return Browser(desk)
