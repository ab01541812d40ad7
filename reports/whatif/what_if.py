"""What would change if a draft were the rule: past periods judged a second time, and nothing written.

Each application is folded from its records twice, by the rules in force and by the draft, page by page: memory
follows what changes, not how many applications there are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from limits.files.drafts import as_if_always
from limits.force import Layer
from limits.policy import PolicySet
from limits.terms import Status
from limits.zone import local
from reports.errors import PeriodNotBegun
from reports.periods import Period
from reports.whatif.replay import Replaying, courses
from reports.whatif.values import Change, WhatIf
from workflow import store
from workflow.book import Book
from workflow.events import Event
from workflow.past import past
from workflow.tables import application, clock

PAGE = 500
Progress = Callable[[int, int], None]


def what_if(
    book: Book,
    draft: PolicySet,
    periods: Sequence[Period],
    *,
    as_of: datetime,
    on: date | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """Judge what was on record of ``periods`` at ``as_of`` by ``draft``, on ``on`` as if that had always held.

    Without ``on`` an application is judged by what the draft has in force on its acceptance date.  Raises
    PeriodNotBegun.
    """
    as_of, draft = local(as_of), draft if on is None else as_if_always(draft, on)
    wanted = tuple(sorted(set(periods), key=lambda each: (each.begins, each.ends)))
    for period in wanted:
        if as_of < period.begins:
            raise PeriodNotBegun(period=period.label, as_of=f"{as_of:%Y-%m-%d %H:%M}")
    rules = book.rules.known_at(as_of)
    replaying = Replaying(rules, replace(rules, policies=draft), wanted, as_of)
    with store.reading(book.engine) as connection, past(connection, rules, as_of) as then:
        meant = sa.and_(_meant(rules.policies, draft, wanted, as_of), then.known)
        for number, events in _histories(then.ledgers, meant, progress):
            replaying.take(number, events)
    return WhatIf(
        company=book.rules.policies.label,
        periods=wanted,
        as_of=as_of,
        on=on,
        digests=(book.rules.policies.digest, draft.digest),
        replayed=replaying.replayed,
        differing=replaying.differing,
        before=replaying.before,
        after=replaying.after,
        changes=tuple(sorted(replaying.changes, key=_place)),
    )


def _place(change: Change) -> tuple[str, int, str, str]:
    return change.period, list(Layer).index(change.layer), change.number, change.clock


# -- which applications ---------------------------------------------------------------------------------


def _meant(
    held: PolicySet, draft: PolicySet, periods: Sequence[Period], as_of: datetime
) -> sa.ColumnElement[bool]:
    """Applications that were archived in one of ``periods`` or had a clock that could reach a level in it.

    One with nothing recorded since it began, and no clock left running, is past: its levels lie before.  A
    draft whose clocks run from or to other events may leave one running that no row knows: then all are meant.
    """
    accepted = application.c.accepted_at
    born = sa.and_(accepted <= as_of, accepted < max(each.ends for each in periods))
    if courses(held) != courses(draft):
        return born
    running = sa.select(clock.c.application_id).where(
        clock.c.superseded_at.is_(None), clock.c.stopped_at.is_(None), clock.c.cut_at.is_(None)
    )
    alive = sa.or_(
        application.c.last_at >= min(each.begins for each in periods),
        application.c.status == Status.OPEN.value,
        application.c.id.in_(running),
    )
    return sa.and_(born, alive)


def _histories(
    ledgers: Sequence[sa.Connection], meant: sa.ColumnElement[bool], progress: Progress | None
) -> Iterator[tuple[str, list[Event]]]:
    """The number and the records of each application, a page at a time."""
    total = done = 0
    if progress is not None:
        many = sa.select(sa.func.count()).select_from(application).where(meant)
        total = sum(ledger.scalar(many) or 0 for ledger in ledgers)
    for ledger in ledgers:
        for rows in _pages(ledger, meant):
            events = store.events_by(ledger, [row.id for row in rows])
            yield from ((row.number, events[row.id]) for row in rows)
            done += len(rows)
            if progress is not None:
                progress(done, total)


def _pages(ledger: sa.Connection, meant: sa.ColumnElement[bool]) -> Iterator[Sequence[sa.Row[Any]]]:
    after = 0
    every: sa.Select[Any] = sa.select(application.c.id, application.c.number)
    wanted = every.where(meant).order_by(application.c.id)
    while True:
        rows = ledger.execute(wanted.where(application.c.id > after).limit(PAGE)).all()
        yield rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id
