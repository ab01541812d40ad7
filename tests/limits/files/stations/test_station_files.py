"""The standard stations are evaluated by: what the loader takes, what it refuses, and what ships."""

import json
from pathlib import Path

import pytest

from limits.files.policies import load_policy_file
from limits.stations import Scoring, StationStandard
from limits.terms import Mark
from tests.dates import on
from tests.limits.faults import EVENTS, broken_files, has_one_fault, refused_as_promised
from workflow.rules import load_rules

FOLDER = Path(__file__).parent
SOUND = FOLDER / "sound.toml"


def standard(path: Path = SOUND) -> StationStandard:
    (found,) = load_policy_file(path, EVENTS).standards
    return found


def shipped() -> StationStandard:
    found = load_rules().policies.standard_on(on("2026-11-20 五"))
    assert found is not None
    return found


def test_a_score_is_what_the_rule_can_give() -> None:
    told = {each.no: (each.rule, each.allowed) for each in standard().items}
    assert told == {
        1: ("每缺一项扣 3 分", (6, 3, 0)),
        2: ("全有或全无", (4, 0)),
        9: ("全有或全无", (4, 0)),
        26: ("每有一项加 5 分", (5, 0)),
    }


def test_what_is_missing_takes_points_and_never_more_than_there_are() -> None:
    each, whole = standard().items[:2]
    assert [each.most(missing) for missing in range(4)] == [6, 3, 0, 0]
    assert [whole.most(missing) for missing in range(3)] == [4, 0, 0]


@pytest.mark.parametrize(("points", "label"), [(0, "一般"), (11, "一般"), (12, "良好"), (19, "良好")])
def test_a_grade_begins_at_its_points(points: int, label: str) -> None:
    assert standard().grade(points).label == label


@pytest.mark.parametrize("found", [standard(), shipped()], ids=["sound", "shipped"])
def test_it_can_be_kept_and_read_again(found: StationStandard) -> None:
    assert StationStandard.from_payload(json.loads(json.dumps(found.to_payload()))) == found


@pytest.mark.parametrize("file", broken_files(FOLDER), ids=lambda file: file.stem)
def test_a_fault_is_refused_with_all_that_is_needed_to_mend_it(file: Path) -> None:
    refused_as_promised(file)
    has_one_fault(file)


def test_what_ships_is_the_27_items_and_their_sums() -> None:
    """清廉供电站所服务监督评价标准: 100 points and 10; ≥ 90, 60–90, below 60."""
    found = shipped()
    assert [each.no for each in found.items] == list(range(1, 28))
    assert {each.name: each.points for each in found.parts} == {
        "organisation": 30,
        "service": 20,
        "supervision": 35,
        "risk": 15,
        "bonus": 10,
    }
    assert (found.total, [(each.label, each.least) for each in found.grades]) == (
        100,
        [("示范型", 90), ("标准型", 60), ("不合格", 0)],
    )
    points = [4, 4, 2, 6, 3, 3, 4, 4, 4, 4, 4, 8, 3, 3, 5, 4, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5, 5]
    assert [each.points for each in found.items] == points
    steps = {each.no: each.step for each in found.items if each.scoring is not Scoring.WHOLE}
    assert steps == {4: 3, 7: 2, 8: 2, 12: 2, 23: 5, 24: 5, 25: 5, 26: 5, 27: 5}
    assert {each.citation.mark for each in found.items} == {Mark.PRIMARY}


def test_every_duty_is_an_item_with_a_rhythm() -> None:
    """So that what is done on time has points to earn."""
    found = shipped()
    for duty in load_rules().policies.duties_on(on("2026-11-20 五")):
        item = found.item(duty.item)
        assert item is not None
        assert item.rhythm
        assert item.citation.clause == duty.citation.clause
