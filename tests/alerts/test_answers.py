"""签收、答复、闭环: each with who and when, in that order, by two pairs of eyes."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from alerts import errors
from alerts.answers import acknowledge, answer, close
from alerts.handlings import Subject, handled
from alerts.kinds import AlertKind, DeliveryState, Handling
from alerts.listing import AlertView, alerts, one_alert
from alerts.tables import alert
from limits.force import Layer
from limits.terms import CustomerClass, Level
from tests.alerts.racing import each_of, race
from tests.alerts.telling import accept, climb, staffed, sweep
from tests.dates import at
from workflow import cases, store
from workflow.book import Book

YELLOW = at("2026-10-15 四 00:00")
NOW = at("2026-10-15 四 10:00")
LATER = NOW + timedelta(hours=1)
WHEN: dict[str, Any] = {"at": NOW, "now": NOW}


@pytest.fixture
def company(book: Book) -> Book:
    """One household that has reached yellow, and one that has reached blue."""
    staffed(book)
    accept(book, "A", at("2026-10-12 一 09:00"))
    accept(book, "B", at("2026-10-14 三 09:00"))
    sweep(book, at("2026-10-15 四 00:01"))
    return book


def yellow(book: Book, now: Any = NOW) -> AlertView:
    (found,) = (
        each for each in alerts(book, now, level=Level.YELLOW, number="A") if each.layer is Layer.LOCAL
    )
    return found


def climb_at(book: Book, alert_id: int) -> Any:
    with store.reading(book.engine) as connection:
        return connection.scalar(sa.select(alert.c.climb_at).where(alert.c.id == alert_id))


def test_an_alarm_is_acknowledged_answered_and_closed(company: Book) -> None:
    which = yellow(company).id
    assert climb_at(company, which) is not None
    acknowledge(company, which, actor="所长甲", **WHEN)
    assert climb_at(company, which) is None
    assert yellow(company).state is Handling.ACKNOWLEDGED
    answer(company, which, actor="李四", at=NOW, now=LATER, text="表计缺货，十六日到")
    assert yellow(company).state is Handling.ANSWERED
    close(company, which, actor="值班甲", at=LATER, now=LATER, text="已核实")
    assert yellow(company).state is Handling.ANSWERED, "as of ten o'clock"
    found = yellow(company, LATER)
    assert found.state is Handling.CLOSED
    assert [(each.act.label, each.actor, each.at, each.recorded_at, each.text) for each in found.acts] == [
        ("签收", "所长甲", NOW, NOW, ""),
        ("答复", "李四", NOW, LATER, "表计缺货，十六日到"),
        ("闭环", "值班甲", LATER, LATER, "已核实"),
    ]


def test_what_was_answered_climbs_no_further(company: Book) -> None:
    which = yellow(company).id
    answer(company, which, actor="李四", text="表计缺货", **WHEN)
    climb(company, at("2026-10-16 五 12:00"))
    assert climb_at(company, which) is None
    assert yellow(company).state is Handling.ANSWERED


def refused(book: Book, do: Any, which: int, actor: str, text: str = "写了", **when: Any) -> str:
    before = len(one_alert(book, which, LATER).acts)
    with pytest.raises(errors.AlertActRefused) as error:
        do(book, which, actor=actor, text=text, **{**WHEN, **when})
    assert len(one_alert(book, which, LATER).acts) == before
    return error.value.message


def test_each_person_acknowledges_once(company: Book) -> None:
    which = yellow(company).id
    acknowledge(company, which, actor="所长甲", **WHEN)
    acknowledge(company, which, actor="值班甲", **WHEN)
    answer(company, which, actor="李四", text="表计缺货", **WHEN)
    assert "所长甲 已于 2026-10-15 10:00 签收" in refused(company, acknowledge, which, "所长甲 ")
    assert "李四 已于 2026-10-15 10:00 答复" in refused(company, acknowledge, which, "李四")


def test_an_answer_says_something(company: Book) -> None:
    which = yellow(company).id
    assert "没有写原因和措施" in refused(company, answer, which, "李四", "  ")


def test_closing_needs_an_answer_by_somebody_else_and_a_text(company: Book) -> None:
    which = yellow(company).id
    assert "还没有答复" in refused(company, close, which, "值班甲")
    answer(company, which, actor="李四", text="表计缺货", **WHEN)
    answer(company, which, actor="所长甲", text="已催办", **WHEN)
    assert "李四 是答复人" in refused(company, close, which, "李四")
    assert "所长甲 是答复人" in refused(company, close, which, "所长甲")
    assert "没有写核实的情况" in refused(company, close, which, "值班甲", "")


def test_nothing_comes_after_closing(company: Book) -> None:
    which = yellow(company).id
    answer(company, which, actor="李四", text="表计缺货", **WHEN)
    close(company, which, actor="值班甲", text="已核实", **WHEN)
    for do in (acknowledge, answer, close):
        assert "值班甲 已于 2026-10-15 10:00 闭环" in refused(company, do, which, "赵六")


def test_an_alarm_not_reached_by_then_cannot_be_answered(company: Book) -> None:
    which = yellow(company).id
    before = YELLOW - timedelta(seconds=1)
    assert "2026-10-15 00:00 才达到" in refused(company, answer, which, "李四", at=before)
    acknowledge(company, which, actor="李四", at=YELLOW, now=NOW)


def test_an_alarm_undone_by_a_correction_needs_no_answer(company: Book) -> None:
    which = yellow(company).id
    cases.energize(company, "A", at=NOW, now=NOW, actor="装表员")
    moved = at("2026-10-13 二 10:00")
    cases.correct(
        company, "A", seq=2, reason="录入笔误", occurred_at=moved, at=LATER, now=LATER, actor="班长甲"
    )
    assert "撤销，不需要处理" in refused(company, answer, which, "李四", at=LATER, now=LATER)
    assert one_alert(company, which, LATER).withdrawn_at == LATER
    assert which not in {each.id for each in alerts(company, LATER, state=Handling.NEW)}
    assert which in {each.id for each in alerts(company, LATER)}, "what was reached is never deleted"


def test_nobody_answers_an_alarm_that_is_not_there(company: Book) -> None:
    with pytest.raises(errors.AlertUnknown):
        answer(company, 999, actor="李四", text="表计缺货", **WHEN)


def test_the_list_says_what_whose_and_who_was_told(company: Book) -> None:
    found = yellow(company)
    assert found.kind is AlertKind.LEVEL
    assert (found.reached_at, found.number, found.customer_class) == (YELLOW, "A", CustomerClass.LV_RESIDENT)
    assert (found.station, found.manager, found.clock) == ("城关供电所", "李四", "全过程")
    assert found.said == "申请 A 的“地方·全过程”达到黄色级别。"
    assert found.deliveries[DeliveryState.SENT] >= 3
    assert set(found.deliveries) == {DeliveryState.SENT, DeliveryState.PENDING}


def test_the_list_is_cut_by_state_level_unit_and_number(company: Book) -> None:
    acknowledge(company, yellow(company).id, actor="所长甲", **WHEN)
    everything = alerts(company, NOW)
    assert everything == sorted(everything, key=lambda each: (each.reached_at, each.id), reverse=True)
    assert {each.number for each in alerts(company, NOW, number="B")} == {"B"}
    assert alerts(company, NOW, unit="东岭供电所") == []
    assert alerts(company, NOW, unit="城关供电所") == everything
    assert {each.level for each in alerts(company, NOW, level=Level.BLUE)} == {Level.BLUE}
    assert alerts(company, NOW, limit=1) == everything[:1]
    for state in Handling:
        expected = [each for each in everything if each.state is state]
        assert alerts(company, NOW, state=state) == expected
    assert [each.id for each in alerts(company, NOW, state=Handling.ACKNOWLEDGED)] == [yellow(company).id]
    assert alerts(company, at("2026-10-12 一 10:00")) == []


@pytest.mark.parametrize("oldest_first", [False, True])
def test_the_list_a_page_at_a_time(company: Book, oldest_first: bool) -> None:
    """Several levels fall on one instant, so the id tells them apart; what comes on top moves nothing."""
    everything = alerts(company, NOW, oldest_first=oldest_first)
    assert len({each.reached_at for each in everything}) < len(everything)
    found, after = list[AlertView](), None
    while page := alerts(company, NOW, oldest_first=oldest_first, after=after, limit=2):
        found += page
        after = page[-1].key
    assert found == everything


def test_of_two_processes_that_acknowledge_for_one_person_one_wins(company: Book) -> None:
    which = yellow(company).id
    same = each_of("acknowledge", ["所长甲", "所长甲"], alert_id=which, **WHEN)
    assert race(company, *same, *each_of("acknowledge", ["值班甲"], alert_id=which, **WHEN)) == [
        "alert_act_refused",
        "done",
        "done",
    ]
    assert sorted(each.actor for each in yellow(company).acts) == ["值班甲", "所长甲"]
    with store.reading(company.engine) as connection:
        assert [each.seq for each in handled(connection, Subject.ALERT, [which])[which]] == [1, 2]


def test_an_answer_sent_twice_at_one_moment_is_recorded_once(company: Book) -> None:
    which = yellow(company).id
    same = each_of("answer", ["所长甲"] * 3, alert_id=which, text="表计缺货", **WHEN)
    assert race(company, *same) == ["done"] * 3
    assert [each.text for each in yellow(company).acts] == ["表计缺货"]
