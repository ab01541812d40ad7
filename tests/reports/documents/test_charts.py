"""Charts as drawings: every value told, nothing missing drawn as nought, names that arrive whole."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from reports.documents.canvas import measured
from reports.documents.charts import MISSING, NARROW, WIDE, draw
from reports.paper import Chart, Series
from tests.reports.documents.papers import NASTY, STATIONS, busy

NAMES = ("低压居民", "高压普通")
TAG = "{http://www.w3.org/2000/svg}"


def chart(form: str, kind: str, *values: float | None, names: tuple[str, ...] = NAMES) -> Chart:
    assert form in ("bars", "columns", "stacked", "line")
    return Chart("图", "图题", form, kind, names, (Series("一", values),))  # type: ignore[arg-type]


def read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own drawing


def words(svg: str) -> list[str]:
    return [each.text or "" for each in read(svg).iter(f"{TAG}text")]


def extents(svg: str) -> tuple[float, float, list[tuple[float, float, float]]]:
    """Width, height, and where each word begins, ends and stands, as wide as the drawing took it to be."""
    root = read(svg)
    found = []
    for each in root.iter(f"{TAG}text"):
        x, wide = float(each.attrib["x"]), measured(each.text or "", float(each.attrib["font-size"]))
        start = {"start": x, "middle": x - wide / 2, "end": x - wide}[each.attrib["text-anchor"]]
        found.append((start, start + wide, float(each.attrib["y"])))
    return float(root.attrib["width"]), float(root.attrib["height"]), found


@pytest.mark.parametrize("form", ["bars", "columns", "stacked"])
def test_a_missing_value_is_told_as_missing_and_a_nought_as_nought(form: str) -> None:
    told = words(draw(chart(form, "count", 0, None)))
    assert MISSING in told
    assert told.count("0") >= 1


def test_a_gap_breaks_the_line() -> None:
    months = tuple(f"{month}月" for month in range(1, 6))
    svg = draw(chart("line", "share", 0.9, 0.95, None, 0.97, 0.99, names=months))
    lines = re.findall(r'<polyline points="([^"]+)"', svg)
    assert [len(line.split()) for line in lines] == [2, 2]
    assert svg.count("<circle") == 4


def test_a_share_that_is_not_whole_is_not_told_as_whole() -> None:
    told = words(draw(chart("bars", "share", 0.99999, 1.0)))
    assert ("99.9%" in told, told.count("100.0%")) == (True, 1)


def test_counts_are_marked_in_whole_steps_even_when_all_are_nought() -> None:
    assert [each for each in words(draw(chart("columns", "count", 0, 0))) if each.isdigit()][:5] == list(
        "01234"
    )


def test_thirty_stations_lie_down_and_none_is_left_out() -> None:
    standing = chart("columns", "count", *range(30), names=STATIONS)
    told = words(draw(standing))
    assert set(STATIONS) <= set(told)
    assert told.index(STATIONS[0]) < told.index(STATIONS[-1])


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_words_stay_on_the_sheet_and_names_do_not_run_into_each_other(width: float) -> None:
    for each in busy(0).charts():
        wide, high, found = extents(draw(each, width))
        assert all(start >= -1 and end <= wide + 1 and 0 < y <= high for start, end, y in found), each.name
        foot = max(y for *_, y in found)
        names = sorted(place for place in found if place[2] == foot)
        assert all(one[1] <= other[0] + 1 for one, other in pairwise(names)), each.name


def test_what_people_type_is_told_and_does_not_act() -> None:
    svg = draw(chart("bars", "count", *range(len(NASTY)), names=NASTY))
    assert "<script" not in svg
    assert set(NASTY) <= set(words(svg))
