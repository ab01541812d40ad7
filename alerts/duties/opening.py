"""Opening the rounds of the periodic duties, and putting their levels on the list of alarms (domain §11)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from alerts.duties.rounds import Round, crossings_of
from alerts.kinds import AlertKind
from alerts.raising import Raised, raise_alerts, take_back
from alerts.tables import alert, duty
from limits.clock import RANKS, Crossing
from limits.duties import Rounds, period_said, rounds_between
from limits.explanation import weekday_of
from limits.terms import Level
from limits.zone import local
from workflow.book import Book
from workflow.people.organisation import load_organisation
from workflow.people.stations import stations_since
from workflow.store import CHUNK


def open_rounds(connection: sa.Connection, book: Book, now: datetime) -> int:
    """Open what is not open yet in every station of the organisation, since it is known; how many.

    After downtime the same rounds as if it had run every day: levels are caught up from the newest round of a
    station on.  Of one that has none they begin with today's rounds (X: nobody is told of what fell due before
    anything ran), but what fell due since it is known is there, so that it can be put on record.
    """
    today = local(now).date()
    newest = sa.select(duty.c.unit, sa.func.max(duty.c.opens_on)).group_by(duty.c.unit)
    told_from = {row[0]: row[1] for row in connection.execute(newest)}
    stations, since = load_organisation(connection, now).stations(), stations_since(connection)
    rounds = {
        day: rounds_between(book.rules.policies.duties, day, today)
        for day in {since[station] for station in stations}
    }
    held = _held(connection, min((since[station] for station in stations), default=today))
    rows = (row for station in stations for row in _rows(station, rounds[since[station]]))
    missing = [row for row in rows if _key(row) not in held]
    # In the order in which they would have been opened day by day: so that each gets the same number.
    missing.sort(key=lambda row: (row["opens_on"], stations.index(row["unit"]), row["item"]))
    if missing:
        connection.execute(sa.insert(duty), missing)
    told = {_key(row) for row in missing if row["due_on"] >= told_from.get(row["unit"], today)}
    _place_levels(connection, book, now, told)
    return len(missing)


def _held(connection: sa.Connection, since: date) -> set[Round]:
    rows = connection.execute(
        sa.select(duty.c.item, duty.c.unit, duty.c.period).where(duty.c.due_on >= since)
    )
    return {Round(*row) for row in rows}


def _key(row: dict[str, Any]) -> Round:
    return Round(row["item"], row["unit"], row["period"])


def _rows(station: str, rounds: Rounds) -> Iterable[dict[str, Any]]:
    for (item, name), (rule, period) in rounds.items():
        yield {
            "item": item,
            "unit": station,
            "period": name,
            "label": rule.label,
            "post": rule.post.value,
            "opens_on": period.opens_on,
            "due_on": period.due_on,
        }


def _place_levels(connection: sa.Connection, book: Book, now: datetime, opened: set[Round]) -> None:
    """Put the levels of new rounds in the list, and those still ahead where the calendar has them now.

    A year published or amended later moves what is still open (domain §5.7); what was reached stays.
    """
    ahead = sa.select(alert.c.duty_id, alert.c.level, alert.c.reached_at).where(
        alert.c.kind == AlertKind.DUTY.value, alert.c.reached_at > now, alert.c.told_at.is_(None)
    )
    placed: dict[int, set[tuple[str, datetime]]] = {}
    for duty_id, level, reached_at in connection.execute(ahead):
        placed.setdefault(duty_id, set()).add((level, reached_at))
    raised: list[Raised] = []
    for row in connection.execute(sa.select(duty).where(duty.c.done_at.is_(None))).all():
        if row.id not in placed and Round(row.item, row.unit, row.period) not in opened:
            continue
        wanted = crossings_of(row.opens_on, row.due_on, book.rules)
        if placed.get(row.id) != {(each.level.value, each.at) for each in wanted if each.at > now}:
            take_back(connection, now, duty_id=row.id)
            raised += (_raised(row, each) for each in wanted)
    for start in range(0, len(raised), CHUNK):
        raise_alerts(connection, raised[start : start + CHUNK])


def _raised(row: sa.Row[Any], crossing: Crossing) -> Raised:
    over = RANKS[crossing.level] >= RANKS[Level.YELLOW]
    state = "已经超期，请立即完成并登记" if over else "尚未完成"
    text = (
        f"{row.unit}的“{row.label}”（{period_said(row.period)}，评价标准第 {row.item} 项）"
        f"应在 {weekday_of(row.due_on)}前完成，{state}。"
    )
    return Raised(
        kind=AlertKind.DUTY,
        key=f"duty:{row.id}:{crossing.level}",
        level=crossing.level,
        reached_at=crossing.at,
        text=text,
        unit=row.unit,
        duty_id=row.id,
    )
