"""Commands about the periodic duties of the supervision standard: what is open, and what was done."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from limits.explanation import weekday_of
from yekuo import desk
from yekuo.commands.alerts import At, By, minute, row_id, when
from yekuo.commands.options import AsOf, Json
from yekuo.output import console, print_json, table, verdict_text
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from alerts.duties.doing import DutyView


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = typer.Typer(help="清廉供电站所评价标准的周期事项。", no_args_is_help=True)
    group.command("list", help="各供电所要做的周期事项，按到期日排列；JSON 为每行一项。")(list_)
    group.command("done", help="登记一项周期事项已经完成，须写依据。")(done)
    app.add_typer(group, name="duty")


def list_(
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="U", help="只看这个供电所", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", metavar=" ", help="连同已经完成的")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """What is to be done, or everything."""
    from alerts.duties.doing import duties

    found = duties(desk.open_book(), parse_instant(as_of), unit, open_only=not everything)
    if as_json:
        for each in found:
            print_json(duty_json(each))
        return 0
    headings = ("编号>", "供电所", "项>", "事项", "周期", "岗位", "到期日", "完成时间", "状态")
    rows = (
        (
            each.id,
            each.unit,
            each.item,
            each.label,
            each.said,
            each.post.label,
            weekday_of(each.due_on),
            minute(each.done_at),
            verdict_text(each.state),
        )
        for each in found
    )
    console().print(table("周期事项", headings, rows))
    return 0


def done(
    duty: Annotated[str, typer.Argument(metavar="ID", help="周期事项的编号", show_default=False)],
    actor: By,
    evidence: Annotated[
        str, typer.Option("--evidence", metavar="TEXT", help="依据，如会议纪要的编号", show_default=False)
    ],
    at: At = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Put on record that a round was done."""
    from alerts.duties.doing import done as record_done

    wanted, told = row_id(duty), when(actor, at, as_of)
    found = record_done(desk.open_book(), wanted, evidence=evidence, **told)
    if as_json:
        print_json(duty_json(found))
    else:
        console().print(
            f"{found.unit}的“{found.label}”（{found.said}）已登记完成：{found.state.label}。", markup=False
        )
    return 0


def duty_json(view: "DutyView") -> dict[str, Any]:
    """One round as programs read it."""
    return {
        "id": view.id,
        "item": view.item,
        "unit": view.unit,
        "period": view.period,
        "label": view.label,
        "post": view.post.value,
        "opens_on": view.opens_on.isoformat(),
        "due_on": view.due_on.isoformat(),
        "done_at": view.done_at.isoformat() if view.done_at else None,
        "state": view.state.value,
        "state_label": view.state.label,
    }
