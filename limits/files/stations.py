"""Reading ``[[standard]]``: what a supply station is evaluated by (domain §11)."""

from collections.abc import Sequence
from itertools import pairwise

from limits.files.citing import Documents, read_force, require_at_least
from limits.files.toml_reader import Reader
from limits.stations import Scoring, StationGrade, StationItem, StationPart, StationStandard

SUMMED = 'points = 30\n……\n[[standard.item]]\npart = "organisation"\npoints = 10'
GRADES = "least = 90\n……\nleast = 60\n……\nleast = 0"


def read_standard(reader: Reader, documents: Documents) -> StationStandard:
    """The parts, items and grades of one standard; refused unless its items add up to what it says they do."""
    standard = StationStandard(
        label=reader.take("label", str, '"清廉供电站所服务监督评价"'),
        total=require_at_least(reader, "total", reader.take("total", int, "100")),
        force=read_force(reader),
        citation=documents.citation(reader),
        parts=tuple(_part(each, documents) for each in reader.some("part", "[[standard.part]]")),
        items=tuple(_item(each, documents) for each in reader.some("item", "[[standard.item]]")),
        grades=tuple(_grade(each, documents) for each in reader.some("grade", "[[standard.grade]]")),
    )
    reader.close()
    _refuse_twins(reader, standard)
    _refuse_wrong_sums(reader, standard)
    _refuse_wrong_grades(reader, standard)
    return standard


def _part(reader: Reader, documents: Documents) -> StationPart:
    part = StationPart(
        name=reader.take("name", str, '"organisation"'),
        label=reader.take("label", str, '"组织建设"'),
        points=require_at_least(reader, "points", reader.take("points", int, "30")),
        citation=documents.citation(reader),
    )
    reader.close()
    return part


def _item(reader: Reader, documents: Documents) -> StationItem:
    item = StationItem(
        no=require_at_least(reader, "no", reader.take("no", int, "4")),
        label=reader.take("label", str, '"客户需求台账交监督员"'),
        part=reader.take("part", str, '"organisation"'),
        points=require_at_least(reader, "points", reader.take("points", int, "6")),
        scoring=reader.enum("scoring", Scoring),
        step=reader.maybe("step", int, "3") or 0,
        rhythm=reader.maybe("rhythm", str, '"每月"') or "",
        citation=documents.citation(reader),
    )
    reader.close()
    _refuse_wrong_step(reader, item)
    return item


def _refuse_wrong_step(reader: Reader, item: StationItem) -> None:
    if item.scoring is Scoring.WHOLE:
        if item.step:
            reader.refuse(
                f"step = {item.step}", "全有或全无的项目不写 step", 'scoring = "each"\nstep = 3', at="step"
            )
        return
    require_at_least(reader, "step", item.step)
    if item.points % item.step:
        reader.refuse(
            f"points = {item.points} 不是 step = {item.step} 的整数倍",
            "逐项扣完正好为 0 分",
            "points = 6\nstep = 3",
            at="step",
        )


def _grade(reader: Reader, documents: Documents) -> StationGrade:
    grade = StationGrade(
        label=reader.take("label", str, '"示范型"'),
        least=require_at_least(reader, "least", reader.take("least", int, "90"), 0),
        citation=documents.citation(reader),
    )
    reader.close()
    return grade


def _refuse_twins(reader: Reader, standard: StationStandard) -> None:
    named = (
        ("item", "no", [each.no for each in standard.items], "每个项目一个编号"),
        ("part", "name", [each.name for each in standard.parts], "每个部分一个名称"),
        ("grade", "label", [each.label for each in standard.grades], "每个等次一个名称"),
    )
    for key, name, held, expected in named:
        twin = next((each for index, each in enumerate(held) if each in held[:index]), None)
        if twin is not None:
            reader.refuse(f"{name} = {twin!r} 出现了两次", expected, f"{name} = …", at=key)


def _refuse_wrong_sums(reader: Reader, standard: StationStandard) -> None:
    """The standard's own column totals disagree with its items; so what is said must be what they sum to."""
    known = "、".join(each.name for each in standard.parts)
    for item in standard.items:
        if item.part not in {each.name for each in standard.parts}:
            reader.refuse(f'第 {item.no} 项的 part = "{item.part}"', f"其中之一：{known}", SUMMED, at="item")
    for part in standard.parts:
        items = standard.items_of(part)
        points = [each.points for each in items]
        if sum(points) != part.points:
            said = " + ".join(map(str, points)) or "没有项目"
            reader.refuse(
                f"“{part.label}”写明 {part.points} 分，各项为 {said} = {sum(points)} 分",
                "各项之和等于写明的分数",
                SUMMED,
                at="part",
            )
        if len({each.scoring is Scoring.BONUS for each in items}) > 1:
            reader.refuse(
                f"“{part.label}”里既有加分项又有其他项目",
                "加分项单独成一部分",
                'name = "bonus"\nlabel = "加分项"',
                at="part",
            )
    total = sum(each.points for each in standard.items if each.scoring is not Scoring.BONUS)
    if total != standard.total:
        reader.refuse(
            f"total = {standard.total}，各项（不含加分项）之和为 {total}",
            "各项之和等于总分",
            f"total = {total}",
            at="total",
        )


def _refuse_wrong_grades(reader: Reader, standard: StationStandard) -> None:
    least: Sequence[int] = [each.least for each in standard.grades]
    falls = all(above > below for above, below in pairwise(least))
    if not falls or least[-1] != 0 or least[0] > standard.total:
        said = "、".join(map(str, least))
        reader.refuse(
            f"各等次的 least 依次为 {said}",
            f"从不超过 {standard.total} 分起逐级下降，最后一级从 0 分起",
            GRADES,
            at="grade",
        )
