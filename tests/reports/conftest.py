"""A book on an empty database, and the shipped ledger in it."""

from collections.abc import Iterator

import pytest

from limits.shipped import DATA
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
