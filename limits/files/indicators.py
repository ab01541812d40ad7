"""Reading ``[[indicator]]``: what is measured, with which weights, and where it is written (domain §10)."""

from collections.abc import Collection, Iterable
from fractions import Fraction

from limits.files.citing import Documents, read_force
from limits.files.clocks import NAME
from limits.files.toml_reader import Reader
from limits.indicators import (
    ALONE,
    FILTERS,
    NEEDED,
    SINGLE,
    TAKES,
    IndicatorRule,
    Measure,
    MeasureKind,
    Part,
    Scale,
)

EXAMPLE = 'measure = { kind = "kept", take = "local.total" }'


def read_indicators(readers: Collection[Reader], documents: Documents) -> tuple[IndicatorRule, ...]:
    """The indicators of one file; each may be made of those above it."""
    found: list[IndicatorRule] = []
    for reader in readers:
        found.append(_indicator(reader, documents, {each.name: each.scale for each in found}))
    return tuple(found)


def refuse_strangers(file: str, rules: Iterable[IndicatorRule], clocks: Collection[str]) -> None:
    """Refuse an indicator of a clock that no file has: it would have no data for ever, in silence."""
    for rule in rules:
        for measure in rule.measures:
            strange = [name for name in dict(measure.where).get("clock", ()) if name not in clocks]
            if strange:
                Reader({}, file=file, place=f"indicator {rule.name}").refuse(
                    f"clock 中有 {'、'.join(strange)}",
                    f"规则文件中的计时之一：{'、'.join(clocks)}",
                    'clock = ["reply"]',
                )


def _indicator(reader: Reader, documents: Documents, above: dict[str, Scale]) -> IndicatorRule:
    name = reader.take("name", str, '"on_time"')
    if not NAME.fullmatch(name):
        reader.refuse(f'name = "{name}"', "小写英文标识符", 'name = "on_time"', at="name")
    parts = tuple(_part(each, above) for each in reader.tables("part"))
    rule = IndicatorRule(
        name=name,
        label=reader.take("label", str, '"时限达标率"'),
        group=reader.take("group", str, '"时限"'),
        scale=reader.enum("scale", Scale),
        force=read_force(reader),
        citation=documents.citation(reader),
        measure=_maybe_measure(reader, "measure"),
        ratio=_ratio(reader),
        rest_of=_above(reader, "rest_of", above),
        parts=parts,
        least=_fraction(reader, "least", "0.5", "0") if parts else Fraction(0),
    )
    _check_form(reader, rule, above)
    reader.close()
    return rule


def _check_form(reader: Reader, rule: IndicatorRule, above: dict[str, Scale]) -> None:
    forms = [
        name
        for name, given in (
            ("measure", rule.measure),
            ("ratio", rule.ratio),
            ("rest_of", rule.rest_of),
            ("part", rule.parts),
        )
        if given
    ]
    if len(forms) != 1:
        said = "、".join(forms) or "一个也没有"
        reader.refuse(f"指标的算法写了 {said}", "measure、ratio、rest_of、part 中恰好一种", EXAMPLE)
    if rule.parts:
        _check_parts(reader, rule, above)
        return
    told = rule.measure.scale if rule.measure else Scale.SHARE
    if told is not rule.scale and (rule.measure is None or rule.measure.kind is not MeasureKind.ABSENT):
        expected = told.value if told else "ratio（户数只能用在比率里）"
        reader.refuse(f'scale = "{rule.scale}"', f"与算法一致：{expected}", 'scale = "share"', at="scale")
    if rule.rest_of and above[rule.rest_of] is not Scale.SHARE:
        reader.refuse(
            f'rest_of = "{rule.rest_of}"', "一个以率表示的指标", 'rest_of = "on_time"', at="rest_of"
        )


def _check_parts(reader: Reader, rule: IndicatorRule, above: dict[str, Scale]) -> None:
    total = sum((each.weight for each in rule.parts), Fraction())
    if total != 1:
        weights = " + ".join(f"{float(each.weight):g}" for each in rule.parts)
        reader.refuse(
            f"权重之和 {weights} = {float(total):g}",
            "权重之和等于 1",
            'weight = "0.6"\n……\nweight = "0.4"',
            at="part",
        )
    if not 0 <= rule.least <= 1:
        reader.refuse(f'least = "{float(rule.least):g}"', "0 到 1 之间", 'least = "0.5"', at="least")
    if rule.scale is Scale.DAYS:
        reader.refuse(
            'scale = "days"', "加权合成的指标以 share 或 points 表示", 'scale = "points"', at="scale"
        )
    for index, each in enumerate(rule.parts, 1):
        told = above[each.indicator] if each.indicator else each.measure.scale if each.measure else None
        if told is Scale.DAYS or (each.measure and each.measure.kind is MeasureKind.COUNT):
            reader.refuse(
                f"“{each.label}”以{told.label if told else '户数'}计",
                "每项都是率或者分",
                EXAMPLE,
                at=f"part[{index}]",
            )


def _part(reader: Reader, above: dict[str, Scale]) -> Part:
    part = Part(
        label=reader.take("label", str, '"高压"'),
        weight=_fraction(reader, "weight", "0.6"),
        measure=_maybe_measure(reader, "measure"),
        indicator=_above(reader, "indicator", above),
    )
    if (part.measure is None) == (part.indicator is None):
        reader.refuse("既非一个 measure 也非一个 indicator", "measure 与 indicator 中恰好一个", EXAMPLE)
    if part.weight <= 0:
        reader.refuse(f'weight = "{float(part.weight):g}"', "大于 0 的权重", 'weight = "0.6"', at="weight")
    reader.close()
    return part


def _above(reader: Reader, key: str, above: dict[str, Scale]) -> str | None:
    """The name of an indicator; only of one above it, so that none is made of itself."""
    name = reader.maybe(key, str, '"on_time"')
    if name is not None and name not in above:
        known = "、".join(above) or "（上面还没有）"
        reader.refuse(
            f'{key} = "{name}"', f"本文件中写在上面的指标之一：{known}", f'{key} = "on_time"', at=key
        )
    return name


def _ratio(reader: Reader) -> tuple[Measure, Measure] | None:
    ratio = reader.table("ratio")
    if ratio is None:
        return None
    pair = (_measure(ratio, "of"), _measure(ratio, "to"))
    for key, each in zip(("of", "to"), pair, strict=True):
        if each.kind is not MeasureKind.COUNT:
            ratio.refuse(f'{key} 的 kind = "{each.kind}"', "count：比率由两个户数相除", _RATIO, at=key)
    ratio.close()
    return pair


_RATIO = (
    'ratio = { of = { kind = "count", take = "terminated" }, to = { kind = "count", take = "accepted" } }'
)


def _measure(reader: Reader, key: str) -> Measure:
    found = _maybe_measure(reader, key)
    if found is None:
        reader.refuse(f"缺少 {key}", "一个 measure", _RATIO, at=key)
    return found


def _maybe_measure(reader: Reader, key: str) -> Measure | None:
    table = reader.table(key)
    if table is None:
        return None
    kind = table.enum("kind", MeasureKind)
    measure = Measure(kind, _take(table, kind), _where(table, kind), _why(table, kind))
    table.close()
    if kind is MeasureKind.USED:
        _refuse_several(table, dict(measure.where))
    return measure


def _refuse_several(table: Reader, where: dict[str, tuple[str, ...]]) -> None:
    """Days of several clocks of one application are not those of several applications."""
    roles = where.get("role", ())
    if "clock" not in where and not set(roles) & set(ALONE):
        said = f"role 中有 {'、'.join(roles)}" if roles else "缺少 role 或 clock"
        table.refuse(said, f"一项计时：role 为{'或'.join(ALONE)}，或写明 clock", 'role = ["total"]')


def _take(table: Reader, kind: MeasureKind) -> str:
    allowed = TAKES.get(kind)
    if allowed is None:
        return ""
    word = table.take("take", str, f'"{allowed[0]}"')
    if word not in allowed:
        table.refuse(
            f'take = "{word}"', f"下列之一：{'、'.join(allowed)}", f'take = "{allowed[0]}"', at="take"
        )
    return word


def _where(table: Reader, kind: MeasureKind) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for name, allowed in FILTERS.get(kind, {}).items():
        first = f'["{allowed[0] if allowed else "reply"}"]'
        example = f"{name} = {first}"
        listed = table.maybe(name, list, first)
        if listed is None:
            if name in NEEDED.get(kind, ()):
                table.refuse(f"缺少 {name}", "不同的东西不能混在一起算", example, at=name)
            continue
        words = tuple(map(str, listed))
        strange = [word for word in words if allowed is not None and word not in allowed]
        if strange or not words:
            said = "、".join(strange) or "空列表"
            expected = "、".join(allowed or ()) or "计时的名称"
            table.refuse(f"{name} 中有 {said}", f"下列之一：{expected}", example, at=name)
        if len(words) > 1 and name in SINGLE.get(kind, ()):
            table.refuse(
                f"{name} 中有 {'、'.join(words)}", "只写一个：不同的东西不能混在一起算", example, at=name
            )
        found.append((name, words))
    return tuple(found)


def _why(table: Reader, kind: MeasureKind) -> str:
    return table.take("why", str, '"没有投诉记录"') if kind is MeasureKind.ABSENT else ""


def _fraction(reader: Reader, key: str, example: str, default: str | None = None) -> Fraction:
    said = reader.take(key, str, f'"{example}"', default)
    try:
        return Fraction(said)
    except (ValueError, ZeroDivisionError):
        reader.refuse(f'{key} = "{said}"', "写成文字的小数或分数", f'{key} = "{example}"', at=key)
