"""What can be done now and why the rest cannot; and that a preview is what then happens."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from limits.terms import Level
from tests.workflow.histories import (
    IMPORTANT,
    LIVES,
    ORDINARY,
    PAUSE,
    RESIDENT,
    START,
    Told,
    accept,
    contents,
    tell,
)
from workflow import cases, errors
from workflow.actions import (
    USE_CASES,
    Action,
    ActionIncomplete,
    ClockEffect,
    Preview,
    actions,
    preview,
)
from workflow.book import Book
from workflow.events import EventType
from workflow.findings import Code
from workflow.listing import one
from workflow.machine import MoveRefused, State

E = EventType
DAY = timedelta(days=1)


def by_name(book: Book, number: str, days: int = 1) -> dict[tuple[str, EventType], Action]:
    return {(each.name, each.event_type): each for each in actions(book, number, START + days * DAY)}


def seen(found: Preview) -> dict[str, ClockEffect]:
    return {f"{each.layer}.{each.name}": each.effect for each in found.clocks}


def foresee(book: Book, event: EventType, days: int, **payload: Any) -> Preview:
    moment = START + days * DAY
    return preview(book, "A1", event, at=moment, now=moment, actor="经理甲", payload=payload)


# -- what can be done -------------------------------------------------------------------------------------


def test_a_new_high_voltage_application(book: Book) -> None:
    accept(book, "A1", ORDINARY)
    found = by_name(book, "A1")
    assert {name for (name, _), each in found.items() if each.possible} == {
        *("hand_over", "receive", "find_constraint", "approve_plan", "reply_plan", "agree_contract"),
        *("start_supporting", "submit_approvals", "rate", "suspend", "terminate", "void", "amend", "correct"),
    }
    assert found["energize", E.ENERGIZED].reasons == ("当前为“待答复供电方案”",)
    assert found["resume", E.RESUMED].reasons == ("申请没有挂起",)
    assert "已由客户经理 经理甲 负责" in found["claim", E.ASSIGNED].reasons[0]
    assert [each.name for each in found["suspend", E.SUSPENDED].fields] == ["reason", "evidence", "approver"]
    papers = dict(found["receive", E.DOCUMENT_RECEIVED].fields[0].choices)
    assert (papers["business_licence"], papers["supply_contract"]) == ("营业执照", "供用电合同")
    assert found["rate", E.RATED].fields[0].choices == (("apply", "用电申请"),)


def test_a_suspended_one_says_to_resume_first(book: Book) -> None:
    accept(book, "A1", RESIDENT)
    tell(book, "A1", Told(cases.suspend, "经理甲", PAUSE), START + DAY)
    found = by_name(book, "A1", 2)
    assert found["resume", E.RESUMED].possible
    assert found["energize", E.ENERGIZED].reasons == ("申请处于挂起状态，须先恢复",)
    assert found["report_completion", E.COMPLETION_REPORTED].reasons == ("低压流程没有“竣工报验”",)


def test_what_nobody_owns_can_be_claimed_and_not_handed_over(book: Book) -> None:
    accept(book, "A1", replace(RESIDENT, manager=""))
    found = by_name(book, "A1")
    assert all(found[name, E.ASSIGNED].possible for name in ("claim", "assign", "choose"))
    assert "还没有客户经理" in found["hand_over", E.ASSIGNED].reasons[0]


@pytest.mark.parametrize(
    ("migrated_url", "life"),
    [*(("sqlite", each) for each in LIVES), ("postgresql", "高压普通")],
    indirect=["migrated_url"],
)
def test_each_action_is_possible_exactly_when_its_use_case_is_not_refused(book: Book, life: str) -> None:
    """At every place of every life, each action that asks for nothing is tried on a dry book."""
    registration, facts = LIVES[life]
    accept(book, "A1", registration)
    moment, tried = START, 0
    for fact in (*facts, None):
        before = contents(book)
        for each in actions(book, "A1", moment + DAY):
            if each.fields or each.name == "claim":
                continue
            tried += 1
            if each.possible:
                preview(book, "A1", each.event_type, at=moment + DAY, now=moment + DAY, actor="甲")
            else:
                with pytest.raises(MoveRefused) as refused:
                    preview(book, "A1", each.event_type, at=moment + DAY, now=moment + DAY, actor="甲")
                assert "；".join(each.reasons) in refused.value.message
        assert contents(book) == before
        if fact is not None:
            moment += timedelta(hours=26)
            tell(book, "A1", fact, moment)
    assert tried > 60


def test_every_action_is_a_use_case_and_says_its_label(book: Book) -> None:
    accept(book, "A1")
    found = actions(book, "A1", START + DAY)
    assert {each.name for each in found} == USE_CASES.keys()
    assert all(each.label and bool(each.reasons) is not each.possible for each in found)
    with pytest.raises(errors.ApplicationUnknown):
        actions(book, "B2", START)
    with pytest.raises(errors.ApplicationUnknown):
        actions(book, "A1", START - DAY)


# -- what would follow ------------------------------------------------------------------------------------


def test_a_reply_stops_one_clock_pauses_another_and_avoids_what_lay_ahead(book: Book) -> None:
    accept(book, "A1", ORDINARY)
    before = contents(book)
    found = foresee(book, E.PLAN_REPLIED, 6)
    assert contents(book) == before
    assert found.state is State.WORKS
    effects = seen(found)
    assert (effects["local.reply"], effects["local.company_time"]) == (ClockEffect.STOPS, ClockEffect.PAUSES)
    avoided = {(each.name, each.level) for each in found.avoided if each.layer == "local"}
    assert avoided >= {("reply", level) for level in (Level.ORANGE, Level.YELLOW, Level.RED)}
    assert found.findings == ()


def test_a_resumption_tells_the_new_due_date(book: Book) -> None:
    accept(book, "A1", RESIDENT)
    tell(book, "A1", Told(cases.suspend, "经理甲", PAUSE), START + DAY)
    found = foresee(book, E.RESUMED, 6)
    [clock] = [each for each in found.clocks if (each.layer, each.name) == ("local", "whole")]
    assert (clock.effect, clock.limit) == (ClockEffect.RESUMES, 2)
    assert clock.before is not None
    assert clock.after is not None
    assert (clock.before.due_on, clock.after.due_on) == (None, date(2026, 9, 8))  # Tuesday
    assert {each.level for each in found.ahead if each.layer == "local"} >= {Level.YELLOW, Level.RED}


def test_a_termination_ends_and_a_correction_moves(book: Book) -> None:
    accept(book, "A1", ORDINARY)
    assert set(seen(foresee(book, E.TERMINATED, 2, reason="撤回")).values()) == {ClockEffect.ENDS}
    found = foresee(book, E.CORRECTED, 2, seq=1, occurred_at=START - 9 * DAY, reason="原记录有误")
    assert seen(found)["local.reply"] is ClockEffect.MOVES
    assert Level.BLUE in {each.level for each in found.reached}


def test_what_it_would_be_found_to_be_is_said_before(book: Book) -> None:
    accept(book, "A1", ORDINARY)
    tell(book, "A1", Told(cases.approve_plan, "经理甲"), START + DAY)
    assert [each.code for each in foresee(book, E.PLAN_REPLIED, 2).findings] == [Code.ONE_PERSON]
    late = preview(book, "A1", E.PLAN_REPLIED, at=START + 2 * DAY, now=START + 20 * DAY, actor="经理乙")
    assert [each.code for each in late.findings] == [Code.BACKFILLED]


@pytest.mark.parametrize(
    ("event", "payload", "error", "said"),
    [
        (E.ENERGIZED, {}, MoveRefused, "待答复供电方案"),
        (E.SUSPENDED, {"reason": "雨"}, ActionIncomplete, "缺少 依据、批准人"),
        (E.SUSPENDED, {**PAUSE, "approver": "经理甲"}, errors.SuspensionNotApproved, "同为 经理甲"),
        (E.PLAN_REPLIED, {"colour": "red"}, ActionIncomplete, "没有 colour 这一项"),
        (E.ASSIGNED, {"how": "stolen", "manager": "乙"}, ActionIncomplete, "没有这样的登记"),
        (E.RESCHEDULED, {}, ActionIncomplete, "没有这样的登记"),
        (E.AMENDED, {"changes": {"capacity": "-1"}, "reason": "错"}, errors.AmendmentInvalid, "不是正数"),
        (E.CORRECTED, {"seq": 9, "reason": "错"}, errors.RecordUnknown, "第 9 号"),
        (E.TERMINATED, {"reason": " "}, errors.ReasonMissing, "没有写原因"),
    ],
)
def test_a_preview_refuses_what_the_record_would(
    book: Book, event: EventType, payload: dict[str, Any], error: type[Exception], said: str
) -> None:
    accept(book, "A1", IMPORTANT)
    with pytest.raises(error, match=said):
        foresee(book, event, 1, **payload)


def test_the_future_is_refused_before_anything_else(book: Book) -> None:
    accept(book, "A1")
    with pytest.raises(errors.InstantInFuture):
        preview(book, "A1", E.PLAN_REPLIED, at=START + 2 * DAY, now=START + DAY)


@pytest.mark.parametrize("life", LIVES)
def test_what_was_foreseen_is_what_then_stands(book: Book, life: str) -> None:
    registration, facts = LIVES[life]
    accept(book, "A1", registration)
    moment = START
    for fact in facts:
        moment += timedelta(hours=26)
        [event] = {
            each.event_type
            for each in actions(book, "A1", moment)
            if USE_CASES[each.name] is fact.case
            and each.preset == {key: fact.carries[key] for key in each.preset}
        }
        carried = {key: value for key, value in fact.carries.items() if key != "passed"}
        foreseen = preview(book, "A1", event, at=moment, now=moment, actor=fact.actor, payload=carried)
        done = tell(book, "A1", fact, moment, now=moment)
        assert foreseen.state == State.of(done.projection.position.state)
        stands = {(each.layer, each.name): each.reading for each in one(book, "A1", moment).clocks}
        assert {(each.layer, each.name): each.after for each in foreseen.clocks} == stands


def test_an_acceptance_on_a_dry_book_tells_its_clocks_and_writes_nothing(book: Book) -> None:
    before = contents(book)
    dry = cases.accept(replace(book, dry=True), "A1", ORDINARY, at=START, now=START, actor="受理员")
    assert len(dry.projection.clocks) > 2
    assert contents(book) == before
