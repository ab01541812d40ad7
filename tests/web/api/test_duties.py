"""周期事项 by a program: what the pages offer, of the same rounds."""

from collections.abc import Callable

import pytest

from alerts.duties.opening import open_rounds
from tests.alerts.company import CITY, EAST, on_record
from tests.dates import at
from tests.web.api.conftest import Program
from web.access.rights import Right
from workflow import store
from workflow.book import Book

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
MEETING, PUBLISHED, KEY = 9, 12, "key-of-the-test-1"
BODY = {"evidence": "会议纪要 11 号", "at": "2026-11-19T15:00:00+08:00"}


@pytest.fixture(autouse=True)
def _opened(book: Book) -> None:
    """This month's rounds, and the first ones of the stations."""
    on_record(book, at("2026-11-02 一 05:00"))
    with store.writing(book.engine) as connection:
        open_rounds(connection, book, at("2026-11-02 一 06:00"))


def test_listed_a_page_at_a_time_and_done_once(program: Come) -> None:
    manager, head = program("lisi"), program("zhaoliu")
    assert {(each["unit"], each["post"]) for each in manager.every("/duties?limit=1")} == {
        (CITY, "account_manager")
    }
    whole = head.get("/duties?limit=200").json()
    assert head.every("/duties?limit=4") == whole["items"]
    (meeting,) = (each for each in whole["items"] if each["item"] == MEETING)
    assert (meeting["due_on"], meeting["left"], meeting["state"], meeting["recordable"]) == (
        "2026-11-30", 6, "open", True,
    )  # fmt: skip
    path = f"/duties/{meeting['id']}"
    made = manager.post(f"{path}/done", BODY, KEY)
    assert made.status_code == 201
    told = {
        name: made.json()[name] for name in ("done_at", "actor", "evidence", "state", "left", "recordable")
    }
    assert told == {
        "done_at": BODY["at"], "actor": "李四", "evidence": BODY["evidence"], "state": "met", "left": None,
        "recordable": False,
    }  # fmt: skip
    again = manager.post(f"{path}/done", BODY, KEY)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (made.json(), "true")
    assert head.get(path).json()["done_at"] == BODY["at"]
    assert [each["id"] for each in head.get("/duties?state=done").json()["items"]] == [meeting["id"]]
    twice = head.post(f"{path}/done", BODY)
    assert (twice.status_code, twice.json()["code"]) == (409, "duty_done")


def test_refused(program: Come) -> None:
    manager, judge, leader = program("lisi"), program("wushi"), program("sunba")
    rows = leader.get("/duties?limit=200").json()["items"]
    mine = next(each["id"] for each in rows if (each["item"], each["unit"]) == (MEETING, CITY))
    theirs = next(each["id"] for each in rows if (each["item"], each["unit"]) == (MEETING, EAST))
    heads = next(each["id"] for each in rows if (each["item"], each["unit"]) == (PUBLISHED, CITY))
    assert not any(each["recordable"] for each in rows)
    for which in (theirs, heads, 999_999):
        assert manager.get(f"/duties/{which}").status_code == 404
        assert manager.post(f"/duties/{which}/done", BODY).status_code == 404
    wrong = judge.post(f"/duties/{heads}/done", BODY)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "duty_of_another")
    assert leader.post(f"/duties/{mine}/done", BODY).json()["code"] == "right_missing"
    early = manager.post(f"/duties/{mine}/done", BODY | {"at": "2026-10-31T09:00:00+08:00"})
    assert (early.status_code, early.json()["code"]) == (422, "duty_not_open")
    assert (
        manager.post(f"/duties/{mine}/done", BODY | {"evidence": " "}).json()["code"]
        == "duty_evidence_missing"
    )
    future = manager.post(f"/duties/{mine}/done", BODY | {"at": "2026-11-21T09:00:00+08:00"})
    assert future.json()["code"] == "act_in_future"
    reader = program("zhaoliu", Right.READ_DUTIES)
    assert reader.post(f"/duties/{mine}/done", BODY).json()["code"] == "scope_missing"
    assert manager.get("/duties?cursor=x").json()["code"] == "cursor_invalid"
