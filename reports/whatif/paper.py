"""A what-if as a paper: each figure by the rules in force, by the draft, and the difference."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import CustomerClass, Level
from reports.composing.wording import share_cells
from reports.documents.cells import shown
from reports.figures.shares import Share
from reports.paper import APPLICATION, Cell, Column, KeyFigure, Paper, Section, Table
from reports.periods import Period
from reports.whatif.values import WHOLE, Change, Judged, Tally, WhatIf

TITLE = "时限规则草案影响测算"
CLASS = Column("客户类别", width=10, whole=True)
STATION = Column("供电所", width=10)
LAYER = Column("层级", width=8, grouped=True)
TOLD = "列出地方层级和草案有影响的层级。"
RATE = (
    Column("现行计入", "count", 7),
    Column("现行达标", "count", 7),
    Column("现行达标率", "share", 8),
    Column("草案计入", "count", 7),
    Column("草案达标", "count", 7),
    Column("草案达标率", "share", 8),
    Column("变化（百分点）", "points", 9),
)
REACHED = (Column("现行", "count", 6), Column("草案", "count", 6), Column("变化", "count", 6))
HIGH_WHOLE = "高压（含全部节点）"
HIGH = tuple(each for each in CustomerClass if each.high_voltage)
ROLES = {ClockRole.NODE: "高压环节节点", ClockRole.SUPPORTING: "业扩配套工程"}


def paper_of(found: WhatIf) -> Paper:
    """The paper of a what-if; it is a calculation, so it has no number, no seal and nobody signs it."""
    return Paper(
        title=TITLE,
        organisation=found.company,
        period="、".join(each.label for each in found.periods),
        number="",
        as_of=found.as_of,
        state="测算，不改动台账与任何结论",
        seal="",
        keys=tuple(_keys(found)),
        sections=(
            Section("rates", "时限达标率", parts=tuple(_rate_tables(found))),
            Section("levels", "预警告警", parts=tuple(_level_tables(found))),
            Section("changes", "结论改变的申请", parts=(_changed(found),)),
        ),
        signatures=(),
        basis=(),
        notes=tuple(_notes(found)),
        unsealed="按台账的记录重算，不取已封存的数字；台账再有登记，结果随之变动。",
    )


def _keys(found: WhatIf) -> Iterator[KeyFigure]:
    yield KeyFigure("重算申请", f"{found.replayed} 件", f"其中 {found.differing} 件适用的规则不同")
    yield KeyFigure(
        "结论改变", f"{len({each.number for each in found.changes})} 件", f"{len(found.changes)} 个计时"
    )
    for layer in _layers(found):
        before, after = (
            shown(_share(side, layer=layer, role=ClockRole.TOTAL).rate, "share")
            for side in (found.before, found.after)
        )
        yield KeyFigure(f"{layer.label}时限达标率", f"{before} → {after}", "现行 → 草案")
    wholes = [_share(side, role=WHOLE, customer_class=HIGH) for side in (found.before, found.after)]
    if any(each.of for each in wholes):
        said = " → ".join(shown(each.rate, "share") for each in wholes)
        yield KeyFigure(f"{HIGH_WHOLE}达标率", said, "现行 → 草案；综合时限达标率按此计")


def _notes(found: WhatIf) -> Iterator[str]:
    yield f"现行规则摘要 {found.digests[0]}，草案规则摘要 {found.digests[1]}。"
    if found.on is not None:
        yield f"现行规则按各申请受理之日有效的判定；草案按 {found.on} 有效的条目判定，视为一直有效。"
    else:
        yield "两种规则都按各申请受理之日有效的条目判定。"
    if found.on is None and not found.differing:
        yield "草案对这些申请没有影响：条目与现行相同，或在受理之日尚未生效。要视为一直有效来测算，请指明日期（--on）。"


# -- rates ------------------------------------------------------------------------------------------------


def _share(tally: Tally, **wanted: object) -> Share:
    """How many count, and how many of them kept it, where the key's parts are as ``wanted``: a value or several."""
    several = {name: value if isinstance(value, tuple) else (value,) for name, value in wanted.items()}
    keys = [key for key in tally.base if all(getattr(key, name) in parts for name, parts in several.items())]
    return Share(sum(tally.met[key] for key in keys), sum(tally.base[key] for key in keys))


def _rate_tables(found: WhatIf) -> Iterator[Table]:
    note = "达标率＝归档的新装、增容申请中时限办结达标的户数÷计入考核的户数；终止、作废的不计入。"
    yield Table(
        "各层级各类别达标率",
        "各层级、各类别达标率",
        (LAYER, Column("类别", width=12, whole=True), *RATE),
        tuple(_by_layer(found)),
        note,
    )
    yield Table(
        "各供电所达标率",
        "各供电所达标率",
        (LAYER, STATION, *RATE),
        tuple(
            row
            for layer in _told(found)
            for name in _stations(found)
            for row in _unless_empty(
                _rate_row(found, (layer.label, name), layer=layer, role=ClockRole.TOTAL, station=name)
            )
        ),
        TOLD,
    )
    if len(found.periods) > 1:
        yield Table(
            "各期达标率",
            "各期达标率",
            (Column("报告期", width=12, grouped=True, whole=True), Column("层级", width=8), *RATE),
            tuple(
                _rate_row(
                    found, (each.label, layer.label), layer=layer, role=ClockRole.TOTAL, period=str(each)
                )
                for each in found.periods
                for layer in _layers(found)
            ),
        )


def _by_layer(found: WhatIf) -> Iterator[tuple[Cell, ...]]:
    for layer in _layers(found):
        for kind in CustomerClass:
            heads = (layer.label, kind.label)
            yield from _unless_empty(
                _rate_row(found, heads, layer=layer, role=ClockRole.TOTAL, customer_class=kind)
            )
        yield _rate_row(found, (layer.label, "各类合计"), layer=layer, role=ClockRole.TOTAL)
        for role, label in ROLES.items():
            yield from _unless_empty(_rate_row(found, (layer.label, label), layer=layer, role=role))
        yield from _unless_empty(
            _rate_row(found, (layer.label, HIGH_WHOLE), layer=layer, role=WHOLE, customer_class=HIGH)
        )


def _unless_empty(row: tuple[Cell, ...]) -> Iterator[tuple[Cell, ...]]:
    """A class that has no such limit on either side is no row."""
    if row[2] or row[5]:
        yield row


def _rate_row(found: WhatIf, heads: tuple[Cell, ...], **wanted: object) -> tuple[Cell, ...]:
    before, after = _share(found.before, **wanted), _share(found.after, **wanted)
    old, new = before.rate, after.rate
    moved = None if old is None or new is None else round((new - old) * 100, 6)
    return *heads, *share_cells(before), *share_cells(after), moved


def _layers(found: WhatIf) -> list[Layer]:
    told = {key.layer for tally in (found.before, found.after) for key in tally.base}
    return [layer for layer in Layer if layer in told]


def _stations(found: WhatIf) -> list[str]:
    return sorted({key.station for tally in (found.before, found.after) for key in tally.base})


# -- levels -----------------------------------------------------------------------------------------------


def _level_tables(found: WhatIf) -> Iterator[Table]:
    level = Column("级别", "level", 6)
    yield Table(
        "各层级预警告警",
        "各层级预警告警",
        (LAYER, level, *REACHED),
        tuple(_reached(found, (((layer.label,), {"layer": layer}) for layer in Layer))),
        "本期达到的级别，达到即计一次。",
    )
    stations = sorted({key.station for side in (found.before, found.after) for key in side.levels})
    parts: tuple[tuple[str, Column, str, dict[str, object]], ...] = (
        ("各类客户预警告警", CLASS, "customer_class", {kind.label: kind for kind in CustomerClass}),
        ("各供电所预警告警", STATION, "station", {name: name for name in stations}),
    )
    for title, column, part, named in parts:
        wanted = (
            ((layer.label, label), {"layer": layer, part: value})
            for layer in _told(found)
            for label, value in named.items()
        )
        columns = (LAYER, replace(column, grouped=True), level, *REACHED)
        yield Table(title, title, columns, tuple(_reached(found, wanted)), TOLD)


def _told(found: WhatIf) -> list[Layer]:
    """The local layer, and every other on which the draft changes anything."""

    def counts(tally: Tally, layer: Layer) -> list[dict[object, int]]:
        counters = (tally.base, tally.met, tally.levels)
        return [{key: n for key, n in each.items() if key.layer is layer} for each in counters]

    return [
        layer
        for layer in Layer
        if layer is Layer.LOCAL or counts(found.before, layer) != counts(found.after, layer)
    ]


def _reached(
    found: WhatIf, heads: Iterable[tuple[tuple[str, ...], dict[str, object]]]
) -> Iterator[tuple[Cell, ...]]:
    """One row for each head and each level that either side reached."""
    for head, wanted in heads:
        for level in Level:
            before, after = (_times(side, level=level, **wanted) for side in (found.before, found.after))
            if before or after:
                yield *head, level.label, before, after, after - before


def _times(tally: Tally, **wanted: object) -> int:
    return sum(
        times
        for key, times in tally.levels.items()
        if all(getattr(key, name) == value for name, value in wanted.items())
    )


# -- who --------------------------------------------------------------------------------------------------


def _changed(found: WhatIf) -> Table:
    return Table(
        "结论改变",
        "结论改变的申请",
        (
            Column("报告期", width=10, whole=True),
            Column(APPLICATION, width=12, whole=True, personal=True),
            CLASS,
            STATION,
            Column("客户经理", width=10, personal=True),
            Column("层级", width=8),
            Column("时限", width=14),
            Column("现行", width=10),
            Column("草案", width=10),
        ),
        tuple(_changed_row(each) for each in found.changes),
        "本期归档的申请中，计入达标率而两种规则结论不同的每一个计时，一行一个；“2／5”是已用 2、时限 5。",
        empty="没有。",
        listing=True,
    )


def _changed_row(change: Change) -> tuple[Cell, ...]:
    return (
        Period.parse(change.period).label,
        change.number,
        change.customer_class.label,
        change.station,
        change.manager,
        change.layer.label,
        change.clock,
        _judged(change.before),
        _judged(change.after),
    )


def _judged(side: Judged | None) -> str:
    return "不考核" if side is None else f"{side.used}／{side.limit} {side.verdict.label}"
