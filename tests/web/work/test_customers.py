"""What a customer does by number and code: rate each step once, choose while nobody owns; and the profiles."""

from typing import Any

import pytest
from fastapi import FastAPI

from limits.terms import Step
from tests.alerts.company import CITY, EAST
from tests.dates import at
from tests.web.browser import Browser
from tests.web.conftest import NOW, Source
from tests.web.desk_work import accept
from web.desk import Desk
from web.settings import WebSettings
from web.work.customers import MOST
from web.work.profiles import Profile, profiles
from workflow import cases, ratings
from workflow.book import Book
from workflow.explaining import explain_application
from workflow.progress import customer_code

LOW: dict[str, Any] = {
    "customer_class": "lv_other",
    "voltage": "380V",
    "capacity": "9",
    "customer_works": False,
}
THURSDAY = at("2026-11-19 四 09:00")
YEAR_AGO = at("2025-11-19 三 09:00")


def known(book: Book, number: str) -> dict[str, str]:
    return {"number": number, "code": customer_code(book, number, NOW)}


def energized(book: Book, number: str, accepted: str, ended: str, **changed: Any) -> None:
    """A low-voltage application up to 装表接电."""
    accept(book, number, at(accepted), **(LOW | changed))
    when = at(ended)
    cases.complete_formalities(book, number, at=when, now=when, actor="电工甲")
    cases.energize(book, number, at=when, now=when, actor="电工甲")


def rate(book: Book, number: str, step: Step, score: int) -> None:
    ratings.rate(book, number, step=step, score=score, at=THURSDAY, now=THURSDAY, actor="客户")


def test_a_step_that_is_done_is_rated_once(book: Book, browser: Browser) -> None:
    accept(book, "A1")
    page = browser.get("/progress")
    mine = known(book, "A1")
    page = browser.post("/progress", mine)
    assert "评价已完成的环节" in page.text
    assert 'name="step" value="apply"' in page.text
    assert 'name="step" value="reply"' not in page.text
    rating = mine | {"step": "apply", "score": "4", "text": "<b>快</b>"}
    for wrong in ({"score": "6"}, {"score": ""}, {"step": "fly"}, {"step": "reply"}, {"text": "长" * 501}):
        answer = browser.post("/progress/rate", rating | wrong)
        assert answer.status_code == 422
        assert "受理日期" in answer.text, "who knows the code still sees the application"
    rated = browser.post("/progress/rate", rating)
    assert rated.status_code == 200
    assert "评价已登记" in rated.text
    assert "您评了 4 分" in rated.text
    again = browser.post("/progress/rate", rating)
    assert again.status_code == 422
    assert "已经评价过" in again.text
    last = explain_application(book, "A1", NOW).events[-1]
    assert (last.type.value, last.actor) == ("rated", "客户")
    assert last.payload == {"step": "apply", "score": 4, "text": "<b>快</b>"}


def test_without_the_code_nothing_is_done_however_it_is_asked(book: Book, desk: FastAPI) -> None:
    accept(book, "A1", manager="")
    guesser = Browser(desk, address="10.0.0.9")
    guesser.get("/progress")
    for index in range(MOST):
        form = {
            "number": "A1",
            "code": "0" * 10,
            "manager": "李四",
            "step": "apply",
            "score": "5" if index % 2 else "",
        }
        answer = guesser.post("/progress/choose" if index % 2 else "/progress/rate", form)
        assert answer.status_code == 422
        assert "受理日期" not in answer.text
    assert guesser.post("/progress/rate", known(book, "A1")).status_code == 429, "a wrong form counts as well"
    assert len(explain_application(book, "A1", NOW).events) == 1


def test_the_customer_chooses_while_nobody_owns(book: Book, browser: Browser) -> None:
    accept(book, "A1", manager="")
    browser.get("/progress")
    mine = known(book, "A1")
    page = browser.post("/progress", mine).text
    assert 'name="manager" value="李四"' in page
    assert "王五" not in page, "of another station"
    for wrong in ("王五", "赵六", "", "张三"):
        assert browser.post("/progress/choose", mine | {"manager": wrong}).status_code == 422
    chosen = browser.post("/progress/choose", mine | {"manager": "李四"})
    assert chosen.status_code == 200
    assert "客户经理已选定" in chosen.text
    again = browser.post("/progress/choose", mine | {"manager": "李四"})
    assert again.status_code in (409, 422)
    assert "已由客户经理 李四 负责" in again.text
    event = explain_application(book, "A1", NOW).events[-1]
    assert (event.payload["how"], event.actor) == ("chosen", "客户")


def test_the_profiles_are_counted(book: Book, browser: Browser) -> None:
    energized(book, "K1", "2026-11-02 一 09:00", "2026-11-04 三 09:00")
    energized(book, "K2", "2026-11-02 一 09:00", "2026-11-09 一 09:00")
    energized(book, "K3", "2025-11-03 一 09:00", "2025-11-05 三 09:00")
    energized(book, "K4", "2026-11-02 一 09:00", "2026-11-03 二 09:00", station=EAST)
    accept(book, "K5", **LOW)
    rate(book, "K1", Step.APPLY, 5)
    rate(book, "K1", Step.ENERGIZE, 3)
    rate(book, "K2", Step.APPLY, 1)
    wrong = explain_application(book, "K2", NOW).events[-1].seq
    said: dict[str, Any] = {"reason": '打错了 "withdrawn":true}', "withdrawn": True}
    cases.correct(book, "K2", seq=wrong, **said, at=THURSDAY, now=THURSDAY, actor="赵六")
    for number, when in (("K1", THURSDAY), ("K2", THURSDAY), ("K3", YEAR_AGO), ("K4", THURSDAY)):
        cases.archive(book, number, at=when, now=when, actor="客服乙")
    desk = Desk(Source(book), lambda: NOW, WebSettings(), lambda: None, ())
    assert profiles(desk, CITY, NOW) == (Profile("李四", CITY, 2, 2, 1, 2, 8, 1),)
    assert profiles(desk, EAST, NOW) == (Profile("王五", EAST, 0, 0, 0, 0, 0, 0),), (
        "names repeat, stations count"
    )
    assert profiles(desk, "无此所", NOW) == ()
    page = browser.get("/managers", params={"station": CITY}).text
    for each in ("李四", "50.0%", "（1/2）", "4.0 分", "（2 次评价）", "2 件"):
        assert each in page, each
    assert "王五" not in page
    assert browser.get("/managers").status_code == 200
    assert browser.get("/managers", params={"station": "无此所"}).status_code == 404


@pytest.mark.parametrize("path", ["/progress/rate", "/progress/choose"])
def test_a_form_of_another_site_is_refused(book: Book, browser: Browser, path: str) -> None:
    accept(book, "A1")
    assert browser.post(path, known(book, "A1") | {"csrf": "x"}).status_code == 403
