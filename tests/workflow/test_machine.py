"""Two machines, two skips, three inspections: what may follow what, and why not (domain §3)."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.policy import Check
from limits.terms import CustomerClass, Status, Step
from tests.dates import on
from tests.workflow.stories import HIGH, IMPORTANT, LOW, MICRO, RULES, event_type, facts
from workflow.events import BESIDE_STEPS, EventType
from workflow.history import Registration
from workflow.machine import MoveRefused, Position, State, StepMachine, machine_for, replay

E = EventType
DAY = on("2026-10-09 五")
RESIDENT = replace(LOW, customer_class=CustomerClass.LV_RESIDENT)
TRANSFER = replace(HIGH, customer_class=CustomerClass.HV_TRANSFER)
EVERYBODY = [RESIDENT, LOW, MICRO, HIGH, IMPORTANT, TRANSFER]
WITHOUT_WORKS = [replace(each, customer_works=False) for each in EVERYBODY]


def started(registration: Registration) -> tuple[StepMachine, Position]:
    machine = machine_for(RULES.policies, registration, DAY)
    checks = RULES.policies.checks_for(registration.customer_class, DAY)
    return machine, machine.start(registration, checks)


def after(registration: Registration, *labels: str) -> tuple[StepMachine, Position]:
    """Where an application stands after these events, every one of them legal."""
    machine, position = started(registration)
    for label in labels:
        machine.advance(position, event_type(label), number="1")
    return machine, position


def reasons(registration: Registration, before: Iterable[str], label: str) -> list[str]:
    machine, position = after(registration, *before)
    return machine.can_advance(position, event_type(label))


# Steps


@pytest.mark.parametrize(
    ("high", "works", "proactive", "steps"),
    [
        (True, True, False, "用电申请 供电方案答复 客户外部工程实施 装表接电"),  # 高压
        (True, True, True, "供电方案答复 客户外部工程实施 装表接电"),  # 高压主动
        (True, False, False, "用电申请 供电方案答复 装表接电"),  # 高压红线
        (True, False, True, "供电方案答复 装表接电"),  # both
        (False, True, False, "用电申请 客户外部工程实施 装表接电"),  # 低压
        (False, False, False, "用电申请 装表接电"),  # 低压居民, 小微
        (False, True, True, "客户外部工程实施 装表接电"),
        (False, False, True, "装表接电"),  # 小微主动
    ],
)
def test_the_published_variants(high: bool, works: bool, proactive: bool, steps: str) -> None:
    rule = RULES.policies.machine(high=high, on=DAY)
    found = rule.steps_for(customer_works=works, proactive=proactive)
    assert " ".join(step.label for step in found) == steps


@pytest.mark.parametrize("registration", EVERYBODY + WITHOUT_WORKS)
def test_acceptance_leads_to_the_step_the_customer_experiences_next(registration: Registration) -> None:
    rule = machine_for(RULES.policies, registration, DAY).rule
    steps = rule.steps_for(customer_works=registration.customer_works, proactive=False)
    _, position = after(registration, "受理")
    assert position.state == steps[1].value


# Whole lives

LOW_LIFE = ["受理", "装表接电", "归档"]
LOW_WORKS_LIFE = ["受理", "客户工程开工", "客户工程完工", "装表接电", "归档"]
BOUNDARY_LIFE = ["受理", "供电方案审批", "供电方案答复", "手续办结", "装表接电", "归档"]
TO_WORKS = ["受理", "供电方案答复", "客户工程开工"]
HIGH_LIFE = [
    *TO_WORKS,
    "客户工程完工",
    "竣工报验",
    "竣工检验开始",
    "竣工检验合格",
    "手续办结",
    "装表接电",
    "归档",
]
DESIGNED = [*TO_WORKS, "设计报审", "设计审查合格"]
INSPECTED = [*DESIGNED, "中间检查申请", "中间检查开始", "中间检查合格"]
IMPORTANT_LIFE = [*INSPECTED, *HIGH_LIFE[3:]]


@pytest.mark.parametrize(
    ("registration", "life"),
    [
        (RESIDENT, LOW_LIFE),
        (MICRO, LOW_LIFE),
        (LOW, LOW_LIFE),
        (replace(LOW, customer_works=True), LOW_WORKS_LIFE),
        (replace(HIGH, customer_works=False), BOUNDARY_LIFE),
        (replace(IMPORTANT, customer_works=False), BOUNDARY_LIFE),
        (HIGH, HIGH_LIFE),
        (IMPORTANT, IMPORTANT_LIFE),
        (TRANSFER, IMPORTANT_LIFE),
    ],
)
def test_a_whole_life_ends_archived_and_then_the_customer_alone_has_something_to_say(
    registration: Registration, life: list[str]
) -> None:
    machine, position = after(registration, *life)
    assert State.of(position.state).status is Status.ARCHIVED
    assert [event for event in EventType if machine.can_advance(position, event) == []] == [E.RATED]


NOT_WAITED_FOR = {"中间检查开始", "竣工检验开始"}  # [34] waits for an inspection's end, [27] for its start


@pytest.mark.parametrize("left_out", [label for label in IMPORTANT_LIFE if label not in NOT_WAITED_FOR])
def test_no_part_of_the_longest_life_can_be_left_out(left_out: str) -> None:
    """Whatever is still possible without it, the application is never archived."""
    machine, position = started(IMPORTANT)
    for label in IMPORTANT_LIFE:
        if label != left_out and machine.can_advance(position, event_type(label)) == []:
            machine.advance(position, event_type(label), number="1")
    assert position.state != State.ARCHIVED.value


# Refusals, each with its reason


@pytest.mark.parametrize(
    ("registration", "before", "label", "reason"),
    [
        (HIGH, [], "供电方案答复", "待受理"),
        (HIGH, ["受理"], "受理", "待答复供电方案"),
        (HIGH, ["受理"], "客户工程开工", "待答复供电方案"),
        (HIGH, ["受理"], "装表接电", "待答复供电方案"),
        (HIGH, ["受理", "供电方案答复"], "供电方案答复", "客户工程实施中"),
        (HIGH, ["受理", "供电方案答复"], "客户工程完工", "客户工程尚未开工"),
        (HIGH, TO_WORKS, "客户工程开工", "客户工程已开工"),
        (HIGH, TO_WORKS, "竣工报验", "客户工程尚未完工"),
        (HIGH, TO_WORKS, "竣工检验合格", "没有在办的竣工检验"),
        (HIGH, [*HIGH_LIFE[:5]], "竣工报验", "竣工检验已在办"),
        (HIGH, [*HIGH_LIFE[:6]], "竣工检验开始", "竣工检验已开始"),
        (HIGH, HIGH_LIFE[:7], "装表接电", "手续尚未办结"),
        (HIGH, HIGH_LIFE[:8], "手续办结", "手续已办结"),
        (HIGH, HIGH_LIFE[:8], "归档", "待装表接电"),
        (HIGH, HIGH_LIFE[:9], "装表接电", "已接电待归档"),
        (HIGH, HIGH_LIFE, "终止", "已归档"),
        # an inspection the class does not have
        (HIGH, TO_WORKS, "设计报审", "该类客户不作设计审查"),
        (HIGH, TO_WORKS, "中间检查申请", "该类客户不作中间检查"),
        (LOW, ["受理"], "设计报审", "低压流程没有"),
        (LOW, ["受理"], "中间检查申请", "低压流程没有"),
        (LOW, ["受理"], "竣工报验", "低压流程没有"),
        # an inspection the class must have
        (IMPORTANT, TO_WORKS, "中间检查申请", "设计审查尚未合格"),
        (IMPORTANT, [*TO_WORKS, "客户工程完工"], "竣工报验", "设计审查尚未合格"),
        (IMPORTANT, [*DESIGNED, "客户工程完工"], "竣工报验", "中间检查尚未合格"),
        # each opinion is given once
        (IMPORTANT, DESIGNED, "设计审查合格", "没有在审的设计"),
        (IMPORTANT, DESIGNED, "设计报审", "设计审查已合格"),
        (IMPORTANT, INSPECTED, "中间检查申请", "中间检查已合格"),
        # supporting works
        (LOW, ["受理"], "配套工程完工", "配套工程没有在建"),
        (LOW, ["受理", "配套工程开工"], "配套工程开工", "配套工程已开工"),
        (LOW, ["受理", "配套工程开工"], "装表接电", "配套工程尚未完工"),
        # side states
        (LOW, ["受理"], "恢复", "申请没有挂起"),
        (LOW, ["受理", "挂起"], "挂起", "申请已处于挂起状态"),
        (LOW, ["受理", "挂起"], "装表接电", "须先恢复"),
        (LOW, ["受理", "终止"], "装表接电", "已终止"),
        (LOW, ["受理", "作废"], "受理", "已作废"),
    ],
)
def test_a_move_that_cannot_be_says_why(
    registration: Registration, before: list[str], label: str, reason: str
) -> None:
    machine, position = after(registration, *before)
    held = replace(position)
    assert reason in "；".join(machine.can_advance(position, event_type(label)))
    with pytest.raises(MoveRefused) as refused:
        machine.advance(position, event_type(label), number="4126100900001")
    assert reason in refused.value.message
    assert f"“{label}”" in refused.value.message
    assert "4126100900001" in refused.value.message
    assert position == held


def test_every_reason_is_told_at_once() -> None:
    found = reasons(IMPORTANT, [*TO_WORKS, "挂起"], "竣工报验")
    assert found == ["申请处于挂起状态，须先恢复", "客户工程尚未完工", "设计审查尚未合格", "中间检查尚未合格"]


# A failed inspection sends the customer back to works


@pytest.mark.parametrize(
    ("before", "request_", "failed", "passed"),
    [
        (TO_WORKS, "设计报审", "设计审查不合格", "设计审查合格"),
        (DESIGNED, "中间检查申请", "中间检查不合格", "中间检查合格"),
        ([*INSPECTED, "客户工程完工"], "竣工报验", "竣工检验不合格", "竣工检验合格"),
    ],
)
def test_a_failed_inspection_sends_back_to_works_and_may_be_asked_again(
    before: list[str], request_: str, failed: str, passed: str
) -> None:
    machine, position = after(IMPORTANT, *before, request_, failed)
    assert position.state == State.WORKS.value
    assert machine.can_advance(position, event_type(passed)) != []
    _, position = after(IMPORTANT, *before, request_, failed, request_, failed, request_, passed)
    assert position.state == (State.ENERGIZE if passed == "竣工检验合格" else State.WORKS).value


def test_the_repeated_inspection_is_started_anew() -> None:
    _, position = after(HIGH, *HIGH_LIFE[:6], "竣工检验不合格", "竣工报验", "竣工检验开始", "竣工检验合格")
    assert position.state == State.ENERGIZE.value


@pytest.mark.parametrize("registration", WITHOUT_WORKS[3:])
def test_without_customer_works_nothing_is_inspected(registration: Registration) -> None:
    """投资至红线: `works` is skipped, and the inspections lie inside works and only there."""
    machine, position = after(registration, "受理", "供电方案答复")
    assert position.state == State.ENERGIZE.value
    for label in ("设计报审", "中间检查申请", "竣工报验"):
        assert machine.can_advance(position, event_type(label)) != []


# Suspension


@pytest.mark.parametrize("registration", EVERYBODY + WITHOUT_WORKS)
@pytest.mark.parametrize("event", EventType)
def test_a_suspended_application_never_moves(registration: Registration, event: EventType) -> None:
    """§3: a side state from any open step; only resuming, ending or voiding leads out of it."""
    out = {E.RESUMED, E.TERMINATED, E.VOIDED}
    beside = {  # somebody else's time, only a date on paper, or beside the steps: no step depends on them
        *BESIDE_STEPS,
        E.CONTRACT_AGREED,
        E.CONSTRAINT_FOUND,
        E.CONSTRAINT_REPORTED,
        E.APPROVALS_SUBMITTED,
        E.APPROVALS_GRANTED,
    }
    machine, position = after(registration, "受理", "挂起")
    state = position.state
    possible = machine.can_advance(position, event) == []
    assert not possible or event in out | beside
    if possible and event in beside:
        machine.advance(position, event, number="1")
        assert position.state == state
        assert machine.can_advance(position, E.ENERGIZED) != []


def test_suspension_is_beside_the_step_and_resuming_goes_on_there() -> None:
    _, position = after(HIGH, *TO_WORKS)
    _, resumed = after(HIGH, *TO_WORKS, "挂起", "恢复")
    assert resumed == position


# Asking and answering agree

EVENTS = st.lists(st.sampled_from(EventType), max_size=40)


@given(st.sampled_from(EVERYBODY + WITHOUT_WORKS), EVENTS)
def test_can_advance_and_advance_agree_on_any_history(
    registration: Registration, events: list[EventType]
) -> None:
    """One form answers, one raises; what is refused changes nothing."""
    machine, position = started(registration)
    for event in events:
        held = replace(position)
        answer = machine.can_advance(position, event)
        assert position == held
        if answer:
            with pytest.raises(MoveRefused) as refused:
                machine.advance(position, event, number="1")
            assert refused.value.facts["reasons"] == "；".join(answer)
            assert position == held
        else:
            machine.advance(position, event, number="1")
        suspended = machine.can_advance(position, E.SUSPENDED) == ["申请已处于挂起状态"]
        assert not suspended or machine.can_advance(position, E.ENERGIZED) != []


@given(st.sampled_from(EVERYBODY + WITHOUT_WORKS), EVENTS)
def test_an_application_never_goes_back_to_an_earlier_step(
    registration: Registration, events: list[EventType]
) -> None:
    machine, position = started(registration)
    order = [state.value for state in State]
    for event in events:
        before = order.index(position.state)
        if machine.can_advance(position, event) == []:
            machine.advance(position, event, number="1")
        else:
            machine.force(position, event)  # a ledger may tell what cannot be
        assert order.index(position.state) >= before


# What a ledger tells although it cannot be: taken, and found


def test_energized_before_the_inspection_is_taken_and_found() -> None:
    machine, position = started(HIGH)
    step, impossible = replay(
        machine,
        position,
        facts(
            "受理 2026-10-09 五 09:00",
            "供电方案答复 2026-10-12 一 09:00",
            "装表接电 2026-10-13 二 09:00",
            "竣工报验 2026-10-14 三 09:00",
        ),
    )
    assert step is Step.ENERGIZE
    assert [each.fact.type for each in impossible] == [E.ENERGIZED, E.COMPLETION_REPORTED]
    assert impossible[0].reasons == ("当前为“客户工程实施中”",)


@pytest.mark.parametrize("extra", ["设计报审", "中间检查申请"])
def test_a_check_the_class_does_not_have_is_taken_and_found(extra: str) -> None:
    machine, position = started(HIGH)
    life = [f"{label} 2026-10-09 五 {10 + index}:00" for index, label in enumerate(TO_WORKS)]
    _, impossible = replay(machine, position, facts(*life, f"{extra} 2026-10-12 一 09:00"))
    assert [(each.fact.type.label, "该类客户不作" in each.reasons[0]) for each in impossible] == [
        (extra, True)
    ]


def test_a_possible_history_has_nothing_to_find() -> None:
    machine, position = started(IMPORTANT)
    life = [f"{label} 2026-10-09 五 {5 + index:02}:00" for index, label in enumerate(IMPORTANT_LIFE)]
    step, impossible = replay(machine, position, facts(*life))
    assert (step, impossible, position.state) == (Step.ENERGIZE, [], State.ARCHIVED.value)


def test_two_touching_suspensions_are_a_possible_history() -> None:
    """Resumed and suspended again at the same minute, as a sheet with dates only tells it."""
    machine, position = started(LOW)
    lines = (
        "受理 2026-11-02 一 09:00",
        "挂起 2026-11-03 二 00:00",
        "恢复 2026-11-10 二 00:00",
        "挂起 2026-11-10 二 00:00",
        "恢复 2026-11-18 三 00:00",
    )
    assert replay(machine, position, facts(*lines))[1] == []


def test_the_checks_are_bits_of_the_position_and_not_of_the_machine() -> None:
    """One machine serves every application of its voltage."""
    ordinary, important = started(HIGH), started(IMPORTANT)
    assert ordinary[0] is important[0]
    assert RULES.policies.checks_for(CustomerClass.HV_ORDINARY, DAY) == {Check.FINAL_INSPECTION}
    assert ordinary[1] != important[1]
