"""A paper in the order it is read: chapters numbered 一、二、, tables and charts numbered 表1, 图1, lists set apart.

Every document takes its numbers from here, so that 表3 is the same table in all of them.
"""

import textwrap
from dataclasses import dataclass
from typing import TypeGuard

from reports.documents.cells import shown
from reports.paper import Cell, Chart, Column, Paper, Part, Passage, Section, Table

MOST_ROWS = 200  # a document is read; a list longer than this is worked through, in the workbook
DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a chapter with its number: 表1, 图2, （一）; ``anchor`` is what a link points at."""

    number: str
    anchor: str
    part: Part

    @property
    def form(self) -> str:
        """Which of the three it is: ``table``, ``chart`` or ``passage``."""
        return type(self.part).__name__.lower()

    @property
    def caption(self) -> str:
        """The number with the title, as it stands over a table or under a chart."""
        joint = "" if isinstance(self.part, Passage) else "　"
        return f"{self.number}{joint}{self.part.title}"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section with its number and its numbered parts."""

    number: str
    anchor: str
    section: Section
    items: tuple[Item, ...]

    @property
    def heading(self) -> str:
        return f"{self.number}、{self.section.title}"


def outline(paper: Paper) -> tuple[Chapter, ...]:
    """The chapters; the last says what the figures rest on."""
    tables = charts = 0
    chapters = []
    for place, section in enumerate((*paper.sections, explanation(paper)), start=1):
        items, passages = [], 0
        for part in section.parts:
            if isinstance(part, Table):
                tables += 1
                items.append(Item(f"表{tables}", f"t{tables}", part))
            elif isinstance(part, Chart):
                charts += 1
                items.append(Item(f"图{charts}", f"c{charts}", part))
            else:
                passages += 1
                items.append(Item(f"（{numeral(passages)}）", f"s{place}-{passages}", part))
        chapters.append(Chapter(numeral(place), f"s{place}", section, tuple(items)))
    return tuple(chapters)


def annexes(chapters: tuple[Chapter, ...]) -> tuple[Item, ...]:
    """The lists with something in them: an official document carries them behind its signature."""
    return tuple(item for chapter in chapters for item in chapter.items if is_annexed(item.part))


def is_annexed(part: Part) -> TypeGuard[Table]:
    """Whether the part stands behind the signature."""
    return isinstance(part, Table) and part.listing and bool(part.rows)


def explanation(paper: Paper) -> Section:
    """What the figures rest on: instant, state, seal, regulations and notes."""
    sealed = paper.unsealed
    if paper.seal:
        # In groups: a word of 64 letters cannot be broken at the end of a line, nor compared by eye.
        sealed = f"本期数据已封存，封存值（SHA-256）：{' '.join(textwrap.wrap(paper.seal, 8))}。"
    until = shown(paper.as_of, "instant")
    told = [
        # The state of a period that is not over tells the instant itself.
        f"{paper.state}（北京时间）。"
        if until in paper.state
        else f"{paper.state}；数据截至 {until}（北京时间）。",
        *([sealed] if sealed else []),
        *paper.notes,
    ]
    basis = (Passage("规则依据", paper.basis),) if paper.basis else ()
    return Section("explanation", "数据依据与说明", tuple(told), basis)


def numeral(number: int) -> str:
    """A number under a hundred as headings write it.

    >>> [numeral(each) for each in (1, 10, 12, 20, 35)]
    ['一', '十', '十二', '二十', '三十五']
    """
    tens, ones = divmod(number, 10)
    leading = "" if tens == 0 else ("十" if tens == 1 else DIGITS[tens] + "十")
    return leading + (DIGITS[ones] if ones else "")


def left_out(table: Table) -> str:
    """The sentence under a list of which only the beginning is printed."""
    if not table.listing or len(table.rows) <= MOST_ROWS:
        return ""
    return f"共 {len(table.rows):,} 行，此处列出前 {MOST_ROWS} 行，其余见同一报告的 XLSX 工作簿“{table.name}”表。"


def printed(table: Table) -> tuple[tuple[Cell, ...], ...]:
    """The rows that a document shows."""
    return table.rows[:MOST_ROWS] if table.listing else table.rows


def units(column: Column) -> int:
    """How much room a column asks for, in Chinese characters: its own width, and its head on two lines."""
    return max(column.width, -(-len(column.head) // 2) + 1)
