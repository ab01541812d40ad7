"""What holds for all of the API: who is asking, what is sent, what is answered, and once only."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jsonschema_rs
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from tests.dates import at
from tests.web.api.conftest import Enrol, Program
from tests.web.browser import Browser
from tests.web.conftest import NOW, Clock
from tests.web.desk_work import accept
from tests.web.entering import entered
from web.access import once, tokens
from web.access.read_log import readings
from web.access.rights import Right
from web.envelope import LARGEST
from web.errors import KeyAtWork, KeyInvalid
from web.tables import idempotency
from web.work.cursors import read, written
from workflow import store
from workflow.book import Book
from workflow.explaining import explain_application
from workflow.people.tables import appointment
from workflow.queue import CursorInvalid

Come = Callable[..., Program]
KEY = "5f0c9a52-1d1e-4f0b-9b4e-3a6f1c2d7e80"
REPLY = {"at": "2026-11-20T17:30:00+08:00"}
ACT = "/applications/A1/actions/plan_replied"


def kinds(book: Book) -> list[str]:
    return [each.type.value for each in explain_application(book, "A1", at("2026-12-31 四 12:00")).events]


def test_refusals_are_problems_whatever_is_accepted(desk: FastAPI, program: Come) -> None:
    lisi, stranger = program("lisi"), Browser(desk)
    answers = {
        "not_signed_in": stranger.ask("GET", "/api/v1/applications", headers={"Accept": "text/html"}),
        "page_unknown": lisi.get("/nowhere", Accept="text/html"),
        "application_unknown": lisi.get("/applications/A1", Accept="text/html"),
        "request_invalid": lisi.get("/applications?limit=0"),
        "cursor_invalid": lisi.get("/applications?cursor=x"),
        "method_unfit": lisi.ask("DELETE", "/applications"),
        "json_unreadable": lisi.ask(
            "POST",
            ACT,
            headers={"Content-Type": "application/json", "Idempotency-Key": KEY},
            content=b'{"at":',
        ),
        "media_type_unfit": lisi.ask("POST", ACT, headers={"Content-Type": "text/plain"}, content=b"{}"),
        "request_too_large": lisi.ask(
            "POST", ACT, headers={"Content-Type": "application/json"}, content=b"x" * (LARGEST + 1)
        ),
    }
    expected = [401, 404, 404, 422, 422, 405, 400, 415, 413]
    for (code, answer), status in zip(answers.items(), expected, strict=True):
        assert answer.headers["content-type"] == "application/problem+json", code
        told = answer.json()
        assert (answer.status_code, told["code"], told["status"]) == (status, code, status)
        assert told["type"] == f"urn:yekuo:error:{code}"
        assert told["detail"].endswith("。")
    assert answers["not_signed_in"].headers["www-authenticate"] == "Bearer"


def test_what_is_no_json_is_told_so(program: Come) -> None:
    headers, lisi = {"Content-Type": "application/json", "Idempotency-Key": KEY}, program("lisi")
    for sent in (b"\xff\xfe", b"[" * 100_000, b"1" * 10_000, b'{"at": NaN'):
        answer = lisi.ask("POST", ACT, headers=headers, content=sent)
        assert (answer.status_code, answer.json()["code"]) == (400, "json_unreadable"), sent[:9]


def test_a_missing_scope_is_named_and_a_missing_right_is_the_posts(book: Book, program: Come) -> None:
    accept(book, "A1")
    reading = program("lisi", Right.READ_APPLICATIONS)
    refused = reading.post(ACT, REPLY)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert "登记方案答复”（record_reply）" in refused.json()["detail"]
    assert reading.get("/pool").json()["code"] == "scope_missing"
    assert reading.get("/applications/A1/alerts").json()["code"] == "scope_missing"
    assert program("lisi", Right.READ_ALERTS).get("/applications/A1/alerts").status_code == 200
    assert program("clerk").get("/pool").json()["code"] == "right_missing"
    assert reading.get("/tokens").json()["code"] == "session_needed", "no token can be given this scope"
    assert kinds(book) == ["accepted"]


def test_anothers_application_is_not_there(book: Book, program: Come) -> None:
    accept(book, "A1", manager="王五")
    accept(book, "A/2")
    lisi = program("lisi")
    parts = ("", "/clocks", "/events", "/documents", "/alerts", "/actions")
    for number, status in (("A1", 404), ("nothing", 404), ("%00", 404), ("A/2", 200), ("A%2F2", 200)):
        assert {lisi.get(f"/applications/{number}{part}").status_code for part in parts} == {status}, number
    for path in (ACT, f"{ACT}/preview"):
        refused = lisi.post(path, REPLY)
        assert (refused.status_code, refused.json()["code"]) == (404, "application_unknown")
    assert [row["number"] for row in lisi.get("/applications").json()["items"]] == ["A/2"]


def test_to_look_ahead_is_to_read(book: Book, program: Come) -> None:
    accept(book, "A1")
    assert program("lisi").post(f"{ACT}/preview", REPLY).status_code == 200
    (found,) = readings(book.engine).rows
    assert (found.login, found.number, found.what) == ("lisi", "A1", "api")


def test_who_is_no_account_manager_any_more_takes_nothing(book: Book, program: Come) -> None:
    accept(book, "A1", manager="")
    lisi = program("lisi")
    with store.writing(book.engine) as connection:
        connection.execute(sa.update(appointment).values(until=at("2026-11-19 四 00:00").date()))
    refused = lisi.post("/applications/A1/claim")
    assert (refused.status_code, refused.json()["code"]) == (422, "owner_invalid")
    assert "李四 不是城关供电所的在职客户经理" in refused.json()["detail"]
    assert kinds(book) == ["accepted"]


def test_what_is_there_already_is_not_sent_again(book: Book, program: Come, clock: Clock) -> None:
    accept(book, "A1")
    lisi = program("lisi")
    for path in ("/applications", "/applications/A1", "/applications/A1/clocks", "/loads"):
        first = lisi.get(path)
        tag = first.headers["etag"]
        clock.move(seconds=1)
        for told in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = lisi.get(path, If_None_Match=told)
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), path
        assert lisi.get(path, If_None_Match='"x"').content == first.content
    tag = lisi.get("/applications/A1").headers["etag"]
    assert lisi.post(ACT, REPLY).status_code == 201
    assert lisi.get("/applications/A1", If_None_Match=tag).status_code == 200
    assert "etag" not in lisi.get("/applications/B", If_None_Match="*").headers


def test_every_page_comes_once(book: Book, program: Come, clock: Clock) -> None:
    numbers = {f"A{index}" for index in range(7)}
    for number in sorted(numbers):
        accept(book, number)
    lisi = program("lisi")
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = lisi.get(f"/applications?limit=3{after and f'&cursor={after}'}").json()
        seen += [row["number"] for row in page["items"]]
        after = page["next"]
        clock.move(minutes=7)
    assert sorted(seen) == sorted(numbers)
    assert lisi.get("/applications?limit=200&text=A3").json()["next"] is None


def test_sent_again_it_is_done_once(book: Book, program: Come, clock: Clock) -> None:
    accept(book, "A1")
    lisi = program("lisi")
    first = lisi.post(ACT, REPLY, KEY)
    assert first.status_code == 201
    assert (first.json()["number"], first.json()["state"]) == ("A1", "works")
    assert first.json()["event"]["occurred_at"] == "2026-11-20T17:30:00+08:00"
    assert "idempotency-replayed" not in first.headers
    clock.move(hours=1)
    again = lisi.post(ACT, REPLY, KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    for path, body in ((ACT, {"at": "2026-11-20T17:31:00+08:00"}), (f"{ACT}x", REPLY)):
        other = lisi.post(path, body, KEY)
        assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert kinds(book).count("plan_replied") == 1
    assert lisi.ask("POST", ACT, json=REPLY).status_code == 422, "without a key"


def test_what_was_refused_may_be_sent_again(book: Book, program: Come) -> None:
    accept(book, "A1")
    lisi = program("lisi")
    too_late = {"at": "2026-11-20T18:30:00+08:00"}
    assert lisi.post(ACT, too_late, KEY).json()["code"] == "instant_in_future"
    assert lisi.post(ACT, REPLY, KEY).status_code == 201


def test_two_at_once_are_one(book: Book, program: Come) -> None:
    accept(book, "A1")
    lisi, body = program("lisi"), REPLY | {"fields": {"kind": "business_licence"}}
    path = "/applications/A1/actions/document_received"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: lisi.post(path, body, KEY), range(4)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"key_at_work"}
    assert kinds(book).count("document_received") == 1


def test_nobody_knows_whether_it_was_done(book: Book, enrol: Enrol) -> None:
    """The process ends in the middle: the key stays taken, until it is old enough to be forgotten."""
    lisi = enrol("lisi")

    def ends() -> once.Answer:
        raise SystemExit

    def done() -> once.Answer:
        return once.Answer(201, "{}")

    with pytest.raises(SystemExit):
        once.answered(book.engine, lisi, KEY, "here", {}, NOW, ends)
    with pytest.raises(KeyAtWork):
        once.answered(book.engine, lisi, KEY, "here", {}, NOW, done)
    with pytest.raises(KeyInvalid):
        once.answered(book.engine, lisi, "short", "here", {}, NOW, done)
    later = NOW + once.KEPT_FOR + timedelta(seconds=1)
    other = KEY[::-1]
    assert not once.answered(book.engine, lisi, other, "here", {}, later, done).replayed
    with store.reading(book.engine) as connection:
        assert connection.scalars(sa.select(idempotency.c.key)).all() == [f"api:{other}"]
    assert once.answered(book.engine, lisi, other, "here", {}, later, done).replayed


def test_a_form_and_a_program_have_keys_of_their_own(book: Book, enrol: Enrol) -> None:
    lisi, key = enrol("lisi"), once.new_key()
    assert once.once(book.engine, lisi, key, "here", {}, NOW, lambda: "/there") == "/there"
    answer = once.answered(book.engine, lisi, key, "here", {}, NOW, lambda: once.Answer(201, "{}"))
    assert answer == once.Answer(201, "{}")


def test_a_session_needs_its_form_token(desk: FastAPI, book: Book) -> None:
    accept(book, "A1")
    lisi = entered(desk, "lisi")
    headers = {"Idempotency-Key": KEY}
    assert lisi.ask("POST", f"/api/v1{ACT}", headers=headers, json=REPLY).json()["code"] == "form_stale"
    headers["X-CSRF-Token"] = lisi.token
    assert lisi.ask("POST", f"/api/v1{ACT}", headers=headers, json=REPLY).status_code == 201


@pytest.mark.parametrize("word", ["", "x", "W10", "中文", written("a"), written(1, 1), written(2**63, "a")])
def test_a_cursor_that_is_none(word: str) -> None:
    with pytest.raises(CursorInvalid):
        read(word, int, str)
    with pytest.raises(CursorInvalid):
        read(written(1, "a\0"), int, str)
    assert read(written(-7, "城关"), int, str) == (-7, "城关")


def test_the_document_tells_everything(desk: FastAPI) -> None:
    told = Browser(desk).get("/api/v1/openapi.json")
    again = Browser(desk).ask("GET", "/api/v1/openapi.json", headers={"If-None-Match": told.headers["etag"]})
    assert again.status_code == 304
    document = told.json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            here = f"{method} {path}"
            assert not operation["summary"].isascii(), here
            assert operation["tags"], here
            assert "security" in operation, here
            media = [operation.get("requestBody", {}), *operation["responses"].values()]
            for each in media:
                for kind, content in each.get("content", {}).items():
                    assert "example" in content or "json" not in kind, (here, kind)
                    if "schema" in content:
                        whole = content["schema"] | {"components": document["components"]}
                        assert jsonschema_rs.is_valid(whole, content["example"]), (here, content["example"])
            needed = {"422", "500", "503"}
            if "requestBody" in operation:
                needed |= {"400", "413", "415"}
            if method == "get":
                needed |= {"200"} | (
                    {"304"} if "application/json" in operation["responses"]["200"]["content"] else set()
                )
            assert needed <= operation["responses"].keys(), here
    names = document["components"]["schemas"]
    # 岗位 and 计时的性质 are both a role; no two bodies have one name.
    assert [name for name in names if "__" in name and not name.endswith("__Role")] == []
    assert json.dumps(document).count("HTTPValidationError") == 0


def test_the_page_of_the_document_loads_nothing_from_elsewhere(desk: FastAPI) -> None:
    browser = Browser(desk)
    page = browser.get("/api/v1/docs")
    assert "unsafe" not in page.headers["content-security-policy"]
    for path in ("/api/v1/docs/swagger-ui-bundle.js", "/api/v1/docs/swagger-ui.css"):
        assert path in page.text
        assert browser.get(path).status_code == 200
    assert "://" not in page.text
    assert browser.get("/api/v1/docs/redoc.standalone.js").status_code == 404
    assert browser.get("/api/v1/docs/..%2f__init__.py").status_code == 404


def test_a_token_makes_no_token(program: Come, enrol: Enrol) -> None:
    lisi = program("lisi")
    for answer in (
        lisi.get("/tokens"),
        lisi.post("/tokens", {"name": "x", "scopes": ["read_applications"]}),
        lisi.ask("DELETE", "/tokens/1"),
    ):
        assert answer.status_code == 403
    assert not {Right.SIGN_IN, Right.USE_API} & set(tokens.allowed(enrol("zhaoliu")))
