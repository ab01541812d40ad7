"""The databases the tests are given are what they are said to be."""

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.postgres import fresh_database, running_server


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
