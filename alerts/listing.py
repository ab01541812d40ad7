"""The alarms as people see them: what was reached when, who was told, and what was done about it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts import errors
from alerts.answers import handling_state
from alerts.handlings import Handled, Subject, handled
from alerts.kinds import About, Act, AlertKind, DeliveryState, Handling
from alerts.tables import alert, delivery, handling, supervision_order
from limits.force import Layer
from limits.policy import PolicySet
from limits.terms import CustomerClass, Level
from workflow import store
from workflow.book import Book
from workflow.tables import application, threshold

CHUNK = 500

# The place of an alarm in a list: when it was reached, and its id.
AlertKey = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alarm at an instant.

    ``layer``, ``clock`` and what is known of the application are None or empty where it is about something
    else; ``said`` is then what people read.  ``deliveries`` counts the messages by where they stand.
    """

    id: int
    kind: AlertKind
    level: Level
    reached_at: datetime
    withdrawn_at: datetime | None
    number: str | None
    customer_class: CustomerClass | None
    station: str
    manager: str
    layer: Layer | None
    clock: str
    order: str | None
    duty: int | None
    said: str
    state: Handling
    acts: tuple[Handled, ...]
    deliveries: Mapping[DeliveryState, int]

    @property
    def key(self) -> AlertKey:
        """Its place in a list."""
        return self.reached_at, self.id


def alerts(
    book: Book,
    now: datetime,
    *,
    state: Handling | None = None,
    level: Level | None = None,
    unit: str | None = None,
    number: str | None = None,
    within: sa.ColumnElement[bool] | None = None,
    oldest_first: bool = False,
    after: AlertKey | None = None,
    limit: int = 200,
) -> list[AlertView]:
    """The alarms reached by ``now``, the newest first, at most ``limit``.

    ``unit`` is a station or whatever unit the alarm is about.  Of a state, those withdrawn are left out:
    nothing is to be done about them.  ``within`` narrows to what an account sees, a condition on ``ALERTS``.
    Paging by key: ``after`` is the :attr:`~AlertView.key` of the last row of the page before.
    """
    wanted = ALERTS.where(alert.c.reached_at <= now)
    if state is not None:
        wanted = wanted.where(_standing_at(state, now), _WITHDRAWN_AT.is_(None))
    if level is not None:
        wanted = wanted.where(alert.c.level == level.value)
    if unit is not None:
        wanted = wanted.where(sa.or_(application.c.station == unit, alert.c.unit == unit))
    if number is not None:
        wanted = wanted.where(application.c.number == number)
    if within is not None:
        wanted = wanted.where(within)
    if after is not None:
        wanted = wanted.where(_behind(after, oldest_first=oldest_first))
    order = (alert.c.reached_at, alert.c.id)
    sorted_by = order if oldest_first else tuple(column.desc() for column in order)
    return _read(book, wanted.order_by(*sorted_by).limit(limit), now)


def one_alert(book: Book, alert_id: int, now: datetime) -> AlertView:
    """Alarm ``alert_id`` at ``now``; raises AlertUnknown, also of one not reached yet."""
    for view in _read(book, ALERTS.where(alert.c.id == alert_id, alert.c.reached_at <= now), now):
        return view
    raise errors.AlertUnknown(id=alert_id)


# A level that a correction undid is marked at its threshold, any other alarm at its own row.
_WITHDRAWN_AT = sa.func.coalesce(alert.c.withdrawn_at, threshold.c.withdrawn_at)

ALERTS = sa.select(
    alert.c.id,
    alert.c.kind,
    alert.c.level,
    alert.c.reached_at,
    alert.c.withdrawn_at,
    alert.c.withheld,
    threshold.c.withdrawn_at.label("undone_at"),
    alert.c.layer,
    alert.c.name,
    alert.c.unit,
    alert.c.text,
    alert.c.duty_id,
    application.c.number,
    application.c.customer_class,
    application.c.station,
    application.c.manager,
    supervision_order.c.number.label("order_number"),
).select_from(
    alert.outerjoin(application, application.c.id == alert.c.application_id)
    .outerjoin(threshold, threshold.c.id == alert.c.threshold_id)
    .outerjoin(supervision_order, supervision_order.c.id == alert.c.order_id)
)


def _behind(after: AlertKey, *, oldest_first: bool) -> sa.ColumnElement[bool]:
    """What comes after ``after`` in the order of the list."""
    reached_at, alert_id = after
    together = alert.c.reached_at == reached_at
    if oldest_first:
        return sa.or_(alert.c.reached_at > reached_at, sa.and_(together, alert.c.id > alert_id))
    return sa.or_(alert.c.reached_at < reached_at, sa.and_(together, alert.c.id < alert_id))


def _standing_at(state: Handling, now: datetime) -> sa.ColumnElement[bool]:
    """The same as :func:`alerts.answers.handling_state`, asked of the database."""
    closed, answered = _was(Act.CLOSED, now), _was(Act.ANSWERED, now)
    touched = _was(None, now)
    conditions: dict[Handling, sa.ColumnElement[bool]] = {
        Handling.RECORDED: sa.and_(sa.not_(touched), alert.c.withheld.is_not(None)),
        Handling.NEW: sa.and_(sa.not_(touched), alert.c.withheld.is_(None)),
        Handling.ACKNOWLEDGED: sa.and_(touched, sa.not_(answered), sa.not_(closed)),
        Handling.ANSWERED: sa.and_(answered, sa.not_(closed)),
        Handling.CLOSED: closed,
    }
    return conditions[state]


def _was(act: Act | None, now: datetime) -> sa.Exists:
    about = sa.and_(
        handling.c.subject == Subject.ALERT.value, handling.c.subject_id == alert.c.id, handling.c.at <= now
    )
    return sa.exists().where(about if act is None else sa.and_(about, handling.c.act == act.value))


def _read(book: Book, wanted: sa.Select[Any], now: datetime) -> list[AlertView]:
    with store.reading(book.engine) as connection:
        rows = connection.execute(wanted).all()
        ids = [row.id for row in rows]
        acts = handled(connection, Subject.ALERT, ids)
        told = _deliveries(connection, ids)
    policies = book.rules.policies
    return [
        _view(row, [each for each in acts.get(row.id, ()) if each.at <= now], told[row.id], policies)
        for row in rows
    ]


def _deliveries(connection: sa.Connection, ids: Sequence[int]) -> Mapping[int, Counter[DeliveryState]]:
    found: dict[int, Counter[DeliveryState]] = defaultdict(Counter)
    for start in range(0, len(ids), CHUNK):
        chosen = delivery.c.about_id.in_(ids[start : start + CHUNK])
        counted = (
            sa.select(delivery.c.about_id, delivery.c.state, sa.func.count().label("messages"))
            .where(delivery.c.about == About.ALERT.value, chosen)
            .group_by(delivery.c.about_id, delivery.c.state)
        )
        for row in connection.execute(counted):
            found[row.about_id][DeliveryState.of(row.state)] = row.messages
    return found


def _view(
    row: sa.Row[Any], acts: Iterable[Handled], told: Counter[DeliveryState], policies: PolicySet
) -> AlertView:
    records = tuple(acts)
    return AlertView(
        id=row.id,
        kind=AlertKind.of(row.kind),
        level=Level.of(row.level),
        reached_at=row.reached_at,
        withdrawn_at=row.withdrawn_at or row.undone_at,
        number=row.number,
        customer_class=CustomerClass.of(row.customer_class) if row.customer_class else None,
        station=row.station or row.unit,
        manager=row.manager or "",
        layer=Layer.of(row.layer) if row.layer else None,
        clock=policies.labels.get((row.layer, row.name), row.name or ""),
        order=row.order_number,
        duty=row.duty_id,
        said=row.text or _said(row, policies),
        state=handling_state(records, withheld=row.withheld is not None),
        acts=records,
        deliveries=dict(told),
    )


def _said(row: sa.Row[Any], policies: PolicySet) -> str:
    """What a level of a clock is in one sentence; every other alarm brings its own."""
    clock = policies.labels.get((row.layer, row.name), row.name)
    return f"申请 {row.number} 的“{Layer.of(row.layer).label}·{clock}”达到{Level.of(row.level).label}色级别。"
