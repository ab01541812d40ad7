"""Books of the reports' tests, and what is put into them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from limits.shipped import DATA
from limits.terms import CustomerClass, Supplies, Voltage
from reports.periods import Period
from reports.sealing.seal import Sealed, close_period
from tests.dates import at
from workflow import cases, store
from workflow.book import Book
from workflow.history import Registration
from workflow.ledger.importing import import_ledger
from workflow.rules import Rules

AS_OF = at("2026-11-20 五 18:00")  # the instant of the shipped ledger
OCTOBER = Period.month(2026, 10)
CLOSING = at("2026-11-02 一 09:00")
RESIDENT = CustomerClass.LV_RESIDENT


def resident(
    name: str, *, capacity: str = "8", station: str = "城关供电所", manager: str = "李四"
) -> Registration:
    """A household: local limit 2 working days, the company's and the state's 5."""
    return Registration(
        unit="示例县供电公司",
        station=station,
        customer=name,
        address=f"{name}家",
        customer_class=RESIDENT,
        voltage=Voltage.V220,
        supplies=Supplies.SINGLE,
        capacity=Decimal(capacity),
        manager=manager,
    )


@contextmanager
def opened(url: str, rules: Rules) -> Iterator[Book]:
    """The book in a database."""
    engine = store.open_engine(url)
    yield Book(engine, rules)
    engine.dispose()


@contextmanager
def sqlite_book(template: Path, folder: Path, rules: Rules) -> Iterator[Book]:
    """An empty SQLite book of its own in ``folder``."""
    path = folder / "yekuo.sqlite3"
    shutil.copy(template, path)
    with opened(f"sqlite:///{path.as_posix()}", rules) as book:
        yield book


def filled(book: Book) -> Book:
    """With the shipped ledger in it."""
    import_ledger(book, DATA / "samples" / "ledger-2026.xlsx", now=AS_OF)
    return book


def lived(book: Book, number: str, day: str = "2026-10-12 一") -> None:
    """A household that was connected two days later."""
    start = at(f"{day} 09:00")
    cases.accept(book, number, resident(number), at=start, now=start, actor="受理员")
    for case, days, actor in ((cases.energize, 2, "装表员"), (cases.archive, 3, "归档员")):
        then = start + timedelta(days)
        case(book, number, at=then, now=then, actor=actor)


def energized_at(book: Book, number: str, then: datetime, now: datetime) -> None:
    """The day on which one that has :func:`lived` was connected is corrected."""
    told: dict[str, Any] = {"reason": "写错", "at": now, "now": now, "actor": "所长"}
    cases.correct(book, number, seq=2, occurred_at=then, **told)


def closed(book: Book, period: Period = OCTOBER, **told: Any) -> Sealed:
    return close_period(book, period, **{"now": CLOSING, "actor": "管理员", **told})
