"""Periodic duties: opened in every station, warned of like any other clock, done once and with evidence."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from alerts import errors
from alerts.duties import doing as duties
from alerts.duties import errors as duty_errors
from alerts.duties.opening import open_rounds
from alerts.duties.rounds import Round, crossings_of
from alerts.handlings import Subject, handled
from alerts.jobs.running import Job, run_due
from alerts.jobs.slots import Schedule
from alerts.kinds import Act, RunState
from alerts.tables import alert, duty, handling
from limits.duties import rounds_between
from limits.terms import Level, Verdict
from limits.zone import local
from tests.alerts.company import CITY, EAST, found
from tests.dates import at, on
from workflow import store
from workflow.book import Book
from workflow.publishing import import_notice
from workflow.rules import Rules

START = at("2026-11-21 六 06:00")
MEETING = 9  # every month
VISITS = 18  # every quarter
NOVEMBER = Round(MEETING, CITY, "2026-11")


@pytest.fixture
def company(book: Book, tmp_path: Path) -> Book:
    return found(book, tmp_path, now=START)


@pytest.fixture
def other(sqlite_template: Path, rules: Rules, tmp_path: Path) -> Iterator[Book]:
    """The same company in a second database."""
    path = tmp_path / "other.sqlite3"
    shutil.copy(sqlite_template, path)
    engine = store.open_engine(f"sqlite:///{path.as_posix()}")
    yield found(Book(engine, rules), tmp_path, now=START)
    engine.dispose()


def run(book: Book, now: datetime) -> int:
    with store.writing(book.engine) as connection:
        return open_rounds(connection, book, now)


def rows(book: Book, table: sa.Table) -> list[tuple[Any, ...]]:
    """Every row without its own number where that says nothing, in a fixed order."""
    columns = [column for column in table.columns if table is duty or column.name != "id"]
    with store.reading(book.engine) as connection:
        return sorted((tuple(row) for row in connection.execute(sa.select(*columns))), key=str)


def levels(book: Book, which: Round) -> dict[str, datetime]:
    """The levels on the list of one round that no record has withdrawn."""
    joined = sa.select(alert.c.level, alert.c.reached_at).join(duty, duty.c.id == alert.c.duty_id)
    wanted = joined.where(
        duty.c.item == which.item,
        duty.c.unit == which.unit,
        duty.c.period == which.period,
        alert.c.withdrawn_at.is_(None),
    )
    with store.reading(book.engine) as connection:
        return {row.level: row.reached_at for row in connection.execute(wanted.order_by(alert.c.reached_at))}


def finish(book: Book, which: int | Round, text: str, now: str | None = None, **more: Any) -> duties.DutyView:
    told: dict[str, Any] = {"actor": "李四", "evidence": "会议纪要 11 号", **more}
    return duties.done(book, which, at=at(text), now=at(now or text), **told)


# -- opening -------------------------------------------------------------------------------------


def test_every_station_has_the_rounds_of_today(company: Book) -> None:
    expected = len(company.rules.policies.duties_on(START.date()))
    assert run(company, START) == 2 * expected
    found = {(each.unit, each.item): each for each in duties.duties(company, START)}
    assert len(found) == 2 * expected
    monthly, quarterly = found[CITY, MEETING], found[EAST, VISITS]
    assert (monthly.period, monthly.opens_on, monthly.due_on, monthly.said) == (
        "2026-11",
        on("2026-11-01 日"),
        on("2026-11-30 一"),
        "2026年11月",
    )
    assert (quarterly.period, quarterly.due_on) == ("2026-Q4", on("2026-12-31 四"))
    assert run(company, START) == 0


def test_the_levels_of_a_month_with_21_working_days(company: Book) -> None:
    run(company, START)
    assert levels(company, NOVEMBER) == {
        "blue": at("2026-11-16 一 00:00"),  # the 11th working day
        "orange": at("2026-11-24 二 00:00"),  # the 17th
        "yellow": at("2026-12-01 二 00:00"),  # the 22nd
        "red": at("2026-12-08 二 00:00"),  # the 27th
    }


def test_the_texts_say_what_where_and_by_when(company: Book) -> None:
    run(company, START)
    told = {row[alert.columns.keys().index("text") - 1] for row in rows(company, alert)}
    label = next(
        each.label for each in company.rules.policies.duties_on(START.date()) if each.item == MEETING
    )
    begin = f"{CITY}的“{label}”（2026年11月，评价标准第 9 项）应在 2026-11-30（周一）前完成，"
    assert {f"{begin}尚未完成。", f"{begin}已经超期，请立即完成并登记。"} <= told


def test_the_first_day_counts(rules: Rules) -> None:
    """A round of one working day is half and wholly used on that day, and late on the next."""
    day = on("2026-09-01 二")
    found = [(each.level, each.at) for each in crossings_of(day, day, rules)]
    assert found[:2] == [
        (Level.ORANGE, at("2026-09-01 二 00:00")),
        (Level.YELLOW, at("2026-09-02 三 00:00")),
    ]


def test_rounds_between_two_days(rules: Rules) -> None:
    found = {
        name
        for item, name in rounds_between(rules.policies.duties, on("2026-11-30 一"), on("2027-01-01 五"))
        if item in (MEETING, VISITS)
    }
    assert found == {"2026-11", "2026-12", "2027-01", "2026-Q4", "2027-Q1"}


@pytest.mark.parametrize("apart", [1, 3])
def test_daily_or_once_gives_the_same_rows(company: Book, other: Book, apart: int) -> None:
    """Sixty days: run on every one of them, or stop and run once at the end."""
    end = START + timedelta(days=60)
    now = START
    while now <= end:
        run(other, now)
        now += timedelta(days=apart)
    run(company, START)
    run(company, end)
    assert rows(company, duty) == rows(other, duty)
    assert rows(company, alert) == rows(other, alert)
    assert {row[duty.columns.keys().index("period")] for row in rows(company, duty)} == {
        *("2026-11", "2026-12", "2027-01"),
        *("2026-Q4", "2027-Q1", "2026-H2", "2027-H1"),
    }


def test_a_new_station_begins_with_the_rounds_of_its_day(book: Book, tmp_path: Path) -> None:
    run(found(book, tmp_path, (CITY,), now=START), START)
    later = at("2027-01-11 一 06:00")
    run(found(book, tmp_path, now=later), later)
    opened = {(each.unit, each.period) for each in duties.duties(book, later) if each.item == MEETING}
    assert opened == {
        *((CITY, "2026-11"), (CITY, "2026-12"), (CITY, "2027-01")),
        (EAST, "2027-01"),
    }


def test_what_fell_due_before_anything_ran_can_be_put_on_record_and_nobody_is_told(
    book: Book, tmp_path: Path
) -> None:
    """On record since 29 September; the job ran first on 21 November."""
    company = found(book, tmp_path, now=at("2026-09-29 二 09:00"))
    run(company, START)
    assert states(company, "2026-11-21 六 06:00") == {
        "2026-09": Verdict.OPEN_LATE,
        "2026-10": Verdict.OPEN_LATE,
        "2026-11": Verdict.OPEN,
    }
    october = NOVEMBER._replace(period="2026-10")
    assert levels(company, october) == {}
    assert levels(company, NOVEMBER).keys() == {"blue", "orange", "yellow", "red"}
    assert finish(company, october, "2026-10-30 五 15:00", now="2026-11-21 六 09:00").state is Verdict.MET
    assert run(company, START + timedelta(days=1)) == 0


def test_no_station_no_round(book: Book) -> None:
    assert run(book, START) == 0
    assert rows(book, duty) == []


def test_an_amended_calendar_moves_the_levels_still_ahead(company: Book, tmp_path: Path) -> None:
    run(company, at("2026-12-01 二 06:00"))
    december = NOVEMBER._replace(period="2026-12")
    before = levels(company, december)
    notice = tmp_path / "change.toml"
    notice.write_text(
        'label = "虚构的调整"\nextends = "cn"\n[[change]]\nyear = 2026\nnotice = "虚构的补充通知"\nmark = "X"\n'
        'holidays = [{ name = "虚构假日", from = 2026-12-02, to = 2026-12-04 }]\n',
        encoding="utf-8",
    )
    told = at("2026-12-01 二 12:00")
    amended, _ = import_notice(company, notice, now=told, actor="管理员")
    run(amended, at("2026-12-02 三 06:00"))
    after = levels(amended, december)
    due_on = on("2026-12-31 四")
    wanted = crossings_of(on("2026-12-01 二"), due_on, amended.rules)
    assert after == {each.level.value: each.at for each in wanted}
    assert before["blue"] < after["blue"]


def test_the_job(company: Book) -> None:
    job = Job("duties", "周期事项", Schedule(hour="6", minute="0"), duties.open_duties)
    (ran,) = run_due(company, [job], START, "甲")
    assert (ran.state, ran.result) == (RunState.DONE, f"新开周期事项 {len(rows(company, duty))} 项。")
    (ran,) = run_due(company, [job], START + timedelta(days=1), "甲")
    assert ran.result == "没有新的周期事项。"


# -- doing ---------------------------------------------------------------------------------------


def test_what_is_done_reaches_nothing_more(company: Book) -> None:
    run(company, START)
    view = finish(company, NOVEMBER, "2026-11-25 三 15:00")
    assert view.state is Verdict.MET
    assert levels(company, NOVEMBER).keys() == {"blue", "orange"}
    with store.reading(company.engine) as connection:
        (record,) = handled(connection, Subject.DUTY, [view.id])[view.id]
    assert (record.act, record.actor, record.text) == (Act.DONE, "李四", "会议纪要 11 号")
    run(company, at("2026-12-09 三 06:00"))
    assert levels(company, NOVEMBER).keys() == {"blue", "orange"}
    assert levels(company, NOVEMBER._replace(unit=EAST)).keys() == {"blue", "orange", "yellow", "red"}


def test_a_late_record_withdraws_the_level_it_undid(company: Book) -> None:
    """Done on the last day, written down after yellow was reached: the row stays and says so."""
    run(company, START)
    view = finish(company, NOVEMBER, "2026-11-30 一 16:00", now="2026-12-02 三 09:00")
    assert view.state is Verdict.MET
    assert levels(company, NOVEMBER).keys() == {"blue", "orange"}
    with store.reading(company.engine) as connection:
        kept = connection.execute(
            sa.select(alert.c.level).where(alert.c.duty_id == view.id, alert.c.withdrawn_at.is_not(None))
        )
        assert kept.scalars().all() == ["yellow"]


def test_done_after_its_day_is_late_and_keeps_its_levels(company: Book) -> None:
    run(company, START)
    assert finish(company, NOVEMBER, "2026-12-01 二 00:00").state is Verdict.LATE
    assert levels(company, NOVEMBER).keys() == {"blue", "orange", "yellow"}


def test_it_can_be_named_by_its_number(company: Book) -> None:
    run(company, START)
    wanted = next(each for each in duties.duties(company, START, EAST) if each.item == VISITS)
    assert finish(company, wanted.id, "2026-11-23 一 09:00").unit == EAST


def test_refused(company: Book) -> None:
    run(company, START)
    before = rows(company, alert)
    with pytest.raises(duty_errors.DutyEvidenceMissing, match="没有写依据"):
        finish(company, NOVEMBER, "2026-11-25 三 15:00", evidence=" ")
    with pytest.raises(errors.ActorMissing):
        finish(company, NOVEMBER, "2026-11-25 三 15:00", actor=" ")
    with pytest.raises(errors.ActInFuture):
        finish(company, NOVEMBER, "2026-11-25 三 15:00", now="2026-11-25 三 14:00")
    with pytest.raises(duty_errors.DutyNotOpen, match="从 2026-11-01 开始"):
        finish(company, NOVEMBER, "2026-10-31 六 23:59", now="2026-11-25 三 14:00")
    with pytest.raises(duty_errors.DutyUnknown, match="2031-01"):
        finish(company, NOVEMBER._replace(period="2031-01"), "2026-11-25 三 15:00")
    assert rows(company, alert) == before
    finish(company, NOVEMBER, "2026-11-25 三 15:00")
    with pytest.raises(duty_errors.DutyDone, match="已于 2026-11-25 15:00 完成"):
        finish(company, NOVEMBER, "2026-11-26 四 15:00")


def test_of_two_at_once_one_is_told(company: Book) -> None:
    run(company, START)

    def attempt(actor: str) -> str:
        try:
            finish(company, NOVEMBER, "2026-11-25 三 15:00", actor=actor)
        except duty_errors.DutyDone as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, ["李四", "王五"])) == ["done", "duty_done"]
    with store.reading(company.engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(handling)) == 1


# -- looking -------------------------------------------------------------------------------------


def states(book: Book, now: str, *, open_only: bool = True) -> dict[str, Verdict]:
    listed = duties.duties(book, at(now), CITY, open_only=open_only)
    return {each.period: each.state for each in listed if each.item == MEETING}


def test_as_it_stood(company: Book) -> None:
    run(company, START)
    run(company, at("2027-01-04 一 06:00"))
    finish(company, NOVEMBER, "2026-11-25 三 15:00", now="2027-01-04 一 09:00")
    finish(company, NOVEMBER._replace(period="2026-12"), "2027-01-04 一 08:00", now="2027-01-04 一 09:00")
    assert states(company, "2027-01-04 一 10:00") == {"2027-01": Verdict.OPEN}
    assert states(company, "2027-01-04 一 10:00", open_only=False) == {
        "2026-11": Verdict.MET,
        "2026-12": Verdict.LATE,
        "2027-01": Verdict.OPEN,
    }
    assert states(company, "2027-01-04 一 07:00", open_only=False) == {
        "2026-11": Verdict.MET,
        "2026-12": Verdict.OPEN_LATE,
        "2027-01": Verdict.OPEN,
    }
    assert states(company, "2026-11-25 三 14:00", open_only=False) == {"2026-11": Verdict.OPEN}


def test_the_first_due_comes_first(company: Book) -> None:
    run(company, START)
    listed = duties.duties(company, START)
    assert [each.due_on for each in listed] == sorted(each.due_on for each in listed)
    assert local(START).date() <= listed[0].due_on
    assert date(2026, 12, 31) == listed[-1].due_on
