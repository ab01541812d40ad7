"""Excel's own charts, drawn by Excel from figures on a sheet of their own."""

from typing import Any

from reports.documents.charts import WIDE, stands
from reports.documents.outline import Chapter, Item
from reports.documents.sheets import for_print
from reports.documents.tones import FILL
from reports.paper import Chart

WIDTH = 760  # pixels
ROW = 20  # pixels
PAGE = 66  # rows on an A4 page upright
SHAPES = {"bars": "bar", "columns": "column", "stacked": "column", "line": "line"}


class Charts:
    """One sheet of charts and one of what they show."""

    def __init__(self, book: Any, shown: str, data: str, chapters: tuple[Chapter, ...]) -> None:
        self.book, self.shown, self.data_name = book, shown, data
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

    def tell(self) -> None:
        """The sheet of what they show."""
        if not self.items:
            return
        sheet = self.book.add_worksheet(self.data_name)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 9, 14)
        forms = (self.book.add_format({"bold": True}), self.book.add_format({"num_format": "0.00%"}))
        row = 0
        for item, chart in self.items:
            _values(sheet, forms, item, chart, row)
            row += len(chart.categories) + 3
        for_print(sheet, "")

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
                    "categories_data": list(chart.categories),
                    "values_data": ["" if value is None else value for value in series.values],
                    "data_labels": _labels(chart),
                    "gap": 45,
                    **_colour(chart, FILL[series.tone]),
                }
            )
        _dress(drawn, item, chart, lies=lies)
        drawn.set_size({"width": WIDTH, "height": _height(chart)})
        return drawn


def _values(sheet: Any, forms: tuple[Any, Any], item: Item, chart: Chart, row: int) -> None:
    bold, share = forms
    sheet.write_string(row, 0, item.caption, bold)
    for index, series in enumerate(chart.series, start=1):
        sheet.write_string(row + 1, index, series.label)
    for at, name in enumerate(chart.categories, start=row + 2):
        sheet.write_string(at, 0, name)
        for index, series in enumerate(chart.series, start=1):
            value = series.values[at - row - 2]
            if value is not None:  # an empty cell is a gap, a nought would be a figure
                sheet.write_number(at, index, value, share if chart.kind == "share" else None)


def _dress(drawn: Any, item: Item, chart: Chart, *, lies: bool) -> None:
    drawn.set_title({"name": item.caption, "name_font": {"size": 12}})
    drawn.set_legend({"none": True} if len(chart.series) < 2 else {"position": "bottom"})
    scale: dict[str, Any] = {
        "major_gridlines": {"visible": True, "line": {"color": "#E3E7EA"}},
        "num_format": "0%" if chart.kind == "share" else "#,##0",
    }
    if chart.kind == "share":
        scale["max"] = 1
    if chart.form != "line":
        scale["min"] = 0
    if lies:
        # The names stand on the upright axis; turned round, the first is on top, as in the table.
        drawn.set_y_axis({"reverse": True, "interval_unit": 1, "num_font": {"size": 9}})
        drawn.set_x_axis({**scale, "visible": False})
    else:
        drawn.set_x_axis({"num_font": {"size": 9}})
        drawn.set_y_axis(scale)


def _labels(chart: Chart) -> dict[str, Any]:
    """Values beside their marks; where several lines cross they would hide each other."""
    if chart.form == "line" and len(chart.series) > 1:
        return {}
    return {"value": True, "num_format": "0.0%" if chart.kind == "share" else "#,##0.##;;"}


def _colour(chart: Chart, colour: str) -> dict[str, Any]:
    if chart.form == "line":
        marker = {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": colour}}
        return {"line": {"color": colour, "width": 2.25}, "marker": marker}
    return {"fill": {"color": colour}}


def _height(chart: Chart) -> int:
    if chart.form != "line" and (chart.form == "bars" or not stands(chart, WIDE)):
        lanes = 1 if chart.form == "stacked" else len(chart.series)
        return 110 + len(chart.categories) * (10 + 16 * lanes)
    return 360
