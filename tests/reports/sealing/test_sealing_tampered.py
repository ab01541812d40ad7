"""Whoever can write to the database changes a seal or what is under it: no report tells of it, and verify names it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from reports.corrections.correcting import corrections_of
from reports.errors import SealUnreadable
from reports.facts.gathering import gather
from reports.facts.values import Facts, Rows, facts_digest
from reports.issuing import basis
from reports.masthead import Letterhead
from reports.periods import Period
from reports.sealing.chain import Seal, seals
from reports.sealing.check import verify_seals
from reports.sealing.kept_tables import digests_under, header_of
from reports.sealing.seal import sealed_as, sealed_facts
from reports.tables import sealed_period, sealed_table
from tests.reports.books import CLOSING, OCTOBER, closed, lived, opened, sqlite_book
from workflow import store
from workflow.book import Book
from workflow.rules import Rules
from workflow.verify import verify

SEPTEMBER, NOVEMBER = Period.month(2026, 9), Period.month(2026, 11)
LATER = CLOSING + timedelta(1)
NOTHING = Rows(("period",))
NONE = NOTHING.to_json()


@pytest.fixture(scope="module")
def kept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Path:
    """A database in which September was sealed, and October an hour later."""
    folder = tmp_path_factory.mktemp("sealed")
    with sqlite_book(sqlite_template, folder, rules) as book:
        for number, day in (("A1", "2026-09-07 一"), ("A2", "2026-09-08 二"), ("B2", "2026-10-12 一")):
            lived(book, number, day)
        closed(book, SEPTEMBER)
        closed(book, now=CLOSING + timedelta(hours=1))
    return folder / "yekuo.sqlite3"


@pytest.fixture
def path(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(kept, tmp_path / "yekuo.sqlite3"))


@pytest.fixture
def two(path: Path, rules: Rules) -> Iterator[Book]:
    with opened(f"sqlite:///{path.as_posix()}", rules) as book:
        yield book


def tamper(book: Book, *statements: str) -> None:
    """As with a tool of the database, which heeds neither types nor foreign keys."""
    with closing(sqlite3.connect(str(book.engine.url.database), isolation_level=None)) as connection:
        for statement in statements:
            connection.executescript(statement)


def remake(book: Book, seq: int) -> None:
    """Make the hashes of a seal anew, as somebody would who knows how they are made."""
    here = sealed_period.c.seq == seq
    with store.writing(book.engine) as connection:
        row = connection.execute(sa.select(sealed_period).where(here)).one()
        digest = facts_digest(header_of(row.header), digests_under(connection, seq))
        connection.execute(sa.update(sealed_period).where(here).values(facts_digest=digest))
        row = connection.execute(sa.select(sealed_period).where(here)).one()
        connection.execute(sa.update(sealed_period).where(here).values(hash=Seal.of(row).hash))


def whole(facts: Facts | None) -> str:
    assert facts is not None
    return facts.to_json()


def listed(book: Book) -> list[str]:
    with store.reading(book.engine) as connection:
        return [row.closed_by for row in seals(connection)]


def compared(book: Book) -> str:
    """The facts a document with the seal that stands there is held against."""
    with sqlite3.connect(str(book.engine.url.database)) as connection:
        (seal,) = connection.execute("SELECT hash FROM sealed_period WHERE id = 2").fetchone()
    found = sealed_as(book.engine, seal)
    return whole(found.facts if found else None)


def next_month(book: Book) -> Facts:
    others = (corrections_of(book, NOVEMBER),)
    return gather(book, NOVEMBER, LATER, others, sealed_facts(book.engine, LATER))


WAYS: dict[str, Callable[[Book], object]] = {
    "report": lambda book: whole(basis(book, OCTOBER, LATER, Letterhead()).facts),
    "comparison": compared,
    "next month": next_month,
    "an open period": lambda book: basis(book, NOVEMBER, LATER, Letterhead()),
    "the list": listed,
    "the next closing": lambda book: closed(book, Period.parse("2026-Q3"), now=LATER),
}
# What is under a seal is read only by who needs it.
OF_FACTS = ("report", "comparison", "next month", "an open period")
# For every column what may stand there instead, of October, which is the newest, unless it says otherwise.
IN_SEAL: dict[str, tuple[str, ...]] = {
    "seq": ("3", "'x'", "1.5"),
    "period": ("'2026-11'", "'x'", "x'00'"),
    "closed_at": ("'2026-11-02 03:00:00.000000'", "'x'", "7"),
    "closed_by": ("'别人'", "x'00'"),
    "header": (
        """replace(header, '"complete":true', '"complete":false')""",
        """replace(header, '2026-10', '2026-11')""",
        "' ' || header",
        "'[]'",
        "'{'",
        "x'00'",
    ),
    "masthead": ("replace(masthead, '批准', '签发')", "'{}'", "x'00'"),
    "facts_digest": ("(SELECT facts_digest FROM sealed_period WHERE seq = 1)", "x'00'"),
    "ledger_head": ("(SELECT hash FROM sealed_period WHERE seq = 1)", "''", "x'00'"),
    "policies": ("''", "7"),
    "prev_hash": ("hash", "x'00'"),
    "hash": ("prev_hash", "'x'", "x'00'"),
}
KEPT = "WHERE seq = 2 AND name = 'kept'"
OTHER = "FROM sealed_table WHERE seq = 1 AND name = 'kept'"
IN_TABLE: dict[str, tuple[str, ...]] = {
    "seq": (f"UPDATE sealed_table SET seq = 3 {KEPT}",),
    "name": (f"UPDATE sealed_table SET name = 'keep' {KEPT}",),
    "content": (
        f"UPDATE sealed_table SET content = '{NONE}' {KEPT}",
        f"UPDATE sealed_table SET content = content || ' ' {KEPT}",
        f"UPDATE sealed_table SET content = x'00' {KEPT}",
        f"UPDATE sealed_table SET content = '{NONE}', digest = '{NOTHING.digest}' {KEPT}",
        f"UPDATE sealed_table SET content = (SELECT content {OTHER}), digest = (SELECT digest {OTHER}) {KEPT}",
    ),
    "digest": (
        f"UPDATE sealed_table SET digest = '{NOTHING.digest}' {KEPT}",
        f"UPDATE sealed_table SET digest = x'00' {KEPT}",
    ),
    "a row less": (f"DELETE FROM sealed_table {KEPT}",),
    "a row more": (
        f"INSERT INTO sealed_table (seq, name, content, digest) VALUES (2, 'more', '{NONE}', '{NOTHING.digest}')",
    ),
    "none at all": ("DELETE FROM sealed_table WHERE seq = 2",),
    "those of two periods exchanged": (
        "UPDATE sealed_table SET seq = seq + 2; UPDATE sealed_table SET seq = 5 - seq",
    ),
}
SINGLY = [(name, value) for name, values in IN_SEAL.items() for value in values]


def refused(book: Book, ways: tuple[str, ...]) -> None:
    for name in ways:
        with pytest.raises(SealUnreadable):
            WAYS[name](book)
    assert verify_seals(book).difference is not None
    assert verify(book).difference is None  # the ledger itself is as it was


def test_unchanged_all_of_it_is_told(two: Book) -> None:
    for tell in WAYS.values():
        assert tell(two)
    assert verify_seals(two).difference is None


def test_every_column_has_a_case() -> None:
    assert set(IN_SEAL) == {column.name for column in sealed_period.c} - {"id"}
    assert set(IN_TABLE) >= {column.name for column in sealed_table.c} - {"id"}


@pytest.mark.parametrize(("name", "value"), SINGLY)
def test_a_seal_that_was_changed_is_told_of_nowhere(two: Book, name: str, value: str) -> None:
    tamper(two, f"UPDATE sealed_period SET {name} = {value} WHERE seq = 2")
    refused(two, OF_FACTS if name == "header" else tuple(WAYS))


@pytest.mark.parametrize("statement", [each for statements in IN_TABLE.values() for each in statements])
def test_a_table_that_was_changed_is_told_of_nowhere(two: Book, statement: str) -> None:
    tamper(two, statement)
    refused(two, OF_FACTS)


@pytest.mark.parametrize("name", sorted(set(IN_SEAL) - {"facts_digest", "hash"}))
def test_nor_one_whose_hashes_were_made_anew(two: Book, name: str) -> None:
    """September's, behind which another stands; its number is that of the tables under it."""
    tables = ("UPDATE sealed_table SET seq = 3 WHERE seq = 1",) if name == "seq" else ()
    tamper(two, f"UPDATE sealed_period SET {name} = {IN_SEAL[name][0]} WHERE seq = 1", *tables)
    remake(two, 3 if name == "seq" else 1)
    refused(two, tuple(WAYS))


@pytest.mark.parametrize("name", ["seq", "period", "closed_at", "ledger_head", "policies", "prev_hash"])
def test_nor_the_newest_where_it_contradicts_itself(two: Book, name: str) -> None:
    tables = ("UPDATE sealed_table SET seq = 3 WHERE seq = 2",) if name == "seq" else ()
    tamper(two, f"UPDATE sealed_period SET {name} = {IN_SEAL[name][0]} WHERE seq = 2", *tables)
    remake(two, 3 if name == "seq" else 2)
    refused(two, ("comparison", "next month") if name == "period" else OF_FACTS)


def test_a_seal_taken_out_is_missed(two: Book) -> None:
    tamper(two, *(f"DELETE FROM {table} WHERE seq = 1" for table in ("sealed_table", "sealed_period")))
    refused(two, tuple(WAYS))
    assert "其间有封存被删除" in str(verify_seals(two).difference)


def test_the_time_of_sealing_never_falls(two: Book) -> None:
    """However well it was forged."""
    early = "UPDATE sealed_period SET closed_at = '2026-11-02 00:59:59.000000',"
    header = " header = replace(header, '2026-11-02T10:00:00', '2026-11-02T08:59:59') WHERE seq = 2"
    tamper(two, early + header)
    remake(two, 2)
    refused(two, tuple(WAYS))
    said = "封存时间 2026-11-02 08:59:59 早于前一封存的 2026-11-02 09:00:00"
    assert said in str(verify_seals(two).difference)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"UPDATE sealed_table SET content = '{NONE}' {KEPT}", "其中的表 kept"),
        (IN_TABLE["content"][3], "数据的摘要"),
        ("UPDATE sealed_period SET header = '[]' WHERE seq = 2", "读不出来"),
        ("UPDATE sealed_period SET closed_by = '别人' WHERE seq = 2", "登记被改动过"),
        ("UPDATE sealed_period SET closed_at = 'x' WHERE seq = 2", "（无法识别）"),
        ("UPDATE sealed_period SET prev_hash = hash WHERE seq = 2", "其间的封存被换过"),
    ],
)
def test_what_is_changed_is_named(two: Book, statement: str, said: str) -> None:
    tamper(two, statement)
    assert said in str(verify_seals(two).difference)


def test_only_a_seal_noted_elsewhere_tells_of_the_newest_made_anew(two: Book) -> None:
    """Who can write to the database can take back the last closing or set it anew: docs/reports.md says so."""
    noted = verify_seals(two).head
    tamper(two, "UPDATE sealed_period SET closed_by = '别人' WHERE seq = 2")
    remake(two, 2)
    found = verify_seals(two)
    assert (found.difference, found.seals) == (None, 2)
    assert found.head != noted
    tamper(two, *(f"DELETE FROM {table} WHERE seq = 2" for table in ("sealed_table", "sealed_period")))
    assert verify_seals(two).seals == 1
    assert verify_seals(two).head != noted
