"""Limits of service that no record measures: what is taken, what is refused, what ships."""

from pathlib import Path

import pytest

from limits.files.policies import load_policy_file
from limits.files.toml_reader import PolicyRefused
from limits.terms import Mark, Unit
from tests.dates import on
from workflow.events import EventType
from workflow.rules import load_rules

EVENTS = [event_type.value for event_type in EventType]
SOUND = """layer = "regulator"

[document.made-up]
title = "测试用服务规定"

[[service]]
name = "answer"
label = "答复"
begins = "提出"
ends = "答复"
value = 7
unit = "working_day"
absent = "没有登记"
from = 2020-01-01
cite = { document = "made-up", clause = "第一条", mark = "X" }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "service.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_sound_one_is_taken(tmp_path: Path) -> None:
    (found,) = load_policy_file(written(tmp_path, SOUND), EVENTS).services
    assert (found.limit, found.unit, found.said, found.absent) == (
        7,
        Unit.WORKING_DAY,
        "7 个工作日",
        "没有登记",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value = 7", "value = 0", "不小于 1"),
        ('"working_day"', '"week"', "working_day"),
        ('absent = "没有登记"\n', "", "缺少 absent"),
        ("cite = {", "site = {", "没有出处"),
        ('begins = "提出"', 'begin = "提出"', "缺少 begins"),
        ("from = 2020-01-01", "from = 2020-01-01\nuntil = 2019-01-01", "失效日期不早于生效日期"),
    ],
)
def test_a_fault_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        load_policy_file(written(tmp_path, SOUND.replace(old, new, 1)), EVENTS)
    assert said in refused.value.message
    assert refused.value.facts["file"] == "service.toml"


def test_two_in_force_are_refused(tmp_path: Path) -> None:
    again = SOUND[SOUND.index("[[service]]") :]
    with pytest.raises(PolicyRefused) as refused:
        load_policy_file(written(tmp_path, f"{SOUND}\n{again}"), EVENTS)
    assert "日期不重叠" in refused.value.message


def test_what_ships_is_the_special_actions_and_marked_as_told_by_others() -> None:
    """居民用电服务质量监管专项行动: complaint 1 and 7, meter check 5, reading dispute 7 working days."""
    found = load_rules().policies.services_on(on("2026-11-20 五"))
    assert [(each.name, each.limit) for each in found] == [
        ("complaint_contact", 1),
        ("complaint_answer", 7),
        ("meter_check", 5),
        ("reading_dispute", 7),
    ]
    assert {(each.unit, each.citation.mark) for each in found} == {(Unit.WORKING_DAY, Mark.SECONDARY)}
