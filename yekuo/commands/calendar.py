"""The working calendar: laying a published year's notice over it."""

from pathlib import Path
from typing import Annotated

import typer

from limits.force import Layer
from yekuo import desk
from yekuo.commands.options import ACTOR, Actor, AsOf, Json
from yekuo.output import console, print_json, table
from yekuo.settings import parse_instant


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = typer.Typer(help="放假安排。", no_args_is_help=True)
    group.command("import", help="导入新公布或调整的放假安排；重算未办结的到期日，已有的结论不变。")(import_)
    app.add_typer(group, name="calendar")


def import_(
    notice: Annotated[Path, typer.Argument(metavar="FILE.toml", help="放假安排文件，写法同 data/calendars")],
    as_of: AsOf = None,
    actor: Actor = ACTOR,
    as_json: Json = False,
) -> int:
    """Publish a year, or amend one."""
    from alerts.orders.acts import reschedule_orders
    from workflow.publishing import import_notice

    now = parse_instant(as_of)
    book, done = import_notice(desk.open_book(), notice, now=now, actor=actor)
    orders = reschedule_orders(book, now)
    labels = book.rules.policies.labels
    if as_json:
        moved = [
            {
                "number": each.number,
                "layer": each.layer,
                "name": each.name,
                "before": each.before.isoformat() if each.before else None,
                "after": each.after.isoformat() if each.after else None,
            }
            for each in done.moved
        ]
        through = done.calendar.published_through.isoformat()
        told = {
            "published_through": through,
            "applications": done.applications,
            "moved": moved,
            "orders": orders,
        }
        print_json(told)
        return 0
    out = console()
    out.print(
        f"放假安排已公布到 {done.calendar.published_through}；{done.applications} 件申请重新计算，"
        f"{len(done.moved)} 个到期日变动，{orders} 份督办单的到期日变动。",
        markup=False,
    )
    if done.moved:
        rows = (
            (each.number, Layer.of(each.layer).label, labels[each.layer, each.name], each.before, each.after)
            for each in done.moved
        )
        out.print(table("变动的到期日", ("申请编号", "层级", "计时", "原到期日", "新到期日"), rows))
    return 0
