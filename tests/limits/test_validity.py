"""How long a supply plan stays valid (domain §3): a year or three months, second-hand."""

import pytest

from limits.terms import Mark
from tests.dates import on
from workflow.rules import load_rules

POLICIES = load_rules().policies


@pytest.mark.parametrize(("high", "months"), [(True, 12), (False, 3)])
@pytest.mark.parametrize("day", ["2004-01-01 四", "2026-11-20 五"])
def test_a_plan_stays_valid(high: bool, months: int, day: str) -> None:
    validity = POLICIES.validity(high, on(day))
    assert validity is not None
    assert (validity.high, validity.months, validity.remind_days) == (high, months, 10)
    assert validity.citation.mark is Mark.SECONDARY
    assert "供电营业规则" in validity.citation.document


@pytest.mark.parametrize("high", [True, False])
def test_a_plan_from_before_the_rule_has_no_end(high: bool) -> None:
    assert POLICIES.validity(high, on("2003-12-31 三")) is None
