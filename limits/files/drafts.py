"""A draft of a policy file laid in place of the one in force: the rules that would hold if it were taken.

Which file it replaces is told by its name: ``local-neixiang.toml``, or one that begins so (``local-neixiang-草案``).
A file of thresholds alone replaces the thresholds and nothing else, whatever it is called.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from limits.errors import YekuoError
from limits.files.policies import Jurisdiction, PolicyFile, load_policies, load_policy_file
from limits.force import Force
from limits.policy import CheckRule, ClockRule, DatedLadder, Limit, MachineRule, PolicySet
from limits.shipped import DATA

THRESHOLDS = "[[ladder]]"
ALWAYS = Force(date.min)
Dated = TypeVar("Dated", Limit, DatedLadder, MachineRule, CheckRule)


class DraftUnplaced(YekuoError):
    """不知道草案 {file} 替换哪个规则文件（有 {known}）。请以其中一个开头命名，如 {example}-草案.toml；只含预警门槛的可以任意命名。"""

    code = "draft_unplaced"


class DraftTwice(YekuoError):
    """草案 {first} 和 {second} 都要替换“{name}”。请只给出其中一个。"""

    code = "draft_twice"


def draft_policies(
    jurisdiction: Jurisdiction,
    paths: Iterable[Path],
    events: Collection[str],
    folder: Path = DATA / "policies",
) -> PolicySet:
    """The policies of ``jurisdiction`` with the drafts at ``paths`` in their places.

    Raises what a bad file raises, DraftUnplaced or DraftTwice.
    """
    placed: dict[str, Path] = {}
    thresholds: PolicyFile | None = None
    for path in paths:
        draft = load_policy_file(path, events)
        name = _place(jurisdiction, path, draft)
        if name in placed:
            raise DraftTwice(first=placed[name].name, second=path.name, name=name)
        placed[name] = path
        thresholds = draft if name == THRESHOLDS else thresholds
    policies = load_policies(jurisdiction, events, folder, placed)
    if thresholds is None:
        return policies
    told = policies.digest.encode() + placed[THRESHOLDS].read_bytes()
    digest = hashlib.sha256(told).hexdigest()[: len(policies.digest)]
    # What was bound under the ladder before is not handed on.
    return replace(policies, ladders=thresholds.ladders, digest=digest, _bound={})


def _place(jurisdiction: Jurisdiction, path: Path, draft: PolicyFile) -> str:
    """The file it is named after, of several the one with the longest name; or the thresholds."""
    named = [name for name in jurisdiction.policies if path.stem.startswith(name)]
    if named:
        return max(named, key=len)
    others = {**vars(draft), "name": None, "ladders": None}
    if draft.ladders and not any(others.values()):
        return THRESHOLDS
    known, example = "、".join(jurisdiction.policies), jurisdiction.policies[0]
    raise DraftUnplaced(file=path.name, known=known, example=example)


def as_if_always(policies: PolicySet, on: date) -> PolicySet:
    """The rules in force on ``on`` as if they had been and would be for ever.

    A draft takes effect on a day to come; past applications are judged by it only so.
    """
    return replace(
        policies,
        clocks=tuple(_always(clock, on) for clock in policies.clocks),
        ladders=_held(policies.ladders, on),
        machines=_held(policies.machines, on),
        checks=_held(policies.checks, on),
        _bound={},
    )


def _always(clock: ClockRule, on: date) -> ClockRule:
    return replace(clock, limits=_held(clock.limits, on))


def _held(entries: tuple[Dated, ...], on: date) -> tuple[Dated, ...]:
    return tuple(replace(each, force=ALWAYS) for each in entries if each.force.holds(on))
