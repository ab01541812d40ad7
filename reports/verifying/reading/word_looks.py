"""What hides the words of a Word document, or makes others of them (ISO/IEC 29500-1, 17.3.2 and 17.7)."""

import re
from collections.abc import Callable

from reports.verifying.blocks import Meter
from reports.verifying.reading.markup import Attributes, Walker

OFF = {"0", "false", "off", "none"}
DARK = 300  # X: of 765, red, green and blue together
LOWEST = 100  # X: twentieths of a point
DEEPEST = 16  # X: styles based on one another
TINY, WHITE = 10, {"FFFFFF", "FEFEFE"}  # X: half points; a colour that is not seen on paper
MARKS = {
    "w:vanish": "隐藏",
    "w:webHidden": "隐藏",
    "w:specVanish": "隐藏",
    "w:strike": "删除线",
    "w:dstrike": "删除线",
    "w:fitText": "压缩",
    "w:eastAsianLayout": "合并",
}
# How Word paints letters since 2010; the letters may have no colour.
DRAWN = {"textFill", "textOutline", "glow", "reflection", "props3d", "scene3d"}
GLYPHS = {"wingdings", "wingdings 2", "wingdings 3", "webdings", "symbol", "marlett", "mt extra"}


def _on(attributes: Attributes) -> bool:
    return attributes.get("w:val", "1") not in OFF


def _number(text: str) -> float:
    """The number that ``text`` begins with, whatever unit follows; 0 without one."""
    found = re.match(r"-?[0-9]{1,9}", text)
    return float(found[0]) if found else 0.0


def look(name: str, attributes: Attributes) -> str:
    """What a run property does to the words that a reader would not think; empty for nothing."""
    value = attributes.get("w:val", "")
    if name in MARKS:
        return MARKS[name] if _on(attributes) else ""
    if name in {"w:sz", "w:szCs"}:
        return f"字号 {value[:8]}" if _number(value) < TINY else ""
    if name == "w:color":
        light = value.upper() in WHITE or attributes.get("w:themeColor") in {"background1", "light1"}
        return "白字" if light else ""
    if name == "w:rFonts":
        return "符号字体" if any(each.lower() in GLYPHS for each in attributes.values()) else ""
    if name == "w:w":
        return "压缩" if _number(value) < 50 else ""
    if name == "w:position":
        return "移位" if abs(_number(value)) > 12 else ""
    if name == "w:spacing":
        return "移位" if _number(value) < -60 else ""
    return "描绘" if name.rpartition(":")[2] in DRAWN else ""


def _dark(attributes: Attributes) -> bool:
    """Whether words would be written upon a dark ground."""
    fill = attributes.get("w:fill", "auto")
    return bool(re.fullmatch("[0-9A-Fa-f]{6}", fill)) and sum(bytes.fromhex(fill)) < DARK


def _squashed(attributes: Attributes) -> bool:
    """Whether lines or rows are set lower than any letter."""
    exact = "exact" in {attributes.get("w:lineRule"), attributes.get("w:hRule")}
    return exact and _number(attributes.get("w:line", attributes.get("w:val", "0"))) < LOWEST


# What hides words or lays them over others, however they themselves are set; and what it is called.
ODD: dict[str, tuple[str, Callable[[Attributes], bool]]] = {
    "w:shd": ("深色的底", _dark),
    "w:highlight": (
        "深色的底",
        lambda attributes: attributes.get("w:val") in {"black", "darkBlue", "darkGray"},
    ),
    "w:spacing": ("压扁的行", _squashed),
    "w:trHeight": ("压扁的行", _squashed),
    "w:framePr": ("浮动的段落", lambda _: True),
    "w:tblpPr": ("浮动的表", lambda _: True),
}


class Styles(Walker):
    """What each style does to words, itself or by what it is based on."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self._own: dict[str, set[str]] = {"": set()}
        self._based: dict[str, str] = {}
        self._default = self._id = ""

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "w:style":
            self._id = attributes.get("w:styleId", "")
            self._own[self._id] = set()
            if attributes.get("w:type") == "paragraph" and attributes.get("w:default", "0") not in OFF:
                self._default = self._id
        elif name == "w:basedOn":
            self._based[self._id] = attributes.get("w:val", "")
        elif name == "w:numId" and attributes.get("w:val") != "0":
            self._own[self._id].add("编号")
        elif "w:rPr" in self.path and (found := look(name, attributes)):
            self._own[self._id].add(found)

    def looks(self, style: str) -> set[str]:
        """Of a style; the paragraphs' own where ``style`` is empty."""
        found, at, seen = set(self._own[""]), style or self._default, set[str]()
        while at and at not in seen:
            seen.add(at)
            if len(seen) > DEEPEST:
                raise ValueError("样式层层相承过深")
            found |= self._own.get(at, set())
            at = self._based.get(at, "")
        return found
