"""Evaluating a station: opened once for a period, scored item by item, reviewed by another, closed with a result."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from limits.stations import StationStandard
from reports.errors import PeriodNotBegun
from reports.periods import Span
from reports.stations import errors
from reports.stations.evaluation import Evaluation, ItemView
from reports.stations.kept import Case, find, holding, minute, opening_payload, view
from reports.stations.records import Act, Record, append, chained, named, told
from reports.tables import station_evaluation
from workflow import people_tables, store
from workflow.events import GENESIS, canonical
from workflow.organisation import UnitKind
from workflow.tables import application

SPANS = (Span.HALF_YEAR, Span.YEAR)


@dataclass(frozen=True, slots=True)
class Judgement:
    """So many points for an item, and on what evidence."""

    item: int
    points: int
    evidence: str = ""


# -- what is put on record ------------------------------------------------------------------------


def open_evaluation(case: Case, *, now: datetime, actor: str) -> Evaluation:
    """Begin an evaluation under the standard in force when its period begins (X).

    Half a year or a year (X), because one item comes round half-yearly.  Raises StandardMissing, StationUnknown,
    EvaluationPeriodInvalid, EvaluationOpened or PeriodNotBegun.
    """
    actor = named(Act.OPENED, actor)
    text = canonical(_standard(case, now).to_payload())
    payload = opening_payload(case.station, str(case.period), text)
    record = chained(None, Act.OPENED, actor=actor, now=now, payload=payload)
    with _opened_once(case), store.writing(case.book.engine) as connection:
        _refuse_stranger(connection, case.station)
        connection.execute(sa.insert(station_evaluation).values(_row(case, text)))
        row = find(connection, case)
        append(connection, row.id, record)
        return view(connection, row, [record], now, case.duties)


def score(case: Case, judgement: Judgement, *, now: datetime, actor: str) -> Evaluation:
    """自评: what duties say themselves need not be written again.

    Bounded by the rule of the item and by the duties done in time.  Who reviewed does not score.
    """
    with holding(case, now) as held:
        actor, evidence = _judging(held.evaluation, Act.SCORED, actor), told(judgement.evidence)
        found = _item(held.evaluation, judgement)
        if not evidence and not found.rounds:
            raise errors.ScoreEvidenceMissing(item=found.item.no, label=found.item.label)
        return held.add(
            _judged(held.evaluation, Act.SCORED, judgement, evidence or found.evidence, now=now, actor=actor)
        )


def review(case: Case, judgement: Judgement, *, now: datetime, actor: str) -> Evaluation:
    """复核: the points that count, by somebody who scored nothing here himself; another figure needs a reason."""
    with holding(case, now) as held:
        actor, evidence = _judging(held.evaluation, Act.REVIEWED, actor), told(judgement.evidence)
        found = _item(held.evaluation, judgement)
        _refuse_baseless(found, judgement.points, evidence)
        return held.add(_judged(held.evaluation, Act.REVIEWED, judgement, evidence, now=now, actor=actor))


def close(case: Case, *, now: datetime, actor: str, text: str = "") -> Evaluation:
    """评定: every item reviewed, the period over; the rounds of the duties are kept with the result."""
    with holding(case, now) as held:
        found = held.evaluation
        actor, text = _judging(found, Act.CLOSED, actor), told(text)
        if now < case.period.ends:
            raise errors.EvaluationNotOver(
                period=case.period.label, ends=minute(case.period.ends), now=minute(now)
            )
        payload = {**_result(found), "text": text, "rounds": [each._asdict() for each in found.rounds]}
        return held.add(chained(found.records[-1], Act.CLOSED, actor=actor, now=now, payload=payload))


# -- parts ----------------------------------------------------------------------------------------


def _standard(case: Case, now: datetime) -> StationStandard:
    if case.period.span not in SPANS:
        raise errors.EvaluationPeriodInvalid(period=case.period.label)
    if now < case.period.begins:
        raise PeriodNotBegun(period=case.period.label, as_of=minute(now))
    on = case.period.begins.date()
    standard = case.book.rules.policies.standard_on(on)
    if standard is None:
        raise errors.StandardMissing(on=on)
    return standard


def _row(case: Case, standard: str) -> dict[str, Any]:
    named = {"station": case.station, "period": str(case.period), "standard": standard}
    return {**named, "records": 0, "head_hash": GENESIS}


@contextmanager
def _opened_once(case: Case) -> Iterator[None]:
    try:
        yield
    except exc.IntegrityError as error:
        raise errors.EvaluationOpened(station=case.station, period=case.period.label) from error


def _refuse_stranger(connection: sa.Connection, station: str) -> None:
    """A station of the organisation; where none was imported, one of the ledger."""
    unit = people_tables.unit
    kept = sa.select(unit.c.name).where(unit.c.kind == UnitKind.STATION.value).order_by(unit.c.name)
    known = connection.execute(kept).scalars().all()
    if not known:
        met = sa.select(application.c.station).distinct().order_by(application.c.station)
        known = connection.execute(met).scalars().all()
    if station not in known:
        raise errors.StationUnknown(station=station, known="、".join(known) or "无")


def _judging(held: Evaluation, act: Act, actor: str) -> str:
    """Who scores for the station neither reviews nor closes (X), nor the other way round."""
    actor = named(act, actor)
    done = Act.REVIEWED if act is Act.SCORED else Act.SCORED
    if held.did(actor, done):
        raise errors.EvaluatorConflict(actor=actor, done=done.label, act=act.label)
    return actor


def _item(held: Evaluation, judgement: Judgement) -> ItemView:
    """The item that is judged; refused where the rule or the duties cannot give so many points."""
    found = held.find(judgement.item)
    if found is None:
        known = "、".join(str(each.item.no) for each in held.items)
        raise errors.StationItemUnknown(item=judgement.item, known=known)
    _refuse_points(found, judgement.points)
    return found


def _refuse_points(found: ItemView, points: int) -> None:
    item = found.item
    if points not in item.allowed:
        allowed = "、".join(map(str, item.allowed))
        told = {"most": item.points, "rule": item.rule, "allowed": allowed}
        raise errors.ScoreNotAllowed(item=item.no, label=item.label, points=points, **told)
    if points > found.most:
        late = "、".join(each.round for each in found.late)
        told = {"missing": len(found.late), "rounds": late, "most": found.most}
        raise errors.ScoreUnsupported(item=item.no, label=item.label, points=points, **told)


def _refuse_baseless(found: ItemView, points: int, evidence: str) -> None:
    item, own = found.item, found.own
    if own is None:
        raise errors.NotSelfScored(item=item.no, label=item.label)
    if points != own.points and not evidence:
        raise errors.ReviewReasonMissing(item=item.no, label=item.label, own=own.points, points=points)


def _judged(
    held: Evaluation, act: Act, judgement: Judgement, evidence: str, *, now: datetime, actor: str
) -> Record:
    payload = {"points": judgement.points, "evidence": evidence}
    return chained(held.records[-1], act, actor=actor, now=now, item=judgement.item, payload=payload)


def _result(held: Evaluation) -> dict[str, Any]:
    """Points and grade, once every item is reviewed and still supported by the duties."""
    points = held.points
    if points is None:
        raise errors.ReviewsMissing(items="、".join(map(str, held.unreviewed)))
    for each in held.items:
        if each.review is not None:
            _refuse_points(each, each.review.points)
    return {"points": points, "grade": held.standard.grade(points).label}
