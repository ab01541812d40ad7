"""The report as JSON values: everything the documents say, and the facts all of it was worked out from."""

import json
from datetime import date
from typing import Any

from reports.facts.values import Facts
from reports.paper import Cell, Chart, KeyFigure, Paper, Part, Passage, Table


def report_json(paper: Paper, facts: Facts) -> dict[str, Any]:
    """What report.json holds: the paper in its own order, then ``facts`` as they are sealed."""
    return {
        "title": paper.title,
        "organisation": paper.organisation,
        "number": paper.number,
        "period": facts.header["period"],
        "as_of": paper.as_of.isoformat(),
        "state": paper.state,
        "seal": paper.seal or None,
        "facts_digest": facts.digest,
        "keys": [_key(each) for each in paper.keys],
        "sections": [
            {
                "key": each.key,
                "title": each.title,
                "paragraphs": list(each.paragraphs),
                "parts": [_part(part) for part in each.parts],
            }
            for each in paper.sections
        ],
        "basis": list(paper.basis),
        "notes": list(paper.notes),
        "signatures": [{"title": each.title, "name": each.name} for each in paper.signatures],
        "facts": json.loads(facts.to_json()),
    }


def json_document(paper: Paper, facts: Facts) -> bytes:
    """report.json; the same paper and facts give the same bytes."""
    return (json.dumps(report_json(paper, facts), ensure_ascii=False, indent=1) + "\n").encode()


def _key(each: KeyFigure) -> dict[str, str]:
    return {"label": each.label, "value": each.value, "base": each.base}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Passage):
        return {"form": "passage", "title": part.title, "paragraphs": list(part.paragraphs)}
    if isinstance(part, Chart):
        return {"form": "chart", "title": part.title, "note": part.note, **_series(part)}
    return {"form": "table", "name": part.name, "title": part.title, "note": part.note, **_rows(part)}


def _series(chart: Chart) -> dict[str, Any]:
    return {
        "kind": chart.kind,
        "categories": list(chart.categories),
        "series": [{"label": each.label, "values": list(each.values)} for each in chart.series],
    }


def _rows(table: Table) -> dict[str, Any]:
    return {
        "columns": [{"head": each.head, "kind": each.kind} for each in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _cell(cell: Cell) -> object:
    return cell.isoformat() if isinstance(cell, date) else cell
