"""The fold: from what happened to the intervals in which each clock ran (domain §3, §4, §5)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.clock import Reading, read
from limits.terms import CustomerClass, Level, Supporting, Verdict, Voltage
from tests.dates import at, on
from tests.workflow.stories import (
    HIGH,
    IMPORTANT,
    LOW,
    MICRO,
    RULES,
    clocks,
    folded,
    recorded,
    with_supporting,
)
from workflow.clocks import Clock
from workflow.events import EventType

CALENDAR = RULES.calendar
E = EventType


def reading(clock: Clock, now: str) -> Reading:
    return read(clock.standing, CALENDAR, at(now))


def ran(clock: Clock) -> list[tuple[str, str]]:
    """The intervals, as ``11-02 09:00``."""
    return [
        (f"{span.start:%m-%d %H:%M}", f"{span.end:%m-%d %H:%M}" if span.end else "")
        for span in clock.track.spans
    ]


def levels(clock: Clock) -> list[tuple[str, str]]:
    return [(each.level.label, f"{each.at:%m-%d %H:%M}") for each in clock.crossings]


# Suspension stops every clock of the application


def test_a_suspension_stops_every_clock_and_resuming_starts_them_again() -> None:
    found = clocks(
        HIGH,
        "受理 2026-11-02 一 09:00",
        "配套工程开工 2026-11-02 一 09:00",
        "挂起 2026-11-04 三 15:00",
        "恢复 2026-11-12 四 09:00",
    )
    assert found.keys() == {
        "local.company_time",
        "local.reply",
        "local.supporting_works",
        "company.company_time",
        "company.reply",
        "national.company_time",
        "regulator.reply",
    }
    for clock in found.values():
        assert ran(clock) == [("11-02 09:00", "11-04 15:00"), ("11-12 09:00", "")]
    assert reading(found["local.reply"], "2026-11-13 五 09:00").used == 3


def test_while_suspended_no_clock_has_a_due_date_and_none_reaches_a_level() -> None:
    found = clocks(LOW, "受理 2026-11-02 一 09:00", "挂起 2026-11-02 一 15:00")
    for clock in found.values():
        told = reading(clock, "2026-11-30 一 09:00")
        assert (told.running, told.due_on, told.used, told.verdict) == (False, None, 0, Verdict.OPEN)
        assert clock.crossings == ()


def test_overlapping_suspensions_are_counted_once() -> None:
    """Suspended twice, resumed twice: time is out once, from the first until no suspension is left."""
    found = clocks(
        LOW,
        "受理 2026-11-02 一 09:00",
        "挂起 2026-11-03 二 09:00",
        "挂起 2026-11-04 三 09:00",
        "恢复 2026-11-10 二 09:00",
        "恢复 2026-11-12 四 09:00",
    )
    assert ran(found["local.whole"]) == [("11-02 09:00", "11-03 09:00"), ("11-12 09:00", "")]


def test_two_touching_suspensions_are_one() -> None:
    """Resumed and suspended again at one minute, as a sheet with dates only tells it."""
    found = clocks(
        LOW,
        "受理 2026-11-02 一 09:00",
        "挂起 2026-11-03 二 00:00",
        "恢复 2026-11-10 二 00:00",
        "挂起 2026-11-10 二 00:00",
        "恢复 2026-11-18 三 00:00",
    )
    assert ran(found["local.whole"]) == [("11-02 09:00", "11-03 00:00"), ("11-18 00:00", "")]


def test_suspended_and_resumed_at_one_instant_changes_nothing() -> None:
    found = clocks(LOW, "受理 2026-11-02 一 09:00", "挂起 2026-11-03 二 09:00", "恢复 2026-11-03 二 09:00")
    plain = clocks(LOW, "受理 2026-11-02 一 09:00")
    assert reading(found["local.whole"], "2026-11-04 三 09:00") == reading(
        plain["local.whole"], "2026-11-04 三 09:00"
    )
    assert levels(found["local.whole"]) == levels(plain["local.whole"])


def test_a_suspension_before_a_stage_began_leaves_the_stage_alone() -> None:
    found = clocks(
        HIGH,
        "受理 2026-10-12 一 09:00",
        "挂起 2026-10-13 二 09:00",
        "恢复 2026-10-15 四 09:00",
        "供电方案答复 2026-10-16 五 09:00",
        "客户工程开工 2026-10-16 五 09:00",
        "客户工程完工 2026-11-02 一 09:00",
        "竣工报验 2026-11-03 二 09:00",
    )
    assert ran(found["local.final_inspection"]) == [("11-03 09:00", "")]
    assert found["local.reply"].standing.used == 2


# The ball is with the company, or it is not

LIFE = [
    "受理 2026-10-12 一 09:00",
    "供电方案答复 2026-10-16 五 16:00",
    "客户工程开工 2026-10-19 一 09:00",
    "设计报审 2026-10-20 二 09:00",
    "设计审查合格 2026-10-22 四 09:00",
    "中间检查申请 2026-10-26 一 09:00",
    "中间检查开始 2026-10-27 二 09:00",
    "中间检查合格 2026-10-27 二 15:00",
    "客户工程完工 2026-11-02 一 09:00",
    "竣工报验 2026-11-03 二 09:00",
    "竣工检验开始 2026-11-04 三 09:00",
    "竣工检验合格 2026-11-05 四 09:00",
    "手续办结 2026-11-09 一 09:00",
    "装表接电 2026-11-11 三 09:00",
    "归档 2026-11-12 四 09:00",
]


def test_company_time_is_the_five_intervals_and_nothing_between() -> None:
    found = clocks(IMPORTANT, *LIFE)["local.company_time"]
    assert ran(found) == [
        ("10-12 09:00", "10-16 16:00"),
        ("10-20 09:00", "10-22 09:00"),
        ("10-26 09:00", "10-27 15:00"),
        ("11-03 09:00", "11-05 09:00"),
        ("11-09 09:00", "11-11 09:00"),
    ]
    assert (found.standing.used, found.standing.final) == (4 + 2 + 1 + 2 + 2, Verdict.MET)


def test_between_two_intervals_company_time_has_no_due_date_but_goes_on() -> None:
    found = clocks(IMPORTANT, *LIFE[:3])["local.company_time"]
    told = reading(found, "2026-10-30 五 09:00")
    assert (told.used, told.left, told.due_on, told.running) == (4, 17, None, False)
    assert told.verdict is Verdict.OPEN


def test_works_finished_exactly_when_reported_make_no_gap_and_no_overlap() -> None:
    """Stages that touch run through: the shared day is counted once."""
    found = clocks(
        replace(HIGH, customer_works=False),
        "受理 2026-11-02 一 09:00",
        "供电方案答复 2026-11-04 三 09:00",
        "手续办结 2026-11-04 三 09:00",
        "装表接电 2026-11-06 五 09:00",
    )["local.company_time"]
    assert ran(found) == [("11-02 09:00", "11-06 09:00")]
    assert found.standing.used == 4


def test_overlapping_intervals_are_counted_once() -> None:
    """A design handed in before the plan was given: two balls, one company, one day a day."""
    found = clocks(
        IMPORTANT,
        "受理 2026-11-02 一 09:00",
        "设计报审 2026-11-03 二 09:00",
        "供电方案答复 2026-11-05 四 09:00",
        "设计审查合格 2026-11-06 五 09:00",
    )
    assert ran(found["local.company_time"]) == [("11-02 09:00", "11-06 09:00")]
    assert found["local.company_time"].standing.used == 4
    assert (found["local.reply"].standing.used, found["local.design_review"].standing.used) == (3, 3)


def test_low_voltage_counts_supporting_works_and_not_the_customers_own() -> None:
    low = with_supporting(replace(LOW, customer_works=True), Supporting.LOW_VOLTAGE)
    found = clocks(
        low,
        "受理 2026-11-02 一 09:00",
        "配套工程开工 2026-11-03 二 09:00",
        "客户工程开工 2026-11-05 四 09:00",
        "配套工程完工 2026-11-06 五 09:00",
        "客户工程完工 2026-11-11 三 09:00",
        "装表接电 2026-11-13 五 09:00",
    )
    assert ran(found["local.whole"]) == [("11-02 09:00", "11-05 09:00"), ("11-11 09:00", "11-13 09:00")]
    assert found["local.whole"].standing.used == 3 + 2
    # the company's own promise leaves the supporting works out as well
    assert ran(found["company.company_time"]) == [
        ("11-02 09:00", "11-03 09:00"),
        ("11-11 09:00", "11-13 09:00"),
    ]


# Inspections

FAILED_ONCE = [
    *LIFE[:2],
    "客户工程开工 2026-10-19 一 09:00",
    "客户工程完工 2026-11-02 一 09:00",
    "竣工报验 2026-11-03 二 09:00",
    "竣工检验开始 2026-11-04 三 09:00",
    "竣工检验不合格 2026-11-05 四 09:00",
]


def test_a_failed_inspection_gives_the_ball_back_and_does_not_stop_the_clock() -> None:
    found = clocks(HIGH, *FAILED_ONCE)["local.final_inspection"]
    told = reading(found, "2026-11-30 一 09:00")
    assert (told.used, told.running, told.due_on, told.verdict) == (2, False, None, Verdict.OPEN)


def test_the_next_request_opens_a_new_interval_of_the_same_clock() -> None:
    again = [*FAILED_ONCE, "竣工报验 2026-11-16 一 09:00"]
    found = clocks(HIGH, *again)["local.final_inspection"]
    assert ran(found) == [("11-03 09:00", "11-05 09:00"), ("11-16 09:00", "")]
    assert found.standing.due_on == on("2026-11-17 二")  # one of three is left
    passed = clocks(HIGH, *again, "竣工检验合格 2026-11-18 三 09:00")["local.final_inspection"]
    assert (passed.standing.used, passed.standing.final) == (4, Verdict.LATE)
    assert levels(passed) == [("蓝", "11-05 00:00"), ("橙", "11-17 00:00"), ("黄", "11-18 00:00")]


def test_failed_and_asked_again_at_one_minute_keeps_the_clock_running() -> None:
    """A sheet with dates only: the second request came with the refusal of the first."""
    found = clocks(
        IMPORTANT,
        *LIFE[:3],
        "设计报审 2026-10-20 二 00:00",
        "设计审查不合格 2026-10-22 四 00:00",
        "设计报审 2026-10-22 四 00:00",
    )
    assert found["local.design_review"].track.running
    assert reading(found["local.design_review"], "2026-10-23 五 09:00").used == 3


def test_the_regulator_asks_only_when_an_inspection_was_started() -> None:
    found = clocks(HIGH, *FAILED_ONCE)
    started = found["regulator.final_inspection"].standing
    assert (started.used, started.stopped_at, started.final) == (1, at("2026-11-04 三 09:00"), Verdict.MET)
    assert found["local.final_inspection"].standing.final is None


def test_the_regulators_clock_is_opened_again_by_the_next_request() -> None:
    found = clocks(HIGH, *FAILED_ONCE, "竣工报验 2026-11-16 一 09:00")["regulator.final_inspection"]
    assert (found.standing.final, found.track.running) == (None, True)
    assert ran(found) == [("11-03 09:00", "11-04 09:00"), ("11-16 09:00", "")]


def test_a_stage_limit_is_not_met_by_a_clock_that_has_not_started() -> None:
    found = clocks(HIGH, "受理 2026-10-12 一 09:00")
    assert "local.final_inspection" not in found
    assert "local.energize" not in found


def test_low_voltage_is_asked_for_its_reply_only_where_one_was_given() -> None:
    """[34] has no reply step for low voltage; the regulator's figure waits for a record of one."""
    assert "regulator.reply" not in clocks(LOW, "受理 2026-11-02 一 09:00")
    found = clocks(LOW, "受理 2026-11-02 一 09:00", "供电方案答复 2026-11-04 三 09:00")
    assert (found["regulator.reply"].standing.used, found["regulator.reply"].standing.limit) == (2, 8)


# Supporting works and the contract

TEE = with_supporting(HIGH, Supporting.TEE_LINE)
PLANNED = ["受理 2026-09-17 四 09:00", "供电方案答复 2026-09-28 一 09:00"]
WORKS = "配套工程开工 2026-10-08 四 14:00"


@pytest.mark.parametrize(
    ("kind", "voltage", "limit"),
    [
        (Supporting.TEE_LINE, Voltage.KV10, 7),
        (Supporting.TEE_LINE, Voltage.KV35, None),
        (Supporting.OVERHEAD_LINE, Voltage.KV20, None),
        (Supporting.SUBSTATION_BAY, Voltage.KV66, None),
        (Supporting.CABLE_AND_OTHER, Voltage.KV220, None),
        (Supporting.CABLE_AND_OTHER, Voltage.KV110, 180),
    ],
)
def test_works_without_a_row_are_shown_as_having_no_limit(
    kind: Supporting, voltage: Voltage, limit: int | None
) -> None:
    found = clocks(with_supporting(HIGH, kind, voltage), *PLANNED, WORKS)["local.supporting_works"]
    told = reading(found, "2026-10-12 一 09:00")
    assert found.standing.limit == limit
    assert told.used == 3  # 10-09, 10-10 (调休), 10-12
    if limit is None:
        assert (told.left, told.verdict, told.due_on, found.crossings) == (None, None, None, ())


def test_supporting_works_that_nobody_started_have_no_clock() -> None:
    assert "local.supporting_works" not in clocks(TEE, *PLANNED)


def test_a_contract_is_the_agreed_date() -> None:
    found = clocks(TEE, *PLANNED, "约定契约完成日期 2026-09-28 一 10:00 → 2026-10-17 六", WORKS)
    contract = found["local.contract"]
    assert (contract.standing.limit, contract.standing.due_on) == (7, on("2026-10-17 六"))
    assert levels(contract) == [
        ("蓝", "10-13 00:00"),
        ("橙", "10-15 00:00"),
        ("黄", "10-19 00:00"),
        ("红", "10-21 00:00"),
    ]


def test_a_contract_is_brought_forward_by_the_customers_own_works() -> None:
    """The earlier of the two: from the day the customer was ready, not before it was known."""
    lines = [*PLANNED, "约定契约完成日期 2026-09-28 一 10:00 → 2026-11-30 一", WORKS]
    ready = ["客户工程开工 2026-10-08 四 09:00", "客户工程完工 2026-10-21 三 16:00"]
    before = clocks(TEE, *lines)["local.contract"]
    after = clocks(TEE, *lines, *ready)["local.contract"]
    assert (before.standing.limit, before.standing.due_on) == (38, on("2026-11-30 一"))
    assert (after.standing.limit, after.standing.due_on) == (10, on("2026-10-21 三"))
    assert next(when for _, when in levels(after)) == "10-21 16:00"
    assert reading(after, "2026-10-22 四 00:00").verdict is Verdict.OPEN_LATE


def test_a_customer_ready_later_than_agreed_changes_nothing() -> None:
    lines = [*PLANNED, "约定契约完成日期 2026-09-28 一 10:00 → 2026-10-17 六", WORKS]
    ready = ["客户工程开工 2026-10-08 四 09:00", "客户工程完工 2026-10-30 五 16:00"]
    assert clocks(TEE, *lines, *ready)["local.contract"].standing.due_on == on("2026-10-17 六")


def test_a_contract_date_that_had_passed_before_the_works_began_is_late_at_once() -> None:
    """The customer was ready on the 10th, the company began on the 12th: the contract was the 10th."""
    lines = [
        *PLANNED,
        "约定契约完成日期 2026-09-28 一 10:00 → 2026-10-17 六",
        "客户工程开工 2026-10-08 四 09:00",
        "客户工程完工 2026-10-10 六 16:00",
        "配套工程开工 2026-10-12 一 09:00",
    ]
    contract = clocks(TEE, *lines)["local.contract"]
    assert contract.standing.due_on == on("2026-10-10 六")
    assert reading(contract, "2026-10-12 一 09:00").verdict is Verdict.OPEN_LATE


def test_without_an_agreed_date_there_is_no_contract() -> None:
    assert "local.contract" not in clocks(TEE, *PLANNED, WORKS)


# Terminated, voided


@pytest.mark.parametrize("ending", ["终止", "作废"])
def test_an_ending_judges_no_open_clock_and_keeps_the_levels_reached(ending: str) -> None:
    found = clocks(
        HIGH,
        "受理 2026-10-12 一 09:00",
        "供电方案答复 2026-10-19 一 09:00",
        "客户工程开工 2026-10-20 二 09:00",
        "客户工程完工 2026-10-22 四 09:00",
        "竣工报验 2026-10-23 五 09:00",
        f"{ending} 2026-10-29 四 10:00",
    )
    final = found["local.final_inspection"]
    assert final.standing.final is Verdict.TERMINATED
    assert (final.standing.used, final.standing.due_on) == (4, None)
    assert levels(final) == [("蓝", "10-27 00:00"), ("橙", "10-28 00:00"), ("黄", "10-29 00:00")]
    assert found["local.company_time"].standing.final is Verdict.TERMINATED
    # what had been finished before stays as it was
    assert found["local.reply"].standing.final is Verdict.MET


def test_a_clock_waiting_between_intervals_is_cut_too() -> None:
    found = clocks(HIGH, *FAILED_ONCE, "终止 2026-11-20 五 10:00")
    assert found["local.final_inspection"].standing.final is Verdict.TERMINATED
    assert ran(found["local.final_inspection"]) == [("11-03 09:00", "11-05 09:00")]


def test_an_ending_while_suspended_adds_nothing() -> None:
    found = clocks(LOW, "受理 2026-11-02 一 09:00", "挂起 2026-11-03 二 09:00", "终止 2026-11-20 五 10:00")[
        "local.whole"
    ]
    assert (found.standing.used, found.standing.final) == (1, Verdict.TERMINATED)


# Things dated wrongly


def test_an_end_dated_before_its_start_is_an_interval_of_no_length() -> None:
    """Found as `sequence` elsewhere; here it neither counts days nor leaves the clock running."""
    found = clocks(
        HIGH,
        *LIFE[:2],
        "客户工程开工 2026-10-19 一 09:00",
        "客户工程完工 2026-11-02 一 09:00",
        "竣工报验 2026-11-06 五 09:00",
        "竣工检验合格 2026-11-05 四 09:00",
    )
    final = found["local.final_inspection"]
    assert (final.standing.used, final.track.running, final.standing.final) == (0, False, Verdict.MET)
    assert found["local.company_time"].standing.used == 4
    assert not found["local.company_time"].track.running


def test_a_request_dated_after_the_end_does_not_start_company_time_again() -> None:
    """Energized is the end of the whole: an inspection asked for later is found, not counted."""
    lines = [*LIFE[:2], "手续办结 2026-10-19 一 09:00", "装表接电 2026-10-20 二 09:00"]
    found = clocks(HIGH, *lines, "竣工报验 2026-10-22 四 09:00")["local.company_time"]
    assert not found.track.running
    assert (found.standing.used, found.standing.final) == (4 + 1, Verdict.MET)


def test_energized_before_accepted_counts_nothing() -> None:
    found = clocks(LOW, "装表接电 2026-10-30 五 09:00", "受理 2026-11-02 一 09:00")["local.whole"]
    assert (found.standing.used, found.track.running, found.crossings) == (0, False, ())


def test_a_resumption_nobody_asked_for_changes_nothing() -> None:
    found = clocks(LOW, "受理 2026-11-02 一 09:00", "恢复 2026-11-03 二 09:00")["local.whole"]
    assert ran(found) == [("11-02 09:00", "")]


# Which rules bind


def test_the_acceptance_date_decides_for_the_whole_life() -> None:
    old = clocks(MICRO, "受理 2021-12-30 四 09:00", "装表接电 2022-02-09 三 09:00")
    new = clocks(MICRO, "受理 2021-12-31 五 09:00", "装表接电 2022-02-09 三 09:00")
    assert (old["national.whole"].standing.limit, new["national.whole"].standing.limit) == (25, 20)
    # twenty-five used since the 30th are in time; since the 31st twenty-four, of a limit of twenty
    assert (old["national.whole"].standing.used, old["national.whole"].standing.final) == (25, Verdict.MET)
    assert (new["national.whole"].standing.used, new["national.whole"].standing.final) == (24, Verdict.LATE)


def test_one_application_can_meet_one_layer_and_break_another() -> None:
    found = clocks(
        replace(HIGH, customer_works=False),
        "受理 2026-10-12 一 09:00",
        "供电方案答复 2026-10-27 二 09:00",
    )
    assert found["local.reply"].standing.final is Verdict.LATE  # 11 of 10
    assert found["company.reply"].standing.final is Verdict.MET  # 11 of 11
    assert found["regulator.reply"].standing.final is Verdict.MET  # 11 of 20


def test_minute_and_same_day_clocks_before_acceptance() -> None:
    found = clocks(
        replace(LOW, customer_class=CustomerClass.LV_RESIDENT),
        "预约 2026-10-31 六 23:50",
        "派工 2026-11-01 日 00:11",
        "柜台收件 2026-11-01 日 09:00",
        "录入 2026-11-02 一 09:00",
        "受理 2026-11-02 一 09:00",
    )
    booked, entered = found["local.booking_dispatch"].standing, found["local.counter_entry"].standing
    assert (booked.used, booked.final) == (21, Verdict.LATE)
    assert entered.final is Verdict.LATE
    assert entered.late_at == at("2026-11-02 一 00:00")


# Properties of the fold

MINUTES = st.lists(st.integers(1, 40 * 24 * 60), min_size=1, max_size=8, unique=True).map(sorted)
FIRST = at("2026-09-21 一 00:00")
Story = list[tuple[EventType, datetime]]


def moment(minutes: int) -> datetime:
    return FIRST + timedelta(minutes=minutes)


def suspended(edges: list[int]) -> Story:
    """Accepted, then suspended and resumed in turn; the last suspension may still hold."""
    kinds = [E.SUSPENDED, E.RESUMED] * len(edges)
    return [(E.ACCEPTED, FIRST), *((kind, moment(edge)) for kind, edge in zip(kinds, edges, strict=False))]


def pauses(edges: list[int]) -> list[tuple[int, int | None]]:
    return list(zip(edges[::2], [*edges[1::2], None], strict=False))


def clocks_told(story: Story) -> list[Clock]:
    return folded(LOW, recorded(LOW, [(kind, when, {}) for kind, when in story]))


@given(MINUTES, st.integers(1, 41 * 24 * 60))
def test_the_levels_known_at_an_instant_are_those_of_the_whole_history_up_to_it(
    edges: list[int], asked: int
) -> None:
    """Asked every minute or once a month, the alert table is the same."""
    story, now = suspended(edges), moment(asked)
    then = clocks_told([(kind, when) for kind, when in story if when <= now])
    for early, late in zip(then, clocks_told(story), strict=True):
        assert [each for each in early.crossings if each.at <= now] == [
            each for each in late.crossings if each.at <= now
        ]


@given(MINUTES)
def test_nothing_is_reached_while_suspended(edges: list[int]) -> None:
    for clock in clocks_told(suspended(edges)):
        for crossing in clock.crossings:
            for begin, finish in pauses(edges):
                until = None if finish is None else moment(finish)
                assert not (moment(begin) < crossing.at and (until is None or crossing.at < until))


@given(MINUTES, st.data())
def test_a_suspension_told_in_two_touching_pieces_changes_nothing(
    edges: list[int], data: st.DataObject
) -> None:
    begin, finish = data.draw(st.sampled_from(pauses(edges)))
    cut = data.draw(st.integers(begin + 1, (finish or begin + 3000) + 1))
    story = suspended(edges)
    if finish is not None and cut >= finish:
        return
    pieces = [
        *((kind, when) for kind, when in story if when < moment(cut)),
        (E.RESUMED, moment(cut)),
        (E.SUSPENDED, moment(cut)),
        *((kind, when) for kind, when in story if when > moment(cut)),
    ]
    for whole, split in zip(clocks_told(story), clocks_told(pieces), strict=True):
        assert (split.track, split.crossings) == (whole.track, whole.crossings)


def test_for_the_regulator_a_finished_inspection_has_started() -> None:
    """A ledger that tells only the finish: the clock stops there and alarms nobody for ever."""
    found = clocks(
        HIGH,
        "受理 2026-09-01 二 09:00",
        "供电方案答复 2026-09-07 一 10:00",
        "客户工程开工 2026-09-08 二 09:00",
        "客户工程完工 2026-09-21 一 09:00",
        "竣工报验 2026-09-22 二 09:00",
        "竣工检验合格 2026-09-24 四 15:00",
    )
    final = found["regulator.final_inspection"]
    assert (final.standing.used, final.standing.final) == (2, Verdict.MET)


def test_the_start_stops_the_regulators_clock_and_the_finish_moves_nothing() -> None:
    found = clocks(
        HIGH,
        "受理 2026-09-01 二 09:00",
        "供电方案答复 2026-09-07 一 10:00",
        "客户工程开工 2026-09-08 二 09:00",
        "客户工程完工 2026-09-21 一 09:00",
        "竣工报验 2026-09-22 二 09:00",
        "竣工检验开始 2026-09-23 三 09:00",
        "竣工检验合格 2026-09-24 四 15:00",
    )
    assert found["regulator.final_inspection"].standing.used == 1


def test_what_follows_a_termination_stops_nothing() -> None:
    """Terminated on the 2nd, said to be energized on the 9th: judged in no clock, and no level later on."""
    found = clocks(
        LOW, "受理 2026-09-01 二 09:00", "终止 2026-09-02 三 09:00", "装表接电 2026-09-09 三 09:00"
    )
    whole = found["local.whole"]
    assert whole.standing.final is Verdict.TERMINATED
    assert [each.level for each in whole.crossings] == [Level.BLUE]


def test_a_stage_nobody_finished_ends_with_the_archiving() -> None:
    found = clocks(
        HIGH,
        "受理 2026-09-01 二 09:00",
        "供电方案答复 2026-09-07 一 10:00",
        "客户工程开工 2026-09-08 二 09:00",
        "客户工程完工 2026-09-21 一 09:00",
        "竣工报验 2026-09-22 二 09:00",
        "手续办结 2026-09-23 三 09:00",
        "装表接电 2026-09-24 四 09:00",
        "归档 2026-09-25 五 09:00",
    )
    final = found["local.final_inspection"].standing
    assert (final.running, final.final) == (False, Verdict.TERMINATED)


def test_the_regulators_energizing_waits_for_the_inspection_too() -> None:
    """供电监管办法第十一条: from passed *and* formalities done."""
    found = clocks(
        HIGH,
        "受理 2026-09-01 二 09:00",
        "供电方案答复 2026-09-07 一 10:00",
        "客户工程开工 2026-09-08 二 09:00",
        "客户工程完工 2026-09-09 三 09:00",
        "竣工报验 2026-09-09 三 10:00",
        "手续办结 2026-09-10 四 09:00",
        "竣工检验合格 2026-09-22 二 15:00",
        "装表接电 2026-09-24 四 09:00",
    )
    assert found["regulator.energize"].standing.used == 2
    assert found["local.energize"].standing.used == 11
