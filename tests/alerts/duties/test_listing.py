"""The rounds as the desk lists them: narrowed, in order, a page at a time, with who did them."""

from pathlib import Path

import pytest

from alerts.duties import doing
from alerts.duties import errors as duty_errors
from alerts.duties.listing import DutyEntry, DutyState, entries, one_entry
from alerts.duties.opening import open_rounds
from alerts.duties.rounds import Round
from alerts.tables import duty
from limits.terms import Verdict
from tests.alerts.company import CITY, EAST, found
from tests.dates import at, on
from workflow import store
from workflow.book import Book

MEETING = 9
NOW = at("2026-11-20 五 18:00")


@pytest.fixture
def company(book: Book, tmp_path: Path) -> Book:
    """On record since October, both months opened; in the city October's meeting done, in November the east's."""
    made = found(book, tmp_path, now=at("2026-10-08 四 09:00"))
    with store.writing(made.engine) as connection:
        open_rounds(connection, made, NOW)
    for unit, name, when in (
        (CITY, "2026-10", "2026-10-20 二 15:00"),
        (EAST, "2026-11", "2026-11-19 四 15:00"),
    ):
        told = {"at": at(when), "now": at("2026-11-19 四 17:00"), "actor": "李四", "evidence": "纪要 1 号"}
        doing.done(made, Round(MEETING, unit, name), **told)  # type: ignore[arg-type]
    return made


def all_of(book: Book, state: DutyState, limit: int) -> list[DutyEntry]:
    """Every page of the list."""
    found_, page = list[DutyEntry](), entries(book, NOW, state=state, limit=limit)
    while page.next is not None:
        found_ += page.rows
        page = entries(book, NOW, state=state, limit=limit, after=page.next)
    return [*found_, *page.rows]


def test_pages_put_together_are_the_list(company: Book) -> None:
    for state in DutyState:
        whole = all_of(company, state, 500)
        assert all_of(company, state, 3) == whole, state
        keys = [(each.view.due_on, each.view.id) for each in whole]
        rising = state in (DutyState.TO_DO, DutyState.OVERDUE)
        assert keys == sorted(keys, reverse=not rising), state
    count = {state: len(all_of(company, state, 500)) for state in DutyState}
    assert count[DutyState.DONE] == 2
    assert count[DutyState.TO_DO] + 2 == count[DutyState.ALL]
    overdue = all_of(company, DutyState.OVERDUE, 500)
    assert {each.view.period for each in overdue} == {"2026-10"}
    assert {each.view.state for each in overdue} == {Verdict.OPEN_LATE}


def test_who_did_it_and_what_is_left(company: Book) -> None:
    done = {each.view.unit: each for each in all_of(company, DutyState.DONE, 9)}[CITY]
    assert (done.actor, done.evidence, done.left) == ("李四", "纪要 1 号", None)
    assert (done.view.done_at, done.recorded_at) == (at("2026-10-20 二 15:00"), at("2026-11-19 四 17:00"))
    (meeting,) = (
        each for each in entries(company, NOW, unit=CITY, limit=99).rows if each.view.item == MEETING
    )
    assert (meeting.view.due_on, meeting.left, meeting.actor) == (on("2026-11-30 一"), 6, "")
    (east,) = (
        each
        for each in entries(company, NOW, state=DutyState.OVERDUE, unit=EAST, limit=99).rows
        if each.view.item == MEETING
    )
    assert east.left == -15, "from Monday 2 to Friday 20 November"
    last = one_entry(company, meeting.view.id, at("2026-11-30 一 23:59"))
    assert (last.left, last.view.state) == (0, Verdict.OPEN)
    assert one_entry(company, meeting.view.id, at("2026-12-01 二 00:00")).left == -1


def test_what_is_not_within_is_not_there(company: Book) -> None:
    city = duty.c.unit == CITY
    assert {each.view.unit for each in entries(company, NOW, within=city, limit=99).rows} == {CITY}
    theirs = entries(company, NOW, unit=EAST).rows[0].view.id
    for which, within in ((theirs, city), (999_999, None)):
        with pytest.raises(duty_errors.DutyUnknown):
            one_entry(company, which, NOW, within)
    assert one_entry(company, theirs, NOW).view.unit == EAST


def test_before_it_was_done_it_was_not(company: Book) -> None:
    before = at("2026-11-19 四 14:00")
    done = entries(company, before, state=DutyState.DONE).rows
    assert [each.view.unit for each in done] == [CITY]
