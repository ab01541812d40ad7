"""A workbook read back as it is seen: its sheets, and the charts on them.

Element names are those of ISO/IEC 29500-1, clauses 18, 20 and 21.  Whatever our own workbooks never hold and no
program adds when it saves one again is told by its name.
"""

from collections.abc import Iterator

from reports.verifying.blocks import Block, Meter
from reports.verifying.reading.markup import Attributes, Walker, walk
from reports.verifying.reading.packed import Packed
from reports.verifying.reading.workbook_charts import ChartText, Frames
from reports.verifying.reading.workbook_sheet import PLACE, TRUE, Sheet, Strings, column
from reports.verifying.reading.workbook_styles import Styles

MOST = 500  # X: sheets, and charts on one
RELATED = {
    "officeDocument", "core-properties", "extended-properties", "custom-properties", "worksheet", "styles",
    "sharedStrings", "theme", "drawing", "chart", "printerSettings", "thumbnail", "chartStyle", "chartColorStyle",
    "calcChain", "customXml", "customXmlProps",
}  # fmt: skip


def read_workbook(content: bytes, meter: Meter) -> Iterator[Block]:
    """The blocks of a workbook; raises what blocks.BROKEN lists."""
    packed = Packed(content, meter)
    main = packed.main()
    if not main.startswith("xl/"):
        raise ValueError("不是 Excel 文件")
    related = packed.relations(main)
    book, styles, strings = _Book(meter), Styles(meter), Strings(meter)
    walk(packed.pieces(main), book)
    for kind, walker in (("styles", styles), ("sharedStrings", strings)):
        for part in packed.targets(main, kind):
            walk(packed.pieces(part), walker)
    if len(book.sheets) > MOST:
        raise ValueError(f"工作表超过 {MOST} 个")
    sheets = []
    for name, _, relation in book.sheets:
        sheet = Sheet(meter, styles, strings.found)
        walk(packed.pieces(related[relation].target), sheet)
        sheets.append((name, related[relation].target, sheet))
    yield Block("工作表", tuple((name, "隐藏" if state else "") for name, state, _ in book.sheets))
    for name, _, sheet in sheets:
        yield from sheet.blocks(name)
    found = {name: sheet for name, _, sheet in sheets}
    odd = set(book.odd).union(*(sheet.odd for _, _, sheet in sheets))
    for name, part, _ in sheets:
        yield from _charts(packed, part, name, meter, found, odd)
    odd |= packed.strange(RELATED)
    yield Block("原件没有的内容", tuple((each,) for each in sorted(odd)))


def _charts(
    packed: Packed, part: str, name: str, meter: Meter, sheets: dict[str, Sheet], odd: set[str]
) -> Iterator[Block]:
    for drawing in packed.targets(part, "drawing"):
        frames, charts = Frames(meter), packed.relations(drawing)
        walk(packed.pieces(drawing), frames)
        odd |= frames.odd
        if len(frames.charts) > MOST:
            raise ValueError(f"图超过 {MOST} 幅")
        for number, each in enumerate(frames.charts, start=1):
            chart = ChartText(meter)
            walk(packed.pieces(charts[each].target), chart)
            yield Block(f"{name}中的第 {number} 幅图", tuple(chart.rows(lambda ref: _at(sheets, ref))))


def _at(sheets: dict[str, Sheet], reference: str) -> str | None:
    """What stands in the cell that a chart refers to; None where it is not one cell."""
    sheet, _, place = reference.rpartition("!")
    found, match = sheets.get(sheet.strip("'").replace("''", "'")), PLACE.fullmatch(place.replace("$", ""))
    if found is None or match is None:
        return None
    return found.cells.get(int(match[2]), {}).get(column(match[1]), ("", ""))[0]


class _Book(Walker):
    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self.sheets: list[tuple[str, bool, str]] = []
        self.odd: set[str] = set()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "x:sheet":
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), hidden, attributes.get("r:id", "")))
        elif name == "x:workbookPr" and attributes.get("date1904", "0") in TRUE:
            self.odd.add("1904 年日期")
