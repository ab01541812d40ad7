"""What a stranger may see: the own application by number and code, and the notice board."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from tests.web.browser import Browser
from tests.web.centre_world import OURS, THEIRS, filled
from tests.web.conftest import NOW, Clock
from web.access.tries import ADDRESSES, Tries
from web.work.customers import MOST
from workflow.book import Book
from workflow.progress import ProgressRefused, customer_code

EVIL = "\"><script>alert(1)</script>' OR 1=1 --{{7*7}}"


@pytest.fixture
def late(book: Book) -> Book:
    """Two stations with late applications."""
    return filled(book)


def test_the_own_application_and_nobody_elses(late: Book, browser: Browser) -> None:
    browser.get("/progress")
    code = customer_code(late, OURS, NOW)
    page = browser.post("/progress", {"number": f" {OURS} ", "code": code.lower()})
    assert page.status_code == 200
    assert "李四" in page.text
    assert "受理日期" in page.text
    for secret in (THEIRS, "王五"):
        assert secret not in page.text
    assert code not in page.text
    refused = browser.post("/progress", {"number": THEIRS, "code": code})
    unknown = browser.post("/progress", {"number": "Z-9", "code": code})
    assert refused.status_code == unknown.status_code == 422
    assert ProgressRefused().message in refused.text
    assert ProgressRefused().message in unknown.text


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("what", [EVIL, "", "\0", "x" * 5000])
def test_what_was_typed_comes_back_as_text(browser: Browser, what: str) -> None:
    browser.get("/progress")
    page = browser.post("/progress", {"number": what, "code": what})
    assert page.status_code == 422
    assert "<script>alert" not in page.text


def test_so_many_tries_a_minute(late: Book, desk: FastAPI, clock: Clock) -> None:
    guesser, other = Browser(desk, address="10.0.0.9"), Browser(desk, address="10.0.0.8")
    right = {"number": OURS, "code": customer_code(late, OURS, NOW)}
    for browser in (guesser, other):
        browser.get("/progress")
    for _ in range(MOST):
        assert guesser.post("/progress", {"number": OURS, "code": "0"}).status_code == 422
    assert guesser.post("/progress", right).status_code == 429, "not even with the right code"
    assert other.post("/progress", right).status_code == 200
    clock.move(seconds=60)
    assert guesser.post("/progress", right).status_code == 200


def test_a_form_of_another_site_is_refused(late: Book, browser: Browser) -> None:
    right = {"number": OURS, "code": customer_code(late, OURS, NOW), "csrf": "x"}
    assert browser.post("/progress", right).status_code == 403


def test_addresses_are_forgotten_before_there_are_too_many() -> None:
    tries = Tries(1)
    for index in range(ADDRESSES):
        assert tries.allow(str(index), NOW)
    assert not tries.allow("0", NOW)
    later = NOW + timedelta(minutes=2)
    assert tries.allow("new", later)
    assert len(tries._seen) == 1


def test_the_notice_board(browser: Browser) -> None:
    page = browser.get("/notice")
    assert page.status_code == 200
    for each in ("95598", "12398", "供电方案答复", "个工作日", "内电〔2021〕34号", "/progress"):
        assert each in page.text
    assert "监管时限" not in page.text
