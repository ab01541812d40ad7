"""Lives of applications for the tests: whole ones by name, and what a book holds of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from limits.terms import CustomerClass, Supplies, Supporting, Voltage
from tests.dates import at
from workflow import cases
from workflow.book import Book, Recorded
from workflow.history import Registration
from workflow.tables import application, metadata

START = at("2026-09-01 二 09:00")
RESIDENT = Registration(
    unit="示例县供电公司",
    station="东岭供电所",
    customer="客户甲",
    address="东岭镇5号",
    customer_class=CustomerClass.LV_RESIDENT,
    voltage=Voltage.V220,
    supplies=Supplies.SINGLE,
    capacity=Decimal(8),
    manager="经理甲",
)
OTHER = replace(
    RESIDENT, customer_class=CustomerClass.LV_OTHER, voltage=Voltage.V380, capacity=Decimal("60.5")
)
MICRO = replace(OTHER, customer_class=CustomerClass.LV_MICRO, boundary=True)
ORDINARY = replace(
    RESIDENT,
    customer_class=CustomerClass.HV_ORDINARY,
    voltage=Voltage.KV10,
    capacity=Decimal(500),
    customer_works=True,
)
IMPORTANT = replace(
    ORDINARY,
    customer_class=CustomerClass.HV_IMPORTANT,
    supplies=Supplies.DOUBLE,
    supporting=Supporting.TEE_LINE,
)


@dataclass(frozen=True)
class Told:
    """One use case in a life: its function, who did it, what it carries."""

    case: Callable[..., Recorded]
    actor: str = "经理甲"
    carries: Mapping[str, Any] = field(default_factory=dict)


def _given(**carries: object) -> dict[str, object]:
    return carries


PASSED, FAILED = _given(passed=True, opinion="合格"), _given(passed=False, opinion="不合格")
PAUSE = _given(reason="客户原因", evidence="客户书面说明", approver="所长")
LOW_WITHOUT_WORKS = (Told(cases.reply_plan), Told(cases.energize, "装表员"), Told(cases.archive))
LOW_WITH_WORKS = (
    Told(cases.start_works),
    Told(cases.start_supporting, "施工员"),
    Told(cases.finish_supporting, "施工员"),
    Told(cases.finish_works),
    Told(cases.complete_formalities),
    Told(cases.energize, "装表员"),
    Told(cases.archive),
)
HIGH_WITHOUT_WORKS = (
    Told(cases.approve_plan, "主任"),
    Told(cases.reply_plan),
    Told(cases.complete_formalities),
    Told(cases.energize, "装表员"),
    Told(cases.archive),
)
HIGH_ORDINARY = (
    Told(cases.approve_plan, "主任"),
    Told(cases.reply_plan),
    Told(cases.start_works),
    Told(cases.finish_works),
    Told(cases.report_completion),
    Told(cases.start_final, "技术员"),
    Told(cases.finish_final, "技术员", PASSED),
    Told(cases.complete_formalities),
    Told(cases.energize, "装表员"),
    Told(cases.archive),
)
HIGH_IMPORTANT = (
    Told(cases.find_constraint),
    Told(cases.report_constraint),
    Told(cases.approve_plan, "主任"),
    Told(cases.reply_plan),
    Told(cases.agree_contract, "经理甲", {"on": at("2026-11-30 一 00:00").date()}),
    Told(cases.submit_approvals),
    Told(cases.grant_approvals),
    Told(cases.start_supporting, "施工员"),
    Told(cases.start_works),
    Told(cases.submit_design),
    Told(cases.review_design, "技术员", FAILED),
    Told(cases.submit_design),
    Told(cases.review_design, "技术员", PASSED),
    Told(cases.request_interim),
    Told(cases.start_interim, "技术员"),
    Told(cases.finish_interim, "技术员", FAILED),
    Told(cases.request_interim),
    Told(cases.start_interim, "技术员"),
    Told(cases.finish_interim, "技术员", PASSED),
    Told(cases.suspend, "经理甲", PAUSE),
    Told(cases.resume),
    Told(cases.finish_works),
    Told(cases.report_completion),
    Told(cases.start_final, "技术员"),
    Told(cases.finish_final, "技术员", FAILED),
    Told(cases.report_completion),
    Told(cases.start_final, "技术员"),
    Told(cases.finish_final, "技术员", PASSED),
    Told(cases.finish_supporting, "施工员"),
    Told(cases.complete_formalities),
    Told(cases.energize, "装表员"),
    Told(cases.archive),
)
LIVES: dict[str, tuple[Registration, tuple[Told, ...]]] = {
    "低压居民": (RESIDENT, LOW_WITHOUT_WORKS),
    "低压小微企业": (MICRO, LOW_WITHOUT_WORKS),
    "低压非居民有客户工程": (
        replace(OTHER, customer_works=True, supporting=Supporting.LOW_VOLTAGE),
        LOW_WITH_WORKS,
    ),
    "高压普通投资至红线": (replace(ORDINARY, customer_works=False, boundary=True), HIGH_WITHOUT_WORKS),
    "高压普通": (ORDINARY, HIGH_ORDINARY),
    "高压重要": (IMPORTANT, HIGH_IMPORTANT),
    "高压资产移交": (replace(IMPORTANT, customer_class=CustomerClass.HV_TRANSFER), HIGH_IMPORTANT),
}


def accept(
    book: Book, number: str, registration: Registration = ORDINARY, when: datetime = START, **more: Any
) -> Recorded:
    """受理, recorded five minutes later by the clerk."""
    now = more.pop("now", when + timedelta(minutes=5))
    return cases.accept(book, number, registration, at=when, now=now, actor="受理员", **more)


def tell(book: Book, number: str, told: Told, when: datetime, **more: Any) -> Recorded:
    """One use case at ``when``, recorded five minutes later."""
    now = more.pop("now", when + timedelta(minutes=5))
    return told.case(book, number, at=when, now=now, actor=told.actor, **{**told.carries, **more})


def instants(start: datetime = START, apart: timedelta = timedelta(hours=26)) -> Iterator[datetime]:
    """``start`` and on, a little more than a day apart."""
    while True:
        yield start
        start += apart


def live(book: Book, number: str, life: str, upto: int | None = None) -> list[Recorded]:
    """The whole life of that name, or acceptance and its first ``upto`` facts."""
    registration, told = LIVES[life]
    when = instants()
    done = [accept(book, number, registration, next(when))]
    return done + [tell(book, number, each, next(when)) for each in told[:upto]]


def contents(book: Book) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table by the application's number, without surrogate keys, in a fixed order."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with book.engine.connect() as connection:
        numbers = {row.id: row.number for row in connection.execute(sa.select(application))}
        for table in metadata.sorted_tables:
            rows: list[tuple[object, ...]] = []
            for row in connection.execute(sa.select(table)).mappings():
                values = {name: value for name, value in row.items() if name not in ("id", "application_id")}
                key = "id" if table is application else "application_id"
                rows.append((numbers.get(row.get(key), ""), *values.values()))
            found[table.name] = sorted(rows, key=lambda row: [str(value) for value in row])
    return found


def counts(book: Book) -> dict[str, int]:
    """How many rows each table has."""
    with book.engine.connect() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() or 0
            for table in metadata.sorted_tables
        }
