"""The program on a database of a test's own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.yekuo.program import Program, Runner, Warm, cold


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """How commands are run here: forked from a warm process; from nothing where there is no fork."""
    if sys.platform == "win32":
        yield cold
        return
    found = Warm(tmp_path_factory.mktemp("warm"))
    yield found.run
    found.close()


@pytest.fixture
def program(runner: Runner, database_url: str, tmp_path: Path) -> Program:
    """The program on a new, empty database without tables."""
    return Program(runner, database_url, tmp_path)


@pytest.fixture
def ready(runner: Runner, migrated_url: str, tmp_path: Path) -> Program:
    """The program on a new database, as ``yekuo init`` leaves it."""
    return Program(runner, migrated_url, tmp_path)
