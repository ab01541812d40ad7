"""预警告警 by a program: the same rows, rights and records as at the page."""

from collections.abc import Callable

import pytest

from alerts.kinds import Handling
from alerts.listing import alerts, one_alert
from tests.alerts.company import CITY, EAST
from tests.web.api.conftest import Program
from tests.web.centre_world import OURS, THEIRS, about_a_unit, filled, red
from tests.web.conftest import NOW, Clock
from workflow.book import Book

Come = Callable[..., Program]
# The rows are those of the pages, which are tried on both databases.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


@pytest.fixture
def late(book: Book) -> Book:
    """Two stations with late applications."""
    return filled(book)


def test_every_page_comes_once_and_is_of_ones_own_part(late: Book, program: Come) -> None:
    about_a_unit(late, CITY)
    theirs = about_a_unit(late, EAST)
    seen = program("zhaoliu").every("/alerts?limit=3")
    expected = [each.id for each in alerts(late, NOW) if each.number != THEIRS and each.id != theirs]
    assert [each["id"] for each in seen] == expected
    assert {each["station"] for each in seen} == {CITY}


def test_anothers_alarm_and_none_at_all_are_answered_alike(late: Book, program: Come) -> None:
    lisi, theirs = program("lisi"), red(late, THEIRS)
    for act, body in (("", None), ("/acknowledge", {}), ("/answer", {"text": "好"})):
        answers = [
            lisi.get(f"/alerts/{which}") if body is None else lisi.post(f"/alerts/{which}{act}", body)
            for which in (theirs, 10**6)
        ]
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].json() == answers[1].json()


def test_filters(late: Book, program: Come) -> None:
    centre, which = program("zhoujiu"), red(late, THEIRS)
    found = centre.get(f"/alerts?level=red&unit={EAST}&state=new&number={THEIRS}").json()["items"]
    assert which in [each["id"] for each in found]
    assert {each["level"] for each in found} == {"red"}
    assert centre.get(f"/alerts?state=closed&number={OURS}").json() == {"items": [], "next": None}
    for wrong in ("state=tired", "level=green", "unit=%00", "cursor=W10", "limit=201"):
        assert centre.get(f"/alerts?{wrong}").status_code == 422, wrong


def test_answered_by_one_and_closed_by_another(late: Book, program: Come, clock: Clock) -> None:
    which, manager, centre = red(late, OURS), program("lisi"), program("zhoujiu")
    path = f"/alerts/{which}"
    whole = manager.get(path).json()
    assert (whole["number"], whole["state"], whole["layer"], whole["acts"]) == (OURS, "new", "local", [])
    assert {each["channel"] for each in whole["messages"]} >= {"desk"}
    assert centre.post(f"{path}/close", {"text": "早了"}).status_code == 422, "there is no answer to judge"
    at = "2026-11-20T17:00:00+08:00"
    assert manager.post(f"{path}/acknowledge", {"at": at}).json()["state"] == "acknowledged"
    done = manager.post(f"{path}/answer", {"text": "表计缺货"})
    assert (done.status_code, done.json()["state"]) == (201, "answered")
    assert [each["at"] for each in done.json()["acts"]] == [at, "2026-11-20T18:00:00+08:00"]
    assert manager.post(f"{path}/close", {"text": "好"}).json()["code"] == "right_missing"
    clock.move(minutes=1)
    assert centre.post(f"{path}/close", {"text": "已核实"}).json()["state"] == "closed"
    view = one_alert(late, which, clock())
    assert view.state is Handling.CLOSED
    assert [each.actor for each in view.acts] == ["李四", "李四", "周九"]
    refused = manager.post(f"{path}/answer", {"text": "再答复"})
    assert (refused.status_code, refused.json()["code"]) == (422, "alert_act_refused")


def test_anothers_alarm_is_not_there(late: Book, program: Come) -> None:
    theirs, manager = red(late, THEIRS), program("lisi")
    for which in (theirs, about_a_unit(late, CITY), 999_999):
        assert manager.get(f"/alerts/{which}").status_code == 404
        assert manager.post(f"/alerts/{which}/answer", {"text": "写了"}).status_code == 404
    assert one_alert(late, theirs, NOW).acts == ()


def test_what_cannot_be_recorded_is_not(late: Book, program: Come) -> None:
    which, manager = red(late, OURS), program("lisi")
    for wrong in (
        {"text": ""},
        {"text": "x\0"},
        {"text": "x" * 2001},
        {"text": "x", "at": "2026-11-20T18:01:00+08:00"},
        {"text": "x", "at": "2026-11-20T17:00:00"},
        {"text": "x", "at": "0001-01-01T00:00:00+08:00"},
        {"text": "x", "actor": "张三"},
        {},
    ):
        assert manager.post(f"/alerts/{which}/answer", wrong).status_code == 422, wrong
    assert one_alert(late, which, NOW).acts == ()
