"""The morning digest: on working days, to whoever has something to hear, each person once."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts.answers import answer
from alerts.jobs.running import Job, run_due
from alerts.jobs.slots import DayRule, Schedule
from alerts.kinds import About, AlertKind
from alerts.messages.digest import write_day, write_digests
from alerts.raising import Raised, raise_alerts
from alerts.sweep import tell
from alerts.tables import alert, delivery
from limits.terms import Channel, Level, Supporting
from limits.zone import local
from tests.alerts.company import CITY, CODES, EAST, found
from tests.dates import at, on
from tests.reports.books import resident
from tests.workflow.histories import OTHER
from workflow import cases, store
from workflow.book import Book
from workflow.people.roster import record_absence
from workflow.people.tables import person

ACCEPTED = "2026-10-12 一 09:00"  # local limit 2: orange on Wednesday the 14th, due that day
MORNING = at("2026-10-14 三 08:40")
JOB = Job("digest", "每日提示", Schedule(hour="8", minute="30"), write_digests)
EVERYBODY = {"李四", "王五", "赵六", "钱七", "孙八", "周九"}
ABOVE = {"孙八", "周九"}


@pytest.fixture
def company(book: Book, tmp_path: Path) -> Book:
    return found(book, tmp_path)


def accept(
    book: Book, number: str, *, station: str = CITY, manager: str = "李四", when: str = ACCEPTED
) -> None:
    registration = resident(number, station=station, manager=manager)
    cases.accept(book, number, registration, at=at(when), now=at(when), actor="受理员")


def written(book: Book, now: datetime) -> set[str]:
    """Who has a digest of that day once it has been asked for."""
    with store.writing(book.engine) as connection:
        write_day(connection, book, local(now).date(), now)
    return told(book, now)


def told(book: Book, now: datetime, channel: Channel = Channel.DESK) -> set[str]:
    wanted = (
        sa.select(person.c.name)
        .join(delivery, delivery.c.person_id == person.c.id)
        .where(
            delivery.c.about == About.DIGEST.value,
            delivery.c.about_id == local(now).date().toordinal(),
            delivery.c.channel == channel.value,
        )
    )
    with store.reading(book.engine) as connection:
        names = list(connection.scalars(wanted))
    assert len(names) == len(set(names))
    return set(names)


# -- who ---------------------------------------------------------------------------------------------


def test_nobody_when_there_is_nothing(company: Book) -> None:
    assert written(company, MORNING) == set()


def test_the_manager_the_head_of_the_station_and_those_above(company: Book) -> None:
    accept(company, "A")
    assert written(company, MORNING) == {"李四", "赵六"} | ABOVE


def test_each_station_for_itself(company: Book) -> None:
    accept(company, "A")
    accept(company, "B", station=EAST, manager="王五")
    assert written(company, MORNING) == EVERYBODY


def test_due_on_the_next_working_day_is_enough(company: Book) -> None:
    """Works agreed for Monday and begun on Friday: no level yet, and no working day between."""
    registration = replace(OTHER, station=CITY, manager="李四", supporting=Supporting.LOW_VOLTAGE)
    friday = at("2026-10-16 五 09:00")
    when: cases.When = {"at": friday, "now": friday, "actor": "受理员"}
    cases.accept(company, "A", registration, **when)
    assert written(company, at("2026-10-16 五 09:00")) == set()
    cases.agree_contract(company, "A", on=on("2026-10-19 一"), **when)
    cases.start_supporting(company, "A", **when)
    assert written(company, at("2026-10-16 五 10:00")) == {"李四", "赵六"} | ABOVE


def test_a_clock_that_has_ended_in_time_is_no_news(company: Book) -> None:
    accept(company, "A")
    done = at("2026-10-13 二 15:00")
    cases.energize(company, "A", at=done, now=done, actor="装表员")
    assert written(company, MORNING) == set()


def test_an_alarm_is_news_until_it_is_answered(company: Book) -> None:
    """Energized two days late: the clock has ended, the answer is still owed."""
    accept(company, "A")
    done = at("2026-10-15 四 15:00")
    with store.writing(company.engine) as connection:
        tell(connection, company, at("2026-10-15 四 09:00"), mark=1)
    cases.energize(company, "A", at=done, now=done, actor="装表员")
    friday = at("2026-10-16 五 08:30")
    assert written(company, friday) == {"李四", "赵六"} | ABOVE
    for alert_id in alarms(company):
        answer(company, alert_id, actor="李四", at=friday, now=friday, text="人手不足，已调配")
    assert written(company, at("2026-10-19 一 08:30")) == set()


def test_what_was_only_recorded_is_no_news(company: Book) -> None:
    """An alarm reached before the application came into the book, of a clock that had ended."""
    late = at("2026-10-16 五 15:00")
    registration = resident("A")
    cases.accept(company, "A", registration, at=at(ACCEPTED), now=late, actor="受理员")
    cases.energize(company, "A", at=at("2026-10-15 四 15:00"), now=late, actor="装表员")
    with store.writing(company.engine) as connection:
        tell(connection, company, late, mark=1)
    assert alarms(company)
    assert written(company, at("2026-10-19 一 08:30")) == set()


def test_an_alarm_of_a_station_goes_to_its_head(company: Book) -> None:
    with store.writing(company.engine) as connection:
        raised = [_alarm("duty:1:yellow", EAST)]
        raise_alerts(connection, raised)
        tell(connection, company, MORNING, mark=1)
    assert written(company, MORNING) == {"钱七"} | ABOVE


def _alarm(key: str, unit: str) -> Raised:
    return Raised(AlertKind.DUTY, key, Level.YELLOW, at("2026-10-14 三 00:00"), "事项超期。", unit=unit)


def test_who_stands_in_hears_it(company: Book) -> None:
    accept(company, "A")
    now = at("2026-10-13 二 09:00")
    record_absence(
        company.engine,
        CODES["李四"],
        from_at=now,
        to_at=at("2026-10-20 二 09:00"),
        stand_in=CODES["王五"],
        reason="培训",
        now=now,
        actor="管理员",
    )
    assert written(company, MORNING) == {"王五", "赵六"} | ABOVE


def alarms(book: Book) -> list[int]:
    wanted = sa.select(alert.c.id).where(alert.c.level.in_(["yellow", "red"]))
    with store.reading(book.engine) as connection:
        return list(connection.scalars(wanted))


# -- when and how often ------------------------------------------------------------------------------


def test_once_a_day_however_often(company: Book) -> None:
    accept(company, "A")
    first = written(company, MORNING)
    assert written(company, at("2026-10-14 三 11:00")) == first
    assert told(company, MORNING, Channel.EMAIL) == first


def test_the_job_on_working_days(company: Book) -> None:
    accept(company, "A")
    (ran,) = run_due(company, [JOB], MORNING, "甲")
    assert ran.result == f"写出每日提示 {2 * 4} 条。"
    assert run_due(company, [JOB], MORNING, "乙") == []
    (ran,) = run_due(company, [JOB], at("2026-10-17 六 08:40"), "甲")
    assert ran.result == "2026-10-17 不是工作日，不发每日提示。"
    assert told(company, at("2026-10-17 六 08:40")) == set()


def test_a_make_up_saturday_is_a_working_day(company: Book) -> None:
    accept(company, "A", when="2026-10-09 五 09:00")
    (ran,) = run_due(company, [JOB], at("2026-10-10 六 08:40"), "甲")
    assert ran.result == f"写出每日提示 {2 * 4} 条。"


def test_a_missed_morning_is_not_made_up_for(company: Book) -> None:
    accept(company, "A")
    job = Job("digest", "每日提示", Schedule(hour="8", minute="30", days=DayRule.WORKING), write_digests)
    (ran,) = run_due(company, [job], at("2026-10-17 六 10:00"), "甲")
    assert ran.result == "2026-10-16 的每日提示已经过时，没有补发。"
    assert told(company, at("2026-10-16 五 08:30")) == set()


def test_it_goes_out_in_working_hours(company: Book) -> None:
    accept(company, "A")
    written(company, at("2026-10-14 三 06:00"))
    with store.reading(company.engine) as connection:
        due = set(connection.scalars(sa.select(delivery.c.due_at)))
    hours = company.rules.policies.escalation(MORNING.date()).hours
    assert due == {hours.next_open(at("2026-10-14 三 06:00"), company.rules.calendar)}
    assert due != {at("2026-10-14 三 06:00")}


def test_an_evening_has_no_digest_that_would_arrive_beside_the_next(company: Book) -> None:
    accept(company, "A")
    (ran,) = run_due(company, [JOB], at("2026-10-16 五 18:30"), "甲")
    assert ran.result == "2026-10-16 的每日提示已经过时，没有补发。"
