"""What a finished document says, read back from the file: its tables cell by cell and its text line by line.

The same reader reads the document in question and the one made anew, so how a format stores things does not matter;
a file saved again by another program says the same.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from itertools import groupby
from typing import Any

from limits.errors import YekuoError

Cells = tuple[str, ...]
TEXT = "正文"
# What the readers raise of files that are cut off, locked, nested without end or filled with something else.
BROKEN = (
    ValueError, LookupError, OSError, SyntaxError, AssertionError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
DIGITS = 12  # X: what survives every program that saves a number again


class DocumentUnreadable(YekuoError):
    """文件 {file} 读不出来（{reason}）。应为本系统出具的 HTML、DOCX、XLSX 或 JSON 报告；请核对文件是否完整。"""

    code = "document_unreadable"


@dataclass(frozen=True, slots=True)
class Block:
    """A table, or the text under one heading; the first row of a table (``heads``) names its columns."""

    name: str
    rows: tuple[Cells, ...]
    heads: bool = False


def blocks_of(content: bytes, suffix: str, file: str) -> tuple[Block, ...]:
    """What a document says, in its own order. Raises DocumentUnreadable."""
    try:
        return tuple(READERS[suffix](content))
    except BROKEN as error:
        raise DocumentUnreadable(
            file=file, reason=str(error).partition("\n")[0] or type(error).__name__
        ) from error


# -- HTML -----------------------------------------------------------------------------------------------

_HEADINGS = {"h1", "h2", "h3", "figcaption"}
_LINES = {*_HEADINGS, "p", "div", "dt", "dd", "small", "li", "text", "span", "tr", "section", "title"}
_SILENT = {"style", "script"}


class _Page(HTMLParser):
    """Collects lines and tables as (heading, table number or 0, cells)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[tuple[str, int, Cells]] = []
        self._heading, self._tables, self._inside, self._silent = TEXT, 0, False, 0
        self._cells: list[str] = []
        self._text: list[str] = []

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag == "table":
            self._flush()
            self._tables, self._inside = self._tables + 1, True
        elif tag in _LINES and not self._inside:
            self._flush()

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag == "table":
            self._inside = False
        elif tag in {"td", "th"}:
            self._cells.append(self._take())
        elif tag == "tr":
            self.said.append((self._heading, self._tables, tuple(self._cells)))
            self._cells = []
        elif tag in _LINES and not self._inside:
            if tag in _HEADINGS:
                self._heading = "".join(self._text).strip() or self._heading
            self._flush()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def _take(self) -> str:
        text, self._text = " ".join("".join(self._text).split()), []
        return text

    def _flush(self) -> None:
        if line := self._take():
            self.said.append((self._heading, 0, (line,)))


def _html(content: bytes) -> Iterator[Block]:
    page = _Page()
    page.feed(content.decode("utf-8"))
    page.close()
    for (heading, table), lines in groupby(page.said, key=lambda each: each[:2]):
        yield Block(heading, tuple(cells for _, _, cells in lines), heads=table > 0)


# -- DOCX -----------------------------------------------------------------------------------------------


def _docx(content: bytes) -> Iterator[Block]:
    """Tables under the line above them; pictures by what they are made of, for a chart tells figures too."""
    import docx
    from docx.oxml.ns import qn

    document = docx.Document(io.BytesIO(content))
    line, lines = TEXT, list[Cells]()
    for element in document.element.body:
        if element.tag == qn("w:tbl"):
            yield Block(TEXT, tuple(lines))
            lines = []
            yield Block(line, tuple(_row(each) for each in element.iter(qn("w:tr"))), heads=True)
        elif text := _text(element):
            line = text
            lines.append((text,))
    yield Block(TEXT, tuple(lines))
    parts = document.part.related_parts
    embedded = (parts[each.get(qn("r:embed"))].blob for each in document.element.body.iter(qn("a:blip")))
    yield Block("图", tuple((sha256(each).hexdigest()[:12],) for each in embedded))


def _row(element: Any) -> Cells:
    from docx.oxml.ns import qn

    return tuple(_text(cell) for cell in element.iter(qn("w:tc")))


def _text(element: Any) -> str:
    from docx.oxml.ns import qn

    return "".join(each.text or "" for each in element.iter(qn("w:t"))).strip()


# -- XLSX -----------------------------------------------------------------------------------------------


def _xlsx(content: bytes) -> Iterator[Block]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
    except CalamineError as error:
        raise ValueError(str(error)) from error
    for name, sheet in sheets:
        rows = [_cells(row) for row in sheet.to_python(skip_empty_area=False)]
        while rows and not rows[-1]:
            rows.pop()
        yield Block(name, tuple(rows), heads=True)


def _cells(row: list[Any]) -> Cells:
    cells = [f"{each:.{DIGITS}g}" if isinstance(each, int | float) else str(each) for each in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


# -- JSON -----------------------------------------------------------------------------------------------


def _json(content: bytes) -> Iterator[Block]:
    yield Block("JSON", tuple(_leaves("", json.loads(content.decode("utf-8")))))


def _leaves(path: str, value: object) -> Iterator[Cells]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), each)
    elif isinstance(value, list) and value:
        for place, each in enumerate(value, 1):
            yield from _leaves(f"{path}[{place}]", each)
    else:
        yield path, json.dumps(value, ensure_ascii=False)


READERS: dict[str, Callable[[bytes], Iterator[Block]]] = {
    ".html": _html,
    ".docx": _docx,
    ".xlsx": _xlsx,
    ".json": _json,
}
