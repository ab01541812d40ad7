"""The outbox: a message to one person on one channel, written before anything is sent (design §7).

A row is taken with a lease and a fence, sent outside any transaction, and then recorded under that fence.  A
process killed between sending and recording leaves the row to the next one, which repeats it with the same
message id: at most one repeat, never none.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import sqlalchemy as sa

from alerts import errors
from alerts.kinds import About, AlertKind, DeliveryState, Withheld
from alerts.senders.message import Message, Outcome, OutcomeState
from alerts.tables import alert, delivery, handling, supervision_order
from limits.terms import Channel, Level
from workflow import store
from workflow.people.organisation import Recipient
from workflow.people.tables import person
from workflow.tables import application

BACK_OFF = timedelta(seconds=30)
LONGEST_BACK_OFF = timedelta(hours=1)
REASON = 256

_S = DeliveryState
WAITING = (_S.PENDING.value, _S.SENDING.value)


# A message but for what it is about, and its row.
Envelope = tuple[Any, ...]
ENVELOPE = (
    *("person_id", "for_person_id", "channel", "address", "state", "reason", "attempts"),
    *("created_at", "urgent", "due_at", "fence", "sent_at"),
)
MESSAGE = ("about", "about_id", "message_id", *ENVELOPE)


def envelopes(
    recipients: Iterable[Recipient],
    channels: Iterable[Channel],
    *,
    created_at: datetime,
    due_at: datetime,
    urgent: bool = False,
    withheld: Withheld | None = None,
) -> list[Envelope]:
    """One for each of ``recipients`` and each channel that reaches them, by :data:`ENVELOPE`.

    The desk is a page of our own: what is written is there. What is withheld stands on the desk alone.
    """
    found = []
    for each, channel in product(recipients, channels):
        at_desk = channel is Channel.DESK
        if channel not in each.contacts or (withheld is not None and not at_desk):
            continue
        state = _S.SUPPRESSED if withheld else _S.SENT if at_desk else _S.PENDING
        sent_at = created_at if state is _S.SENT else None
        found.append(
            (
                *(each.person_id, each.for_person_id, channel.value, each.contacts[channel], state.value),
                *(withheld.label if withheld else "", 0, created_at, urgent, due_at, 0, sent_at),
            )
        )
    return found


def addressed(about: About, about_id: int, listed: Iterable[Envelope]) -> list[tuple[Any, ...]]:
    """The rows of the messages about one thing, by :data:`MESSAGE`.

    A message has the same id whenever it is sent again, so that a receiver can tell a repeat.
    """
    named = about.value
    return [(named, about_id, f"{named}-{about_id}-{each[0]}-{each[2]}", *each) for each in listed]


def enqueue(
    connection: sa.Connection,
    about: About,
    about_id: int,
    recipients: Iterable[Recipient],
    channels: Iterable[Channel],
    *,
    created_at: datetime,
    due_at: datetime,
    urgent: bool = False,
) -> int:
    """Write the messages about one thing that were not written yet; how many."""
    written = envelopes(recipients, channels, created_at=created_at, due_at=due_at, urgent=urgent)
    rows = [dict(zip(MESSAGE, row, strict=True)) for row in addressed(about, about_id, written)]
    held = set(
        connection.scalars(
            sa.select(delivery.c.message_id).where(
                delivery.c.about == about.value, delivery.c.about_id == about_id
            )
        )
    )
    fresh = [row for row in rows if row["message_id"] not in held]
    if fresh:
        connection.execute(sa.insert(delivery), fresh)
    return len(fresh)


# -- taking and recording ------------------------------------------------------------------------


def take(engine: sa.Engine, channel: Channel, now: datetime, lease: timedelta) -> sa.Row[Any] | None:
    """The next message due on ``channel``, held until ``now + lease``; None when there is none.

    Red before the rest, then the longest due. What another process held too long is due again: its lease is
    its ``due_at``.
    """
    while True:
        with store.writing(engine) as connection:
            row = _next(connection, channel, now)
            if row is None:
                return None
            taken = {"state": _S.SENDING.value, "fence": row.fence + 1, "due_at": now + lease}
            if _update(connection, row.id, row.fence, taken):
                return connection.execute(sa.select(delivery).where(delivery.c.id == row.id)).one()


def _next(connection: sa.Connection, channel: Channel, now: datetime) -> sa.Row[Any] | None:
    """Asked state by state: each question is the first entry of the index, however many wait."""
    for urgent, state in product((True, False), WAITING):
        due = sa.and_(
            delivery.c.channel == channel.value,
            delivery.c.state == state,
            delivery.c.urgent.is_(urgent),
            delivery.c.due_at <= now,
        )
        row = connection.execute(sa.select(delivery).where(due).order_by(delivery.c.due_at).limit(1)).first()
        if row is not None:
            return row
    return None


def keep_text(engine: sa.Engine, row: sa.Row[Any], message: Message) -> None:
    """Store what is about to be sent: a repeat says the same."""
    body = {
        "title": message.title,
        "text": message.text,
        "level": message.level.value if message.level else None,
        "link": message.link,
        "facts": dict(message.facts),
    }
    with store.writing(engine) as connection:
        _update(connection, row.id, row.fence, {"body": json.dumps(body, ensure_ascii=False, default=str)})


def kept_text(row: sa.Row[Any]) -> Message | None:
    """What was stored at the first attempt."""
    if row.body is None:
        return None
    body = json.loads(row.body)
    level = Level.of(body["level"]) if body["level"] else None
    return Message(row.message_id, body["title"], body["text"], level, body["link"], body["facts"])


def postpone(engine: sa.Engine, row: sa.Row[Any], until: datetime) -> None:
    """Put a message back that was not tried, until ``until``."""
    with store.writing(engine) as connection:
        _update(connection, row.id, row.fence, {"state": _S.PENDING.value, "due_at": until})


def postpone_all(engine: sa.Engine, row: sa.Row[Any], until: datetime) -> None:
    """Put a message back whose receiver takes no more before ``until``, and all that wait behind it.

    Each of them would only be taken to find that out.
    """
    behind = sa.and_(
        delivery.c.state == _S.PENDING.value,
        delivery.c.channel == row.channel,
        delivery.c.address == row.address,
        delivery.c.due_at < until,
    )
    with store.writing(engine) as connection:
        _update(connection, row.id, row.fence, {"state": _S.PENDING.value, "due_at": until})
        connection.execute(sa.update(delivery).where(behind).values(due_at=until))


def withhold(engine: sa.Engine, row: sa.Row[Any], why: Withheld) -> None:
    """Record a message that is not to be sent any more."""
    with store.writing(engine) as connection:
        _update(connection, row.id, row.fence, {"state": _S.SUPPRESSED.value, "reason": why.label})


def settle(
    connection: sa.Connection, row: sa.Row[Any], outcome: Outcome, now: datetime, attempts: int
) -> DeliveryState | None:
    """Record how sending went; None when another process has taken the message over."""
    tried = row.attempts + 1
    values: dict[str, Any] = {"attempts": tried, "reason": _reason(outcome)}
    if outcome.state is OutcomeState.SENT:
        values |= {"state": _S.SENT.value, "sent_at": now, "reason": ""}
    elif outcome.state is OutcomeState.DEAD or tried >= attempts:
        values |= {"state": _S.DEAD.value}
    else:
        wait = max(back_off(tried), timedelta(seconds=outcome.retry_after or 0))
        values |= {"state": _S.PENDING.value, "due_at": now + wait}
    return _S.of(values["state"]) if _update(connection, row.id, row.fence, values) else None


def back_off(tried: int) -> timedelta:
    """How long to wait after ``tried`` failures: 30 s, 1 min, 2 min … at most an hour (X)."""
    return min(BACK_OFF * int(2 ** min(tried - 1, 10)), LONGEST_BACK_OFF)


def _reason(outcome: Outcome) -> str:
    told = f"{outcome.text}（{outcome.code}）" if outcome.code else outcome.text
    return told[:REASON]


def _update(connection: sa.Connection, row_id: int, fence: int, values: Mapping[str, Any]) -> bool:
    held = sa.and_(delivery.c.id == row_id, delivery.c.fence == fence, delivery.c.state.in_(WAITING))
    return connection.execute(sa.update(delivery).where(held).values(**values)).rowcount == 1


# -- for people ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One message as people see it."""

    id: int
    message_id: str
    person: str
    channel: Channel
    state: DeliveryState
    reason: str
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    about: str


_LISTED = sa.select(
    delivery,
    person.c.name.label("person"),
    alert.c.kind,
    alert.c.level,
    application.c.number,
    supervision_order.c.number.label("order"),
).select_from(
    delivery.join(person, person.c.id == delivery.c.person_id)
    .outerjoin(alert, sa.and_(delivery.c.about == About.ALERT.value, alert.c.id == delivery.c.about_id))
    .outerjoin(application, application.c.id == alert.c.application_id)
    .outerjoin(handling, sa.and_(delivery.c.about == About.ORDER.value, handling.c.id == delivery.c.about_id))
    .outerjoin(supervision_order, supervision_order.c.id == handling.c.subject_id)
)


def _about(row: sa.Row[Any]) -> str:
    """What a message speaks of, also one that was never sent."""
    about = About.of(row.about)
    if about is About.DIGEST:
        return f"{about.label} {date.fromordinal(row.about_id)}"
    if about is About.ORDER:
        return f"{about.label} {row.order}"
    return f"{Level.of(row.level).label}色{AlertKind.of(row.kind).label} {row.number or ''}".strip()


def listing(
    connection: sa.Connection,
    state: DeliveryState | None = None,
    limit: int = 200,
    about: tuple[About, int] | None = None,
) -> list[DeliveryView]:
    """The newest messages, of one state or about one thing."""
    wanted = _LISTED
    if state is not None:
        wanted = wanted.where(delivery.c.state == state.value)
    if about is not None:
        wanted = wanted.where(delivery.c.about == about[0].value, delivery.c.about_id == about[1])
    return [
        DeliveryView(
            id=row.id,
            message_id=row.message_id,
            person=row.person,
            channel=Channel.of(row.channel),
            state=_S.of(row.state),
            reason=row.reason,
            attempts=row.attempts,
            created_at=row.created_at,
            due_at=row.due_at,
            sent_at=row.sent_at,
            about=_about(row),
        )
        for row in connection.execute(wanted.order_by(delivery.c.id.desc()).limit(limit))
    ]


def resend(engine: sa.Engine, delivery_id: int, now: datetime) -> None:
    """Try a dead letter again from the start; raises when there is none of that number or it is not dead."""
    with store.writing(engine) as connection:
        row = connection.execute(sa.select(delivery).where(delivery.c.id == delivery_id)).first()
        if row is None:
            raise errors.DeliveryUnknown(id=delivery_id)
        again = {"state": _S.PENDING.value, "attempts": 0, "due_at": now, "fence": row.fence + 1}
        dead = sa.and_(delivery.c.id == delivery_id, delivery.c.state == _S.DEAD.value)
        if not connection.execute(sa.update(delivery).where(dead).values(**again)).rowcount:
            raise errors.DeliveryNotDead(id=delivery_id, state=_S.of(row.state).label)
