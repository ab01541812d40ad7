"""Closing a period: once, for ever, and nobody changes it or what it rests on without being found."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from limits.errors import YekuoError
from reports.errors import SealUnreadable
from reports.facts.gathering import gather
from reports.facts.values import Rows
from reports.known import Known, heads_then, known_records
from reports.masthead import Letterhead
from reports.periods import Period
from reports.seal_check import verify_seals
from reports.sealing import PeriodClosed, PeriodNotOver, sealed, sealed_as
from reports.tables import sealed_period, sealed_table
from tests.dates import at
from tests.reports.books import CLOSING, OCTOBER, closed, energized_at, lived
from workflow import store
from workflow.book import Book
from workflow.tables import application, clock, event, threshold
from workflow.verify import ledger_head, verify

SEPTEMBER, QUARTER = Period.month(2026, 9), Period.parse("2026-Q3")


@pytest.fixture
def lives(book: Book) -> Book:
    for number in ("A1", "B2", "C3"):
        lived(book, number)
    return book


def test_what_is_sealed_is_what_is_given_again(lives: Book) -> None:
    ours = closed(lives, letterhead=Letterhead(number="监督〔{year}〕{number}号"))
    lived(lives, "D4")
    again = sealed(lives.engine, OCTOBER)
    assert again is not None
    assert again == ours == sealed_as(lives.engine, ours.seal.hash)
    assert (again.masthead.number, again.facts.header["period"]) == ("监督〔2026〕10号", "2026-10")
    assert (again.seal.closed_by, again.seal.closed_at, again.seal.seq) == ("管理员", CLOSING, 1)
    assert again.facts.to_json() != gather(lives, OCTOBER, CLOSING).to_json()
    assert sealed(lives.engine, SEPTEMBER) is None


def test_a_period_that_is_not_over_stays_open(lives: Book) -> None:
    with pytest.raises(PeriodNotOver, match="2026-11-01 00:00"):
        closed(lives, now=at("2026-10-31 六 23:59"))
    closed(lives, now=at("2026-11-01 日 00:00"))


def test_a_period_is_closed_once(lives: Book) -> None:
    closed(lives)
    with pytest.raises(PeriodClosed, match="管理员于 2026-11-02 09:00"):
        closed(lives, actor="别人", now=CLOSING + timedelta(1))


def test_of_two_who_close_at_once_one_wins_and_the_other_is_told(lives: Book) -> None:
    """And two that close different periods both do, one behind the other in the chain."""
    told: list[object] = []
    start = threading.Barrier(4)

    def close(period: Period, actor: str) -> None:
        start.wait()
        try:
            told.append(closed(lives, period, actor=actor).seal.closed_by)
        except YekuoError as error:
            told.append(type(error))

    wanted = [(OCTOBER, "甲"), (OCTOBER, "乙"), (SEPTEMBER, "丙"), (QUARTER, "丁")]
    threads = [threading.Thread(target=close, args=each) for each in wanted]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    winner = sealed(lives.engine, OCTOBER)
    assert winner is not None
    assert sorted(map(str, told)) == sorted(map(str, [PeriodClosed, winner.seal.closed_by, "丙", "丁"]))
    assert verify_seals(lives).difference is None
    assert verify_seals(lives).seals == 3


def test_the_head_of_then_is_known_from_the_records_of_today(lives: Book) -> None:
    with store.reading(lives.engine) as connection:
        then, head = known_records(connection, CLOSING), ledger_head(connection)
    lived(lives, "A0")
    energized_at(lives, "B2", at("2026-10-13 二 09:00"), CLOSING)
    with store.reading(lives.engine) as connection:
        now, heads = (
            known_records(connection, CLOSING),
            heads_then(connection, [then, Known(0), known_records(connection, CLOSING)]),
        )
        assert heads[0] == head
        assert heads[2] == ledger_head(connection) != head
    assert (then.missing, now.last - then.last) == ((), 4)


def test_a_record_committed_late_under_a_low_number_counts_as_later(lives: Book) -> None:
    """A server numbers records before they are committed: what was missing then is not asked for."""
    with store.reading(lives.engine) as connection:
        whole = known_records(connection, CLOSING)
        first = connection.execute(
            sa.select(sa.func.min(event.c.id)).where(event.c.application_id == 2)
        ).scalar()
        assert first is not None
        lacking = Known(whole.last, ((first, first + 2),))
        assert [lacking.holds(first + each) for each in (-1, 0, 2, 3)] == [True, False, False, True]
        heads = heads_then(connection, [lacking, whole])
        assert heads[0] != heads[1] == ledger_head(connection)
    with store.writing(lives.engine) as connection:
        connection.execute(sa.delete(event).where(event.c.application_id == 2))
    with store.reading(lives.engine) as connection:
        assert known_records(connection, CLOSING) == lacking
        assert heads_then(connection, [lacking]) == heads[:1]


def without(number: str) -> list[sa.Delete]:
    """A whole application taken out of the database with everything that hangs on it."""
    wanted = sa.select(application.c.id).where(application.c.number == number).scalar_subquery()
    below = [sa.delete(table).where(table.c.application_id == wanted) for table in (event, clock, threshold)]
    return [*below, sa.delete(application).where(application.c.number == number)]


def in_seal(**values: object) -> list[sa.Update]:
    return [sa.update(sealed_period).where(sealed_period.c.period == "2026-10").values(**values)]


def in_table(name: str, **values: object) -> list[sa.Update]:
    """Changes in one table of the facts of October, which is the second seal."""
    held = sa.and_(sealed_table.c.seq == 2, sealed_table.c.name == name)
    return [sa.update(sealed_table).where(held).values(**values)]


NOTHING = Rows(("period",))
NONE = NOTHING.to_json()
TAMPERED: dict[str, tuple[Any, str]] = {
    "what the facts are of": (
        lambda row: in_seal(header=row.header.replace('"period":"2026-10"', '"period":"2026-11"')),
        "摘要",
    ),
    "a header that is none": (lambda _row: in_seal(header="[]"), "读不出来"),
    "a table": (lambda _row: in_table("kept", content=NONE), "表 kept"),
    "a list that no rate is made of": (lambda _row: in_table("unmet", content="{}"), "表 unmet"),
    "a table and its hash": (
        lambda _row: in_table("kept", content=NONE, digest=NOTHING.digest),
        "数据的摘要",
    ),
    "a table taken out": (
        lambda _row: [sa.delete(sealed_table).where(sealed_table.c.seq == 2, sealed_table.c.name == "kept")],
        "数据的摘要",
    ),
    "the hash over the facts": (lambda _row: in_seal(facts_digest="0" * 64), "登记被改动过"),
    "who closed it": (lambda _row: in_seal(closed_by="别人"), "登记被改动过"),
    "how it is signed": (lambda row: in_seal(masthead=row.masthead.replace("批准", "签发")), "登记被改动过"),
    "the head it rests on": (lambda _row: in_seal(ledger_head="0" * 64), "登记"),
    "a seal taken out": (
        lambda _row: [sa.delete(table).where(table.c.seq == 1) for table in (sealed_table, sealed_period)],
        "其间有封存被删除",
    ),
    "an application taken out whole": (lambda _row: without("B2"), "有记录被删除"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_is_changed_outside_is_named(lives: Book, name: str) -> None:
    closed(lives, SEPTEMBER)
    closed(lives)
    assert verify_seals(lives).difference is None
    changes, said = TAMPERED[name]
    with store.writing(lives.engine) as connection:
        row = connection.execute(sa.select(sealed_period).where(sealed_period.c.period == "2026-10")).one()
        for statement in changes(row):
            connection.execute(statement)
    assert said in str(verify_seals(lives).difference)
    assert verify(lives).difference is None  # the rest of the ledger agrees with itself


def test_a_changed_table_is_told_of_nobody(lives: Book) -> None:
    """Whoever asks for it is refused, and what was not changed is given; one that was exchanged spoils the whole."""
    kept = closed(lives).facts.tables["kept"]
    with store.writing(lives.engine) as connection:
        connection.execute(sa.update(sealed_table).where(sealed_table.c.name == "unmet").values(content=NONE))
    found = sealed(lives.engine, OCTOBER)
    assert found is not None
    assert found.facts.tables["kept"] == kept != NOTHING
    with pytest.raises(SealUnreadable, match="2026年10月"):
        _ = found.facts.tables["unmet"]
    with store.writing(lives.engine) as connection:
        connection.execute(
            sa.update(sealed_table).where(sealed_table.c.name == "unmet").values(digest=NOTHING.digest)
        )
    with pytest.raises(SealUnreadable, match="2026-10"):
        sealed(lives.engine, OCTOBER)


def test_what_the_software_records_later_breaks_no_seal(lives: Book) -> None:
    closed(lives, SEPTEMBER)
    lived(lives, "A0", "2026-09-07 一")
    closed(lives)
    energized_at(lives, "B2", at("2026-10-13 二 09:00"), CLOSING)
    found = verify_seals(lives)
    assert (found.seals, found.difference) == (2, None)
    last = sealed(lives.engine, OCTOBER)
    assert last is not None
    assert found.head == last.seal.hash
