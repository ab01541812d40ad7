"""The evaluations of stations (清廉供电站所) as an account sees them, and what it may do to each: for pages and API.

X: a post of a station sees its own station's, every other post all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from alerts.duties.facts import duty_facts
from limits.terms import Term
from limits.zone import local
from reports.documents.public import public_edition
from reports.errors import PeriodInvalid
from reports.paper import Paper
from reports.periods import Period, Span
from reports.stations import evaluating
from reports.stations.errors import EvaluationUnknown
from reports.stations.evaluation import Evaluation
from reports.stations.judging import Judgement
from reports.stations.kept import Case, evaluation, evaluations, stations
from reports.stations.paper import evaluation_paper
from reports.stations.records import Act
from reports.tables import station_evaluation
from web.access.rights import REACH, Account, Reach
from web.desk import Desk
from web.errors import PageUnknown
from web.work.reporting import Edition
from workflow import store
from workflow.tables import speakable


class EvaluationState(Term):
    """How far the evaluation of a station for a period is."""

    UNOPENED = "unopened", "未建立"
    UNSCORED = "unscored", "未自评"
    SCORING = "scoring", "自评中"
    SCORED = "scored", "已自评"
    REVIEWED = "reviewed", "已复核"
    CLOSED = "closed", "已评定"


@dataclass(frozen=True, slots=True)
class StationLine:
    """One station in the list of a period; ``evaluation`` None: not opened."""

    station: str
    evaluation: Evaluation | None

    @property
    def state(self) -> EvaluationState:
        """How far it is."""
        return EvaluationState.UNOPENED if self.evaluation is None else state_of(self.evaluation)


def state_of(found: Evaluation) -> EvaluationState:
    """How far an evaluation is; 已自评 or 已复核 is one whose every item is."""
    if found.result is not None:
        return EvaluationState.CLOSED
    if found.points is not None:
        return EvaluationState.REVIEWED
    if found.own_points is not None:
        return EvaluationState.SCORED
    return EvaluationState.SCORING if any(each.own for each in found.items) else EvaluationState.UNSCORED


# -- what is seen ---------------------------------------------------------------------------------


def lines(desk: Desk, account: Account, period: Period) -> list[StationLine]:
    """Every station the account sees, and what was evaluated of one that is no more."""
    found = {
        each.station: each
        for each in evaluations(
            desk.book, duty_facts, desk.now(), _mine(account) & (station_evaluation.c.period == str(period))
        )
    }
    return [StationLine(each, found.get(each)) for each in sorted({*_stations(desk, account), *found})]


def periods(desk: Desk, account: Account) -> Sequence[Period]:
    """What can be asked for, the latest first: what was evaluated, and what could be since last year's beginning."""
    this = local(desk.now())
    there = set(_evaluated(desk, account))
    for year in (this.year - 1, this.year):
        for each in (
            Period(year, Span.HALF_YEAR, 1),
            Period(year, Span.HALF_YEAR, 2),
            Period(year, Span.YEAR),
        ):
            standard = desk.book.rules.policies.standard_on(each.begins.date())
            if each.begins <= this and standard is not None:
                there.add(each)
    return sorted(there, key=lambda each: (each.ends, each.begins), reverse=True)


def usual(desk: Desk, account: Account) -> Period:
    """The period a list is of when none is asked for: the last evaluated, else the half-year that runs."""
    this = local(desk.now())
    running = Period(this.year, Span.HALF_YEAR, 1 if this.month <= Span.HALF_YEAR.months else 2)
    return max(_evaluated(desk, account), key=lambda each: (each.begins, -each.span.months), default=running)


def seen(desk: Desk, account: Account, period: str, station: str) -> Evaluation:
    """One evaluation; raises PageUnknown for one the account does not see and for none alike."""
    own = _own(account)
    if own not in (None, station) or not speakable(station):
        raise PageUnknown
    try:
        return evaluation(_case(desk, station, Period.parse(period)), desk.now())
    except (EvaluationUnknown, PeriodInvalid):
        raise PageUnknown from None


def paper_of(desk: Desk, found: Evaluation, edition: Edition) -> Paper:
    """What its documents are drawn from."""
    organisation = desk.settings.letterhead.organisation or desk.book.rules.policies.label
    paper = evaluation_paper(found, organisation, local(desk.now()))
    return public_edition(paper) if edition is Edition.PUBLIC else paper


# -- what is done ---------------------------------------------------------------------------------


def open_evaluation(desk: Desk, account: Account, period: Period, station: str) -> Evaluation:
    """建立; raises PageUnknown for a station the account does not see and for none alike."""
    if station not in _stations(desk, account):
        raise PageUnknown
    case = _case(desk, station, period)
    return evaluating.open_evaluation(case, now=desk.now(), actor=account.name)


def judge(
    desk: Desk,
    account: Account,
    found: Evaluation,
    act: Act,
    judgements: Sequence[Judgement],
    known: int | None,
) -> Evaluation:
    """自评 or 复核 of all ``judgements`` or none; refused where there are other records than the ``known`` ones."""
    case = _case(desk, found.station, found.period)
    do = evaluating.score if act is Act.SCORED else evaluating.review
    return do(case, *judgements, now=desk.now(), actor=account.name, seen=known)


def close(desk: Desk, account: Account, found: Evaluation, text: str, known: int | None) -> Evaluation:
    """评定; ``known`` as for :func:`judge`."""
    case = _case(desk, found.station, found.period)
    return evaluating.close(case, now=desk.now(), actor=account.name, text=text, seen=known)


# -- parts ----------------------------------------------------------------------------------------


def _case(desk: Desk, station: str, period: Period) -> Case:
    return Case(desk.book, station, period, duty_facts)


def _own(account: Account) -> str | None:
    """The one station the account sees; None: every one."""
    return account.unit if REACH[account.role] in (Reach.OWN, Reach.STATION) else None


def _mine(account: Account) -> sa.ColumnElement[bool]:
    own = _own(account)
    return sa.true() if own is None else station_evaluation.c.station == own


def _stations(desk: Desk, account: Account) -> list[str]:
    with store.reading(desk.engine) as connection:
        known = stations(connection)
    own = _own(account)
    return [each for each in known if own in (None, each)]


def _evaluated(desk: Desk, account: Account) -> list[Period]:
    """The periods with an evaluation the account sees."""
    wanted = sa.select(station_evaluation.c.period).where(_mine(account)).distinct()
    with store.reading(desk.engine) as connection:
        return [Period.parse(each) for each in connection.execute(wanted).scalars()]
