"""督办单 as a document to print: one A4 page in official layout, nothing loaded from anywhere."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.handlings import Handled
from alerts.kinds import Act, OrderState
from alerts.orders.listing import OrderView
from limits.explanation import weekday_of
from limits.terms import CustomerClass, Unit, Verdict
from limits.zone import local
from workflow import store
from workflow.book import Book
from workflow.listing import ClockView, applications
from workflow.people.organisation import load_organisation
from workflow.tables import application

TEMPLATES = Path(__file__).resolve().parent / "templates"
LATE = (Verdict.LATE, Verdict.OPEN_LATE)


@dataclass(frozen=True, slots=True)
class About:
    """The application an order is about, as the document names it."""

    number: str
    customer: str
    address: str
    customer_class: str
    manager: str
    clocks: tuple["ClockLine", ...]


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock: how much of what limit is used, and how late it is."""

    label: str
    limit: str
    used: str
    due_on: str
    verdict: str
    late: str


@dataclass(frozen=True, slots=True)
class ActLine:
    """One thing done, with who and when."""

    act: str
    actor: str
    when: str
    text: str


def render_order(book: Book, order: OrderView, now: datetime) -> str:
    """The document as it stands at ``now``, complete."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    row = _application(book, order)
    return environment.get_template("order.html").render(
        order=order,
        company=row.unit if row is not None else _company(book, now),
        about=None if row is None else _about(book, row, now),
        opened=moment(order.opened_at),
        by_when=by_when(order),
        used=used(order),
        acts=[act_line(each) for each in order.acts],
        printed=moment(now),
    )


def by_when(order: OrderView) -> str:
    """Until when the reply is owed; while nobody owes one, what is left."""
    if order.reading.due_on is not None:
        shown = weekday_of(order.reading.due_on) + ("（暂定）" if order.reading.provisional else "")
        return f"{shown} 24 时前，{order.limit} 个工作日"
    left = f"，退回后还剩 {order.reading.left} 个工作日" if order.state is OrderState.REPLIED else ""
    return f"{order.limit} 个工作日，{order.state.label}{left}"


def used(order: OrderView) -> str:
    """How much of the limit is used, and whether the reply is late."""
    told = f"已用 {order.reading.used} 个工作日"
    over = order.reading.used - order.limit
    if order.reading.verdict in LATE:
        return f"{told}，超期" + (f" {over} 个工作日" if over > 0 else "")
    return told


def act_line(record: Handled) -> ActLine:
    """One record; what the opening says is the document itself."""
    text = "" if record.act is Act.OPENED else record.text
    return ActLine(record.act.label, record.actor, moment(record.at), text)


def moment(at: datetime) -> str:
    """``2026-10-09（周五）09:30``."""
    return f"{weekday_of(local(at).date())}{local(at):%H:%M}"


def _application(book: Book, order: OrderView) -> sa.Row[Any] | None:
    if order.application is None:
        return None
    with store.reading(book.engine) as connection:
        wanted = sa.select(application).where(application.c.number == order.application)
        return connection.execute(wanted).one()


def _company(book: Book, now: datetime) -> str:
    with store.reading(book.engine) as connection:
        return load_organisation(connection, now).company()


def _about(book: Book, row: sa.Row[Any], now: datetime) -> About:
    clocks = [each for view in applications(book, now, row.number) for each in view.clocks]
    # What the order is about has reached a level; the rest of the clocks would only hide it.
    shown = [each for each in clocks if each.levels or each.reading.verdict in LATE] or clocks
    return About(
        number=row.number,
        customer=row.customer,
        address=row.address,
        customer_class=CustomerClass.of(row.customer_class).label,
        manager=row.manager,
        clocks=tuple(clock_line(each) for each in shown),
    )


def clock_line(view: ClockView) -> ClockLine:
    """One clock of the application as the document shows it."""
    reading, unit = view.reading, _unit(view.unit)
    late = reading.verdict in LATE
    over = reading.used - view.limit if late and view.limit is not None else 0
    return ClockLine(
        label=f"{view.layer.label}·{view.label}",
        limit="不设时限" if view.limit is None else f"{view.limit} {unit}",
        used=f"{reading.used} {unit}",
        due_on=_day(reading.due_on, provisional=reading.provisional),
        verdict=reading.verdict.label if reading.verdict else "—",
        late=f"{over} {unit}" if over > 0 else "不足 1 个工作日" if late else "—",
    )


def _unit(unit: Unit) -> str:
    return Unit.MINUTE.label if unit is Unit.MINUTE else Unit.WORKING_DAY.label


def _day(day: date | None, *, provisional: bool) -> str:
    if day is None:
        return "—"
    return weekday_of(day) + ("（暂定）" if provisional else "")
