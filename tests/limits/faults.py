"""Broken files: each is its folder's ``sound.toml`` with a single fault.

Their first comment lines say what the refusal must contain (位置, 发现, 应为, 例).
"""

import difflib
import re
from pathlib import Path

import pytest

from limits.files.policies import load_policy_file
from limits.files.toml_reader import PolicyRefused
from workflow.events import EventType

EVENTS = [event_type.value for event_type in EventType]
FACTS = {"位置": "place", "发现": "found", "应为": "expected", "例": "example"}


def broken_files(folder: Path) -> list[Path]:
    return sorted((folder / "broken").glob("*.toml"))


def refusal(path: Path) -> PolicyRefused:
    with pytest.raises(PolicyRefused) as refused:
        load_policy_file(path, EVENTS)
    return refused.value


def refused_as_promised(file: Path) -> None:
    """One sentence with file, place, found, expected and example, each as the file's first lines say."""
    refused, told = refusal(file), promised(file)
    assert refused.code == "policy_refused"
    assert refused.facts["file"] == file.name
    for label, part in told.items():
        assert part in str(refused.facts[FACTS[label]]), label
        assert part in refused.message
    assert all(str(refused.facts[name]).strip() for name in FACTS.values())
    assert "\n" not in refused.message.replace(str(refused.facts["example"]), "")


def has_one_fault(file: Path) -> None:
    """It differs from the sound one in a single place, and promises all four parts."""
    assert promised(file).keys() == FACTS.keys()
    sound = (file.parents[1] / "sound.toml").read_text(encoding="utf-8").splitlines()[1:]
    broken = file.read_text(encoding="utf-8").splitlines()[len(FACTS) :]
    matcher = difflib.SequenceMatcher(None, sound, broken, autojunk=False)
    assert len([code for code in matcher.get_opcodes() if code[0] != "equal"]) == 1


def promised(file: Path) -> dict[str, str]:
    text = file.read_text(encoding="utf-8")
    return dict(re.findall(r"^# (位置|发现|应为|例)：(.+)$", text, re.MULTILINE))
