"""Tables as they are set on a page: columns wide enough, and rows that belong together on one page."""

from itertools import accumulate, combinations

import pytest

from reports.documents.canvas import measured
from reports.documents.cells import shown
from reports.documents.layout import (
    ACROSS,
    SHORT,
    SIZES,
    TALL,
    UPRIGHT,
    head_lines,
    lines,
    runs,
    setting,
    spans,
)
from reports.documents.tones import FILL, LINES
from reports.paper import Column, Table
from tests.reports.documents.papers import busy

NUMBER = "4126081300170"  # as marketing systems give them: thirteen digits


def grouped(*sizes: int, total: bool = False) -> Table:
    """Groups of so many rows, named 1, 2 …"""
    rows = [(f"第{at}组", f"{each}") for at, size in enumerate(sizes, 1) for each in range(size)]
    rows += [("合计", "0")] if total else []
    return Table("表", "题", (Column("组", grouped=True), Column("项")), tuple(rows), total=total)


def plain(count: int, *, total: bool = False) -> Table:
    return Table("表", "题", (Column("项"),), tuple((f"{at}",) for at in range(count)), total=total)


def held(table: Table) -> list[int]:
    return runs(table, lines(table, setting(table, UPRIGHT)))


@pytest.mark.parametrize("room", [UPRIGHT, ACROSS])
def test_columns_fill_the_line_and_hold_what_is_never_broken(room: float) -> None:
    for table in busy(60).tables():
        found = setting(table, room)
        assert sum(found.widths) == pytest.approx(room)
        assert found.size in SIZES
        for index, (column, wide) in enumerate(zip(table.columns, found.rooms, strict=True)):
            if column.whole or column.kind != "text":
                longest = max(
                    (measured(shown(row[index], column.kind), 1) for row in table.rows[:60]), default=0
                )
                assert wide >= longest - 0.001, (table.name, column.head)


def test_a_number_has_room_though_its_column_asked_for_less() -> None:
    columns = (Column("申请编号", width=8, whole=True), *(Column(f"说明{at}", width=20) for at in range(5)))
    table = Table("表", "题", columns, ((NUMBER, *("很长的说明" * 8,) * 5),))
    found = setting(table, ACROSS)
    assert found.size == min(SIZES)
    assert found.rooms[0] >= measured(NUMBER, 1)


def test_a_forms_empty_column_has_room_for_a_hand() -> None:
    table = Table(
        "表", "题", (Column("件数", width=6, pen=True), Column("事项", width=30)), (("", "投诉" * 40),)
    )
    assert setting(table, UPRIGHT).rooms[0] >= 6


def test_a_head_is_parted_before_its_bracket() -> None:
    column = Column("变化（百分点）", "mean")
    assert head_lines(column, 5) == ["变化", "（百分点）"]
    assert head_lines(column, 8) == ["变化（百分点）"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (plain(SHORT), [SHORT]),
        (plain(10), [2, 1, 1, 1, 1, 1, 1, 2]),
        (plain(10, total=True), [2, 1, 1, 1, 1, 1, 3]),
        (grouped(7, 6, 7), [7, 6, 7]),
        (grouped(7, 6, total=True), [7, 7]),
        (grouped(15, 3), [2, *[1] * 11, 2, 3]),
        (plain(0), []),
    ],
)
def test_rows_that_belong_together_stay_on_one_page(table: Table, expected: list[int]) -> None:
    assert held(table) == expected
    assert sum(expected) == len(table.rows)


def test_what_is_too_high_for_any_page_may_be_parted() -> None:
    table = Table("表", "题", (Column("原因", width=20),), (("原因说明" * 400,), ("短",)))
    high = lines(table, setting(table, UPRIGHT))
    assert high[0] > TALL
    assert runs(table, high) == [1, 1]


def test_whatever_begins_a_page_says_what_it_belongs_to() -> None:
    table = grouped(15, 3)
    found = held(table)
    told = spans(table, found, 0)
    starts = [0, *accumulate(found)][:-1]
    assert all(told[at] > 0 for at in starts)
    assert sum(told) == len(table.rows)
    assert spans(grouped(2, 3), [5], 0) == [2, 0, 3, 0, 0]


def test_fills_are_told_apart_in_grey() -> None:
    """What a black and white printer makes of them, ITU-R BT.601."""

    def grey(colour: str) -> float:
        return sum(part * int(colour[at : at + 2], 16) for part, at in ((0.299, 1), (0.587, 3), (0.114, 5)))

    for one, other in combinations(FILL, 2):
        if {one, other} not in ({"main", "red"}, {"miss", "orange"}):  # no chart has both
            assert abs(grey(FILL[one]) - grey(FILL[other])) > 24 or LINES.get(one) != LINES.get(other)
