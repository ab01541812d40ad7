"""A page of ours read back: tables cell by cell, text line by line. What our own pages never hold is not understood."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import groupby

from reports.verifying.blocks import TEXT, Block, Cells, Meter

# Possessive, so that a file of "<" alone is gone through once.
TOKEN = re.compile(r"<([^<>]*+)>|([^<]++)|<")
HEADINGS = {"h1", "h2", "h3", "figcaption"}
LINES = {*HEADINGS, "p", "div", "dt", "dd", "small", "li", "text", "span", "tr", "section", "title"}
SILENT = {"style", "script"}


def read_page(content: bytes, meter: Meter) -> Iterator[Block]:
    """The blocks of a page; raises what blocks.BROKEN lists."""
    page = _Page()
    for match in TOKEN.finditer(content.decode("utf-8")):
        tag, text = match[1] or "", match[2]
        meter.spend(len(tag) + len(text or ""))
        if text:
            page.text(unescape(text))
        elif tag.startswith("/"):
            page.end(tag[1:].strip().lower())
        elif tag:
            page.start(tag[:20].split(maxsplit=1)[0].strip("/").lower() if tag.strip() else "")
    page.flush()
    for (heading, table), lines in groupby(page.said, key=lambda each: each[:2]):
        yield Block(heading, tuple(cells for _, _, cells in lines), heads=table > 0)


class _Page:
    """Collects lines and tables as (heading, table number or 0, cells)."""

    def __init__(self) -> None:
        self.said: list[tuple[str, int, Cells]] = []
        self._heading, self._tables, self._inside, self._silent = TEXT, 0, False, False
        self._cells: list[str] = []
        self._text: list[str] = []

    def start(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = True
        elif tag == "table":
            self.flush()
            self._tables, self._inside = self._tables + 1, True
        elif tag in LINES and not self._inside:
            self.flush()

    def end(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = False
        elif tag == "table":
            self._inside = False
        elif tag in {"td", "th"}:
            self._cells.append(self._take())
        elif tag == "tr":
            self.said.append((self._heading, self._tables, tuple(self._cells)))
            self._cells = []
        elif tag in LINES and not self._inside:
            if tag in HEADINGS:
                self._heading = "".join(self._text).strip() or self._heading
            self.flush()

    def text(self, text: str) -> None:
        if not self._silent:
            self._text.append(text)

    def _take(self) -> str:
        text, self._text = " ".join("".join(self._text).split()), []
        return text

    def flush(self) -> None:
        if line := self._take():
            self.said.append((self._heading, 0, (line,)))
