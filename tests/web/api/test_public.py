"""What a program may ask without a token."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from tests.alerts.company import CITY, EAST
from tests.web.api.conftest import Program
from tests.web.browser import Browser
from tests.web.conftest import NOW, Clock
from tests.web.desk_work import accept
from web.access.read_log import readings
from web.work.customers import MOST
from workflow.book import Book
from workflow.progress import customer_code

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
PATH = "/api/v1/public/progress"


@pytest.fixture
def ask(desk: FastAPI) -> Callable[..., httpx.Response]:
    """Asks for the progress of an application from an address."""

    def asked(number: str, code: str, address: str = "10.0.0.9") -> httpx.Response:
        stranger = Browser(desk, address=address)
        return stranger.ask("POST", PATH, json={"number": number, "code": code})

    return asked


def test_the_own_application_and_nobody_elses(book: Book, ask: Callable[..., httpx.Response]) -> None:
    accept(book, "A1")
    accept(book, "B2", manager="王五")
    code = customer_code(book, "A1", NOW)
    told = ask(" A1 ", code.lower())
    assert told.status_code == 200
    assert (told.json()["accepted_on"], told.json()["manager"]) == ("2026-11-02", "李四")
    assert [each["step"] for each in told.json()["steps"]] == ["apply", "reply", "works", "energize"]
    for secret in ("振兴", "城关镇", code):
        assert secret not in told.text
    refused, unknown = ask("B2", code), ask("Z9", code)
    assert refused.status_code == unknown.status_code == 422
    assert refused.content == unknown.content
    assert refused.json()["code"] == "progress_refused"


def test_so_many_tries_a_minute_with_the_page_together(
    book: Book, desk: FastAPI, ask: Callable[..., httpx.Response], clock: Clock
) -> None:
    accept(book, "A1")
    code = customer_code(book, "A1", NOW)
    page = Browser(desk, address="10.0.0.9")
    page.get("/progress")
    for _ in range(MOST - 1):
        assert ask("A1", "0").status_code == 422
    assert page.post("/progress", {"number": "A1", "code": "0"}).status_code == 422
    assert (ask("A1", code).status_code, ask("A1", code).json()["code"]) == (429, "tries_exceeded")
    assert ask("A1", code, "10.0.0.8").status_code == 200
    clock.move(minutes=1)
    assert ask("A1", code).status_code == 200


def test_a_step_is_rated_once_and_a_manager_chosen_while_there_is_none(
    book: Book, desk: FastAPI, ask: Callable[..., httpx.Response]
) -> None:
    accept(book, "A1", manager="")
    known = {"number": "A1", "code": customer_code(book, "A1", NOW)}

    def post(what: str, **more: object) -> httpx.Response:
        return Browser(desk).ask("POST", f"{PATH}/{what}", json=known | more)

    rated = post("rate", step="apply", score=4, text="很快")
    assert (rated.status_code, rated.json()["steps"][0]["score"]) == (201, 4)
    assert post("rate", step="apply", score=1).json()["code"] == "rating_invalid"
    assert post("rate", step="reply", score=5).status_code == 422, "not done yet"
    assert post("choose", manager="王五").json()["code"] == "owner_invalid", "of another station"
    assert post("choose", manager="李四").json()["manager"] == "李四"
    assert post("choose", manager="李四").status_code == 409
    assert post("rate", code="0", step="apply", score=1).json()["code"] == "progress_refused"
    assert ask("A1", known["code"]).json()["steps"][0]["score"] == 4


@pytest.mark.usefixtures("book")
def test_whom_one_can_choose(desk: FastAPI) -> None:
    stranger = Browser(desk)
    assert stranger.ask("GET", "/api/v1/public/stations").json() == {"stations": [CITY, EAST]}
    (only,) = stranger.ask("GET", f"/api/v1/public/stations/{CITY}/managers").json()["managers"]
    assert (only["manager"], only["open"], only["handled"]) == ("李四", 0, 0)
    assert stranger.ask("GET", "/api/v1/public/stations/没有的所/managers").status_code == 404


def test_no_other_sites_form_asks(desk: FastAPI) -> None:
    sent = Browser(desk).ask("POST", PATH, data={"number": "A1", "code": "0"})
    assert sent.status_code == 415


def test_the_notice_board(desk: FastAPI) -> None:
    told = Browser(desk).ask("GET", "/api/v1/public/notice").json()
    assert {each["number"] for each in told["telephones"]} == {"95598", "12398"}
    assert {each["layer"] for each in told["limits"]} == {"local", "company", "national"}
    assert {each["high"] for each in told["machines"]} == {True, False}


def test_the_code_for_who_may_accept_and_no_one_else(book: Book, program: Callable[..., Program]) -> None:
    accept(book, "A1")
    code = customer_code(book, "A1", NOW)
    manager = program("lisi")
    assert code not in manager.get("/applications/A1").text
    assert manager.get("/applications/A1/code").json() == {"number": "A1", "code": code}
    assert manager.get("/applications/B2/code").status_code == 404
    assert program("zhoujiu").get("/applications/A1/code").status_code == 403
    assert [each.what for each in readings(book.engine, number="A1").rows] == ["code", "api"]
