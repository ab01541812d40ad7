"""Has anybody changed a sealed period, or what the ledger held when it was sealed?"""

from dataclasses import dataclass

import sqlalchemy as sa

from reports.known import Known, heads_then
from reports.sealing import Sealed, SealUnreadable, read_sealed
from reports.tables import sealed_period
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
        for seq, row in enumerate(
            connection.execute(sa.select(sealed_period).order_by(sealed_period.c.seq)), 1
        ):
            try:
                found = read_sealed(row)
                problem = _problem(row.hash, found, seq, before)
            except SealUnreadable as error:
                problem = error.message
            if problem:
                return SealsVerified(seq, before, SealDifference(row.period, problem))
            known.append((row.period, found.seal.ledger_head, found.known))
            before = row.hash
        return SealsVerified(len(known), before if known else "", _history(connection, known))


def _problem(held: str, found: Sealed, seq: int, before: str) -> str:
    seal = found.seal
    if seal.seq != seq:
        return f"序号为 {seal.seq}，应为 {seq}，其间有封存被删除。"
    if seal.prev_hash != before:
        return f"前一封存值为 {seal.prev_hash[:12]}…，应为 {before[:12]}…，其间的封存被换过。"
    if found.facts.digest != seal.facts_digest:
        return f"数据的摘要为 {found.facts.digest[:12]}…，封存时为 {seal.facts_digest[:12]}…，内容被改动过。"
    if not _agrees(found):
        return "封存登记与所封存的数据不一致，登记被改动过。"
    if seal.hash != held:
        return f"封存值为 {held[:12]}…，按内容应为 {seal.hash[:12]}…，登记被改动过。"
    return ""


def _agrees(found: Sealed) -> bool:
    header, seal = found.facts.header, found.seal
    told = (header["period"], header["ledger_head"], header["policies"])
    return told == (seal.period, seal.ledger_head, seal.policies)


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
