"""Closing a period: its facts are sealed, and from then on its report is made of them and of nothing else.

The seal is a hash over the facts, the ledger's head, the policies, the masthead and the seal before it: one chain,
in the order of closing.  A period is closed once and never opened again; what is known better later is told as a
correction in the next report.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from limits.errors import YekuoError
from limits.zone import local
from reports.errors import SealUnreadable
from reports.facts.gathering import Source, gather
from reports.facts.values import Facts, Value, digest_of
from reports.masthead import Letterhead, Masthead
from reports.periods import Period
from reports.sealing.chain import BROKEN, Seal, seals, unreadable
from reports.sealing.kept_tables import keep_tables, sealed_facts_of
from reports.sealing.known import COLUMNS, TABLE, Known, known_records
from reports.tables import sealed_period
from workflow import errors, store
from workflow.book import Book, refuse_unstorable
from workflow.events import GENESIS, canonical
from workflow.past import Past

ATTEMPTS = 5


class PeriodNotOver(YekuoError):
    """{period}到 {ends} 才结束（现在是 {as_of}），不能封存。请在结束以后封存；现在可以先出未封存的报告。"""

    code = "period_not_over"


class PeriodClosed(YekuoError):
    """{period}已经由{closed_by}于 {closed_at} 封存，只能封存一次。之后的更正会列在下一期报告里；请直接出报告，得到的就是封存的内容。"""

    code = "period_closed"


class ClosingBackdated(YekuoError):
    """{period}不能在 {now} 封存：这早于{what}（{newest}），封存时间不能倒填。请核对本机时间，到 {newest} 以后再封存；现在可以先出未封存的报告。"""

    code = "closing_backdated"


@dataclass(frozen=True)
class Sealed:
    """A closed period: its seal, its facts and how its documents are headed.

    A table of the facts is read when it is asked for, and raises SealUnreadable then if it was changed.
    """

    seal: Seal
    facts: Facts
    masthead: Masthead

    @property
    def period(self) -> Period:
        """Which one."""
        return Period.parse(self.seal.period)

    @property
    def known(self) -> Known:
        """Which records it was made of."""
        return Known.of(self.facts)


def close_period(
    book: Book,
    period: Period,
    *,
    now: datetime,
    actor: str,
    letterhead: Letterhead | None = None,
    others: Sequence[Source] = (),
) -> Sealed:
    """Seal ``period`` as it is known at ``now``; ``others`` as for :func:`reports.facts.gathering.gather`.

    Raises PeriodNotOver, PeriodClosed, SealUnreadable, and ClosingBackdated where there is already a seal or a
    record of a later time; of two who close at once one wins and the other is told.
    """
    now = local(now)
    refuse_unstorable("actor", "封存人", actor)
    if now < period.ends:
        raise PeriodNotOver(
            period=period.label, ends=f"{period.ends:%Y-%m-%d %H:%M}", as_of=f"{now:%Y-%m-%d %H:%M}"
        )
    with store.reading(book.engine) as connection:
        _next_after(connection, period, now)
        _refuse_before(store.last_recorded(connection), "台账中最新的登记", period, now)
    facts = gather(book, period, now, (*others, known_source), sealed_facts(book.engine, now))
    masthead = (letterhead or Letterhead()).masthead(str(facts.header["company"]), period)
    _append(book.engine, facts, masthead, period=period, now=now, actor=actor)
    found = sealed(book.engine, period)
    if found is None:
        raise SealUnreadable(period=period.label)
    return found


def known_source(
    past: Past, _begins: datetime, _ends: datetime
) -> dict[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]:
    """Which records these facts are made of, as a table among them."""
    return {TABLE: (COLUMNS, known_records(past.connection, past.at).rows().rows)}


def _append(
    engine: sa.Engine, facts: Facts, masthead: Masthead, *, period: Period, now: datetime, actor: str
) -> None:
    """Add the next link.  A chain has one next: who finds it taken looks again, first at the period itself."""
    taken: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            with store.writing(engine) as connection:
                newest = _next_after(connection, period, now)
                row = _row(newest, facts, masthead, period=period, now=now, actor=actor)
                connection.execute(sa.insert(sealed_period), [row])
                keep_tables(connection, row["seq"], facts)
            return
        except exc.IntegrityError as error:
            taken = error
    raise errors.StoreBusy from taken


def _row(
    newest: sa.Row[Any] | None, facts: Facts, masthead: Masthead, *, period: Period, now: datetime, actor: str
) -> dict[str, Any]:
    seal = Seal(
        seq=newest.seq + 1 if newest else 1,
        period=str(period),
        closed_at=now,
        closed_by=actor,
        facts_digest=facts.digest,
        masthead_digest=digest_of(masthead.to_json()),
        ledger_head=str(facts.header["ledger_head"]),
        policies=str(facts.header["policies"]),
        prev_hash=newest.hash if newest else GENESIS,
    )
    told = {
        name: getattr(seal, name)
        for name in (*Seal.__dataclass_fields__, "hash")
        if name != "masthead_digest"
    }
    return {**told, "header": canonical(dict(facts.header)), "masthead": masthead.to_json()}


def _next_after(connection: sa.Connection, period: Period, now: datetime) -> sa.Row[Any] | None:
    """The seal behind which that of ``period`` may be set at ``now``; None where it is the first."""
    chain = seals(connection)
    for row in chain:
        if row.period == str(period):
            closed_at = f"{row.closed_at:%Y-%m-%d %H:%M}"
            raise PeriodClosed(period=period.label, closed_by=row.closed_by, closed_at=closed_at)
    if not chain:
        return None
    label = Period.parse(chain[-1].period).label
    _refuse_before(chain[-1].closed_at, f"最近一次封存（{label}）", period, now)
    return chain[-1]


def _refuse_before(newest: datetime | None, what: str, period: Period, now: datetime) -> None:
    if newest is not None and now < newest:
        raise ClosingBackdated(period=period.label, now=_exactly(now), what=what, newest=_exactly(newest))


def _exactly(at: datetime) -> str:
    """To the microsecond where there are any: what is refused may lie as close as that."""
    return at.replace(tzinfo=None).isoformat(" ")


# -- what was sealed ------------------------------------------------------------------------------------


def sealed(engine: sa.Engine, period: Period) -> Sealed | None:
    """The closed ``period``; None while it is not. Raises SealUnreadable where any seal was changed."""
    return _sealed(engine, "period", str(period))


def sealed_as(engine: sa.Engine, seal_hash: str) -> Sealed | None:
    """The closed period with this seal. Raises SealUnreadable."""
    return _sealed(engine, "hash", seal_hash)


def _sealed(engine: sa.Engine, name: str, value: str) -> Sealed | None:
    with store.reading(engine) as connection:
        row = next((row for row in seals(connection) if getattr(row, name) == value), None)
        return None if row is None else read_sealed(connection, row)


def read_sealed(connection: sa.Connection, row: sa.Row[Any]) -> Sealed:
    """A row of sealed_period as what it holds. Raises SealUnreadable where that is not what was sealed."""
    try:
        seal, period = Seal.of(row), Period.parse(row.period)
        facts = sealed_facts_of(connection, row.seq, period, row.header, row.facts_digest)
        if seal.hash == row.hash and agree(seal, facts.header):
            return Sealed(seal, facts, Masthead.from_json(row.masthead))
    except (YekuoError, *BROKEN) as error:
        raise unreadable(row) from error
    raise unreadable(row)


def agree(seal: Seal, header: Mapping[str, Value]) -> bool:
    """Whether a seal says of its facts what they say themselves. Raises LookupError, ValueError or TypeError."""
    told = (header["period"], header["ledger_head"], header["policies"])
    as_of = datetime.fromisoformat(str(header["as_of"]))
    return told == (seal.period, seal.ledger_head, seal.policies) and as_of == seal.closed_at


def sealed_facts(engine: sa.Engine, as_of: datetime) -> Callable[[Period], Facts | None]:
    """What ``gather`` asks for the facts of an earlier period sealed by ``as_of``."""

    def earlier(period: Period) -> Facts | None:
        found = sealed(engine, period)
        return None if found is None or found.seal.closed_at > as_of else found.facts

    return earlier
