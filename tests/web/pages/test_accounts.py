"""账户: made with a password shown once, changed after a question, and nobody puts themselves out."""

import re

import pytest
from fastapi import FastAPI

from tests.alerts.company import CITY, CODES
from tests.web.browser import PASSWORD, Browser
from tests.web.conftest import NOW
from tests.web.entering import entered
from web.access import accounts
from web.access.account_list import AccountState, view_of
from web.access.once import new_key
from web.access.rights import Role
from web.pages import accounts as account_pages
from workflow.book import Book

SECRET = re.compile(r'<code class="secret">([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>')


@pytest.fixture
def admin(desk: FastAPI) -> Browser:
    """The administrator."""
    return entered(desk, "admin")


def role_of(book: Book, login: str) -> tuple[Role, str]:
    found = view_of(book.engine, login, NOW).account
    return found.role, found.unit


def state_of(book: Book, login: str) -> AccountState:
    return view_of(book.engine, login, NOW).state(NOW)


def test_a_new_account_comes_in_by_the_password_shown_once(desk: FastAPI, book: Book, admin: Browser) -> None:
    form = {
        "login": "NX001",
        "role": "account_manager",
        "code": CODES["李四"],
        "unit": "",
        "form_key": new_key(),
    }
    made = admin.post("/accounts", form)
    (password,) = SECRET.findall(made.text)
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    assert role_of(book, "nx001") == (Role.ACCOUNT_MANAGER, CITY)
    again = admin.post("/accounts", form)
    assert (again.status_code, again.headers["location"]) == (303, "/accounts/of/nx001?done=made")
    assert password not in admin.get("/accounts/of/nx001?done=made").text
    assert Browser(desk).log_in("nx001", password).status_code == 303


def test_what_was_typed_stays_when_refused(admin: Browser) -> None:
    for changed, status, said in (
        ({"login": "有名"}, 422, "不能用"),
        ({"login": "admin"}, 409, "已有账户"),
        ({"role": ""}, 422, "没有选择岗位"),
        ({"role": "customer"}, 422, "客户不用账户"),
        ({"role": "account_manager", "unit": ""}, 422, "要写明工号"),
        ({"code": "9999"}, 404, "没有工号"),
        ({"unit": "没有的所"}, 422, "没有这个供电所"),
        ({"unit": "\0"}, 422, "空字符"),
    ):
        form = {"login": "nx001", "role": "clerk", "code": "", "unit": CITY, "form_key": new_key()} | changed
        answer = admin.post("/accounts", form)
        assert (answer.status_code, said in answer.text) == (status, True), changed
        assert not SECRET.search(answer.text)
        assert f'name="login" required maxlength="64" value="{form["login"]}"' in answer.text


def test_what_cannot_be_taken_back_is_asked_first(desk: FastAPI, book: Book, admin: Browser) -> None:
    manager = entered(desk, "lisi")
    for act, button in (("password", "重设密码"), ("disable", "停用"), ("end", "结束全部登录")):
        assert f"/accounts/of/lisi/{act}" in admin.get("/accounts/of/lisi").text
        assert f'<button type="submit">{button}</button>' in admin.get(f"/accounts/of/lisi/{act}").text
    assert manager.get("/account").status_code == 200, "nothing was done yet"
    ended = admin.post("/accounts/of/lisi/end", {"form_key": new_key()})
    assert (ended.status_code, ended.headers["location"]) == (303, "/accounts/of/lisi?done=end")
    assert manager.get("/account").status_code == 303
    assert "/accounts/of/lisi/end" not in admin.get("/accounts/of/lisi").text
    assert admin.post("/accounts/of/lisi/disable", {"form_key": new_key()}).status_code == 303
    assert state_of(book, "lisi") is AccountState.DISABLED
    assert admin.post("/accounts/of/lisi/enable").status_code == 303
    assert state_of(book, "lisi") is AccountState.OPEN
    key = {"form_key": new_key()}
    (password,) = SECRET.findall(admin.post("/accounts/of/lisi/password", key).text)
    assert admin.post("/accounts/of/lisi/password", key).status_code == 303, "sent twice, drawn once"
    assert Browser(desk).log_in("lisi", password).status_code == 303


def test_another_post_and_what_is_refused_of_it(desk: FastAPI, book: Book, admin: Browser) -> None:
    entered(desk, "lisi")
    done = admin.post("/accounts/of/lisi/role", {"role": "station_head", "unit": CITY})
    assert (done.status_code, done.headers["location"]) == (303, "/accounts/of/lisi?done=role")
    assert f"由客户经理（{CITY}）改为所长（{CITY}）" in admin.get("/accounts/of/lisi").text
    assert role_of(book, "lisi") == (Role.STATION_HEAD, CITY)
    refused = admin.post("/accounts/of/lisi/role", {"role": "leader", "unit": CITY})
    assert refused.status_code == 422
    assert "不分供电所" in refused.text
    assert '<option value="leader" selected>' in refused.text
    assert role_of(book, "lisi") == (Role.STATION_HEAD, CITY)


def test_the_own_account_and_the_last_administrator_stay(book: Book, admin: Browser) -> None:
    accounts.create(book.engine, "second", PASSWORD, Role.ADMINISTRATOR, now=NOW, by="管理员")
    assert "我的账户" in admin.get("/accounts/of/admin").text
    for act in ("password", "disable", "end"):
        assert f"/accounts/of/admin/{act}" not in admin.get("/accounts/of/admin").text
        answer = admin.post(f"/accounts/of/admin/{act}", {"form_key": new_key()})
        assert answer.status_code == 409
        assert "您自己的账户" in answer.text
    assert admin.post("/accounts/of/admin/role", {"role": "leader"}).status_code == 409
    assert role_of(book, "admin") == (Role.ADMINISTRATOR, "")
    assert admin.get("/account").status_code == 200, "and is still in"


def test_the_list_and_its_turns(
    desk: FastAPI, book: Book, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(desk, "lisi")
    entered(desk, "sunba")
    accounts.disable(book.engine, "sunba", NOW, by="管理员")
    page = admin.get("/accounts").text
    assert [each in page for each in ("李四", "1 处", "停用")] == [True] * 3
    assert 'href="/accounts/of/lisi"' not in admin.get("/accounts?state=disabled").text
    for wrong in ("state=x", "role=x", "text=%00", "after=%00"):
        assert admin.get(f"/accounts?{wrong}").status_code == 422, wrong
    monkeypatch.setattr(account_pages, "PAGE", 2)
    following = re.search(r'href="(/accounts\?[^"]+)" rel="next"', admin.get("/accounts").text)
    assert following is not None
    rest = admin.get(following[1].replace("&amp;", "&")).text
    assert re.findall(r'href="/accounts/of/([^"]+)"', rest) == ["sunba"]


def test_who_is_not_there_is_not_found(admin: Browser) -> None:
    for path in (
        "/accounts/of/nobody",
        "/accounts/of/nobody/disable",
        "/accounts/of/a%00b",
        "/accounts/of/admin/x",
    ):
        assert admin.get(path).status_code == 404, path
    for act in ("disable", "role", "enable"):
        form = {"form_key": new_key(), "role": "leader"}
        assert admin.post(f"/accounts/of/nobody/{act}", form).status_code == 404, act
