"""Supply plans about to lapse: from the records, the rule and the calendar, however late anybody looks."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from alerts.jobs.running import Job, Ran, run_due
from alerts.jobs.slots import Schedule
from alerts.kinds import AlertKind, RunState
from alerts.plans import lapsing, record_lapsing, warn_of_plans
from alerts.tables import alert
from limits.terms import Status
from tests.dates import at
from tests.workflow.histories import ORDINARY, OTHER, PAUSE
from workflow import cases, store
from workflow.book import Book
from workflow.events import EventType
from workflow.rules import Rules
from workflow.tables import application, event

LOW = replace(OTHER, customer_works=True)
ISSUED = "2026-07-01 三 10:00"  # 1 October is a holiday: valid until Thursday 8 October
REMINDER = at("2026-09-28 一 00:00")
LAPSE = at("2026-10-09 五 00:00")
JOB = Job("plans", "供电方案有效期", Schedule(hour="6", minute="0"), warn_of_plans)


def when(text: str, now: str | None = None, actor: str = "经理甲") -> cases.When:
    return {"at": at(text), "now": at(now or text), "actor": actor}


def replied(book: Book, number: str = "A", issued: str = ISSUED, **more: Any) -> None:
    """Low voltage with customer works, its plan given at ``issued``."""
    registration = replace(LOW, address=f"{number}号", **more)
    cases.accept(book, number, registration, **when("2026-06-30 二 09:00"))
    cases.reply_plan(book, number, **when(issued))


def check(book: Book, now: str | datetime, since: str | None = None) -> int:
    instant = now if isinstance(now, datetime) else at(now)
    pages = list(lapsing(book, instant, since=at(since) if since else None))
    with store.writing(book.engine) as connection:
        return sum(record_lapsing(connection, page, instant) for page in pages)


def listed(book: Book) -> list[tuple[str, str, datetime]]:
    """Number, level and instant of every plan's alarm that no record has withdrawn, in time order."""
    wanted = (
        sa.select(application.c.number, alert.c.level, alert.c.reached_at)
        .join(application, application.c.id == alert.c.application_id)
        .where(alert.c.kind == AlertKind.PLAN.value, alert.c.withdrawn_at.is_(None))
        .order_by(alert.c.reached_at, application.c.number)
    )
    with store.reading(book.engine) as connection:
        return [(row.number, row.level, row.reached_at) for row in connection.execute(wanted)]


def texts(book: Book) -> list[str]:
    with store.reading(book.engine) as connection:
        return list(connection.scalars(sa.select(alert.c.text).order_by(alert.c.reached_at)))


BOTH = [("A", "orange", REMINDER), ("A", "red", LAPSE)]


# -- what is reached, and when ---------------------------------------------------------------------


def test_three_months_end_on_a_working_day(book: Book) -> None:
    replied(book)
    assert check(book, "2026-09-27 日 23:59") == 0
    assert check(book, "2026-09-28 一 00:00") == 1
    assert listed(book) == BOTH[:1]
    assert check(book, "2026-10-08 四 23:59") == 0
    assert check(book, "2026-10-09 五 00:00") == 1
    assert listed(book) == BOTH
    assert texts(book) == [
        "申请 A 的供电方案将于 2026-10-08（周四）24 时失效，延期应在 2026-09-28（周一）前提出。",
        "申请 A 的供电方案已于 2026-10-08（周四）24 时失效，请与客户核实后重新答复供电方案或终止申请。",
    ]


def test_a_year_of_high_voltage_beyond_the_published_calendar(book: Book) -> None:
    """From Friday 4 September: 4 September 2027 is a Saturday, so until Monday the 6th, provisionally."""
    cases.accept(book, "A", ORDINARY, **when("2026-09-01 二 09:00"))
    cases.approve_plan(book, "A", **when("2026-09-03 四 10:00", actor="主任"))
    cases.reply_plan(book, "A", **when("2026-09-04 五 10:00"))
    check(book, "2027-12-01 三 06:00")
    assert listed(book) == [
        ("A", "orange", at("2027-08-27 五 00:00")),
        ("A", "red", at("2027-09-07 二 00:00")),
    ]
    assert "2027-09-06（周一）（暂定）" in texts(book)[0]


def test_looking_again_or_late_changes_nothing(book: Book) -> None:
    replied(book)
    check(book, "2027-03-01 一 06:00")
    assert listed(book) == BOTH
    assert check(book, "2027-03-02 二 06:00", since="2027-03-01 一 06:00") == 0
    assert listed(book) == BOTH


def test_without_a_plan_nothing_lapses(book: Book) -> None:
    cases.accept(book, "A", ORDINARY, **when("2026-06-30 二 09:00"))
    cases.approve_plan(book, "A", **when("2026-07-01 三 10:00", actor="主任"))
    assert check(book, "2027-12-01 三 06:00") == 0


def test_a_suspended_application_s_plan_goes_on(book: Book) -> None:
    replied(book)
    cases.suspend(book, "A", **PAUSE, **when("2026-07-02 四 10:00"))  # type: ignore[arg-type]
    check(book, "2026-10-12 一 06:00")
    assert listed(book) == BOTH


def start_works(book: Book, text: str) -> None:
    cases.start_works(book, "A", **when(text))


def terminate(book: Book, text: str) -> None:
    cases.terminate(book, "A", reason="客户撤回", **when(text))


def void(book: Book, text: str) -> None:
    cases.void(book, "A", reason="录入有误", **when(text))


@pytest.mark.parametrize("end", [start_works, terminate, void])
@pytest.mark.parametrize(
    ("text", "reached"),
    [("2026-09-27 日 23:59", 0), ("2026-09-28 一 00:01", 1), ("2026-10-09 五 00:01", 2)],
)
def test_what_ends_a_plan(book: Book, end: Callable[[Book, str], None], text: str, reached: int) -> None:
    """Whoever looks only afterwards finds what was reached before, and nothing that was not."""
    replied(book)
    end(book, text)
    check(book, "2026-10-12 一 06:00", since="2026-09-01 二 06:00")
    assert listed(book) == BOTH[:reached]


def test_energizing_ends_the_plan_of_whom_no_works_are_needed_for(book: Book) -> None:
    replied(book, customer_works=False)
    cases.energize(book, "A", **when("2026-10-08 四 15:00", actor="装表员"))
    check(book, "2026-10-12 一 06:00", since="2026-09-01 二 06:00")
    assert listed(book) == BOTH[:1]


def test_a_plan_given_anew_begins_anew(book: Book) -> None:
    """From 29 September: until Tuesday 29 December."""
    replied(book)
    cases.reply_plan(book, "A", **when("2026-09-29 二 10:00"))
    check(book, "2027-01-11 一 06:00")
    assert listed(book) == [
        BOTH[0],
        ("A", "orange", at("2026-12-19 六 00:00")),
        ("A", "red", at("2026-12-30 三 00:00")),
    ]


# -- records that come later -------------------------------------------------------------------------


def test_works_recorded_late_withdraw_the_levels_they_undo(book: Book) -> None:
    replied(book)
    check(book, "2026-10-09 五 06:00")
    cases.start_works(book, "A", **when("2026-09-30 三 10:00", now="2026-10-09 五 10:00"))
    check(book, "2026-10-10 六 06:00", since="2026-10-09 五 06:00")
    assert listed(book) == BOTH[:1]
    seq = 3
    later = when("2026-10-10 六 10:00", actor="班长")
    cases.correct(book, "A", seq=seq, reason="没有开工", withdrawn=True, **later)
    check(book, "2026-10-11 日 06:00", since="2026-10-10 六 06:00")
    assert listed(book) == BOTH


def test_a_corrected_issue_lapses_on_another_day(book: Book) -> None:
    """Given on the 9th, as was found later: until Friday 9 October."""
    replied(book)
    check(book, "2026-09-28 一 06:00")
    assert listed(book) == BOTH[:1]
    later = when("2026-09-28 一 10:00", actor="班长")
    cases.correct(book, "A", seq=2, reason="笔误", occurred_at=at("2026-07-09 四 10:00"), **later)
    check(book, "2026-09-28 一 18:00", since="2026-09-28 一 06:00")
    assert listed(book) == []
    check(book, "2026-10-12 一 06:00", since="2026-09-28 一 18:00")
    assert listed(book) == [
        ("A", "orange", at("2026-09-29 二 00:00")),
        ("A", "red", at("2026-10-10 六 00:00")),
    ]


# -- daily or once -----------------------------------------------------------------------------------


STORY: tuple[tuple[str, Callable[[Book, str], None]], ...] = (
    ("2026-09-25 五 10:00", lambda book, text: _on(cases.start_works)(book, "B", text)),
    ("2026-09-30 三 10:00", lambda book, text: _on(cases.start_works)(book, "C", text)),
    (
        "2026-10-08 四 10:00",
        lambda book, text: _drop(cases.terminate(book, "D", reason="客户撤回", **when(text))),
    ),
    ("2026-10-09 五 10:00", lambda book, text: _on(cases.start_works)(book, "E", text)),
)


def _on(case: Callable[..., Any]) -> Callable[[Book, str, str], None]:
    return lambda book, number, text: _drop(case(book, number, **when(text)))


def _drop(_result: object) -> None:
    return None


@pytest.fixture
def other(sqlite_template: Path, rules: Rules, tmp_path: Path) -> Iterator[Book]:
    """A second, empty book."""
    path = tmp_path / "other.sqlite3"
    shutil.copy(sqlite_template, path)
    engine = store.open_engine(f"sqlite:///{path.as_posix()}")
    yield Book(engine, rules)
    engine.dispose()


def lived(book: Book, *, daily: bool) -> list[Ran]:
    """Sixty days of five applications; the job runs on every day, or on the first and the last."""
    for number in "ABCDE":
        replied(book, number)
    first, last = at("2026-09-15 二 06:00"), at("2026-11-14 六 06:00")
    ran, story = [], list(STORY)
    now = first
    while now <= last:
        if daily or now in (first, last):
            ran += run_due(book, [JOB], now, "甲")
        now += timedelta(days=1)
        while story and at(story[0][0]) < now:
            text, happens = story.pop(0)
            happens(book, text)
    return ran


def test_daily_or_once_gives_the_same_rows(book: Book, other: Book) -> None:
    often, twice = lived(other, daily=True), lived(book, daily=False)
    assert {each.state for each in often + twice} == {RunState.DONE}
    assert (len(often), len(twice)) == (61, 2)
    assert rows(book) == rows(other)
    numbers = [(number, level) for number, level, _ in listed(book)]
    assert numbers == [
        *(("A", "orange"), ("C", "orange"), ("D", "orange"), ("E", "orange")),
        *(("A", "red"), ("E", "red")),
    ]
    assert twice[-1].result == "供电方案有效期提示 6 条。"


def rows(book: Book) -> list[tuple[Any, ...]]:
    columns = [column for column in alert.columns if column.name != "id"]
    with store.reading(book.engine) as connection:
        return sorted((tuple(row) for row in connection.execute(sa.select(*columns))), key=str)


# -- an imported history -----------------------------------------------------------------------------


def test_of_an_imported_history_only_what_is_open_is_told(ledger_book: Book) -> None:
    """A year after the ledger came in: every plan still waiting has lapsed, and no other is spoken of."""
    check(ledger_book, "2027-11-22 一 06:00")
    check(ledger_book, "2027-11-23 二 06:00", since="2026-01-01 四 00:00")
    used = {E.WORKS_STARTED.value, E.COMPLETION_REPORTED.value, E.ENERGIZED.value}
    with store.reading(ledger_book.engine) as connection:
        kinds: dict[str, set[str]] = {}
        columns = (application.c.number, event.c.type)
        joined = sa.select(*columns).join(event, event.c.application_id == application.c.id)
        for number, kind in connection.execute(joined.where(application.c.status == Status.OPEN.value)):
            kinds.setdefault(number, set()).add(kind)
    waiting = {number for number, seen in kinds.items() if E.PLAN_REPLIED.value in seen and not seen & used}
    assert waiting
    found = listed(ledger_book)
    assert {number for number, _, _ in found} == waiting
    assert [level for _, level, _ in found].count("red") == len(waiting)


E = EventType
