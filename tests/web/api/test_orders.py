"""督办单 by a program."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from alerts.kinds import OrderState
from alerts.orders.listing import one_order, orders
from tests.alerts.company import CITY, EAST
from tests.web.api.conftest import Program
from tests.web.centre_world import OURS, filled, order
from tests.web.conftest import NOW, Clock
from workflow.book import Book

Come = Callable[..., Program]
# The rows are those of the pages, which are tried on both databases.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


@pytest.fixture
def late(book: Book) -> Book:
    """Two stations with late applications, and the orders their red levels opened."""
    return filled(book)


def path_of(number: str) -> str:
    return f"/orders/{quote(number, safe='')}"


def test_the_list_is_paged_filtered_and_of_ones_own_part(late: Book, program: Come) -> None:
    own, theirs = order(late, unit=CITY), order(late, unit=EAST)
    head, centre = program("zhaoliu"), program("zhoujiu")
    assert [each["number"] for each in centre.every("/orders?limit=1")] == [
        each.number for each in orders(late, NOW)
    ]
    shown = {each["number"] for each in head.get("/orders").json()["items"]}
    assert own in shown
    assert theirs not in shown
    foreign, none = head.get(path_of(theirs)), head.get("/orders/2026-99")
    assert (foreign.status_code, foreign.json()) == (404, none.json()), "numbers are consecutive: no hint"
    (about,) = centre.get(f"/orders?state=open&number={OURS}").json()["items"]
    assert about["application"] == OURS
    assert centre.get("/orders?state=accepted").json()["items"] == []


@pytest.mark.usefixtures("late")
def test_opened_replied_returned_replied_and_accepted(program: Come, clock: Clock) -> None:
    head, centre = program("zhaoliu"), program("zhoujiu")
    body = {"ask": "请说明原因", "unit": CITY, "limit": 2}
    made = centre.post("/orders", body)
    assert made.status_code == 201
    number = made.json()["number"]
    assert (made.json()["opened_by"], made.json()["due_on"]) == ("周九", "2026-11-24")
    path = path_of(number)
    assert head.post("/orders", body).json()["code"] == "right_missing"
    assert centre.post(f"{path}/accept", {}).json()["code"] == "order_act_refused"
    for who, act in ((head, "reply"), (centre, "return"), (head, "reply"), (centre, "accept")):
        clock.move(minutes=5)
        assert who.post(f"{path}/{act}", {"text": f"{act} 的内容"}).status_code == 201, act
    whole = head.get(path).json()
    assert whole["state"] == "accepted"
    acts = ["opened", "replied", "returned", "replied", "accepted"]
    assert [each["act"] for each in whole["acts"]] == acts
    document = head.get(f"{path}/document")
    assert document.headers["content-type"].startswith("text/html")
    assert number in document.text
    assert "default-src 'none'" in document.headers["content-security-policy"]


def test_cancelled_by_those_who_open(late: Book, program: Come) -> None:
    number = order(late, unit=CITY)
    assert program("zhoujiu").post(f"{path_of(number)}/cancel", {"text": "开错了"}).status_code == 201
    assert one_order(late, number, NOW).state is OrderState.CANCELLED


def test_an_order_that_cannot_be_opened(late: Book, program: Come) -> None:
    before, centre = len(orders(late, NOW)), program("zhoujiu")
    for body, status in (
        ({"ask": "x"}, 422),
        ({"ask": "x", "unit": CITY, "application": OURS}, 422),
        ({"ask": "x", "unit": CITY, "limit": 0}, 422),
        ({"ask": "", "unit": CITY}, 422),
        ({"ask": "x", "application": "Z"}, 404),
        ({"ask": "x", "application": "x\0"}, 422),
    ):
        assert centre.post("/orders", body).status_code == status, body
    assert len(orders(late, NOW)) == before
