"""What holds on every answer: headers, forms, errors, sizes; and whether the program is well."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI

from alerts.jobs.rows import DONE
from alerts.tables import job_run
from tests.web.browser import Browser
from tests.web.conftest import NOW, Clock, Source
from tests.web.entering import entered
from web import routes, static_files
from web.access.admission import needs
from web.access.rights import Account, Right
from web.app import create_app
from web.envelope import HEADERS, LARGEST
from web.errors import Unexpected
from web.problems import AWAY
from web.settings import WebSettings
from workflow import errors, store
from workflow.book import Book
from yekuo.settings import Settings
from yekuo.work import jobs_for

Enrol = Callable[[str], Account]
PATHS = (
    "/",
    "/login",
    "/account",
    "/healthz",
    "/readyz",
    "/metrics",
    "/nowhere",
    "/api/v1/nothing",
    "/static/x/desk.css",
)


def test_every_answer_has_the_headers(desk: FastAPI, browser: Browser, enrol: Enrol) -> None:
    enrol("lisi")
    for visitor in (Browser(desk), browser):
        for path in PATHS:
            headers = visitor.get(path).headers
            for name, value in HEADERS.items():
                assert name in headers, path
                if name != "Cache-Control":
                    assert headers[name] == value, path
        browser.log_in("lisi")
    assert browser.get("/").headers["cache-control"] == "no-store"


def test_the_policy_allows_no_script_or_style_in_a_page(browser: Browser, enrol: Enrol) -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    enrol("lisi")
    pages = [browser.get("/login").text, browser.get("/nowhere").text]
    browser.log_in("lisi")
    pages += [browser.get("/").text, browser.get("/account").text]
    for page in pages:
        assert not re.search(r"<style|<script(?! src=)|\sstyle=|\son[a-z]+=", page)
        assert not re.findall(r'(?:href|src|action)="(?!/)', page.replace('href="#main"', ""))


def test_a_form_without_its_token_does_nothing(desk: FastAPI) -> None:
    browser = entered(desk, "lisi")
    for wrong in ("", "wrong", "中文"):
        answer = browser.ask("POST", "/logout", data={"csrf": wrong})
        assert answer.status_code == 403
        assert "表单已经失效" in answer.text
    assert browser.ask("POST", "/logout").status_code == 403
    assert browser.get("/").status_code == 200
    assert browser.ask("POST", "/logout", headers={"X-CSRF-Token": browser.token}).status_code == 303


def test_anothers_token_is_none(desk: FastAPI) -> None:
    other, browser = entered(desk, "zhaoliu"), entered(desk, "lisi")
    assert browser.ask("POST", "/logout", data={"csrf": other.token}).status_code == 403


def test_the_login_form_comes_from_the_login_page(browser: Browser, enrol: Enrol) -> None:
    """Else another site could log a person in as somebody else."""
    enrol("lisi")
    form = {"login": "lisi", "password": "correct horse battery"}
    assert browser.ask("POST", "/login", data=form).status_code == 403
    browser.get("/login")
    assert browser.ask("POST", "/login", data=form | {"csrf": "guessed"}).status_code == 403
    assert browser.post("/login", form).status_code == 303


def test_errors_are_a_page_for_people_and_a_problem_for_programs(browser: Browser) -> None:
    page = browser.get("/nowhere")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "请核对网址" in page.text
    answer = browser.get("/api/v1/nowhere")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:yekuo:error:page_unknown",
        "title": "没有找到",
        "status": 404,
        "detail": "没有这个页面，或者它不在您能看到的范围内。请核对网址，或从首页重新进入。",
        "code": "page_unknown",
    }
    wrong = browser.ask("DELETE", "/login")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")
    assert "DELETE" in wrong.text


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../app.py",
        "/static/x/..%2fapp.py",
        "/static/..%2f..%2fetc/passwd",
        "/static/x/nothing.css",
        "/%00",
    ],
)
def test_only_what_is_there_is_served(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_a_fault_of_ours_has_a_number_and_tells_nothing(
    book: Book, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    desk = create_app(Source(book), clock, WebSettings())
    router = APIRouter()

    @router.get("/api/v1/broken", dependencies=[needs(Right.SIGN_IN)])
    def broken() -> None:
        raise KeyError("inside of the program")

    desk.include_router(router)
    routes.remember(desk)
    assert Browser(desk).get("/api/v1/broken").status_code == 401
    answer = entered(desk, "lisi").get("/api/v1/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, Unexpected.code)
    assert "inside of the program" not in answer.text
    (record,) = (each for each in caplog.records if each.levelname == "ERROR")
    assert record.getMessage().split("reference=")[1][:8] in answer.json()["detail"]


def test_a_log_line_has_no_secrets(browser: Browser, enrol: Enrol, caplog: pytest.LogCaptureFixture) -> None:
    enrol("lisi")
    with caplog.at_level("INFO", "yekuo.web"):
        browser.log_in("lisi")
        browser.get("/account?done=secret")
        browser.get("/new%0Aline")
    lines = [each.getMessage() for each in caplog.records if each.name == "yekuo.web"]
    assert any("path=/account status=200" in line and "account=lisi" in line for line in lines)
    told = " ".join(lines)
    for secret in ("secret", "correct horse", browser.cookies["yekuo_session"], browser.token):
        assert secret not in told
    assert not [line for line in lines if "\n" in line]


@pytest.mark.parametrize("told", [True, False])
def test_more_than_the_limit_is_not_taken(browser: Browser, told: bool) -> None:
    def pieces() -> Any:
        async def sent() -> Any:
            for _ in range(LARGEST // 65536 + 1):
                yield b"x" * 65536

        return sent()

    content = b"x" * (LARGEST + 1) if told else pieces()
    answer = browser.ask("POST", "/login", content=content)
    assert answer.status_code == 413
    assert "2 MB" in answer.text


def test_static_files_are_kept_for_ever_under_a_name_that_changes(browser: Browser) -> None:
    page = browser.get("/login").text
    for name in ("desk.css", "desk.js", "mark.svg"):
        address = static_files.address_of(name)
        assert f'"{address}"' in page
        answer = browser.get(address)
        assert answer.headers["cache-control"] == static_files.FOR_EVER
        again = browser.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert browser.get(f"/static/old/{name}").headers["cache-control"] == "no-cache"


def test_alive_is_not_ready(clock: Clock, book: Book) -> None:
    def not_ready() -> None:
        raise errors.StoreNotReady(url="sqlite://")

    visitor = Browser(create_app(Source(book), clock, WebSettings(), check_ready=not_ready))
    assert visitor.get("/healthz").status_code == 200
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_not_ready")
    assert answer.headers["retry-after"]


def test_a_database_that_is_away_is_told_to_nobody_outside(
    book: Book, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """With a session of before: what needs no database answers all the same, and where it is stays inside."""
    away = Book(store.open_engine("sqlite:////no/such/folder/of-ours.sqlite3"), book.rules)
    app = create_app(Source(away), clock, WebSettings())
    visitor = Browser(app)
    visitor.wear("a session of before")
    for path in ("/healthz", static_files.address_of("desk.css"), "/api/v1/public/notice"):
        assert visitor.get(path).status_code == 200, path
    for path in ("/queue", "/notice", "/api/v1/applications", "/readyz", "/metrics"):
        answer = visitor.get(path)
        assert answer.status_code == 503, path
        assert AWAY in answer.text, path
        assert "of-ours" not in answer.text, path
        assert answer.headers.get("refresh") == ("30" if path in ("/queue", "/notice") else None), path
    assert "of-ours" in caplog.text
    visitor.wear("")
    visitor.get("/progress")
    answer = visitor.post("/progress", {"number": "A1", "code": "AAAAA-AAAAA"})
    assert AWAY in answer.text
    assert "of-ours" not in answer.text


def test_an_address_with_a_slash_too_many_leads_nowhere_else(desk: FastAPI) -> None:
    for path in ("/queue/", "/notice/"):
        answer = Browser(desk, base="http://elsewhere.example").get(path)
        assert (answer.status_code, answer.headers.get("location")) == (404, None)


def test_not_ready_while_scheduled_work_is_behind(book: Book, clock: Clock) -> None:
    jobs = jobs_for(Settings(), clock)
    visitor = Browser(create_app(Source(book), clock, WebSettings(), jobs=jobs))
    assert visitor.get("/readyz").status_code == 200, "a scheduler never started here is not behind"
    ran = {
        "job": "sweep",
        "slot": NOW,
        "state": DONE,
        "owner": "x",
        "fence": 1,
        "started_at": NOW,
        "finished_at": NOW,
        "result": "",
    }
    with store.writing(book.engine) as connection:
        connection.execute(sa.insert(job_run), [ran | {"shard": shard} for shard in range(4)])
    assert visitor.get("/readyz").status_code == 200
    clock.move(minutes=12)
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "jobs_behind")
    assert "时限扫描" in answer.json()["detail"]
    lag = re.search(r'yekuo_job_lag_seconds\{job="sweep"\} (\S+)', visitor.get("/metrics").text)
    assert lag
    assert float(lag[1]) > 0


def test_the_numbers_are_for_this_machine_or_whoever_has_the_token(book: Book, clock: Clock) -> None:
    open_here = create_app(Source(book), clock, WebSettings())
    assert Browser(open_here).get("/metrics").status_code == 200
    assert Browser(open_here, address="::1").get("/metrics").status_code == 200
    assert Browser(open_here, address="10.0.0.9").get("/metrics").status_code == 403
    by_token = create_app(Source(book), clock, WebSettings(metrics_token="t0ken"))  # noqa: S106
    for address in ("127.0.0.1", "10.0.0.9"):
        visitor = Browser(by_token, address=address)
        assert visitor.get("/metrics").status_code == 403
        assert visitor.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
        assert visitor.get("/metrics", headers={"Authorization": "Bearer t0ken"}).status_code == 200


def test_the_numbers_are_by_template_not_by_address(book: Book, clock: Clock) -> None:
    browser = Browser(create_app(Source(book), clock, WebSettings()))
    for name in ("a.css", "b.css", "desk.css"):
        browser.get(f"/static/x/{name}")
    browser.get("/no/such/4126092200104")
    told = browser.get("/metrics").text
    assert 'yekuo_requests_total{method="GET",route="/static/{digest}/{name}",status="404"} 2.0' in told
    assert 'yekuo_request_seconds_count{route="/static/{digest}/{name}"} 3.0' in told
    assert "4126092200104" not in told
    assert 'yekuo_open_applications{level="none"} 0.0' in told
    assert 'yekuo_outbox_messages{state="pending"} 0.0' in told


def test_the_way_leads_only_where_there_is_a_page(desk: FastAPI) -> None:
    for login in ("admin", "lisi", "zhoujiu", "regulator"):
        visitor = entered(desk, login)
        ways = set(re.findall(r'<li><a href="([^"]+)"', visitor.get("/").text))
        assert "/account" in ways
        assert {path: visitor.get(path).status_code for path in ways} == dict.fromkeys(ways, 200)
