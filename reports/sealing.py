"""Closing a period: its facts are sealed, and from then on its report is made of them and of nothing else.

The seal is a hash over the facts, the ledger's head, the policies, the masthead and the seal before it: one chain,
in the order of closing.  A period is closed once and never opened again; what is known better later is told as a
correction in the next report.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from limits.errors import YekuoError
from limits.zone import local
from reports.errors import SealUnreadable
from reports.facts.gathering import Source, gather
from reports.facts.values import Facts, digest_of
from reports.known import COLUMNS, TABLE, Known, known_records
from reports.masthead import Letterhead, Masthead
from reports.periods import Period
from reports.sealed_tables import keep_tables, sealed_facts_of
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


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal binds together; ``hash`` is over everything else."""

    seq: int
    period: str
    closed_at: datetime
    closed_by: str
    facts_digest: str
    masthead_digest: str
    ledger_head: str
    policies: str
    prev_hash: str

    @property
    def hash(self) -> str:
        """SHA-256 over the seal and, by ``prev_hash``, over every one before it."""
        told = [
            self.prev_hash,
            self.seq,
            self.period,
            _utc(self.closed_at),
            self.closed_by,
            self.facts_digest,
            self.masthead_digest,
            self.ledger_head,
            self.policies,
        ]
        return digest_of(canonical(told))


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

    Raises PeriodNotOver or PeriodClosed; of two who close at once one wins and the other is told.
    """
    now = local(now)
    refuse_unstorable("actor", "封存人", actor)
    if now < period.ends:
        raise PeriodNotOver(
            period=period.label, ends=f"{period.ends:%Y-%m-%d %H:%M}", as_of=f"{now:%Y-%m-%d %H:%M}"
        )
    with store.reading(book.engine) as connection:
        _refuse_closed(connection, period)
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
                _refuse_closed(connection, period)
                row = _row(_newest(connection), facts, masthead, period=period, now=now, actor=actor)
                connection.execute(sa.insert(sealed_period), [row])
                keep_tables(connection, row["seq"], facts)
            return
        except exc.IntegrityError as error:
            taken = error
    raise errors.StoreBusy from taken


def _row(
    newest: Any | None, facts: Facts, masthead: Masthead, *, period: Period, now: datetime, actor: str
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


def _newest(connection: sa.Connection) -> Any | None:
    columns = (sealed_period.c.seq, sealed_period.c.hash)
    return connection.execute(sa.select(*columns).order_by(sealed_period.c.seq.desc()).limit(1)).first()


def _refuse_closed(connection: sa.Connection, period: Period) -> None:
    columns = (sealed_period.c.closed_at, sealed_period.c.closed_by)
    held = connection.execute(sa.select(*columns).where(sealed_period.c.period == str(period))).first()
    if held is not None:
        raise PeriodClosed(
            period=period.label, closed_by=held.closed_by, closed_at=f"{held.closed_at:%Y-%m-%d %H:%M}"
        )


# -- what was sealed ------------------------------------------------------------------------------------


def sealed(engine: sa.Engine, period: Period) -> Sealed | None:
    """The closed ``period``; None while it is not. Raises SealUnreadable when it was changed beyond reading."""
    with store.reading(engine) as connection:
        return sealed_in(connection, sealed_period.c.period == str(period))


def sealed_as(engine: sa.Engine, seal_hash: str) -> Sealed | None:
    """The closed period with this seal."""
    with store.reading(engine) as connection:
        return sealed_in(connection, sealed_period.c.hash == seal_hash)


def sealed_in(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Sealed | None:
    """The one closed period for which ``which`` is true."""
    row = connection.execute(sa.select(sealed_period).where(which)).first()
    return None if row is None else read_sealed(connection, row)


def read_sealed(connection: sa.Connection, row: sa.Row[Any]) -> Sealed:
    """A row of sealed_period as what it holds. Raises SealUnreadable."""
    try:
        period = Period.parse(row.period)
        facts = sealed_facts_of(connection, row.seq, period, row.header, row.facts_digest)
        return Sealed(read_seal(row), facts, Masthead.from_json(row.masthead))
    except (ValueError, TypeError, LookupError) as error:
        raise SealUnreadable(period=row.period) from error


def read_seal(row: sa.Row[Any]) -> Seal:
    """The seal alone, its digests as they are of what the row holds now."""
    named = {name: getattr(row, name) for name in Seal.__dataclass_fields__ if name != "masthead_digest"}
    return Seal(**named, masthead_digest=digest_of(row.masthead))


def seals(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Every closed period in the order of closing, without tables: period, closed_at, closed_by, hash and so on."""
    return list(connection.execute(sa.select(sealed_period).order_by(sealed_period.c.seq)))


def sealed_facts(engine: sa.Engine, as_of: datetime) -> Callable[[Period], Facts | None]:
    """What ``gather`` asks for the facts of an earlier period sealed by ``as_of``."""

    def earlier(period: Period) -> Facts | None:
        found = sealed(engine, period)
        return None if found is None or found.seal.closed_at > as_of else found.facts

    return earlier


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
