"""``yekuo policy``: what is in force on a day, for whom, and where it is written."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Any

import typer

from limits.duties import DutyRule
from limits.escalation import Escalation, Repeat, Telling
from limits.explanation import weekday_of
from limits.force import Citation, Force
from limits.policy import ClockRule, Limit, PolicySet
from limits.terms import Mark, Term
from limits.validity import Validity
from yekuo import desk
from yekuo.commands.options import Json
from yekuo.output import console, level_text, print_json, table
from yekuo.settings import parse_date, parse_instant


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(help="某日生效的规则：时限、告知、定期工作与方案有效期，附出处。")(policy)


def policy(
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="哪一天；默认为今天", show_default=False)
    ] = None,
    as_json: Json = False,
) -> int:
    """What is in force, for whom, with citations."""
    policies = desk.rules().policies
    day = parse_date(on) if on else parse_instant(None).date()
    if as_json:
        print_json(_policy_json(policies, day))
        return 0
    _print_limits(policies, day)
    escalation = _escalation(policies, day)
    if escalation is not None:
        _print_escalation(escalation)
    _print_duties(policies.duties_on(day))
    _print_validities(_validities(policies, day))
    marks = "，".join(f"{mark.value} {mark.label}" for mark in Mark)
    console().print(f"出处标记：{marks}。规则摘要 {policies.digest}", markup=False)
    return 0


def _limits(policies: PolicySet, day: date) -> Iterator[tuple[ClockRule, Limit]]:
    for rule in policies.clocks:
        for limit in rule.limits:
            if limit.force.holds(day):
                yield rule, limit


def _escalation(policies: PolicySet, day: date) -> Escalation | None:
    """None before any was in force: that day has limits to show all the same."""
    return next((each for each in policies.escalations if each.force.holds(day)), None)


def _validities(policies: PolicySet, day: date) -> list[Validity]:
    found = (policies.validity(high, day) for high in (True, False))
    return [each for each in found if each is not None]


# For people


def _print_limits(policies: PolicySet, day: date) -> None:
    rows = (
        (
            rule.layer.label,
            rule.label,
            rule.name,
            f"{limit.value} {limit.unit.label}",
            limit.when,
            limit.citation,
        )
        for rule, limit in _limits(policies, day)
    )
    headings = ("层级", "计时", "名称", "时限", "适用", "出处")
    out = console()
    out.print(table(f"{policies.label}：{weekday_of(day)} 受理的申请适用的时限", headings, rows))
    ladder = next((each for each in policies.ladders if each.force.holds(day)), None)
    if ladder is not None:
        rungs = "，".join(f"{rung.level.label} ⌈{rung.share}·L⌉+{rung.plus}" for rung in ladder.ladder.rungs)
        out.print(f"级别门槛（L 为时限）：{rungs}。出处：{ladder.citation}", markup=False)


def _print_escalation(escalation: Escalation) -> None:
    rows = (
        (
            level_text(each.level),
            _labels(each.posts),
            "立即" if each.at_once else "工作时间",
            _climb(each),
            f"{escalation.order_limit} 个工作日内答复" if each.opens_order else "—",
            _labels(each.channels),
        )
        for each in escalation.tellings
    )
    out = console()
    out.print(table("逐级告知", ("级别", "告知", "何时", "无人确认", "督办单", "方式"), rows))
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


def _print_duties(duties: tuple[DutyRule, ...]) -> None:
    if duties:
        rows = ((each.item, each.label, each.rhythm.label, each.post.label, each.citation) for each in duties)
        console().print(table("定期工作", ("项>", "事项", "周期", "岗位", "出处"), rows))


def _print_validities(validities: list[Validity]) -> None:
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


# For programs


def _policy_json(policies: PolicySet, day: date) -> dict[str, Any]:
    escalation = _escalation(policies, day)
    return {
        "on": day.isoformat(),
        "jurisdiction": policies.name,
        "limits": [_limit_json(*each) for each in _limits(policies, day)],
        "escalation": _escalation_json(escalation) if escalation else None,
        "duties": [_duty_json(each) for each in policies.duties_on(day)],
        "validities": [_validity_json(each) for each in _validities(policies, day)],
    }


def _limit_json(rule: ClockRule, limit: Limit) -> dict[str, Any]:
    return {
        "layer": rule.layer.value,
        "name": rule.name,
        "label": rule.label,
        "value": limit.value,
        "unit": limit.unit.value,
        "for": str(limit.when),
        **_force_json(limit.force),
        **_citation_json(limit.citation),
    }


def _from_levels(escalation: Escalation) -> str:
    return "、".join(f"{layer.label}（{level.label}色起）" for layer, level in escalation.layers.items())


def _escalation_json(escalation: Escalation) -> dict[str, Any]:
    return {
        "layers": {layer.value: level.value for layer, level in escalation.layers.items()},
        "opens": f"{escalation.hours.opens:%H:%M}",
        "closes": f"{escalation.hours.closes:%H:%M}",
        "order_limit": escalation.order_limit,
        "tell": [_telling_json(each) for each in escalation.tellings],
        "repeat": _repeat_json(escalation.repeat) if escalation.repeat else None,
        **_force_json(escalation.force),
        **_citation_json(escalation.citation),
    }


def _telling_json(telling: Telling) -> dict[str, Any]:
    return {
        "level": telling.level.value,
        "posts": _values(telling.posts),
        "channels": _values(telling.channels),
        "at_once": telling.at_once,
        "climb_after": telling.climb_after,
        "climbs_to": _values(telling.climbs_to),
        "opens_order": telling.opens_order,
    }


def _repeat_json(repeat: Repeat) -> dict[str, Any]:
    return {
        "level": repeat.level.value,
        "times": repeat.times,
        "becomes": repeat.becomes.value,
        **_citation_json(repeat.citation),
    }


def _duty_json(duty: DutyRule) -> dict[str, Any]:
    return {
        "item": duty.item,
        "label": duty.label,
        "rhythm": duty.rhythm.value,
        "post": duty.post.value,
        **_force_json(duty.force),
        **_citation_json(duty.citation),
    }


def _validity_json(validity: Validity) -> dict[str, Any]:
    return {
        "high": validity.high,
        "months": validity.months,
        "remind_days": validity.remind_days,
        **_force_json(validity.force),
        **_citation_json(validity.citation),
    }


def _values(terms: Iterable[Term]) -> list[str]:
    return [each.value for each in terms]


def _force_json(force: Force) -> dict[str, Any]:
    return {"from": force.since.isoformat(), "until": force.until.isoformat() if force.until else None}


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "document": citation.document,
        "clause": citation.clause,
        "mark": citation.mark.value,
        "note": citation.note,
    }
