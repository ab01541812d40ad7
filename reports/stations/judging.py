"""Whether a step of an evaluation may be taken: what rules, duties and people before it allow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from limits.errors import YekuoError
from reports.stations import errors
from reports.stations.evaluation import Evaluation, ItemView
from reports.stations.records import Act, minute, named, told

# Who did the one does not do the other in the same evaluation (X).
OTHERS = {Act.SCORED: Act.REVIEWED, Act.REVIEWED: Act.SCORED, Act.CLOSED: Act.SCORED}


@dataclass(frozen=True, slots=True)
class Judgement:
    """So many points for an item, and on what evidence."""

    item: int
    points: int
    evidence: str = ""


def refuse(held: Evaluation, act: Act, *, actor: str, now: datetime) -> str:
    """``actor`` as it is stored, who may do ``act`` to ``held`` at ``now``.

    Raises EvaluationClosed, EvaluatorMissing, EvaluatorConflict; for a review NotSelfScored where nothing is scored;
    for a result EvaluationNotOver, ReviewsMissing, or ScoreUnsupported where a duty was missed since.
    """
    _refuse_closed(held)
    actor, done = named(act, actor), OTHERS[act]
    if held.did(actor, done):
        raise errors.EvaluatorConflict(actor=actor, done=done.label, act=act.label)
    if act is Act.REVIEWED and all(each.own is None for each in held.items):
        item = held.items[0].item
        raise errors.NotSelfScored(item=item.no, label=item.label)
    if act is Act.CLOSED:
        _refuse_result(held, now)
    return actor


def hindrance(held: Evaluation, act: Act, *, actor: str, now: datetime) -> YekuoError | None:
    """Why ``actor`` cannot do ``act`` now; None when nothing is in the way."""
    try:
        refuse(held, act, actor=actor, now=now)
    except YekuoError as refused:
        return refused
    return None


def judged(held: Evaluation, act: Act, judgement: Judgement) -> dict[str, Any]:
    """What is put on record of ``judgement``; of a self-score, what the duties say where nothing else is said.

    Raises StationItemUnknown, ScoreNotAllowed, ScoreUnsupported, TextUnstorable; for a self-score
    ScoreEvidenceMissing, for a review NotSelfScored or ReviewReasonMissing.
    """
    evidence = told(judgement.evidence)
    found = _item(held, judgement)
    _refuse_points(found, judgement.points)
    if act is Act.SCORED:
        if not evidence and not found.rounds:
            raise errors.ScoreEvidenceMissing(item=found.item.no, label=found.item.label)
        return {"points": judgement.points, "evidence": evidence or found.evidence}
    _refuse_baseless(found, judgement.points, evidence)
    return {"points": judgement.points, "evidence": evidence}


def faults(held: Evaluation, act: Act, judgements: Iterable[Judgement]) -> dict[int, YekuoError]:
    """What speaks against each of ``judgements`` by itself, by the number of its item."""
    found: dict[int, YekuoError] = {}
    for each in judgements:
        try:
            judged(held, act, each)
        except YekuoError as refused:
            found[each.item] = refused
    return found


def result(held: Evaluation) -> dict[str, Any]:
    """Points and grade of an evaluation that may be closed."""
    points = held.points
    if points is None:
        raise errors.ReviewsMissing(items="、".join(map(str, held.unreviewed)))
    return {"points": points, "grade": held.standard.grade(points).label}


def _refuse_closed(held: Evaluation) -> None:
    if held.result is not None:
        said = {"actor": held.result.actor, "at": minute(held.result.at), "grade": held.result.grade}
        raise errors.EvaluationClosed(station=held.station, period=held.period.label, **said)


def _refuse_result(held: Evaluation, now: datetime) -> None:
    """The period is over, every item is reviewed, and the duties still support every score."""
    if now < held.period.ends:
        ends = minute(held.period.ends)
        raise errors.EvaluationNotOver(period=held.period.label, ends=ends, now=minute(now))
    result(held)
    for each in held.items:
        if each.review is not None:
            _refuse_points(each, each.review.points)


def _item(held: Evaluation, judgement: Judgement) -> ItemView:
    found = held.find(judgement.item)
    if found is None:
        known = "、".join(str(each.item.no) for each in held.items)
        raise errors.StationItemUnknown(item=judgement.item, known=known)
    return found


def _refuse_points(found: ItemView, points: int) -> None:
    """No more than the rule of the item and the duties done in time can give."""
    item = found.item
    if points not in item.allowed:
        allowed = "、".join(map(str, item.allowed))
        said = {"most": item.points, "rule": item.rule, "allowed": allowed}
        raise errors.ScoreNotAllowed(item=item.no, label=item.label, points=points, **said)
    if points > found.most:
        late = "、".join(each.round for each in found.missing if each.recorded)
        unrecorded = "、".join(each.round for each in found.unrecorded)
        rounds = "；".join(each for each in (late, unrecorded and f"无登记：{unrecorded}") if each)
        said = {"missing": len(found.missing), "rounds": rounds, "most": found.most}
        raise errors.ScoreUnsupported(item=item.no, label=item.label, points=points, **said)


def _refuse_baseless(found: ItemView, points: int, evidence: str) -> None:
    """A review is of a self-score; another figure needs a reason."""
    item, own = found.item, found.own
    if own is None:
        raise errors.NotSelfScored(item=item.no, label=item.label)
    if points != own.points and not evidence:
        raise errors.ReviewReasonMissing(item=item.no, label=item.label, own=own.points, points=points)
