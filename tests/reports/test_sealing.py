"""Closing a period: once, for ever, and nobody changes it or what it rests on without being found."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from limits.errors import YekuoError
from reports.facts.gathering import gather
from reports.known import Known, heads_then, known_records
from reports.masthead import Letterhead
from reports.periods import Period
from reports.seal_check import verify_seals
from reports.sealing import PeriodClosed, PeriodNotOver, close_period, sealed, sealed_as
from reports.tables import sealed_period
from tests.dates import at
from tests.reports.books import resident
from workflow import cases, store
from workflow.book import Book
from workflow.tables import application, clock, event, threshold
from workflow.verify import ledger_head, verify

OCTOBER, SEPTEMBER, QUARTER = (Period.parse(each) for each in ("2026-10", "2026-09", "2026-Q3"))
CLOSING = at("2026-11-02 一 09:00")


def lived(book: Book, number: str, day: str = "2026-10-12 一") -> None:
    """A household that was connected two days later."""
    start = at(f"{day} 09:00")
    cases.accept(book, number, resident(number), at=start, now=start, actor="受理员")
    for case, days, actor in ((cases.energize, 2, "装表员"), (cases.archive, 3, "归档员")):
        then = start + timedelta(days)
        case(book, number, at=then, now=then, actor=actor)


def closed(book: Book, period: Period = OCTOBER, **told: Any) -> Any:
    return close_period(book, period, **{"now": CLOSING, "actor": "管理员", **told})


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
        then, head = known_records(connection), ledger_head(connection)
    lived(lives, "A0")
    cases.correct(
        lives,
        "B2",
        seq=2,
        occurred_at=at("2026-10-13 二 09:00"),
        reason="写错",
        at=CLOSING,
        now=CLOSING,
        actor="所长",
    )
    with store.reading(lives.engine) as connection:
        now, heads = (
            known_records(connection),
            heads_then(connection, [then, Known(0), known_records(connection)]),
        )
        assert heads[0] == head
        assert heads[2] == ledger_head(connection) != head
    assert (then.missing, now.last - then.last) == ((), 4)


def test_a_record_committed_late_under_a_low_number_counts_as_later(lives: Book) -> None:
    """A server numbers records before they are committed: what was missing then is not asked for."""
    with store.reading(lives.engine) as connection:
        whole = known_records(connection)
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
        assert known_records(connection) == lacking
        assert heads_then(connection, [lacking]) == heads[:1]


def without(number: str) -> list[sa.Delete]:
    """A whole application taken out of the database with everything that hangs on it."""
    wanted = sa.select(application.c.id).where(application.c.number == number).scalar_subquery()
    below = [sa.delete(table).where(table.c.application_id == wanted) for table in (event, clock, threshold)]
    return [*below, sa.delete(application).where(application.c.number == number)]


def in_seal(**values: object) -> list[sa.Update]:
    return [sa.update(sealed_period).where(sealed_period.c.period == "2026-10").values(**values)]


TAMPERED: dict[str, tuple[Any, str]] = {
    "the sealed facts": (
        lambda row: in_seal(facts=row.facts.replace('"period":"2026-10"', '"period":"2026-11"')),
        "摘要",
    ),
    "facts that are none": (lambda _row: in_seal(facts="{}"), "读不出来"),
    "facts and their digest": (lambda _row: in_seal(facts_digest="0" * 64), "摘要"),
    "who closed it": (lambda _row: in_seal(closed_by="别人"), "登记被改动过"),
    "how it is signed": (lambda row: in_seal(masthead=row.masthead.replace("批准", "签发")), "登记被改动过"),
    "the head it rests on": (lambda _row: in_seal(ledger_head="0" * 64), "登记"),
    "a seal taken out": (
        lambda _row: [sa.delete(sealed_period).where(sealed_period.c.period == "2026-09")],
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


def test_what_the_software_records_later_breaks_no_seal(lives: Book) -> None:
    closed(lives, SEPTEMBER)
    lived(lives, "A0", "2026-09-07 一")
    closed(lives)
    cases.correct(
        lives,
        "B2",
        seq=2,
        occurred_at=at("2026-10-13 二 09:00"),
        reason="写错",
        at=CLOSING,
        now=CLOSING,
        actor="所长",
    )
    found = verify_seals(lives)
    assert (found.seals, found.difference) == (2, None)
    last = sealed(lives.engine, OCTOBER)
    assert last is not None
    assert found.head == last.seal.hash
