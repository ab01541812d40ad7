"""Who hears of what is done about a supervision order: one message for each record, person and channel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts.handlings import Handled
from alerts.kinds import About, Act, AlertKind
from alerts.messages.outbox import enqueue
from alerts.raising import Raised, raise_alerts
from limits.terms import Level, Post
from limits.zone import local
from workflow.people.organisation import Organisation, Place, load_organisation
from workflow.rules import Rules

# X: who owes the answer, and who owns the application, hear what is asked of them; who asked hears the answer.
TOLD: Mapping[Act, tuple[Post, ...]] = {
    Act.OPENED: (Post.STATION_HEAD, Post.ACCOUNT_MANAGER),
    Act.RETURNED: (Post.STATION_HEAD, Post.ACCOUNT_MANAGER),
    Act.CANCELLED: (Post.STATION_HEAD, Post.ACCOUNT_MANAGER),
    Act.REPLIED: (Post.COMMAND_CENTRE,),
    Act.ACCEPTED: (Post.STATION_HEAD,),
}


def tell(
    connection: sa.Connection,
    rules: Rules,
    order: sa.Row[Any],
    record: Handled,
    now: datetime,
    organisation: Organisation | None = None,
) -> None:
    """Write the messages about ``record``, to go out in working hours on the channels of the red level.

    Nobody to tell is itself an alarm to the command centre, never silence.
    """
    people = organisation or load_organisation(connection, now)
    recipients = people.recipients(TOLD[record.act], place_of(order))
    if not recipients:
        raise_alerts(connection, [_nobody(order, record, now)])
        return
    escalation = rules.policies.escalation(local(now).date())
    enqueue(
        connection,
        About.ORDER,
        record.id,
        recipients,
        escalation.telling(Level.RED).channels,
        created_at=now,
        due_at=escalation.hours.next_open(now, rules.calendar),
    )


def place_of(order: sa.Row[Any]) -> Place:
    """Where the responsible people are: the application's own, or the unit the order was sent to."""
    if order.application_number is None:
        return Place(unit=order.unit, station=order.unit, manager="")
    return Place(unit=order.company, station=order.station or order.unit, manager=order.manager)


def _nobody(order: sa.Row[Any], record: Handled, now: datetime) -> Raised:
    posts = "、".join(post.label for post in TOLD[record.act])
    return Raised(
        kind=AlertKind.NOBODY,
        key=f"nobody:order:{record.id}",
        level=Level.RED,
        reached_at=local(now),
        text=f"督办单 {order.number} 的“{record.act.label}”无人可告知：{order.unit}没有{posts}。请补录人员或改派。",
        unit=order.unit,
        application_id=order.application_id,
        order_id=order.id,
    )
