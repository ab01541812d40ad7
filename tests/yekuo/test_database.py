"""``yekuo init``: the migrations give exactly the tables of the program, on both databases."""

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from workflow import errors, store
from workflow.tables import metadata
from yekuo import database


def test_migrating_an_empty_database_gives_the_metadata(database_url: str) -> None:
    engine = store.open_engine(database_url)
    assert database.upgrade(engine) is None
    assert database.differences(engine) == []
    assert set(metadata.tables) <= set(sa.inspect(engine).get_table_names())
    engine.dispose()


def test_a_second_init_changes_nothing(database_url: str) -> None:
    engine = store.open_engine(database_url)
    database.upgrade(engine)
    assert database.upgrade(engine) == database.HEAD
    database.check_ready(engine)
    engine.dispose()


def test_the_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(database.MIGRATIONS)).get_heads() == [database.HEAD]


def test_a_database_without_tables_is_refused_in_one_sentence(database_url: str) -> None:
    engine = store.open_engine(database_url)
    with pytest.raises(errors.StoreNotReady, match="请先运行 yekuo init"):
        database.check_ready(engine)
    engine.dispose()
