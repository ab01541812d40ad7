"""An evaluation as a paper: the result, each item with its evidence, the duties, and who did what when."""

from datetime import datetime

from limits.stations import Scoring, StationPart
from limits.terms import Verdict
from reports.paper import Cell, Column, KeyFigure, Paper, Passage, Section, Signature, Table
from reports.stations.evaluation import Evaluation, Given, ItemView, Round
from reports.stations.records import Act

WAITING = "尚未复核"
ITEMS = (
    Column("项", "count", 3),
    Column("事项", width=13),
    Column("分值", "count", 4),
    Column("计分规则", width=8),
    Column("周期", width=6),
    Column("自评", "count", 4),
    Column("复核", "count", 4),
    Column("依据", width=18, personal=True),
)
WHO = (
    Column("序", "count", 3),
    Column("记录", width=5, whole=True),
    Column("项", "count", 3),
    Column("分", "count", 3),
    Column("经办人", width=7, personal=True),
    Column("时间", "instant", 9),
    Column("内容", width=22, personal=True),
)
ROUNDS = (
    Column("项", "count", 3),
    Column("周期事项", width=14),
    Column("周期", width=7, whole=True),
    Column("到期", "date", 8),
    Column("完成", "instant", 9),
    Column("状态", width=6, whole=True),
)
ROUND_STATES = {
    Verdict.MET: "按时",
    Verdict.LATE: "逾期完成",
    Verdict.OPEN: "尚未到期",
    Verdict.OPEN_LATE: "逾期未做",
}
UNRECORDED = "无登记"


def round_state(found: Round) -> str:
    """How a round stands, as people say it."""
    return UNRECORDED if found.unrecorded else ROUND_STATES[found.state]


def evaluation_paper(evaluation: Evaluation, organisation: str, as_of: datetime) -> Paper:
    """The paper of ``evaluation`` as it stood at ``as_of``."""
    return Paper(
        title=f"{evaluation.station}{evaluation.period.label}{evaluation.standard.label}",
        organisation=organisation,
        period=evaluation.period.label,
        number="",
        as_of=as_of,
        state=_state(evaluation),
        seal="",
        keys=_keys(evaluation),
        sections=(_result(evaluation), _items(evaluation), _duties(evaluation), _records(evaluation)),
        signatures=_signatures(evaluation),
        basis=(str(evaluation.standard.citation.document),),
        notes=_notes(evaluation),
        unsealed="",
    )


def _state(evaluation: Evaluation) -> str:
    if evaluation.result is not None:
        return "已评定"
    return f"未评定，{len(evaluation.unreviewed)} 项尚未复核" if evaluation.unreviewed else "未评定"


def _keys(evaluation: Evaluation) -> tuple[KeyFigure, ...]:
    result, total = evaluation.result, evaluation.standard.total
    own = evaluation.own_points
    return (
        KeyFigure("等次", result.grade if result else "未评定", _grades(evaluation)),
        KeyFigure("复核得分", _points(evaluation.points, WAITING), f"满分 {total} 分，加分项另计"),
        KeyFigure("自评得分", _points(own, "尚未评完"), f"已自评 {_scored(evaluation)} 项"),
    )


def _points(points: int | None, missing: str) -> str:
    return missing if points is None else f"{points} 分"


def _scored(evaluation: Evaluation) -> str:
    return f"{sum(each.own is not None for each in evaluation.items)}/{len(evaluation.items)}"


def _grades(evaluation: Evaluation) -> str:
    """``90 分以上示范型、60 分以上标准型、60 分以下不合格``."""
    grades = evaluation.standard.grades
    told = [f"{each.least} 分以上{each.label}" for each in grades[:-1]]
    last = f"{grades[-2].least} 分以下{grades[-1].label}" if len(grades) > 1 else grades[-1].label
    return "、".join([*told, last])


def _result(evaluation: Evaluation) -> Section:
    rows = tuple(_part_row(evaluation, part) for part in evaluation.standard.parts)
    sums = tuple(_column_sum([row[index] for row in rows]) for index in (1, 2, 3))
    table = Table(
        "得分",
        "各部分得分",
        (
            Column("部分", width=10),
            Column("分值", "count", 6),
            Column("自评", "count", 6),
            Column("复核", "count", 6),
        ),
        (*rows, ("合计", *sums)),
        "分值合计含加分项；有一项没有评出的部分不合计。",
        total=True,
    )
    text = evaluation.result.text if evaluation.result else ""
    opinion = (Passage("评定意见", (text,), personal=True),) if text else ()
    return Section("result", "评价结果", (_said(evaluation),), (table, *opinion))


def _part_row(evaluation: Evaluation, part: StationPart) -> tuple[Cell, ...]:
    items = evaluation.items_of(part)
    own = [each.own.points if each.own else None for each in items]
    reviewed = [each.review.points if each.review else None for each in items]
    return part.label, part.points, _column_sum(own), _column_sum(reviewed)


def _column_sum(cells: list[Cell] | list[int | None]) -> int | None:
    known = [each for each in cells if isinstance(each, int)]
    return sum(known) if len(known) == len(cells) else None


def _said(evaluation: Evaluation) -> str:
    found = evaluation.result
    if found is None:
        unreviewed = "、".join(map(str, evaluation.unreviewed))
        waiting = f"第 {unreviewed} 项尚未复核" if unreviewed else "各项已经复核，等待评定"
        return f"本评价还没有评定结果：{waiting}。"
    return f"{evaluation.station}{evaluation.period.label}得 {found.points} 分，评定为{found.grade}。"


def _items(evaluation: Evaluation) -> Section:
    tables = tuple(
        Table(part.label, f"{part.label}（{part.points} 分）", ITEMS, tuple(map(_item_row, items)))
        for part in evaluation.standard.parts
        if (items := evaluation.items_of(part))
    )
    return Section("items", "逐项评分", (), tables)


def _item_row(view: ItemView) -> tuple[Cell, ...]:
    item = view.item
    return (
        *(item.no, item.label, item.points, item.rule, item.rhythm or "—"),
        *(view.own.points if view.own else None, view.review.points if view.review else None),
        _evidence(view),
    )


def _evidence(view: ItemView) -> str:
    own = view.own.evidence if view.own else ""
    told = [own, view.evidence if view.evidence != own else "", _opinion(view.review)]
    return "；".join(each for each in told if each) or "尚无"


def _opinion(review: Given | None) -> str:
    return f"复核：{review.evidence}" if review and review.evidence else ""


def _duties(evaluation: Evaluation) -> Section:
    found = evaluation.rounds
    unrecorded = sum(each.unrecorded for each in found)
    late = sum(each.missing for each in found) - unrecorded
    said = (
        f"评价期内应做的周期事项 {len(found)} 次，未按时完成 {late} 次，无登记 {unrecorded} 次；"
        "未按时的和无登记的都按缺项计分（本系统约定）。"
        if found
        else "评价期内没有应做的周期事项，有周期的项目以人工登记的依据为准。"
    )
    since = f"{evaluation.station}自 {evaluation.since} 起在册，此前的周期不计。" if evaluation.since else ""
    rows = tuple(map(_round_row, sorted(found, key=lambda each: (each.item, each.due_on))))
    tables = (Table("周期事项", "周期事项完成情况", ROUNDS, rows, listing=True),) if rows else ()
    return Section("duties", "周期事项", (said + since,), tables)


def _round_row(found: Round) -> tuple[Cell, ...]:
    done = datetime.fromisoformat(found.done_at) if found.done_at else None
    due = datetime.fromisoformat(found.due_on).date()
    return found.item, found.label, found.round, due, done, round_state(found)


def _records(evaluation: Evaluation) -> Section:
    rows = tuple(
        (
            *(each.seq, each.act.label, each.item, each.payload.get("points"), each.actor),
            *(each.recorded_at, each.payload.get("evidence") or each.payload.get("text") or ""),
        )
        for each in evaluation.records
    )
    head = evaluation.records[-1].hash
    said = f"更正一律为新的记录，以最后一次为准。末条记录哈希 {head[:12]}…"
    return Section(
        "records", "评价记录", (said,), (Table("评价记录", "谁在何时登记了什么", WHO, rows, listing=True),)
    )


def _signatures(evaluation: Evaluation) -> tuple[Signature, ...]:
    acts = ((Act.SCORED, "自评"), (Act.REVIEWED, "复核"), (Act.CLOSED, "评定"))
    return tuple(Signature(title, "、".join(evaluation.actors(act))) for act, title in acts)


def _notes(evaluation: Evaluation) -> tuple[str, ...]:
    bonus = any(each.scoring is Scoring.BONUS for each in evaluation.standard.items)
    late = ("周期事项逾期完成的按未按时计，按周期应有而没有登记的按缺项计（本系统约定）。",)
    return (*late, "加分项计入总分（本系统约定）。") if bonus else late
