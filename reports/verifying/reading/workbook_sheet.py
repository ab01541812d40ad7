"""One sheet of a workbook read back: what stands in each cell, how it is shown, and what is hidden (18.3)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from reports.verifying.blocks import Block, Cells, Meter
from reports.verifying.reading.markup import Attributes, Walker
from reports.verifying.reading.workbook_styles import COUNTING, Styles

DIGITS = 12  # X: what survives every program that saves a number again
ROWS, COLUMNS = 1_048_576, 16_384
BEGIN = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook's instants have no zone
WIDE = 64  # X: columns; further ones are told with their number
LOWEST = 3.0  # X: points; a row lower than that shows nothing
NARROWEST = 1.0  # X: letters
TRUE = {"1", "true", "on"}
SHEET = {
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "autoFilter",
    "mergeCells", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks",
    "drawing", "ignoredErrors", "phoneticPr", "extLst",
}  # fmt: skip
# What later versions of Excel draw upon cells from within an extension.
DRAWING = {"conditionalFormatting", "sparklineGroup", "slicer", "timelineRef"}
# Letters that shape a head or foot (18.3.1.46) and say nothing.
SHAPING = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[BIUESXY])')
# A left, middle or right of it with nothing in it.
EMPTY = re.compile(r"&[LCR]\s*+(?=&[LCR]|$)")
PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


def column(letters: str) -> int:
    """The number of a column, from 1.

    >>> column("A"), column("AA"), column("XFD")
    (1, 27, 16384)
    """
    number = 0
    for each in letters:
        number = number * 26 + ord(each) - 64
    return number


class Strings(Walker):
    """The texts that cells share, each with what hides it."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self.found: list[tuple[str, str]] = []
        self._said: list[str] = []
        self._looks: set[str] = set()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "x:si":
            self._said, self._looks = [], set()
        elif self.path[-2:-1] == ["x:rPr"]:
            self._looks |= run_look(name, attributes)

    def text(self, text: str) -> None:
        if self.path[-1] == "x:t" and "x:rPh" not in self.path:
            self._said.append(text)

    def end(self, name: str) -> None:
        if name == "x:si":
            self.found.append(("".join(self._said), "、".join(sorted(self._looks))))


def run_look(name: str, attributes: Attributes) -> set[str]:
    """What a run's property in a cell does to its words that a reader would not think."""
    if name == "x:sz" and float(attributes.get("val", "11")) < 6:
        return {"字号过小"}
    if name == "x:color" and (
        attributes.get("rgb", "").upper().endswith("FFFFFF") or attributes.get("theme") == "0"
    ):
        return {"白字"}
    return {"删除线"} if name == "x:strike" and attributes.get("val", "1") in TRUE else set()


class Sheet(Walker):
    """The cells of one sheet by row and column: what they say, and how it is shown."""

    def __init__(self, meter: Meter, styles: Styles, strings: list[tuple[str, str]]) -> None:
        super().__init__(meter)
        self.styles, self.strings = styles, strings
        self.cells: dict[int, dict[int, tuple[str, str]]] = {}
        self.odd: set[str] = set()
        self._shape: list[str] = []
        self._row = self._column = 0
        self._kind = ""
        self._style = 0
        self._value, self._formula, self._said = list[str](), list[str](), list[str]()
        self._has_formula, self._looks = False, set[str]()
        self._page: dict[str, list[str]] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        local = name.removeprefix("x:")
        if (len(self.path) == 2 and (local not in SHEET or local == name)) or name.rpartition(":")[
            2
        ] in DRAWING:
            self.odd.add(name[:80])
        if name == "x:c":
            self._begin(attributes)
        elif name == "x:row":
            self._next_row(attributes)
        elif name == "x:f":
            self._has_formula = True
        elif self.path[-2:-1] == ["x:rPr"]:
            self._looks |= run_look(name, attributes)
        elif local.endswith(("Header", "Footer")) and self.path[-2:-1] == ["x:headerFooter"]:
            self._page[name] = []
        else:
            self._arrange(name, attributes)

    def _arrange(self, name: str, attributes: Attributes) -> None:
        """What hides rows or columns, puts cells together or changes how all are shown."""
        if name == "x:col":
            self._columns(attributes)
        elif name == "x:mergeCell":
            self._shape.append(f"合并 {attributes.get('ref', '')}")
        elif name == "x:sheetFormatPr" and attributes.get("zeroHeight", "0") in TRUE:
            self._shape.append("各行隐藏")
        elif name == "x:sheetView":
            self._view(attributes)

    def _begin(self, attributes: Attributes) -> None:
        self._column += 1
        if place := attributes.get("r"):
            match = PLACE.fullmatch(place)
            if match is None:
                raise ValueError(f"单元格 {place[:20]} 不在表内")
            self._column, self._row = column(match[1]), int(match[2])
        if not (1 <= self._row <= ROWS and 1 <= self._column <= COLUMNS):
            raise ValueError(f"单元格 {attributes.get('r', '')[:20]} 不在表内")
        self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
        self._value, self._formula, self._said = [], [], []
        self._has_formula, self._looks = False, set()

    def _next_row(self, attributes: Attributes) -> None:
        self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        low = float(attributes.get("ht", "15")) < LOWEST
        if attributes.get("hidden", "0") in TRUE or low:
            self._shape.append(f"第 {self._row} 行隐藏")

    def _columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden", "0") in TRUE or float(attributes.get("width", "9")) < NARROWEST:
            self._shape.append(f"第 {attributes.get('min')} 至 {attributes.get('max')} 列隐藏")

    def _view(self, attributes: Attributes) -> None:
        if attributes.get("showFormulas", "0") in TRUE or attributes.get("showZeros", "1") not in TRUE:
            self._shape.append("公式或零的显示方式")

    def text(self, text: str) -> None:
        above = self.path[-1]
        if above == "x:v":
            self._value.append(text)
        elif above == "x:f":
            self._formula.append(text)
        elif above == "x:t" and "x:rPh" not in self.path:
            self._said.append(text)
        elif above in self._page:
            self._page[above].append(text)

    def end(self, name: str) -> None:
        if name != "x:c":
            return
        told, code = self._told()
        if self._has_formula:
            told = f"公式 ={''.join(self._formula)}，存的结果 {told}"
        if told:
            looks = self._looks | self.styles.looks(self._style)
            form = "、".join([code, *sorted(looks)]) if looks else code
            self.cells.setdefault(self._row, {})[self._column] = (told, form)

    def _told(self) -> tuple[str, str]:
        """What the cell holds, and the format that shapes it."""
        code, value = self.styles.code(self._style), "".join(self._value)
        if self._kind in {"n", "d"}:
            return _number(value, code), code if value else ""
        if self._kind == "s" and value:
            value, look = self.strings[int(value)]
            self._looks |= {look} - {""}
        elif self._kind == "inlineStr":
            value = "".join(self._said)
        # Of a format only a section of its own for text touches text (18.8.31).
        return value, code if "@" in code or code.count(";") > 2 else ""

    def blocks(self, name: str) -> Iterator[Block]:
        """What it says; how it is shown; what is hidden or put together; head and foot."""
        last = max(self.cells, default=0)
        if last > 4 * len(self.cells) + 1_000:
            raise ValueError(f"工作表“{name[:40]}”第 {last} 行还有内容，离其他内容太远")
        yield Block(name, tuple(self._line(row, 0) for row in range(1, last + 1)), heads=True)
        forms = (self._line(1, 0), *(self._line(row, 1) for row in range(2, last + 1)))
        yield Block(f"{name}的显示格式", forms, heads=True)
        page = (
            (key[2:], EMPTY.sub("", SHAPING.sub("", "".join(said))).strip())
            for key, said in self._page.items()
        )
        told = chain(sorted(self._shape), sorted(f"{key} {said}" for key, said in page if said))
        yield Block(f"{name}的行列和页眉页脚", tuple((each,) for each in told))

    def _line(self, row: int, which: int) -> Cells:
        cells = self.cells.get(row, {})
        line = [""] * min(max(cells, default=0), WIDE + 2 * len(cells))
        for at, told in cells.items():
            if at <= len(line):
                line[at - 1] = told[which]
            elif told[which]:
                line.append(f"第 {at} 列 {told[which]}")
        while line and not line[-1]:
            line.pop()
        return tuple(line)


def _number(value: str, code: str) -> str:
    """A number as it is kept, a share and a date as they are read."""
    if not value:
        return ""
    number = float(value)
    if code.startswith("yyyy") and 0 < number < 3_000_000:
        told = BEGIN + timedelta(seconds=round(number * 86_400))
        return told.isoformat(" ") if number % 1 else told.date().isoformat()
    if code.endswith("%"):
        return f"{number * 100:.{DIGITS - 2}g}%"
    plain = f"{number:.{DIGITS}g}"
    return plain if COUNTING.fullmatch(code) else f"{plain}（显示为 {code}）"
