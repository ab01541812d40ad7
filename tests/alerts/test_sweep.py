"""The sweep: everybody who must hear of a level hears of it once, and of one clock only the highest."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts.kinds import AlertKind
from alerts.tables import alert, delivery, supervision_order
from alerts.verify import verify_handlings
from limits.shipped import DATA
from limits.terms import Channel
from tests.alerts.telling import BEGIN, accept, alarms, every, staffed, sweep, told
from tests.dates import at
from tests.reports.books import AS_OF
from workflow import cases, store
from workflow.book import Book
from workflow.people.roster import record_absence
from workflow.tables import threshold

MONDAY = at("2026-10-12 一 09:00")
WHEN = {"actor": "受理员"}


@pytest.fixture
def company(book: Book) -> Book:
    return staffed(book)


def test_each_level_reaches_its_people_on_its_own_day(company: Book) -> None:
    accept(company, "A", MONDAY)
    heard = {}
    for day in ("13 二", "14 三", "15 四", "16 五"):
        before = len(told(company))
        sweep(company, at(f"2026-10-{day} 00:01"))
        heard[day] = [(level, person) for _, level, person, _ in told(company)[before:]]
    assert heard == {
        "13 二": [("蓝", "李四")],
        "14 三": [("橙", "李四"), ("橙", "班长甲")],
        "15 四": [("黄", "李四"), ("黄", "班长甲"), ("黄", "所长甲"), ("黄", "值班甲")],
        "16 五": [("红", "李四"), ("红", "班长甲"), ("红", "所长甲"), ("红", "值班甲"), ("红", "总经理")],
    }


def test_a_second_sweep_tells_nobody_again(company: Book) -> None:
    accept(company, "A", MONDAY)
    now = at("2026-10-16 五 00:01")
    first = sweep(company, now)
    assert first.messages > 0
    again = sweep(company, now)
    assert (again.taken, again.looked_at, again.messages, again.orders) == (0, 0, 0, 0)


def test_after_an_outage_the_highest_is_told_and_the_lower_ones_are_recorded(company: Book) -> None:
    accept(company, "A", MONDAY)
    sweep(company, at("2026-10-23 五 10:00"))
    found = told(company)
    assert {state for _, level, _, state in found if level == "红"} == {"已送达"}
    assert {(level, state) for _, level, _, state in found if level != "红"} == {
        ("蓝", "仅记录"),
        ("橙", "仅记录"),
        ("黄", "仅记录"),
    }
    reached = alarms(company, [AlertKind.LEVEL], "layer", "level", "reached_at")
    assert [(level, when) for layer, level, when in reached if layer == "local"] == [
        ("blue", at("2026-10-13 二 00:00")),
        ("orange", at("2026-10-14 三 00:00")),
        ("yellow", at("2026-10-15 四 00:00")),
        ("red", at("2026-10-16 五 00:00")),
    ]


def test_a_yellow_of_the_night_goes_out_in_the_morning_and_a_red_at_once(company: Book) -> None:
    accept(company, "A", MONDAY)
    sweep(company, at("2026-10-15 四 00:01"))
    sweep(company, at("2026-10-16 五 00:01"))
    with store.reading(company.engine) as connection:
        rows = connection.execute(
            sa.select(alert.c.level, delivery.c.due_at)
            .join(alert, alert.c.id == delivery.c.about_id)
            .where(delivery.c.about == "alert", delivery.c.channel == Channel.WECOM.value)
            .where(alert.c.layer == "local")
            .order_by(delivery.c.id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("yellow", at("2026-10-15 四 08:30")),
        ("red", at("2026-10-16 五 00:01")),
    ]


def test_a_pause_tells_nothing_and_the_clock_goes_on_after_it(company: Book) -> None:
    accept(company, "A", MONDAY)
    paused = at("2026-10-12 一 16:00")
    cases.suspend(
        company, "A", reason="客户要求", evidence="申请书", approver="所长甲", at=paused, now=paused, **WHEN
    )
    sweep(company, at("2026-10-30 五 10:00"))
    assert told(company) == []
    resumed = at("2026-11-02 一 09:00")
    cases.resume(company, "A", at=resumed, now=resumed, **WHEN)
    sweep(company, at("2026-11-03 二 00:01"))
    assert [row[1:3] for row in told(company)] == [("蓝", "李四")]


def test_a_warning_of_a_clock_that_has_ended_is_recorded_and_an_alarm_is_told(company: Book) -> None:
    accept(company, "A", MONDAY)
    accept(company, "B", MONDAY)
    for number, end in (("A", "2026-10-13 二 10:00"), ("B", "2026-10-15 四 10:00")):
        cases.energize(company, number, at=at(end), now=at(end), **WHEN)
    sweep(company, at("2026-10-20 二 10:00"))
    assert set(told(company, "A")) == {("A", "蓝", "李四", "仅记录")}
    assert ("B", "黄", "所长甲", "已送达") in told(company, "B")


def test_nobody_is_told_of_a_terminated_application(company: Book) -> None:
    accept(company, "A", MONDAY)
    end = at("2026-10-16 五 10:00")
    cases.terminate(company, "A", reason="客户撤回", at=end, now=end, **WHEN)
    sweep(company, at("2026-10-20 二 10:00"))
    assert {state for *_, state in told(company)} == {"仅记录"}


def test_whoever_is_away_is_replaced_by_the_stand_in(company: Book) -> None:
    accept(company, "A", MONDAY)
    record_absence(
        company.engine, "M1",
        from_at=MONDAY, to_at=at("2026-10-13 二 18:00"), stand_in="T1", reason="培训", now=MONDAY, actor="所长甲",
    )  # fmt: skip
    sweep(company, at("2026-10-13 二 00:01"))
    sweep(company, at("2026-10-14 三 00:01"))
    assert [row[1:3] for row in told(company)] == [("蓝", "班长甲"), ("橙", "李四"), ("橙", "班长甲")]


def test_a_level_with_nobody_to_tell_is_an_alarm_to_the_command_centre(company: Book) -> None:
    accept(company, "A", MONDAY, manager="不在册")
    accept(company, "B", MONDAY, manager="不在册")
    done = sweep(company, at("2026-10-13 二 09:00"))
    assert done.unheard == 2
    assert told(company) == []
    ((level, unit, text),) = alarms(company, [AlertKind.NOBODY], "level", "unit", "text")
    assert (level, unit) == ("blue", "城关供电所")
    assert "不在册" in text
    with store.reading(company.engine) as connection:
        heard = connection.scalars(
            sa.select(delivery.c.person_id)
            .join(alert, alert.c.id == delivery.c.about_id)
            .where(alert.c.kind == AlertKind.NOBODY.value)
        ).all()
    assert len(heard) == 1


def test_without_any_organisation_every_level_is_still_on_the_list(book: Book) -> None:
    accept(book, "A", MONDAY)
    done = sweep(book, at("2026-10-16 五 09:00"))
    assert done.messages == 0
    assert len(alarms(book, [AlertKind.LEVEL], "id")) == done.taken
    assert alarms(book, [AlertKind.NOBODY], "level") != []


def test_a_red_opens_one_supervision_order_however_many_clocks_are_red(company: Book) -> None:
    accept(company, "A", MONDAY)
    every(timedelta(hours=12), MONDAY, at("2026-10-30 五 09:00"), lambda now: sweep(company, now))
    with store.reading(company.engine) as connection:
        orders = connection.execute(sa.select(supervision_order)).all()
    assert len(orders) == 1
    reds = [layer for layer, level in alarms(company, [AlertKind.LEVEL], "layer", "level") if level == "red"]
    assert len(reds) > 1


def test_levels_reached_before_the_ledger_came_in_wake_nobody_up(ledger_book: Book) -> None:
    """What is closed is history; what is open and late is told, each clock once."""
    staffed(ledger_book, DATA / "organisations" / "neixiang-sample.toml", at("2026-11-20 五 17:00"))
    sweep(ledger_book, AS_OF)
    with store.reading(ledger_book.engine) as connection:
        told_of = connection.execute(
            sa.text(
                "SELECT a.status, alert.layer, alert.name, a.number, COUNT(DISTINCT alert.id) AS told"
                " FROM delivery JOIN alert ON alert.id = delivery.about_id"
                " JOIN application a ON a.id = alert.application_id"
                " WHERE delivery.state = 'sent' AND delivery.about = 'alert' AND alert.kind = 'level'"
                " GROUP BY a.status, alert.layer, alert.name, a.number"
            )
        ).all()
    assert {row.status for row in told_of} == {"open"}
    assert {row.told for row in told_of} == {1}


@pytest.mark.parametrize("shards", [1, 4])
def test_ten_days_stopped_give_the_same_list_as_one_every_three_hours(
    tmp_path: Path, company: Book, shards: int
) -> None:
    """The list is a function of events, policy and calendar; what was sent depends on when (domain §6)."""
    other = staffed(copied(company, tmp_path))
    end = at("2026-10-22 四 09:00")
    for one in (company, other):
        for day in range(8):
            accept(one, f"A{day}", BEGIN + timedelta(hours=30 * day))
        done = at("2026-10-15 四 16:00")
        cases.energize(one, "A1", at=done, now=done, **WHEN)
    every(timedelta(hours=3), MONDAY, end, lambda now: sweep(company, now, shards=shards))
    sweep(other, end, shards=shards)
    columns = ("key", "level", "reached_at", "layer", "name", "application_id", "text", "withdrawn_at")
    kinds = [AlertKind.LEVEL, AlertKind.REPEATED]
    assert alarms(other, kinds, *columns) == alarms(company, kinds, *columns)
    sent = [row for row in told(other) if row[3] == "已送达"]
    assert len({row[:2] for row in sent}) == len({row[0] for row in sent})


def copied(book: Book, folder: Path) -> Book:
    """A second, empty book of the same rules."""
    from yekuo.database import upgrade

    engine = store.open_engine(f"sqlite:///{(folder / 'other.sqlite3').as_posix()}")
    upgrade(engine)
    return Book(engine, book.rules)


TAMPERED = {
    "an alarm deleted": sa.delete(alert),
    "an alarm softened": sa.update(alert).where(alert.c.level == "yellow").values(level="blue"),
    "an alarm moved": sa.update(alert).values(reached_at=MONDAY),
    "a level hidden from the sweep": sa.update(threshold).values(swept_by=7),
    "a level to be told again": sa.update(threshold).values(swept_by=None),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_list_changed_outside_the_software_is_found(company: Book, what: str) -> None:
    accept(company, "A", MONDAY)
    sweep(company, at("2026-10-15 四 00:01"))
    accept(company, "B", at("2026-10-15 四 09:00"))
    assert verify_handlings(company) is None
    with company.engine.begin() as connection:
        if what == "an alarm deleted":
            connection.execute(sa.delete(delivery))
        connection.execute(TAMPERED[what])
    assert verify_handlings(company) is not None
