"""What the messages say, read as the person who gets them."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from alerts.kinds import About, Act, AlertKind, DeliveryState
from alerts.messages.composing import compose
from alerts.messages.digest_figures import figures_of
from alerts.senders.message import Message
from alerts.tables import alert, delivery, handling, supervision_order
from limits.terms import Channel, Level, Post
from tests.dates import at, on
from tests.workflow.histories import ORDINARY, PAUSE, RESIDENT, START, Told, accept, tell
from workflow import cases, store
from workflow.book import Book
from workflow.people import tables as people_tables
from workflow.people.organisation import UnitKind
from workflow.tables import application, threshold

DESK = "http://desk.example:8000/"
NUMBER = "4126100900001"
KNOWN = at("2026-01-05 一 09:00")


def insert(book: Book, table: sa.Table, **row: Any) -> int:
    with store.writing(book.engine) as connection:
        key = connection.execute(sa.insert(table).values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def person(book: Book, name: str, *posts: tuple[int, Post]) -> int:
    """A person with what they are there for."""
    found = insert(book, people_tables.person, code=f"G{name}", name=name)
    for unit, post in posts:
        insert(
            book,
            people_tables.appointment,
            person_id=found,
            unit_id=unit,
            post=post.value,
            since=on("2026-01-01 四"),
        )
    return found


def organisation(book: Book) -> tuple[int, int]:
    """The company and one station of it."""
    company = insert(
        book, people_tables.unit, name="示例县供电公司", kind=UnitKind.COMPANY.value, recorded_at=KNOWN
    )
    station = insert(
        book,
        people_tables.unit,
        name="东岭供电所",
        kind=UnitKind.STATION.value,
        parent_id=company,
        recorded_at=KNOWN,
    )
    return company, station


def reached(book: Book, level: Level, number: str = NUMBER, name: str = "reply", layer: str = "local") -> int:
    """The alarm of one level of one clock, as a sweep raises it."""
    wanted = (
        sa.select(threshold)
        .join(application, application.c.id == threshold.c.application_id)
        .where(
            application.c.number == number,
            threshold.c.layer == layer,
            threshold.c.name == name,
            threshold.c.level == level.value,
        )
    )
    with store.reading(book.engine) as connection:
        row = connection.execute(wanted).one()
    return insert(
        book,
        alert,
        kind=AlertKind.LEVEL.value,
        key=f"level:{row.id}",
        level=level.value,
        reached_at=row.crosses_at,
        threshold_id=row.id,
        application_id=row.application_id,
        layer=layer,
        name=name,
        unit="东岭供电所",
        text="",
    )


def message(
    book: Book, about: About, about_id: int, now: datetime, *, to: int, instead_of: int | None = None
) -> Message:
    """What ``to`` is told at ``now``."""
    row_id = insert(
        book,
        delivery,
        about=about.value,
        about_id=about_id,
        person_id=to,
        for_person_id=instead_of,
        channel=Channel.WECOM.value,
        address="城关",
        message_id=f"{about}-{about_id}-{to}-wecom",
        state=DeliveryState.SENDING.value,
        reason="",
        attempts=0,
        created_at=now,
        urgent=False,
        due_at=now,
        fence=1,
    )
    with store.reading(book.engine) as connection:
        row = connection.execute(sa.select(delivery).where(delivery.c.id == row_id)).one()
        return compose(connection, book, row, now=now, desk_url=DESK)


# -- levels ------------------------------------------------------------------------------------------


def test_an_alarm_says_whose_how_far_by_when_and_why(book: Book) -> None:
    accept(book, NUMBER)
    to = person(book, "张三")
    about = reached(book, Level.YELLOW)
    told = message(book, About.ALERT, about, at("2026-09-16 三 08:30"), to=to)
    assert told.title == f"【黄色告警】{NUMBER} 供电方案答复 已超期 1 个工作日"
    assert told.text == (
        "客户甲（高压普通），东岭供电所，客户经理经理甲\n"
        f"申请编号：{NUMBER}\n"
        "当前环节：供电方案答复\n"
        "计时：供电方案答复（地方时限）\n"
        "用时：已用 11 个工作日，时限 10 个工作日，已超期 1 个工作日\n"
        "到期：2026-09-15（周二）\n"
        "级别：2026-09-16（周三）达到黄色告警\n"
        "原因：自 2026-09-01（周二）09:00“受理”起算；"
        "依据国网内乡县供电公司文件（内电〔2021〕34号）“高压供电方案答复（16 拆分）”\n"
        f"消息编号：{about}-{to}"
    )
    assert told.link == f"http://desk.example:8000/applications/{NUMBER}"
    assert (told.id, told.level) == (f"alert-{about}-{to}-wecom", Level.YELLOW)


@pytest.mark.parametrize(
    ("level", "now", "title"),
    [
        (Level.BLUE, "2026-09-08 二 08:30", "【蓝色预警】{} 供电方案答复 还剩 5 个工作日"),
        (Level.ORANGE, "2026-09-11 五 08:30", "【橙色预警】{} 供电方案答复 还剩 2 个工作日"),
        (Level.ORANGE, "2026-09-15 二 08:30", "【橙色预警】{} 供电方案答复 今日到期"),
        (Level.RED, "2026-09-18 五 08:30", "【红色告警】{} 供电方案答复 已超期 3 个工作日"),
    ],
)
def test_the_title_says_where_it_stands_when_it_is_sent(
    book: Book, level: Level, now: str, title: str
) -> None:
    accept(book, NUMBER)
    about = reached(book, level)
    assert message(book, About.ALERT, about, at(now), to=person(book, "张三")).title == title.format(NUMBER)


def test_an_overdue_clock_on_a_rest_day_is_overdue(book: Book) -> None:
    """Due on Friday, asked on Saturday: late, though no working day has passed."""
    friday = at("2026-09-18 五 09:00")
    accept(book, NUMBER, RESIDENT, at("2026-09-16 三 09:00"))
    about = reached(book, Level.ORANGE, name="whole")
    to = person(book, "张三")
    assert message(book, About.ALERT, about, friday, to=to).title.endswith("今日到期")
    late = at("2026-09-19 六 09:00")
    assert message(book, About.ALERT, about, late, to=person(book, "李四")).title.endswith("已超期")


def test_a_paused_clock_has_no_due_date_but_what_is_left(book: Book) -> None:
    accept(book, NUMBER)
    tell(book, NUMBER, Told(cases.suspend, "经理甲", PAUSE), at("2026-09-09 三 10:00"))
    about = reached(book, Level.BLUE)
    told = message(book, About.ALERT, about, at("2026-09-14 一 08:30"), to=person(book, "张三"))
    assert told.title == f"【蓝色预警】{NUMBER} 供电方案答复 计时暂停，还剩 4 个工作日"
    assert "到期：计时自 2026-09-09（周三）10:00 起暂停，恢复后再定\n" in told.text


@pytest.mark.parametrize(
    ("case", "standing", "due"),
    [
        (Told(cases.reply_plan), "超期办结", "计时已于 2026-09-16（周三）11:00 结束"),
        (
            Told(cases.terminate, carries={"reason": "客户撤回"}),
            "申请已终止",
            "计时已随申请于 2026-09-16（周三）11:00 终止",
        ),
    ],
)
def test_a_clock_that_has_ended_says_when(book: Book, case: Told, standing: str, due: str) -> None:
    accept(book, NUMBER)
    about = reached(book, Level.YELLOW)
    if case.case is cases.reply_plan:
        tell(book, NUMBER, Told(cases.approve_plan, "主任"), at("2026-09-16 三 10:00"))
    tell(book, NUMBER, case, at("2026-09-16 三 11:00"))
    told = message(book, About.ALERT, about, at("2026-09-16 三 12:00"), to=person(book, "张三"))
    assert told.title.endswith(standing)
    assert f"到期：{due}\n" in told.text


def test_a_date_beyond_the_last_published_year_is_provisional(book: Book) -> None:
    accept(book, NUMBER, when=at("2026-12-21 一 09:00"))
    about = reached(book, Level.BLUE)
    told = message(book, About.ALERT, about, at("2026-12-28 一 09:00"), to=person(book, "张三"))
    assert "，暂定（2027 年起的放假安排尚未公布，公布后重算）\n" in told.text


def test_who_stands_in_is_told_for_whom(book: Book) -> None:
    accept(book, NUMBER)
    about, away, to = reached(book, Level.BLUE), person(book, "经理甲"), person(book, "王五")
    told = message(book, About.ALERT, about, at("2026-09-08 二 09:00"), to=to, instead_of=away)
    assert "\n代 经理甲 接收\n" in told.text


def test_a_clock_that_a_correction_took_away_is_told_as_gone(book: Book) -> None:
    accept(book, NUMBER, when=START)
    finished = at("2026-09-02 三 10:00")
    tell(book, NUMBER, Told(cases.find_constraint), finished)
    about = reached(book, Level.BLUE, name="constraint_report")
    now = at("2026-09-04 五 10:00")
    cases.correct(book, NUMBER, seq=2, reason="未受限", withdrawn=True, at=now, now=now, actor="所长")
    told = message(book, About.ALERT, about, at("2026-09-04 五 11:00"), to=person(book, "张三"))
    assert told.title.endswith("计时已更正")
    assert "该计时已被更正，不再存在" in told.text


def test_what_people_typed_stays_on_its_line(book: Book) -> None:
    odd = replace(ORDINARY, customer="甲\n到期：从不\u202e", station="{{ 7 * 7 }}")
    accept(book, "4126 01/02?#", odd)
    about = reached(book, Level.BLUE, "4126 01/02?#")
    told = message(book, About.ALERT, about, at("2026-09-08 二 09:00"), to=person(book, "张三"))
    assert told.text.startswith("甲 到期：从不（高压普通），{{ 7 * 7 }}，客户经理经理甲\n")
    assert told.facts["customer"] == "甲 到期：从不"
    assert told.link == "http://desk.example:8000/applications/4126%2001%2F02%3F%23"


def test_programs_get_the_same_as_facts(book: Book) -> None:
    accept(book, NUMBER)
    about = reached(book, Level.YELLOW)
    facts = message(book, About.ALERT, about, at("2026-09-16 三 08:30"), to=person(book, "张三")).facts
    assert {name: facts[name] for name in ("number", "used", "limit", "due_on", "running", "reached_at")} == {
        "number": NUMBER,
        "used": 11,
        "limit": 10,
        "due_on": "2026-09-15",
        "running": True,
        "reached_at": "2026-09-16T00:00:00+08:00",
    }


# -- other alarms and orders ---------------------------------------------------------------------------


def test_another_alarm_says_its_sentence(book: Book) -> None:
    about = insert(
        book,
        alert,
        kind=AlertKind.JOB.value,
        key="job:sweep:x",
        level=Level.RED.value,
        reached_at=at("2026-11-20 五 10:30"),
        unit="示例县供电公司",
        text="自动任务“时限扫描”已超过 10 分钟没有完成。",
    )
    to = person(book, "值班员")
    told = message(book, About.ALERT, about, at("2026-11-20 五 10:31"), to=to)
    assert told.title == "【红色告警】示例县供电公司 自动任务逾期"
    assert told.text == (
        "自动任务“时限扫描”已超过 10 分钟没有完成。\n"
        "单位：示例县供电公司\n"
        "级别：红色告警，2026-11-20（周五）10:30\n"
        f"消息编号：{about}-{to}"
    )
    assert told.link == f"http://desk.example:8000/alerts/{about}"


def order(book: Book, act: Act, text: str, **more: Any) -> int:
    """A record of a supervision order; its id."""
    row = {
        "number": "督〔2026〕0001号",
        "unit": "东岭供电所",
        "ask": "说明超期原因，三日内答复方案",
        "opened_by": "指挥中心",
        "opened_at": at("2026-11-17 二 09:00"),
        "limit_value": 3,
        "due_at": at("2026-11-21 六 00:00"),
        "state": "open",
        **more,
    }
    found = insert(book, supervision_order, **row)
    return insert(
        book,
        handling,
        subject="order",
        subject_id=found,
        seq=1,
        act=act.value,
        actor="张三",
        at=at("2026-11-17 二 09:00"),
        recorded_at=at("2026-11-17 二 09:00"),
        text=text,
        prev_hash="",
        hash="",
    )


def test_an_order_says_what_is_asked_by_when_and_what_happened(book: Book) -> None:
    accept(book, NUMBER)
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, NUMBER)
    about = order(book, Act.RETURNED, "原因不具体", application_id=application_id)
    to = person(book, "所长甲")
    told = message(book, About.ORDER, about, at("2026-11-17 二 09:01"), to=to)
    assert told.title == "【督办单】督〔2026〕0001号 退回"
    assert told.text == (
        "2026-11-17（周二）09:00，张三退回：原因不具体\n"
        "督办单：督〔2026〕0001号\n"
        f"申请编号：{NUMBER}（客户甲）\n"
        "责任单位：东岭供电所\n"
        "督办要求：说明超期原因，三日内答复方案\n"
        "回复期限：2026-11-20（周五）\n"
        f"消息编号：{about}-{to}"
    )
    assert told.link == "http://desk.example:8000/orders/%E7%9D%A3%E3%80%942026%E3%80%950001%E5%8F%B7"


def test_an_order_does_not_repeat_what_is_asked(book: Book) -> None:
    about = order(book, Act.OPENED, "说明超期原因，三日内答复方案", due_at=None)
    told = message(book, About.ORDER, about, at("2026-11-17 二 09:01"), to=person(book, "所长甲"))
    assert told.text.startswith("2026-11-17（周二）09:00，张三下达\n督办单：")
    assert told.text.count("说明超期原因") == 1
    assert "回复期限：目前不需要回复\n" in told.text


# -- the morning -----------------------------------------------------------------------------------------

MORNING = at("2026-09-16 三 08:30")


def morning(book: Book, to: int, now: datetime = MORNING, instead_of: int | None = None) -> Message:
    return message(book, About.DIGEST, now.date().toordinal(), now, to=to, instead_of=instead_of)


def some_work(book: Book) -> None:
    """A late reply of 经理甲; one of 经理乙 due today; one of another station."""
    accept(book, "A1", ORDINARY, START)
    accept(book, "A2", replace(ORDINARY, manager="经理乙"), at("2026-09-02 三 09:00"))
    accept(book, "A3", replace(ORDINARY, manager="经理丙", station="西岭供电所"), at("2026-09-10 四 09:00"))


def urgent(told: Message) -> list[str]:
    """The numbers of the applications listed, in their order."""
    return re.findall(r"^\d\. 【.*?】(\S+) ", told.text, re.MULTILINE)


def levels(told: Message) -> Any:
    return told.facts["by_level"]


def test_a_manager_sees_what_is_theirs(book: Book) -> None:
    _, station = organisation(book)
    to = person(book, "经理甲", (station, Post.ACCOUNT_MANAGER))
    some_work(book)
    told = morning(book, to)
    assert told.title == "【每日提示】2026-09-16（周三）"
    assert urgent(told) == ["A1"]
    assert "A2" not in told.text
    assert told.link == "http://desk.example:8000/"


def test_a_station_head_sees_the_station_and_a_leader_all(book: Book) -> None:
    company, station = organisation(book)
    head = person(book, "所长甲", (station, Post.STATION_HEAD))
    leader = person(book, "领导甲", (company, Post.LEADER))
    some_work(book)
    of_head, of_leader = morning(book, head), morning(book, leader)
    assert [number for number in ("A1", "A2", "A3") if number in of_head.text] == ["A1", "A2"]
    assert sum(levels(of_head).values()) <= sum(levels(of_leader).values())
    assert of_head.facts["due_today"] == of_leader.facts["due_today"] != 0


def test_who_stands_in_sees_both(book: Book) -> None:
    _, station = organisation(book)
    away = person(book, "经理甲", (station, Post.ACCOUNT_MANAGER))
    to = person(book, "经理乙", (station, Post.ACCOUNT_MANAGER))
    some_work(book)
    told = morning(book, to, instead_of=away)
    assert "A1" in told.text
    assert "A2" in told.text
    assert "\n代 经理甲 接收\n" in told.text


def test_whoever_is_away_comes_down_to_one_message(book: Book) -> None:
    """经理甲 is replaced by 经理乙, who is away as well: 王五, with work of neither, sees both."""
    _, station = organisation(book)
    first = person(book, "经理甲", (station, Post.ACCOUNT_MANAGER))
    second = person(book, "经理乙", (station, Post.ACCOUNT_MANAGER))
    to = person(book, "王五", (station, Post.TECHNICIAN))
    for away, stand_in in ((first, second), (second, to)):
        insert(
            book,
            people_tables.absence,
            person_id=away,
            from_at=MORNING,
            to_at=MORNING + timedelta(days=2),
            stand_in_id=stand_in,
            reason="培训",
            recorded_at=MORNING,
            actor="所长",
        )
    some_work(book)
    told = morning(book, to)
    assert urgent(told) == ["A1", "A2"]
    assert "\n代 经理乙、经理甲 接收\n" in told.text
    assert morning(book, to, MORNING + timedelta(days=2)).facts["quiet"] is True


def test_two_managers_of_one_name_see_each_their_own_station(book: Book) -> None:
    company, station = organisation(book)
    other = insert(
        book,
        people_tables.unit,
        name="西岭供电所",
        kind=UnitKind.STATION.value,
        parent_id=company,
        recorded_at=KNOWN,
    )
    here = person(book, "经理甲", (station, Post.ACCOUNT_MANAGER))
    there = insert(book, people_tables.person, code="G2", name="经理甲")
    insert(
        book,
        people_tables.appointment,
        person_id=there,
        unit_id=other,
        post=Post.ACCOUNT_MANAGER.value,
        since=date(2026, 1, 1),
    )
    accept(book, "A1", ORDINARY)
    accept(book, "A9", replace(ORDINARY, station="西岭供电所"))
    assert (
        "A1" in morning(book, here).text,
        "A9" in morning(book, here, at("2026-09-17 四 08:30")).text,
    ) == (
        True,
        False,
    )
    assert "A9" in morning(book, there).text


def test_the_figures_are_those_of_the_clocks(book: Book) -> None:
    """A household accepted on Monday: two days here, five for the company and the state."""
    _, station = organisation(book)
    to = person(book, "经理甲", (station, Post.ACCOUNT_MANAGER))
    accept(book, "A1", RESIDENT, at("2026-09-14 一 09:00"))
    told = morning(book, to)
    assert told.facts["due_today"] == 1
    assert levels(told)["orange"] == 1
    assert "\n今日到期：1 项，涉及 1 件申请\n2026-09-17（周四）到期：0 项\n" in told.text
    assert "1. 【橙色预警】A1 客户甲 全过程，今日到期，到期日 2026-09-16（周三）\n" in told.text
    done = at("2026-09-16 三 10:00")
    tell(book, "A1", Told(cases.energize, "装表员"), done)
    after = morning(book, to, at("2026-09-17 四 08:30"))
    assert urgent(after) == []


def test_only_the_five_most_urgent_each_application_once(book: Book) -> None:
    company, _ = organisation(book)
    to = person(book, "领导甲", (company, Post.LEADER))
    for index in range(7):
        accept(book, f"B{index}", ORDINARY, at(f"2026-09-0{index + 1} {'二三四五六日一'[index]} 09:00"))
    told = morning(book, to)
    assert urgent(told) == ["B0", "B1", "B2", "B3", "B4"]


def test_alarms_nobody_answered_are_counted_until_somebody_does(book: Book) -> None:
    company, _ = organisation(book)
    to = person(book, "领导甲", (company, Post.LEADER))
    accept(book, NUMBER)
    about = reached(book, Level.YELLOW)
    message(book, About.ALERT, about, MORNING, to=to)
    told = morning(book, to)
    assert "待答复的告警：1 条，其中 1 条还没有签收\n" in told.text

    def act(seq: int, done: Act) -> None:
        insert(
            book,
            handling,
            subject="alert",
            subject_id=about,
            seq=seq,
            act=done.value,
            actor="领导甲",
            at=MORNING,
            recorded_at=MORNING,
            text="",
            prev_hash="",
            hash="",
        )

    with store.writing(book.engine) as connection:
        # What was only recorded, because something higher was told, asks for no answer.
        recorded = sa.update(delivery).values(state=DeliveryState.SUPPRESSED.value)
        connection.execute(recorded.where(delivery.c.about == About.ALERT.value))
        assert figures_of(connection, book, [to], MORNING)["unanswered"] == 0
        connection.execute(recorded.values(state=DeliveryState.SENT.value))
    act(1, Act.ACKNOWLEDGED)
    assert "待答复的告警：1 条\n" in morning(book, to, at("2026-09-17 四 08:30")).text
    act(2, Act.ANSWERED)
    assert "待答复的告警：没有\n" in morning(book, to, at("2026-09-18 五 08:30")).text


def test_a_quiet_morning_says_so(book: Book) -> None:
    _, station = organisation(book)
    to = person(book, "经理甲", (station, Post.ACCOUNT_MANAGER))
    some_work(book)
    told = morning(book, to, at("2026-09-01 二 08:30"))
    assert told.text.startswith(
        "在途计时没有达到预警或告警级别，今日和下一个工作日也没有到期的。\n待答复的告警：没有\n"
    )
    nobody = morning(book, person(book, "无岗"))
    assert nobody.facts["quiet"] is True
