"""账户 by a program: made and changed by who manages them, and no password anywhere."""

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from tests.alerts.company import CITY, CODES
from tests.web.api.conftest import Program
from tests.web.browser import PASSWORD, Browser
from web.tables import idempotency
from workflow.book import Book

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
KEY = "5f0c9a52-1d1e-4f0b-9b4e-3a6f1c2d7e80"
NEW = {"login": "qianqi", "password": PASSWORD, "role": "station_head", "code": CODES["钱七"]}


def test_made_changed_and_disabled(book: Book, desk: FastAPI, program: Come) -> None:
    admin = program("admin")
    made = admin.post("/accounts", NEW, KEY)
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["unit"], told["state"], told["sessions"]) == ("钱七", "东岭供电所", "open", 0)
    again = admin.post("/accounts", NEW | {"password": "another password"}, KEY)
    assert (again.status_code, again.content) == (201, made.content), "a password tells no repeat apart"
    assert admin.post("/accounts", NEW).json()["code"] == "login_taken"
    with book.engine.connect() as connection:
        kept = connection.execute(sa.select(idempotency)).all()
    assert PASSWORD not in json.dumps([list(map(str, row)) for row in kept]) + made.text
    browser = Browser(desk)
    assert browser.log_in("qianqi").status_code == 303
    assert admin.get("/accounts/qianqi").json()["sessions"] == 1
    assert admin.post("/accounts/qianqi/end-sessions").json()["sessions"] == 0
    role = {"role": "metering", "unit": CITY}
    assert admin.post("/accounts/qianqi/role", role).json()["unit"] == CITY
    assert admin.post("/accounts/qianqi/password", {"password": "a new password"}).status_code == 201
    assert admin.post("/accounts/qianqi/disable").json()["state"] == "disabled"
    assert admin.post("/accounts/qianqi/enable").json()["state"] == "open"
    acts = admin.every("/accounts/qianqi/acts?limit=2")
    assert [each["act"] for each in acts] == ["enable", "disable", "password", "role", "end", "created"]
    assert {each["actor"] for each in acts} == {"admin"}
    assert "a new password" not in json.dumps(acts)


@pytest.mark.usefixtures("book")
def test_listed_narrowed_and_only_for_administrators(program: Come) -> None:
    admin, lisi = program("admin"), program("lisi")
    program("clerk")
    assert [each["login"] for each in admin.every("/accounts?limit=1")] == ["admin", "clerk", "lisi"]
    assert [each["login"] for each in admin.get("/accounts?role=clerk").json()["items"]] == ["clerk"]
    assert admin.get("/accounts?state=locked").json()["items"] == []
    assert [each["login"] for each in admin.get("/accounts?text=李").json()["items"]] == ["lisi"]
    assert admin.get("/accounts/nobody").status_code == admin.post("/accounts/x'--/enable").status_code == 404
    for answer in (
        lisi.get("/accounts"),
        lisi.post("/accounts/admin/disable"),
        lisi.get("/accounts/admin/acts"),
    ):
        assert answer.json()["code"] == "right_missing"


@pytest.mark.usefixtures("book")
def test_what_no_account_can_be(program: Come) -> None:
    admin = program("admin")
    for wrong, status in (
        ({"password": "short"}, 422),
        ({"role": "customer"}, 422),
        ({"role": "king"}, 422),
        ({"code": "9999"}, 404),
        ({"granted": ["accept"]}, 422),
    ):
        assert admin.post("/accounts", NEW | wrong).status_code == status, wrong
    own = admin.post("/accounts/admin/disable")
    assert (own.status_code, own.json()["code"]) == (409, "own_account")
