"""Reading ``[[clock]]``: what runs it, what stops it, and its figures (domain §4)."""

import re
from collections.abc import Collection, Iterable
from itertools import combinations
from pathlib import Path

from limits.files.citing import Documents, read_force, refuse_overlap
from limits.files.toml_reader import Reader
from limits.force import Layer
from limits.policy import ClockRole, ClockRule, Limit, When
from limits.terms import CustomerClass, Supplies, Supporting, Unit, Voltage

NAME = re.compile(r"[a-z][a-z0-9_]*")


class ClockParser:
    """Turns the clocks of one file into rules; ``events`` are the names somebody emits."""

    def __init__(self, file: str, documents: Documents, events: Collection[str]) -> None:
        self._file = file
        self._documents = documents
        self._events = events

    def clock(self, reader: Reader, layer: Layer) -> ClockRule:
        """One clock with all its figures."""
        name = reader.take("name", str, '"reply"')
        if not NAME.fullmatch(name):
            reader.refuse(f'name = "{name}"', "小写英文标识符", 'name = "reply"', at="name")
        dated = reader.table("dated")
        rule = ClockRule(
            layer=layer,
            name=name,
            label=reader.take("label", str, '"供电方案答复"'),
            role=reader.enum("role", ClockRole),
            runs=self._runs(reader),
            stops=frozenset(self._names(reader, "stops", '["energized"]')),
            outside=self._outside(reader),
            needs=self._maybe_name(reader, "needs"),
            after=self._maybe_name(reader, "after"),
            dated_by=self._maybe_name(dated, "by") if dated else None,
            capped_by=self._maybe_name(dated, "capped_by") if dated else None,
            shown_without_limit=reader.maybe("shown_without_limit", bool, "true") or False,
            citation=self._documents.citation(reader),
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
            force=read_force(reader),
            citation=self._documents.citation(reader),
            parts=tuple(reader.maybe("parts", list, '["reply", 3]') or ()),
            place=reader.place,
        )
        reader.close()
        return limit

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

    def check_sums(self, clocks: tuple[ClockRule, ...]) -> None:
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
        Reader({}, file=self._file, place=limit.place).refuse(
            found, expected, 'value = 16\nparts = ["reply", 3, 3]'
        )

    def refuse_overlaps(self, clocks: Iterable[ClockRule]) -> None:
        """No two figures of one clock bind one customer on one day."""
        for clock in clocks:
            for a, b in combinations(clock.limits, 2):
                if some_overlap((a,), (b,)):
                    refuse_overlap(self._file, clock.name, f"{a.place} 与 {b.place}")


def refuse_twins(paths: list[Path], clocks: list[ClockRule]) -> None:
    """One application never has two clocks of one name in one layer; different classes may."""
    for a, b in combinations(clocks, 2):
        if a.key == b.key and (not (a.limits and b.limits) or some_overlap(a.limits, b.limits)):
            reader = Reader({}, file="、".join(path.name for path in paths), place=a.key)
            reader.refuse(
                f"“{a.label}”与“{b.label}”同层同名，且对同一客户同时有效",
                "同一层级内，对同一客户计时名称唯一",
                'name = "whole_2025"',
            )


def some_overlap(limits: Iterable[Limit], others: Iterable[Limit]) -> bool:
    return any(a.when.overlaps(b.when) and a.force.overlaps(b.force) for a in limits for b in others)
