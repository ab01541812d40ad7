"""The alarms: looking at them, signing, answering and closing them, and the messages about them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from limits.errors import YekuoError
from limits.terms import Level, Term
from limits.zone import local
from yekuo import desk
from yekuo.commands.options import AsOf, Json
from yekuo.output import console, level_text, print_json, table
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from alerts.handlings import Handled
    from alerts.listing import AlertView
    from alerts.messages.outbox import DeliveryView

T = TypeVar("T", bound=Term)

LARGEST_ID = 2**63 - 1  # no database counts further
MOST = 10_000

AlertId = Annotated[str, typer.Argument(metavar="ID", help="预警告警的编号", show_default=False)]
By = Annotated[str, typer.Option("--actor", metavar="NAME", help="谁做的", show_default=False)]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="T", help="什么时候做的；默认为 --as-of 的时刻。", show_default=False),
]
Said = Annotated[str, typer.Option("--text", metavar="T", help="说明：原因、措施或理由", show_default=False)]
Most = Annotated[int, typer.Option("--limit", metavar="N", help="最多列出多少条")]


class WordUnknown(YekuoError):
    """“{text}”不是{what}。应为 {allowed} 之一。"""

    code = "word_unknown"


class IdInvalid(YekuoError):
    """“{text}”不是编号。应为清单“编号”一栏中的整数，例：yekuo alert ack 12 --actor 张三。"""

    code = "id_invalid"


class MostInvalid(YekuoError):
    """条数 {limit} 不对。应为 1 到 10000 之间的整数。"""

    code = "most_invalid"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("alerts", help="预警告警清单，最新的在前；JSON 为每行一条。")(list_alerts)
    group = typer.Typer(help="处理一条预警告警：签收、答复、闭环。", no_args_is_help=True)
    group.command("ack", help="签收：已经看到；签收后不再逐级上报。")(ack)
    group.command("answer", help="答复：写明原因和措施；同时算作签收。")(answer)
    group.command("close", help="闭环：由答复人以外的人核实后办结。")(close)
    app.add_typer(group, name="alert")
    app.command("deliveries", help="发出的消息及其状态，最新的在前；JSON 为每行一条。")(list_deliveries)
    messages = typer.Typer(help="处理一条消息。", no_args_is_help=True)
    messages.command("resend", help="重发一条无法送达的消息。")(resend)
    app.add_typer(messages, name="delivery")


def list_alerts(
    state: Annotated[
        str | None, typer.Option("--state", metavar="S", help="处理情况：未签收、已签收、已答复、已闭环")
    ] = None,
    level: Annotated[str | None, typer.Option("--level", metavar="L", help="级别：蓝、橙、黄、红")] = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar="U", help="供电所或单位")] = None,
    number: Annotated[str | None, typer.Option("--number", metavar="N", help="申请编号")] = None,
    limit: Most = 200,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """The alarms reached, with what was done about each."""
    from alerts.kinds import Handling
    from alerts.listing import alerts

    found = alerts(
        desk.open_book(),
        parse_instant(as_of),
        state=word(Handling, state, "处理情况"),
        level=word(Level, level, "级别"),
        unit=unit,
        number=number,
        limit=most(limit),
    )
    if as_json:
        for view in found:
            print_json(alert_json(view))
        return 0
    headings = ("编号>", "级别", "达到", "供电所", "客户经理", "内容", "处理", "经过", "消息")
    console().print(table(f"预警告警 {len(found)} 条", headings, (_row(view) for view in found)))
    return 0


def ack(
    alert_id: AlertId, actor: By, text: Said = "", at: At = None, as_of: AsOf = None, as_json: Json = False
) -> int:
    """I have seen it."""
    from alerts.answers import acknowledge

    return _done(
        acknowledge(desk.open_book(), row_id(alert_id), text=text, **when(actor, at, as_of)), as_json=as_json
    )


def answer(
    alert_id: AlertId, actor: By, text: Said, at: At = None, as_of: AsOf = None, as_json: Json = False
) -> int:
    """The cause and the measure."""
    from alerts.answers import answer as answer_alert

    return _done(
        answer_alert(desk.open_book(), row_id(alert_id), text=text, **when(actor, at, as_of)), as_json=as_json
    )


def close(
    alert_id: AlertId, actor: By, text: Said, at: At = None, as_of: AsOf = None, as_json: Json = False
) -> int:
    """Looked at by another person, and nothing left to do."""
    from alerts.answers import close as close_alert

    return _done(
        close_alert(desk.open_book(), row_id(alert_id), text=text, **when(actor, at, as_of)), as_json=as_json
    )


def list_deliveries(
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="S", help="状态：待发送、发送中、已送达、无法送达、仅记录"),
    ] = None,
    limit: Most = 200,
    as_json: Json = False,
) -> int:
    """The messages, and why one did not arrive."""
    from alerts.kinds import DeliveryState
    from alerts.messages.outbox import listing
    from workflow import store

    wanted = word(DeliveryState, state, "消息状态")
    with store.reading(desk.open_book().engine) as connection:
        found = listing(connection, wanted, most(limit))
    if as_json:
        for view in found:
            print_json(_delivery_json(view))
        return 0
    rows = (
        (
            view.id,
            view.person,
            view.channel.label,
            view.state.label,
            view.reason,
            view.attempts,
            minute(view.sent_at or view.due_at),
            view.about,
        )
        for view in found
    )
    headings = ("编号>", "收件人", "渠道", "状态", "原因", "次数>", "送达或下次发送", "关于")
    console().print(table(f"消息 {len(found)} 条", headings, rows))
    return 0


def resend(
    delivery_id: Annotated[str, typer.Argument(metavar="ID", help="消息的编号", show_default=False)],
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Try a dead letter again."""
    from alerts.messages.outbox import resend as resend_delivery

    wanted = row_id(delivery_id)
    resend_delivery(desk.open_book().engine, wanted, parse_instant(as_of))
    if as_json:
        print_json({"id": wanted, "state": "pending"})
    else:
        console().print(f"消息 {wanted} 已重新排入待发送。", markup=False)
    return 0


# -- shared with the orders --------------------------------------------------------------------


def word(kind: type[T], text: str | None, what: str) -> T | None:
    """The member of ``kind`` a person named, by its label or its identifier; raises WordUnknown."""
    if text is None:
        return None
    said = text.strip()
    for member in kind:
        if said in (member.value, member.label):
            return member
    raise WordUnknown(text=text, what=what, allowed="、".join(member.label for member in kind))


def row_id(text: str) -> int:
    """The id a person typed; raises IdInvalid."""
    said = text.strip()
    # Longer ones int() itself may refuse.
    if (
        not (said.isascii() and said.isdecimal())
        or len(said) > len(str(LARGEST_ID))
        or int(said) > LARGEST_ID
    ):
        raise IdInvalid(text=text[:20])
    return int(said)


def most(limit: int) -> int:
    """How many a person wants to see; raises MostInvalid."""
    if not 1 <= limit <= MOST:
        raise MostInvalid(limit=limit)
    return limit


def when(actor: str, at: str | None, as_of: str | None) -> dict[str, Any]:
    """Who did it and when; what is not said was done now."""
    now = parse_instant(as_of)
    return {"actor": actor, "at": now if at is None else parse_instant(at), "now": now}


def minute(at: datetime | None) -> str:
    """``2026-10-09 09:30`` on the clock of Shanghai."""
    return "" if at is None else f"{local(at):%Y-%m-%d %H:%M}"


def act_json(record: "Handled") -> dict[str, Any]:
    """One record as programs read it."""
    return {
        "seq": record.seq,
        "act": record.act.value,
        "actor": record.actor,
        "at": record.at.isoformat(),
        "recorded_at": record.recorded_at.isoformat(),
        "text": record.text,
        "hash": record.hash,
    }


def alert_json(view: "AlertView") -> dict[str, Any]:
    """One alarm as programs read it."""
    return {
        "id": view.id,
        "kind": view.kind.value,
        "level": view.level.value,
        "reached_at": view.reached_at.isoformat(),
        "withdrawn_at": view.withdrawn_at.isoformat() if view.withdrawn_at else None,
        "number": view.number,
        "class": view.customer_class.value if view.customer_class else None,
        "station": view.station,
        "manager": view.manager,
        "layer": view.layer.value if view.layer else None,
        "clock": view.clock,
        "order": view.order,
        "text": view.said,
        "state": view.state.value,
        "acts": [act_json(each) for each in view.acts],
        "deliveries": {state.value: count for state, count in view.deliveries.items()},
    }


def _delivery_json(view: "DeliveryView") -> dict[str, Any]:
    return {
        "id": view.id,
        "message_id": view.message_id,
        "person": view.person,
        "channel": view.channel.value,
        "state": view.state.value,
        "reason": view.reason,
        "attempts": view.attempts,
        "created_at": view.created_at.isoformat(),
        "due_at": view.due_at.isoformat(),
        "sent_at": view.sent_at.isoformat() if view.sent_at else None,
        "about": view.about,
    }


def _row(view: "AlertView") -> tuple[object, ...]:
    acts = "；".join(f"{each.actor} {each.at:%m-%d %H:%M} {each.act.label}" for each in view.acts)
    told = "，".join(f"{state.label} {count}" for state, count in view.deliveries.items())
    state = "已撤销" if view.withdrawn_at else view.state.label
    return (
        view.id,
        level_text(view.level),
        minute(view.reached_at),
        view.station,
        view.manager,
        view.said,
        state,
        acts,
        told,
    )


def _done(record: "Handled", *, as_json: bool) -> int:
    if as_json:
        print_json({"id": record.subject_id, **act_json(record)})
    else:
        told = f"预警告警 {record.subject_id}：{record.actor} 于 {minute(record.at)} {record.act.label}。"
        console().print(told, markup=False)
    return 0
