"""督办单: a person above demands an answer by a date, and judges the answer (domain §1, §6).

Opened by the command centre by hand, or by a red level in the transaction that tells of it.  The records are
the truth; state, due date and levels of an order are what its records and the calendar make of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts import errors
from alerts.handlings import Doing, Handled, Subject, append, handled, hold, last, refuse_untellable
from alerts.kinds import Act, OrderState
from alerts.orders.clock import clock_of, state_of, write_levels
from alerts.orders.rows import (
    ORDERS,
    STANDING,
    find_order,
    insert_order,
    next_number,
    opening_text,
    order_row,
)
from alerts.orders.telling import tell
from alerts.tables import supervision_order
from limits.force import Layer
from limits.terms import Level
from limits.zone import local
from workflow import store
from workflow.book import Book
from workflow.errors import ApplicationUnknown
from workflow.people.organisation import Organisation
from workflow.rules import Rules
from workflow.tables import application, threshold, unfit, unstorable

AUTOMATIC = "供电服务指挥中心（自动）"
LONGEST_LIMIT = 250
LONGEST_ASK = 1000

FROM: Mapping[Act, tuple[OrderState, ...]] = {
    Act.REPLIED: (OrderState.OPEN, OrderState.RETURNED),
    Act.ACCEPTED: (OrderState.REPLIED,),
    Act.RETURNED: (OrderState.REPLIED,),
    Act.CANCELLED: (OrderState.OPEN, OrderState.RETURNED, OrderState.REPLIED),
}
UNSAID: Mapping[Act, str] = {
    Act.REPLIED: "没有写原因和措施",
    Act.RETURNED: "没有写退回的原因",
    Act.CANCELLED: "没有写撤销的原因",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """The order that stands; ``attached`` when it stood already and a level was added to it."""

    id: int
    number: str
    attached: bool = False


# -- opening ---------------------------------------------------------------------------------------


def open_order(
    book: Book,
    *,
    ask: str,
    actor: str,
    at: datetime,
    now: datetime,
    application_number: str | None = None,
    unit: str | None = None,
    limit: int | None = None,
) -> Opened:
    """下达 by hand: about one application or to one unit, to be answered within ``limit`` working days.

    Without ``limit`` the policy's own holds. Raises the reason when it cannot be opened.
    """
    days = _limit_on(book.rules, at) if limit is None else limit
    if not 1 <= days <= LONGEST_LIMIT:
        raise errors.OrderLimitInvalid(limit=limit)
    refuse_untellable(Act.OPENED, actor.strip(), "")
    doing = Doing(actor, at, now, "")
    values = {
        "threshold_id": None,
        "ask": _checked_ask(ask),
        "opened_by": actor.strip(),
        "opened_at": local(at),
        "limit_value": days,
    }
    with store.writing(book.engine) as connection:
        values |= _addressed(connection, application_number, unit)
        order_id = None
        while order_id is None:
            order_id = insert_order(connection, next_number(connection, at), values)
        return _begin(connection, book.rules, order_id, doing, None)


def open_for_level(
    connection: sa.Connection,
    book: Book,
    threshold_id: int,
    now: datetime,
    organisation: Organisation | None = None,
) -> Opened:
    """下达 by a red level, in the caller's transaction; the same level again changes nothing.

    domain §6: 红 — the command centre opens a 督办单.  X: where an order for the application still stands
    the level is attached to it. An order dates from ``now``, when it is told of: its time cannot have run
    before anybody could know of it, however long a sweep was late.
    """
    level = _level(connection, threshold_id)
    said = _said(book.rules, level)
    while True:
        # First the number: whoever opens another order after this takes it, and the insert below is refused.
        number = next_number(connection, now)
        known = _known(connection, level, said)
        if known is not None:
            return known
        standing = _standing(connection, level.application_id)
        if standing is not None:
            if _attach(connection, standing.id, now, said):
                return Opened(standing.id, standing.number, attached=True)
            continue
        order_id = insert_order(connection, number, _values(book.rules, level, said, now))
        if order_id is not None:
            doing = Doing(AUTOMATIC, now, now, "")
            return _begin(connection, book.rules, order_id, doing, organisation)


def _begin(
    connection: sa.Connection, rules: Rules, order_id: int, doing: Doing, organisation: Organisation | None
) -> Opened:
    order = order_row(connection, order_id)
    said = doing._replace(text=opening_text(order))
    record = append(connection, Subject.ORDER, order_id, Act.OPENED, **said._asdict())
    _settle(connection, rules, order, [record], doing.now)
    tell(connection, rules, order, record, doing.now, organisation)
    return Opened(order_id, order.number)


def _limit_on(rules: Rules, opened_at: datetime) -> int:
    return rules.policies.escalation(local(opened_at).date()).order_limit


def _checked_ask(ask: str) -> str:
    asked = ask.strip()
    if problem := unfit(asked, LONGEST_ASK) if asked else "没有写要求":
        raise errors.OrderUnreadable(problem=problem)
    return asked


def _addressed(connection: sa.Connection, number: str | None, unit: str | None) -> dict[str, Any]:
    """Whom the order goes to: the station of the application, or the unit itself."""
    unit = (unit or "").strip()
    if bool(unit) is bool(number):
        raise errors.OrderUnaddressed
    if number is None:
        problem = unstorable("unit", unit)
        if problem:
            raise errors.OrderUnreadable(problem=f"责任单位{problem}")
        return {"application_id": None, "unit": unit}
    row = connection.execute(sa.select(application).where(application.c.number == number)).one_or_none()
    if row is None:
        raise ApplicationUnknown(number=number)
    return {"application_id": row.id, "unit": row.station or row.unit}


# -- opening by a level ----------------------------------------------------------------------------


def _level(connection: sa.Connection, threshold_id: int) -> sa.Row[Any]:
    columns = (application.c.number, application.c.unit, application.c.station)
    wanted = sa.select(threshold, *columns).join(application, application.c.id == threshold.c.application_id)
    return connection.execute(wanted.where(threshold.c.id == threshold_id)).one()


def _said(rules: Rules, level: sa.Row[Any]) -> str:
    """What is said of the level; the same whenever it is said, so that it is attached once."""
    clock = rules.policies.labels.get((level.layer, level.name), level.name)
    return (
        f"申请 {level.number} 的“{Layer.of(level.layer).label}·{clock}”"
        f"于 {level.crosses_at:%Y-%m-%d} 达到{Level.of(level.level).label}色级别"
    )


def _values(rules: Rules, level: sa.Row[Any], said: str, now: datetime) -> dict[str, Any]:
    return {
        "application_id": level.application_id,
        "threshold_id": level.id,
        "unit": level.station or level.unit,
        "ask": f"{said}。请查明原因，制定措施，限期办结并书面回复。",
        "opened_by": AUTOMATIC,
        "opened_at": local(now),
        "limit_value": _limit_on(rules, now),
    }


def _known(connection: sa.Connection, level: sa.Row[Any], said: str) -> Opened | None:
    """The order this level has opened or was attached to before."""
    about = sa.select(supervision_order).where(supervision_order.c.application_id == level.application_id)
    rows = {row.id: row for row in connection.execute(about)}
    for row in rows.values():
        if row.threshold_id == level.id:
            return Opened(row.id, row.number)
    for order_id, records in handled(connection, Subject.ORDER, rows).items():
        if any(each.act is Act.ATTACHED and each.text == said for each in records):
            return Opened(order_id, rows[order_id].number, attached=True)
    return None


def _standing(connection: sa.Connection, application_id: int) -> sa.Row[Any] | None:
    """The newest order for the application that has not ended."""
    ours = supervision_order.c.application_id == application_id
    wanted = ORDERS.where(ours, supervision_order.c.state.in_(STANDING))
    return connection.execute(wanted.order_by(supervision_order.c.id.desc()).limit(1)).first()


def _attach(connection: sa.Connection, order_id: int, now: datetime, said: str) -> bool:
    """Add the level to an order; not when that has ended in the meantime."""
    records = hold(connection, Subject.ORDER, order_id)
    if state_of(records).value not in STANDING:
        return False
    if any(each.act is Act.ATTACHED and each.text == said for each in records):
        return True  # another process did, before this one held the order
    append(connection, Subject.ORDER, order_id, Act.ATTACHED, actor=AUTOMATIC, at=now, now=now, text=said)
    return True


# -- answering and judging ------------------------------------------------------------------------


def reply(book: Book, number: str, *, actor: str, at: datetime, now: datetime, text: str) -> Handled:
    """回复: the responsible unit says why and what it does; the clock pauses, the ball is with who asked."""
    return _act(book, number, Act.REPLIED, Doing(actor, at, now, text))


def accept(book: Book, number: str, *, actor: str, at: datetime, now: datetime, text: str = "") -> Handled:
    """办结认可: the reply will do; the clock stops."""
    return _act(book, number, Act.ACCEPTED, Doing(actor, at, now, text))


def return_(book: Book, number: str, *, actor: str, at: datetime, now: datetime, text: str) -> Handled:
    """退回: the reply will not do; a new interval of the same clock begins."""
    return _act(book, number, Act.RETURNED, Doing(actor, at, now, text))


def cancel(book: Book, number: str, *, actor: str, at: datetime, now: datetime, text: str) -> Handled:
    """撤销: the order was not needed; its clock is judged no more."""
    return _act(book, number, Act.CANCELLED, Doing(actor, at, now, text))


def reschedule_orders(book: Book, now: datetime) -> int:
    """Recompute the open orders by the newest calendar; how many due dates moved (domain §5.7)."""
    with store.writing(book.engine) as connection:
        standing = ORDERS.where(supervision_order.c.state.in_(STANDING))
        rows = connection.execute(standing.order_by(supervision_order.c.id)).all()
        moved = 0
        for order in rows:
            records = hold(connection, Subject.ORDER, order.id)
            moved += _settle(connection, book.rules, order, records, now)
    return moved


def _act(book: Book, number: str, act: Act, doing: Doing) -> Handled:
    with store.writing(book.engine) as connection:
        order = find_order(connection, number)
        records = hold(connection, Subject.ORDER, order.id)
        reason = _why_not(order, records, act, doing)
        if reason:
            raise errors.OrderActRefused(number=order.number, act=act.label, reason=reason)
        record = append(connection, Subject.ORDER, order.id, act, **doing._asdict())
        _settle(connection, book.rules, order, [*records, record], doing.now)
        tell(connection, book.rules, order, record, doing.now)
    return record


def _why_not(order: sa.Row[Any], records: Sequence[Handled], act: Act, doing: Doing) -> str:
    """What speaks against ``act``; empty when nothing does.

    X: two pairs of eyes: who opened an order does not answer it, who answered does not judge the answer.
    """
    state = state_of(records)
    if state not in FROM[act]:
        newest = next(each for each in reversed(records) if each.act is not Act.ATTACHED)
        return f"它现在“{state.label}”（{newest.actor} 于 {newest.at:%Y-%m-%d %H:%M} {newest.act.label}）"
    actor, replied = doing.actor.strip(), last(records, Act.REPLIED)
    if act in UNSAID and not doing.text.strip():
        return UNSAID[act]
    if act is Act.REPLIED and actor == order.opened_by:
        return f"{actor} 是下达人，须由责任单位回复"
    if act in (Act.ACCEPTED, Act.RETURNED) and replied is not None and actor == replied.actor:
        return f"{actor} 是回复人，须由另一人评判"
    return ""


def _settle(
    connection: sa.Connection, rules: Rules, order: sa.Row[Any], records: Sequence[Handled], now: datetime
) -> bool:
    """Bring the order's row and alarms to what its records say; whether its due date moved."""
    clock = clock_of(records, order.limit_value, rules)
    values = {"state": clock.state.value, "due_at": clock.standing.due_at}
    ours = supervision_order.c.id == order.id
    connection.execute(sa.update(supervision_order).where(ours).values(values))
    write_levels(connection, order, clock, now)
    return bool(order.due_at != clock.standing.due_at)
