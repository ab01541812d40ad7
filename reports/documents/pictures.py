"""A chart as a picture for Word: the same drawing as on the page, at 200 dots to the inch."""

from dataclasses import dataclass

from reports.documents import fonts
from reports.documents.charts import WIDE, draw
from reports.paper import Chart

DPI = 200
WIDTH, HEIGHT = 156.0, 195.0  # mm; the width of the text, and most of its height

_SHEET = b"""#set page(width: float(sys.inputs.width) * 1mm, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%)"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG and how wide it is to be shown, in mm."""

    png: bytes
    width: float


def picture(chart: Chart) -> Picture:
    """``chart`` as a PNG, no wider and no higher than a page takes. Raises ChineseFontMissing."""
    import typst

    svg = draw(chart, WIDE, fonts.typefaces().chart)
    width = shown_width(svg)
    png = typst.compile(
        _SHEET,
        format="png",
        ppi=DPI,
        font_paths=fonts.installed(),
        sys_inputs={"svg": svg, "width": f"{width:.1f}"},
    )
    return Picture(png, width)


def shown_width(svg: str) -> float:
    """How wide ``svg`` is shown, in mm: the whole line, or less when it would be higher than a page takes."""
    height = float(svg.split('height="', 1)[1].split('"', 1)[0])
    return min(WIDTH, HEIGHT * WIDE / height)
