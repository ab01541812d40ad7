"""Evaluating a station: opened once for a period, scored item by item, reviewed by another, closed with a result."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from limits.stations import StationStandard
from reports.errors import PeriodNotBegun
from reports.periods import Span
from reports.stations import errors, judging
from reports.stations.evaluation import Evaluation
from reports.stations.judging import Judgement
from reports.stations.kept import Case, find, holding, opening_payload, stations, view
from reports.stations.records import Act, append, chained, minute, named, told
from reports.tables import station_evaluation
from workflow import store
from workflow.events import GENESIS, canonical

SPANS = (Span.HALF_YEAR, Span.YEAR)


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
        return view(connection, row, [record], now, case.book, case.duties)


def score(
    case: Case, *judgements: Judgement, now: datetime, actor: str, seen: int | None = None
) -> Evaluation:
    """自评, of all ``judgements`` or none: what duties say themselves need not be written again.

    Bounded by the rule of the item and by the duties done in time.  Who reviewed does not score.  Raises what
    :mod:`reports.stations.judging` raises, and EvaluationMoved where there are other records than the ``seen`` ones.
    """
    return _judge(case, Act.SCORED, judgements, now=now, actor=actor, seen=seen)


def review(
    case: Case, *judgements: Judgement, now: datetime, actor: str, seen: int | None = None
) -> Evaluation:
    """复核: the points that count, by somebody who scored nothing here himself; another figure needs a reason.

    All of ``judgements`` or none; ``seen`` as for :func:`score`.
    """
    return _judge(case, Act.REVIEWED, judgements, now=now, actor=actor, seen=seen)


def close(case: Case, *, now: datetime, actor: str, text: str = "", seen: int | None = None) -> Evaluation:
    """评定: every item reviewed, the period over; the rounds of the duties are kept with the result."""
    with holding(case, now, seen) as held:
        found = held.evaluation
        actor = judging.refuse(found, Act.CLOSED, actor=actor, now=now)
        since = found.since.isoformat() if found.since else None
        kept = {"text": told(text), "rounds": [each._asdict() for each in found.rounds], "since": since}
        payload = judging.result(found) | kept
        return held.add(chained(found.records[-1], Act.CLOSED, actor=actor, now=now, payload=payload))


# -- parts ----------------------------------------------------------------------------------------


def _judge(
    case: Case,
    act: Act,
    judgements: tuple[Judgement, ...],
    *,
    now: datetime,
    actor: str,
    seen: int | None,
) -> Evaluation:
    with holding(case, now, seen) as held:
        actor = judging.refuse(held.evaluation, act, actor=actor, now=now)
        for each in judgements:
            payload, last = judging.judged(held.evaluation, act, each), held.evaluation.records[-1]
            held.add(chained(last, act, actor=actor, now=now, item=each.item, payload=payload))
        return held.evaluation


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
    known = stations(connection)
    if station not in known:
        raise errors.StationUnknown(station=station, known="、".join(known) or "无")
