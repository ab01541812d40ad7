"""Calendar and calculator by a program: what the engine itself counts."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.api.conftest import Program

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
START = "2026-11-16T09:00:00+08:00"


def test_the_calendar_of_a_year(program: Come) -> None:
    reader = program("clerk")
    year = reader.get("/calendar/2026").json()
    days = {each["day"]: each for each in year["days"]}
    assert (len(days), year["working_days"]) == (365, 248)
    assert (days["2026-10-01"]["kind"], days["2026-10-01"]["working"]) == ("holiday", False)
    assert (days["2026-10-10"]["kind"], days["2026-10-10"]["working"]) == ("make_up", True)
    assert days["2026-10-01"]["source"]
    assert not reader.get("/calendar/2027").json()["days"][-1]["published"]
    for wrong, status in (("1899", 404), ("9999", 404), ("0", 422), ("x", 422), ("9" * 30, 422)):
        assert reader.get(f"/calendar/{wrong}").status_code == status, wrong


def test_what_is_due_and_why(program: Come) -> None:
    """5 from Monday the 16th end on Monday the 23rd; Wednesday to Friday paused, on Wednesday the 25th."""
    reader = program("clerk")

    def due(**asked: object) -> dict[str, Any]:
        answer = reader.post("/calculator", {"start": START, "limit": 5} | asked)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    plain = due()
    assert (plain["due_on"], plain["used"], plain["verdict"]) == ("2026-11-23", 4, "open")
    pause = {"begin": "2026-11-18T12:00:00+08:00", "end": "2026-11-20T12:00:00+08:00"}
    paused = due(pauses=[pause])
    assert paused["due_on"] == "2026-11-25"
    assert "恢复计时当日不计" in str(paused["explanation"])
    assert due(pauses=[{"begin": pause["begin"]}])["due_on"] is None
    assert due(stop="2026-11-24T09:00:00+08:00")["verdict"] == "late"
    minutes = due(limit=45, unit="minute")
    assert (minutes["due_at"], minutes["explanation"]["days"]) == ("2026-11-16T09:45:00+08:00", [])
    month = due(start="2026-09-01T09:00:00+08:00", limit=1, unit="month")
    assert (month["due_on"], month["explanation"]) == ("2026-10-08", None)
    assert "第二百零二条" in str(month["rule"])


def test_a_question_that_cannot_be_answered(program: Come) -> None:
    reader = program("clerk")
    for wrong in (
        {"limit": -1},
        {"limit": 1001},
        {"limit": 1001, "unit": "month"},
        {"limit": True},
        {"start": "2026-11-16T09:00:00"},
        {"start": "0001-01-02T00:00:00+00:00"},
        {"start": "9999-12-30T00:00:00+00:00", "unit": "minute"},
        {"start": "1990-01-01T00:00:00+08:00"},
        {"unit": "week"},
        {"stop": "2026-11-01T00:00:00+08:00"},
        {"pauses": [{"begin": "2026-11-01T00:00:00+08:00"}]},
        {"pauses": [{"begin": START, "end": "2026-11-15T00:00:00+08:00"}]},
        {"unit": "month", "stop": "2026-11-20T00:00:00+08:00"},
        {"pauses": [{"begin": START}] * 51},
    ):
        answer = reader.post("/calculator", {"start": START, "limit": 5} | wrong)
        assert (answer.status_code, answer.json()["status"]) == (422, 422), wrong
