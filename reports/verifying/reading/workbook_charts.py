"""What the charts of a workbook show: where their figures come from, the figures kept with them, and their words."""

from collections.abc import Callable, Iterator

from reports.verifying.blocks import Cells, Meter
from reports.verifying.reading.markup import Attributes, Walker
from reports.verifying.reading.workbook_styles import COUNTING, plain_code

SERIES = ("c:tx", "c:cat", "c:val")


class Frames(Walker):
    """The charts of one drawing, by relation, and whatever else was drawn."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self.charts: list[str] = []
        self.odd: set[str] = set()

    def start(self, name: str, attributes: Attributes) -> None:
        anchored = len(self.path) == 3
        if anchored and name not in {
            "xdr:from",
            "xdr:to",
            "xdr:graphicFrame",
            "xdr:clientData",
            "xdr:pos",
            "xdr:ext",
        }:
            self.odd.add(name[:80])
        if name == "c:chart":
            self.charts.append(attributes.get("r:id", ""))


class ChartText(Walker):
    """One chart."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self._forms: list[str] = []
        self._words: list[str] = []
        self._codes: set[str] = set()
        self._series: list[dict[str, tuple[str, list[str]]]] = []
        self._text: list[str] = []
        self._point = ""
        self._drawn: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        self._text = []
        if name == "c:ser":
            self._series.append({})
        elif name.endswith("Chart") and self.path[-2:-1] == ["c:plotArea"]:
            self._forms.append(name.removeprefix("c:"))
        elif name in {"c:barDir", "c:grouping"}:
            self._forms.append(attributes.get("val", ""))
        elif name == "c:numFmt":
            code = plain_code(attributes.get("formatCode", ""))
            self._codes |= set() if COUNTING.fullmatch(code) else {code}
        elif name == "c:pt":
            self._point = attributes.get("idx", "")
        elif name in {"c:min", "c:max", "c:logBase"}:
            self._drawn.append(f"{name[2:]} {float(attributes.get('val', '0')):.6g}")
        elif name in SERIES and self._series and "c:ser" in self.path[-2:-1]:
            self._series[-1][name] = ("", [])

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        said = "".join(self._text)
        self._text = []
        if name == "a:t" and said:  # a program that saves it again may leave an empty run where a font is set
            self._words.append(said)
        elif name in {"c:f", "c:v"} and self._series:
            part = next((each for each in SERIES if each in self.path), "")
            points = self._series[-1].setdefault(part, ("", []))[1]
            if name == "c:f":
                self._series[-1][part] = said.replace("'", ""), points
            else:
                points.append(f"第 {self._point} 点 {_plain(said)}" if part == "c:val" else said)

    def rows(self, at: Callable[[str], str | None]) -> Iterator[Cells]:
        """Its kind and words, then a row for each series; ``at`` tells what stands in a cell."""
        yield "类型", "、".join(self._forms), "、".join(sorted(self._drawn))
        yield "文字", *self._words
        yield "数字格式", *sorted(self._codes)
        for each in self._series:
            name, names = each.get("c:tx", ("", []))
            # Ours leaves the name to the cell; another program keeps a copy, which may say what the cell says.
            shown = [told for told in names if told != at(name)]
            yield "系列名称", name, *shown
            for part in ("c:cat", "c:val"):
                reference, points = each.get(part, ("", []))
                yield "数据", reference, *points
            yield from (
                ("其他", reference, *points)
                for reference, points in [each.get("", ("", []))]
                if reference or points
            )


def _plain(text: str) -> str:
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text
