"""The morning digest: who is told on a working day what stands open, each person once (domain §9).

An account manager hears of the applications that name them in their station, the head of a station of the whole
station, leaders and the command centre of everything; whoever has nothing to hear is left alone (X).
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from alerts.handlings import Subject
from alerts.kinds import About, Act, DeliveryState
from alerts.messages.outbox import enqueue
from alerts.tables import alert, delivery, handling
from limits.terms import Level, Post
from limits.zone import local, midnight_after
from workflow.book import Book
from workflow.people.organisation import Organisation, Place, Recipient, load_organisation
from workflow.tables import application, clock, threshold

if TYPE_CHECKING:
    from alerts.jobs.running import Run

ALARMS = (Level.YELLOW.value, Level.RED.value)
ANSWERS = (Act.ANSWERED.value, Act.CLOSED.value)
NEAR = (Post.ACCOUNT_MANAGER, Post.STATION_HEAD)
ABOVE = (Post.LEADER, Post.COMMAND_CENTRE)


def write_digests(run: "Run") -> str:
    """The job. A morning that was missed is not made up for (X): the next digest says the same and more."""
    day = local(run.slot).date()
    if not run.book.rules.calendar.is_workday(day):
        return f"{day} 不是工作日，不发每日提示。"
    hours = run.book.rules.policies.escalation(day).hours
    # In the evening as well: what would arrive on the next working day arrives beside that day's own.
    if hours.next_open(run.now, run.book.rules.calendar).date() != day:
        return f"{day} 的每日提示已经过时，没有补发。"
    with run.effect() as connection:
        written = write_day(connection, run.book, day, run.now)
    return f"写出每日提示 {written} 条。"


def write_day(connection: sa.Connection, book: Book, day: date, now: datetime) -> int:
    """The digests of ``day``, each person and channel once however often this is asked for; how many are new."""
    escalation = book.rules.policies.escalation(day)
    return enqueue(
        connection,
        About.DIGEST,
        day.toordinal(),
        hearers(connection, book, now),
        escalation.telling(Level.BLUE).channels,
        created_at=now,
        due_at=escalation.hours.next_open(now, book.rules.calendar),
    )


def hearers(connection: sa.Connection, book: Book, now: datetime) -> list[Recipient]:
    """Everybody who has something to hear at ``now``, nobody twice."""
    organisation = load_organisation(connection, now)
    places = sorted(
        {*_clock_places(connection, book, now), *_alarm_places(connection, organisation, now)},
        key=lambda place: (place.unit, place.station, place.manager),
    )
    told = [each for place in places for each in organisation.recipients(NEAR, place)]
    if places:
        told += organisation.recipients(ABOVE, Place(organisation.company(), "", ""))
    found: dict[int, Recipient] = {}
    for each in told:
        found.setdefault(each.person_id, each)
    return list(found.values())


def _clock_places(connection: sa.Connection, book: Book, now: datetime) -> Iterator[Place]:
    """Where a clock is open that has reached a level, or is due today or on the next working day."""
    today = local(now).date()
    layers = book.rules.policies.escalation(today).layers
    soon = clock.c.due_at <= midnight_after(book.rules.calendar.add(today, 1))
    reached = sa.exists().where(
        threshold.c.application_id == clock.c.application_id,
        threshold.c.layer == clock.c.layer,
        threshold.c.name == clock.c.name,
        threshold.c.withdrawn_at.is_(None),
        threshold.c.crosses_at <= now,
    )
    columns = (application.c.unit, application.c.station, application.c.manager)
    wanted = (
        sa.select(*columns)
        .join(clock, clock.c.application_id == application.c.id)
        .where(
            clock.c.limit_value.is_not(None),
            clock.c.superseded_at.is_(None),
            clock.c.stopped_at.is_(None),
            clock.c.cut_at.is_(None),
            clock.c.layer.in_([layer.value for layer in layers]),
            sa.or_(soon, reached),
        )
        .group_by(*columns)
    )
    return (Place(*row) for row in connection.execute(wanted))


def _alarm_places(connection: sa.Connection, organisation: Organisation, now: datetime) -> Iterator[Place]:
    """Where an alarm was told, not merely recorded, and neither answered nor closed."""
    told = sa.exists().where(
        delivery.c.about == About.ALERT.value,
        delivery.c.about_id == alert.c.id,
        delivery.c.state != DeliveryState.SUPPRESSED.value,
    )
    answered = sa.exists().where(
        handling.c.subject == Subject.ALERT.value,
        handling.c.subject_id == alert.c.id,
        handling.c.act.in_(ANSWERS),
    )
    columns = (application.c.unit, application.c.station, application.c.manager, alert.c.unit)
    wanted = (
        sa.select(*columns)
        .select_from(
            alert.outerjoin(application, application.c.id == alert.c.application_id).outerjoin(
                threshold, threshold.c.id == alert.c.threshold_id
            )
        )
        .where(
            alert.c.level.in_(ALARMS),
            alert.c.told_at <= now,
            alert.c.withdrawn_at.is_(None),
            threshold.c.withdrawn_at.is_(None),
            told,
            ~answered,
        )
        .group_by(*columns)
    )
    for unit, station, manager, about in connection.execute(wanted):
        yield Place(organisation.company(), about, "") if station is None else Place(unit, station, manager)
