"""A book on an empty database, and the shipped ledger in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from limits.shipped import DATA
from tests.conftest import migrate, server_of_the_run
from tests.postgres import fresh_database
from tests.reports.books import AS_OF
from workflow import store
from workflow.book import Book
from workflow.importing import import_ledger
from workflow.rules import Rules, load_rules


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules()


@pytest.fixture
def book(migrated_url: str, rules: Rules) -> Iterator[Book]:
    engine = store.open_engine(migrated_url)
    yield Book(engine, rules)
    engine.dispose()


@pytest.fixture
def ledger_book(book: Book) -> Book:
    import_ledger(book, DATA / "samples" / "ledger-2026.xlsx", now=AS_OF)
    return book


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def read_book(
    request: pytest.FixtureRequest, rules: Rules, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Book]:
    """The shipped ledger on each database, for tests that only read: filled once for a module."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("read") / "yekuo.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield from _filled(f"sqlite:///{path.as_posix()}", rules)
    else:
        with fresh_database(server_of_the_run(request.config)) as url:
            migrate(url)
            yield from _filled(url, rules)


def _filled(url: str, rules: Rules) -> Iterator[Book]:
    engine = store.open_engine(url)
    book = Book(engine, rules)
    import_ledger(book, DATA / "samples" / "ledger-2026.xlsx", now=AS_OF)
    yield book
    engine.dispose()


@pytest.fixture
def file_book(sqlite_template: Path, tmp_path: Path, rules: Rules) -> Iterator[Book]:
    """An empty SQLite book, for what does not depend on the database."""
    path = tmp_path / "yekuo.sqlite3"
    shutil.copy(sqlite_template, path)
    engine = store.open_engine(f"sqlite:///{path.as_posix()}")
    yield Book(engine, rules)
    engine.dispose()
