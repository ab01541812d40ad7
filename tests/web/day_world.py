"""A company at work for the days: the people and applications of the demo, swept once, behind a real port.

Nothing here ends a day's work of another: each day has applications of its own.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page

from alerts.answers import answer
from alerts.listing import alerts
from alerts.orders.acts import open_order, reply
from limits.shipped import DATA
from limits.terms import Level
from tests.alerts.telling import sweep
from tests.dates import at
from tests.web.browser import PASSWORD
from tests.web.conftest import Source
from tests.web.desk_work import served
from web.access import passwords
from web.access.sessions import digest
from web.app import create_app
from web.settings import WebSettings
from web.tables import account, session
from workflow import store
from workflow.book import Book
from workflow.people.roster import import_organisation, record_absence
from workflow.people.tables import person
from workflow.rules import Rules
from yekuo import demo_desk

NOW = at("2026-11-20 五 18:01")
MANAGER, COLLEAGUE, HEAD, LEADER, CENTRE = "nx025", "nx024", "nx021", "nx001", "nx007"
PEOPLE = {each[0]: (each[1].value, each[2]) for each in demo_desk.PEOPLE} | {
    COLLEAGUE: ("account_manager", "NX024")
}
# An order that was replied to, and the alarm that was answered: for others to judge.
REPLIED, ANSWERED = "4126111000301", "4126111700302"
SCREENS = {"desktop": (1280, 900), "phone": (390, 844)}


@dataclass
class Watch:
    """What a browser asked for and complained of. ``refusals`` were meant: the browser notes each."""

    base: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    refusals: int = 0

    def over(self, context: BrowserContext) -> None:
        """Look at every page of ``context``."""
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("console", lambda message: self.complaints.append(message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def check(self) -> None:
        """Nothing was asked of another host, and nothing went wrong that was not meant to."""
        assert [each for each in self.asked if not each.startswith((self.base + "/", "data:"))] == []
        assert any("/static/" in each for each in self.asked)
        refused = [each for each in self.complaints if re.search(r"status of 4(09|22)", each)]
        assert [each for each in self.complaints if each not in refused] == []
        assert len(refused) == self.refusals


@dataclass
class World:
    """The desk at ``base`` over ``book``, as seen on one screen."""

    base: str
    book: Book
    browser: Browser
    screen: str

    @property
    def phone(self) -> bool:
        """Whether the screen is a narrow one."""
        return self.screen == "phone"

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """A watch that is read at the end of the block."""
        watch = Watch(self.base)
        yield watch
        watch.check()

    @contextmanager
    def page(self, watch: Watch, login: str = "", *, script: bool = True) -> Iterator[Page]:
        """A page of somebody's own browser; ``login`` is in already, and without one it is a stranger's."""
        width, height = SCREENS[self.screen]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=script
        )
        context.set_default_timeout(20_000)
        watch.over(context)
        if login:
            context.add_cookies([{"name": "yekuo_session", "value": f"token of {login}", "url": self.base}])
        try:
            page = context.new_page()
            yield page
            page.goto("about:blank")  # a stream that is listened to ends before its browser does
        finally:
            context.close()


@contextmanager
def world(url: str, rules: Rules, browser: Browser, screen: str) -> Iterator[World]:
    """The desk of the demo over the empty, migrated database at ``url``."""
    engine = store.open_engine(url)
    book = filled(Book(engine, rules))
    app = create_app(Source(book), lambda: NOW, WebSettings())
    with served(app) as base:
        try:
            yield World(base, book, browser, screen)
        finally:
            app.state.desk.stopping.set()
    engine.dispose()


def filled(book: Book, people: Sequence[str] = tuple(PEOPLE)) -> Book:
    """``book`` with the demo's organisation and applications, alarms and orders, and everybody come in."""
    file = DATA / "organisations" / "neixiang-sample.toml"
    import_organisation(book.engine, file, now=at("2026-11-02 一 09:00"), actor="管理员")
    demo_desk.populate(book)
    swept = at("2026-11-20 五 18:00")
    sweep(book, swept)
    (late,) = (each.id for each in alerts(book, NOW, number=ANSWERED) if each.level is Level.YELLOW)
    answer(book, late, actor=demo_desk.MANAGER, at=swept, now=NOW, text="表计缺货，周一上午装表")
    order = open_order(
        book, ask="请说明超期原因", actor="公司领导甲", at=swept, now=NOW, application_number=REPLIED, limit=3
    )
    reply(book, order.number, actor=demo_desk.HEAD, at=NOW, now=NOW, text="设备已到货，周一送电")
    record_absence(
        book.engine, "NX022", from_at=at("2026-11-19 四 08:00"), to_at=at("2026-11-24 二 00:00"),
        stand_in="NX021", reason="培训", now=NOW, actor=demo_desk.HEAD,
    )  # fmt: skip
    for login in people:
        _enter(book.engine, login)
    return book


def level_words(page: Page) -> list[str]:
    """The level of each row of a queue, in its order."""
    cells = page.locator("table.queue tbody tr td:first-child").all_inner_texts()
    return [each.strip() for each in cells]


@cache
def _kept() -> str:
    """One hash for all: hashing is slow on purpose."""
    return passwords.hashed("somebody", PASSWORD)


def _enter(engine: sa.Engine, login: str) -> None:
    role, code = PEOPLE[login]
    own = role in ("account_manager", "station_head", "team_leader", "clerk", "technician", "metering")
    with engine.begin() as connection:
        found = connection.scalar(sa.select(person.c.id).where(person.c.code == code)) if code else None
        row = {
            "login": login, "person_id": found, "post": role, "unit": demo_desk.STATION if own else "",
            "password": _kept(), "failures": 0, "created_at": NOW, "created_by": "管理员",
        }  # fmt: skip
        made = connection.execute(sa.insert(account).values(row)).inserted_primary_key
        assert made is not None
        inside = {
            "hash": digest(f"token of {login}"), "account_id": made[0], "created_at": NOW, "seen_at": NOW,
            "expires_at": NOW + timedelta(hours=12), "address": "127.0.0.1", "agent": "Mozilla/5.0 (X11; Linux)",
            "csrf": f"csrf of {login}",
        }  # fmt: skip
        connection.execute(sa.insert(session).values(inside))
