"""Periods as text, as two midnights, and in their order."""

import pytest

from reports.errors import PeriodInvalid
from reports.periods import Period, Span
from tests.dates import at


@pytest.mark.parametrize(
    ("text", "begins", "ends", "previous", "year_before"),
    [
        ("2026-10", "2026-10-01 四 00:00", "2026-11-01 日 00:00", "2026-09", "2025-10"),
        ("2026-01", "2026-01-01 四 00:00", "2026-02-01 日 00:00", "2025-12", "2025-01"),
        ("2026-12", "2026-12-01 二 00:00", "2027-01-01 五 00:00", "2026-11", "2025-12"),
        ("2026-Q1", "2026-01-01 四 00:00", "2026-04-01 三 00:00", "2025-Q4", "2025-Q1"),
        ("2026-Q4", "2026-10-01 四 00:00", "2027-01-01 五 00:00", "2026-Q3", "2025-Q4"),
        ("2026-H1", "2026-01-01 四 00:00", "2026-07-01 三 00:00", "2025-H2", "2025-H1"),
        ("2026-H2", "2026-07-01 三 00:00", "2027-01-01 五 00:00", "2026-H1", "2025-H2"),
        ("2026", "2026-01-01 四 00:00", "2027-01-01 五 00:00", "2025", "2025"),
        ("9998-12", "9998-12-01 二 00:00", "9999-01-01 五 00:00", "9998-11", "9997-12"),
    ],
)
def test_a_period_reaches_from_midnight_to_midnight(
    text: str, begins: str, ends: str, previous: str, year_before: str
) -> None:
    period = Period.parse(f" {text} ")
    assert str(period) == text
    assert (period.begins, period.ends) == (at(begins), at(ends))
    assert (str(period.previous()), str(period.year_before())) == (previous, year_before)
    months = period.months()
    assert (months[0].begins, months[-1].ends, len(months)) == (
        period.begins,
        period.ends,
        period.span.months,
    )


def test_a_period_is_named_as_people_name_it() -> None:
    assert Period.month(2026, 3) == Period(2026, Span.MONTH, 3)
    labels = [Period.parse(text).label for text in ("2026-03", "2026-Q4", "2026-H2", "2026")]
    assert labels == ["2026年3月", "2026年第四季度", "2026年下半年", "2026年"]


@pytest.mark.parametrize(
    "text",
    [
        *("2026-13", "2026-00", "2026-1", "2026年10月", "０２０６-10", "", "十月"),
        *("2026-Q5", "2026-Q0", "2026-H3", "2026-q1", "2026-", "26", "2026-Q"),
        *("0000-01", "0001-01", "1899-12", "9999-01", "9999", "1899"),
    ],
)
def test_what_is_no_period_is_refused_with_what_came_and_an_example(text: str) -> None:
    with pytest.raises(PeriodInvalid) as refused:
        Period.parse(text)
    assert refused.value.code == "period_invalid"
    assert f"“{text}”" in refused.value.message
    assert "2026-Q3" in refused.value.message
