"""Has anybody changed a sealed period, or what the ledger held when it was sealed?"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reports.errors import SealUnreadable
from reports.facts.values import facts_digest
from reports.known import Known, heads_then
from reports.sealed_tables import altered, digests_under, header_of
from reports.sealing import read_seal, read_sealed, seals
from workflow import store
from workflow.book import Book
from workflow.events import GENESIS


@dataclass(frozen=True, slots=True)
class SealDifference:
    """The first seal that is not as it was set."""

    period: str
    what: str

    def __str__(self) -> str:
        return f"封存的报告期 {self.period}：{self.what}"


@dataclass(frozen=True, slots=True)
class SealsVerified:
    """``head`` is the newest seal, empty where there is none; noted elsewhere, it proves the whole chain."""

    seals: int
    head: str
    difference: SealDifference | None


def verify_seals(book: Book) -> SealsVerified:
    """Check every seal, the chain they form, and that the records each was made of are all still there."""
    known: list[tuple[str, str, Known]] = []
    before = GENESIS
    with store.reading(book.engine) as connection:
        for seq, row in enumerate(seals(connection), 1):
            problem = _problem(row, seq, before) or _changed(connection, row)
            if problem:
                return SealsVerified(seq, before, SealDifference(row.period, problem))
            try:
                known.append((row.period, row.ledger_head, read_sealed(connection, row).known))
            except SealUnreadable as error:
                return SealsVerified(seq, before, SealDifference(row.period, error.message))
            before = row.hash
        return SealsVerified(len(known), before if known else "", _history(connection, known))


def _problem(row: sa.Row[Any], seq: int, before: str) -> str:
    """What is wrong with a seal and its place in the chain."""
    if row.seq != seq:
        return f"序号为 {row.seq}，应为 {seq}，其间有封存被删除。"
    if row.prev_hash != before:
        return f"前一封存值为 {row.prev_hash[:12]}…，应为 {before[:12]}…，其间的封存被换过。"
    rebuilt = read_seal(row).hash
    if rebuilt != row.hash:
        return f"封存值为 {row.hash[:12]}…，按内容应为 {rebuilt[:12]}…，登记被改动过。"
    return ""


def _changed(connection: sa.Connection, row: sa.Row[Any]) -> str:
    """What is wrong with the facts under a seal: every table by its hash, then the hash over those."""
    name = altered(connection, row.seq)
    if name is not None:
        return f"其中的表 {name} 与它的摘要不符，内容被改动过。"
    try:
        header = header_of(row.header)
        digest = facts_digest(header, digests_under(connection, row.seq))
        told = (header["period"], header["ledger_head"], header["policies"])
    except (ValueError, LookupError):
        return SealUnreadable(period=row.period).message
    if digest != row.facts_digest:
        return f"数据的摘要为 {digest[:12]}…，封存时为 {row.facts_digest[:12]}…，内容被改动过。"
    if told != (row.period, row.ledger_head, row.policies):
        return "封存登记与所封存的数据不一致，登记被改动过。"
    return ""


def _history(connection: sa.Connection, known: list[tuple[str, str, Known]]) -> SealDifference | None:
    """A whole application taken away leaves every chain that is left unbroken; the sealed head tells."""
    heads = heads_then(connection, [each for _, _, each in known]) if known else []
    for (period, expected, _), head in zip(known, heads, strict=True):
        if head != expected:
            return SealDifference(
                period,
                f"封存时台账的总账哈希为 {expected[:12]}…，按当时已有的记录重算为 {head[:12]}…，其中有记录被删除、改动或补插。",
            )
    return None
