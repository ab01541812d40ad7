"""What an evaluation of stations is told of the periodic duties: each round that fell due, done in time or not.

Plain columns and rows, because nothing here knows of reports.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts.duties.doing import view_of
from alerts.handlings import Subject
from alerts.kinds import Act
from alerts.tables import duty, handling
from limits.zone import local

DONE = sa.and_(
    handling.c.subject == Subject.DUTY.value,
    handling.c.subject_id == duty.c.id,
    handling.c.act == Act.DONE.value,
)
DUTIES = ("item", "station", "round", "label", "opens_on", "due_on", "done_at", "state")


def duty_facts(
    connection: sa.Connection, begins: datetime, ends: datetime, as_of: datetime
) -> Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]:
    """``duties``: the rounds opened by ``as_of`` that fall due in the period, by what was on record then.

    ``state`` is a Verdict: met and late are done, open and open_late are not.
    """
    due = sa.and_(duty.c.due_on >= local(begins).date(), duty.c.due_on < local(ends).date())
    opened = duty.c.opens_on <= local(as_of).date()
    others = (column for column in duty.columns if column is not duty.c.done_at)
    known = sa.case((handling.c.recorded_at <= as_of, duty.c.done_at)).label("done_at")
    wanted: sa.Select[Any] = sa.select(*others, known).select_from(duty.outerjoin(handling, DONE))
    rounds = (view_of(row, as_of) for row in connection.execute(wanted.where(due, opened)))
    told = [
        (each.item, each.unit, each.period, each.label, each.opens_on, each.due_on, each.done_at, each.state)
        for each in rounds
    ]
    return {"duties": (DUTIES, told)}
