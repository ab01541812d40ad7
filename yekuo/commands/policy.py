"""``yekuo policy``: what is in force on a day, for whom, and where it is written."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated

import typer

from limits.duties import DutyRule
from limits.escalation import Escalation, Telling
from limits.explanation import weekday_of
from limits.in_force import InForce, in_force
from limits.indicators import IndicatorRule
from limits.services import ServiceRule
from limits.stations import StationStandard
from limits.terms import Mark, Term
from limits.validity import Validity
from yekuo import desk
from yekuo.commands.options import Json
from yekuo.commands.policy_json import policy_json
from yekuo.output import console, level_text, print_json, table
from yekuo.settings import parse_date, parse_instant


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        help="某日生效的规则：时限、告知、周期事项、方案有效期、服务时限、指标与供电所评价标准，附出处。"
    )(policy)


def policy(
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="哪一天；默认为今天", show_default=False)
    ] = None,
    as_json: Json = False,
) -> int:
    """What is in force, for whom, with citations."""
    policies = desk.rules().policies
    day = parse_date(on) if on else parse_instant(None).date()
    held = in_force(policies, day)
    if as_json:
        print_json(policy_json(policies, held, day))
        return 0
    _print_limits(policies.label, held, day)
    if held.escalation is not None:
        _print_escalation(held.escalation)
    _print_duties(held.duties)
    _print_validities(held.validities)
    _print_services(held.services)
    _print_indicators(held.indicators)
    if held.standard is not None:
        _print_standard(held.standard)
    marks = "，".join(f"{mark.value} {mark.label}" for mark in Mark)
    console().print(f"出处标记：{marks}。规则摘要 {policies.digest}", markup=False)
    return 0


def _print_limits(whose: str, held: InForce, day: date) -> None:
    rows = (
        (
            rule.layer.label,
            rule.label,
            rule.name,
            f"{limit.value} {limit.unit.label}",
            limit.when,
            limit.citation,
        )
        for rule, limit in held.limits
    )
    headings = ("层级", "计时", "名称", "时限", "适用", "出处")
    out = console()
    out.print(table(f"{whose}：{weekday_of(day)} 受理的申请适用的时限", headings, rows))
    if held.ladder is not None:
        rungs = held.ladder.ladder.rungs
        shares = "，".join(f"{rung.level.label} ⌈{rung.share}·L⌉+{rung.plus}" for rung in rungs)
        out.print(f"级别门槛（L 为时限）：{shares}。出处：{held.ladder.citation}", markup=False)


def _print_escalation(escalation: Escalation) -> None:
    rows = (
        (
            level_text(each.level),
            _labels(each.posts),
            "立即" if each.at_once else "工作时间",
            _climb(each),
            f"{escalation.order_limit} 个工作日内回复" if each.opens_order else "—",
            _labels(each.channels),
        )
        for each in escalation.tellings
    )
    out = console()
    out.print(table("逐级告知", ("级别", "告知", "何时", "无人签收", "督办单", "方式"), rows))
    hours = escalation.hours
    out.print(
        f"告知的层级：{_from_levels(escalation)}。工作时间：工作日 {hours.opens:%H:%M} 至 {hours.closes:%H:%M}。"
        f"出处：{escalation.citation}",
        markup=False,
    )
    if escalation.repeat is not None:
        repeat = escalation.repeat
        out.print(
            f"同一人或同一单位连续 {repeat.times} 次{repeat.level.label}色，按{repeat.becomes.label}色处理（可在设置中关闭）。"
            f"出处：{repeat.citation}",
            markup=False,
        )


def _labels(terms: Iterable[Term]) -> str:
    return "、".join(each.label for each in terms)


def _climb(telling: Telling) -> str:
    if telling.climb_after is None:
        return "—"
    clock = "" if telling.at_once else "工作时间 "
    return f"{clock}{telling.climb_after} 分钟后，再告知{_labels(telling.climbs_to)}"


def _print_duties(duties: Sequence[DutyRule]) -> None:
    if duties:
        rows = ((each.item, each.label, each.rhythm.label, each.post.label, each.citation) for each in duties)
        console().print(table("周期事项", ("项>", "事项", "周期", "岗位", "出处"), rows))


def _print_validities(validities: Sequence[Validity]) -> None:
    if validities:
        rows = (
            (
                "高压" if each.high else "低压",
                f"{each.months} 个月",
                f"到期前 {each.remind_days} 日",
                each.citation,
            )
            for each in validities
        )
        console().print(table("供电方案有效期", ("电压", "有效期", "提醒", "出处"), rows))


def _print_services(services: Sequence[ServiceRule]) -> None:
    if services:
        rows = (
            (each.label, f"{each.begins}至{each.ends}", each.said, each.absent, each.citation)
            for each in services
        )
        headings = ("名称", "起止", "时限", "未自动统计", "出处")
        console().print(table("其他服务时限", headings, rows))


def _print_indicators(indicators: Sequence[IndicatorRule]) -> None:
    if indicators:
        rows = ((each.group, each.label, _parts(each), each.citation) for each in indicators)
        console().print(table("指标", ("类别", "名称", "构成", "出处"), rows))


def _parts(indicator: IndicatorRule) -> str:
    return " + ".join(f"{float(part.weight):g} {part.label}" for part in indicator.parts) or "—"


def _print_standard(standard: StationStandard) -> None:
    labels = {part.name: f"{part.label}（{part.points} 分）" for part in standard.parts}
    rows = (
        (
            each.no,
            labels[each.part],
            each.label,
            each.points,
            each.rule,
            each.rhythm or "—",
            each.citation.mark,
        )
        for each in standard.items
    )
    out = console()
    out.print(table(standard.label, ("项>", "部分", "评价内容", "分值>", "评分办法", "周期", "标记"), rows))
    *upper, lowest = standard.grades
    grades = "，".join(f"{each.least} 分及以上为{each.label}" for each in upper)
    out.print(
        f"满分 {standard.total} 分，加分另计：{grades}，不足的为{lowest.label}。出处：{standard.citation}",
        markup=False,
    )


def _from_levels(escalation: Escalation) -> str:
    return "、".join(f"{layer.label}（{level.label}色起）" for layer, level in escalation.layers.items())
