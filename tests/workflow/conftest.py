"""A book on an empty database, for every test of what goes into it."""

from collections.abc import Iterator

import pytest

from workflow import store
from workflow.book import Book
from workflow.rules import Rules, load_rules


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The shipped rules."""
    return load_rules()


@pytest.fixture
def book(migrated_url: str, rules: Rules) -> Iterator[Book]:
    """An empty book; a test that asks for it runs once on each database."""
    engine = store.open_engine(migrated_url)
    yield Book(engine, rules)
    engine.dispose()
