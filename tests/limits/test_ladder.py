"""蓝 ⌈L/2⌉ → 橙 ⌈4L/5⌉ → 黄 L+1 → 红 L+1+⌈L/5⌉: exact fractions of whole limits (domain §6)."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.files.policies import load_policy_file
from limits.ladder import Ladder, Rung
from limits.shipped import DATA
from limits.terms import Level

SHIPPED = load_policy_file(DATA / "policies" / "yekuo-levels.toml", []).ladders[0].ladder


def rounded_up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


@pytest.mark.parametrize(
    ("limit", "thresholds"),
    [
        (0, [0, 0, 1, 1]),
        (1, [1, 1, 2, 3]),
        (2, [1, 2, 3, 4]),
        (3, [2, 3, 4, 5]),
        (5, [3, 4, 6, 7]),
        (6, [3, 5, 7, 9]),
        (10, [5, 8, 11, 13]),
        (15, [8, 12, 16, 19]),
        (16, [8, 13, 17, 21]),
        (20, [10, 16, 21, 25]),
        (21, [11, 17, 22, 27]),
        (22, [11, 18, 23, 28]),
        (32, [16, 26, 33, 40]),
        (45, [23, 36, 46, 55]),
        (180, [90, 144, 181, 217]),
    ],
)
def test_the_thresholds_of_a_limit(limit: int, thresholds: list[int]) -> None:
    assert [used for _, used in SHIPPED.thresholds(limit)] == thresholds


@pytest.mark.parametrize("limit", range(500))
def test_the_shipped_ladder_is_the_formula_for_every_limit(limit: int) -> None:
    assert SHIPPED.thresholds(limit) == (
        (Level.BLUE, rounded_up(limit, 2)),
        (Level.ORANGE, rounded_up(4 * limit, 5)),
        (Level.YELLOW, limit + 1),
        (Level.RED, limit + 1 + rounded_up(limit, 5)),
    )


def test_no_float_comes_near_a_share() -> None:
    """0.28 × 25 is 7.000000000000001 for a float, and would ask for an eighth day."""
    rung = Rung(Level.BLUE, Fraction(7, 25), 0)
    assert rung.threshold(25) == 7
    assert [type(each.share) for each in SHIPPED.rungs] == [Fraction] * 4


@given(st.integers(0, 2000), st.lists(st.fractions(0, 3), min_size=4, max_size=4))
def test_rising_shares_give_rising_thresholds(limit: int, shares: list[Fraction]) -> None:
    rungs = tuple(Rung(level, share, 0) for level, share in zip(Level, sorted(shares), strict=True))
    thresholds = [used for _, used in Ladder(rungs).thresholds(limit)]
    assert all(lower <= higher for lower, higher in pairwise(thresholds))
