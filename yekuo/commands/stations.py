"""Commands about the evaluation of stations: opened, scored, reviewed by another, closed with a result."""

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yekuo import desk
from yekuo.commands.alerts import By, minute
from yekuo.commands.options import AsOf, Json
from yekuo.output import console, print_json, table
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from reports.stations.evaluation import Evaluation, Given, ItemView, Result
    from reports.stations.kept import Case

Station = Annotated[str, typer.Argument(metavar="STATION", help="供电所名称", show_default=False)]
Period = Annotated[
    str, typer.Argument(metavar="PERIOD", help="评价期：半年 2026-H1 或全年 2026", show_default=False)
]
Item = Annotated[int, typer.Argument(metavar="ITEM", help="评价标准中的项号", show_default=False)]
Points = Annotated[int, typer.Argument(metavar="POINTS", help="得分", show_default=False)]
Evidence = Annotated[
    str, typer.Option("--evidence", metavar="TEXT", help="依据或理由，如会议纪要的编号", show_default=False)
]
UNNAMED = re.compile(r'[\s/\\:*?"<>|]+')


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = typer.Typer(help="清廉供电站所的服务监督评价。", no_args_is_help=True)
    group.command("evaluate", help="为一个供电所建立一个评价期的评价。")(evaluate)
    group.command("score", help="自评：给一项打分并写明依据；改分就再登记一次。")(judge)
    group.command("review", help="复核：由没有做过自评的人给一项定分；与自评不同须写理由。")(judge)
    group.command("close", help="评定结果：评价期结束、逐项复核之后；此后不再变动。")(close)
    group.command("show", help="看一份评价，或全部评价；--out 写成 HTML、DOCX 和 XLSX。")(show)
    app.add_typer(group, name="station")


def evaluate(station: Station, period: Period, actor: By, as_of: AsOf = None, as_json: Json = False) -> int:
    """Open an evaluation."""
    from reports.stations.evaluating import open_evaluation

    found = open_evaluation(_case(station, period), now=parse_instant(as_of), actor=actor)
    said = f"已建立{found.station}{found.period.label}的评价，共 {len(found.items)} 项。"
    return _told(found, said, as_json=as_json)


def judge(
    context: typer.Context,
    station: Station,
    period: Period,
    item: Item,
    points: Points,
    actor: By,
    evidence: Evidence = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Put a self-score or a review on record: both commands ask for the same."""
    from reports.stations import evaluating
    from reports.stations.judging import Judgement

    reviews = context.info_name == "review"
    record = evaluating.review if reviews else evaluating.score
    judged = Judgement(item, points, evidence)
    found = record(_case(station, period), judged, now=parse_instant(as_of), actor=actor)
    if not reviews:
        return _told(found, f"第 {item} 项自评 {points} 分，已登记。", as_json=as_json)
    left = f"还有 {len(found.unreviewed)} 项没有复核。" if found.unreviewed else "各项都已复核。"
    return _told(found, f"第 {item} 项复核 {points} 分，已登记；{left}", as_json=as_json)


def close(
    station: Station,
    period: Period,
    actor: By,
    text: Annotated[str, typer.Option("--text", metavar="T", help="评定意见", show_default=False)] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Give the result."""
    from reports.stations.evaluating import close as give_result

    found = give_result(_case(station, period), now=parse_instant(as_of), actor=actor, text=text)
    result = found.result
    said = (
        f"{found.station}{found.period.label}得 {result.points} 分，评定为{result.grade}。" if result else ""
    )
    return _told(found, said, as_json=as_json)


def show(
    station: Annotated[
        str | None, typer.Argument(metavar="STATION", help="供电所名称；不写则列出全部", show_default=False)
    ] = None,
    period: Annotated[
        str | None,
        typer.Argument(metavar="PERIOD", help="评价期：半年 2026-H1 或全年 2026", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="把评价书写到这个文件夹", show_default=False)
    ] = None,
    public: Annotated[bool, typer.Option("--public", metavar=" ", help="公开版：不含个人信息。")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """One evaluation, or the list of them."""
    from reports.stations.kept import evaluation

    now = parse_instant(as_of)
    if station is None:
        return _list(now, as_json=as_json)
    if period is None:
        raise typer.BadParameter("PERIOD", param_hint="'PERIOD'")
    found = evaluation(_case(station, period), now)
    files = [] if out is None else _written(found, out, now, public=public)
    if as_json:
        print_json({**evaluation_json(found), "files": [str(path) for path in files]})
        return 0
    _print(found)
    if files:
        console().print(f"评价书已写到：{'、'.join(map(str, files))}", markup=False)
    return 0


def _case(station: str, period: str) -> "Case":
    from alerts.duties.facts import duty_facts
    from reports.periods import Period as Parsed
    from reports.stations.kept import Case

    return Case(desk.open_book(), station, Parsed.parse(period), duty_facts)


def _list(now: datetime, *, as_json: bool) -> int:
    from alerts.duties.facts import duty_facts
    from reports.stations.kept import evaluations

    found = evaluations(desk.open_book(), duty_facts, now)
    if as_json:
        for each in found:
            print_json(evaluation_json(each))
        return 0
    rows = (
        (
            each.period.label,
            each.station,
            f"{sum(view.own is not None for view in each.items)}/{len(each.items)}",
            f"{len(each.items) - len(each.unreviewed)}/{len(each.items)}",
            each.result.points if each.result else "—",
            each.result.grade if each.result else "未评定",
        )
        for each in found
    )
    console().print(table("供电所评价", ("评价期", "供电所", "已自评>", "已复核>", "得分>", "等次"), rows))
    return 0


def _written(found: "Evaluation", folder: Path, now: datetime, *, public: bool) -> list[Path]:
    """Named after station and period, so that the papers of several stations fit into one folder."""
    from reports.documents.files import write_as
    from reports.documents.public import public_edition
    from reports.stations.paper import evaluation_paper

    organisation = desk.settings().report.organisation or desk.rules().policies.label
    paper = evaluation_paper(found, organisation, now)
    stem = UNNAMED.sub("_", f"evaluation-{found.station}-{found.period}") + ("-public" if public else "")
    return write_as(public_edition(paper) if public else paper, stem, folder)


def _told(found: "Evaluation", said: str, *, as_json: bool) -> int:
    if as_json:
        print_json(evaluation_json(found))
    else:
        console().print(said, markup=False)
    return 0


def _print(found: "Evaluation") -> None:
    headings = ("项>", "事项", "分值>", "计分规则", "自评>", "复核>", "周期事项", "依据")
    rows = (
        (
            *(each.item.no, each.item.label, each.item.points, each.item.rule),
            *(each.own.points if each.own else "—", each.review.points if each.review else "—"),
            *(each.evidence or "—", each.own.evidence if each.own else "—"),
        )
        for each in found.items
    )
    title = f"{found.station}{found.period.label}{found.standard.label}"
    console().print(table(title, headings, rows))
    console().print(_summary(found), markup=False)


def _summary(found: "Evaluation") -> str:
    if found.result is None:
        waiting = "、".join(map(str, found.unreviewed)) or "无"
        return f"未评定；没有复核的项：{waiting}。"
    result = found.result
    by = f"{result.actor}于 {minute(result.at)} 评定"
    return f"得 {result.points} 分，{result.grade}，由{by}。" + (
        f"意见：{result.text}" if result.text else ""
    )


def evaluation_json(found: "Evaluation") -> dict[str, Any]:
    """One evaluation as programs read it."""
    return {
        "station": found.station,
        "period": str(found.period),
        "total": found.standard.total,
        "own_points": found.own_points,
        "points": found.points,
        "result": _result_json(found.result),
        "items": [_item_json(each) for each in found.items],
        "records": len(found.records),
        "head": found.records[-1].hash,
    }


def _item_json(view: "ItemView") -> dict[str, Any]:
    item = view.item
    return {
        "no": item.no,
        "label": item.label,
        "part": item.part,
        "points": item.points,
        "scoring": item.scoring.value,
        "allowed": list(item.allowed),
        "most": view.most,
        "duties": {
            "due": len(view.rounds),
            "late": [each.round for each in view.missing if each.recorded],
            "unrecorded": [each.round for each in view.unrecorded],
        },
        "own": _given_json(view.own),
        "review": _given_json(view.review),
    }


def _given_json(given: "Given | None") -> dict[str, Any] | None:
    if given is None:
        return None
    told = {"points": given.points, "evidence": given.evidence, "actor": given.actor}
    return {**told, "at": given.at.isoformat()}


def _result_json(result: "Result | None") -> dict[str, Any] | None:
    if result is None:
        return None
    told = {"points": result.points, "grade": result.grade, "text": result.text}
    return {**told, "actor": result.actor, "at": result.at.isoformat()}
