"""The public edition: what may hang on the notice board, without anybody's name, number or address."""

from collections import Counter
from dataclasses import replace

from reports.paper import Cell, Column, Paper, Part, Table

COUNTED = Column("条数", "count", 6)
NOTE = "公开版不列各户，只列条数。"


def public_edition(paper: Paper) -> Paper:
    """``paper`` without what is marked personal, and with how many in place of each application; no figure moves.

    Signatures keep the office and lose the name.
    """
    return replace(
        paper,
        sections=tuple(
            replace(section, parts=tuple(kept for part in section.parts for kept in _kept(part)))
            for section in paper.sections
        ),
        signatures=tuple(replace(signature, name="") for signature in paper.signatures),
        public=True,
    )


def _kept(part: Part) -> tuple[Part, ...]:
    if part.personal:
        return ()
    if not isinstance(part, Table):
        return (part,)
    return _counts(part) if part.by_application else (_without_people(part),)


def _counts(table: Table) -> tuple[Table, ...]:
    """How many rows there are of each of what is counted; nothing where nothing is.

    A class, a station and a date may in a small county be one firm (X).
    """
    by = [index for index, column in enumerate(table.columns) if column.counted]
    if not by:
        return ()
    counted = Counter(tuple(row[index] for index in by) for row in table.rows)
    first, *others = (table.columns[index] for index in by)
    rows = sorted(counted.items(), key=lambda each: str(each[0][0]))  # under it in the order of the list
    return (
        replace(
            table,
            title=f"{table.title}（条数）",
            columns=(replace(first, grouped=bool(others)), *others, COUNTED),
            rows=tuple((*key, n) for key, n in rows),
            note=NOTE,
            listing=False,
        ),
    )


def _without_people(table: Table) -> Table:
    """The table without its personal columns.

    Rows that told persons apart would stand there as repetitions of one unit; such a table is marked personal whole.
    """
    kept = [index for index, column in enumerate(table.columns) if not column.personal]
    columns = tuple(table.columns[index] for index in kept)
    rows: tuple[tuple[Cell, ...], ...] = tuple(tuple(row[index] for index in kept) for row in table.rows)
    return replace(table, columns=columns, rows=rows if columns else ())
