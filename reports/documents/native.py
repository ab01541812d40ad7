"""Excel's own charts, drawn by Excel from figures on a sheet of their own."""

from collections.abc import Iterator
from typing import Any

from reports.documents.charts import MISSING, WIDE, stands, sums
from reports.documents.outline import Chapter, Item
from reports.documents.sheets import NUMBERS, for_print, headed
from reports.documents.tones import FILL, LINES, PAPER, UPON
from reports.paper import Chart, Series, Tone

WIDTH = 760  # pixels
ROW = 20  # pixels
PAGE = 66  # rows on an A4 page upright
SLIGHT = 0.08  # of the highest stack; a part lower than that has no room for its number
PATTERNS = {
    "rising": "wide_upward_diagonal",
    "falling": "wide_downward_diagonal",
    "level": "narrow_horizontal",
}
SHAPES = {"bars": "bar", "columns": "column", "stacked": "column", "line": "line"}


class Charts:
    """One sheet of charts and one of what they show."""

    def __init__(self, book: Any, shown: str, data: str, title: str, chapters: tuple[Chapter, ...]) -> None:
        self.book, self.shown, self.data_name, self.title = book, shown, data, title
        items = (item for chapter in chapters for item in chapter.items)
        self.items = [
            (item, item.part) for item in items if isinstance(item.part, Chart) and item.part.categories
        ]

    def draw(self) -> None:
        """The sheet of charts, one below the other; none is cut by the end of a page."""
        if not self.items:
            return
        sheet = self.book.add_worksheet(self.shown)
        sheet.hide_gridlines(2)
        at = row = page = 0
        breaks = []
        for item, chart in self.items:
            needed = -(-_height(chart) // ROW) + 2
            if at > page and at + needed > page + PAGE:
                breaks.append(at)
                page = at
            sheet.insert_chart(at, 0, self._chart(item, chart, row), {"x_offset": 6, "y_offset": 6})
            at += needed
            row += len(chart.categories) + 3
        sheet.set_paper(9)  # A4
        sheet.set_print_scale(72)
        sheet.set_margins(left=0.5, right=0.4, top=0.6, bottom=0.6)
        sheet.set_h_pagebreaks(breaks)
        headed(sheet, self.title)

    def tell(self) -> None:
        """The sheet of what they show."""
        if not self.items:
            return
        sheet = self.book.add_worksheet(self.data_name)
        sheet.set_column(0, 0, 26)
        widest = max(len(series.label) for _, chart in self.items for series in chart.series)
        sheet.set_column(1, 9, max(14, 2 * widest + 2))
        bold, right = self.book.add_format({"bold": True}), self.book.add_format({"align": "right"})
        kinds = {chart.kind for _, chart in self.items}
        numbers = {kind: self.book.add_format({"num_format": NUMBERS[kind]}) for kind in sorted(kinds)}
        row = 0
        for item, chart in self.items:
            _values(sheet, (bold, right, numbers[chart.kind]), item, chart, row)
            row += len(chart.categories) + 3
        for_print(sheet, self.title)

    def _chart(self, item: Item, chart: Chart, row: int) -> Any:
        lies = chart.form == "bars" or (chart.form != "line" and not stands(chart, WIDE))
        shape = {"type": "bar" if lies else SHAPES[chart.form]}
        if chart.form == "stacked":
            shape["subtype"] = "stacked"
        drawn = self.book.add_chart(shape)
        first, last = row + 2, row + 1 + len(chart.categories)
        for index, series in enumerate(chart.series, start=1):
            drawn.add_series(
                {
                    "name": [self.data_name, row + 1, index],
                    "categories": [self.data_name, first, 0, last, 0],
                    "values": [self.data_name, first, index, last, index],
                    # What viewers show that do not look at the sheet: nothing is kept of it while it is written.
                    "categories_data": list(_names(chart)),
                    "values_data": list(series.values),
                    "data_labels": _labels(chart, series),
                    "gap": max(45, 300 // len(chart.categories)),  # a bar by itself is no wall
                    **_colour(chart, series.tone),
                }
            )
        _dress(drawn, item, chart, lies=lies)
        drawn.set_size({"width": WIDTH, "height": _height(chart)})
        return drawn


def _values(sheet: Any, forms: tuple[Any, Any, Any], item: Item, chart: Chart, row: int) -> None:
    bold, right, number = forms
    sheet.write_string(row, 0, item.caption, bold)
    for index, series in enumerate(chart.series, start=1):
        sheet.write_string(row + 1, index, series.label, right)
    for at, name in enumerate(_names(chart), start=row + 2):
        sheet.write_string(at, 0, name)
        for index, series in enumerate(chart.series, start=1):
            value = series.values[at - row - 2]
            if value is not None:  # an empty cell is a gap, a nought would be a figure
                sheet.write_number(at, index, value, number)


def _names(chart: Chart) -> Iterator[str]:
    """The categories; beside a bar that is not there, that nothing is known of it."""
    for at, name in enumerate(chart.categories):
        known = chart.form == "line" or any(series.values[at] is not None for series in chart.series)
        yield name if known else f"{name}（{MISSING}）"


def _dress(drawn: Any, item: Item, chart: Chart, *, lies: bool) -> None:
    drawn.set_title({"name": item.caption, "name_font": {"size": 12}})
    drawn.set_legend({"none": True} if len(chart.series) < 2 else {"position": "bottom"})
    scale: dict[str, Any] = {
        "major_gridlines": {"visible": True, "line": {"color": "#E3E7EA"}},
        "num_format": "0%" if chart.kind == "share" else "#,##0",
    }
    if chart.kind == "share":
        scale["max"] = 1.1 if lies else 1  # room for the number beside a full bar; that scale is not shown
    if chart.form != "line":
        scale["min"] = 0
    if lies:
        # The names stand on the upright axis; turned round, the first is on top, as in the table.
        drawn.set_y_axis({"reverse": True, "interval_unit": 1, "num_font": {"size": 9}})
        drawn.set_x_axis({**scale, "visible": False})
    else:
        drawn.set_x_axis({"num_font": {"size": 9}})
        drawn.set_y_axis(scale)


def _labels(chart: Chart, series: Series) -> dict[str, Any]:
    """Values beside their marks, or upon them; where they would hide each other, none."""
    if chart.form == "line" and len(chart.series) > 1:
        return {}
    shown: dict[str, Any] = {"value": True, "num_format": "0.0%" if chart.kind == "share" else "#,##0.##;;"}
    if chart.form == "stacked":
        slight = SLIGHT * max((each for each in sums(chart) if each is not None), default=0.0)
        shown["font"] = {"color": UPON[series.tone], "bold": True}
        shown["custom"] = [{"delete": True} if (value or 0.0) < slight else {} for value in series.values]
    return shown


def _colour(chart: Chart, tone: Tone) -> dict[str, Any]:
    colour = FILL[tone]
    if chart.form == "line":
        marker = {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": colour}}
        return {"line": {"color": colour, "width": 2.25}, "marker": marker}
    if tone in LINES:
        pattern = {"pattern": PATTERNS[LINES[tone]], "fg_color": _paler(colour), "bg_color": colour}
        return {"pattern": pattern, "border": {"none": True}}
    return {"fill": {"color": colour}}


def _paler(colour: str) -> str:
    """A third of the way to the paper, as the lines upon a drawing."""
    parts = zip(_parts(colour), _parts(PAPER), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * 0.35):02x}" for a, b in parts)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _height(chart: Chart) -> int:
    if chart.form != "line" and (chart.form == "bars" or not stands(chart, WIDE)):
        lanes = 1 if chart.form == "stacked" else len(chart.series)
        return 110 + len(chart.categories) * (10 + 16 * lanes)
    return 360
