"""What an evaluation of stations is told of the periodic duties: each round that fell due, done in time or not.

Plain columns and rows, because nothing here knows of reports.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts.duties.doing import view_of
from alerts.tables import duty
from limits.zone import local

DUTIES = ("item", "station", "round", "label", "opens_on", "due_on", "done_at", "state")


def duty_facts(
    connection: sa.Connection, begins: datetime, ends: datetime, as_of: datetime
) -> Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]:
    """``duties``: the rounds opened by ``as_of`` that fall due in the period, as they stood then.

    ``state`` is a Verdict: met and late are done, open and open_late are not.
    """
    due = sa.and_(duty.c.due_on >= local(begins).date(), duty.c.due_on < local(ends).date())
    opened = duty.c.opens_on <= local(as_of).date()
    rounds = (view_of(row, as_of) for row in connection.execute(sa.select(duty).where(due, opened)))
    told = [
        (each.item, each.unit, each.period, each.label, each.opens_on, each.due_on, each.done_at, each.state)
        for each in rounds
    ]
    return {"duties": (DUTIES, told)}
