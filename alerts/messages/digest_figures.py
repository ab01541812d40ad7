"""The figures of one person's morning: what of the open clocks is theirs, and how it stands."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from alerts.kinds import About, Act, DeliveryState
from alerts.levels import ranked
from alerts.messages.wording import ToldClock, level_word
from alerts.tables import alert, delivery, handling
from limits.clock import RANKS
from limits.explanation import weekday_of
from limits.terms import Level, Post
from limits.zone import local, midnight, midnight_after
from workflow import store
from workflow.book import Book
from workflow.people.organisation import Organisation, UnitKind, load_organisation
from workflow.tables import application, clock, threshold

MOST_URGENT = 5
LOOKED_AT = 200
EVERYTHING = frozenset({Post.LEADER, Post.COMMAND_CENTRE})
WHOLE_STATION = frozenset({Post.STATION_HEAD, Post.TEAM_LEADER})
BY_RANK = {rank: level for level, rank in RANKS.items()}


def figures_of(connection: sa.Connection, book: Book, people: Sequence[int], now: datetime) -> dict[str, Any]:
    """What the morning message to ``people`` (a person, and whom they stand in for) says, in JSON values."""
    today = local(now).date()
    following = book.rules.calendar.add(today, 1)
    organisation = load_organisation(connection, now)
    people = with_absent(organisation, people)
    scope = scope_of(organisation, people)
    clocks = _open_clocks(scope, book.rules.policies.escalation(today).layers, now)
    counts = _counts(connection, clocks)
    due_today, of_today = _due(connection, clocks, today)
    due_next, of_next = _due(connection, clocks, following)
    unanswered, unseen = _unanswered(connection, people, now)
    return {
        "counts": _said(counts),
        "by_level": {level.value: counts.get(level, 0) for level in Level},
        "due_today": due_today,
        "due_today_applications": of_today,
        "due_next": due_next,
        "due_next_applications": of_next,
        "next_day": weekday_of(following)
        + ("（暂定）" if book.rules.calendar.provisional(following) else ""),
        "urgent": _urgent(connection, book, clocks, now),
        "unanswered": unanswered,
        "unseen": unseen,
        "stands_in_for": "、".join(organisation.people[each].name for each in people[1:]),
        "quiet": not counts and not due_today and not due_next,
    }


def with_absent(organisation: Organisation, people: Sequence[int]) -> list[int]:
    """``people`` and everybody away who comes down to one of them: a person hears one message for all."""
    found = list(dict.fromkeys(people))
    for each in found:
        found += [away for away, to in organisation.away.items() if to == each and away not in found]
    return found


def scope_of(organisation: Organisation, people: Sequence[int]) -> sa.ColumnElement[bool]:
    """Which applications are theirs: the manager's by name, the station's, or all of the company's (X).

    Where two people in service have one name, an application is the one's in whose station it is.
    """
    theirs: list[sa.ColumnElement[bool]] = []
    for held in organisation.appointments:
        if held.person_id not in people:
            continue
        if held.post in EVERYTHING:
            return sa.true()
        station = _station_of(organisation, held.unit_id)
        if held.post in WHOLE_STATION and station is not None:
            theirs.append(application.c.station == station)
        elif held.post is Post.ACCOUNT_MANAGER:
            name = organisation.people[held.person_id].name
            own = application.c.manager == name
            shared = len(_in_service(organisation, name)) > 1
            theirs.append(sa.and_(own, application.c.station == (station or "")) if shared else own)
    return sa.or_(sa.false(), *theirs)


def _station_of(organisation: Organisation, unit_id: int | None) -> str | None:
    """The station a unit is, or belongs to."""
    while unit_id is not None:
        unit = organisation.units[unit_id]
        if unit.kind is UnitKind.STATION:
            return unit.name
        unit_id = unit.parent_id
    return None


def _in_service(organisation: Organisation, name: str) -> set[int]:
    posted = {held.person_id for held in organisation.appointments}
    return {each for each in posted if organisation.people[each].name == name}


def _open_clocks(scope: sa.ColumnElement[bool], layers: Iterable[str], now: datetime) -> sa.Subquery:
    """Each open clock with a limit, with the rank of the highest level it has reached; null: none."""
    ranks = ranked(threshold.c.level)
    highest = (
        sa.select(sa.func.max(ranks))
        .where(
            threshold.c.application_id == clock.c.application_id,
            threshold.c.layer == clock.c.layer,
            threshold.c.name == clock.c.name,
            threshold.c.crosses_at <= now,
            threshold.c.withdrawn_at.is_(None),
        )
        .scalar_subquery()
    )
    return (
        sa.select(application.c.number, application.c.customer, clock, highest.label("rank"))
        .select_from(clock.join(application, application.c.id == clock.c.application_id))
        .where(
            scope,
            clock.c.layer.in_([str(layer) for layer in layers]),
            clock.c.limit_value.is_not(None),
            clock.c.started_at <= now,
            clock.c.superseded_at.is_(None),
            sa.or_(clock.c.stopped_at.is_(None), clock.c.stopped_at > now),
            sa.or_(clock.c.cut_at.is_(None), clock.c.cut_at > now),
        )
        .subquery()
    )


def _counts(connection: sa.Connection, clocks: sa.Subquery) -> dict[Level, int]:
    """How many open clocks stand at each level."""
    wanted = sa.select(clocks.c.rank, sa.func.count()).where(clocks.c.rank.is_not(None))
    return {BY_RANK[rank]: count for rank, count in connection.execute(wanted.group_by(clocks.c.rank))}


def _said(counts: Mapping[Level, int]) -> str:
    told = [f"{level_word(level)} {counts[level]} 项" for level in reversed(Level) if level in counts]
    return "，".join(told) or "没有达到预警或告警级别的"


def _due(connection: sa.Connection, clocks: sa.Subquery, day: date) -> tuple[int, int]:
    """How many clocks have ``day`` as their last good day, and of how many applications they are."""
    falls = sa.and_(clocks.c.due_at > midnight(day), clocks.c.due_at <= midnight_after(day))
    wanted = sa.select(sa.func.count(), sa.func.count(clocks.c.number.distinct())).where(falls)
    count, applications = connection.execute(wanted).one()
    return count, applications


def _urgent(connection: sa.Connection, book: Book, clocks: sa.Subquery, now: datetime) -> list[str]:
    """The most urgent applications, each by its most urgent clock: highest level, then earliest due date."""
    resting = sa.case((clocks.c.due_at.is_(None), 1), else_=0)
    wanted = (
        sa.select(clocks)
        .where(clocks.c.rank.is_not(None))
        .order_by(clocks.c.rank.desc(), resting, clocks.c.due_at, clocks.c.number, clocks.c.id)
        .limit(LOOKED_AT)
    )
    lines: dict[str, str] = {}
    for row in connection.execute(wanted):
        if row.number not in lines and len(lines) < MOST_URGENT:
            lines[row.number] = _line(book, row, now)
    return list(lines.values())


def _line(book: Book, row: sa.Row[Any], now: datetime) -> str:
    told = ToldClock(store.read_clock(row).standing, book.rules.calendar, now)
    label = book.rules.policies.labels.get((row.layer, row.name), row.name)
    due_on = told.reading.due_on
    by_when = f"，到期日 {weekday_of(due_on)}{_provisional(book, due_on)}" if due_on else ""
    return f"【{level_word(BY_RANK[row.rank])}】{row.number} {row.customer} {label}，{told.state}{by_when}"


def _provisional(book: Book, day: date) -> str:
    return "（暂定）" if book.rules.calendar.provisional(day) else ""


def _unanswered(connection: sa.Connection, people: Sequence[int], now: datetime) -> tuple[int, int]:
    """The alarms these people were told of and nobody answered; and those nobody even acknowledged.

    From yellow on: a warning asks for work, not for an answer (domain §6).
    """
    told = sa.exists().where(
        delivery.c.about == About.ALERT.value,
        delivery.c.about_id == alert.c.id,
        delivery.c.person_id.in_(people),
        delivery.c.state != DeliveryState.SUPPRESSED.value,
    )
    wanted = (
        sa.select(alert.c.id)
        .select_from(alert.outerjoin(threshold, threshold.c.id == alert.c.threshold_id))
        .where(
            told,
            alert.c.level.in_((Level.YELLOW.value, Level.RED.value)),
            alert.c.reached_at <= now,
            alert.c.withdrawn_at.is_(None),
            threshold.c.withdrawn_at.is_(None),
            ~_done(Act.ANSWERED, Act.CLOSED),
        )
        .subquery()
    )
    open_count = connection.execute(sa.select(sa.func.count()).select_from(wanted)).scalar_one()
    fresh = sa.select(sa.func.count()).select_from(alert.join(wanted, wanted.c.id == alert.c.id))
    unseen = connection.execute(fresh.where(~_done(Act.ACKNOWLEDGED))).scalar_one()
    return open_count, unseen


def _done(*acts: Act) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        handling.c.subject == About.ALERT.value,
        handling.c.subject_id == alert.c.id,
        handling.c.act.in_([act.value for act in acts]),
    )
