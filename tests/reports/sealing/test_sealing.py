"""Closing a period: once, for ever, and nobody changes it or what it rests on without being found."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from limits.errors import YekuoError
from reports.errors import SealUnreadable
from reports.facts.gathering import gather
from reports.facts.values import Rows
from reports.masthead import Letterhead
from reports.periods import Period
from reports.sealing.check import verify_seals
from reports.sealing.known import Known, heads_then, known_records
from reports.sealing.seal import ClosingBackdated, PeriodClosed, PeriodNotOver, sealed, sealed_as
from reports.tables import sealed_table
from tests.dates import at
from tests.reports.books import CLOSING, OCTOBER, closed, energized_at, lived
from workflow import store
from workflow.book import Book
from workflow.tables import application, clock, event, threshold
from workflow.verify import ledger_head

SEPTEMBER, QUARTER = Period.month(2026, 9), Period.parse("2026-Q3")
NOTHING = Rows(("period",))


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


def test_a_record_taken_out_or_dated_later_is_found(lives: Book) -> None:
    closed(lives, SEPTEMBER)
    closed(lives)
    assert verify_seals(lives).difference is None
    with store.writing(lives.engine) as connection:
        later = sa.update(event).where(event.c.id == 2).values(recorded_at=CLOSING + timedelta(1))
        connection.execute(later)
    assert "第 2 条登记写于封存（2026-11-02 09:00:00）以后" in str(verify_seals(lives).difference)
    with store.writing(lives.engine) as connection:
        for statement in without("B2"):
            connection.execute(statement)
    assert "2026-09：" in str(verify_seals(lives).difference)
    assert "有记录被删除" in str(verify_seals(lives).difference)


@pytest.mark.parametrize(
    ("early", "what"),
    [
        (timedelta(microseconds=1), "最近一次封存（2026年9月）（2026-11-02 09:00:00）"),
        (timedelta(hours=25), "最近一次封存"),
    ],
)
def test_no_seal_is_dated_before_the_last_one(lives: Book, early: timedelta, what: str) -> None:
    closed(lives, SEPTEMBER)
    with pytest.raises(ClosingBackdated) as refused:
        closed(lives, now=CLOSING - early)
    assert what in refused.value.message
    assert closed(lives).seal.seq == 2


def test_nothing_is_sealed_as_of_before_the_last_record(lives: Book) -> None:
    """Else a month could be sealed without what was corrected since."""
    energized_at(lives, "B2", at("2026-10-13 二 09:00"), CLOSING + timedelta(1))
    with pytest.raises(ClosingBackdated, match="台账中最新的登记（2026-11-03 09:00:00）"):
        closed(lives)
    assert sealed(lives.engine, OCTOBER) is None
    assert closed(lives, now=CLOSING + timedelta(1)).seal.seq == 1


def test_a_changed_table_is_told_of_nobody(lives: Book) -> None:
    """Whoever asks for it is refused, and what was not changed is given; one that was exchanged spoils the whole."""
    kept = closed(lives).facts.tables["kept"]
    unmet = sa.update(sealed_table).where(sealed_table.c.name == "unmet")
    with store.writing(lives.engine) as connection:
        connection.execute(unmet.values(content=NOTHING.to_json()))
    found = sealed(lives.engine, OCTOBER)
    assert found is not None
    assert found.facts.tables["kept"] == kept != NOTHING
    with pytest.raises(SealUnreadable, match="2026年10月"):
        _ = found.facts.tables["unmet"]
    with store.writing(lives.engine) as connection:
        connection.execute(unmet.values(digest=NOTHING.digest))
    with pytest.raises(SealUnreadable, match="2026年10月"):
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
