"""Three yellows of one person or unit in a row count as a red (domain §6; 沭阳 practice, switchable).

In a row: three applications that reached yellow in a local clock, with none of the same person (or station) in
between whose total clock was met (X).  After three the count begins anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from alerts.kinds import AlertKind
from alerts.raising import Raised, raise_alerts
from alerts.tables import alert
from limits.escalation import Repeat
from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import Verdict
from limits.zone import local
from workflow.rules import Rules
from workflow.tables import application, clock, threshold

if TYPE_CHECKING:
    from alerts.jobs.running import Run


@dataclass(frozen=True, slots=True)
class Whose:
    """A person (with the station) or, without ``manager``, a whole station."""

    station: str
    manager: str | None

    @property
    def key(self) -> str:
        return f"repeated:{self.station}:{self.manager or '*'}:"

    @property
    def label(self) -> str:
        return self.manager or self.station


@dataclass(frozen=True, slots=True)
class Yellow:
    """The first yellow of one application."""

    at: datetime
    application_id: int
    threshold_id: int
    number: str


def count_repeats(run: "Run") -> str:
    """Look at whoever has a new yellow."""
    with run.effect() as connection:
        raised = count_new(connection, run.book.rules, run.now, mark=run.id)
    return f"连续黄色 {raised} 起"


def count_new(connection: sa.Connection, rules: Rules, now: datetime, *, mark: int) -> int:
    """Raise what follows from the yellows not looked at so far; how many alarms were raised.

    Only when every yellow reached by ``now`` stands on the list: between two shards of a sweep, or while a killed
    one waits for its lease, three would seem to follow one another that do not.
    """
    repeat = rules.policies.escalation(local(now).date()).repeat
    if repeat is not None and _unswept(connection, repeat, now):
        return 0
    fresh = sa.and_(alert.c.counted_by.is_(None), alert.c.reached_at <= now)
    marked = connection.execute(sa.update(alert).where(fresh).values(counted_by=mark)).rowcount
    if not marked or repeat is None:
        return 0
    return sum(_recount(connection, repeat, whose, now) for whose in _touched(connection, mark))


def _unswept(connection: sa.Connection, repeat: Repeat, now: datetime) -> bool:
    waiting = sa.select(threshold.c.id).where(
        threshold.c.swept_by.is_(None),
        threshold.c.crosses_at <= now,
        threshold.c.level == repeat.level.value,
        threshold.c.layer == Layer.LOCAL.value,
    )
    return connection.execute(waiting.limit(1)).first() is not None


def _touched(connection: sa.Connection, mark: int) -> Iterator[Whose]:
    joined = alert.join(application, application.c.id == alert.c.application_id)
    wanted = sa.select(application.c.station, application.c.manager).select_from(joined).distinct()
    rows = connection.execute(wanted.where(alert.c.counted_by == mark)).all()
    yield from sorted({Whose(row.station, row.manager) for row in rows if row.manager}, key=attrgetter("key"))
    yield from sorted({Whose(row.station, None) for row in rows}, key=attrgetter("key"))


def _recount(connection: sa.Connection, repeat: Repeat, whose: Whose, now: datetime) -> int:
    """The whole row is told anew: a yellow recorded late may stand anywhere in it."""
    yellows = _yellows(connection, whose, repeat, now)
    if len(yellows) < repeat.times:
        wanted: list[Raised] = []
    else:
        wanted = list(_raised(runs(yellows, _met(connection, whose, yellows), repeat.times), whose, repeat))
    _withdraw_others(connection, whose, wanted, now)
    return raise_alerts(connection, wanted)


def runs(yellows: Sequence[Yellow], met: Sequence[datetime], times: int) -> Iterator[tuple[Yellow, ...]]:
    """Every ``times`` yellows that follow one another with nothing met in between."""
    row: list[Yellow] = []
    for each in yellows:
        if row and any(row[-1].at < at <= each.at for at in met):
            row = []
        row.append(each)
        if len(row) == times:
            yield tuple(row)
            row = []


def _raised(found: Iterable[tuple[Yellow, ...]], whose: Whose, repeat: Repeat) -> Iterator[Raised]:
    for row in found:
        numbers = "、".join(each.number for each in row)
        yield Raised(
            AlertKind.REPEATED,
            f"{whose.key}{row[-1].threshold_id}",
            repeat.becomes,
            row[-1].at,
            f"{whose.label}连续 {repeat.times} 件{repeat.level.label}色告警（{numbers}），"
            f"按{repeat.becomes.label}色处理，请说明原因和整改措施。",
            unit=whose.station,
            application_id=row[-1].application_id,
            threshold_id=row[-1].threshold_id,
        )


def _of(whose: Whose) -> sa.ColumnElement[bool]:
    mine = application.c.station == whose.station
    return mine if whose.manager is None else sa.and_(mine, application.c.manager == whose.manager)


def _yellows(connection: sa.Connection, whose: Whose, repeat: Repeat, now: datetime) -> list[Yellow]:
    joined = alert.join(threshold, threshold.c.id == alert.c.threshold_id).join(
        application, application.c.id == alert.c.application_id
    )
    wanted = (
        sa.select(alert.c.application_id, alert.c.reached_at, alert.c.threshold_id, application.c.number)
        .select_from(joined)
        .where(
            _of(whose),
            alert.c.kind == AlertKind.LEVEL.value,
            alert.c.level == repeat.level.value,
            alert.c.layer == Layer.LOCAL.value,
            alert.c.reached_at <= now,
            threshold.c.withdrawn_at.is_(None),
        )
        .order_by(alert.c.application_id, alert.c.reached_at, alert.c.threshold_id)
    )
    rows = connection.execute(wanted)
    firsts = (next(each) for _, each in groupby(rows, key=attrgetter("application_id")))
    found = [Yellow(row.reached_at, row.application_id, row.threshold_id, row.number) for row in firsts]
    return sorted(found, key=lambda each: (each.at, each.number))


def _met(connection: sa.Connection, whose: Whose, yellows: Sequence[Yellow]) -> list[datetime]:
    wanted = (
        sa.select(clock.c.stopped_at)
        .join(application, application.c.id == clock.c.application_id)
        .where(
            _of(whose),
            clock.c.layer == Layer.LOCAL.value,
            clock.c.role == ClockRole.TOTAL.value,
            clock.c.verdict == Verdict.MET.value,
            clock.c.superseded_at.is_(None),
            clock.c.stopped_at > yellows[0].at,
            clock.c.stopped_at <= yellows[-1].at,
        )
    )
    return sorted(connection.scalars(wanted))


def _withdraw_others(
    connection: sa.Connection, whose: Whose, wanted: Sequence[Raised], now: datetime
) -> None:
    """A row that a correction has broken stays on the list, as withdrawn (domain §7)."""
    keys = [each.key for each in wanted]
    theirs = sa.select(application.c.id).where(_of(whose))
    held = sa.and_(
        alert.c.application_id.in_(theirs),
        alert.c.kind == AlertKind.REPEATED.value,
        alert.c.key.startswith(whose.key, autoescape=True),
    )
    connection.execute(
        sa.update(alert)
        .where(held, alert.c.key.not_in(keys), alert.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now, climb_at=None)
    )
    if keys:
        again = sa.and_(alert.c.key.in_(keys), alert.c.withdrawn_at.is_not(None))
        connection.execute(sa.update(alert).where(again).values(withdrawn_at=None))
