"""The seals as one chain: each is as it was set, in its place, and no earlier than the one before.

A row that was changed may be the one that is asked for, whatever it says now; so nothing is told of any seal
before all of them are checked.  They are few (19 a year) and short; the facts under them are checked when read.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from limits.errors import YekuoError
from reports.errors import SealUnreadable
from reports.facts.values import digest_of
from reports.periods import Period
from reports.tables import sealed_period
from workflow.events import GENESIS, canonical

# What rows raise that hold anything at all: SQLite keeps no column to its type.
BROKEN = (ValueError, TypeError, LookupError, AttributeError)


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

    @classmethod
    def of(cls, row: sa.Row[Any]) -> "Seal":
        """As the row has it now, the masthead's digest worked out anew."""
        named = {name: getattr(row, name) for name in cls.__dataclass_fields__ if name != "masthead_digest"}
        return cls(**named, masthead_digest=digest_of(row.masthead))

    @property
    def hash(self) -> str:
        """SHA-256 over the seal and, by ``prev_hash``, over every one before it."""
        told = [
            self.prev_hash,
            self.seq,
            self.period,
            self.closed_at.astimezone(UTC).isoformat(),
            self.closed_by,
            self.facts_digest,
            self.masthead_digest,
            self.ledger_head,
            self.policies,
        ]
        return digest_of(canonical(told))


def seals(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Every closed period, a row of sealed_period each, in the order of closing.

    Raises SealUnreadable where the chain is not as it was set.
    """
    chain = links(connection)
    before = None
    for row in chain:
        if problem(row, before):
            raise unreadable(row)
        before = row
    return chain


def links(connection: sa.Connection) -> list[sa.Row[Any]]:
    """The same, whatever was done to them. Raises SealUnreadable where a column cannot even be read."""
    try:
        return list(connection.execute(sa.select(sealed_period).order_by(sealed_period.c.seq)))
    except BROKEN as error:
        raise SealUnreadable(period="有一期") from error


def problem(row: sa.Row[Any], before: sa.Row[Any] | None) -> str:
    """What is wrong with a seal behind ``before``; empty when nothing is."""
    try:
        return _problem(row, before)
    except BROKEN:
        return "封存登记读不出来，被改动过。"


def _problem(row: sa.Row[Any], before: sa.Row[Any] | None) -> str:
    seq, head = (1, GENESIS) if before is None else (before.seq + 1, before.hash)
    if row.seq != seq:
        return f"序号为 {row.seq}，应为 {seq}，其间有封存被删除。"
    if row.prev_hash != head:
        return f"前一封存值为 {row.prev_hash[:12]}…，应为 {head[:12]}…，其间的封存被换过。"
    rebuilt = Seal.of(row).hash
    if rebuilt != row.hash:
        return f"封存值为 {row.hash[:12]}…，按内容应为 {rebuilt[:12]}…，登记被改动过。"
    if before is not None and row.closed_at < before.closed_at:
        return f"封存时间 {_told(row.closed_at)} 早于前一封存的 {_told(before.closed_at)}，时间被倒填。"
    return ""


def unreadable(row: sa.Row[Any]) -> SealUnreadable:
    """The refusal of what stands in ``row``."""
    try:
        return SealUnreadable(period=Period.parse(row.period).label)
    except (YekuoError, *BROKEN):
        return SealUnreadable(period=row.period)


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
