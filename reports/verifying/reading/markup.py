"""XML element by element: no document type, no entities, no depth without end; nothing is kept but what is taken."""

from collections.abc import Iterable, Iterator
from pyexpat import ExpatError, ParserCreate
from typing import Any

from reports.verifying.blocks import Meter

Attributes = dict[str, str]
WINDOW, OVERLAP = 1 << 16, 400  # bytes at a time; letters, more than a seal with its name
LONGEST = 1 << 19  # X: bytes of one tag; it is in memory as a whole before anybody is asked
DEEPEST = 128  # X: a cell of a table in a text box in a paragraph is about thirty deep
# By the words of ISO/IEC 29500-1, annex A; the strict form and the transitional one alike.
PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "x",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "x",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/drawingml/2006/picture": "pic",
    "http://purl.oclc.org/ooxml/drawingml/picture": "pic",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing": "xdr",
    "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing": "xdr",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
}


class Walker:
    """What is done with the elements of one part."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.path: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins; ``path`` ends with it."""

    def end(self, name: str) -> None:
        """An element ends; ``path`` still ends with it."""

    def text(self, text: str) -> None:
        """Letters, perhaps not all of them."""


def walk(pieces: Iterable[bytes], walker: Walker) -> None:
    """Go through a part; raises ValueError of what is no XML, declares a document type, is too deep or too much."""
    names: dict[str, str] = {}
    path, meter = walker.path, walker.meter

    def short(name: str) -> str:
        found = names.get(name)
        if found is None:
            space, _, local = name.rpartition(" ")
            found = names[name] = f"{PREFIXES.get(space, space)}:{local}" if space else local
        return found

    def start(name: str, given: dict[str, str]) -> None:
        meter.spend(sum(map(len, given.values())))
        if len(path) >= DEEPEST:
            raise ValueError("层层嵌套过深")
        path.append(short(name))
        walker.start(path[-1], {short(key): value for key, value in given.items()})

    def end(_name: str) -> None:
        walker.end(path[-1])
        path.pop()

    def text(data: str) -> None:
        meter.spend(len(data))
        walker.text(data)

    parser = parser_of()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    for _ in _fed(parser, pieces):
        pass


def parser_of() -> Any:
    """A parser that refuses a document type, and with it every entity and everything outside the file."""

    def refused(*_: object) -> None:
        raise ValueError("XML 里声明了文档类型，本系统和办公软件都不写这个")

    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refused
    return parser


def passages(pieces: Iterable[bytes], meter: Meter) -> Iterator[str]:
    """The letters of a part in passages that overlap; raises ValueError as :func:`walk`."""
    depth, kept, held = 0, "", list[str]()

    def start(_name: str, _given: object) -> None:
        nonlocal depth
        meter.spend()
        depth += 1
        if depth > DEEPEST:
            raise ValueError("层层嵌套过深")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = parser_of()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
        start,
        end,
        held.append,
    )
    for _ in _fed(parser, pieces):
        kept = kept[-OVERLAP:] + "".join(held)
        held.clear()
        yield kept


def _fed(parser: Any, pieces: Iterable[bytes]) -> Iterator[None]:
    """Give ``pieces`` to the parser, a window at a time and a last time at the end."""
    given = 0
    try:
        for piece in pieces:
            for at in range(0, len(piece), WINDOW):
                window = piece[at : at + WINDOW]
                parser.Parse(window, False)
                given += len(window)
                if given - parser.CurrentByteIndex > LONGEST:
                    raise ValueError("XML 里有一个标记过长")
                yield
        parser.Parse(b"", True)
    except ExpatError as error:
        raise ValueError(f"XML 不完整：{error}") from error
    yield
