"""我的工单, 抢单 and 派单: who sees what, in which order, and of two at once one."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from tests.alerts.company import CITY, CODES, EAST
from tests.dates import at
from tests.web.browser import PASSWORD, Browser
from tests.web.conftest import NOW, Clock
from tests.web.desk_work import accept
from tests.web.entering import entered
from web.access import accounts
from web.access.once import new_key
from web.access.rights import Role
from web.pages import queue as queue_pages
from workflow import cases, store
from workflow.assignment import owners
from workflow.book import Book
from workflow.explaining import explain_application
from workflow.people.tables import appointment, person, unit

ROWS = re.compile(r'<a class="number" href="/applications/([^"]+)"')


def helps_out(book: Book, name: str, station: str) -> None:
    """``name`` is account manager at ``station`` as well."""
    with store.writing(book.engine) as connection:
        post = {
            "person_id": connection.scalar(sa.select(person.c.id).where(person.c.name == name)),
            "unit_id": connection.scalar(sa.select(unit.c.id).where(unit.c.name == station)),
            "post": "account_manager",
            "since": NOW.date(),
        }
        connection.execute(sa.insert(appointment), [post])


def owner(book: Book, number: str) -> list[str]:
    return [each.manager for each in owners(explain_application(book, number, NOW).events)]


def test_the_most_urgent_is_first_and_says_so_in_words(desk: FastAPI, book: Book) -> None:
    accept(book, "A1", at("2026-11-18 三 09:00"))
    accept(book, "A2", at("2026-11-02 一 09:00"), customer="东方<化工>")
    page = entered(desk, "lisi").get("/queue").text
    assert ROWS.findall(page) == ["A2", "A1"]
    assert "level-red" in page
    assert "</svg>红</span>" in page
    assert "14/10 超 4" in page
    assert "2026-11-16（周一）" in page
    assert "已超期 4 个工作日" in page
    assert "东方&lt;化工&gt;" in page
    assert 'href="/applications/A2/do/plan_replied">供电方案答复</a>' in page
    assert "2/4 环节" in page


def test_each_sees_the_own_part(desk: FastAPI, book: Book) -> None:
    accept(book, "A1")
    accept(book, "A2", station=EAST, manager="王五")
    accept(book, "A3", manager="")
    for login, expected in (("lisi", {"A1"}), ("zhaoliu", {"A1", "A3"}), ("zhoujiu", {"A1", "A2", "A3"})):
        visitor = entered(desk, login)
        assert set(ROWS.findall(visitor.get("/queue").text)) == expected
    assert entered(desk, "regulator").get("/queue").status_code == 403


def test_a_due_date_beyond_the_published_year_is_provisional(desk: FastAPI, book: Book, clock: Clock) -> None:
    clock.at = at("2026-12-29 二 09:00")
    accept(book, "A1", at("2026-12-28 一 09:00"))
    assert "暂定" in entered(desk, "lisi").get("/queue").text


def test_filters_and_search(desk: FastAPI, book: Book) -> None:
    accept(book, "A1", at("2026-11-18 三 09:00"))
    accept(book, "B2", at("2026-11-02 一 09:00"), customer="东方化工厂")
    accept(
        book, "C3", at("2026-11-06 五 09:00"), customer_class="lv_micro", voltage="380V", customer_works=False
    )
    visitor = entered(desk, "lisi")
    for asked, expected in (
        ("text=东方", {"B2"}),
        ("text=b2", {"B2"}),
        ("text=' OR 1=1 --", set()),
        ("text=%00", set()),
        ("text=%25", set()),
        ("customer_class=lv_micro", {"C3"}),
        ("step=reply", {"A1", "B2"}),
        ("level=red&customer_class=hv_ordinary", {"B2"}),
        ("due=late", {"B2", "C3"}),
        ("text=&step=&level=", {"A1", "B2", "C3"}),
    ):
        page = visitor.get(f"/queue?{asked}")
        assert page.status_code == 200, asked
        assert set(ROWS.findall(page.text)) == expected, asked
    for wrong in ("level=purple", "step=x", "due=never", "after=x"):
        assert visitor.get(f"/queue?{wrong}").status_code == 422, wrong


def test_due_today_is_within_today(desk: FastAPI, book: Book, clock: Clock) -> None:
    accept(book, "A1", at("2026-11-02 一 09:00"))
    clock.at = at("2026-11-16 一 23:59")
    visitor = entered(desk, "lisi")
    page = visitor.get("/queue?due=today").text
    assert ROWS.findall(page) == ["A1"]
    assert "今天到期" in page
    assert ROWS.findall(visitor.get("/queue?due=late").text) == []
    clock.move(minutes=1)
    assert ROWS.findall(visitor.get("/queue?due=late").text) == ["A1"]


def test_page_after_page_every_row_once(desk: FastAPI, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_pages, "PAGE", 2)
    for index in range(5):
        accept(book, f"A{index}", at("2026-11-18 三 09:00") + timedelta(minutes=index))
    visitor = entered(desk, "lisi")
    seen = []
    for page in visitor.walk("/queue?customer_class=hv_ordinary"):
        assert "customer_class=hv_ordinary" in str(page.url)
        seen += ROWS.findall(page.text)
    assert seen == [f"A{index}" for index in range(5)]


def test_what_is_suspended_has_no_due_date(desk: FastAPI, book: Book) -> None:
    accept(book, "A1")
    when = at("2026-11-04 三 09:00")
    cases.suspend(book, "A1", reason="x", evidence="y", approver="赵六", at=when, now=when, actor="李四")
    assert "挂起中" in entered(desk, "lisi").get("/queue").text


def test_one_click_takes_it_and_the_other_is_told_who(desk: FastAPI, book: Book) -> None:
    accept(book, "A1", manager="")
    accept(book, "A2")
    visitor = entered(desk, "lisi")
    page = visitor.get("/pool").text
    assert "在办 <strong>1</strong> 件" in page
    assert 'action="/pool/A1/claim"' in page
    assert 'action="/pool/A2/claim"' not in page
    key = {"form_key": new_key()}
    done = visitor.post("/pool/A1/claim", key)
    assert (done.status_code, done.headers["location"]) == (303, "/pool?done=A1")
    assert visitor.post("/pool/A1/claim", key).headers["location"] == "/pool?done=A1", "a double click"
    assert owner(book, "A1") == ["李四"]
    late = visitor.post("/pool/A1/claim", {"form_key": new_key()})
    assert late.status_code == 409
    assert "已由客户经理 李四 负责" in late.text


def test_of_two_at_once_one_gets_it(desk: FastAPI, book: Book) -> None:
    accept(book, "A1", manager="")
    code = CODES["王五"]
    helps_out(book, "王五", CITY)
    accounts.create(
        book.engine,
        "wangwu",
        PASSWORD,
        Role.ACCOUNT_MANAGER,
        unit_name=CITY,
        code=code,
        now=NOW,
        by="管理员",
    )
    both = [entered(desk, "lisi"), Browser(desk)]
    both[1].log_in("wangwu")

    def click(visitor: Browser) -> httpx.Response:
        return visitor.post("/pool/A1/claim", {"form_key": new_key()})

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(click, both), key=lambda each: each.status_code)
    assert [each.status_code for each in answers] == [303, 409]
    (winner,) = owner(book, "A1")
    assert f"已由客户经理 {winner} 负责" in answers[1].text


def test_nobody_takes_in_another_station(desk: FastAPI, book: Book) -> None:
    accept(book, "A1", station=EAST, manager="")
    visitor = entered(desk, "lisi")
    assert "A1" not in visitor.get("/pool").text
    for number in ("A1", "A9", "%00", "A1'--"):
        assert visitor.post(f"/pool/{number}/claim", {"form_key": new_key()}).status_code == 404
    assert owner(book, "A1") == []
    assert entered(desk, "zhaoliu").post("/pool/A1/claim").status_code == 403


def test_a_leader_gives_it_to_somebody_of_the_station(desk: FastAPI, book: Book) -> None:
    accept(book, "A1", manager="")
    visitor = entered(desk, "zhaoliu")
    page = visitor.get("/assign").text
    assert '<option value="李四">' in page
    assert '<option value="王五">' not in page
    for wrong in ("王五", "", "谁也不是"):
        refused = visitor.post("/assign/A1", {"manager": wrong, "form_key": new_key()})
        assert refused.status_code == 409
        assert ("在职客户经理" if wrong else "未登记：没有选客户经理。") in refused.text
    assert owner(book, "A1") == []
    assert visitor.post("/assign/A1", {"manager": "李四", "form_key": new_key()}).status_code == 303
    assert owner(book, "A1") == ["李四"]
    again = visitor.post("/assign/A1", {"manager": "李四", "form_key": new_key()})
    assert "已由客户经理 李四 负责" in again.text
