"""A year's notice published or amended: open due dates move, verdicts given stay (domain §5.6–7)."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypedDict

import pytest
import sqlalchemy as sa

from limits.errors import YekuoError
from limits.terms import CustomerClass, Supplies, Voltage
from limits.zone import SHANGHAI
from workflow import cases, errors, store
from workflow.book import Book
from workflow.events import EventType
from workflow.history import Registration
from workflow.listing import one
from workflow.publishing import import_notice, known_rules
from workflow.rules import load_rules
from workflow.tables import calendar_notice, event
from workflow.verify import verify

RESIDENT = Registration(
    unit="供电公司",
    station="城关供电所",
    customer="客户",
    address="一号",
    customer_class=CustomerClass.LV_RESIDENT,
    voltage=Voltage.V220,
    supplies=Supplies.SINGLE,
    capacity=Decimal(8),
)
YEAR = """
label = "虚构的二〇二七年"
extends = "cn"
[[year]]
year = 2027
notice = "虚构的放假安排"
mark = "X"
holidays = [{ name = "元旦", from = 2027-01-01, to = 2027-01-05 }]
"""
AMENDED = """
label = "虚构的调整"
extends = "cn"
[[change]]
year = 2026
notice = "虚构的补充通知"
mark = "X"
holidays = [{ name = "虚构假日", from = 2026-12-22 }]
"""


def at(text: str) -> cases.When:
    instant = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return {"at": instant, "now": instant, "actor": "甲"}


def due_on(book: Book, number: str, now: str) -> tuple[date | None, bool]:
    whole = next(each for each in one(book, number, at(now)["now"]).clocks if each.layer == "local")
    return whole.reading.due_on, whole.reading.provisional


def notice(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_published_year_moves_the_open_due_date_and_says_why(book: Book, tmp_path: Path) -> None:
    cases.accept(book, "A1", RESIDENT, **at("2026-12-31 09:00"))  # Thursday
    assert due_on(book, "A1", "2026-12-31 10:00") == (date(2027, 1, 5), True)  # Tuesday, by rule
    path = notice(tmp_path, "cn-2027.toml", YEAR)
    after, done = import_notice(book, path, **_published("2026-12-31 12:00"))
    assert due_on(after, "A1", "2026-12-31 13:00") == (date(2027, 1, 7), False)  # Thursday
    local = next(each for each in done.moved if each.layer == "local")
    assert (local.before, local.after) == (date(2027, 1, 5), date(2027, 1, 7))
    with store.reading(book.engine) as connection:
        told = connection.execute(sa.select(event).where(event.c.type == EventType.RESCHEDULED.value)).one()
    assert "2027-01-07" in told.payload
    assert verify(after).difference is None


def test_the_next_process_knows_the_notice(book: Book, tmp_path: Path) -> None:
    import_notice(book, notice(tmp_path, "cn-2027.toml", YEAR), **_published("2026-12-01 12:00"))
    reopened = Book(book.engine, known_rules(book.engine, load_rules()))
    cases.accept(reopened, "A1", RESIDENT, **at("2026-12-31 09:00"))
    assert due_on(reopened, "A1", "2026-12-31 10:00") == (date(2027, 1, 7), False)
    assert verify(reopened).difference is None


def test_an_amended_past_moves_no_verdict(book: Book, tmp_path: Path) -> None:
    cases.accept(book, "A1", RESIDENT, **at("2026-12-18 09:00"))  # Friday, due Tuesday the 22nd
    cases.energize(book, "A1", **at("2026-12-23 09:00"))  # Wednesday, one day late
    cases.accept(book, "A2", RESIDENT, **at("2026-12-21 09:00"))  # Monday, due Wednesday the 23rd
    after, done = import_notice(
        book, notice(tmp_path, "change.toml", AMENDED), **_published("2026-12-23 12:00")
    )
    cases.archive(after, "A1", **at("2026-12-24 09:00"))
    given = next(
        each for each in one(after, "A1", at("2026-12-25 09:00")["now"]).clocks if each.layer == "local"
    )
    assert (given.reading.used, given.reading.verdict) == (3, "late")
    assert {each.number for each in done.moved} == {"A2"}
    assert due_on(after, "A2", "2026-12-23 13:00") == (date(2026, 12, 24), False)
    assert verify(after).difference is None


def test_the_same_notice_twice_is_refused_and_changes_nothing(book: Book, tmp_path: Path) -> None:
    path = notice(tmp_path, "cn-2027.toml", YEAR)
    after, _ = import_notice(book, path, **_published("2026-12-01 12:00"))
    with pytest.raises(errors.NoticeKnown, match="不需要再导入"):
        import_notice(after, path, **_published("2026-12-02 12:00"))
    assert _notices(book) == 1


@pytest.mark.parametrize(
    "text", ["", "label = ", YEAR.replace("2027-01-05", "2026-01-05"), YEAR.replace('"cn"', '"nowhere"')]
)
def test_a_bad_notice_writes_nothing(book: Book, tmp_path: Path, text: str) -> None:
    cases.accept(book, "A1", RESIDENT, **at("2026-12-31 09:00"))
    with pytest.raises(YekuoError):
        import_notice(book, notice(tmp_path, "bad.toml", text), **_published("2026-12-31 12:00"))
    assert _notices(book) == 0
    assert due_on(book, "A1", "2026-12-31 13:00") == (date(2027, 1, 5), True)


class Published(TypedDict):
    now: datetime
    actor: str


def _published(text: str) -> Published:
    when = at(text)
    return {"now": when["now"], "actor": when["actor"]}


def _notices(book: Book) -> int:
    with store.reading(book.engine) as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(calendar_notice)).scalar() or 0)
