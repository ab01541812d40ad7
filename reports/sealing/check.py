"""Has anybody changed a sealed period, or what the ledger held when it was sealed?"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reports.errors import SealUnreadable
from reports.facts.values import facts_digest
from reports.sealing.chain import BROKEN, Seal, links, problem, unreadable
from reports.sealing.kept_tables import altered, digests_under, header_of
from reports.sealing.known import Known, first_after, heads_then
from reports.sealing.seal import agree, read_sealed
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
    with store.reading(book.engine) as connection:
        try:
            return _verified(connection)
        except SealUnreadable as error:  # a column that cannot even be read
            return SealsVerified(0, "", SealDifference("（无法识别）", error.message))


def _verified(connection: sa.Connection) -> SealsVerified:
    known: list[tuple[sa.Row[Any], Known]] = []
    before = None
    for seq, row in enumerate(links(connection), 1):
        said = problem(row, before) or _changed(connection, row)
        if said:
            head = before.hash if before else GENESIS
            return SealsVerified(seq, head, SealDifference(row.period, said))
        known.append((row, read_sealed(connection, row).known))
        before = row
    return SealsVerified(len(known), before.hash if before else "", _history(connection, known))


def _changed(connection: sa.Connection, row: sa.Row[Any]) -> str:
    """What is wrong with the facts under a seal: every table by its hash, then the hash over those."""
    name = altered(connection, row.seq)
    if name is not None:
        return f"其中的表 {name} 与它的摘要不符，内容被改动过。"
    try:
        header = header_of(row.header)
        digest = facts_digest(header, digests_under(connection, row.seq))
        if digest != row.facts_digest:
            return f"数据的摘要为 {digest[:12]}…，封存时为 {row.facts_digest[:12]}…，内容被改动过。"
        return "" if agree(Seal.of(row), header) else "封存登记与所封存的数据不一致，登记被改动过。"
    except BROKEN:
        return unreadable(row).message


def _history(connection: sa.Connection, known: list[tuple[sa.Row[Any], Known]]) -> SealDifference | None:
    """A whole application taken away leaves every chain that is left unbroken; the sealed head tells."""
    heads = heads_then(connection, [each for _, each in known]) if known else []
    for (row, each), head in zip(known, heads, strict=True):
        if head != row.ledger_head:
            return SealDifference(
                row.period,
                f"封存时台账的总账哈希为 {row.ledger_head[:12]}…，按当时已有的记录重算为 {head[:12]}…，其中有记录被删除、改动或补插。",
            )
        late = first_after(connection, each, row.closed_at)
        if late is not None:
            closed_at = f"{row.closed_at:%Y-%m-%d %H:%M:%S}"
            return SealDifference(
                row.period, f"第 {late} 条登记写于封存（{closed_at}）以后，却已计入，时间被改动过。"
            )
    return None
