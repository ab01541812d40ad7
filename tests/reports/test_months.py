"""The month as text and as two midnights."""

import pytest

from reports.errors import MonthInvalid
from reports.months import Month
from tests.dates import at


def test_a_month_reaches_from_midnight_to_midnight() -> None:
    assert Month.parse("2026-10").begins == at("2026-10-01 四 00:00")
    assert Month.parse("2026-10").ends == at("2026-11-01 日 00:00")
    assert Month.parse("2026-12").ends == at("2027-01-01 五 00:00")
    assert Month.parse("1900-01").begins == at("1900-01-01 一 00:00")
    assert Month.parse("9998-12").ends == at("9999-01-01 五 00:00")
    assert Month.parse(" 2026-10 ") == Month(2026, 10)
    assert (str(Month(2026, 3)), Month(2026, 3).label) == ("2026-03", "2026年3月")


@pytest.mark.parametrize(
    "text",
    [
        *("2026-13", "2026-00", "2026-1", "2026年10月", "０２０６-10", "", "十月"),
        *("0000-01", "0001-01", "1899-12", "9999-01"),
    ],
)
def test_what_is_no_month_is_refused_with_what_came_and_an_example(text: str) -> None:
    with pytest.raises(MonthInvalid) as refused:
        Month.parse(text)
    assert refused.value.code == "month_invalid"
    assert f"“{text}”" in refused.value.message
    assert "2026-10" in refused.value.message
