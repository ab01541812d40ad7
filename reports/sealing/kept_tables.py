"""The facts of a closed period in the database: a row for each table, read when a figure asks for it.

What a month's indicators need is small however many applications there were; the lists behind them are not.
Each table is checked against its hash whenever it is read, and the hashes against the seal's.
"""

import json
from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from reports.errors import SealUnreadable
from reports.facts.values import Facts, Rows, Value, digest_of, facts_digest
from reports.periods import Period
from reports.tables import sealed_table
from workflow import store
from workflow.events import canonical


class SealedTables(Mapping[str, Rows]):
    """The tables of the ``seq``-th seal by name, read and checked when they are asked for.

    Asking raises SealUnreadable where a table is not as ``digests`` say it was sealed.
    """

    def __init__(self, engine: sa.Engine, seq: int, period: Period, digests: Mapping[str, str]) -> None:
        self._engine, self._seq, self._period, self._digests = engine, seq, period, digests
        self._read: dict[str, Rows] = {}

    def __getitem__(self, name: str) -> Rows:
        if name not in self._read:
            self._read[name] = self._table(name, self._digests[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._digests

    def __iter__(self) -> Iterator[str]:
        return iter(self._digests)

    def __len__(self) -> int:
        return len(self._digests)

    def _table(self, name: str, digest: str) -> Rows:
        with store.reading(self._engine) as connection:
            text = _content(connection, self._seq, name)
        if text is None or digest_of(text) != digest:
            raise SealUnreadable(period=self._period.label)
        try:
            return Rows.from_json(text)
        except ValueError as error:
            raise SealUnreadable(period=self._period.label) from error


def keep_tables(connection: sa.Connection, seq: int, facts: Facts) -> None:
    """Write the tables of ``facts`` under the ``seq``-th seal, one by one: all at once they may be large."""
    for name, each in facts.tables.items():
        text = each.to_json()
        row = {"seq": seq, "name": name, "content": text, "digest": digest_of(text)}
        connection.execute(sa.insert(sealed_table), [row])


def sealed_facts_of(connection: sa.Connection, seq: int, period: Period, header: str, digest: str) -> Facts:
    """The facts under the ``seq``-th seal; no table is read yet.

    Raises ValueError when header and hashes are not those whose hash is ``digest``.
    """
    told, digests = header_of(header), digests_under(connection, seq)
    if facts_digest(told, digests) != digest:
        raise ValueError("not what was sealed")
    return Facts(told, SealedTables(connection.engine, seq, period, digests), digests)


def header_of(text: str) -> dict[str, Value]:
    """The header of facts as it is kept. Raises ValueError."""
    told = json.loads(text)
    if not isinstance(told, dict) or canonical(told) != text:
        raise ValueError("no header")
    return told


def digests_under(connection: sa.Connection, seq: int) -> dict[str, str]:
    """The hash of each table under the ``seq``-th seal, by name."""
    wanted = sa.select(sealed_table.c.name, sealed_table.c.digest).where(sealed_table.c.seq == seq)
    return {row.name: row.digest for row in connection.execute(wanted.order_by(sealed_table.c.name))}


def altered(connection: sa.Connection, seq: int) -> str | None:
    """The first table under the ``seq``-th seal that is not what its hash says; one is held at a time."""
    for name, digest in digests_under(connection, seq).items():
        if digest_of(_content(connection, seq, name) or "") != digest:
            return name
    return None


def _content(connection: sa.Connection, seq: int, name: str) -> str | None:
    wanted = sa.select(sealed_table.c.content).where(sealed_table.c.seq == seq, sealed_table.c.name == name)
    text = connection.execute(wanted).scalar()
    return text if isinstance(text, str) else None
