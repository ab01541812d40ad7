"""The databases the tests are given are what they are said to be."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.postgres import Reused, fresh_database, running_server


def ask(url: str, statement: str) -> list[str]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return [str(row[0]) for row in connection.execute(text(statement))]
    finally:
        engine.dispose()


def test_it_is_postgresql_in_utf8(postgres_url: str) -> None:
    assert postgres_url.startswith("postgresql+psycopg://")
    assert ask(postgres_url, "SELECT version()")[0].startswith("PostgreSQL ")
    assert ask(postgres_url, "SHOW server_encoding") == ["UTF8"]


def test_it_sorts_by_code_point_as_sqlite_and_python_do(database_url: str) -> None:
    words = ["乙", "甲", "b", "B", "a", "_", "é", "10", "9", "𠮷"]
    values = ", ".join(f"('{word}')" for word in words)
    statement = f"WITH words(word) AS (VALUES {values}) SELECT word FROM words ORDER BY word"
    assert ask(database_url, statement) == sorted(words)


@pytest.mark.parametrize("table", ["first", "second"])
def test_each_test_has_a_database_of_its_own(database_url: str, table: str) -> None:
    """Both turns find it empty, although each leaves a table behind."""
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE {table} (n integer)"))
    engine.dispose()


def test_a_database_goes_even_when_somebody_is_connected(postgres_url: str) -> None:
    with fresh_database(postgres_url) as url:
        name = url.rsplit("/", 1)[1]
        still_open = create_engine(url)
        connection = still_open.connect()
        assert ask(postgres_url, "SELECT datname FROM pg_database").count(name) == 1
    assert ask(postgres_url, "SELECT datname FROM pg_database").count(name) == 0
    connection.invalidate()
    connection.close()
    still_open.dispose()


def test_a_server_that_is_already_there_is_used(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YEKUO_TEST_DATABASE_URL", postgres_url.replace("+psycopg", ""))
    with running_server() as url:
        assert url == postgres_url


@pytest.fixture
def reused(postgres_url: str) -> Iterator[Reused]:
    """A copy of a database of two tables, one of which refers to the other."""
    with fresh_database(postgres_url) as template:
        engine = create_engine(template)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version AS SELECT '1' AS version_num"))
            connection.execute(text("CREATE TABLE unit (id serial PRIMARY KEY)"))
            connection.execute(text("CREATE TABLE person (unit integer REFERENCES unit)"))
        engine.dispose()
        found = Reused(postgres_url, template.rsplit("/", 1)[1], ["person", "unit"])
        yield found
        found.close()


def change(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_database_used_again_is_empty_and_counts_from_one(reused: Reused) -> None:
    url = reused.fresh()
    for _ in range(2):
        change(url, "INSERT INTO unit DEFAULT VALUES", "INSERT INTO person VALUES (1)")
        assert reused.fresh() == url
        assert ask(url, "SELECT count(*) FROM unit") == ask(url, "SELECT count(*) FROM person") == ["0"]


def test_nobody_is_still_connected_to_a_database_used_again(reused: Reused) -> None:
    url = reused.fresh()
    still_open = create_engine(url)
    connection = still_open.connect()
    connection.execute(text("INSERT INTO unit DEFAULT VALUES"))
    assert reused.fresh() == url
    assert ask(url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == ["1"]
    connection.invalidate()
    connection.close()
    still_open.dispose()


MORE_THAN_ROWS = (
    "CREATE TABLE left_behind (n integer)",
    "DROP TABLE person",
    "ALTER TABLE unit ADD COLUMN name text",
    "ALTER TABLE unit ALTER COLUMN id TYPE bigint",
    "ALTER TABLE person DROP CONSTRAINT person_unit_fkey",
    "CREATE INDEX by_unit ON person (unit)",
    "CREATE FUNCTION one() RETURNS integer LANGUAGE sql RETURN 1",
    "CREATE TRIGGER t AFTER INSERT ON unit EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "UPDATE alembic_version SET version_num = '9999'",
)


def test_a_database_with_more_changed_than_rows_is_not_used_again(reused: Reused) -> None:
    for statement in MORE_THAN_ROWS:
        url = reused.fresh()
        change(url, statement)
        again = reused.fresh()
        assert again != url, statement
        assert ask(again, "SELECT version_num FROM alembic_version") == ["1"]
        tables = ask(again, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert sorted(tables) == ["alembic_version", "person", "unit"]
