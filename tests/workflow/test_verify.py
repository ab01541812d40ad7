"""``verify``: whatever is changed outside the software is found, and whatever is not is not."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from limits.errors import YekuoError
from tests.workflow.histories import (
    FAILED,
    IMPORTANT,
    MICRO,
    ORDINARY,
    OTHER,
    PASSED,
    PAUSE,
    START,
    Told,
    accept,
    counts,
    live,
    tell,
)
from tests.workflow.sample_ledger import AS_OF, LEDGER
from workflow import cases, store
from workflow.book import Book
from workflow.events import GENESIS, chained
from workflow.ledger.importing import import_ledger
from workflow.listing import ApplicationView, one
from workflow.tables import application, clock, event, threshold
from workflow.verify import CLOCK_LABELS, LABELS, ledger_head, verify

NUMBERS = count(1)


@pytest.fixture
def lived(book: Book) -> Book:
    """Three lives: one whole, one under way, one corrected."""
    live(book, "A1", "高压普通")
    live(book, "B2", "高压重要", 8)
    live(book, "C3", "低压居民", 2)
    now = START + timedelta(days=60)
    moved = START + timedelta(days=2)
    cases.correct(book, "C3", seq=3, occurred_at=moved, reason="写错", at=now, now=now, actor="所长")
    return book


def of(number: str) -> sa.ScalarSelect[Any]:
    return sa.select(application.c.id).where(application.c.number == number).scalar_subquery()


def in_event(seq: int, /, **values: object) -> sa.Update:
    return sa.update(event).where(event.c.application_id == of("A1"), event.c.seq == seq).values(**values)


def in_clock(name: str, /, **values: object) -> sa.Update:
    found = (clock.c.application_id == of("A1"), clock.c.layer == "local", clock.c.name == name)
    return sa.update(clock).where(*found).values(**values)


def in_application(**values: object) -> sa.Update:
    return sa.update(application).where(application.c.number == "B2").values(**values)


def in_threshold(**values: object) -> sa.Update:
    return sa.update(threshold).where(threshold.c.application_id == of("B2")).values(**values)


def gone(table: sa.Table, number: str, *which: sa.ColumnElement[bool]) -> sa.Delete:
    return sa.delete(table).where(table.c.application_id == of(number), *which)


LATER = START + timedelta(days=300)
TAMPERED: dict[str, tuple[sa.UpdateBase, str]] = {
    "payload": (in_event(1, payload='{"registration":{"customer":"别人"}}'), "申请 A1 的第 1 号记录“受理”"),
    "payload of a check": (in_event(8, payload='{"opinion":"不合格","passed":true}'), "第 8 号记录"),
    "payload that is no JSON": (in_event(3, payload="不是 JSON"), "申请 A1"),
    "occurred_at": (in_event(3, occurred_at=START + timedelta(days=1)), "第 3 号记录“供电方案答复”"),
    "recorded_at": (in_event(3, recorded_at=START + timedelta(days=1)), "第 3 号记录“供电方案答复”"),
    "actor": (in_event(2, actor="张三"), "第 2 号记录“供电方案审批”"),
    "type": (in_event(2, type="constraint_found"), "第 2 号记录"),
    "type nobody knows": (in_event(2, type="bribed"), "申请 A1"),
    "seq": (in_event(11, seq=12), "序号 12"),
    "hash": (in_event(4, hash="f" * 64), "第 4 号记录"),
    "prev_hash": (in_event(4, prev_hash="f" * 64), "第 4 号记录"),
    "first record gone": (gone(event, "A1", event.c.seq == 1), "申请 A1"),
    "middle record gone": (gone(event, "A1", event.c.seq == 5), "其间有记录被删除"),
    "last record gone": (gone(event, "A1", event.c.seq == 11), "申请 A1"),
    "correction gone": (gone(event, "C3", event.c.seq == 4), "申请 C3"),
    "every record gone": (gone(event, "A1"), "申请 A1 的记录"),
    "records of another": (
        sa.update(event)
        .where(event.c.application_id == of("C3"))
        .values(application_id=of("A1"), seq=event.c.seq + 11),
        "申请 A1",
    ),
    "clock used": (in_clock("reply", used=1), f"计时 local.reply 第 1 版“{LABELS['used']}”"),
    "clock verdict": (
        in_clock("company_time", verdict="late"),
        f"计时 local.company_time 第 1 版“{LABELS['verdict']}”",
    ),
    "clock due_at": (in_clock("reply", due_at=LATER), f"计时 local.reply 第 1 版“{LABELS['due_at']}”"),
    "clock late_at": (in_clock("reply", late_at=LATER), f"计时 local.reply 第 1 版“{LABELS['late_at']}”"),
    "clock limit": (in_clock("reply", limit_value=20), f"计时 local.reply 第 1 版“{LABELS['limit_value']}”"),
    "clock no limit": (
        in_clock("reply", limit_value=None),
        f"计时 local.reply 第 1 版“{LABELS['limit_value']}”",
    ),
    "clock unit": (in_clock("reply", unit="minute"), f"计时 local.reply 第 1 版“{CLOCK_LABELS['unit']}”"),
    "clock role": (in_clock("reply", role="other"), f"计时 local.reply 第 1 版“{LABELS['role']}”"),
    "clock started_at": (
        in_clock("reply", started_at=LATER),
        f"计时 local.reply 第 1 版“{LABELS['started_at']}”",
    ),
    "clock resumed_at": (
        in_clock("reply", resumed_at=LATER),
        f"计时 local.reply 第 1 版“{LABELS['resumed_at']}”",
    ),
    "clock paused_at": (
        in_clock("reply", paused_at=LATER),
        f"计时 local.reply 第 1 版“{LABELS['paused_at']}”",
    ),
    "clock stopped_at": (
        in_clock("reply", stopped_at=None),
        f"计时 local.reply 第 1 版“{LABELS['stopped_at']}”",
    ),
    "clock cut_at": (in_clock("reply", cut_at=LATER), f"计时 local.reply 第 1 版“{LABELS['cut_at']}”"),
    "clock recorded_at": (
        in_clock("reply", recorded_at=LATER),
        f"计时 local.reply 第 1 版“{LABELS['recorded_at']}”",
    ),
    "clock superseded_at": (
        in_clock("reply", superseded_at=LATER),
        f"计时 local.reply 第 1 版“{LABELS['superseded_at']}”",
    ),
    "clock version": (in_clock("reply", version=2), "计时 local.reply 第 1 版"),
    "clock renamed": (in_clock("reply", name="answer"), "计时 local.answer 第 1 版"),
    "clock gone": (
        gone(clock, "A1", clock.c.name == "energize", clock.c.layer == "local"),
        "计时 local.energize 第 1 版",
    ),
    "old version gone": (gone(clock, "C3", clock.c.version == 1), "申请 C3 的计时"),
    "level gone": (gone(threshold, "B2", threshold.c.level == "blue"), "蓝色级别"),
    "level renamed": (in_threshold(level="purple"), "申请 B2 的计时"),
    "level of another clock": (
        in_threshold(name="reply").where(threshold.c.name == "contract"),
        "申请 B2 的计时",
    ),
    "level withdrawn": (in_threshold(withdrawn_at=START), "级别"),
    "level moved": (
        in_threshold(crosses_at=LATER).where(
            threshold.c.name == "contract", threshold.c.level == "red", threshold.c.layer == "local"
        ),
        "计时 local.contract 红色级别",
    ),
    **{
        f"application {name}": (in_application(**{name: value}), f"申请 B2 的“{LABELS[name]}”")
        for name, value in {
            "unit": "别处",
            "station": "别处",
            "customer": "别人",
            "address": "别处",
            "customer_class": "hv_ordinary",
            "voltage": "35kV",
            "supplies": "single",
            "capacity": 1,
            "kind": "increase",
            "channel": "窗口",
            "proactive": True,
            "boundary": True,
            "customer_works": False,
            "supporting": "none",
            "manager": "别人",
            "status": "archived",
            "state": "energize",
            "flags": 0,
            "step": "energize",
            "accepted_at": LATER,
            "archived_at": LATER,
            "ended_at": LATER,
            "last_at": LATER,
            "recorded_at": LATER,
            "due_at": LATER,
            "blue_at": LATER,
            "orange_at": LATER,
            "yellow_at": LATER,
            "red_at": LATER,
            "events": 99,
            "head_hash": "f" * 64,
        }.items()
    },
    "application renamed": (in_application(number="B9"), "申请 B9 的第 1 号记录"),
}


def test_what_nobody_touched_is_consistent(lived: Book) -> None:
    found = verify(lived)
    assert found.difference is None
    assert (found.applications, found.events, found.clocks) == (3, 24, counts(lived)["clock"])


@pytest.mark.parametrize("what", TAMPERED)
def test_a_change_outside_the_software_is_found_and_named(lived: Book, what: str) -> None:
    statement, named = TAMPERED[what]
    with lived.engine.begin() as connection:
        assert connection.execute(statement).rowcount > 0
    found = verify(lived)
    assert found.difference is not None
    assert named in str(found.difference)
    assert str(found.difference).count("\n") == 0


def test_every_column_that_can_be_rebuilt_is_among_the_tampered() -> None:
    """A column added later must be added here too."""
    tampered = {
        f"{statement.entity_description['name']}.{name}"
        for statement, _ in TAMPERED.values()
        if isinstance(statement, sa.Update)
        for name in statement.compile(dialect=sqlite.dialect()).params
    }
    keys = {"id", "application_id", "layer"}
    wanted = {
        f"{table.name}.{column.name}"
        for table in (event, application, clock, threshold)
        for column in table.columns
        if column.name not in keys
    }
    # Whether people were told of a level cannot be rebuilt; what was told has records of its own.
    assert wanted - tampered - {"event.seq", "threshold.swept_by"} == set()


def test_the_unit_of_a_clock_is_not_called_by_the_name_of_the_company(lived: Book) -> None:
    with lived.engine.begin() as connection:
        connection.execute(in_clock("reply", unit="minute"))
    assert "供电单位" not in str(verify(lived).difference)


def test_a_record_rewritten_with_its_whole_chain_is_found_by_the_applications_head(lived: Book) -> None:
    with lived.engine.begin() as connection:
        application_id = store.find(connection, "A1")
        assert application_id is not None
        before = None
        for each in store.events_of(connection, application_id):
            actor = "张三" if each.seq == 2 else each.actor
            forged = chained("A1", before, replace(each, actor=actor))
            where = (event.c.application_id == application_id, event.c.seq == each.seq)
            told = {"actor": actor, "prev_hash": forged.prev_hash, "hash": forged.hash}
            connection.execute(sa.update(event).where(*where).values(**told))
            before = forged
    found = verify(lived)
    assert found.difference is not None
    assert f"申请 A1 的“{LABELS['head_hash']}”" in str(found.difference)


def test_the_ledgers_head_changes_with_any_record_and_with_nothing_else(lived: Book) -> None:
    with lived.engine.connect() as connection:
        head = ledger_head(connection)
    assert verify(lived).head == head == verify(lived).head
    tell(lived, "B2", Told(cases.start_works), START + timedelta(days=30))
    assert verify(lived).head not in (head, GENESIS)


def test_the_first_difference_is_the_one_told(lived: Book) -> None:
    with lived.engine.begin() as connection:
        connection.execute(sa.update(application).values(manager="别人"))
    assert str(verify(lived).difference) == ("申请 A1 的“客户经理”：数据库中为 别人，按记录应为 经理甲。")


def test_an_imported_ledger_is_consistent_and_progress_is_told(book: Book) -> None:
    import_ledger(book, LEDGER, now=AS_OF)
    seen: list[tuple[int, int]] = []
    found = verify(book, lambda done, total: seen.append((done, total)))
    assert (found.difference, found.applications) == (None, 240)
    assert seen == [(done, 240) for done in range(1, 241)]


# -- any history at all ---------------------------------------------------------------------------------

ANY_CASE: list[Told] = [
    *(Told(getattr(cases, name), "甲") for name in (
        "approve_plan", "reply_plan", "start_works", "finish_works", "submit_design", "request_interim",
        "start_interim", "report_completion", "start_final", "complete_formalities", "energize", "archive",
        "resume", "start_supporting", "finish_supporting", "find_constraint", "report_constraint",
        "submit_approvals", "grant_approvals",
    )),
    *(Told(case, "乙", carries) for case in (cases.review_design, cases.finish_interim, cases.finish_final)
      for carries in (PASSED, FAILED)),
    Told(cases.suspend, "甲", PAUSE),
    Told(cases.agree_contract, "甲", {"on": (START + timedelta(days=40)).date()}),
]  # fmt: skip
Move = tuple[int, int, int]
MOVES = st.lists(
    st.tuples(st.integers(0, 999), st.integers(0, 6000), st.integers(0, 9)), min_size=1, max_size=25
)
REGISTRATIONS = st.sampled_from([ORDINARY, IMPORTANT, MICRO, replace(OTHER, customer_works=True)])
QUICK = settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def walk(book: Book, number: str, moves: list[Move], *, corrected: bool) -> list[tuple[Told, datetime]]:
    """Carry an application through what is possible of ``moves``; the facts taken, with their instants.

    A move is which possible case to take, how many minutes later, and whether an earlier record is
    corrected first.
    """
    now, taken = START, []
    for which, minutes, correction in moves:
        now += timedelta(minutes=minutes)
        if corrected and correction == 0:
            _correct_one(book, number, which, now)
            now += timedelta(seconds=1)
        for each in (ANY_CASE[(which + step) % len(ANY_CASE)] for step in range(len(ANY_CASE))):
            try:
                tell(book, number, each, now, now=now)
            except YekuoError:
                continue
            taken.append((each, now))
            break
        now += timedelta(seconds=1)
    return taken


def _correct_one(book: Book, number: str, which: int, now: datetime) -> None:
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, number)
        assert application_id is not None
        events = store.events_of(connection, application_id)
    chosen = events[which % len(events)]
    told: dict[str, Any] = (
        {"withdrawn": True}
        if which % 3 == 0
        else {"occurred_at": chosen.occurred_at + timedelta(hours=which % 50)}
    )
    try:
        cases.correct(book, number, seq=chosen.seq, reason="写错", at=now, now=now, actor="所长", **told)
    except YekuoError:
        return


@given(registration=REGISTRATIONS, moves=MOVES)
@QUICK
def test_rebuilding_any_legal_history_from_its_records_gives_the_same_rows(
    book: Book, registration: Any, moves: list[Move]
) -> None:
    number = f"H{next(NUMBERS)}"
    accept(book, number, registration, START, now=START)
    walk(book, number, moves, corrected=True)
    assert str(verify(book).difference) == "None"


def unnumbered(view: ApplicationView) -> ApplicationView:
    return replace(view, number="")


@given(registration=REGISTRATIONS, moves=MOVES, share=st.floats(0, 1))
@QUICK
def test_any_history_seen_from_an_earlier_instant_is_the_history_told_so_far(
    book: Book, registration: Any, moves: list[Move], share: float
) -> None:
    whole, part = f"W{next(NUMBERS)}", f"P{next(NUMBERS)}"
    accept(book, whole, registration, START, now=START)
    accept(book, part, registration, START, now=START)
    taken = walk(book, whole, moves, corrected=False)
    end = taken[-1][1] if taken else START
    seen = START + (end - START) * share
    for each, when in taken:
        if when <= seen:
            tell(book, part, each, when, now=when)
    assert unnumbered(one(book, whole, seen)) == unnumbered(one(book, part, seen))
