"""What is known better now of a period that was sealed: its figures then and now, and the records that moved them.

A sealed period never changes (design §2).  A record written after the seal that says something of the time before
it – something reported late, a correction, an application voided – shows in the next report, once.  Everything the
sealed report was made of is worked out again (:mod:`reports.corrections.restating`), so nothing it says can move unsaid.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reports.composing.paper import compose
from reports.corrections.changes import added, changed, written
from reports.corrections.contribution import contribution, differing
from reports.corrections.heard import Changes, Heard, heard_of, sealed_before, tells
from reports.corrections.restating import Restated, restated
from reports.documents.cells import NOTHING, PLACES, shown
from reports.documents.printed import JOINT, Name, Printed, printed
from reports.facts.gathering import Source, Told
from reports.facts.values import Facts
from reports.periods import Period
from reports.sealing.seal import Sealed
from workflow.book import Book
from workflow.past import Past
from workflow.rules import Rules
from workflow.tables import application

PERIODS = ("period", "closed_at", "seal", "same_rules")
FIGURES = ("period", "place", "part", "item", "figure", "personal", "sealed", "before", "now")
LISTS = ("period", "listed", "number", "text", "more")
TABLES = ("period", "name", "row", "change")
PARTS = ("period", "number", "place", "part", "before", "now")
RECORDS = ("period", "number", "seq", "type", "occurred_at", "recorded_at", "actor")
PAGE = 500
NOUGHT = frozenset((NOTHING, *(shown(0, kind) for kind in PLACES), "0"))
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Corrected:
    """The tables of facts that tell of corrections, row by row.

    ``periods``: which sealed periods are known better.  ``figures``: what their reports print, as sealed, as last
    told and as it is now.  ``lists``: rows that came to a list (``more`` 1) or left it.  ``rows``: by how much each
    table of the facts is not as it was sealed, all in all.  ``parts``: how each application counts, as last told
    and now.  ``records``: those that did it.
    """

    periods: list[Row] = field(default_factory=list)
    figures: list[Row] = field(default_factory=list)
    lists: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    parts: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)

    def tables(self) -> Told:
        """Under their names in the facts."""
        return {
            "corrected": (PERIODS, self.periods),
            "corrections": (FIGURES, self.figures),
            "corrected_lists": (LISTS, self.lists),
            "corrected_rows": (TABLES, self.rows),
            "corrected_parts": (PARTS, self.parts),
            "corrected_by": (RECORDS, self.records),
        }


def corrections_of(book: Book, period: Period, others: Sequence[Source] = ()) -> Source:
    """What the report of ``period`` tells of earlier sealed ones: the tables of :class:`Corrected`.

    ``others`` are those of :func:`reports.facts.gathering.gather`: what they told of a sealed period is compared too.
    """

    def told(past: Past, _begins: datetime, _ends: datetime) -> Told:
        found, known = Corrected(), replace(book, rules=book.rules.known_at(past.at))
        every = list(sealed_before(past))
        for seal in every:
            if tells(period, seal.period):
                heard = heard_of(seal, [each for each in every if each.period.span is period.span])
                with restated(past, known, seal, heard.known) as two:
                    if two is not None:
                        _compare(found, known, two, heard, others)
        return found.tables()

    return told


# -- one sealed period ----------------------------------------------------------------------------------


def _compare(found: Corrected, book: Book, two: Restated, heard: Heard, others: Sequence[Source]) -> None:
    """Add to ``found`` what is known better of the sealed period than was heard; nothing where nothing is."""
    since = two.changes(book, others)
    if not since:
        return
    seal = two.seal
    name, until = seal.seal.period, {**heard.changes}
    for table, each in since.items():
        until[table] = added(until.get(table, {}), each)
    sealed_, now = (_printed(seal, changes) for changes in ({}, until))
    before = _printed(seal, heard.changes) if heard.changes else sealed_
    same = seal.seal.policies == book.rules.policies.digest and _fits(seal, until)
    found.periods.append((name, seal.seal.closed_at, seal.seal.hash, same))
    found.figures.extend((name, *row) for row in _figures(sealed_, before, now))
    found.lists.extend((name, *entry, more) for entry, more in _moved(before, now))
    found.rows.extend((name, table, *row) for table, each in until.items() for row in written(each))
    _causes(found, two, book.rules)


def _facts(seal: Sealed, changes: Changes) -> Facts:
    tables = {**seal.facts.tables}
    for name, each in changes.items():
        tables[name], _ = changed(name, tables[name], each)
    return Facts(seal.facts.header, tables)


def _fits(seal: Sealed, changes: Changes) -> bool:
    return all(changed(name, seal.facts.tables[name], each)[1] for name, each in changes.items())


def _printed(seal: Sealed, changes: Changes) -> Printed:
    return printed(compose(_facts(seal, changes), seal.masthead, seal.seal.hash))


def _figures(sealed_: Printed, before: Printed, now: Printed) -> Iterator[Row]:
    """What is not as it was last told, in the order it is read; charts where no table tells the same."""
    tables = list(_differing((sealed_, before, now), {**now.figures, **before.figures}))
    known = {(item, *values) for name, values in tables for item in name.item.split(JOINT)}
    charts = _differing((sealed_, before, now), {**now.charts, **before.charts})
    drawn = (each for each in charts if (each[0].item, *each[1]) not in known)
    for place, (name, values) in enumerate((*tables, *drawn), 1):
        yield place, *name, *values


def _differing(told: tuple[Printed, Printed, Printed], names: Iterable[Name]) -> Iterator[tuple[Name, Row]]:
    """Nothing and nought are the same where a row or a column stands in one of the two only."""
    for name in names:
        sealed_, before, now = (each.of(name) for each in told)
        if before != now and not (None in (told[1].get(name), told[2].get(name)) and {before, now} <= NOUGHT):
            yield name, (sealed_, before, now)


def _moved(before: Printed, now: Printed) -> Iterator[tuple[Row, int]]:
    for entry in {**before.entries, **now.entries}:
        more = now.entries[entry] - before.entries[entry]
        if more:
            yield entry, more


# -- causes ---------------------------------------------------------------------------------------------


def _causes(found: Corrected, two: Restated, rules: Rules) -> None:
    """The applications that count otherwise than was told, and the later records of each."""
    name, period, as_of = two.seal.seal.period, two.seal.period, two.seal.seal.closed_at
    numbers = _numbers(two)
    for each, heard, known, came in two.records():
        then, now = (contribution(records, rules, period, as_of) for records in (heard, known))
        parts = list(differing(then, now))
        for place, part in enumerate(parts, 1):
            found.parts.append((name, numbers[each], place, *part))
        for record in came if parts else ():
            wrote = (record.seq, record.type, record.occurred_at, record.recorded_at, record.actor)
            found.records.append((name, numbers[each], *wrote))


def _numbers(two: Restated) -> dict[int, str]:
    """The number of each application by its id."""
    found = {}
    for start in range(0, len(two.ids), PAGE):
        page = two.ids[start : start + PAGE]
        wanted = sa.select(application.c.id, application.c.number).where(application.c.id.in_(page))
        found.update({row.id: row.number for row in two.now.connection.execute(wanted)})
    return found
