"""A sheet to draw on: a few shapes and words, written out as SVG. Lengths are in units of the drawing."""

import math
import unicodedata
from collections.abc import Iterator
from html import escape

from reports.documents.tones import FILL, INK, LINES
from reports.paper import Tone

SIZE = 14.0  # of words
APART = 7.0  # between the lines upon a fill


def measured(text: str, size: float = SIZE) -> float:
    """About how wide ``text`` is: a Chinese character is one square, a Latin letter or digit a bit over half."""
    return size * sum(1.0 if unicodedata.east_asian_width(each) in "WFA" else 0.58 for each in text)


def fitted(text: str, width: float, lines: int, size: float = SIZE) -> list[str]:
    """``text`` broken into at most ``lines`` lines of ``width``; what is left over becomes an ellipsis.

    >>> fitted("城关供电所", 42, 2), fitted("城关中心供电服务所", 42, 2)
    (['城关供', '电所'], ['城关中', '心供…'])
    """
    found = [""]
    for each in text:
        if measured(found[-1] + each, size) <= width or not found[-1]:
            found[-1] += each
        elif len(found) < lines:
            found.append(each)
        else:
            while found[-1] and measured(found[-1] + "…", size) > width:
                found[-1] = found[-1][:-1]
            found[-1] += "…"
            break
    return found


def balanced(text: str, width: float, lines: int, size: float = SIZE) -> list[str]:
    """``text`` fitted, its lines about equally long.

    >>> balanced("低压非居民", 60, 2), balanced("高压普通", 60, 2)
    (['低压非', '居民'], ['高压普通'])
    """
    found = fitted(text, width, lines, size)
    if len(found) < 2 or "".join(found) != text:
        return found
    return fitted(text, min(width, measured(text, size) / len(found) + 0.6 * size), lines, size)


def fits(text: str, width: float, lines: int, size: float = SIZE) -> bool:
    """Whether ``text`` is told whole in ``lines`` lines of ``width``."""
    return "".join(fitted(text, width, lines, size)) == text


def ceiling(value: float) -> float:
    """A round number not under ``value``, for the top of a scale; 1 for nothing.

    >>> ceiling(0), ceiling(7), ceiling(23), ceiling(180)
    (1.0, 8.0, 24.0, 200.0)
    """
    if value <= 0:
        return 1.0
    step = 10.0 ** math.floor(math.log10(value))
    for each in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10):
        if value <= each * step * (1 + 1e-9):
            return round(each * step, 10)
    return 10 * step


class Canvas:
    """A drawing as wide as it is told, as high as it becomes."""

    def __init__(self, width: float) -> None:
        self.width = width
        self._parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A filled rectangle; one with no width or height is not drawn."""
        if width > 0 and height > 0:
            self._parts.append(
                f'<rect x="{_(x)}" y="{_(y)}" width="{_(width)}" height="{_(height)}" fill="{fill}"/>'
            )

    def block(self, x: float, y: float, width: float, height: float, tone: Tone) -> None:
        """A rectangle in a tone, with the lines that tell it from others without its colour."""
        self.rect(x, y, width, height, FILL[tone])
        told = "".join(
            f"M{_(x + x1)} {_(y + y1)}L{_(x + x2)} {_(y + y2)}"
            for x1, y1, x2, y2 in _strokes(width, height, tone)
        )
        if told:
            self._parts.append(f'<path d="{told}" stroke="#fff" stroke-opacity=".35" stroke-width="1.4"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1) -> None:
        """A straight line."""
        self._parts.append(
            f'<line x1="{_(x1)}" y1="{_(y1)}" x2="{_(x2)}" y2="{_(y2)}" stroke="{stroke}" stroke-width="{_(width)}"/>'
        )

    def polyline(self, points: list[tuple[float, float]], stroke: str) -> None:
        """A line through ``points``."""
        told = " ".join(f"{_(x)},{_(y)}" for x, y in points)
        self._parts.append(
            f'<polyline points="{told}" fill="none" stroke="{stroke}" stroke-width="2.5" stroke-linejoin="round"/>'
        )

    def dot(self, x: float, y: float, fill: str) -> None:
        """A mark on a line."""
        self._parts.append(f'<circle cx="{_(x)}" cy="{_(y)}" r="4" fill="{fill}" stroke="#fff"/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "start",
        size: float = SIZE,
        fill: str = INK,
        halo: str = "",
    ) -> None:
        """Words that stand on the line ``y``; with a ``halo`` in that colour, readable where lines run behind them."""
        around = (
            f' stroke="{halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' if halo else ""
        )
        self._parts.append(
            f'<text x="{_(x)}" y="{_(y)}" font-size="{_(size)}" fill="{fill}" text-anchor="{anchor}"{around}>'
            f"{escape(text)}</text>"
        )

    def svg(self, height: float, label: str, font: str) -> str:
        """The drawing; ``font`` names a family, or ``inherit`` on a page."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_(self.width)}" height="{_(height)}" '
            f'viewBox="0 0 {_(self.width)} {_(height)}" font-family="{escape(font)}" role="img" '
            f'aria-label="{escape(label)}">{"".join(self._parts)}</svg>'
        )


def _strokes(width: float, height: float, tone: Tone) -> Iterator[tuple[float, float, float, float]]:
    """The lines upon a rectangle, from its upper left corner: x1, y1, x2, y2."""
    runs = LINES.get(tone)
    if runs is None or width <= 0 or height <= 0:
        return
    reach = height if runs == "level" else width + height
    for step in range(1, int(reach / APART) + 1):
        at = step * APART
        if runs == "level":
            yield 0, at, width, at
            continue
        right, down = min(at, width), min(at, height)
        ends = (right, at - right, at - down, down)
        yield ends if runs == "rising" else (width - ends[0], ends[1], width - ends[2], ends[3])


def _(value: float) -> str:
    """A number as SVG writes it, short and the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
