"""What each message says. Composed when it is first sent, so that it tells how things stand then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.kinds import About, Act, AlertKind
from alerts.messages.digest_figures import figures_of
from alerts.messages.level_facts import level_facts
from alerts.messages.wording import day_of, due_of, level_word
from alerts.senders.message import Message
from alerts.senders.wording import seen
from alerts.tables import alert, handling, supervision_order
from limits.explanation import weekday_of
from limits.terms import Level
from limits.zone import local
from workflow.book import Book
from workflow.people.tables import person
from workflow.tables import application

TEMPLATES = Path(__file__).resolve().parent / "templates"
LONGEST_VALUE = 400
LONGEST_TITLE = 100


@dataclass(frozen=True)
class _Asked:
    """What every message is composed from."""

    connection: sa.Connection
    book: Book
    delivery: sa.Row[Any]
    now: datetime
    desk_url: str


def compose(
    connection: sa.Connection, book: Book, delivery_row: sa.Row[Any], *, now: datetime, desk_url: str
) -> Message:
    """The message that ``delivery_row`` stands for, as things are at ``now``."""
    asked = _Asked(connection, book, delivery_row, local(now), desk_url.rstrip("/"))
    about = About.of(delivery_row.about)
    if about is About.DIGEST:
        return _digest(asked)
    if about is About.ORDER:
        return _order(asked)
    row = connection.execute(_ALERTS.where(alert.c.id == delivery_row.about_id)).one()
    return _level(asked, row) if row.kind == AlertKind.LEVEL.value else _alarm(asked, row)


_ALERTS = sa.select(
    alert, application.c.number, application.c.customer, supervision_order.c.number.label("order_number")
).select_from(
    alert.outerjoin(application, application.c.id == alert.c.application_id).outerjoin(
        supervision_order, supervision_order.c.id == alert.c.order_id
    )
)
_HANDLINGS = sa.select(
    handling.c.act,
    handling.c.actor,
    handling.c.at,
    handling.c.text,
    supervision_order.c.number.label("order"),
    supervision_order.c.ask,
    supervision_order.c.unit,
    supervision_order.c.due_at,
    application.c.number,
    application.c.customer,
).select_from(
    handling.join(supervision_order, supervision_order.c.id == handling.c.subject_id).outerjoin(
        application, application.c.id == supervision_order.c.application_id
    )
)


def _level(asked: _Asked, row: sa.Row[Any]) -> Message:
    facts = level_facts(asked.connection, asked.book, row, asked.now)
    level = Level.of(row.level)
    title = f"【{level_word(level)}】{row.number} {facts['clock']} {facts['standing']}"
    told = {**facts, "level": level_word(level), "reached": day_of(row.reached_at)}
    link = f"/applications/{quote(row.number, safe='')}"
    return _message(asked, "level.txt", title, told, level=level, link=link)


def _alarm(asked: _Asked, row: sa.Row[Any]) -> Message:
    level, kind = Level.of(row.level), AlertKind.of(row.kind)
    whose = row.order_number or row.number or row.unit
    title = f"【{level_word(level)}】{f'{whose} ' if whose else ''}{kind.label}"
    told = {
        "kind": kind.value,
        "text": row.text,
        "unit": row.unit,
        "number": row.number,
        "customer": row.customer,
        "level": level_word(level),
        "reached": day_of(row.reached_at),
    }
    return _message(asked, "alarm.txt", title, told, level=level, link=f"/alerts/{row.id}")


def _order(asked: _Asked) -> Message:
    about_id = asked.delivery.about_id
    row = asked.connection.execute(
        _HANDLINGS.where(handling.c.id == about_id, handling.c.subject == About.ORDER.value)
    ).one()
    act = Act.of(row.act)
    title = f"【督办单】{row.order} {act.label}"
    due = due_of(row.due_at, asked.book.rules.calendar) if row.due_at else "目前不需要回复"
    told = {
        "order": row.order,
        "act": act.label,
        "actor": row.actor,
        "happened_at": day_of(row.at),
        # What was asked is told below anyway.
        "said": "" if act is Act.OPENED else row.text,
        "ask": row.ask,
        "unit": row.unit,
        "number": row.number,
        "customer": row.customer,
        "due": due,
    }
    return _message(asked, "order.txt", title, told, link=f"/orders/{quote(row.order, safe='')}")


def _digest(asked: _Asked) -> Message:
    row = asked.delivery
    people = [each for each in (row.person_id, row.for_person_id) if each is not None]
    figures = figures_of(asked.connection, asked.book, people, asked.now)
    day = weekday_of(date.fromordinal(row.about_id))
    return _message(asked, "digest.txt", f"【每日提示】{day}", figures, link="/")


def _message(
    asked: _Asked,
    template: str,
    title: str,
    told: Mapping[str, Any],
    *,
    level: Level | None = None,
    link: str,
) -> Message:
    row = asked.delivery
    everything = {
        "stands_in_for": _name(asked.connection, row.for_person_id),
        "short_id": f"{row.about_id}-{row.person_id}",
        **told,
    }
    text = _templates().get_template(template).render(everything).strip()
    return Message(
        id=row.message_id,
        title=clean(title)[:LONGEST_TITLE],
        text=text,
        level=level,
        link=asked.desk_url + link,
        facts={name: clean(each) if isinstance(each, str) else each for name, each in everything.items()},
    )


def _name(connection: sa.Connection, person_id: int | None) -> str:
    if person_id is None:
        return ""
    return str(connection.execute(sa.select(person.c.name).where(person.c.id == person_id)).scalar_one())


def clean(value: object) -> str:
    """What a person typed, on one line and not endless: it cannot pass for a line of ours.

    >>> clean("客户甲\\n到期：从不")
    '客户甲 到期：从不'
    """
    told = " ".join(seen(str(value)).split())
    return told if len(told) <= LONGEST_VALUE else told[: LONGEST_VALUE - 1] + "…"


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701 - plain text; every value is cleaned, and each sender knows its own dangers
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=clean,
    )
