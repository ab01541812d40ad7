"""The coming year's calendar, and the ledger at night."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts.jobs.running import Job, run_due
from alerts.jobs.slots import Schedule
from alerts.kinds import AlertKind, RunState
from alerts.tables import alert
from alerts.watching import compare_ledger, verify_ledger, warn_of_calendar, watch_calendar
from tests.dates import at
from tests.reports.books import resident
from workflow import cases, store
from workflow.book import Book
from workflow.publishing import import_notice
from workflow.tables import application

ORANGE = ("calendar:2027:orange", "orange", at("2026-11-15 日 00:00"))
YELLOW = ("calendar:2027", "yellow", at("2026-12-01 二 00:00"))
YEAR = """
label = "虚构的二〇二七年"
extends = "cn"
[[year]]
year = 2027
notice = "虚构的放假安排"
mark = "X"
holidays = [{ name = "元旦", from = 2027-01-01, to = 2027-01-03 }]
"""


def watch(book: Book, now: datetime) -> int:
    with store.writing(book.engine) as connection:
        return warn_of_calendar(connection, book, now)


def listed(book: Book, kind: AlertKind = AlertKind.CALENDAR) -> list[tuple[str, str, datetime]]:
    wanted = sa.select(alert).where(alert.c.kind == kind.value).order_by(alert.c.reached_at)
    with store.reading(book.engine) as connection:
        return [(row.key, row.level, row.reached_at) for row in connection.execute(wanted)]


# -- the calendar ------------------------------------------------------------------------------------


def test_orange_from_the_middle_of_november_and_yellow_from_december(book: Book) -> None:
    assert watch(book, at("2026-11-14 六 23:59")) == 0
    assert watch(book, at("2026-11-15 日 00:00")) == 1
    assert listed(book) == [ORANGE]
    assert watch(book, at("2026-11-30 一 23:59")) == 0
    assert watch(book, at("2026-12-01 二 00:00")) == 1
    assert watch(book, at("2026-12-02 三 06:00")) == 0
    assert listed(book) == [ORANGE, YELLOW]


def test_sixty_days_or_once(book: Book) -> None:
    """Only once, in the year that is missing: what should have been told in November is on the list."""
    watch(book, at("2027-01-13 三 06:00"))
    once = listed(book)
    for day in range(60):
        assert watch(book, at("2026-11-14 六 06:00") + timedelta(days=day)) == 0
    assert listed(book) == once == [ORANGE, YELLOW]


def test_a_published_year_is_not_missed(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "cn-2027.toml"
    path.write_text(YEAR, encoding="utf-8")
    import_notice(book, path, now=at("2026-11-12 四 09:00"), actor="管理员")
    assert watch(book, at("2026-12-02 三 06:00")) == 0, "also for a process that began before"
    assert watch(book, at("2027-11-15 一 06:00")) == 1
    assert [key for key, _, _ in listed(book)] == ["calendar:2028:orange"]


def test_the_job_says_what_to_do(book: Book) -> None:
    job = Job("calendar", "放假安排", Schedule(hour="7", minute="0"), watch_calendar)
    (ran,) = run_due(book, [job], at("2026-12-01 二 08:00"), "甲")
    assert (ran.state, ran.result) == (RunState.DONE, "放假安排新提示 2 条。")
    with store.reading(book.engine) as connection:
        told = set(connection.scalars(sa.select(alert.c.text)))
    expected = (
        "2027 年的放假安排还没有导入，2026-12-31 以后的到期日都是暂定的。"
        "国务院办公厅公布后，请写成放假安排文件并运行 yekuo calendar import 导入。"
    )
    assert told == {expected}


# -- the ledger --------------------------------------------------------------------------------------

NIGHT = at("2026-10-13 二 02:00")
JOB = Job("verify", "台账核对", Schedule(hour="2", minute="0"), verify_ledger)


@pytest.fixture
def accepted(book: Book) -> Book:
    start = at("2026-10-12 一 09:00")
    cases.accept(book, "A", resident("A"), at=start, now=start, actor="受理员")
    return book


def test_a_sound_ledger_gives_its_head(accepted: Book) -> None:
    (ran,) = run_due(accepted, [JOB], NIGHT, "甲")
    head = compare_ledger(accepted)[0].head
    assert (ran.state, ran.result) == (RunState.DONE, f"一致：1 件申请、1 条记录，总账哈希 {head}。")
    assert listed(accepted, AlertKind.LEDGER) == []


def test_a_change_outside_the_software_is_told_once(accepted: Book) -> None:
    with store.writing(accepted.engine) as connection:
        connection.execute(sa.update(application).values(manager="别人"))
    (ran,) = run_due(accepted, [JOB], NIGHT, "甲")
    head = compare_ledger(accepted)[0].head
    assert ran.state is RunState.DONE
    difference = "申请 A 的“客户经理”：数据库中为 别人，按记录应为 李四。"
    assert ran.result == f"核对了 1 件申请、1 条记录，总账哈希 {head}，不一致 1 处：{difference}"
    run_due(accepted, [JOB], NIGHT + timedelta(days=1), "甲")
    ((key, level, reached_at),) = listed(accepted, AlertKind.LEDGER)
    assert key.startswith("ledger:")
    assert (level, reached_at) == ("red", NIGHT)
