"""Loading ``data/policies`` and ``data/jurisdictions``: one TOML file per regulation.

What the loader refuses, it refuses naming the file, the place, what was found, what was expected
and an example (design §3).  What one table of a file looks like is told by the module that reads it.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

from limits.customer_classes import ClassRule
from limits.documents import ArchiveRule, DocumentRule
from limits.duties import DutyRule
from limits.errors import YekuoError
from limits.escalation import Escalation
from limits.files.citing import Documents, refuse_overlap
from limits.files.classes import read_class_rule
from limits.files.clocks import ClockParser, refuse_twins
from limits.files.documents import read_archive, read_material
from limits.files.duties import read_duty
from limits.files.escalation import read_escalation
from limits.files.indicators import read_indicators, refuse_strangers
from limits.files.ladders import read_ladder
from limits.files.machines import read_check, read_machine
from limits.files.services import read_service
from limits.files.stations import read_standard
from limits.files.toml_reader import Reader, open_toml, parse_toml, read_file
from limits.files.validity import read_validity
from limits.force import Force, Layer
from limits.indicators import IndicatorRule
from limits.policy import CheckRule, ClockRule, DatedLadder, MachineRule, PolicySet
from limits.services import ServiceRule
from limits.shipped import DATA
from limits.stations import StationStandard
from limits.validity import Validity


@dataclass(frozen=True)
class Jurisdiction:
    """Who is judged by what: the policy files and the calendar of one place."""

    name: str
    label: str
    calendar: str
    policies: tuple[str, ...]


@dataclass(frozen=True)
class PolicyFile:
    """What one regulation contributes."""

    name: str
    clocks: tuple[ClockRule, ...]
    ladders: tuple[DatedLadder, ...]
    machines: tuple[MachineRule, ...]
    checks: tuple[CheckRule, ...]
    class_rules: tuple[ClassRule, ...]
    escalations: tuple[Escalation, ...]
    duties: tuple[DutyRule, ...]
    validities: tuple[Validity, ...]
    materials: tuple[DocumentRule, ...]
    archives: tuple[ArchiveRule, ...]
    indicators: tuple[IndicatorRule, ...]
    standards: tuple[StationStandard, ...]
    services: tuple[ServiceRule, ...]


class JurisdictionUnknown(YekuoError):
    """没有名为“{name}”的辖区，现有：{known}。请核对 YEKUO_JURISDICTION，或补上文件 data/jurisdictions/{name}.toml。"""

    code = "jurisdiction_unknown"


def load_jurisdiction(name: str, folder: Path = DATA / "jurisdictions") -> Jurisdiction:
    """Read ``name``.toml: label, calendar and the list of policy files."""
    known = sorted(path.stem for path in folder.glob("*.toml"))
    if name not in known:
        raise JurisdictionUnknown(name=name, known="、".join(known) or "无")

    def parse(reader: Reader) -> Jurisdiction:
        listed = reader.take("policies", list, '["local-neixiang"]')
        return Jurisdiction(
            name=name,
            label=reader.take("label", str, '"河南省南阳市内乡县"'),
            calendar=reader.take("calendar", str, '"cn"'),
            policies=tuple(map(str, listed)),
        )

    return open_toml(folder / f"{name}.toml", parse)


def load_policies(
    jurisdiction: Jurisdiction,
    events: Collection[str],
    folder: Path = DATA / "policies",
    drafts: Mapping[str, Path] = MappingProxyType({}),
) -> PolicySet:
    """All of a jurisdiction's policies as one set; ``events`` are the names somebody emits.

    ``drafts``: files to read in place of those the jurisdiction names, by the name they replace.
    """
    paths = [drafts.get(name, folder / f"{name}.toml") for name in jurisdiction.policies]
    return _joined(jurisdiction, paths, [load_policy_file(path, events) for path in paths])


def _joined(jurisdiction: Jurisdiction, paths: list[Path], files: list[PolicyFile]) -> PolicySet:
    clocks = [clock for each in files for clock in each.clocks]
    refuse_twins(paths, clocks)
    names = tuple(dict.fromkeys(clock.name for clock in clocks))
    for path, each in zip(paths, files, strict=True):
        refuse_strangers(path.name, each.indicators, names)
    _refuse_two_in_force("、".join(path.name for path in paths), files)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    return PolicySet(
        name=jurisdiction.name,
        label=jurisdiction.label,
        clocks=tuple(clocks),
        ladders=tuple(each for file in files for each in file.ladders),
        machines=tuple(each for file in files for each in file.machines),
        checks=tuple(each for file in files for each in file.checks),
        class_rules=tuple(each for file in files for each in file.class_rules),
        escalations=tuple(each for file in files for each in file.escalations),
        duties=tuple(each for file in files for each in file.duties),
        validities=tuple(each for file in files for each in file.validities),
        materials=tuple(each for file in files for each in file.materials),
        archives=tuple(each for file in files for each in file.archives),
        indicators=tuple(each for file in files for each in file.indicators),
        standards=tuple(each for file in files for each in file.standards),
        services=tuple(each for file in files for each in file.services),
        digest=digest[:16],
    )


def load_policy_file(path: Path, events: Collection[str]) -> PolicyFile:
    """Read one regulation."""
    return _parsed(path.name, read_file(path, Reader), tuple(events))


@lru_cache(maxsize=64)
def _parsed(file: str, content: bytes, events: tuple[str, ...]) -> PolicyFile:
    """What ``content`` says; the file is read each time, but the same bytes need not be understood again."""
    return parse_toml(file, content, lambda reader: _policy_file(reader, Path(file).stem, events), Reader)


def _policy_file(reader: Reader, name: str, events: Collection[str]) -> PolicyFile:
    documents = Documents.read(reader)
    parser = ClockParser(reader.file, documents, events)
    layer = reader.enum("layer", Layer)
    parsed = PolicyFile(
        name=name,
        clocks=tuple(parser.clock(each, layer) for each in reader.tables("clock")),
        ladders=tuple(read_ladder(each, documents) for each in reader.tables("ladder")),
        machines=tuple(read_machine(each, documents) for each in reader.tables("machine")),
        checks=tuple(read_check(each, documents) for each in reader.tables("check")),
        class_rules=tuple(read_class_rule(each, documents) for each in reader.tables("class_rule")),
        escalations=tuple(read_escalation(each, documents) for each in reader.tables("escalation")),
        duties=tuple(read_duty(each, documents) for each in reader.tables("duty")),
        validities=tuple(read_validity(each, documents) for each in reader.tables("validity")),
        materials=tuple(read_material(each, documents) for each in reader.tables("material")),
        archives=tuple(read_archive(each, documents, events) for each in reader.tables("archive")),
        indicators=read_indicators(reader.tables("indicator"), documents),
        standards=tuple(read_standard(each, documents) for each in reader.tables("standard")),
        services=tuple(read_service(each, documents) for each in reader.tables("service")),
    )
    parser.refuse_overlaps(parsed.clocks)
    _refuse_two_in_force(reader.file, [parsed])
    parser.check_sums(parsed.clocks)  # after the overlaps: a part must be one figure
    return parsed


def _refuse_two_in_force(file: str, files: Iterable[PolicyFile]) -> None:
    """On any day one ladder, one machine of each voltage, one rule for each inspection; one escalation,
    one rhythm for each duty, one validity of each voltage, one indicator of each name; one list of documents for each class and need.
    """
    listed = list(files)
    _refuse_overlaps(file, [each for one in listed for each in _binding(one)], "同一天对同一客户")
    _refuse_overlaps(file, [each for one in listed for each in _arranging(one)], "同一天")


def _binding(one: PolicyFile) -> Iterator[tuple[str, Force]]:
    yield from (("ladder", each.force) for each in one.ladders)
    yield from ((f"machine {_voltage(each.high)}", each.force) for each in one.machines)
    yield from ((f"check {each.check}", each.force) for each in one.checks)
    yield from (
        (f"material {each.need} {kind}", each.force) for each in one.materials for kind in each.classes
    )
    yield from (
        (f"archive {each.paper.kind} {kind}", each.force) for each in one.archives for kind in each.classes
    )


def _arranging(one: PolicyFile) -> Iterator[tuple[str, Force]]:
    yield from (("escalation", each.force) for each in one.escalations)
    yield from ((f"duty {each.item}", each.force) for each in one.duties)
    yield from ((f"validity {_voltage(each.high)}", each.force) for each in one.validities)
    yield from ((f"indicator {each.name}", each.force) for each in one.indicators)
    yield from (("standard", each.force) for each in one.standards)
    yield from ((f"service {each.name}", each.force) for each in one.services)


def _voltage(high: bool) -> str:
    return "high" if high else "low"


def _refuse_overlaps(file: str, dated: list[tuple[str, Force]], when: str) -> None:
    for (what, a), (other, b) in combinations(dated, 2):
        if what == other and a.overlaps(b):
            refuse_overlap(file, what, f"自 {a.since} 与自 {b.since}", when)
