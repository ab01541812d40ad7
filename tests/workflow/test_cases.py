"""The use cases: every legal life whole, every refusal with its code and nothing written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from limits.errors import YekuoError
from limits.terms import Status, Verdict
from tests.dates import at
from tests.workflow.histories import (
    HIGH_IMPORTANT,
    LIVES,
    ORDINARY,
    PAUSE,
    START,
    Told,
    accept,
    contents,
    counts,
    instants,
    live,
    tell,
)
from workflow import cases, store
from workflow.book import Book
from workflow.events import GENESIS, Event, EventType, event_hash
from workflow.listing import one
from workflow.machine import MoveRefused
from workflow.projection import ClockRow
from workflow.tables import application, finding
from workflow.verify import verify

LATER = START + timedelta(days=200)
ANY: cases.When = {"at": LATER, "now": LATER, "actor": "经理甲"}


def events_of(book: Book, number: str) -> list[Event]:
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, number)
        assert application_id is not None
        return store.events_of(connection, application_id)


def clocks_of(book: Book, number: str, name: str, layer: str = "local") -> list[ClockRow]:
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, number)
        assert application_id is not None
        rows = store.clock_rows(connection, application_id)
    found = [row for row in rows if (row.layer, row.name) == (layer, name)]
    return sorted(found, key=lambda row: row.version)


def refused(book: Book, code: str, doing: Callable[[], object], said: str = "") -> YekuoError:
    """``doing`` is refused under ``code``, in a sentence with ``said``, and nothing is written."""
    before = contents(book)
    with pytest.raises(YekuoError) as caught:
        doing()
    assert caught.value.code == code
    assert said in caught.value.message
    assert contents(book) == before
    return caught.value


# -- what may happen -------------------------------------------------------------------------------


@pytest.mark.parametrize("life", LIVES)
def test_a_whole_life_is_taken_and_the_chain_and_every_row_hold_after_each_record(
    book: Book, life: str
) -> None:
    registration, told = LIVES[life]
    when = instants()
    done = [accept(book, "A1", registration, next(when))]
    for each in told:
        assert verify(book).difference is None
        done.append(tell(book, "A1", each, next(when)))
    assert done[-1].projection.status is Status.ARCHIVED
    held = events_of(book, "A1")
    assert held == [each.event for each in done]
    before = GENESIS
    for seq, event in enumerate(held, 1):
        assert (event.seq, event.prev_hash) == (seq, before)
        before = event.hash
        assert event.hash == event_hash("A1", event)
    found = verify(book)
    assert (found.difference, found.applications, found.events) == (None, 1, len(held))


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("ending", [cases.terminate, cases.void])
def test_any_open_life_can_be_ended_and_is_judged_in_no_open_clock(
    book: Book, life: str, ending: Callable[..., object]
) -> None:
    last = live(book, "A1", life, 2)[-1].event.occurred_at
    status = Status.TERMINATED if ending is cases.terminate else Status.VOIDED
    before = one(book, "A1", last)
    ending(book, "A1", reason="客户撤回", at=last + timedelta(days=1), now=LATER, actor="经理甲")
    after = one(book, "A1", LATER)
    assert after.status is status
    final = (Verdict.MET, Verdict.LATE, Verdict.TERMINATED, None)
    assert all(clock.reading.verdict in final for clock in after.clocks)
    for clock in before.clocks:  # levels reached before stay reached
        same = next(each for each in after.clocks if (each.layer, each.name) == (clock.layer, clock.name))
        assert same.levels[: len(clock.levels)] == clock.levels
    assert verify(book).difference is None


def test_a_suspension_stops_every_clock_and_keeps_who_asked_and_who_approved(book: Book) -> None:
    accept(book, "A1")
    tell(book, "A1", Told(cases.suspend, "经理甲", PAUSE), at("2026-09-03 四 10:00"))
    paused = one(book, "A1", at("2026-10-30 五 10:00"))
    assert {clock.reading.running for clock in paused.clocks} == {False}
    assert {clock.reading.due_on for clock in paused.clocks} == {None}
    assert {clock.reading.used for clock in paused.clocks} == {2}
    assert {len(clock.levels) for clock in paused.clocks} == {0}
    payload = events_of(book, "A1")[-1].payload
    assert payload == {**PAUSE, "handler": "经理甲"}
    tell(book, "A1", Told(cases.resume), at("2026-11-02 一 10:00"))
    reply = next(each for each in one(book, "A1", at("2026-11-02 一 11:00")).clocks if each.name == "reply")
    assert reply.reading.due_on == date(2026, 11, 12)  # Thursday: eight working days after the second
    assert verify(book).difference is None


def test_an_application_is_accepted_with_the_moment_of_applying_before_it(book: Book) -> None:
    accept(book, "A1", applied_at=START - timedelta(hours=20))
    told = events_of(book, "A1")
    assert [event.type for event in told] == [EventType.ACCEPTED, EventType.APPLIED]
    assert told[1].occurred_at == START - timedelta(hours=20)
    assert verify(book).difference is None


def test_an_amendment_is_a_record_and_the_clocks_follow_it(book: Book) -> None:
    accept(book, "A1")
    assert clocks_of(book, "A1", "company_time")[0].limit_value == 16
    cases.amend(book, "A1", changes={"customer_class": "hv_important"}, reason="政府批复为重要客户", **ANY)
    assert clocks_of(book, "A1", "company_time")[0].limit_value == 21
    assert events_of(book, "A1")[-1].payload["reason"] == "政府批复为重要客户"
    assert verify(book).difference is None


def test_two_things_recorded_at_one_instant_leave_a_consistent_book(book: Book) -> None:
    """``--as-of`` makes two commands of one instant an everyday thing."""
    accept(book, "A1", now=LATER)
    tell(book, "A1", Told(cases.approve_plan, "主任"), START + timedelta(days=1), now=LATER)
    tell(book, "A1", Told(cases.reply_plan), START + timedelta(days=20), now=LATER)
    cases.correct(
        book,
        "A1",
        seq=3,
        occurred_at=START + timedelta(days=3),
        reason="写错",
        at=LATER,
        now=LATER,
        actor="x",
    )
    assert str(verify(book).difference) == "None"


def test_recording_with_a_clock_that_went_back_leaves_a_consistent_book(book: Book) -> None:
    accept(book, "A1", now=LATER)
    earlier = START + timedelta(days=30)
    tell(book, "A1", Told(cases.approve_plan, "主任"), START + timedelta(days=1), now=earlier)
    tell(book, "A1", Told(cases.reply_plan), START + timedelta(days=20), now=earlier)
    assert str(verify(book).difference) == "None"


# -- what may not ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("migrated_url", "life"),
    [*(("sqlite", each) for each in LIVES), ("postgresql", "高压普通")],
    indirect=["migrated_url"],
)
def test_every_fact_that_is_not_next_is_refused_with_its_reason(book: Book, life: str) -> None:
    """In the course of a life, every use case is tried: it is taken, or refused and nothing changes."""
    registration, told = LIVES[life]
    tried = {each.case: each for each in HIGH_IMPORTANT} | {
        cases.terminate: Told(cases.terminate, carries={"reason": "客户撤回"})
    }
    for upto in (0, len(told) // 2, len(told)):
        live(book, f"A{upto}", life, upto)
        before, told_before = contents(book), counts(book)["event"]
        refusals = 0
        for each in tried.values():
            try:
                with_rollback(book, f"A{upto}", each)
            except MoveRefused as refusal:
                refusals += bool(refusal.facts["reasons"])
        assert contents(book) == before
        assert refusals >= 10
        assert counts(book)["event"] == told_before
    assert verify(book).difference is None
    assert registration.customer


class UndoneError(Exception):
    """Raised to undo what a test only tried."""


def with_rollback(book: Book, number: str, told: Told) -> None:
    """Try a use case on a database whose commits are undone."""
    with book.engine.connect() as connection:
        commits: list[str] = []

        def refuse(*_: object) -> None:
            commits.append("commit")
            raise UndoneError

        name = "commit" if book.engine.dialect.name == "postgresql" else "before_cursor_execute"

        def before(_c: object, _k: object, statement: str, *_: object) -> None:
            if statement == "COMMIT":
                refuse()

        listener: Callable[..., None] = refuse if name == "commit" else before
        sa.event.listen(book.engine, name, listener)
        try:
            tell(book, number, told, LATER)
        except UndoneError:
            assert commits == ["commit"]
        finally:
            sa.event.remove(book.engine, name, listener)
            connection.rollback()


def test_the_same_number_cannot_be_accepted_twice(book: Book) -> None:
    accept(book, "A1")
    refused(book, "application_exists", lambda: accept(book, "A1", when=LATER), "A1")


@pytest.mark.parametrize(
    "told", {each.case: each for each in HIGH_IMPORTANT}.values(), ids=lambda told: told.case.__name__
)
def test_an_unknown_number_is_told(book: Book, told: Told) -> None:
    refused(book, "application_unknown", lambda: tell(book, "Z9", told, START), "Z9")


@pytest.mark.parametrize(
    "case", [cases.correct, cases.amend, cases.terminate, cases.void], ids=lambda case: case.__name__
)
def test_an_unknown_number_is_told_before_anything_else(book: Book, case: Callable[..., object]) -> None:
    carries: dict[object, dict[str, Any]] = {
        cases.correct: {"seq": 1, "withdrawn": True},
        cases.amend: {"changes": {}},
    }
    refused(
        book,
        "application_unknown",
        lambda: case(book, "Z9", reason="写错", **carries.get(case, {}), **ANY),
        "Z9",
    )


@pytest.mark.parametrize(
    "told", {each.case: each for each in HIGH_IMPORTANT}.values(), ids=lambda told: told.case.__name__
)
def test_what_has_not_happened_yet_is_refused(book: Book, told: Told) -> None:
    accept(book, "A1")
    future = {"now": START + timedelta(days=1)}
    refused(
        book,
        "instant_in_future",
        lambda: tell(book, "A1", told, START + timedelta(days=2), **future),
        "2026-09-03 09:00",
    )


def test_an_acceptance_in_the_future_is_refused(book: Book) -> None:
    refused(book, "instant_in_future", lambda: accept(book, "A1", now=START - timedelta(minutes=1)), "“受理”")
    now = START + timedelta(hours=1)
    late = START + timedelta(hours=2)
    refused(book, "instant_in_future", lambda: accept(book, "A1", applied_at=late, now=now), "“申请”")


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ({"reason": " "}, "没有写原因"),
        ({"evidence": ""}, "没有写依据"),
        ({"approver": ""}, "没有写批准人"),
        ({"approver": "经理甲"}, "批准人与经办人同为 经理甲"),
    ],
)
def test_a_suspension_without_its_papers_is_refused(book: Book, problem: dict[str, str], said: str) -> None:
    accept(book, "A1")
    pause = Told(cases.suspend, "经理甲", {**PAUSE, **problem})
    refused(book, "suspension_not_approved", lambda: tell(book, "A1", pause, LATER), said)


@pytest.mark.parametrize("case", [cases.terminate, cases.void], ids=lambda case: case.__name__)
def test_an_ending_without_a_reason_is_refused(book: Book, case: Callable[..., object]) -> None:
    accept(book, "A1")
    refused(book, "reason_missing", lambda: case(book, "A1", reason="  ", **ANY), "没有写原因")


def test_an_amendment_without_a_reason_is_refused(book: Book) -> None:
    accept(book, "A1")
    refused(
        book, "reason_missing", lambda: cases.amend(book, "A1", changes={"manager": "乙"}, reason="", **ANY)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": "很大"},
        {"capacity": "-5"},
        {"customer_class": "middle_voltage"},
        {"voltage": "1V"},
        {"nickname": "小甲"},
        {},
    ],
    ids=str,
)
def test_an_amendment_that_says_nothing_true_is_refused_in_one_sentence(
    book: Book, changes: dict[str, str]
) -> None:
    accept(book, "A1")
    before = contents(book)
    with pytest.raises(YekuoError):
        cases.amend(book, "A1", changes=changes, reason="补正", **ANY)
    assert contents(book) == before


def test_an_amendment_that_makes_the_history_impossible_is_refused(book: Book) -> None:
    live(book, "A1", "高压普通", 5)
    refused(
        book,
        "move_refused",
        lambda: cases.amend(book, "A1", changes={"customer_class": "lv_other"}, reason="写错", **ANY),
        "次序矛盾",
    )


def test_a_fact_dated_before_what_it_needs_is_refused(book: Book) -> None:
    """An instant in the past is where a record goes; the facts after it must stay possible."""
    live(book, "A1", "高压普通", 4)
    refused(
        book,
        "move_refused",
        lambda: tell(book, "A1", Told(cases.report_completion), START + timedelta(hours=1), now=LATER),
    )


def test_a_fact_before_acceptance_is_refused(book: Book) -> None:
    accept(book, "A1")
    before = START - timedelta(days=1)
    refused(book, "move_refused", lambda: tell(book, "A1", Told(cases.reply_plan), before, now=LATER))


# -- corrections ---------------------------------------------------------------------------------------


def late_reply(book: Book) -> datetime:
    """A high-voltage plan given on the eleventh working day of ten; the instant it was recorded."""
    accept(book, "A1")
    tell(book, "A1", Told(cases.approve_plan, "主任"), at("2026-09-02 三 09:00"))
    tell(book, "A1", Told(cases.reply_plan), at("2026-09-16 三 09:00"))
    return at("2026-09-16 三 09:05")


def test_a_correction_that_moves_a_verdict_makes_a_new_version_and_keeps_the_old(book: Book) -> None:
    recorded_at = late_reply(book)
    given = clocks_of(book, "A1", "reply")
    assert [(row.version, row.used, row.verdict) for row in given] == [(1, 11, "late")]
    now = at("2026-09-18 五 10:00")
    cases.correct(
        book,
        "A1",
        seq=3,
        occurred_at=at("2026-09-15 二 16:00"),
        reason="方案当天已送达，登记晚了一天",
        at=now,
        now=now,
        actor="所长",
    )
    old, new = clocks_of(book, "A1", "reply")
    assert old == replace(given[0], superseded_at=now)
    assert (old.recorded_at, old.superseded_at) == (recorded_at, now)
    assert (new.version, new.used, new.verdict, new.superseded_at) == (2, 10, "met", None)
    assert new.recorded_at == now
    record = events_of(book, "A1")[-1]
    assert (record.type, record.actor) == (EventType.CORRECTED, "所长")
    assert record.payload["reason"] == "方案当天已送达，登记晚了一天"
    untouched = events_of(book, "A1")[2]
    assert untouched.occurred_at == at("2026-09-16 三 09:00")
    assert verify(book).difference is None


def test_a_level_undone_by_a_correction_is_withdrawn_and_never_deleted(book: Book) -> None:
    late_reply(book)
    seen = at("2026-09-17 四 10:00")
    reached = [each.level for each in one(book, "A1", seen).clocks[1].levels]
    now = at("2026-09-18 五 10:00")
    cases.correct(
        book, "A1", seq=3, occurred_at=at("2026-09-03 四 16:00"), reason="写错", at=now, now=now, actor="所长"
    )
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, "A1")
        assert application_id is not None
        held = [row for row in store.threshold_rows(connection, application_id) if row.name == "reply"]
    local = [row for row in held if row.layer == "local"]
    assert {row.level for row in local} == {each.value for each in reached} == {"blue", "orange", "yellow"}
    assert {row.withdrawn_at for row in local} == {now}
    assert one(book, "A1", now).clocks[1].levels == ()
    assert verify(book).difference is None


def test_a_withdrawn_record_counts_no_more_and_stays_readable(book: Book) -> None:
    late_reply(book)
    now = at("2026-09-18 五 10:00")
    done = cases.correct(
        book, "A1", seq=3, withdrawn=True, reason="方案没有送达", at=now, now=now, actor="所长"
    )
    assert done.projection.position.state == "reply"
    old, new = clocks_of(book, "A1", "reply")
    assert (old.verdict, old.superseded_at) == ("late", now)
    assert (new.verdict, new.stopped_at) == (None, None)
    assert new.due_at == at("2026-09-16 三 00:00")
    assert [event.type for event in events_of(book, "A1")] == [
        EventType.ACCEPTED,
        EventType.PLAN_APPROVED,
        EventType.PLAN_REPLIED,
        EventType.CORRECTED,
    ]
    tell(book, "A1", Told(cases.reply_plan), at("2026-09-21 一 09:00"))
    assert [row.version for row in clocks_of(book, "A1", "reply")] == [1, 2]
    assert verify(book).difference is None


def test_a_clock_that_a_correction_takes_away_is_superseded_and_can_come_back(book: Book) -> None:
    accept(book, "A1", LIVES["高压重要"][0])
    tell(book, "A1", Told(cases.find_constraint), at("2026-09-02 三 09:00"))
    tell(book, "A1", Told(cases.report_constraint), at("2026-09-03 四 09:00"))
    for seq, now in ((3, at("2026-09-07 一 10:00")), (2, at("2026-09-07 一 11:00"))):
        cases.correct(book, "A1", seq=seq, withdrawn=True, reason="误登", at=now, now=now, actor="所长")
    rows = clocks_of(book, "A1", "constraint_report")
    assert all(row.superseded_at is not None for row in rows)
    tell(book, "A1", Told(cases.find_constraint), at("2026-09-08 二 09:00"))
    rows = clocks_of(book, "A1", "constraint_report")
    assert [row.version for row in rows] == [1, 2, 3]
    assert [row.superseded_at is None for row in rows] == [False, False, True]
    assert verify(book).difference is None


def test_what_a_record_carried_can_be_corrected(book: Book) -> None:
    live(book, "A1", "高压重要", 8)
    before = clocks_of(book, "A1", "contract")[-1].due_at
    cases.correct(
        book,
        "A1",
        seq=6,
        payload={"on": "2026-12-10"},
        reason="约定书写的是十二月十日",
        at=LATER,
        now=LATER,
        actor="所长",
    )
    assert before == at("2026-12-01 二 00:00")
    assert clocks_of(book, "A1", "contract")[-1].due_at == at("2026-12-11 五 00:00")
    assert verify(book).difference is None


@pytest.mark.parametrize("payload", [{"on": "下个月"}, {"on": None}], ids=str)
def test_a_correction_that_says_nothing_readable_is_refused_in_one_sentence(
    book: Book, payload: dict[str, Any]
) -> None:
    live(book, "A1", "高压重要", 8)
    before = contents(book)
    with pytest.raises(YekuoError):
        cases.correct(book, "A1", seq=6, payload=payload, reason="写错", **ANY)
    assert contents(book) == before


@pytest.mark.parametrize(
    ("told", "code", "said"),
    [
        ({"seq": 3, "withdrawn": True, "reason": " "}, "reason_missing", "没有写原因"),
        ({"seq": 9, "withdrawn": True}, "record_unknown", "现有 1 到 4 号"),
        ({"seq": 0, "withdrawn": True}, "record_unknown", "第 0 号"),
        ({"seq": 4, "withdrawn": True}, "nothing_to_correct", "它本身就是"),
        ({"seq": 1, "withdrawn": True}, "nothing_to_correct", "受理不能撤销"),
        ({"seq": 3}, "nothing_to_correct", "没有任何改动"),
        ({"seq": 3, "occurred_at": LATER + timedelta(minutes=1)}, "instant_in_future", "更正"),
        ({"seq": 3, "occurred_at": START - timedelta(days=1)}, "move_refused", "次序矛盾"),
    ],
    ids=str,
)
def test_a_correction_that_cannot_be_is_refused(
    book: Book, told: dict[str, Any], code: str, said: str
) -> None:
    late_reply(book)
    now = at("2026-09-18 五 10:00")
    cases.correct(
        book, "A1", seq=3, occurred_at=at("2026-09-15 二 16:00"), reason="写错", at=now, now=now, actor="所长"
    )
    refused(book, code, lambda: cases.correct(book, "A1", **{"reason": "写错", **told}, **ANY), said)


def test_correcting_what_was_withdrawn_is_refused(book: Book) -> None:
    late_reply(book)
    cases.correct(book, "A1", seq=3, withdrawn=True, reason="误登", **ANY)
    again: cases.When = {"at": LATER + timedelta(hours=1), "now": LATER + timedelta(hours=1), "actor": "所长"}
    refused(
        book,
        "nothing_to_correct",
        lambda: cases.correct(
            book, "A1", seq=3, occurred_at=at("2026-09-15 二 16:00"), reason="写错", **again
        ),
    )


def test_a_correction_by_the_same_reason_twice_is_two_records(book: Book) -> None:
    late_reply(book)
    for day in (14, 15):
        now = LATER + timedelta(hours=day)
        moved = at("2026-09-15 二 16:00").replace(day=day)
        cases.correct(book, "A1", seq=3, occurred_at=moved, reason="写错", at=now, now=now, actor="所长")
    assert [(row.version, row.used) for row in clocks_of(book, "A1", "reply")] == [(1, 11), (2, 9), (3, 10)]
    assert verify(book).difference is None


def test_findings_of_a_use_case_are_written_with_it(book: Book) -> None:
    accept(book, "A1")
    when = at("2026-09-02 三 09:00")
    tell(book, "A1", Told(cases.approve_plan), when)
    tell(book, "A1", Told(cases.reply_plan), when + timedelta(hours=1))
    with book.engine.connect() as connection:
        rows = connection.execute(sa.select(finding.c.code, finding.c.people)).all()
    assert [tuple(row) for row in rows] == [("one_person", "经理甲")]


def test_the_applications_own_row_follows_its_records(book: Book) -> None:
    done = live(book, "A1", "高压普通")[-1]
    with book.engine.connect() as connection:
        row = connection.execute(sa.select(application)).one()
    assert (row.status, row.state, row.events) == ("archived", "archived", 11)
    assert (row.archived_at, row.last_at) == (done.event.occurred_at, done.event.occurred_at)
    assert row.head_hash == done.event.hash
    assert row.capacity == ORDINARY.capacity


def test_the_refusal_of_a_move_is_one_sentence_that_says_what_to_do(book: Book) -> None:
    accept(book, "A1")
    told = refused(book, "move_refused", lambda: tell(book, "A1", Told(cases.energize), LATER))
    assert isinstance(told, MoveRefused)
    assert told.message == (
        "申请 A1 现在不能登记“装表接电”：当前为“待答复供电方案”。"
        "请先核对该申请的进度；若原记录有误，请用“更正”并写明原因。"
    )
