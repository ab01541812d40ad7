"""A chart as one SVG drawing: on the page as it is, in DOCX and PDF through the same lines.

Every value is written beside its mark where there is room; a missing value is written as missing, never as
nothing. Standing columns whose names would run into each other lie down.
"""

import math
from collections.abc import Iterable
from operator import itemgetter

from reports.documents.canvas import SIZE, Canvas, balanced, ceiling, fits, measured
from reports.documents.cells import short
from reports.documents.tones import FILL, LINE, PAPER, SOFT, TRACK, UPON
from reports.paper import Chart, Series, Tone

WIDE, NARROW = 720.0, 350.0  # a document or a desktop; a phone
PLOT = 220.0  # the height in which columns stand and lines run
SMALL = 12.0
LEGEND = 24.0
MISSING = "无数据"
Point = tuple[float, float, float]  # across, down, the value


def draw(chart: Chart, width: float = WIDE, font: str = "inherit") -> str:
    """``chart`` as SVG, ``width`` units wide."""
    canvas = Canvas(width)
    top = _legend(canvas, chart)
    if chart.form == "line":
        height = _line(canvas, chart, top)
    elif chart.form != "bars" and stands(chart, width):
        height = _standing(canvas, chart, top)
    else:
        height = _lying(canvas, chart, top)
    return canvas.svg(height, chart.title, font)


def _present(chart: Chart) -> Iterable[float]:
    return (value for series in chart.series for value in series.values if value is not None)


def sums(chart: Chart) -> list[float | None]:
    """What each category comes to; None when nothing is known of it."""
    columns = zip(*(series.values for series in chart.series), strict=True)
    known = [[value for value in column if value is not None] for column in columns]
    return [sum(values) if values else None for values in known]


def _top(chart: Chart) -> float:
    """The end of the scale; counts go up in whole steps."""
    if chart.kind == "share":
        return 1.0
    values = sums(chart) if chart.form == "stacked" else _present(chart)
    highest = max((value for value in values if value is not None), default=0.0)
    if chart.kind == "count":
        return 4.0 * math.ceil(ceiling(highest / 4))
    return ceiling(highest)


def _mark(value: float, chart: Chart) -> str:
    """A number of the scale."""
    return short(value, chart.kind).replace(".0%", "%")


def _legend(canvas: Canvas, chart: Chart) -> float:
    """The names of the series, when there is more than one; how much height they took."""
    if len(chart.series) < 2:
        return 4.0
    x, y = 0.0, 0.0
    for series in chart.series:
        needed = 20 + measured(series.label) + 18
        if x and x + needed > canvas.width:
            x, y = 0.0, y + LEGEND
        canvas.block(x, y + 2, 14, 14, series.tone)
        canvas.text(x + 20, y + 14, series.label, fill=SOFT)
        x += needed
    return y + LEGEND + 8


def stands(chart: Chart, width: float) -> bool:
    """Whether every name fits below its column, in two lines where they are not too short."""
    slot = _slot(chart, width)
    lines = 2 if slot >= 3.5 * SMALL else 1
    return slot >= 2 * SMALL and all(fits(name, slot - 2, lines, SMALL) for name in chart.categories)


def _slot(chart: Chart, width: float) -> float:
    return (width - _gutter(chart)) / max(len(chart.categories), 1)


def _gutter(chart: Chart) -> float:
    """Room for the scale's numbers on the left."""
    return 10 + max(measured(_mark(_top(chart) * part / 4, chart), SMALL) for part in range(5))


# --- lying ----------------------------------------------------------------------------------------------


def _lying(canvas: Canvas, chart: Chart, top: float) -> float:
    labels = min(max((measured(name) for name in chart.categories), default=0.0), canvas.width * 0.34) + 2
    stacked = chart.form == "stacked"
    lanes = 1 if stacked else len(chart.series)
    thickness = (18.0 if lanes == 1 else 15.0) if len(chart.categories) <= 16 else 12.0
    broken = len(chart.categories) <= 16 and not all(fits(name, labels, 1) for name in chart.categories)
    pitch = max(lanes * (thickness + 1) + 9, 36.0 if broken else 18.0)
    told = _told_width(chart, stacked=stacked)
    room = canvas.width - labels - 12 - told
    y = top
    for index, name in enumerate(chart.categories):
        lines = balanced(name, labels, 2 if pitch >= 36 else 1)
        for place, line in enumerate(lines):
            middle = y + pitch / 2 + SIZE * 0.36 + (place - (len(lines) - 1) / 2) * (SIZE + 2)
            canvas.text(labels, middle, line, anchor="end")
        bar = _stacked_bar if stacked else _bars
        bar(canvas, chart, index, (labels + 10, y + (pitch - lanes * (thickness + 1)) / 2), room, thickness)
        y += pitch
    return y + 4


def _told_width(chart: Chart, *, stacked: bool) -> float:
    values = sums(chart) if stacked else [value for series in chart.series for value in series.values]
    return 8 + max(
        (measured(MISSING if value is None else short(value, chart.kind)) for value in values), default=0.0
    )


def _bars(
    canvas: Canvas, chart: Chart, index: int, at: tuple[float, float], room: float, thickness: float
) -> None:
    scale = room / _top(chart)
    x, y = at
    for series in chart.series:
        value = series.values[index]
        if chart.kind == "share":
            canvas.rect(x, y, room, thickness, TRACK)
        if value is None:
            canvas.text(x + 6, y + thickness / 2 + 5, MISSING, fill=SOFT, size=SMALL)
        else:
            canvas.block(x, y, value * scale, thickness, series.tone)
            end = x + (room if chart.kind == "share" else value * scale)
            canvas.text(end + 6, y + thickness / 2 + 5, short(value, chart.kind))
        y += thickness + 1


def _stacked_bar(
    canvas: Canvas, chart: Chart, index: int, at: tuple[float, float], room: float, thickness: float
) -> None:
    scale = room / _top(chart)
    x, y = at
    for series in chart.series:
        value = series.values[index] or 0.0
        canvas.block(x, y, value * scale, thickness, series.tone)
        if value and (told := _upon(series, short(value, chart.kind), value * scale - 6)):
            _within(canvas, x + value * scale / 2, y + thickness / 2 + 4.3, told, series.tone)
        x += value * scale
    whole = sums(chart)[index]
    if chart.kind != "share" or whole is None:
        canvas.text(x + 6, y + thickness / 2 + 5, MISSING if whole is None else short(whole, chart.kind))


def _upon(series: Series, told: str, room: float) -> str:
    """What is written upon a part: its value, after a name as short as a level's; empty where there is no room."""
    named = f"{series.label}{told}" if len(series.label) == 1 else told
    return next((text for text in (named, told) if measured(text, SMALL) <= room), "")


def _within(canvas: Canvas, middle: float, y: float, told: str, tone: Tone) -> None:
    canvas.text(middle, y, told, anchor="middle", size=SMALL, fill=UPON[tone], halo=FILL[tone])


# --- standing -------------------------------------------------------------------------------------------


def _standing(canvas: Canvas, chart: Chart, top: float) -> float:
    foot = top + 16 + PLOT
    highest = _top(chart)
    gutter = _scale(canvas, chart, foot, 0.0, highest)
    slot = _slot(chart, canvas.width)
    for index in range(len(chart.categories)):
        draw_one = _stacked_column if chart.form == "stacked" else _columns
        draw_one(canvas, chart, index, (gutter + index * slot, foot), slot, PLOT / highest)
    return _names(canvas, chart, foot, gutter, slot)


def _scale(canvas: Canvas, chart: Chart, foot: float, low: float, high: float) -> float:
    """Five lines across and their numbers; where the plot begins on the left."""
    gutter = _gutter(chart)
    for part in range(5):
        y = foot - PLOT * part / 4
        canvas.line(gutter, y, canvas.width, y, LINE)
        told = _mark(low + (high - low) * part / 4, chart)
        canvas.text(gutter - 6, y + 4, told, anchor="end", size=SMALL, fill=SOFT)
    return gutter


def _names(canvas: Canvas, chart: Chart, foot: float, gutter: float, slot: float) -> float:
    """The categories below the plot; along a line as many as have room, the last among them. The height reached."""
    every = 1
    if chart.form == "line":
        longest = max((measured(name, SMALL) for name in chart.categories), default=0.0)
        every = max(1, math.ceil((longest + 6) / slot))
    most = 1
    for index, name in enumerate(chart.categories):
        if (len(chart.categories) - 1 - index) % every:
            continue
        lines = balanced(name, slot * every - 2, 2, SMALL)
        most = max(most, len(lines))
        for place, line in enumerate(lines):
            x = min(gutter + (index + 0.5) * slot, canvas.width - measured(line, SMALL) / 2)
            canvas.text(x, foot + 17 + place * 15, line, anchor="middle", size=SMALL)
    return foot + 8 + most * 15 + 4


def _columns(
    canvas: Canvas, chart: Chart, index: int, at: tuple[float, float], slot: float, scale: float
) -> None:
    lanes = len(chart.series)
    thickness = min(slot * 0.72 / lanes, 44.0)
    x, foot = at[0] + (slot - thickness * lanes) / 2, at[1]
    for series in chart.series:
        value = series.values[index]
        told = MISSING if value is None else short(value, chart.kind)
        height = (value or 0.0) * scale
        canvas.block(x, foot - height, thickness - 1, height, series.tone)
        room = slot - 2 if lanes == 1 else thickness + 2
        if measured(told, SMALL) <= room or (value is None and (told := "—")):
            canvas.text(x + thickness / 2, foot - height - 5, told, anchor="middle", size=SMALL)
        x += thickness


def _stacked_column(
    canvas: Canvas, chart: Chart, index: int, at: tuple[float, float], slot: float, scale: float
) -> None:
    thickness = min(slot * 0.72, 56.0)
    x, y = at[0] + (slot - thickness) / 2, at[1]
    for series in chart.series:
        height = (series.values[index] or 0.0) * scale
        canvas.block(x, y - height, thickness, height, series.tone)
        told = _upon(series, short(series.values[index] or 0.0, chart.kind), thickness - 4)
        if told and height >= SMALL + 4:
            _within(canvas, x + thickness / 2, y - height / 2 + 4.3, told, series.tone)
        y -= height
    whole = sums(chart)[index]
    told = MISSING if whole is None else short(whole, chart.kind)
    if (chart.kind != "share" or whole is None) and measured(told, SMALL) <= slot:
        canvas.text(x + thickness / 2, y - 5, told, anchor="middle", size=SMALL)


# --- through time ---------------------------------------------------------------------------------------


def _line(canvas: Canvas, chart: Chart, top: float) -> float:
    foot = top + 16 + PLOT
    low, high = _bounds(chart)
    gutter = _scale(canvas, chart, foot, low, high)
    slot = _slot(chart, canvas.width)
    lines = [
        [
            None
            if value is None
            else (gutter + (at + 0.5) * slot, foot - PLOT * (value - low) / (high - low), value)
            for at, value in enumerate(series.values)
        ]
        for series in chart.series
    ]
    for series, points in zip(chart.series, lines, strict=True):
        for run in _runs(points):
            canvas.polyline([(x, y) for x, y, _ in run], FILL[series.tone])
            for x, y, _ in run:
                canvas.dot(x, y, FILL[series.tone])
    taken: list[Point] = []
    for points in lines:
        _tell(canvas, chart, [point for point in points if point is not None], slot, taken)
    return _names(canvas, chart, foot, gutter, slot)


def _tell(canvas: Canvas, chart: Chart, points: list[Point], slot: float, taken: list[Point]) -> None:
    """Write values over or below their marks where nothing stands yet; the newest first.

    Where they would crowd each other, or several lines cross, only the last, the lowest and the highest.
    """
    if not points:
        return
    wide = max(measured(short(value, chart.kind), SMALL) for *_, value in points)
    asked = list(reversed(points))
    if wide + 4 > slot or len(chart.series) > 1:
        value_of = itemgetter(2)
        asked = list(dict.fromkeys([points[-1], min(points, key=value_of), max(points, key=value_of)]))
    for x, y, value in asked:
        told = short(value, chart.kind)
        half = measured(told, SMALL) / 2 + 2
        at = min(x, canvas.width - half)
        for line in (y - 9, y + 19):
            if all(abs(line - other) > 15 or abs(at - place) > half + width for place, other, width in taken):
                canvas.text(at, line, told, anchor="middle", size=SMALL, halo=PAPER)
                taken.append((at, line, half))
                break


def _runs(
    points: list[Point | None],
) -> Iterable[list[Point]]:
    """The stretches without a gap."""
    run: list[Point] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _bounds(chart: Chart) -> tuple[float, float]:
    """A line of shares near the top would be flat from nought: it starts lower, and its scale says where."""
    least = min(_present(chart), default=0.0)
    if chart.kind != "share" or least < 0.6:
        return 0.0, _top(chart)
    return (0.8 if least >= 0.84 else 0.6 if least >= 0.64 else 0.4), 1.0
