"""API tokens: made on a page, shown once, of no more use than they were made for."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from tests.web.browser import Browser
from tests.web.conftest import NOW, Clock
from tests.web.entering import entered
from web.access import accounts, tokens
from web.access.account_acts import AccountAct, noted
from web.access.rights import Account, Right, Role
from web.access.sessions import known_token
from web.tables import api_token
from workflow import store
from workflow.book import Book

Enrol = Callable[[str], Account]
READ = {"name": "对接", "days": "30", "scopes": ["read_applications", "read_alerts"]}


def test_a_token_is_shown_once_and_kept_as_its_hash(desk: FastAPI, book: Book) -> None:
    browser = entered(desk, "lisi")
    assert "数据接口令牌" in browser.get("/account").text
    made = browser.post("/account/tokens", READ)
    word = re.search('class="token">([^<]+)<', made.text)
    assert word is not None
    with store.reading(book.engine) as connection:
        kept = connection.execute(sa.select(api_token)).one()
    assert word[1] not in str(tuple(kept))
    assert kept.scopes == "read_applications read_alerts"
    again = browser.get("/account").text
    assert "对接" in again
    assert word[1] not in again
    program = {"Authorization": f"Bearer {word[1]}"}
    assert Browser(desk).ask("GET", "/api/v1/applications", headers=program).status_code == 200
    assert Browser(desk).ask("GET", "/account", headers=program).status_code in (303, 403)
    assert browser.post(f"/account/tokens/{kept.id}/revoke").status_code == 303
    assert Browser(desk).ask("GET", "/api/v1/applications", headers=program).status_code == 401
    assert browser.post(f"/account/tokens/{kept.id}/revoke").status_code == 404
    assert "已停用" in browser.get("/account").text


def test_a_token_that_cannot_be(desk: FastAPI, book: Book, enrol: Enrol) -> None:
    lisi = enrol("lisi")
    tokens.issue(book.engine, lisi, "旧的", [Right.READ_ALERTS], 1, NOW)
    browser = entered(desk, "lisi")
    wrong: list[tuple[dict[str, object], int, str]] = [
        ({"name": ""}, 422, "名称应为"),
        ({"name": "x" * 65}, 422, "名称应为"),
        ({"scopes": []}, 422, "没有选权限"),
        ({"scopes": ["manage_accounts"]}, 422, "没有“管理账户”的权限"),
        ({"scopes": ["use_api"]}, 422, "没有“申请数据接口令牌”的权限，或不能给令牌"),
        ({"days": "0"}, 422, "有效天数"),
        ({"days": "367"}, 422, "有效天数"),
        ({"days": ""}, 422, "有效天数是 0"),
        ({"name": "旧的"}, 409, "已经有名为“旧的”的令牌"),
    ]
    for each, status, said in wrong:
        answer = browser.post("/account/tokens", READ | each)
        assert (answer.status_code, said in answer.text) == (status, True), each
    assert len(tokens.listed(book.engine, lisi.id)) == 1


def test_a_token_ends_and_never_outgrows_its_account(book: Book, enrol: Enrol, clock: Clock) -> None:
    lisi, zhaoliu = enrol("lisi"), enrol("zhaoliu")
    made = tokens.issue(book.engine, lisi, "x", [Right.CLAIM, Right.READ_ALERTS], 1, NOW)
    found = known_token(book.engine, made.word, clock())
    assert found is not None
    assert found.granted == {Right.CLAIM, Right.READ_ALERTS}
    with pytest.raises(tokens.TokenUnknown):
        tokens.revoke(book.engine, zhaoliu, made.token.id, NOW)
    accounts.set_role(book.engine, "lisi", Role.CLERK, now=NOW, by="管理员")
    lesser = known_token(book.engine, made.word, clock())
    assert lesser is not None
    assert lesser.granted == {Right.READ_ALERTS}
    clock.move(hours=24, seconds=1)
    assert known_token(book.engine, made.word, clock()) is None


@pytest.mark.parametrize("how", ["disabled", "new password"])
def test_what_ends_the_way_in_ends_its_tokens_for_good(book: Book, enrol: Enrol, how: str) -> None:
    lisi = enrol("lisi")
    word = tokens.issue(book.engine, lisi, "对接", [Right.READ_ALERTS], 30, NOW).word
    if how == "disabled":
        accounts.disable(book.engine, "lisi", NOW, by="管理员")
        accounts.enable(book.engine, "lisi", NOW, by="管理员")
    else:
        accounts.set_password(book.engine, "lisi", "一条新的、够长的密码", now=NOW, by="管理员")
    assert known_token(book.engine, word, NOW) is None
    acts = [each for each in noted(book.engine, lisi.id).rows if each.act is AccountAct.TOKEN_REVOKED]
    assert [(each.detail, each.actor) for each in acts] == [("“对接”", "管理员")]


def test_who_may_have_none_sees_no_form(desk: FastAPI) -> None:
    browser = entered(desk, "regulator")
    assert "数据接口令牌" not in browser.get("/account").text
    assert browser.post("/account/tokens", READ).status_code == 403


def test_the_api_makes_tokens_for_a_person(desk: FastAPI) -> None:
    browser = entered(desk, "lisi")
    headers = {"X-CSRF-Token": browser.token}
    body = {"name": "对接", "scopes": ["read_alerts"], "days": 30}
    made = browser.ask("POST", "/api/v1/tokens", headers=headers, json=body)
    assert made.status_code == 201
    assert made.json()["expires_at"] == "2026-12-20T18:00:00+08:00"
    taken = browser.ask("POST", "/api/v1/tokens", headers=headers, json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "token_taken")
    (listed,) = browser.get("/api/v1/tokens").json()
    assert listed == {name: each for name, each in made.json().items() if name != "token"}
    gone = browser.ask("DELETE", f"/api/v1/tokens/{listed['id']}", headers=headers)
    assert (gone.status_code, gone.content) == (204, b"")
    assert browser.ask("DELETE", "/api/v1/tokens/99", headers=headers).json()["code"] == "token_unknown"
