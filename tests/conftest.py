"""Fixtures every test may ask for: empty databases, SQLite and PostgreSQL alike."""

import gc
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from tests.postgres import Reused, fresh_database, running_server
from workflow import store
from workflow.tables import metadata
from yekuo.database import upgrade

# Arithmetic is right or wrong, never "too slow today": no test here depends on the machine's speed.
settings.register_profile("yekuo", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("yekuo")

SERVER = pytest.StashKey[str]()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


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


@pytest.fixture(scope="session")
def postgres_migrated(request: pytest.FixtureRequest) -> Iterator[Reused]:
    """A migrated PostgreSQL database, empty for each test that asks; ready sooner than a migration."""
    server = server_of_the_run(request.config)
    with fresh_database(server) as url:
        migrate(url)
        tables = [table.name for table in reversed(metadata.sorted_tables)]
        reused = Reused(server, str(make_url(url).database), tables)
        yield reused
        reused.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "yekuo.sqlite3"
    migrate(f"sqlite:///{path.as_posix()}")
    return path


def migrate(url: str) -> None:
    engine = store.open_engine(url)
    upgrade(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database after ``yekuo init``; a test that asks for it runs once on each."""
    if request.param == "sqlite":
        path = tmp_path / "yekuo.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path.as_posix()}"
    else:
        yield request.getfixturevalue("postgres_migrated").fresh()


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
