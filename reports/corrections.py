"""What is known better now of a period that was sealed: its figures then and now, and the records that moved them.

A sealed period never changes (design §2).  A record written after the seal that says something of the time before
it — something reported late, a correction, an application voided — shows in the next report, once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from limits.terms import Status
from limits.zone import local
from reports.facts.counts import counts, levels
from reports.facts.gathering import Source
from reports.facts.kept import kept
from reports.facts.scope import Scope
from reports.facts.values import Rows
from reports.judging import judged
from reports.known import Known
from reports.periods import Period
from reports.sealing import Sealed, read_sealed
from reports.tables import sealed_period
from workflow import store
from workflow.book import Book
from workflow.events import Event, EventType
from workflow.projection import Projection, project
from workflow.rules import Rules
from workflow.tables import application, event

FIGURES = ("period", "figure", "by", "of", "sealed", "before", "now")
RECORDS = ("period", "number", "effect", "seq", "type", "occurred_at", "recorded_at", "actor")
# They change what was, whenever they themselves happened.
REACHING_BACK = (EventType.CORRECTED, EventType.AMENDED, EventType.VOIDED)
VOID = {"状态": Status.VOIDED.label}
PAGE = 200
Row = tuple[object, ...]


class Figure(NamedTuple):
    """``name`` as in :func:`figures`; of all (``by`` all), of one class or of one station."""

    name: str
    by: str
    of: str


def corrections_of(book: Book, period: Period) -> Source:
    """What the report of ``period`` tells of earlier sealed ones: the tables ``corrections`` and ``corrected_by``."""

    def told(
        connection: sa.Connection, _begins: datetime, ends: datetime, as_of: datetime
    ) -> Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]:
        figures_, records = [], []
        for seal in _earlier(connection, period, ends, as_of):
            found, caused = _corrections(connection, book.rules, seal, period)
            figures_ += found
            records += caused
        return {"corrections": (FIGURES, figures_), "corrected_by": (RECORDS, records)}

    return told


def _earlier(connection: sa.Connection, period: Period, ends: datetime, as_of: datetime) -> Iterator[Sealed]:
    """The sealed periods that ended by the end of this one, in the order of closing."""
    rows = connection.execute(sa.select(sealed_period).order_by(sealed_period.c.seq)).all()
    for row in rows:
        held = Period.parse(row.period)
        if held != period and held.ends <= ends and row.closed_at < as_of:
            yield read_sealed(row)


@dataclass(frozen=True)
class _Told:
    """What a reader has been told of a sealed period so far, and which records that was made of."""

    seal: Sealed
    known: Known
    figures: Mapping[Figure, int]


def _told(connection: sa.Connection, seal: Sealed, period: Period) -> _Told:
    """By the seal itself and by the sealed reports of the same length as this one since."""
    told, known = dict(figures(seal.facts.tables)), seal.known
    later = sa.select(sealed_period).where(sealed_period.c.seq > seal.seal.seq)
    for row in connection.execute(later.order_by(sealed_period.c.seq)).all():
        found = read_sealed(row)
        if found.period.span is period.span and "corrections" in found.facts.tables:
            known = found.known
            for each in found.facts.tables["corrections"].dicts():
                if each["period"] == seal.seal.period:
                    figure = Figure(str(each["figure"]), str(each["by"]), str(each["of"]))
                    told[figure] = int(each["now"] or 0)
    return _Told(seal, known, told)


def _corrections(
    connection: sa.Connection, rules: Rules, seal: Sealed, period: Period
) -> tuple[list[Row], list[Row]]:
    if not _later(connection, seal, seal.known):
        return [], []
    told, scope = _told(connection, seal, period), Scope(seal.period, seal.seal.closed_at)
    then = figures(seal.facts.tables)
    tables = {
        "counts": counts(connection, scope),
        "kept": kept(connection, scope),
        "levels": levels(connection, scope),
    }
    now = figures(tables)
    changed: list[Row] = [
        (seal.seal.period, *figure, then[figure], told.figures.get(figure, 0), now[figure])
        for figure in sorted({*told.figures, *now})
        if now[figure] != told.figures.get(figure, 0)
    ]
    return changed, list(_causes(connection, rules, told)) if changed else []


# -- figures --------------------------------------------------------------------------------------------


def figures(tables: Mapping[str, Rows]) -> Counter[Figure]:
    """The figures a correction is told in, out of the tables counts, kept and levels: all, by class, by station.

    ``accepted`` and its like; ``local.total.base`` and ``.met``; ``local.blue`` for levels reached.
    """
    found: Counter[Figure] = Counter()
    for row in tables["counts"].dicts():
        _add(found, str(row["move"]), row, row["n"])
    for row in tables["kept"].dicts():
        for part in ("base", "met"):
            _add(found, f"{row['rule']}.{part}", row, row[part])
    for row in tables["levels"].dicts():
        _add(found, f"{row['layer']}.{row['level']}", row, row["n"])
    return found


def _add(found: Counter[Figure], name: str, row: Mapping[str, object], n: object) -> None:
    for by, of in (("all", ""), ("class", str(row["class"])), ("station", str(row["station"]))):
        found[Figure(name, by, of)] += int(str(n))


# -- causes ---------------------------------------------------------------------------------------------


def _later(connection: sa.Connection, seal: Sealed, known: Known) -> dict[int, list[int]]:
    """The places of the records not ``known`` that speak of the sealed time, by application."""
    found: dict[int, list[int]] = {}
    of_then = event.c.occurred_at <= seal.seal.closed_at
    back = event.c.type.in_([each.value for each in REACHING_BACK])
    wanted = sa.select(event.c.id, event.c.application_id, event.c.seq)
    wanted = wanted.where(event.c.id > known.through, sa.or_(of_then, back))
    for row in connection.execute(wanted.order_by(event.c.application_id, event.c.seq)):
        if not known.holds(row.id):
            found.setdefault(row.application_id, []).append(row.seq)
    return found


def _causes(connection: sa.Connection, rules: Rules, told: _Told) -> Iterator[Row]:
    """The later records of each application that counts otherwise in the sealed period than was told."""
    later = _later(connection, told.seal, told.known)
    ids = list(later)
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        events = store.events_by(connection, page)
        numbers = sa.select(application.c.id, application.c.number).where(application.c.id.in_(page))
        for row in connection.execute(numbers).all():
            first = _first_unknown(connection, told.known, row.id)
            effect = _effect(events[row.id], first, rules, told.seal)
            for record in events[row.id] if effect else ():
                if record.seq in later[row.id]:
                    yield _cause(told.seal.seal.period, row.number, effect, record)


def _first_unknown(connection: sa.Connection, known: Known, application_id: int) -> int:
    """The place of the first record of an application that was not ``known``; there is one."""
    wanted = sa.select(event.c.seq, event.c.id).where(
        event.c.application_id == application_id, event.c.id > known.through
    )
    return min(int(row.seq) for row in connection.execute(wanted) if not known.holds(row.id))


def _cause(period: str, number: str, effect: str, record: Event) -> Row:
    return (
        period,
        number,
        effect,
        record.seq,
        record.type,
        record.occurred_at,
        record.recorded_at,
        record.actor,
    )


def _effect(events: Sequence[Event], first: int, rules: Rules, seal: Sealed) -> str:
    """What the later records changed of how the application counts, in Chinese; empty when nothing."""
    before = _stand([each for each in events if each.seq < first], rules, seal)
    after = _stand(events, rules, seal)
    if not before and after == VOID:  # entered by mistake after the seal: it counted nowhere, then or now
        return ""
    changed = (name for name in {**before, **after} if before.get(name) != after.get(name))
    return "；".join(f"{name}：{before.get(name, '无')} → {after.get(name, '无')}" for name in changed)


def _stand(events: Sequence[Event], rules: Rules, seal: Sealed) -> dict[str, str]:
    """How one application counts in the sealed period, each part by its Chinese name."""
    as_of, period = seal.seal.closed_at, seal.period
    whole = project(events, rules) if events else None
    if whole is None or whole.accepted_at > as_of:
        return {}
    if whole.status is Status.VOIDED:
        return VOID
    then = project(events, rules, until=as_of)
    who = then.registration
    said = {"状态": then.status.label, "客户类别": who.customer_class.label, "供电所": who.station}
    for name, at in (("受理", then.accepted_at), ("归档", then.archived_at)):
        if at is not None and period.begins <= at < period.ends:
            said[name] = f"{local(at):%Y-%m-%d}"
    return {**said, **dict(_verdicts(then, period)), **dict(_levels(then, period, as_of))}


def _verdicts(then: Projection, period: Period) -> Iterator[tuple[str, str]]:
    if then.archived_at is None or not period.begins <= then.archived_at < period.ends:
        return
    for each in filter(judged, then.clocks):
        final = each.standing.final
        yield f"{each.bound.rule.layer.label}·{each.bound.rule.label}", final.label if final else "未办结"


def _levels(then: Projection, period: Period, as_of: datetime) -> Iterator[tuple[str, str]]:
    for each in then.clocks:
        rule = each.bound.rule
        for crossing in each.crossings:
            if period.begins <= crossing.at < period.ends and crossing.at <= as_of:
                yield f"{rule.layer.label}·{rule.label}{crossing.level.label}色", f"{crossing.on}"
