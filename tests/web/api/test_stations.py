"""供电所评价 by a program: what the pages offer, of the same stations."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.alerts.company import CITY, EAST, on_record
from tests.dates import at
from tests.web.api.conftest import Program
from web.access.rights import Right
from workflow.book import Book

Come = Callable[..., Program]
# The rows are those of tests/reports/stations, which are tried on both databases.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
HALF, KEY = "2026-H1", "key-of-the-test-1"


@pytest.fixture(autouse=True)
def _new(book: Book) -> None:
    """The stations are on record since this month: nothing is asked of them before."""
    on_record(book, at("2026-11-02 一 09:00"))


def path_of(station: str = CITY, end: str = "", period: str = HALF) -> str:
    return f"/stations/{period}/{quote(station, safe='')}{end}"


def scores(held: dict[str, Any], evidence: str = "会议纪要") -> list[dict[str, Any]]:
    """All points of every item but the bonus."""
    return [
        {"item": each["no"], "points": 0 if each["no"] > 25 else each["points"], "evidence": evidence}
        for each in held["items"]
    ]


def test_opened_scored_reviewed_and_decided(program: Come) -> None:
    head, judge = program("zhaoliu"), program("wushi")
    body = {"station": CITY, "period": HALF}
    made = head.post("/stations", body, KEY)
    assert (made.status_code, made.json()["state"], made.json()["records"]) == (201, "unscored", 1)
    again = head.post("/stations", body, KEY)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (made.json(), "true")
    assert head.post("/stations", body).json()["code"] == "evaluation_opened"
    early = judge.post(path_of(end="/reviews"), {"scores": [{"item": 1, "points": 4}]})
    assert (early.status_code, early.json()["code"]) == (409, "not_self_scored")

    wrong = [*scores(made.json())[:2], {"item": 4, "points": 5, "evidence": "x"}]
    refused = head.post(path_of(end="/scores"), {"scores": wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "score_not_allowed")
    assert head.get(path_of()).json()["records"] == 1, "all or nothing"
    own = head.post(path_of(end="/scores"), {"scores": scores(made.json()), "seen": 1}).json()
    assert (own["state"], own["own_points"], own["points"], own["records"]) == ("scored", 100, None, 28)
    assert judge.post(path_of(end="/result"), {}).json()["code"] == "reviews_missing"
    moved = judge.post(path_of(end="/reviews"), {"scores": scores(own, ""), "seen": 27})
    assert (moved.status_code, moved.json()["code"]) == (409, "evaluation_moved")
    judged = [*scores(own, ""), {"item": 4, "points": 3, "evidence": "少一名"}]
    assert judge.post(path_of(end="/reviews"), {"scores": judged, "seen": 28}).json()["points"] == 97
    closed = judge.post(path_of(end="/result"), {"text": "制度健全"}).json()
    assert {name: closed["result"][name] for name in ("points", "grade", "text", "actor")} == {
        "points": 97,
        "grade": "示范型",
        "text": "制度健全",
        "actor": "wushi",
    }
    assert closed["items"][3]["review"]["evidence"] == "少一名"
    assert head.post(path_of(end="/scores"), {"scores": judged}).json()["code"] == "evaluation_closed"


def test_the_list_is_paged_and_of_ones_own_part(program: Come) -> None:
    judge, head = program("wushi"), program("zhaoliu")
    for station in (CITY, EAST):
        assert judge.post("/stations", {"station": station, "period": HALF}).status_code == 201
    every = judge.every(f"/stations?limit=1&period={HALF}")
    assert [(each["station"], each["state"]) for each in every] == [(EAST, "unscored"), (CITY, "unscored")]
    assert [each["station"] for each in head.get("/stations").json()["items"]] == [CITY]
    assert {each["state"] for each in judge.get("/stations?period=2026").json()["items"]} == {"unopened"}
    foreign, none = head.get(path_of(EAST)), head.get(path_of("西岭供电所"))
    assert (foreign.status_code, foreign.json()) == (404, none.json())
    assert head.post("/stations", {"station": EAST, "period": "2026-H2"}).status_code == 404
    assert head.post(path_of(EAST, "/scores"), {"scores": [{"item": 1, "points": 4}]}).status_code == 404
    for wrong in ("/stations?period=x", "/stations?cursor=x"):
        assert judge.get(wrong).status_code == 422, wrong


def test_a_token_that_reads_no_application_is_told_no_names(program: Come) -> None:
    head = program("zhaoliu")
    made = head.post("/stations", {"station": CITY, "period": HALF}).json()
    head.post(path_of(end="/scores"), {"scores": scores(made)[:1]})
    narrow = program("zhaoliu", Right.READ_EVALUATIONS)
    given = narrow.get(path_of()).json()["items"][0]["own"]
    assert (given["points"], given["evidence"], given["actor"]) == (4, None, None)
    assert "赵六" not in narrow.get(path_of(end="/files/html")).text
    assert "赵六" in head.get(path_of(end="/files/html")).text
    assert narrow.get(path_of(end="/files/html?edition=full")).json()["code"] == "scope_missing"
    assert narrow.post(path_of(end="/scores"), {"scores": scores(made)[:1]}).status_code == 403


def test_what_nobody_recorded_is_told(program: Come, book: Book) -> None:
    on_record(book, at("2026-06-10 三 09:00"))
    head = program("zhaoliu")
    made = head.post("/stations", {"station": CITY, "period": HALF}).json()
    (item,) = (each for each in made["items"] if each["no"] == 13)
    (only,) = item["rounds"]
    told = {name: only[name] for name in ("round", "done_at", "state", "recorded")}
    assert told == {"round": "2026-06", "done_at": None, "state": "open_late", "recorded": False}
    assert item["most"] == 0
    refused = head.post(path_of(end="/scores"), {"scores": [{"item": 13, "points": 3, "evidence": "已开会"}]})
    assert (refused.status_code, refused.json()["code"]) == (422, "score_unsupported")
