"""A paper as PDF in the layout of official documents (GB/T 9704-2012), set by typst; nothing comes from a network.

What is shown goes to the template as data: nothing in it can act as a command of the typesetter.
"""

import json
import re
from dataclasses import asdict
from datetime import UTC
from typing import Any

from reports.documents import fonts
from reports.documents.canvas import measured
from reports.documents.cells import LEVELS, shown
from reports.documents.charts import WIDE, draw
from reports.documents.front import (
    annex_lines,
    annex_name,
    annexed,
    day_in_chinese,
    key_table,
    mark_lines,
    number_line,
    signature_lines,
    title_lines,
)
from reports.documents.layout import (
    ACROSS,
    TALL,
    UPRIGHT,
    Setting,
    aligned,
    head_lines,
    lines,
    runs,
    setting,
    spans,
)
from reports.documents.outline import Chapter, Item, annexes, is_annexed, left_out, outline, printed
from reports.documents.page import TEMPLATES
from reports.documents.pictures import shown_width
from reports.documents.tones import FILL
from reports.paper import Chart, Paper, Passage, Table

LONGEST = 28  # Chinese characters on a line


def render_pdf(paper: Paper) -> bytes:
    """The PDF; the same paper gives the same bytes on the same machine. Raises ChineseFontMissing."""
    import typst

    return typst.compile(
        TEMPLATES / "official.typ",
        font_paths=fonts.installed(),
        sys_inputs={"paper": source(paper)},
        timestamp=paper.as_of.astimezone(UTC).replace(microsecond=0),  # typst takes whole seconds
        pdf_tags=False,  # they treble a list's size
    )


def source(paper: Paper) -> str:
    """All that the template is given, and so all that the PDF can show."""
    return json.dumps(_paper(paper, fonts.typefaces()), ensure_ascii=False)


def broken(text: str, room: float) -> str:
    """``text`` with places where a Latin word wider than ``room`` Chinese characters may be parted.

    The typesetter parts no word by itself: a long one would run over its neighbour. What fits is left as it is:
    a figure with such places in it is not found by who looks for it, nor is it one when it is copied.
    """

    def parted(word: re.Match[str]) -> str:
        return "\u200b".join(word[0]) if measured(word[0], 1.0) > room else word[0]

    return re.sub("[!-~]+", parted, text)


def _paper(paper: Paper, faces: fonts.Typefaces) -> dict[str, Any]:
    chapters = outline(paper)
    behind = annexes(chapters)
    return {
        "faces": asdict(faces),
        "title": paper.title,
        "lines": title_lines(paper.title),
        "organisation": paper.organisation,
        "mark": dict(zip(("lines", "size"), mark_lines(paper), strict=True)),
        "number": number_line(paper),
        "state": paper.state,
        "seal": paper.seal,  # among the PDF's properties too: whoever verifies it finds it there unpacked
        "date": day_in_chinese(paper.as_of),
        "keys": _table(key_table(paper.keys), UPRIGHT),
        "chapters": [_chapter(chapter, behind, faces) for chapter in chapters],
        "signatures": signature_lines(paper),
        "annexed": annex_lines(tuple(item.part.title for item in behind)),
        "annexes": [
            _annex(item, item.part, annex_name(at, len(behind)))
            for at, item in enumerate(behind, start=1)
            if is_annexed(item.part)
        ],
    }


def _chapter(chapter: Chapter, behind: tuple[Item, ...], faces: fonts.Typefaces) -> dict[str, Any]:
    return {
        "heading": chapter.heading,
        "paragraphs": [broken(text, LONGEST) for text in chapter.section.paragraphs],
        "items": [_item(item, behind, faces) for item in chapter.items],
    }


def _item(item: Item, behind: tuple[Item, ...], faces: fonts.Typefaces) -> dict[str, Any]:
    part, named = item.part, {"form": item.form, "caption": item.caption}
    if isinstance(part, Passage):
        return {**named, "paragraphs": [broken(text, LONGEST) for text in part.paragraphs]}
    if isinstance(part, Chart):
        svg = draw(part, WIDE, faces.chart)
        return {**named, "svg": svg, "width": shown_width(svg), "note": part.note}
    if is_annexed(part):
        name = annex_name(behind.index(item) + 1, len(behind))
        return {"form": "annexed", "sentence": annexed(item, name)}
    return {**named, **_table(part, UPRIGHT), "empty": part.empty}


def _annex(item: Item, table: Table, name: str) -> dict[str, Any]:
    return {
        **_table(table, ACROSS),
        "name": name,
        "caption": item.number,
        "lines": title_lines(table.title),
    }


def _table(table: Table, room: float) -> dict[str, Any]:
    found = setting(table, room)
    return {
        "size": found.size,
        "columns": [
            {
                "head": head_lines(column, room),
                "width": width,
                "align": aligned(column),
                "level": column.kind == "level",
            }
            for column, width, room in zip(table.columns, found.widths, found.rooms, strict=True)
        ],
        "rows": _rows(table, found),
        "notes": [text for text in (left_out(table), table.note) if text],
        "marks": {name: FILL[tone] for name, tone in LEVELS.items()},
    }


def _rows(table: Table, found: Setting) -> list[dict[str, Any]]:
    """``held``: how many rows from this one on stay on one page, 0 in the middle of them; likewise a cell's span."""
    rows, high = printed(table), lines(table, found)
    held = runs(table, high)
    merged = {at: spans(table, held, at) for at, column in enumerate(table.columns) if column.grouped}
    begins = [each for count in held for each in (count, *[0] * (count - 1))]
    return [
        {
            "total": table.total and at == len(table.rows) - 1,
            "held": begins[at],
            "tall": high[at] > TALL,
            "cells": [
                {
                    "words": broken(shown(cell, column.kind), found.rooms[index]),
                    "span": merged[index][at] if index in merged else 1,
                }
                for index, (column, cell) in enumerate(zip(table.columns, row, strict=True))
            ],
        }
        for at, row in enumerate(rows)
    ]
