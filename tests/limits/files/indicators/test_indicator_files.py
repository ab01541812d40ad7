"""Indicators as data: what the loader takes, what it refuses, and that adding one takes no code."""

from fractions import Fraction
from pathlib import Path

import pytest

from limits.files.policies import Jurisdiction, load_policies, load_policy_file
from limits.files.toml_reader import PolicyRefused
from limits.indicators import FILTERS, TAKES, Measure, MeasureKind, Part, Scale, measure_in
from limits.terms import Mark
from tests.dates import on
from tests.limits.faults import EVENTS, broken_files, has_one_fault, refused_as_promised
from workflow.rules import load_rules

FOLDER = Path(__file__).parent
SOUND = FOLDER / "sound.toml"
DAY = on("2026-10-31 六")


def test_the_sound_file_is_taken() -> None:
    on_time, late, mean, given_up, index = load_policy_file(SOUND, EVENTS).indicators
    assert on_time.measure == Measure(MeasureKind.KEPT, "local.total", (("class", ("hv_ordinary",)),))
    assert (late.rest_of, mean.scale, index.least) == ("on_time", Scale.DAYS, Fraction(1, 2))
    assert given_up.ratio is not None
    assert index.parts[0] == Part("时限", Fraction(3, 5), indicator="on_time")
    assert index.parts[2].measure == Measure(MeasureKind.ABSENT, why="没有投诉记录")


@pytest.mark.parametrize("file", broken_files(FOLDER), ids=lambda file: file.stem)
def test_a_fault_is_refused_with_all_that_is_needed_to_mend_it(file: Path) -> None:
    refused_as_promised(file)
    has_one_fault(file)


def test_a_clock_that_no_file_has_is_refused(tmp_path: Path) -> None:
    """It would have no data for ever, and nobody would know why."""
    (tmp_path / "rates.toml").write_bytes(SOUND.read_bytes())
    with pytest.raises(PolicyRefused) as refused:
        load_policies(Jurisdiction("here", "某县", "cn", ("rates",)), EVENTS, tmp_path)
    assert refused.value.facts["file"] == "rates.toml"
    assert "reply" in str(refused.value.facts["found"])


def test_every_measure_can_be_told_of_and_read_again() -> None:
    for rule in load_policy_file(SOUND, EVENTS).indicators:
        told = rule.to_payload()
        assert rule.measure is None or measure_in(told["measure"]) == rule.measure
        assert [Fraction(part["weight"]) for part in told["parts"]] == [each.weight for each in rule.parts]


def test_what_ships_names_its_source_and_marks_its_own_choices() -> None:
    rules = load_rules().policies.indicators_on(DAY)
    six = [rule for rule in rules if rule.group == "六个指数"]
    assert [rule.label for rule in six] == [
        *("透明指数", "效率指数", "降本指数", "互动指数", "联动指数", "客户全环节指数")
    ]
    assert {rule.citation.mark for rule in six} == {Mark.OWN}
    weights = {rule.name: [each.weight * 10 for each in rule.parts] for rule in rules if rule.parts}
    assert weights["composite"] == [6, 3, 1]
    assert weights["compliance"] == [4, 3, 3]
    assert {"on_time", "nodes_on_time", "late", "cooperation", "high_mean", "high_median"} <= {
        rule.name for rule in rules
    }


def test_every_kind_of_measure_says_what_it_takes() -> None:
    """A kind without words to choose from needs none; one with a filter filters what the facts know."""
    assert TAKES.keys() | FILTERS.keys() | {MeasureKind.ABSENT, MeasureKind.SATISFIED} == set(MeasureKind)
