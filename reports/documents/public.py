"""The public edition: what may hang on the notice board, without anybody's name, number or address."""

from dataclasses import replace

from reports.paper import Cell, Paper, Part, Table


def public_edition(paper: Paper) -> Paper:
    """``paper`` without what is marked personal; no figure is counted anew.

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
    return (_without_people(part),) if isinstance(part, Table) else (part,)


def _without_people(table: Table) -> Table:
    """The table without its personal columns.

    Rows that told persons apart would stand there as repetitions of one unit; such a table is marked personal whole.
    """
    kept = [index for index, column in enumerate(table.columns) if not column.personal]
    columns = tuple(table.columns[index] for index in kept)
    rows: tuple[tuple[Cell, ...], ...] = tuple(tuple(row[index] for index in kept) for row in table.rows)
    return replace(table, columns=columns, rows=rows if columns else ())
