"""The periods there are reports of, and each one's report: for the pages and the API.

The full edition names people and applications of every station: it is for who sees them all. Everybody else reads
the public edition, which names nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from limits.terms import Term
from limits.zone import local
from reports import issuing
from reports.documents.public import public_edition
from reports.paper import Paper
from reports.periods import Period, Span
from reports.sealing.chain import seals
from reports.sealing.seal import Sealed
from reports.verifying.check import Checked
from web import errors
from web.access.admission import demand
from web.access.rights import Account, Right, may
from web.desk import Desk
from web.work.report_shelf import Composed
from web.work.report_sources import sources
from web.work.uploads import file_named, with_file
from workflow import store
from workflow.tables import application

UNNAMED = "report"


class PeriodState(Term):
    """How far a period is."""

    RUNNING = "running", "未结束"
    OPEN = "open", "未封存"
    SEALED = "sealed", "已封存"


class Edition(Term):
    """For whom a document is made."""

    FULL = "full", "完整版"
    PUBLIC = "public", "公开版"


@dataclass(frozen=True, slots=True)
class Closing:
    """When a period was sealed, by whom, and the seal."""

    at: datetime
    by: str
    seal: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A period there is a report of."""

    period: Period
    state: PeriodState
    closing: Closing | None = None


def reported(engine: sa.Engine, now: datetime) -> list[Reported]:
    """Every period with a day between the first acceptance and ``now``, and every sealed one; the latest first."""
    with store.reading(engine) as connection:
        begun: datetime | None = connection.scalar(sa.select(sa.func.min(application.c.accepted_at)))
        closings = {
            Period.parse(row.period): Closing(row.closed_at, row.closed_by, row.hash)
            for row in seals(connection)
            if row.closed_at <= now
        }
    there = {*closings, *(_between(begun, now) if begun and begun <= now else ())}
    latest = sorted(there, key=lambda each: (each.ends, each.begins), reverse=True)
    return [Reported(each, _state(each, each in closings, now), closings.get(each)) for each in latest]


def _between(begun: datetime, now: datetime) -> set[Period]:
    first, last = local(begun), local(now)
    return {
        each
        for year in range(first.year, last.year + 1)
        for span in Span
        for each in (Period(year, span, number + 1) for number in range(12 // span.months))
        if each.begins <= last and first < each.ends
    }


def _state(period: Period, closed: bool, now: datetime) -> PeriodState:
    if closed:
        return PeriodState.SEALED
    return PeriodState.OPEN if period.ends <= now else PeriodState.RUNNING


def found(desk: Desk, text: str) -> tuple[Reported, Sequence[Reported]]:
    """The period that ``text`` names, and every one of its length; raises PeriodInvalid or PageUnknown."""
    wanted = Period.parse(text)
    alike = [each for each in reported(desk.engine, desk.now()) if each.period.span is wanted.span]
    for each in alike:
        if each.period == wanted:
            return each, alike
    raise errors.PageUnknown


def edition_for(account: Account, asked: Edition | None, right: Right = Right.READ_FULL_REPORTS) -> Edition:
    """The edition ``asked`` for, or the fullest; the full one takes ``right``.

    Raises RightMissing or ScopeMissing for what the account may not read.
    """
    if asked is Edition.FULL:
        demand(account, right)
    if asked is not None:
        return asked
    return Edition.FULL if may(account, right) else Edition.PUBLIC


def composed(desk: Desk, which: Reported) -> Composed:
    """The report of the sealed facts, or of what was known when this minute began; raises SealUnreadable.

    X: an open period is gathered once a minute and not at every click; its documents say the minute.
    """
    now, book = local(desk.now()), desk.book
    if which.closing is not None:
        key, as_of = which.closing.seal, now
    else:
        as_of = now.replace(second=0, microsecond=0)
        key = f"{which.period} {as_of.isoformat()}"

    def compose() -> Composed:
        basis = issuing.basis(book, which.period, as_of, desk.settings.letterhead, sources(book))
        return Composed(basis.facts, issuing.paper_of(basis))

    return desk.shelf.find(key, compose)


def paper_of(desk: Desk, which: Reported, edition: Edition) -> Paper:
    """What its documents are drawn from; raises SealUnreadable."""
    paper = composed(desk, which).paper
    return public_edition(paper) if edition is Edition.PUBLIC else paper


def close(desk: Desk, period: Period, account: Account) -> Sealed:
    """Seal ``period``; raises PeriodNotOver, PeriodClosed, ClosingBackdated or SealUnreadable."""
    book = desk.book
    return issuing.close(
        book,
        period,
        now=desk.now(),
        actor=account.name,
        letterhead=desk.settings.letterhead,
        others=sources(book),
    )


def check(desk: Desk, account: Account, name: str, content: bytes) -> Checked:
    """Whether the figures of a document that was sent are the sealed ones; raises what reports.verifying.check raises."""
    public = not may(account, Right.READ_FULL_REPORTS)
    return with_file(
        file_named(name, UNNAMED), content, lambda path: issuing.check(desk.book, path, public=public)
    )
