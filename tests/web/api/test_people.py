"""人员 by a program: each manages the own part, an absence is recorded once and ended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.alerts.company import CITY, CODES, EAST
from tests.web.api.conftest import Program
from tests.web.conftest import NOW, Clock
from tests.web.desk_work import accept
from workflow.book import Book
from workflow.people.roster import people

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
OURS, OTHER, HEAD = CODES["李四"], CODES["王五"], CODES["赵六"]
AWAY = {
    "from_at": "2026-11-20T17:00:00+08:00",
    "to_at": "2026-11-27T00:00:00+08:00",
    "stand_in": HEAD,
    "reason": "年休假",
}


def test_each_sees_the_own_part_with_posts_and_loads(book: Book, program: Come) -> None:
    accept(book, "A1")
    head, leader = program("zhaoliu"), program("sunba")
    own = {each["code"]: each for each in head.every("/people?limit=1")}
    assert set(own) == {OURS, HEAD}
    post = {"unit": CITY, "post": "account_manager", "since": "2026-01-01", "until": None}
    assert (own[OURS]["name"], own[OURS]["posts"], own[OURS]["channels"]) == ("李四", [post], ["email"])
    assert (own[OURS]["load"], own[HEAD]["load"]) == ({"applications": 1, "capacity": "630"}, None)
    assert {each["code"] for each in leader.every("/people?limit=2")} == set(CODES.values())
    assert len(leader.get(f"/people?station={EAST}").json()["items"]) == 2
    assert [each["name"] for each in leader.get("/people?text=孙").json()["items"]] == ["孙八"]
    assert head.get(f"/people/{OTHER}").status_code == head.get("/people/9999").status_code == 404
    assert head.post(f"/people/{OTHER}/absences", AWAY).status_code == 404
    assert program("lisi").get("/people").json()["code"] == "right_missing"


@pytest.mark.usefixtures("book")
def test_away_and_back(program: Come, clock: Clock) -> None:
    head, path = program("zhaoliu"), f"/people/{OURS}/absences"
    made = head.post(path, AWAY)
    assert made.status_code == 201
    (listed,) = made.json()["absences"]
    assert (listed["stand_in"], listed["stage"], listed["actor"]) == ("赵六", "running", "赵六")
    assert made.json()["away"]["to_at"] == AWAY["to_at"]
    assert [each["code"] for each in head.get("/people?away=true").json()["items"]] == [OURS]
    again = head.post(path, AWAY)
    assert (again.status_code, again.json()["code"]) == (422, "absence_invalid")
    clock.move(hours=1)
    ended = head.post(f"{path}/{listed['id']}/end").json()
    assert (ended["away"], ended["absences"][0]["stage"]) == (None, "over")
    assert ended["absences"][0]["to_at"] == "2026-11-20T19:00:00+08:00"
    assert head.post(f"{path}/{listed['id']}/end").json()["code"] == "not_away"
    assert [each["id"] for each in head.every(f"/absences?code={OURS}")] == [listed["id"]]


def test_the_organisation_is_looked_at_and_then_brought_in_once(
    book: Book, program: Come, tmp_path: Path
) -> None:
    admin = program("admin")
    held = (tmp_path / "organisation.toml").read_text(encoding="utf-8")
    body = {"name": "../机构.toml", "text": held.replace('name = "王五"', 'name = "王伍"')}
    seen = admin.post("/organisation/preview", body).json()
    (change,) = seen["people"]
    assert (change["code"], change["effect"], seen["units"], seen["rows"]) == (OTHER, "changed", [], 1)
    assert admin.get(f"/people/{OTHER}").json()["name"] == "王五"
    assert admin.post("/organisation", body).json()["changed"] == 1
    assert admin.post("/organisation", body).json()["changed"] == 0
    assert admin.get(f"/people/{OTHER}").json()["name"] == "王伍"
    refused = admin.post("/organisation", {"name": "机构.toml", "text": "[[unit"})
    assert (refused.status_code, refused.json()["code"]) == (422, "organisation_refused")
    assert "机构.toml" in refused.json()["detail"]
    head = program("zhaoliu")
    for path in ("/organisation", "/organisation/preview"):
        assert head.post(path, body).status_code == 404, "of one station"
    assert len(people(book.engine, NOW)) == len(CODES)


@pytest.mark.usefixtures("book")
def test_an_absence_that_cannot_be(program: Come) -> None:
    head = program("zhaoliu")
    for wrong in (
        {"stand_in": OTHER},
        {"stand_in": OURS},
        {"stand_in": "9999"},
        {"reason": " "},
        {"reason": "\0"},
        {"to_at": "2026-11-20T16:00:00+08:00"},
        {"from_at": "2026-11-20"},
    ):
        assert head.post(f"/people/{OURS}/absences", AWAY | wrong).status_code == 422, wrong
    assert head.get("/absences").json() == {"items": [], "next": None}
