"""Fixtures every test may ask for: empty databases, SQLite and PostgreSQL alike."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import fresh_database, running_server

# Arithmetic is right or wrong, never "too slow today": no test here depends on the machine's speed.
settings.register_profile("yekuo", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("yekuo")

SERVER = pytest.StashKey[str]()


def server_of_the_run(config: pytest.Config) -> str:
    """The one PostgreSQL of this run, started when first asked for and stopped when pytest ends."""
    if hasattr(config, "workerinput"):  # an xdist worker is told by the process that started it
        return str(config.workerinput["postgres_server"])
    if SERVER not in config.stash:
        stack = ExitStack()
        config.stash[SERVER] = stack.enter_context(running_server())
        config.add_cleanup(stack.close)
    return config.stash[SERVER]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: before a worker starts."""
    node.workerinput["postgres_server"] = server_of_the_run(node.config)


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A new, empty PostgreSQL database for this test alone."""
    with fresh_database(server_of_the_run(request.config)) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A new, empty SQLite file for this test alone."""
    return f"sqlite:///{(tmp_path / 'yekuo.sqlite3').as_posix()}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, empty database; a test that asks for it runs once on each."""
    fixture = "postgres_url" if request.param == "postgresql" else "sqlite_url"
    return str(request.getfixturevalue(fixture))
