"""Commands that look and change nothing: applications, explain, due, machine."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from limits.clock import read
from limits.errors import YekuoError
from limits.explanation import DayRole, weekday_of
from yekuo import desk
from yekuo.commands.options import AsOf, Json, Number
from yekuo.output import console, level_text, print_json, table, verdict_text
from yekuo.settings import parse_date, parse_instant

if TYPE_CHECKING:
    from workflow.explaining import ExplainedApplication, ExplainedClock
    from workflow.listing import ApplicationView, ClockView

MOST_DAYS = 1000
SHOWN = 20


class DaysInvalid(YekuoError):
    """工作日数 {days} 不对。应为 0 到 1000 之间的整数，例：yekuo due 2026-09-24 16。"""

    code = "days_invalid"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("applications", help="全部申请的状态、计时和级别；JSON 为每行一件。")(list_applications)
    app.command(help="为什么是这个日期：逐日说明，附条款。")(explain)
    app.command(help="到期日计算器：从某日起算若干工作日。")(due)
    app.command(help="两台状态机的 Mermaid 图。")(machine)


def list_applications(as_of: AsOf = None, as_json: Json = False) -> int:
    """Every application as it stood."""
    from workflow.listing import applications

    book = desk.open_book()
    found = applications(book, parse_instant(as_of))
    if as_json:
        for view in found:
            print_json(application_json(view))
        return 0
    headings = ("申请编号", "客户类别", "状态", "环节", "计时", "已用>", "时限>", "到期日", "结论", "级别")
    console().print(table("申请与时限（总时限）", headings, _rows(found)))
    return 0


def application_json(view: "ApplicationView") -> dict[str, Any]:
    """One application as programs read it."""
    return {
        "number": view.number,
        "class": view.customer_class.value,
        "class_label": view.customer_class.label,
        "station": view.station,
        "manager": view.manager,
        "status": view.status.value,
        "step": view.step.value,
        "clocks": [_clock_json(each) for each in view.clocks],
    }


def _clock_json(view: "ClockView") -> dict[str, Any]:
    reading = view.reading
    return {
        "layer": view.layer.value,
        "name": view.name,
        "limit": view.limit,
        "unit": view.unit.value,
        "used": reading.used,
        "verdict": None if reading.verdict is None else reading.verdict.value,
        "running": reading.running,
        "due_on": None if reading.due_on is None else reading.due_on.isoformat(),
        "provisional": reading.provisional,
        "levels": [
            {"level": each.level.value, "crossed_on": each.crossed_on.isoformat()} for each in view.levels
        ],
    }


def _rows(found: "Iterator[ApplicationView]") -> Iterator[tuple[object, ...]]:
    for view in found:
        for each in view.clocks:
            if each.layer == "local" and each.name in ("whole", "company_time"):
                reading = each.reading
                due_on = weekday_of(reading.due_on) if reading.due_on else ""
                yield (
                    view.number,
                    view.customer_class.label,
                    view.status.label,
                    view.step.label,
                    each.label,
                    reading.used,
                    each.limit,
                    due_on + ("（暂定）" if reading.provisional else ""),
                    verdict_text(reading.verdict),
                    level_text(each.levels[-1].level) if each.levels else "",
                )


def explain(
    number: Number,
    clock: Annotated[
        str | None, typer.Option("--clock", metavar="NAME", help="计时名称，如 reply 或 local.reply")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Why these dates."""
    from workflow.explaining import explain_application, total_of

    book = desk.open_book()
    now = parse_instant(as_of)
    told = explain_application(book, number, now, clock)
    if as_json:
        print_json(_explained_json(told))
        return 0
    out = console()
    out.print(
        f"申请 {number}　{told.registration.customer_class.label}　{told.status.label}　{told.step.label}",
        markup=False,
    )
    records = (
        (e.seq, e.type.label, f"{e.occurred_at:%Y-%m-%d %H:%M}", f"{e.recorded_at:%Y-%m-%d %H:%M}", e.actor)
        for e in told.events
    )
    out.print(table("记录", ("序号>", "事项", "发生", "登记", "登记人"), records))
    summary = (
        (
            each.clock.bound.rule.layer.label,
            each.clock.bound.rule.label,
            each.clock.bound.rule.key,
            read(each.clock.standing, book.rules.calendar, now).used,
            each.clock.standing.limit if each.clock.standing.limit is not None else "—",
            verdict_text(read(each.clock.standing, book.rules.calendar, now).verdict),
            str(each.citation),
        )
        for each in told.clocks
    )
    out.print(table("计时", ("层级", "计时", "名称", "已用>", "时限>", "结论", "出处"), summary))
    total = total_of(told.clocks)
    for each in told.clocks if clock is not None else ([total] if total else []):
        _print_days(each)
    return 0


def _print_days(each: "ExplainedClock") -> None:
    out = console()
    rule = each.clock.bound.rule
    rows = (
        (
            weekday_of(line.day),
            line.role.label,
            line.text + ("（暂定）" if line.provisional else ""),
            line.used if line.role in (DayRole.COUNTED, DayRole.AHEAD) else "",
            "；".join(line.notes),
        )
        for line in each.explanation.days
    )
    out.print(table(f"{rule.layer.label}·{rule.label} 逐日", ("日期", "性质", "说明", "累计>", "备注"), rows))
    out.print(each.explanation.conclusion, markup=False)
    out.print("依据：", markup=False)
    for source in (str(each.citation), *each.explanation.sources):
        out.print(f"  · {source}", markup=False)


def _explained_json(told: "ExplainedApplication") -> dict[str, Any]:
    return {
        "number": told.number,
        "class": told.registration.customer_class.value,
        "status": told.status.value,
        "clocks": [
            {
                "layer": each.clock.bound.rule.layer.value,
                "name": each.clock.bound.rule.name,
                "label": each.clock.bound.rule.label,
                "citation": str(each.citation),
                "conclusion": each.explanation.conclusion,
                "sources": list(each.explanation.sources),
                "days": [
                    {
                        "day": line.day.isoformat(),
                        "weekday": line.weekday,
                        "role": line.role.value,
                        "used": line.used,
                        "text": line.text,
                        "notes": list(line.notes),
                        "provisional": line.provisional,
                    }
                    for line in each.explanation.days
                ],
            }
            for each in told.clocks
        ],
    }


def due(
    start: Annotated[str, typer.Argument(metavar="START", help="起算日，如 2026-09-24", show_default=False)],
    days: Annotated[str, typer.Argument(metavar="DAYS", help="工作日数", show_default=False)],
    as_json: Json = False,
) -> int:
    """The last good day."""
    calendar = desk.calendar()
    started = parse_date(start)
    wanted = _days(days)
    due_on = calendar.add(started, wanted)
    provisional = calendar.provisional(max(due_on, started))
    if as_json:
        print_json({"due_on": due_on.isoformat(), "provisional": provisional})
        return 0
    console().print(
        f"{weekday_of(started)}起算 {wanted} 个工作日，到期日 {weekday_of(due_on)}，当日 24 时截止。",
        markup=False,
    )
    if provisional:
        console().print(
            f"暂定：{calendar.published_through.year + 1} 年起的放假安排尚未公布，公布后重算。", markup=False
        )
    return 0


def _days(text: str) -> int:
    digits = text.strip()
    # Longer ones int() itself may refuse, and nobody reads them in a message.
    if not digits.isdecimal() or len(digits) > len(str(MOST_DAYS)) or int(digits) > MOST_DAYS:
        raise DaysInvalid(days=text if len(text) <= SHOWN else text[:SHOWN] + "…")
    return int(digits)


def machine(as_json: Json = False) -> int:
    """The machines that run, drawn."""
    from workflow.chart import mermaid
    from workflow.machine import StepMachine

    policies = desk.rules().policies
    today = parse_instant(None).date()
    high, low = (mermaid(StepMachine(policies.machine(high=each, on=today))) for each in (True, False))
    if as_json:
        print_json({"high": high, "low": low})
    else:
        typer.echo(f"%% 高压\n{high}\n%% 低压\n{low}")
    return 0
