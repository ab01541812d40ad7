"""The command centre: figures that agree with the book, of one's own part, as they change."""

import asyncio
import re
from collections.abc import Callable
from functools import partial

import pytest
from fastapi import FastAPI, Request

from limits.terms import Level
from tests.alerts.company import CITY, EAST
from tests.alerts.telling import accept
from tests.dates import at, on
from tests.web.centre_world import OURS, THEIRS, YOUNG, filled, order, red
from tests.web.conftest import NOW, Clock, Source
from tests.web.entering import entered
from web.access import accounts
from web.access.admission import COOKIE, Needs
from web.access.rights import Account, Right
from web.app import create_app
from web.settings import WebSettings
from web.work.centre import board
from web.work.streaming import changes
from workflow.book import Book
from yekuo.settings import Settings
from yekuo.work import jobs_for

Enrol = Callable[[str], Account]


@pytest.fixture
def late(book: Book) -> Book:
    """Two stations with late applications."""
    return filled(book)


def test_levels_by_station(late: Book, enrol: Enrol) -> None:
    whole = board(late, enrol("zhoujiu"), (), NOW)
    assert {each.station: each.open for each in whole.stations} == {EAST: 1, CITY: 2}
    assert whole.total.open == 3
    assert {level: n for level, n in whole.total.levels.items() if n} == {Level.RED: 2}
    own = board(late, enrol("zhaoliu"), (), NOW)
    assert [(each.station, each.open, each.levels[Level.RED]) for each in own.stations] == [(CITY, 2, 1)]


def test_what_is_due_and_what_waits(late: Book, enrol: Enrol) -> None:
    """2 working days from Friday the 20th end on Tuesday; from Thursday the 19th on Monday."""
    accept(late, "D-4", at("2026-11-19 四 09:00"))
    accept(late, "E-5", at("2026-11-18 三 09:00"), station=EAST, manager="王五")
    number = order(late, unit=EAST)
    account = enrol("zhoujiu")
    whole = board(late, account, (), NOW)
    assert (whole.today.day, whole.today.applications) == (on("2026-11-20 五"), 1)
    assert {each.number for each in whole.today.lines} == {"E-5"}
    assert whole.following.day == on("2026-11-23 一")
    assert {each.number for each in whole.following.lines} >= {"D-4"}
    assert YOUNG not in {each.number for each in whole.following.lines}
    assert number in {each.number for each in whole.orders}
    assert whole.unanswered[0].number in (OURS, THEIRS)
    assert [each.reached_at for each in whole.unanswered] == sorted(
        each.reached_at for each in whole.unanswered
    )
    own = board(late, enrol("zhaoliu"), (), NOW)
    assert own.today.applications == 0
    assert number not in {each.number for each in own.orders}
    assert THEIRS not in {each.number for each in own.unanswered}


def test_the_page_leads_to_the_lists(late: Book, clock: Clock) -> None:
    accept(late, "D-4", at("2026-11-19 四 09:00"))
    app = create_app(Source(late), clock, WebSettings(), jobs=jobs_for(Settings(), clock))
    browser = entered(app, "zhoujiu")
    page = browser.get("/centre").text
    links = set(re.findall('href="([^"]+)"', page))
    wanted = {each for each in links if each.startswith(("/queue?", "/alerts", "/orders", "/applications/"))}
    assert any("level=red" in each for each in wanted)
    for each in wanted:
        assert browser.get(each.replace("&amp;", "&")).status_code == 200, each
    assert "自动任务" in page
    due = page.partition('id="due-next"')[2].partition("</section>")[0]
    listed = re.findall('<a href="(/applications/[^"]+)">', due)
    counted = int(re.findall("：([0-9]+) 件</h2>", due)[0])
    assert "/applications/D-4" in listed
    assert len(listed) == len(set(listed)) == counted, "each once, with all its clocks"
    assert f"/alerts/{red(late, OURS)}" in browser.get(f"/alerts?number={OURS}").text


@pytest.mark.usefixtures("late")
def test_who_does_not_watch_is_refused(desk: FastAPI) -> None:
    browser = entered(desk, "lisi")
    assert browser.get("/centre").status_code == 403
    assert browser.get("/centre/live").status_code == 403


@pytest.mark.usefixtures("late")
def test_the_stream_ends_with_the_process(desk: FastAPI) -> None:
    browser = entered(desk, "zhoujiu")
    desk.state.desk.stopping.set()
    answer = browser.get("/centre/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("event: board\ndata: ")
    assert answer.text.endswith("\n\n")
    assert "<!doctype" not in answer.text
    assert EAST in answer.text


def test_what_changes_is_sent_and_what_does_not_is_not(late: Book, desk: FastAPI, enrol: Enrol) -> None:
    account = enrol("zhoujiu")

    async def three() -> list[str]:
        here = desk.state.desk

        async def asking() -> Account:
            return account

        stream = changes(here, asking, lambda who: f"{board(late, who, (), here.now()).orders}", every=0.25)
        first, second = await anext(stream), await anext(stream)
        await asyncio.to_thread(order, late, unit=EAST)
        return [first, second, await anext(stream)]

    first, second, third = asyncio.run(three())
    assert first.startswith("event: board")
    assert second == ": \n\n"
    assert third.count("督〔2026〕") > first.count("督〔2026〕")


def test_a_session_that_is_ended_ends_its_stream(book: Book, desk: FastAPI) -> None:
    browser = entered(desk, "zhoujiu")
    cookie = f"{COOKIE}={browser.cookies[COOKIE]}".encode()
    request = Request({"type": "http", "method": "GET", "app": desk, "headers": [(b"cookie", cookie)]})

    async def told() -> list[str]:
        asking = partial(Needs(Right.WATCH), request)
        stream = changes(desk.state.desk, asking, lambda who: who.login, every=0.25)
        first, second = await anext(stream), await anext(stream)
        await asyncio.to_thread(accounts.end_sessions, book.engine, "zhoujiu", NOW, by="孙八")
        return [first, second, *[each async for each in stream]]

    assert asyncio.run(told()) == ["event: board\ndata: zhoujiu\n\n", ": \n\n"]
