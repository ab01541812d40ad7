"""Alarms and orders of two stations, for the pages that show them."""

from datetime import datetime

import sqlalchemy as sa

from alerts.listing import alerts
from alerts.orders.acts import open_order
from alerts.tables import alert
from limits.terms import Level
from tests.alerts.company import EAST
from tests.alerts.telling import accept, sweep
from tests.dates import at
from tests.web.conftest import NOW
from workflow.book import Book

OURS, THEIRS, YOUNG = "A-1", "B-2", "C-3"
OPENED = at("2026-11-20 五 10:00")


def filled(book: Book) -> Book:
    """Two households late since the 16th, one of each station, and one of today; then a sweep."""
    accept(book, OURS, at("2026-11-16 一 09:00"))
    accept(book, THEIRS, at("2026-11-16 一 09:00"), station=EAST, manager="王五")
    accept(book, YOUNG, at("2026-11-20 五 09:00"))
    sweep(book, at("2026-11-20 五 12:00"))
    return book


def red(book: Book, number: str) -> int:
    """The id of the red local alarm of an application."""
    (found,) = (
        each.id
        for each in alerts(book, NOW, level=Level.RED, number=number)
        if each.layer and each.layer.value == "local"
    )
    return found


def about_a_unit(book: Book, unit: str) -> int:
    """An alarm that is about no application."""
    row = {
        "kind": "duty", "key": f"duty:{unit}", "level": "blue", "reached_at": OPENED,
        "unit": unit, "text": f"{unit} 的定期工作未完成。", "climbs": 0,
    }  # fmt: skip
    with book.engine.begin() as connection:
        done = connection.execute(sa.insert(alert).values(row))
    key = done.inserted_primary_key
    assert key is not None
    return int(key[0])


def order(book: Book, when: datetime = OPENED, **about: str) -> str:
    """An order by hand; its number."""
    return open_order(book, ask="请说明原因", actor="孙八", at=when, now=when, limit=3, **about).number
