"""阅读记录: who read what, when and where, and which readings are worth a question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from fastapi import FastAPI

from tests.alerts.company import CITY
from tests.dates import at
from tests.web.browser import Browser
from tests.web.desk_work import accept
from tests.web.entering import entered
from web.access.accounts import ACCOUNTS, account_of
from web.access.read_log import note_read, readings
from web.access.visible import shown
from web.pages import audit as audit_pages
from workflow import cases
from workflow.book import Book

NEXT = re.compile(r'href="(/audit\?[^"]+)" rel="next"')
REPLIED = at("2026-11-12 四 10:00")


@dataclass(frozen=True)
class World:
    """A plan given on the twelfth, and readings before it and after."""

    book: Book
    visitors: Mapping[str, Browser]

    def listed(self, **asked: object) -> list[tuple[str, str, str]]:
        """Whose, of what, and where."""
        found = readings(self.book.engine, **asked).rows  # type: ignore[arg-type]
        return [(each.login, each.number, each.where) for each in found]


@pytest.fixture
def world(book: Book, desk: FastAPI) -> World:
    """Five readings."""
    accept(book, "A1")
    accept(book, "H2", customer_class="lv_resident", voltage="220V", customer_works=False, capacity="8")
    visitors = {login: entered(desk, login) for login in ("lisi", "sunba", "zhaoliu", "admin")}
    with book.engine.connect() as connection:
        who = {row.login: account_of(row) for row in connection.execute(ACCOUNTS)}

    def read(login: str, number: str, day: str, what: str = "page") -> None:
        note_read(book.engine, who[login], shown(book.engine, who[login], number).id, what, at(day))

    read("lisi", "A1", "2026-11-03 二 09:00")
    read("sunba", "A1", "2026-11-04 三 09:00", "api")
    read("zhaoliu", "A1", "2026-11-05 四 09:00", "documents")
    cases.reply_plan(book, "A1", at=REPLIED, now=REPLIED, actor="赵六")
    read("sunba", "A1", "2026-11-13 五 09:00", "other")
    read("sunba", "H2", "2026-11-14 六 09:00")
    return World(book, visitors)


def test_the_last_is_first_and_says_where(world: World) -> None:
    assert world.listed() == [
        ("sunba", "H2", "申请页面"),
        ("sunba", "A1", "other"),
        ("zhaoliu", "A1", "收资"),
        ("sunba", "A1", "数据接口"),
        ("lisi", "A1", "申请页面"),
    ]
    first = readings(world.book.engine).rows[-1]
    assert (first.name, first.station, first.manager) == ("李四", CITY, "李四")
    assert first.at == at("2026-11-03 二 09:00")


def test_only_a_stranger_to_a_plan_not_yet_given_is_worth_a_question(world: World) -> None:
    """Not the manager, not who recorded something of it, not after the plan, not where no plan is given."""
    found = readings(world.book.engine).rows
    assert [(each.login, each.at) for each in found if each.before_plan] == [
        ("sunba", at("2026-11-04 三 09:00"))
    ]


def test_narrowed_by_whom_what_and_when(world: World) -> None:
    assert {each[0] for each in world.listed(account="李四")} == {"lisi"}
    assert len(world.listed(account="SUNBA")) == 3
    assert world.listed(account="nobody") == []
    assert {each[1] for each in world.listed(number="H2")} == {"H2"}
    day = at("2026-11-04 三 09:00")
    assert len(world.listed(since=day, until=day + timedelta(days=1))) == 1, "until is no longer meant"
    assert world.listed(since=day, until=day) == []


def test_page_after_page_every_one_once(world: World) -> None:
    pages, after = [], None
    while True:
        page = readings(world.book.engine, after=after, limit=2)
        pages += [each.id for each in page.rows]
        after = page.next
        if after is None:
            break
    assert pages == [each.id for each in readings(world.book.engine).rows]


def test_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = world.visitors["sunba"]
    page = visitor.get("/audit").text
    assert page.count('<strong class="mark ask">方案答复前，未经办') == 1
    assert 'href="/applications/A1"' in page
    narrowed = visitor.get("/audit?who=李四&since=2026-11-03&until=2026-11-03").text
    assert narrowed.count('data-label="时间"') == 1
    for wrong in ("since=x", "until=9999-12-31", "since=0001-01-01", "after=-1", "who=%00"):
        assert visitor.get(f"/audit?{wrong}").status_code == 422, wrong
    assert visitor.get("/audit?since=2026-11-04&until=2026-11-03").status_code == 422
    monkeypatch.setattr(audit_pages, "PAGE", 3)
    following = NEXT.search(visitor.get("/audit?number=A1").text)
    assert following is not None
    rest = visitor.get(following[1].replace("&amp;", "&")).text
    assert rest.count('data-label="时间"') == 1
    assert "number=A1" in following[1]


def test_an_administrator_is_led_to_no_application(world: World) -> None:
    page = world.visitors["admin"].get("/audit").text
    assert "/applications/" not in page
    assert "/audit?number=A1" in page
