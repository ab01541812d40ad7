"""Supply plans about to lapse (domain §3): valid for so many months from their issue, unless the works start.

A level of a plan follows from the records, the rule and the calendar alone: it is reached at its own instant
however late anybody looked, and not when the plan was used or given anew before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from alerts.kinds import AlertKind, RunState
from alerts.raising import Raised, raise_alerts
from alerts.tables import alert, job_run
from limits.explanation import weekday_of
from limits.periods import last_day
from limits.terms import Level, Status, Unit
from limits.zone import local, midnight, midnight_after
from workflow import store
from workflow.book import Book
from workflow.events import Event, EventType
from workflow.history import Fact, accepted_on, facts_of, registration_of
from workflow.machine import WORKS_STARTED, State
from workflow.rules import Rules
from workflow.tables import application, event

if TYPE_CHECKING:
    from alerts.jobs.running import Run

E = EventType
PAGE = 200
# A plan is used when the customer's works start or, where there are none, when the rest goes on without them.
ENDS = frozenset(
    {E.PLAN_REPLIED, E.WORKS_STARTED, E.COMPLETION_REPORTED, E.ENERGIZED, E.ARCHIVED, E.TERMINATED, E.VOIDED}
)


@dataclass(frozen=True, slots=True)
class Lapsing:
    """What must change in the list of alarms: new ones, and the keys of those undone or borne out again."""

    fresh: tuple[Raised, ...]
    undone: tuple[str, ...]
    again: tuple[str, ...]


def warn_of_plans(run: "Run") -> str:
    """The job: read outside the transaction that writes, because reading may take long."""
    pages = list(lapsing(run.book, run.now, since=_last_run(run)))
    with run.effect() as connection:
        raised = sum(record_lapsing(connection, page, run.now) for page in pages)
    return f"供电方案有效期提示 {raised} 条。" if raised else "没有新的供电方案有效期提示。"


def _last_run(run: "Run") -> datetime | None:
    """When this job last began and came to its end; None before that."""
    done = sa.select(sa.func.max(job_run.c.started_at)).where(
        job_run.c.job == run.job, job_run.c.state == RunState.DONE.value, job_run.c.slot < run.slot
    )
    with store.reading(run.book.engine) as connection:
        return connection.execute(done).scalar()


# -- what must change --------------------------------------------------------------------


def lapsing(book: Book, now: datetime, since: datetime | None = None) -> Iterator[Lapsing]:
    """The levels of plans reached by ``now``, a page of candidates at a time.

    Candidates are the open applications with a plan and no works, those with an alarm that may have been
    undone, and those with a record written from ``since`` on, the last run: their plan may have reached a level
    between.
    """
    after = 0
    while True:
        wanted = _candidates(since).where(application.c.id > after).limit(PAGE)
        with store.reading(book.engine) as connection:
            rows = connection.execute(wanted).all()
            if rows:
                yield _page(connection, rows, book.rules, now)
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _candidates(since: datetime | None) -> sa.Select[Any]:
    columns = application.c
    is_open = columns.status == Status.OPEN.value
    waiting = sa.and_(
        is_open,
        columns.state.in_([State.WORKS.value, State.ENERGIZE.value]),
        columns.flags.bitwise_and(WORKS_STARTED) == 0,
    )
    standing = sa.and_(
        is_open,
        sa.exists().where(alert.c.application_id == columns.id, alert.c.kind == AlertKind.PLAN.value),
    )
    moved = columns.recorded_at >= since if since is not None else sa.false()
    replied = sa.exists().where(event.c.application_id == columns.id, event.c.type == E.PLAN_REPLIED.value)
    wanted = sa.select(columns.id, columns.number, columns.station)
    return wanted.where(sa.or_(waiting, standing, moved), replied).order_by(columns.id)


def _page(connection: sa.Connection, rows: Sequence[sa.Row[Any]], rules: Rules, now: datetime) -> Lapsing:
    ids = [row.id for row in rows]
    events = store.events_by(connection, ids)
    listed = sa.select(alert.c.key, alert.c.withdrawn_at).where(
        alert.c.application_id.in_(ids), alert.c.kind == AlertKind.PLAN.value
    )
    held: dict[str, datetime | None] = {row.key: row.withdrawn_at for row in connection.execute(listed)}
    found = (each for row in rows for each in levels_of_plans(row, events[row.id], rules))
    wanted = {each.key: each for each in found if each.reached_at <= now}
    return Lapsing(
        fresh=tuple(each for key, each in wanted.items() if key not in held),
        undone=tuple(key for key, withdrawn_at in held.items() if key not in wanted and not withdrawn_at),
        again=tuple(key for key, withdrawn_at in held.items() if key in wanted and withdrawn_at),
    )


def levels_of_plans(row: sa.Row[Any], events: Sequence[Event], rules: Rules) -> Iterator[Raised]:
    """Every level the plans of one application reach, past and future; ``row``: id, number and station."""
    facts = facts_of(events)
    high = registration_of(events).customer_class.high_voltage
    rule = rules.policies.validity(high, accepted_on(facts))
    if rule is None:
        return
    for plan in (fact for fact in facts if fact.type is E.PLAN_REPLIED):
        last = last_day(local(plan.at).date(), rule.months, Unit.MONTH, rules.calendar)
        ask_by = last - timedelta(days=rule.remind_days)
        texts = _texts(row.number, last, ask_by, provisional=rules.calendar.provisional(last))
        instants = (max(midnight(ask_by), plan.at), midnight_after(last))
        for level, at, text in zip((Level.ORANGE, Level.RED), instants, texts, strict=True):
            if _still_waited(plan, at, facts, events):
                # The date is part of what it is: a plan whose issue is corrected lapses on another day.
                key = f"plan:{row.id}:{plan.seq}:{level}:{last}"
                yield Raised(AlertKind.PLAN, key, level, at, text, unit=row.station, application_id=row.id)


def _still_waited(plan: Fact, at: datetime, facts: Sequence[Fact], events: Sequence[Event]) -> bool:
    """Whether ``plan`` was waiting to be used at ``at``, and somebody could have known.

    What was used already when the plan came into the book, as in an imported history, was never waited for.
    """
    known_at = max(at, events[plan.seq - 1].recorded_at)
    ends = (each for each in facts if each.type in ENDS and _after(each, plan))
    return all(each.at > at and events[each.seq - 1].recorded_at > known_at for each in ends)


def _after(fact: Fact, plan: Fact) -> bool:
    """Any use ends a plan, whatever its instant; of plans, a later one ends an earlier."""
    return fact.type is not E.PLAN_REPLIED or (fact.at, fact.seq) > (plan.at, plan.seq)


def _texts(number: str, last: date, ask_by: date, *, provisional: bool) -> tuple[str, str]:
    said = weekday_of(last) + ("（暂定）" if provisional else "")
    return (
        f"申请 {number} 的供电方案将于 {said}24 时失效，延期应在 {weekday_of(ask_by)}前提出。",
        f"申请 {number} 的供电方案已于 {said}24 时失效，请与客户核实后重新答复供电方案或终止申请。",
    )


# -- writing -------------------------------------------------------------------------------------


def record_lapsing(connection: sa.Connection, found: Lapsing, now: datetime) -> int:
    """Bring the list to what ``found`` says; how many alarms are new.

    A level that was reached is never deleted, only marked as withdrawn by the record that undid it (domain §6).
    """
    undone = alert.c.key.in_(found.undone)
    if found.undone:
        connection.execute(sa.update(alert).where(undone).values(withdrawn_at=now, climb_at=None))
    if found.again:
        again = alert.c.key.in_(found.again)
        connection.execute(sa.update(alert).where(again).values(withdrawn_at=None))
    return raise_alerts(connection, found.fresh)
