"""Alarms and orders a page at a time: each once, the filters kept, and nonsense in the address refused."""

import re

import pytest
from fastapi import FastAPI

from alerts.listing import alerts
from tests.alerts.company import CITY, EAST
from tests.web.browser import Browser
from tests.web.centre_world import filled, order
from tests.web.conftest import NOW
from tests.web.entering import entered
from web.pages import alerts as alert_pages
from web.pages import orders as order_pages
from workflow.book import Book


def walked(browser: Browser, path: str, rows: str) -> list[str]:
    """What every page lists, from the first to the last."""
    return [found for page in browser.walk(path) for found in re.findall(rows, page.text)]


def test_each_comes_once(desk: FastAPI, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(book)
    orders = [order(book, unit=unit) for unit in (CITY, EAST, CITY, CITY)]
    monkeypatch.setattr(alert_pages, "PAGE", 2)
    monkeypatch.setattr(order_pages, "PAGE", 2)
    centre = entered(desk, "zhoujiu")
    expected = [str(each.id) for each in alerts(book, NOW)]
    assert len(expected) > 4
    assert walked(centre, "/alerts", r'href="/alerts/(\d+)"') == expected
    mine = [str(each.id) for each in alerts(book, NOW, unit=CITY)]
    assert walked(centre, f"/alerts?unit={CITY}", r'href="/alerts/(\d+)"') == mine
    listed = walked(centre, f"/orders?unit={CITY}&state=", r'<td data-label="责任单位" class="when">([^<]+)<')
    assert listed.count(CITY) == len(listed) >= 3
    assert len(walked(centre, "/orders", r'data-label="文号"')) >= len(orders)
    for path in ("/alerts?after=x", "/orders?after=!", "/alerts?after=WyJhIiwxXQ"):
        assert centre.get(path).status_code == 422
