"""预警告警 and 督办单 at the desk: what is seen, what is done, by whom, and what is not there for others."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from alerts.kinds import Act, Handling, OrderState
from alerts.listing import one_alert
from alerts.orders.listing import one_order
from alerts.orders.listing import orders as list_orders
from tests.alerts.company import CITY, EAST
from tests.web.browser import Browser
from tests.web.centre_world import OURS, THEIRS, about_a_unit, filled, order, red
from tests.web.conftest import NOW, Clock
from tests.web.entering import entered
from web.access.once import new_key
from web.tables import read_log
from workflow.book import Book

EVIL = "\"><script>alert(1)</script>'; DROP TABLE alert; --{{7*7}}"


@pytest.fixture
def late(book: Book) -> Book:
    """Two stations with late applications."""
    return filled(book)


@pytest.fixture
def come(desk: FastAPI) -> Callable[[str], Browser]:
    """Lets in."""
    return lambda login: entered(desk, login)


Come = Callable[[str], Browser]


def test_the_list_is_of_ones_own_part(late: Book, come: Come) -> None:
    about_a_unit(late, CITY)
    about_a_unit(late, EAST)
    centre, head, manager = come("zhoujiu").get("/alerts").text, come("zhaoliu"), come("lisi")
    assert OURS in centre
    assert THEIRS in centre
    own = head.get("/alerts").text
    assert OURS in own
    assert THEIRS not in own
    assert f"{CITY} 的定期工作" in own
    assert f"{EAST} 的定期工作" not in own
    narrow = manager.get("/alerts").text
    assert OURS in narrow
    assert "定期工作" not in narrow, "what is the unit's is not one manager's"


def test_another_stations_alarm_is_not_there(late: Book, come: Come) -> None:
    theirs, unit = red(late, THEIRS), about_a_unit(late, EAST)
    for login in ("lisi", "zhaoliu", "clerk"):
        browser = come(login)
        assert browser.get(f"/alerts/{red(late, OURS)}").status_code == 200
        for which in (theirs, unit, 999_999):
            assert browser.get(f"/alerts/{which}").status_code == 404
            assert browser.post(f"/alerts/{which}/answer", {"text": "写了"}).status_code == 404
    assert one_alert(late, theirs, NOW).acts == ()


def test_filters(late: Book, come: Come) -> None:
    browser = come("zhoujiu")
    assert f"/alerts/{red(late, THEIRS)}" in browser.get(f"/alerts?level=red&unit={EAST}&state=new").text
    assert f"/alerts/{red(late, OURS)}" not in browser.get(f"/alerts?level=red&unit={EAST}").text
    assert "没有符合条件" in browser.get(f"/alerts?number={OURS}&state=closed").text
    assert browser.get("/alerts?state=tired").status_code == 422
    assert browser.get("/alerts?unit=%00").status_code == 422


def test_answered_by_one_and_closed_by_another(late: Book, come: Come) -> None:
    which = red(late, OURS)
    manager, centre = come("lisi"), come("zhoujiu")
    assert "核实的情况" not in centre.get(f"/alerts/{which}").text, "there is no answer to judge"
    assert manager.post(f"/alerts/{which}/acknowledge", {"at": "2026-11-20T17:00"}).status_code == 303
    page = manager.get(f"/alerts/{which}?done=acknowledged").text
    assert "已签收。" in page
    assert manager.post(f"/alerts/{which}/answer", {"text": " "}).status_code == 422
    done = manager.post(f"/alerts/{which}/answer", {"text": "表计缺货", "at": "2026-11-20T17:30"})
    assert done.headers["location"] == f"/alerts/{which}?done=answered"
    assert manager.post(f"/alerts/{which}/close", {"text": "好"}).status_code == 403
    assert centre.get(f"/alerts/{which}").status_code == 200
    assert centre.post(f"/alerts/{which}/close", {"text": "已核实"}).status_code == 303
    view = one_alert(late, which, NOW)
    assert view.state is Handling.CLOSED
    assert [each.actor for each in view.acts] == ["李四", "李四", "周九"]
    assert '<form class="act"' not in centre.get(f"/alerts/{which}").text


def test_a_form_sent_twice_is_done_once(late: Book, come: Come) -> None:
    which, manager = red(late, OURS), come("lisi")
    manager.get(f"/alerts/{which}")
    for _ in range(2):
        assert manager.post(f"/alerts/{which}/answer", {"text": "表计缺货"}).status_code == 303
    assert len(one_alert(late, which, NOW).acts) == 1


@pytest.mark.parametrize(
    "when", ["2026-11-20T18:01", "2026-11-01T08:00", "gestern", "9999-12-31T23:59", "x\0"]
)
def test_a_time_that_cannot_be(late: Book, come: Come, when: str) -> None:
    which, manager = red(late, OURS), come("lisi")
    refused = manager.post(f"/alerts/{which}/answer", {"text": "表计缺货", "at": when})
    assert refused.status_code == 422
    assert "表计缺货" in refused.text, "what was typed is still there"
    assert f'data-again="/alerts/{which}"' in refused.text, "where back leads once it is left"
    assert one_alert(late, which, NOW).acts == ()


def test_without_the_token_of_the_page_nothing_is_done(late: Book, come: Come) -> None:
    which, centre = red(late, OURS), come("zhoujiu")
    number = order(late, unit=CITY)
    for path in (f"/alerts/{which}/acknowledge", f"/orders/{quote(number)}/cancel", "/orders"):
        assert centre.post(path, {"text": "x", "ask": "x", "unit": CITY, "csrf": "x"}).status_code == 403
    assert one_alert(late, which, NOW).acts == ()
    assert one_order(late, number, NOW).state is OrderState.OPEN


def test_an_order_is_replied_returned_replied_and_accepted(late: Book, come: Come, clock: Clock) -> None:
    number = order(late, unit=CITY)
    path = f"/orders/{quote(number, safe='')}"
    head, centre = come("zhaoliu"), come("zhoujiu")
    assert number in head.get(path).text
    assert centre.post(f"{path}/accept").status_code == 422, "nobody has replied"
    for browser, act in ((head, "reply"), (centre, "return"), (head, "reply"), (centre, "accept")):
        clock.move(minutes=5)
        browser.get(path)
        answer = browser.post(f"{path}/{act}", {"text": f"{act} 的内容"})
        assert answer.status_code == 303
        assert browser.get(answer.headers["location"]).status_code == 200
    view = one_order(late, number, clock())
    assert view.state is OrderState.ACCEPTED
    assert [each.act for each in view.acts][1:] == [Act.REPLIED, Act.RETURNED, Act.REPLIED, Act.ACCEPTED]
    assert head.post(f"{path}/cancel", {"text": "x"}).status_code == 403
    assert head.get("/orders/2026-9999").status_code == 404
    assert head.get("/orders/%00").status_code == 404


def test_another_units_order_is_not_there(late: Book, come: Come) -> None:
    theirs = order(late, unit=EAST)
    about = order(late, application_number=OURS)
    head, manager = come("zhaoliu"), come("lisi")
    for browser in (head, manager):
        shown = browser.get("/orders").text
        assert about in shown
        assert theirs not in shown
        for path in ("", "/print"):
            assert browser.get(f"/orders/{quote(theirs)}{path}").status_code == 404
            assert browser.get(f"/orders/{quote(about)}{path}").status_code == 200
        assert browser.post(f"/orders/{quote(theirs)}/reply", {"text": "x"}).status_code == 404


def test_the_document_brings_its_own_style_and_is_noted(late: Book, come: Come) -> None:
    number = order(late, application_number=OURS)
    answer = come("zhoujiu").get(f"/orders/{quote(number)}/print")
    assert number in answer.text
    policy = answer.headers["content-security-policy"]
    assert "style-src 'sha256-" in policy
    assert "default-src 'none'" in policy
    with late.engine.connect() as connection:
        assert connection.execute(sa.select(read_log.c.what)).scalars().all() == ["order"]


def test_an_order_is_opened_once_by_those_who_may(late: Book, come: Come) -> None:
    centre, head = come("zhoujiu"), come("zhaoliu")
    before = len(list_orders(late, NOW))
    assert "下达督办单" not in head.get("/orders").text
    assert head.post("/orders", {"ask": "x", "unit": CITY}).status_code == 403
    centre.get("/orders")
    form = {"ask": "请说明原因", "unit": CITY, "days": "2", "form_key": new_key()}
    first, second = centre.post("/orders", form), centre.post("/orders", form)
    assert (first.status_code, first.headers["location"]) == (303, second.headers["location"])
    assert len(list_orders(late, NOW)) == before + 1
    assert list_orders(late, NOW)[0].limit == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"ask": ""},
        {"unit": ""},
        {"application": OURS},
        {"days": "0"},
        {"days": "x"},
        {"ask": "x\0"},
        {"unit": "\0"},
    ],
)
def test_an_order_that_cannot_be_opened(late: Book, come: Come, wrong: dict[str, str]) -> None:
    centre = come("zhoujiu")
    centre.get("/orders")
    before = len(list_orders(late, NOW))
    good = {"ask": "请说明原因", "unit": CITY, "form_key": new_key()}
    assert centre.post("/orders", good | wrong).status_code == 422
    assert len(list_orders(late, NOW)) == before
    assert centre.post("/orders", good).status_code == 303, "the same form, mended"


@pytest.mark.usefixtures("late")
def test_an_order_about_no_application_that_is(come: Come) -> None:
    centre = come("zhoujiu")
    centre.get("/orders")
    assert centre.post("/orders", {"ask": "x", "application": "Z", "form_key": new_key()}).status_code == 404


def test_what_was_written_is_shown_as_text(late: Book, come: Come) -> None:
    which, centre = red(late, OURS), come("zhoujiu")
    centre.get(f"/alerts/{which}")
    assert centre.post(f"/alerts/{which}/answer", {"text": EVIL, "at": EVIL}).status_code == 422
    assert centre.post(f"/alerts/{which}/answer", {"text": EVIL}).status_code == 303
    made = centre.post("/orders", {"ask": EVIL, "unit": EVIL, "form_key": new_key()})
    assert made.status_code == 303
    assert centre.post(f"/orders/{EVIL}/reply", {"text": "x"}).status_code == 404
    here = made.headers["location"].partition("?")[0]
    pages = [
        centre.get(f"/alerts/{which}"),
        centre.get(here),
        centre.get(f"{here}/print"),
        centre.get("/orders"),
    ]
    pages += [
        centre.get(f"/{each}?{field}={quote(EVIL)}")
        for each, field in (
            ("alerts", "unit"),
            ("alerts", "number"),
            ("orders", "unit"),
            ("orders", "number"),
        )
    ]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "DROP TABLE" in page.text
    for field in ("state", "level"):
        assert "<script>alert" not in centre.get(f"/alerts?{field}={quote(EVIL)}").text
