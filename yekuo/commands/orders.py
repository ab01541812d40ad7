"""Supervision orders: opening, answering, judging and printing them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from limits.errors import YekuoError
from limits.explanation import weekday_of
from yekuo import desk
from yekuo.commands.alerts import At, By, Most, Said, act_json, minute, most, when, word
from yekuo.commands.options import AsOf, Json
from yekuo.output import console, level_text, print_json, table, verdict_text
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from alerts.handlings import Handled
    from alerts.orders.listing import OrderView

OrderNumber = Annotated[
    str, typer.Argument(metavar="NUMBER", help="文号：督〔2026〕0001号，或 2026-1", show_default=False)
]


class OrderFileUnwritable(YekuoError):
    """督办单写不到 {path}（{reason}）。请换一个可以写入的位置。"""

    code = "order_file_unwritable"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = typer.Typer(help="督办单。", no_args_is_help=True)
    group.command("list", help="督办单清单，最新的在前；JSON 为每行一份。")(list_orders)
    group.command("open", help="下达：针对一件申请，或一个单位。")(open_)
    group.command(help="一份督办单的内容、期限和经过。")(show)
    group.command(help="回复：责任单位写明原因和措施；回复后暂停计时。")(reply)
    group.command(help="办结认可：由回复人以外的人认可。")(accept)
    group.command("return", help="退回：写明原因；自退回起续计。")(return_)
    group.command(help="撤销：写明原因。")(cancel)
    group.command("print", help="写出可以打印的督办单（HTML，A4）。")(print_)
    app.add_typer(group, name="order")


def list_orders(
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="S", help="状态：待回复、待认可、已退回、已办结、已撤销"),
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar="U", help="责任单位")] = None,
    number: Annotated[str | None, typer.Option("--number", metavar="N", help="申请编号")] = None,
    limit: Most = 200,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """The orders as they stood."""
    from alerts.kinds import OrderState
    from alerts.orders.listing import orders

    wanted = word(OrderState, state, "督办单状态")
    found = orders(
        desk.open_book(),
        parse_instant(as_of),
        state=wanted,
        unit=unit,
        application_number=number,
        limit=most(limit),
    )
    if as_json:
        for view in found:
            print_json(order_json(view))
        return 0
    headings = ("文号", "责任单位", "申请编号", "下达", "已用>", "时限>", "到期日", "结论", "级别", "状态")
    console().print(table(f"督办单 {len(found)} 份", headings, (_row(view) for view in found)))
    return 0


def open_(
    ask: Annotated[str, typer.Option("--ask", metavar="T", help="要求做什么", show_default=False)],
    actor: By,
    application: Annotated[
        str | None, typer.Option("--number", metavar="N", help="申请编号", show_default=False)
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="U", help="责任单位；不针对申请时填写", show_default=False)
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--days", metavar="D", help="几个工作日内回复；默认按规则", show_default=False),
    ] = None,
    at: At = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Demand an answer."""
    from alerts.orders.acts import open_order

    told = when(actor, at, as_of)
    opened = open_order(
        desk.open_book(), ask=ask, application_number=application, unit=unit, limit=limit, **told
    )
    return _shown(opened.number, as_of, as_json=as_json)


def show(number: OrderNumber, as_of: AsOf = None, as_json: Json = False) -> int:
    """One order and what was done about it."""
    return _shown(number, as_of, as_json=as_json)


def reply(
    number: OrderNumber, actor: By, text: Said, at: At = None, as_of: AsOf = None, as_json: Json = False
) -> int:
    """Why, and what is done about it."""
    from alerts.orders import acts

    done = acts.reply(desk.open_book(), number, text=text, **when(actor, at, as_of))
    return _done(number, done, as_json=as_json)


def accept(
    number: OrderNumber, actor: By, text: Said = "", at: At = None, as_of: AsOf = None, as_json: Json = False
) -> int:
    """The reply will do."""
    from alerts.orders import acts

    done = acts.accept(desk.open_book(), number, text=text, **when(actor, at, as_of))
    return _done(number, done, as_json=as_json)


def return_(
    number: OrderNumber, actor: By, text: Said, at: At = None, as_of: AsOf = None, as_json: Json = False
) -> int:
    """The reply will not do."""
    from alerts.orders import acts

    done = acts.return_(desk.open_book(), number, text=text, **when(actor, at, as_of))
    return _done(number, done, as_json=as_json)


def cancel(
    number: OrderNumber, actor: By, text: Said, at: At = None, as_of: AsOf = None, as_json: Json = False
) -> int:
    """The order was not needed."""
    from alerts.orders import acts

    done = acts.cancel(desk.open_book(), number, text=text, **when(actor, at, as_of))
    return _done(number, done, as_json=as_json)


def print_(
    number: OrderNumber,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="写到哪里；默认为 督办单-2026-0001.html")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Write the document."""
    from alerts.orders.listing import one_order
    from alerts.orders.page import render_order

    book, now = desk.open_book(), parse_instant(as_of)
    view = one_order(book, number, now)
    path = out or Path(f"督办单-{view.number[2:6]}-{view.number[7:-1]}.html")
    try:
        path.write_text(render_order(book, view, now), encoding="utf-8")
    except OSError as error:
        raise OrderFileUnwritable(path=path, reason=error.strerror or error) from error
    if as_json:
        print_json({"number": view.number, "file": str(path)})
    else:
        console().print(f"{view.number} 已写到 {path}，可用浏览器打开打印。", markup=False)
    return 0


def order_json(view: "OrderView") -> dict[str, Any]:
    """One order as programs read it."""
    reading = view.reading
    return {
        "number": view.number,
        "application": view.application,
        "unit": view.unit,
        "ask": view.ask,
        "opened_by": view.opened_by,
        "opened_at": view.opened_at.isoformat(),
        "limit": view.limit,
        "state": view.state.value,
        "used": reading.used,
        "left": reading.left,
        "due_on": reading.due_on.isoformat() if reading.due_on else None,
        "provisional": reading.provisional,
        "verdict": reading.verdict.value if reading.verdict else None,
        "levels": [{"level": each.level.value, "reached_at": each.at.isoformat()} for each in view.levels],
        "acts": [act_json(each) for each in view.acts],
    }


def _row(view: "OrderView") -> tuple[object, ...]:
    reading = view.reading
    return (
        view.number,
        view.unit,
        view.application or "",
        minute(view.opened_at),
        reading.used,
        view.limit,
        _due(view),
        verdict_text(reading.verdict),
        level_text(view.level) if view.level else "",
        view.state.label,
    )


def _due(view: "OrderView") -> str:
    if view.reading.due_on is None:
        return ""
    return weekday_of(view.reading.due_on) + ("（暂定）" if view.reading.provisional else "")


def _shown(number: str, as_of: str | None, *, as_json: bool) -> int:
    from alerts.orders.listing import one_order

    view = one_order(desk.open_book(), number, parse_instant(as_of))
    if as_json:
        print_json(order_json(view))
        return 0
    out = console()
    about = f"，申请 {view.application}" if view.application else ""
    due = f"，到期日 {_due(view)}" if _due(view) else ""
    out.print(f"{view.number}　{view.unit}{about}　{view.state.label}", markup=False)
    out.print(
        f"时限 {view.limit} 个工作日，已用 {view.reading.used}{due}"
        f"，{view.reading.verdict.label if view.reading.verdict else ''}。要求：{view.ask}",
        markup=False,
    )
    rows = ((each.act.label, each.actor, minute(each.at), each.text) for each in view.acts)
    out.print(table("经过", ("事项", "经办人", "时间", "内容"), rows))
    return 0


def _done(number: str, record: "Handled", *, as_json: bool) -> int:
    if as_json:
        print_json({"order": number, **act_json(record)})
    else:
        told = f"督办单 {number}：{record.actor} 于 {minute(record.at)} {record.act.label}。"
        console().print(told, markup=False)
    return 0
