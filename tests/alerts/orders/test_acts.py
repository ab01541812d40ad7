"""督办单: opened by hand or by a red level, answered by a date, judged by another person."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from alerts import errors
from alerts.kinds import About, Act, AlertKind, OrderState
from alerts.orders import acts as orders
from alerts.orders.listing import OrderView, one_order
from alerts.orders.listing import orders as list_orders
from alerts.orders.rows import next_number
from alerts.tables import alert, delivery, handling, supervision_order
from alerts.verify import verify_handlings
from limits.terms import Channel, Level, Verdict
from tests.alerts.racing import each_of, race
from tests.alerts.telling import accept, alarms, staffed, sweep
from tests.dates import at, on
from workflow import store
from workflow.book import Book
from workflow.errors import ApplicationUnknown, TextUnstorable
from workflow.people.tables import person
from workflow.publishing import import_notice
from workflow.tables import threshold

EVE = at("2026-09-28 一 15:00")  # before 国庆: 1 to 7 October off, Saturday the 10th worked
MONDAY = at("2026-10-12 一 09:00")
FIRST = "督〔2026〕0001号"
COMMAND = "值班甲"
A_DAY_OFF = """
label = "虚构的调整"
extends = "cn"
[[change]]
year = 2026
notice = "虚构的补充通知"
mark = "X"
holidays = [{ name = "虚构假日", from = 2026-09-29 }]
"""


@pytest.fixture
def company(book: Book) -> Book:
    staffed(book, now=EVE)
    accept(book, "A", EVE)
    return book


def opened(book: Book, when: datetime = EVE, **more: Any) -> str:
    told: dict[str, Any] = {"ask": "请说明超期原因", "actor": COMMAND, "limit": 5, **more}
    if "unit" not in told:
        told.setdefault("application_number", "A")
    return orders.open_order(book, **{"at": when, "now": when, **told}).number


def done(book: Book, what: Any, when: datetime, actor: str, text: str = "写了", number: str = FIRST) -> None:
    what(book, number, actor=actor, at=when, now=when, text=text)


def reply(book: Book, when: datetime, actor: str = "所长甲") -> None:
    done(book, orders.reply, when, actor, "已增派一组")


def view(book: Book, when: datetime, number: str = FIRST) -> OrderView:
    return one_order(book, number, when)


def used_by_day(book: Book, *days: str) -> dict[str, int]:
    return {day: view(book, at(f"2026-{day} 18:00")).reading.used for day in days}


def levels(book: Book) -> list[tuple[str, datetime, bool]]:
    """The alarms of orders: level, instant, and whether it still stands."""
    found = alarms(book, [AlertKind.ORDER], "level", "reached_at", "withdrawn_at")
    return [(Level.of(level).label, reached_at, gone is None) for level, reached_at, gone in found]


def told_of(book: Book) -> list[tuple[str, str, datetime]]:
    """Who heard of what on the desk: the act, the person, and when it is due."""
    joined = delivery.join(person, person.c.id == delivery.c.person_id).join(
        handling, handling.c.id == delivery.c.about_id
    )
    wanted = (
        sa.select(handling.c.act, person.c.name, delivery.c.due_at)
        .select_from(joined)
        .where(delivery.c.about == About.ORDER.value, delivery.c.channel == Channel.DESK.value)
        .order_by(delivery.c.id)
    )
    with store.reading(book.engine) as connection:
        return [(Act.of(row.act).label, row.name, row.due_at) for row in connection.execute(wanted)]


# -- the clock -----------------------------------------------------------------------------------------


def test_the_days_of_an_order_over_the_national_holiday(company: Book) -> None:
    """Five working days from Monday 28 September: the day itself and the holiday do not count."""
    opened(company)
    assert used_by_day(company, "09-28 一", "09-29 二", "09-30 三", "10-01 四", "10-07 三") == {
        "09-28 一": 0,
        "09-29 二": 1,
        "09-30 三": 2,
        "10-01 四": 2,
        "10-07 三": 2,
    }
    assert used_by_day(company, "10-08 四", "10-09 五", "10-10 六", "10-11 日", "10-12 一") == {
        "10-08 四": 3,
        "10-09 五": 4,
        "10-10 六": 5,
        "10-11 日": 5,
        "10-12 一": 6,
    }
    assert view(company, EVE).reading.due_on == on("2026-10-10 六")
    assert view(company, at("2026-10-10 六 23:59")).reading.verdict is Verdict.OPEN
    assert view(company, at("2026-10-11 日 00:00")).reading.verdict is Verdict.OPEN_LATE


def test_the_levels_of_an_order_lie_ahead_from_the_start(company: Book) -> None:
    """Of five days: blue at 3, orange at 4, yellow at 6, red at 7."""
    opened(company)
    assert levels(company) == [
        ("蓝", at("2026-10-08 四 00:00"), True),
        ("橙", at("2026-10-09 五 00:00"), True),
        ("黄", at("2026-10-12 一 00:00"), True),
        ("红", at("2026-10-13 二 00:00"), True),
    ]
    (text,) = alarms(company, [AlertKind.ORDER], "text")[0]
    assert text == f"督办单 {FIRST} 达到蓝色级别：城关供电所应于 2026-10-10（周六）前回复，时限 5 个工作日。"
    assert view(company, at("2026-10-09 五 08:00")).level is Level.ORANGE


def test_a_reply_pauses_and_a_return_opens_a_new_interval(company: Book) -> None:
    opened(company)
    reply(company, at("2026-10-09 五 10:00"))
    paused = view(company, at("2026-10-13 二 09:00"))
    assert (paused.state, paused.reading.used, paused.reading.left) == (OrderState.REPLIED, 4, 1)
    assert (paused.reading.running, paused.reading.due_on) == (False, None)
    done(company, orders.return_, at("2026-10-14 三 10:00"), COMMAND)
    again = view(company, at("2026-10-14 三 10:00"))
    assert (again.state, again.reading.due_on) == (OrderState.RETURNED, on("2026-10-15 四"))
    assert used_by_day(company, "10-14 三", "10-15 四", "10-16 五", "10-19 一") == {
        "10-14 三": 4,
        "10-15 四": 5,
        "10-16 五": 6,
        "10-19 一": 7,
    }
    assert levels(company) == [
        ("蓝", at("2026-10-08 四 00:00"), True),
        ("橙", at("2026-10-09 五 00:00"), True),
        ("黄", at("2026-10-16 五 00:00"), True),
        ("红", at("2026-10-19 一 00:00"), True),
    ]
    assert verify_handlings(company) is None


def test_an_acceptance_stops_the_clock_for_good(company: Book) -> None:
    opened(company)
    reply(company, at("2026-10-09 五 10:00"))
    done(company, orders.accept, at("2026-10-20 二 10:00"), COMMAND, "")
    found = view(company, at("2026-11-20 五 10:00"))
    assert (found.state, found.reading.verdict, found.reading.used) == (
        OrderState.ACCEPTED,
        Verdict.MET,
        4,
    )
    assert [level for level, _, _ in levels(company)] == ["蓝", "橙"]


def test_a_late_reply_stays_late_when_it_is_accepted(company: Book) -> None:
    opened(company)
    reply(company, at("2026-10-12 一 10:00"))
    done(company, orders.accept, at("2026-10-12 一 11:00"), COMMAND)
    assert view(company, MONDAY + timedelta(days=9)).reading.verdict is Verdict.LATE


def test_a_cancelled_order_is_judged_no_more(company: Book) -> None:
    opened(company)
    done(company, orders.cancel, at("2026-10-08 四 10:00"), COMMAND, "下达有误")
    found = view(company, at("2026-10-20 二 10:00"))
    assert (found.state, found.reading.verdict) == (OrderState.CANCELLED, Verdict.TERMINATED)
    assert levels(company) == [("蓝", at("2026-10-08 四 00:00"), True)]


def test_levels_before_a_backdated_reply_was_written_down_are_withdrawn(company: Book) -> None:
    """The reply was given on the 9th and written down on the 12th, when yellow had been told."""
    opened(company)
    monday = at("2026-10-12 一 09:00")
    sweep(company, monday)
    orders.reply(company, FIRST, actor="所长甲", at=at("2026-10-09 五 10:00"), now=monday, text="已派人")
    assert levels(company)[2:] == [("黄", at("2026-10-12 一 00:00"), False)]
    orders.return_(company, FIRST, actor=COMMAND, at=at("2026-10-09 五 11:00"), now=monday, text="不全")
    assert levels(company)[2:] == [
        ("黄", at("2026-10-12 一 00:00"), True),
        ("红", at("2026-10-13 二 00:00"), True),
    ]


def test_a_replied_order_climbs_no_further(company: Book) -> None:
    opened(company)
    yellow = at("2026-10-12 一 09:00")
    sweep(company, yellow)
    with store.reading(company.engine) as connection:
        waiting = sa.select(alert.c.id).where(alert.c.climb_at.is_not(None), alert.c.kind == "order")
        assert connection.scalars(waiting).all()
    reply(company, at("2026-10-12 一 10:00"))
    with store.reading(company.engine) as connection:
        assert connection.scalars(waiting).all() == []


def test_a_notice_moves_an_open_order_and_no_verdict_given(company: Book, tmp_path: Path) -> None:
    opened(company)
    opened(company)
    done(company, orders.cancel, EVE, COMMAND, "重复")
    notice = tmp_path / "extra.toml"
    notice.write_text(A_DAY_OFF, encoding="utf-8")
    moved, _ = import_notice(company, notice, now=EVE, actor="管理员")
    assert verify_handlings(moved) is not None
    assert orders.reschedule_orders(moved, EVE) == 1
    assert one_order(moved, "2026-2", EVE).reading.due_on == on("2026-10-12 一")
    assert levels(moved)[-1] == ("红", at("2026-10-14 三 00:00"), True)
    assert verify_handlings(moved) is None
    assert orders.reschedule_orders(moved, EVE) == 0


# -- opening -------------------------------------------------------------------------------------------


def test_numbers_are_consecutive_in_the_year(company: Book) -> None:
    numbers = [opened(company), opened(company, unit="城关供电所")]
    later = at("2027-01-04 一 09:00")
    assert [*numbers, opened(company, later), opened(company, later)] == [
        FIRST,
        "督〔2026〕0002号",
        "督〔2027〕0001号",
        "督〔2027〕0002号",
    ]
    with store.writing(company.engine) as connection:
        wanted = supervision_order.c.number == "督〔2026〕0002号"
        connection.execute(sa.update(supervision_order).where(wanted).values(number="督〔2026〕9999号"))
        assert next_number(connection, EVE) == "督〔2026〕10000号"
    assert opened(company) == "督〔2026〕10000号"
    assert opened(company) == "督〔2026〕10001号"


def test_an_order_without_a_limit_takes_the_policys(company: Book) -> None:
    opened(company, limit=None)
    found = view(company, EVE)
    assert found.limit == company.rules.policies.escalation(EVE.date()).order_limit == 3
    assert (found.application, found.unit, found.opened_by) == ("A", "城关供电所", COMMAND)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"ask": "  "}, errors.OrderUnreadable),
        ({"ask": "长" * 1001}, errors.OrderUnreadable),
        ({"ask": "空\0"}, errors.OrderUnreadable),
        ({"unit": "  "}, errors.OrderUnaddressed),
        ({"unit": "东岭供电所", "application_number": "A"}, errors.OrderUnaddressed),
        ({"unit": "所" * 129}, errors.OrderUnreadable),
        ({"application_number": "B"}, ApplicationUnknown),
        ({"limit": 0}, errors.OrderLimitInvalid),
        ({"limit": 251}, errors.OrderLimitInvalid),
        ({"actor": ""}, errors.ActorMissing),
        ({"actor": "甲" * 65}, TextUnstorable),
        ({"now": EVE - timedelta(seconds=1)}, errors.ActInFuture),
    ],
)
def test_what_cannot_be_opened_leaves_nothing(
    company: Book, more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        opened(company, **more)
    assert list_orders(company, EVE) == []
    assert opened(company) == FIRST


def red(book: Book) -> list[int]:
    """The red thresholds of application A, by time."""
    wanted = sa.select(threshold.c.id).where(threshold.c.level == Level.RED.value)
    with store.reading(book.engine) as connection:
        return list(connection.scalars(wanted.order_by(threshold.c.crosses_at, threshold.c.id)))


def by_level(book: Book, threshold_id: int, now: datetime) -> orders.Opened:
    with store.writing(book.engine) as connection:
        return orders.open_for_level(connection, book, threshold_id, now)


LATE = at("2026-10-20 二 10:00")


def test_a_red_level_opens_one_order_dated_from_when_it_is_told_of(company: Book) -> None:
    first = by_level(company, red(company)[0], LATE)
    assert by_level(company, red(company)[0], LATE) == first
    assert first == orders.Opened(first.id, FIRST)
    found = view(company, LATE)
    assert (found.opened_by, found.opened_at) == (orders.AUTOMATIC, LATE)
    assert found.acts[0].recorded_at == LATE
    assert found.ask == (
        "申请 A 的“地方·全过程”于 2026-10-09 达到红色级别。请查明原因，制定措施，限期办结并书面回复。"
    )
    assert verify_handlings(company) is None


def test_another_red_level_is_attached_while_an_order_stands(company: Book) -> None:
    first, second, *_ = red(company)
    assert not by_level(company, first, LATE).attached
    attached = by_level(company, second, LATE)
    assert (attached.number, attached.attached) == (FIRST, True)
    assert by_level(company, second, LATE) == attached
    assert [each.act for each in view(company, LATE).acts] == [Act.OPENED, Act.ATTACHED]
    reply(company, LATE)
    done(company, orders.accept, LATE, COMMAND)
    assert by_level(company, second, LATE) == attached, "it was dealt with there"
    assert view(company, LATE).state is OrderState.ACCEPTED


def test_after_an_order_has_ended_the_next_red_level_opens_another(company: Book) -> None:
    first, second, *_ = red(company)
    by_level(company, first, LATE)
    reply(company, LATE)
    done(company, orders.accept, LATE, COMMAND)
    assert by_level(company, second, LATE).number == "督〔2026〕0002号"


def test_the_sweep_opens_the_order_of_a_red_level(company: Book) -> None:
    assert sweep(company, at("2026-10-09 五 00:01")).orders == 1
    assert sweep(company, at("2026-10-09 五 00:02")).orders == 0
    (found,) = list_orders(company, LATE)
    assert (found.application, found.state) == ("A", OrderState.OPEN)
    assert [name for _, name, _ in told_of(company)] == ["所长甲", "李四"]
    assert {due for _, _, due in told_of(company)} == {at("2026-10-09 五 08:30")}


# -- answering and judging -----------------------------------------------------------------------------


def test_who_hears_of_what(company: Book) -> None:
    opened(company)
    saturday = at("2026-10-17 六 12:00")
    reply(company, at("2026-10-09 五 10:00"))
    done(company, orders.return_, at("2026-10-09 五 19:00"), COMMAND)
    reply(company, saturday)
    done(company, orders.accept, saturday, COMMAND)
    assert told_of(company) == [
        ("下达", "所长甲", EVE),
        ("下达", "李四", EVE),
        ("回复", COMMAND, at("2026-10-09 五 10:00")),
        ("退回", "所长甲", at("2026-10-10 六 08:30")),
        ("退回", "李四", at("2026-10-10 六 08:30")),
        ("回复", COMMAND, at("2026-10-19 一 08:30")),
        ("办结认可", "所长甲", at("2026-10-19 一 08:30")),
    ]


def test_nobody_to_tell_is_an_alarm(book: Book) -> None:
    orders.open_order(book, ask="说明", actor=COMMAND, at=EVE, now=EVE, unit="西岭供电所")
    ((level, text),) = alarms(book, [AlertKind.NOBODY], "level", "text")
    assert level == "red"
    assert "西岭供电所没有所长、客户经理" in text


def refused(book: Book, what: Any, when: datetime, actor: str, text: str = "写了") -> str:
    before = view(book, when)
    with pytest.raises(errors.OrderActRefused) as error:
        done(book, what, when, actor, text)
    assert view(book, when) == before
    return error.value.message


def test_each_act_has_its_place(company: Book) -> None:
    opened(company)
    when = at("2026-10-09 五 10:00")
    for what in (orders.accept, orders.return_):
        assert f"它现在“待回复”（{COMMAND} 于 2026-09-28 15:00 下达）" in refused(
            company, what, when, COMMAND
        )
    reply(company, when)
    assert "它现在“待认可”（所长甲" in refused(company, orders.reply, when, "李四")
    done(company, orders.return_, when, COMMAND)
    assert "它现在“已退回”" in refused(company, orders.accept, when, COMMAND)
    reply(company, when)
    done(company, orders.accept, when, COMMAND)
    for what in (orders.reply, orders.accept, orders.return_, orders.cancel):
        assert "它现在“已办结”" in refused(company, what, when, "王五")


def test_two_pairs_of_eyes(company: Book) -> None:
    opened(company)
    when = at("2026-10-09 五 10:00")
    assert f"{COMMAND} 是下达人" in refused(company, orders.reply, when, f"{COMMAND} ")
    reply(company, when)
    for what in (orders.accept, orders.return_):
        assert "所长甲 是回复人" in refused(company, what, when, "所长甲")


def test_what_needs_a_reason_is_not_taken_without(company: Book) -> None:
    opened(company)
    when = at("2026-10-09 五 10:00")
    assert "没有写原因和措施" in refused(company, orders.reply, when, "所长甲", " ")
    assert "没有写撤销的原因" in refused(company, orders.cancel, when, COMMAND, "")
    reply(company, when)
    assert "没有写退回的原因" in refused(company, orders.return_, when, COMMAND, "")


def test_an_order_nobody_opened(company: Book) -> None:
    with pytest.raises(errors.OrderUnknown):
        reply(company, EVE)
    opened(company, MONDAY)
    with pytest.raises(errors.OrderUnknown):
        view(company, EVE)


def test_the_list_as_it_stood(company: Book) -> None:
    opened(company)
    opened(company, unit="东岭供电所")
    when = at("2026-10-09 五 10:00")
    reply(company, when)
    two, one = list_orders(company, when)
    assert (one.number, one.state, two.number, two.state) == (
        FIRST,
        OrderState.REPLIED,
        "督〔2026〕0002号",
        OrderState.OPEN,
    )
    assert [each.state for each in list_orders(company, EVE)] == [OrderState.OPEN] * 2
    assert list_orders(company, EVE - timedelta(days=1)) == []
    assert list_orders(company, when, state=OrderState.REPLIED) == [one]
    assert list_orders(company, when, unit="东岭供电所") == [two]
    assert list_orders(company, when, application_number="A") == [one]
    assert list_orders(company, when, limit=1) == [two]
    assert list_orders(company, when, after=two.id) == [one]
    assert list_orders(company, when, after=one.id) == []
    assert view(company, when, "2026-1") == view(company, when, FIRST) == one


def test_the_list_reads_on_until_it_has_enough(company: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(company)
    for _ in range(4):
        opened(company, unit="东岭供电所")
    monkeypatch.setattr("alerts.orders.listing.PAGE", 2)
    when = at("2026-10-09 五 10:00")
    reply(company, when)
    assert [each.number for each in list_orders(company, when, state=OrderState.REPLIED)] == [FIRST]
    assert [int(each.number[-5:-1]) for each in list_orders(company, when, limit=200)] == [5, 4, 3, 2, 1]


# -- at once -------------------------------------------------------------------------------------------


def test_processes_that_open_at_once_get_consecutive_numbers(company: Book) -> None:
    told: dict[str, Any] = {"ask": "说明", "at": EVE, "now": EVE, "application_number": "A"}
    found = race(company, *each_of("open", ["甲", "乙", "丙", "丁"], **told))
    assert found == [f"督〔2026〕000{n}号" for n in range(1, 5)]
    assert verify_handlings(company) is None


def test_red_levels_of_one_application_at_once_make_one_order(company: Book) -> None:
    first, second, third, *_ = red(company)
    jobs = [("level", {"threshold_id": each, "now": LATE}) for each in (first, second, third, first)]
    found = race(company, *jobs)
    assert {each.removesuffix(" attached") for each in found} == {FIRST}
    acts = [each.act for each in view(company, LATE).acts]
    assert acts == [Act.OPENED, Act.ATTACHED, Act.ATTACHED]
    assert verify_handlings(company) is None


def test_of_processes_that_judge_at_once_one_wins(company: Book) -> None:
    opened(company)
    when = at("2026-10-09 五 10:00")
    reply(company, when)
    told: dict[str, Any] = {"number": FIRST, "at": when, "now": when, "text": "可以"}
    assert race(company, *each_of("accept", [COMMAND, "总经理", "监督员甲"], **told)) == [
        "done",
        "order_act_refused",
        "order_act_refused",
    ]
    assert view(company, when).state is OrderState.ACCEPTED


def test_what_an_answered_order_reached_climbs_no_more(company: Book) -> None:
    """Yellow at midnight, answered at nine; the sweep came only at ten."""
    opened(company)
    reply(company, at("2026-10-12 一 09:00"))
    ten = at("2026-10-12 一 10:00")
    sweep(company, ten)
    with store.reading(company.engine) as connection:
        ours = sa.select(alert.c.level, alert.c.climb_at).where(
            alert.c.kind == "order", alert.c.told_at == ten, alert.c.withdrawn_at.is_(None)
        )
        found = connection.execute(ours.order_by(alert.c.reached_at)).all()
    assert "yellow" in {row.level for row in found}
    assert {row.climb_at for row in found} == {None}
