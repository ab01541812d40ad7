"""Periodic duties: the rounds of a rhythm, and the items the standard has (domain §11)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.duties import MONTHS, DutyRule, Period, period_of, rounds_between
from limits.force import Force
from limits.terms import Mark, Post, Rhythm
from tests.dates import on
from workflow.rules import load_rules

POLICIES = load_rules().policies
DAYS = st.dates(on("2004-01-01 四"), on("2040-12-31 一"))
RHYTHMS = st.sampled_from(Rhythm)
MONTHLY, QUARTERLY, HALF_YEARLY = Rhythm.MONTHLY, Rhythm.QUARTERLY, Rhythm.HALF_YEARLY
MANAGER, HEAD, INTEGRITY = Post.ACCOUNT_MANAGER, Post.STATION_HEAD, Post.INTEGRITY


@pytest.mark.parametrize(
    ("day", "rhythm", "name", "opens", "due"),
    [
        ("2026-11-21 六", MONTHLY, "2026-11", "2026-11-01 日", "2026-11-30 一"),
        ("2026-12-31 四", MONTHLY, "2026-12", "2026-12-01 二", "2026-12-31 四"),
        ("2028-02-01 二", MONTHLY, "2028-02", "2028-02-01 二", "2028-02-29 二"),
        ("2026-03-31 二", QUARTERLY, "2026-Q1", "2026-01-01 四", "2026-03-31 二"),
        ("2026-04-01 三", QUARTERLY, "2026-Q2", "2026-04-01 三", "2026-06-30 二"),
        ("2026-12-01 二", QUARTERLY, "2026-Q4", "2026-10-01 四", "2026-12-31 四"),
        ("2026-06-30 二", HALF_YEARLY, "2026-H1", "2026-01-01 四", "2026-06-30 二"),
        ("2026-07-01 三", HALF_YEARLY, "2026-H2", "2026-07-01 三", "2026-12-31 四"),
    ],
)
def test_the_round_of_a_day(day: str, rhythm: Rhythm, name: str, opens: str, due: str) -> None:
    assert period_of(on(day), rhythm) == Period(name, on(opens), on(due))


@given(DAYS, RHYTHMS)
def test_every_day_of_a_round_says_the_same_and_the_next_day_opens_another(day: date, rhythm: Rhythm) -> None:
    period = period_of(day, rhythm)
    assert period.opens_on <= day <= period.due_on
    assert period_of(period.opens_on, rhythm) == period_of(period.due_on, rhythm) == period
    following = period_of(period.due_on + timedelta(1), rhythm)
    assert following.opens_on == period.due_on + timedelta(1)
    assert following.name != period.name


@pytest.mark.parametrize("rhythm", Rhythm)
def test_a_year_has_whole_rounds(rhythm: Rhythm) -> None:
    days = [on("2026-01-01 四") + timedelta(days) for days in range(365)]
    assert len({period_of(day, rhythm).name for day in days}) * MONTHS[rhythm] == 12


NEAR = st.dates(on("2026-01-01 四"), on("2027-06-30 三"))


@st.composite
def duty_rules(draw: st.DrawFn) -> list[DutyRule]:
    """A few rules of two items, each in force for some time or from a day on."""
    some = POLICIES.duties[0]
    return [
        replace(some, item=draw(st.sampled_from((1, 2))), rhythm=draw(RHYTHMS), force=Force(since, until))
        for since, until in draw(st.lists(st.tuples(NEAR, st.none() | NEAR), max_size=4))
    ]


@given(duty_rules(), NEAR, NEAR)
def test_the_rounds_between_two_days_are_those_of_each_day(
    duties: list[DutyRule], since: date, through: date
) -> None:
    expected = {
        (each.item, period_of(day, each.rhythm).name): period_of(day, each.rhythm)
        for day in (since + timedelta(index) for index in range((through - since).days + 1))
        for each in duties
        if each.force.holds(day)
    }
    found = rounds_between(duties, since, through)
    assert {key: period for key, (_, period) in found.items()} == expected


def test_the_items_of_the_standard_that_come_round() -> None:
    duties = POLICIES.duties_on(on("2026-11-20 五"))
    assert [(each.item, each.rhythm, each.post) for each in duties] == [
        (9, MONTHLY, MANAGER),
        (10, MONTHLY, MANAGER),
        (11, QUARTERLY, HEAD),
        (12, MONTHLY, HEAD),
        (13, MONTHLY, INTEGRITY),
        (14, QUARTERLY, INTEGRITY),
        (15, MONTHLY, INTEGRITY),
        (16, QUARTERLY, INTEGRITY),
        (17, HALF_YEARLY, INTEGRITY),
        (18, QUARTERLY, HEAD),
        (20, MONTHLY, INTEGRITY),
        (21, MONTHLY, INTEGRITY),
        (22, QUARTERLY, INTEGRITY),
    ]


def test_item_and_rhythm_are_the_standards_and_who_does_it_is_ours() -> None:
    for each in POLICIES.duties_on(on("2026-11-20 五")):
        assert each.citation.mark is Mark.PRIMARY
        assert each.citation.clause == f"第{each.item}项"
        assert "岗位与起始日为本系统约定" in each.citation.note


def test_nothing_comes_round_before_the_standard_is_taken_up() -> None:
    assert POLICIES.duties_on(on("2025-12-31 三")) == ()
