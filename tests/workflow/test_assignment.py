"""Whose an application is: taken once, given, chosen, handed over, and never undone by an old export."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from limits.terms import Status
from tests.workflow.histories import LIVES, ORDINARY, START, accept, contents, live
from tests.workflow.ledger_books import GOOD, NOW, write_book
from tests.workflow.test_processes import ROUNDS, Children, job, parent, processes
from workflow import cases, errors, store
from workflow.assignment import (
    AlreadyOwned,
    NobodyOwns,
    Owned,
    OwnerInvalid,
    Ownership,
    assign,
    choose,
    claim,
    hand_over,
    owners,
)
from workflow.book import Book
from workflow.events import Event
from workflow.ledger.columns import LEDGER_SHEET
from workflow.ledger.importing import import_ledger
from workflow.machine import MoveRefused
from workflow.tables import application, finding
from workflow.verify import verify

__all__ = ["parent", "processes"]  # fixtures

UNOWNED = replace(ORDINARY, manager="")
DAY = timedelta(days=1)


def when(after: timedelta, actor: str = "所长") -> cases.When:
    return {"at": START + after, "now": START + after + timedelta(minutes=5), "actor": actor}


def manager(book: Book, number: str) -> str:
    with book.engine.connect() as connection:
        wanted = sa.select(application.c.manager).where(application.c.number == number)
        return str(connection.execute(wanted).scalar_one())


def state(book: Book, number: str) -> str:
    with book.engine.connect() as connection:
        wanted = sa.select(application.c.status).where(application.c.number == number)
        return str(connection.execute(wanted).scalar_one())


def events(book: Book, number: str) -> list[Event]:
    with store.reading(book.engine) as connection:
        found = store.find(connection, number)
        assert found is not None
        return store.events_of(connection, found)


def told(book: Book, number: str) -> list[tuple[str, datetime, datetime | None, Ownership]]:
    return [(each.manager, each.since, each.until, each.how) for each in owners(events(book, number))]


# -- one owner -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("give", "how"), [(claim, "claimed"), (assign, "assigned"), (choose, "chosen")])
def test_what_nobody_owns_is_given_and_the_row_says_so(book: Book, give: object, how: str) -> None:
    accept(book, "A1", UNOWNED)
    assert told(book, "A1") == []
    give(book, "A1", manager=" 经理乙 ", **when(DAY))  # type: ignore[operator]
    assert manager(book, "A1") == "经理乙"
    assert told(book, "A1") == [("经理乙", START + DAY, None, Ownership.of(how))]
    assert verify(book).difference is None


@pytest.mark.parametrize("give", [claim, assign, choose])
def test_what_is_owned_is_given_to_nobody_else_and_the_owner_is_named(book: Book, give: object) -> None:
    accept(book, "A1")
    before = contents(book)
    with pytest.raises(AlreadyOwned, match=r"已由客户经理 经理甲 负责（2026-09-01 09:00 受理登记）"):
        give(book, "A1", manager="经理乙", **when(DAY))  # type: ignore[operator]
    assert contents(book) == before


def test_a_hand_over_keeps_the_time_each_held_it(book: Book) -> None:
    accept(book, "A1", UNOWNED)
    claim(book, "A1", manager="经理甲", **when(DAY))
    hand_over(book, "A1", to="经理乙", reason="轮岗", **when(3 * DAY))
    hand_over(book, "A1", to="经理甲", reason="轮岗结束", **when(7 * DAY))
    cases.amend(book, "A1", changes={"manager": "经理丙"}, reason="原登记有误", **when(9 * DAY))
    assert told(book, "A1") == [
        ("经理甲", START + DAY, START + 3 * DAY, Ownership.CLAIMED),
        ("经理乙", START + 3 * DAY, START + 7 * DAY, Ownership.HANDED_OVER),
        ("经理甲", START + 7 * DAY, START + 9 * DAY, Ownership.HANDED_OVER),
        ("经理丙", START + 9 * DAY, None, Ownership.AMENDED),
    ]
    assert manager(book, "A1") == "经理丙"
    assert verify(book).difference is None


def test_a_hand_over_needs_an_owner_another_person_and_a_reason(book: Book) -> None:
    accept(book, "A1", UNOWNED)
    with pytest.raises(NobodyOwns, match="A1"):
        hand_over(book, "A1", to="经理乙", reason="轮岗", **when(DAY))
    claim(book, "A1", manager="经理乙", **when(DAY))
    with pytest.raises(OwnerInvalid, match="经理乙 现在就是客户经理"):
        hand_over(book, "A1", to="经理乙", reason="轮岗", **when(2 * DAY))
    with pytest.raises(errors.ReasonMissing, match="移交"):
        hand_over(book, "A1", to="经理丙", reason=" ", **when(2 * DAY))


@pytest.mark.parametrize("name", ["", "  "])
def test_an_assignment_names_somebody(book: Book, name: str) -> None:
    accept(book, "A1", UNOWNED)
    with pytest.raises(OwnerInvalid, match="没有写"):
        claim(book, "A1", manager=name, **when(DAY))
    with pytest.raises(errors.TextUnstorable, match="最多 64"):
        claim(book, "A1", manager="甲" * 65, **when(DAY))


def test_an_assignment_is_not_dated_before_the_one_it_follows(book: Book) -> None:
    accept(book, "A1", UNOWNED)
    claim(book, "A1", manager="经理甲", **when(4 * DAY))
    with pytest.raises(OwnerInvalid, match="早于上一次变更 2026-09-05 09:00"):
        hand_over(book, "A1", to="经理乙", reason="轮岗", at=START + DAY, now=START + 5 * DAY, actor="所长")
    with pytest.raises(errors.InstantInFuture):
        hand_over(
            book, "A1", to="经理乙", reason="轮岗", at=START + 6 * DAY, now=START + 5 * DAY, actor="所长"
        )


def test_a_withdrawn_assignment_never_happened(book: Book) -> None:
    accept(book, "A1", UNOWNED)
    claimed = claim(book, "A1", manager="经理甲", **when(DAY))
    with pytest.raises(errors.NothingToCorrect, match="撤销后重新登记"):
        cases.correct(book, "A1", seq=claimed.event.seq, reason="误点", payload={"how": "x"}, **when(2 * DAY))
    cases.correct(book, "A1", seq=claimed.event.seq, reason="误点", withdrawn=True, **when(2 * DAY))
    assert manager(book, "A1") == ""
    assert told(book, "A1") == []
    assert verify(book).difference is None
    assign(book, "A1", manager="经理乙", **when(3 * DAY))
    assert told(book, "A1") == [("经理乙", START + 3 * DAY, None, Ownership.ASSIGNED)]
    assert verify(book).difference is None


def test_what_is_over_is_assigned_to_nobody(book: Book) -> None:
    live(book, "A1", "低压居民")
    with pytest.raises(MoveRefused, match="已归档"):
        hand_over(book, "A1", to="经理乙", reason="轮岗", **when(30 * DAY))


@pytest.mark.parametrize("life", LIVES)
def test_an_assignment_moves_no_clock_and_no_step(book: Book, life: str) -> None:
    """The same life with and without hand-overs: the same clocks, levels, findings and last state."""
    live(book, "A1", life)
    registration, facts = LIVES[life]
    accept(book, "B1", registration)
    moment = START
    for index, each in enumerate(facts):
        moment += timedelta(hours=26)
        hand_over(
            book, "B1", to=f"经理{index % 2}", reason="轮岗", at=moment, now=moment, actor=f"所长{index}"
        )
        each.case(book, "B1", at=moment, now=moment + timedelta(minutes=5), actor=each.actor, **each.carries)
    rows = contents(book)
    for table in ("clock", "threshold", "finding"):
        of = {number: [row[1:] for row in rows[table] if row[0] == number] for number in ("A1", "B1")}
        said = {number: [[str(cell) for cell in row] for row in found] for number, found in of.items()}
        if table == "clock":  # written by other records, so at other moments
            said = {number: [row[:-2] for row in found] for number, found in said.items()}
        assert said["A1"] == said["B1"]
    assert {state(book, number) for number in ("A1", "B1")} == {Status.ARCHIVED.value}
    assert verify(book).difference is None


# -- two at once ------------------------------------------------------------------------------------------


def test_of_three_who_claim_at_once_one_gets_it_and_the_others_are_told_who(
    book: Book, processes: Children
) -> None:
    for number in (f"A{n}" for n in range(ROUNDS)):
        accept(book, number, UNOWNED)
        found = processes.at_once(
            *(
                job("claim", number, START + DAY, name, manager=name)
                for name in ("经理甲", "经理乙", "经理丙")
            )
        )
        winners = [each["actor"] for each in found if "seq" in each]
        assert winners == [manager(book, number)]
        for each in found:
            if "seq" not in each:
                assert each["refused"] == "already_owned"
                assert winners[0] in each["message"]
        assert len(events(book, number)) == 2
    assert verify(book).difference is None


# -- beside the ledger --------------------------------------------------------------------------------------


def ledger(folder: Path, name: str) -> Path:
    cells = {**GOOD, "申请编号": "L1", "客户经理": name}
    return write_book(folder / "ledger.xlsx", {LEDGER_SHEET: [list(cells), list(cells.values())]})


@pytest.fixture
def imported(book: Book, tmp_path: Path) -> Book:
    """A ledger that names 经理甲, and a hand-over to 经理乙 and on to 经理丙 at the desk."""
    import_ledger(book, ledger(tmp_path, "经理甲"), now=NOW)
    for hours, to in ((1, "经理乙"), (2, "经理丙")):
        moment = NOW + timedelta(hours=hours)
        hand_over(book, "L1", to=to, reason="轮岗", at=moment, now=moment, actor="所长")
    return book


@pytest.mark.parametrize("name", ["经理甲", "经理乙", "经理丙", ""])
def test_a_ledger_that_says_what_it_said_or_comes_late_undoes_no_assignment(
    imported: Book, tmp_path: Path, name: str
) -> None:
    before = contents(imported)
    done = import_ledger(imported, ledger(tmp_path, name), now=NOW + DAY)
    assert (done.updated, done.unchanged) == (0, 1)
    assert contents(imported) == before
    assert manager(imported, "L1") == "经理丙"


def test_a_ledger_that_names_somebody_new_amends(imported: Book, tmp_path: Path) -> None:
    assert import_ledger(imported, ledger(tmp_path, "经理丁"), now=NOW + DAY).updated == 1
    assert manager(imported, "L1") == "经理丁"
    assert [(each.manager, each.how) for each in owners(events(imported, "L1"))][-2:] == [
        ("经理丙", Ownership.HANDED_OVER),
        ("经理丁", Ownership.AMENDED),
    ]
    assert verify(imported).difference is None
    assert import_ledger(imported, ledger(tmp_path, "经理丁"), now=NOW + 2 * DAY).unchanged == 1


def test_what_a_ledger_left_unowned_may_be_claimed_and_stays_claimed(book: Book, tmp_path: Path) -> None:
    import_ledger(book, ledger(tmp_path, ""), now=NOW)
    claim(book, "L1", manager="经理乙", at=NOW + DAY, now=NOW + DAY, actor="经理乙")
    assert import_ledger(book, ledger(tmp_path, ""), now=NOW + 2 * DAY).unchanged == 1
    assert owners(events(book, "L1")) == (Owned("经理乙", NOW + DAY, None, Ownership.CLAIMED),)
    with book.engine.connect() as connection:
        assert connection.execute(sa.select(finding.c.code)).all() == []
