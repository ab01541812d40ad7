"""A book on an empty database, and the shipped ledger in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import migrate, server_of_the_run
from tests.postgres import fresh_database
from tests.reports.books import filled, opened, sqlite_book
from workflow.book import Book
from workflow.rules import Rules, load_rules


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules()


@pytest.fixture
def book(migrated_url: str, rules: Rules) -> Iterator[Book]:
    with opened(migrated_url, rules) as found:
        yield found


@pytest.fixture
def ledger_book(book: Book) -> Book:
    return filled(book)


@pytest.fixture(scope="module")
def shipped(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Iterator[Book]:
    """The shipped ledger on SQLite: filled once for a module."""
    with sqlite_book(sqlite_template, tmp_path_factory.mktemp("shipped"), rules) as found:
        yield filled(found)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def read_book(request: pytest.FixtureRequest, rules: Rules) -> Iterator[Book]:
    """The shipped ledger on each database, for tests that only read: filled once for a module."""
    if request.param == "sqlite":
        yield request.getfixturevalue("shipped")
        return
    with fresh_database(server_of_the_run(request.config)) as url:
        migrate(url)
        with opened(url, rules) as found:
            yield filled(found)


@pytest.fixture
def file_book(sqlite_template: Path, tmp_path: Path, rules: Rules) -> Iterator[Book]:
    """An empty SQLite book, for what does not depend on the database."""
    with sqlite_book(sqlite_template, tmp_path, rules) as found:
        yield found
