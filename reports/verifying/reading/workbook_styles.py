"""How the cells of a workbook are shown: the format of their numbers, and what makes words unseen (18.8)."""

import re

from reports.verifying.blocks import Meter
from reports.verifying.reading.markup import Attributes, Walker

GENERAL = ""
BUILT_IN = {
    "0": GENERAL, "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "14": "yyyy-mm-dd",
    "49": "@",
}  # fmt: skip
# Formats that only count digits; another may put words of its own in a number's place.
COUNTING = re.compile(r"[#0?,.%;:/ymdhs -]*")
SMALLEST = 6.0  # X: points
GLYPHS = {"wingdings", "wingdings 2", "wingdings 3", "webdings", "symbol", "marlett", "mt extra"}
# Colours that are told by a number: the theme's first is paper, its second ink (20.1.6.2); so are the first indexed.
THEME = {"0": "FFFFFF", "1": "000000"}
INDEXED = {"0": "000000", "1": "FFFFFF", "8": "000000", "9": "FFFFFF", "64": "000000", "65": "FFFFFF"}


def plain_code(code: str) -> str:
    """A format without what programs add to it when they save it again.

    >>> plain_code("yyyy\\\\-mm\\\\-dd\\\\ hh:mm"), plain_code("General"), plain_code("#,##0.##;;;")
    ('yyyy-mm-dd hh:mm', '', '#,##0.##')
    """
    told = code
    for each in "-/: ,":
        told = told.replace(f"\\{each}", each)
    told = told.removesuffix("@").rstrip(";") if told.endswith(";@") else told.rstrip(";")
    return GENERAL if told.lower() in {"general", "g/通用格式"} else told


class Styles(Walker):
    """The formats, fonts and fills, by the numbers that cells name."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self._codes: dict[str, str] = {}
        self._fonts: list[tuple[str, set[str]]] = []  # colour and what makes the words unreadable
        self._fills: list[str] = []
        self._forms: list[tuple[str, set[str]]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        at = self.path[1] if len(self.path) > 2 else ""
        if name == "x:numFmt" and at == "x:numFmts":
            self._codes[attributes.get("numFmtId", "")] = plain_code(attributes.get("formatCode", ""))
        elif at == "x:fonts":
            self._font(name, attributes)
        elif at == "x:fills":
            self._fill(name, attributes)
        elif name == "x:xf" and at == "x:cellXfs":
            self._form(attributes)
        elif name == "x:alignment" and at == "x:cellXfs" and _bent(attributes):
            self._forms[-1][1].add("排列改变数字的样子")

    def _font(self, name: str, attributes: Attributes) -> None:
        if name == "x:font":
            self._fonts.append(("000000", set()))
            return
        looks = self._fonts[-1][1]
        value = attributes.get("val", "")
        if name == "x:color":
            self._fonts[-1] = _colour(attributes, "000000"), looks
        elif name == "x:sz" and float(value) < SMALLEST:
            looks.add(f"字号 {value[:8]}")
        elif name == "x:name" and value.lower() in GLYPHS:
            looks.add("符号字体")
        elif name == "x:strike" and value in {"", "1", "true"}:
            looks.add("删除线")

    def _fill(self, name: str, attributes: Attributes) -> None:
        if name == "x:fill":
            self._fills.append("FFFFFF")
        elif name == "x:fgColor":
            self._fills[-1] = _colour(attributes, "FFFFFF")

    def _form(self, attributes: Attributes) -> None:
        number = attributes.get("numFmtId", "0")
        code = self._codes.get(number, BUILT_IN.get(number, f"内置格式 {number[:8]}"))
        font, fill = int(attributes.get("fontId", "0")), int(attributes.get("fillId", "0"))
        colour, looks = self._fonts[font] if font < len(self._fonts) else ("000000", set())
        ground = self._fills[fill] if fill < len(self._fills) else "FFFFFF"
        self._forms.append((code, looks | ({"字色与底色相同"} if colour == ground else set())))

    def code(self, style: int) -> str:
        """The format of a cell's number; empty for the general one."""
        return self._forms[style][0] if style < len(self._forms) else GENERAL

    def looks(self, style: int) -> set[str]:
        """What makes a cell's words unreadable."""
        return self._forms[style][1] if style < len(self._forms) else set()


def _bent(attributes: Attributes) -> bool:
    """Whether a number is shown again and again until the cell is full, turned, or shrunk to fit."""
    shrunk = attributes.get("shrinkToFit", "0") in {"1", "true"}
    return attributes.get("horizontal") == "fill" or attributes.get("textRotation", "0") != "0" or shrunk


def _colour(attributes: Attributes, otherwise: str) -> str:
    if "rgb" in attributes:
        return attributes["rgb"][-6:].upper()
    if "theme" in attributes:
        return THEME.get(attributes["theme"], "主题色")
    return INDEXED.get(attributes.get("indexed", ""), otherwise)
