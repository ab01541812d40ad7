"""Rules and machines by a program: what the engine itself judges by."""

from collections.abc import Callable

import pytest

from tests.dates import on
from tests.web.api.conftest import Program
from workflow.rules import Rules

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def test_the_rules_of_a_day_with_where_they_are_written(program: Come, rules: Rules) -> None:
    reader = program("clerk")
    now, before = reader.get("/policies").json(), reader.get("/policies?on=2021-06-01").json()
    assert (now["on"], now["digest"]) == ("2026-11-20", rules.policies.digest)
    limits = [each for rule in rules.policies.clocks for each in rule.limits]
    assert len(now["limits"]) == sum(each.force.holds(on("2026-11-20 五")) for each in limits)
    assert all(each["citation"]["document"] and each["citation"]["mark"] in "PSDX" for each in now["limits"])
    shares = [(each["level"], each["share"], each["plus"]) for each in now["ladder"]["rungs"]]
    assert shares == [("blue", "1/2", 0), ("orange", "4/5", 0), ("yellow", "1", 1), ("red", "6/5", 1)]
    assert {each["level"] for each in now["escalation"]["tellings"]} >= {"yellow", "red"}
    assert now["duties"]
    assert {each["high"] for each in now["validities"]} == {True, False}
    assert (before["on"], before["duties"]) == ("2021-06-01", [])
    assert sum(each["points"] for each in now["standard"]["items"]) == 110
    composite = next(each for each in now["indicators"] if each["name"] == "composite")
    assert [each["weight"] for each in composite["parts"]] == ["3/5", "3/10", "1/10"]
    assert {each["value"] for each in now["services"]} == {1, 5, 7}
    nothing = reader.get("/policies?on=1999-01-01").json()
    assert (nothing["limits"], nothing["ladder"], nothing["escalation"]) == ([], None, None)
    assert reader.get("/policies?on=2026-02-30").status_code == 422


def test_the_machines_that_run(program: Come) -> None:
    reader = program("clerk")
    high, low = sorted(reader.get("/machines").json()["machines"], key=lambda each: not each["high"])
    assert high["steps"] == ["apply", "reply", "works", "energize"]
    assert low["steps"] == ["apply", "works", "energize"]
    assert {"step": "apply", "reason": "proactive"} in low["skips"]
    assert high["chart"].startswith("stateDiagram-v2\n")
    assert "design" in high["chart"].lower() or "设计" in high["chart"]
    assert reader.get("/machines?on=1999-01-01").json()["machines"] == []
