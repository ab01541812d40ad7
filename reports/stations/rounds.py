"""What comes round in a period: what was opened, as the duties tell it, and what the rhythm asks for besides.

清廉标准, 第9至22项: the evidence of a periodic item are the rounds done in time.  So a round of which there is no
row counts against the item like one that was missed.  Not asked for (X): a round of before the station came on
record, of a station that belongs to the company no more, and of before the rule of the duty was in force.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from limits.duties import rounds_between
from limits.terms import Verdict
from limits.zone import local, midnight_after
from reports.facts.gathering import Told
from reports.facts.values import Rows
from reports.periods import Period
from reports.stations.evaluation import Round
from workflow.book import Book
from workflow.people.stations import stations_since

DUTIES = "duties"
# What is told of the duties of a period: (connection, begins, ends, as_of) → name → (columns, rows).
Source = Callable[[sa.Connection, datetime, datetime, datetime], Told]


class Rounds:
    """The rounds of any station and period as they stood at ``as_of``; each thing is asked for once.

    ``since``: the day each station came on record.  A station is known by its name, for that is all a round, an
    application and an evaluation have of it: one that is given another name is another, on record from that day.
    """

    def __init__(self, connection: sa.Connection, book: Book, duties: Source, as_of: datetime) -> None:
        self.since = stations_since(connection)
        self._connection, self._duties, self._as_of = connection, duties, local(as_of)
        self._rules = book.rules.policies.duties
        self._told: dict[str, list[dict[str, Any]]] = {}

    def of(self, station: str, period: Period) -> tuple[Round, ...]:
        """By item, the first due first."""
        opened = [Round.of(each) for each in self._opened(period) if each["station"] == station]
        known = {(each.item, each.round) for each in opened}
        lacking = (each for each in self._expected(station, period) if (each.item, each.round) not in known)
        return tuple(sorted([*opened, *lacking], key=lambda each: (each.item, each.due_on)))

    def _opened(self, period: Period) -> list[dict[str, Any]]:
        if str(period) not in self._told:
            told = self._duties(self._connection, period.begins, period.ends, self._as_of)
            columns, rows = told[DUTIES]
            self._told[str(period)] = list(Rows.of(columns, rows).dicts())
        return self._told[str(period)]

    def _expected(self, station: str, period: Period) -> Iterator[Round]:
        """By the rhythms in force, since the station is known and up to now."""
        if station not in self.since:
            return
        first = max(self.since[station], period.begins.date())
        last = min(self._as_of.date(), period.ends.date() - timedelta(days=1))
        for (item, name), (rule, when) in rounds_between(self._rules, first, last).items():
            state = Verdict.OPEN if self._as_of < midnight_after(when.due_on) else Verdict.OPEN_LATE
            yield Round(item, name, rule.label, when.due_on.isoformat(), None, state, recorded=False)
