"""Three yellows of one person or unit in a row count as a red."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from alerts.kinds import AlertKind
from alerts.repeats import Yellow, runs
from alerts.sweep import tell
from alerts.tables import supervision_order
from tests.alerts.telling import accept, alarms, every, repeats, staffed, sweep
from tests.dates import at
from workflow import cases, store
from workflow.book import Book

MONDAY = at("2026-10-12 一 09:00")
LATER = at("2026-10-23 五 09:00")


@pytest.fixture
def company(book: Book) -> Book:
    return staffed(book)


def raised(book: Book) -> list[str]:
    return [text.split("连续")[0] for (text,) in alarms(book, [AlertKind.REPEATED], "text")]


def test_three_in_a_row_of_one_manager_are_a_red_of_the_manager_and_of_the_station(company: Book) -> None:
    for day in range(3):
        accept(company, f"A{day}", MONDAY + timedelta(days=day))
    sweep(company, LATER)
    assert repeats(company, LATER) == 2
    rows = alarms(company, [AlertKind.REPEATED], "level", "reached_at", "unit")
    # The third was accepted on Wednesday 14; its third working day is Monday 19.
    assert rows == [("red", at("2026-10-19 一 00:00"), "城关供电所")] * 2
    assert sorted(raised(company)) == ["城关供电所", "李四"]
    assert repeats(company, LATER) == 0


def test_it_is_told_like_a_red_and_opens_an_order(company: Book) -> None:
    for day in range(3):
        accept(company, f"A{day}", MONDAY + timedelta(days=day))
    morning = at("2026-10-19 一 00:01")
    every(timedelta(days=1), at("2026-10-13 二 00:01"), morning, lambda now: sweep(company, now))
    repeats(company, morning)
    sweep(company, morning)
    assert {told for (told,) in alarms(company, [AlertKind.REPEATED], "told_at")} == {morning}
    with store.reading(company.engine) as connection:
        asks = connection.scalars(sa.select(supervision_order.c.application_id)).all()
    assert len(asks) == len(set(asks)) >= 1


def test_one_met_in_between_breaks_the_row(company: Book) -> None:
    accept(company, "A1", MONDAY)
    accept(company, "A2", MONDAY + timedelta(days=1))
    accept(company, "B", at("2026-10-15 四 09:00"))
    done = at("2026-10-16 五 15:00")
    cases.energize(company, "B", at=done, now=done, actor="受理员")
    accept(company, "A3", at("2026-10-15 四 10:00"))
    sweep(company, LATER)
    assert repeats(company, LATER) == 0


def test_nothing_is_counted_while_a_shard_of_the_sweep_is_missing(company: Book) -> None:
    """A process killed in one shard: the three that stand on the list are not three in a row."""
    for day in range(5):
        accept(company, f"A{day}", MONDAY + timedelta(hours=day))
    for shard in (1, 2, 3):
        with store.writing(company.engine) as connection:
            tell(connection, company, LATER, mark=100 + shard, shard=shard, shards=4)
    assert repeats(company, LATER) == 0
    with store.writing(company.engine) as connection:
        tell(connection, company, LATER, mark=100, shard=0, shards=4)
    assert repeats(company, LATER) == 2
    rows = alarms(company, [AlertKind.REPEATED], "withdrawn_at", "text")
    assert {withdrawn for withdrawn, _ in rows} == {None}
    assert all("（A0、A1、A2）" in text for _, text in rows)


def test_yellows_of_two_managers_count_for_the_station_only(company: Book) -> None:
    for day, manager in enumerate(("李四", "王五", "李四")):
        accept(company, f"A{day}", MONDAY + timedelta(days=day), manager=manager)
    sweep(company, LATER)
    assert repeats(company, LATER) == 1
    assert raised(company) == ["城关供电所"]


def test_a_correction_that_breaks_the_row_leaves_it_on_the_list_as_withdrawn(company: Book) -> None:
    for day in range(3):
        accept(company, f"A{day}", MONDAY + timedelta(days=day))
    sweep(company, LATER)
    repeats(company, LATER)
    cases.energize(company, "A1", at=at("2026-10-14 三 09:00"), now=LATER, actor="受理员")
    accept(company, "A9", at("2026-10-26 一 09:00"))
    later = at("2026-11-02 一 09:00")
    sweep(company, later)
    repeats(company, later)
    rows = alarms(company, [AlertKind.REPEATED], "withdrawn_at", "text")
    assert [withdrawn for withdrawn, text in rows if "A1" in text] == [later, later]


moments = st.lists(st.integers(0, 200), unique=True, max_size=30).map(sorted)


def moment(hour: int) -> datetime:
    return MONDAY + timedelta(hours=hour)


@given(moments, moments)
def test_rows_are_found_like_by_counting_aloud(yellow_hours: list[int], met_hours: list[int]) -> None:
    yellows = [Yellow(moment(hour), hour, hour, str(hour)) for hour in yellow_hours]
    said, counted = [], 0
    for hour in range(201):
        if hour in met_hours:
            counted = 0
        if hour in yellow_hours:
            counted += 1
            if counted == 3:
                said.append(hour)
                counted = 0
    found = runs(yellows, [moment(hour) for hour in met_hours], 3)
    assert [row[-1].threshold_id for row in found] == said
