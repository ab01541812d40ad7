"""The command centre by a program: the board's own figures, once and as they change."""

import json
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from limits.terms import Level
from tests.alerts.company import CITY, EAST
from tests.web.api.conftest import Program
from tests.web.centre_world import filled, order
from workflow.book import Book

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def test_the_board_is_of_ones_own_part(book: Book, program: Come) -> None:
    theirs = order(filled(book), unit=EAST)
    whole, own = (program(login).get("/centre").json() for login in ("zhoujiu", "zhaoliu"))
    assert {each["station"]: each["open"] for each in whole["stations"]} == {EAST: 1, CITY: 2}
    assert (whole["total"]["open"], whole["following"]["day"]) == (3, "2026-11-23")
    levels = {each["level"]: each["applications"] for each in whole["total"]["levels"]}
    assert levels == {level.value: 2 if level is Level.RED else 0 for level in Level}
    assert theirs in [each["number"] for each in whole["orders"]]
    assert [each["station"] for each in own["stations"]] == [CITY]
    assert theirs not in [each["number"] for each in own["orders"]]
    assert {each["station"] for each in own["unanswered"]} == {CITY}
    assert program("lisi").get("/centre").json()["code"] == "right_missing"


def test_the_stream_tells_the_same(book: Book, desk: FastAPI, program: Come) -> None:
    filled(book)
    desk.state.desk.stopping.set()
    centre = program("zhoujiu")
    answer = centre.get("/centre/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    head, data, end = answer.text.split("\n", 2)
    assert (head, end) == ("event: board", "\n")
    assert json.loads(data.removeprefix("data: ")) == centre.get("/centre").json()
