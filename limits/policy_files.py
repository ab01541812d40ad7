"""Loading ``data/policies`` and ``data/jurisdictions``: one TOML file per regulation.

What the loader refuses, it refuses naming the file, the place, what was found, what was expected
and an example (design §3).
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

from limits.customer_classes import ClassRule, Trade, Trait
from limits.errors import YekuoError
from limits.ladder import Ladder, Rung
from limits.policy import (
    Check,
    CheckRule,
    Citation,
    ClockRule,
    DatedLadder,
    Force,
    Layer,
    Limit,
    MachineRule,
    PolicySet,
    Role,
    SkipReason,
    When,
)
from limits.shipped import DATA
from limits.terms import CustomerClass, Level, Mark, Step, Supplies, Supporting, Unit, Voltage
from limits.toml_reader import Reader, open_toml

MOST_STEPS = {True: 4, False: 3}
NAME = re.compile(r"[a-z][a-z0-9_]*")


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
    jurisdiction: Jurisdiction, events: Collection[str], folder: Path = DATA / "policies"
) -> PolicySet:
    """All of a jurisdiction's policies as one set; ``events`` are the names somebody emits."""
    paths = [folder / f"{name}.toml" for name in jurisdiction.policies]
    files = [load_policy_file(path, events) for path in paths]
    clocks = [clock for each in files for clock in each.clocks]
    _refuse_twins(paths, clocks)
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
        digest=digest[:16],
    )


def load_policy_file(path: Path, events: Collection[str]) -> PolicyFile:
    """Read one regulation."""
    return open_toml(path, lambda reader: _Parser(reader, events).policy_file(path.stem))


def _refuse_twins(paths: list[Path], clocks: list[ClockRule]) -> None:
    """One application never has two clocks of one name in one layer; different classes may."""
    for a, b in combinations(clocks, 2):
        if a.key == b.key and (not (a.limits and b.limits) or _some_overlap(a.limits, b.limits)):
            reader = Reader({}, file="、".join(path.name for path in paths), place=a.key)
            reader.refuse(
                f"“{a.label}”与“{b.label}”同层同名，且对同一客户同时有效",
                "同一层级内，对同一客户计时名称唯一",
                'name = "whole_2025"',
            )


def _some_overlap(limits: Iterable[Limit], others: Iterable[Limit]) -> bool:
    return any(a.when.overlaps(b.when) and a.force.overlaps(b.force) for a in limits for b in others)


class _Parser:
    """Turns the tables of one file into rules; the shape of a file is this class, top to bottom."""

    def __init__(self, reader: Reader, events: Collection[str]) -> None:
        self._reader = reader
        self._events = events
        self._documents: dict[str, str] = {}

    def policy_file(self, name: str) -> PolicyFile:
        reader = self._reader
        self._read_documents(reader)
        layer = reader.enum("layer", Layer)
        clocks = tuple(self._clock(each, layer) for each in reader.tables("clock"))
        parsed = PolicyFile(
            name=name,
            clocks=clocks,
            ladders=tuple(self._ladder(each) for each in reader.tables("ladder")),
            machines=tuple(self._machine(each) for each in reader.tables("machine")),
            checks=tuple(self._check(each) for each in reader.tables("check")),
            class_rules=tuple(self._class_rule(each) for each in reader.tables("class_rule")),
        )
        self._refuse_overlaps(parsed)
        self._check_sums(clocks)  # after the overlaps: a part must be one figure
        return parsed

    def _read_documents(self, reader: Reader) -> None:
        documents = reader.table("document")
        if documents is None:
            reader.refuse("没有 [document.…]", "至少一份文件及其标题", '[document.34]\ntitle = "…"')
        for key in documents.left():
            table = documents.table(key)
            if table is None:  # pragma: no cover - left() only lists what is there
                continue
            title = table.take("title", str, '"供电服务十项承诺"')
            number = table.maybe("number", str, '"内电〔2021〕34号"') or ""
            table.maybe("issued", date, "2021-05-27")
            table.maybe("note", str, '"…"')
            table.close()
            self._documents[key] = f"{title}（{number}）" if number else title

    # -- what every entry carries ------------------------------------------------------------

    def _citation(self, reader: Reader) -> Citation:
        cite = reader.table("cite")
        if cite is None:
            reader.refuse(
                "没有出处 cite",
                "每个数字都写明出处和标记",
                'cite = { document = "34", clause = "高压办电时限", mark = "P" }',
                at="cite",
            )
        document = cite.take("document", str, '"34"')
        if document not in self._documents:
            known = "、".join(self._documents)
            cite.refuse(
                f'document = "{document}"',
                f"文件开头 [document.…] 中的一个：{known}",
                f'document = "{next(iter(self._documents))}"',
            )
        citation = Citation(
            document=self._documents[document],
            clause=cite.take("clause", str, '"第十一条"'),
            mark=cite.enum("mark", Mark),
            note=cite.maybe("note", str, '"…"') or "",
        )
        cite.close()
        return citation

    def _force(self, reader: Reader) -> Force:
        since = reader.take("from", date, "2021-05-27")
        until = reader.maybe("until", date, "2025-06-02")
        if until is not None and until < since:
            reader.refuse(
                f"until = {until} 早于 from = {since}",
                "失效日期不早于生效日期",
                "until = 2025-06-02",
                at="until",
            )
        return Force(since, until)

    def _when(self, reader: Reader) -> When:
        table = reader.table("when")
        if table is None:
            return When()
        when = When(
            classes=table.words("class", CustomerClass),
            voltages=table.words("voltage", Voltage),
            supplies=table.words("supplies", Supplies),
            supporting=table.words("supporting", Supporting),
            external_line=table.maybe("external_line", bool, "true"),
        )
        table.close()
        return when

    # -- clocks ------------------------------------------------------------------------------

    def _clock(self, reader: Reader, layer: Layer) -> ClockRule:
        name = reader.take("name", str, '"reply"')
        if not NAME.fullmatch(name):
            reader.refuse(f'name = "{name}"', "小写英文标识符", 'name = "reply"', at="name")
        dated = reader.table("dated")
        rule = ClockRule(
            layer=layer,
            name=name,
            label=reader.take("label", str, '"供电方案答复"'),
            role=reader.enum("role", Role),
            runs=self._runs(reader),
            stops=frozenset(self._names(reader, "stops", '["energized"]')),
            outside=self._outside(reader),
            needs=self._maybe_name(reader, "needs"),
            after=self._maybe_name(reader, "after"),
            dated_by=self._maybe_name(dated, "by") if dated else None,
            capped_by=self._maybe_name(dated, "capped_by") if dated else None,
            shown_without_limit=reader.maybe("shown_without_limit", bool, "true") or False,
            citation=self._citation(reader),
            limits=tuple(self._limit(each) for each in reader.tables("limit")),
        )
        if dated:
            dated.close()
        self._check_clock(reader, rule)
        reader.close()
        return rule

    def _check_clock(self, reader: Reader, rule: ClockRule) -> None:
        ends = frozenset().union(*(ends for _, ends in rule.runs))
        if not rule.stops or not rule.stops <= ends:
            stray = "、".join(sorted(rule.stops - ends)) or "空"
            reader.refuse(
                f"stops（{stray}）不是任何一段 runs 的终点，此计时永远停不下来",
                "stops 是 runs 中某段的终点",
                'runs = [["accepted", "energized"]]\nstops = ["energized"]',
                at="stops",
            )
        if not rule.limits and rule.dated_by is None:
            reader.refuse(
                "没有 [[clock.limit]]", "至少一个时限数字", "[[clock.limit]]\nvalue = 16", at="limit"
            )

    def _runs(self, reader: Reader) -> tuple[tuple[str, frozenset[str]], ...]:
        example = '[["accepted", "energized"]]'
        runs = []
        for pair in reader.take("runs", list, example):
            if not (isinstance(pair, list) and len(pair) >= 2):
                reader.refuse(
                    f"runs 中有 {pair!r}", "[起, 止] 或 [起, 止, 另一种止]", f"runs = {example}", at="runs"
                )
            names = [self._event(reader, "runs", each) for each in pair]
            runs.append((names[0], frozenset(names[1:])))
        if not runs:
            reader.refuse("runs 为空", "至少一段起止", f"runs = {example}", at="runs")
        return tuple(runs)

    def _outside(self, reader: Reader) -> tuple[tuple[str, str], ...]:
        example = '[["works_started", "works_finished"]]'
        pairs = []
        for pair in reader.maybe("outside", list, example) or []:
            if not (isinstance(pair, list) and len(pair) == 2):
                reader.refuse(f"outside 中有 {pair!r}", "[起, 止]", f"outside = {example}", at="outside")
            pairs.append((self._event(reader, "outside", pair[0]), self._event(reader, "outside", pair[1])))
        return tuple(pairs)

    def _names(self, reader: Reader, key: str, example: str) -> list[str]:
        return [self._event(reader, key, each) for each in reader.take(key, list, example)]

    def _maybe_name(self, reader: Reader, key: str) -> str | None:
        name = reader.maybe(key, str, '"plan_replied"')
        return None if name is None else self._event(reader, key, name)

    def _event(self, reader: Reader, key: str, name: object) -> str:
        if name not in self._events:
            known = "、".join(self._events)
            reader.refuse(f"没有人发出的事件 {name!r}", f"下列事件之一：{known}", '"accepted"', at=key)
        return str(name)

    def _limit(self, reader: Reader) -> Limit:
        value = reader.take("value", int, "16")
        if value < 0:
            reader.refuse(f"value = {value}", "不小于 0 的整数", "value = 16", at="value")
        limit = Limit(
            value=value,
            unit=reader.enum("unit", Unit, Unit.WORKING_DAY),
            when=self._when(reader),
            force=self._force(reader),
            citation=self._citation(reader),
            parts=tuple(reader.maybe("parts", list, '["reply", 3]') or ()),
            place=reader.place,
        )
        reader.close()
        return limit

    def _check_sums(self, clocks: tuple[ClockRule, ...]) -> None:
        """A total is the sum it says it is: 5 = 2 + 3, 16 = 10 + 3 + 3, 21 = 16 + 3 + 2."""
        for clock in clocks:
            for limit in clock.limits:
                values = [self._part(part, limit, clocks) for part in limit.parts]
                if values and sum(values) != limit.value:
                    said = " + ".join(map(str, values))
                    self._refuse_limit(
                        limit, f"value = {limit.value}，而 {said} = {sum(values)}", "总时限等于各部分之和"
                    )

    def _part(self, part: object, limit: Limit, clocks: tuple[ClockRule, ...]) -> int:
        if isinstance(part, int) and not isinstance(part, bool):
            return part
        for each in (each for clock in clocks if clock.name == part for each in clock.limits):
            if each.when.overlaps(limit.when) and each.force.overlaps(limit.force):
                return each.value
        self._refuse_limit(
            limit, f"parts 中的 {part!r} 不是本文件中适用于同类客户的计时", "数字，或本文件中的计时名称"
        )
        return 0

    def _refuse_limit(self, limit: Limit, found: str, expected: str) -> None:
        Reader({}, file=self._reader.file, place=limit.place).refuse(
            found, expected, 'value = 16\nparts = ["reply", 3, 3]'
        )

    # -- ladders, machines, checks, classes ----------------------------------------------------

    def _ladder(self, reader: Reader) -> DatedLadder:
        rungs = []
        for each in reader.tables("rung"):
            rungs.append(Rung(each.enum("level", Level), self._share(each), each.take("plus", int, "0")))
            each.close()
        if [rung.level for rung in rungs] != list(Level):
            found = "、".join(rung.level for rung in rungs) or "空"
            reader.refuse(
                f"级别为 {found}", "依次为 blue、orange、yellow、red", '[[ladder.rung]]\nlevel = "blue"'
            )
        for lower, higher in pairwise(rungs):
            if (lower.share, lower.plus) >= (higher.share, higher.plus) or lower.plus > higher.plus:
                reader.refuse(
                    f"{lower.level} 的门槛不低于 {higher.level}",
                    "门槛由低到高：蓝 < 橙 < 黄 < 红",
                    'level = "orange"\nshare = "4/5"\nplus = 0',
                )
        dated = DatedLadder(Ladder(tuple(rungs)), self._force(reader), self._citation(reader))
        reader.close()
        return dated

    def _share(self, reader: Reader) -> Fraction:
        said = reader.take("share", str, '"4/5"')
        try:
            share = Fraction(said)
        except (ValueError, ZeroDivisionError):
            reader.refuse(f'share = "{said}"', "分数", 'share = "4/5"', at="share")
        if "." in said or share <= 0:
            reader.refuse(f'share = "{said}"', "大于 0 的精确分数，不用小数", 'share = "4/5"', at="share")
        return share

    def _machine(self, reader: Reader) -> MachineRule:
        high = reader.take("high", bool, "true")
        steps = reader.words("steps", Step) or ()
        most = MOST_STEPS[high]
        if not 1 <= len(steps) <= most:
            name = "高压" if high else "低压"
            reader.refuse(
                f"{name}有 {len(steps)} 个环节",
                f"{name}至多 {most} 个环节，至少 1 个（内电〔2021〕34号）",
                'steps = ["apply", "energize"]',
                at="steps",
            )
        skips = []
        for each in reader.tables("skip"):
            skips.append((each.enum("step", Step), each.enum("reason", SkipReason)))
            each.close()
        if not set(steps) - {step for step, _ in skips}:
            reader.refuse(
                "各种省略合起来一个环节也不剩",
                "至少剩下一个环节",
                'skip = [{ step = "works", reason = "…" }]',
                at="skip",
            )
        rule = MachineRule(high, steps, tuple(skips), self._force(reader), self._citation(reader))
        reader.close()
        return rule

    def _check(self, reader: Reader) -> CheckRule:
        check = reader.enum("check", Check)
        classes = reader.words("class", CustomerClass)
        if classes is None:
            reader.refuse("缺少 class", "有此项检查的客户类别", 'class = ["hv_important"]', at="class")
        rule = CheckRule(check, classes, self._force(reader), self._citation(reader))
        reader.close()
        return rule

    def _class_rule(self, reader: Reader) -> ClassRule:
        force, citation = self._force(reader), self._citation(reader)
        rule = ClassRule(
            customer_class=reader.enum("class", CustomerClass),
            since=force.since,
            until=force.until,
            source=str(citation),
            high_voltage=reader.maybe("high_voltage", bool, "false"),
            max_kw=reader.maybe("max_kw", int, "160"),
            trades=reader.words("trade", Trade),
            requires=reader.words("requires", Trait) or (),
            excludes=reader.words("excludes", Trait) or (),
        )
        reader.close()
        return rule

    # -- overlaps ------------------------------------------------------------------------------

    def _refuse_overlaps(self, parsed: PolicyFile) -> None:
        for clock in parsed.clocks:
            for a, b in combinations(clock.limits, 2):
                if _some_overlap((a,), (b,)):
                    _refuse_overlap(self._reader.file, clock.name, f"{a.place} 与 {b.place}")
        _refuse_two_in_force(self._reader.file, [parsed])


def _refuse_two_in_force(file: str, files: Iterable[PolicyFile]) -> None:
    """On any day one ladder, one machine of each voltage, one rule for each inspection."""
    dated = [("ladder", each.force) for one in files for each in one.ladders]
    dated += [(f"machine {'high' if m.high else 'low'}", m.force) for one in files for m in one.machines]
    dated += [(f"check {each.check}", each.force) for one in files for each in one.checks]
    for (what, a), (other, b) in combinations(dated, 2):
        if what == other and a.overlaps(b):
            _refuse_overlap(file, what, f"自 {a.since} 与自 {b.since}")


def _refuse_overlap(file: str, place: str, found: str) -> None:
    Reader({}, file=file, place=place).refuse(
        f"{found} 的两条在同一天对同一客户同时有效", "日期不重叠", "until = 2025-06-02\n……\nfrom = 2025-06-03"
    )
