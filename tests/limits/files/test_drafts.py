"""A draft in place of the file it is named after, or of the thresholds alone."""

from datetime import date
from pathlib import Path

import pytest

from limits.files.drafts import DraftTwice, DraftUnplaced, as_if_always, draft_policies
from limits.files.policies import load_jurisdiction
from limits.policy import NotInForce, PolicySet, Subject
from limits.shipped import DATA
from limits.terms import CustomerClass, Supplies, Supporting, Voltage
from tests.dates import on
from workflow.events import EventType

PLACE = load_jurisdiction("neixiang")
EVENTS = [each.value for each in EventType]
MICRO = Subject(CustomerClass.LV_MICRO, Voltage.V380, Supplies.SINGLE, Supporting.NONE, customer_works=False)
THRESHOLDS = """
layer = "local"
[document.d]
title = "草案"
[[ladder]]
from = 2004-01-01
cite = { document = "d", clause = "门槛", mark = "X" }
rung = [
    { level = "blue", share = "1/4", plus = 0 },
    { level = "orange", share = "1/2", plus = 0 },
    { level = "yellow", share = "1", plus = 1 },
    { level = "red", share = "6/5", plus = 1 },
]
"""


def drafted(folder: Path, name: str, old: str, new: str, source: str = "local-neixiang") -> Path:
    """A copy of a shipped file under another name with one thing changed."""
    text = (DATA / "policies" / f"{source}.toml").read_text(encoding="utf-8")
    assert old in text
    path = folder / name
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def draft(*paths: Path) -> PolicySet:
    return draft_policies(PLACE, paths, EVENTS)


def micro(policies: PolicySet, day: date) -> int | None:
    (whole,) = (each for each in policies.bind(MICRO, day) if each.rule.key == "local.whole")
    return whole.limit.value if whole.limit else None


TIGHTER = ("value = 15\nparts = [2, 13]", "value = 12\nparts = [2, 10]")


@pytest.mark.parametrize("name", ["local-neixiang.toml", "local-neixiang-草案.toml"])
def test_a_draft_takes_the_place_of_the_file_it_is_named_after(tmp_path: Path, name: str) -> None:
    held, found = draft(), draft(drafted(tmp_path, name, *TIGHTER))
    day = on("2026-10-12 一")
    assert (micro(held, day), micro(found, day)) == (15, 12)
    assert found.digest != held.digest
    assert len(found.clocks) == len(held.clocks)


def test_thresholds_alone_replace_only_the_thresholds(tmp_path: Path) -> None:
    path = tmp_path / "随便.toml"
    path.write_text(THRESHOLDS, encoding="utf-8")
    held, found = draft(), draft(path)
    assert found.ladder(on("2026-10-12 一")) != held.ladder(on("2026-10-12 一"))
    assert (found.clocks, found.escalations) == (held.clocks, held.escalations)
    assert found.digest != held.digest
    assert {each.ladder for each in found.bind(MICRO, on("2026-10-12 一"))} == {found.ladders[0].ladder}


def test_a_draft_nobody_can_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DraftUnplaced, match=r"local-neixiang-草案\.toml"):
        draft(drafted(tmp_path, "新办法.toml", *TIGHTER))


def test_two_drafts_for_one_file_are_refused(tmp_path: Path) -> None:
    paths = [drafted(tmp_path, f"local-neixiang-{each}.toml", *TIGHTER) for each in "甲乙"]
    with pytest.raises(DraftTwice, match=r"local-neixiang-甲\.toml 和 local-neixiang-乙\.toml"):
        draft(*paths)


def test_what_is_to_come_can_be_taken_to_hold_always(tmp_path: Path) -> None:
    """A limit from 2027 on binds no application of 2026, unless it is asked what if it did."""
    old = f'{TIGHTER[0]}\nwhen = {{ class = ["lv_micro"] }}\nfrom = 2021-05-27'
    later = f'{TIGHTER[1]}\nwhen = {{ class = ["lv_micro"] }}\nfrom = 2027-01-01'
    found = draft(drafted(tmp_path, "local-neixiang.toml", old, later))
    assert micro(as_if_always(found, on("2027-01-04 一")), on("2026-10-12 一")) == 12
    assert all(each.rule.key != "local.whole" for each in found.bind(MICRO, on("2026-10-12 一")))


def test_before_anything_held_there_is_nothing_to_take() -> None:
    with pytest.raises(NotInForce):
        draft().machine(high=True, on=on("2003-12-31 三"))
    assert as_if_always(draft(), on("2003-12-31 三")).machines == ()
