"""Figures from facts made by hand: bases, spreads, comparisons, places."""

from fractions import Fraction
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.indicators import RULES as NAMED
from reports.facts.kept import DAYS_BY_MANAGER, KEPT, RULES
from reports.facts.values import Facts, Rows
from reports.figures.figures import Compared, Figures
from reports.figures.shares import Share, spread_of

COUNTS = ("move", "class", "unit", "station", "manager", "n", "capacity")
STATIONS = {  # archived, judged, met; before that judged and met
    "甲所": (10, 10, 9, 10, 8),
    "乙所": (20, 20, 18, 20, 20),
    "丙所": (5, 4, 4, 0, 0),
    "丁所": (3, 0, 0, 0, 0),
}


def facts() -> Facts:
    kept, counts, before, counts_before = [], [], [], []
    for name, (archived, base, met, base_then, met_then) in STATIONS.items():
        whose = ("lv_resident", "某公司", name, f"{name}经理")
        counts.append(("archived", *whose, archived, "8"))
        if base:
            kept.append(("local.total", *whose, base, met))
        if base_then:
            before.append(("previous", "local.total", *whose, base_then, met_then))
            counts_before.append(("previous", "archived", *whose, base_then, "8"))
    return Facts(
        {},
        {
            "counts": Rows.of(COUNTS, counts),
            "kept": Rows.of(KEPT, kept),
            "kept_before": Rows.of(("when", *KEPT), before),
            "counts_before": Rows.of(("when", *COUNTS), counts_before),
            "stations": Rows.of(("station",), [("戊所",)]),
        },
    )


def test_a_rate_shows_its_base_and_what_stands_outside_it() -> None:
    figures = Figures(facts())
    assert figures.rate("local.total") == Share(31, 34, excluded=4)
    assert figures.kept("local.total", ("station",)) == {
        ("丁所",): Share(0, 0, excluded=3),
        ("丙所",): Share(4, 4, excluded=1),
        ("乙所",): Share(18, 20),
        ("甲所",): Share(9, 10),
    }
    assert figures.rate("local.total", "", station=["甲所", "乙所"]) == Share(27, 30)
    assert figures.rate("national.total") == Share(0, 0, excluded=38)


def test_equal_rates_share_a_place_and_no_rate_has_none() -> None:
    """乙 and 甲 both keep nine in ten: the larger base comes first, and the next place is left out."""
    ranking = Figures(facts()).ranking()
    assert [(each.place, each.name) for each in ranking] == [
        (1, "丙所"),
        (2, "乙所"),
        (2, "甲所"),
        (None, "丁所"),
        (None, "戊所"),
    ]
    assert [each.previous.met for each in ranking] == [0, 20, 8, 0, 0]


def test_what_is_compared_with_nothing_is_not_compared() -> None:
    compared = Figures(facts()).compared("local.total")
    gained = compared.since("previous")
    assert gained is not None
    assert round(gained, 9) == round(float(Fraction(31, 34) - Fraction(28, 30)) * 100, 9)
    assert compared.since("year_before") is None
    assert Compared(Share(1, 2), Share(1, 4), Share(1, 2)).since("previous") == 25


def test_a_column_that_is_not_there_is_not_passed_over() -> None:
    """Everything in place of a part of it would be a wrong figure in silence."""
    with pytest.raises(KeyError):
        Figures(facts()).rate("local.total", "", stations="甲所")


def test_facts_without_a_table_have_no_figures() -> None:
    figures = Figures(Facts())
    assert figures.rate("local.total") == Share(0, 0)
    for nothing in (
        figures.levels(),
        figures.alarms(),
        figures.owners(),
        figures.satisfied(),
        figures.findings(),
    ):
        assert nothing == {}
    assert (figures.orders().opened, figures.ranking()) == (0, ())


@given(st.lists(st.tuples(st.sampled_from("甲乙"), st.integers(0, 40)), min_size=1, max_size=30))
def test_spreads_from_the_histogram_are_those_of_the_list(told: list[tuple[str, int]]) -> None:
    rows = {(name, days): told.count((name, days)) for name, days in told}
    table = Rows.of(DAYS_BY_MANAGER, (("lv_other", "公司", "所", *key, n) for key, n in rows.items()))
    found = Figures(Facts({}, {"days_by_manager": table})).used_by_manager(("manager",))
    for name in {each for each, _ in told}:
        days = [each for whose, each in told if whose == name]
        spread = found[(name,)]
        assert (spread.n, spread.longest) == (len(days), max(days))
        assert (spread.mean, spread.median) == (mean(days), median(days))
        assert spread.p90 == min(
            day for day in days if 10 * sum(each <= day for each in days) >= 9 * len(days)
        )
    assert found.keys() == {(each,) for each, _ in told}


def test_a_histogram_of_nothing_has_no_spread() -> None:
    assert spread_of({}) is None
    assert spread_of({3: 0}) is None


def test_every_rule_is_known_by_one_name() -> None:
    assert set(NAMED) == set(RULES)
