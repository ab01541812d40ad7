"""What a month counts, told in small cases."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from limits.policy import Layer
from limits.terms import Level
from reports.errors import MonthNotBegun
from reports.month import InProgress, month_report
from reports.months import Month
from reports.shares import Share, Spread
from tests.dates import at
from tests.reports.books import AS_OF, RESIDENT, resident
from workflow import cases
from workflow.book import Book

OCTOBER = Month(2026, 10)


def record(
    book: Book,
    number: str,
    accepted: datetime,
    energized: datetime | None = None,
    archived: datetime | None = None,
) -> None:
    cases.accept(book, number, resident(number), at=accepted, now=accepted, actor="受理员")
    if energized is not None:
        cases.energize(book, number, at=energized, now=energized, actor="装表员")
    if archived is not None:
        cases.archive(book, number, at=archived, now=archived, actor="归档员")


def test_an_empty_month_has_no_keys_and_no_rate(book: Book) -> None:
    month = month_report(book, OCTOBER, AS_OF)
    assert (month.accepted, month.archived, month.used, month.in_progress) == ({}, {}, {}, {})
    assert all(kept == {} for kept in month.kept.values())
    assert (month.late, month.open_late) == ((), ())
    assert month.levels == dict.fromkeys(Level, 0)
    assert month.on_time(Layer.LOCAL).rate is None
    assert month.to_json()["rate_all"]["local"] == {"numerator": 0, "denominator": 0, "rate": None}


def test_a_month_without_high_voltage_has_no_node_rate(book: Book) -> None:
    record(book, "A", at("2026-10-12 一 09:00"), at("2026-10-13 二 10:00"), at("2026-10-13 二 11:00"))
    month = month_report(book, OCTOBER, AS_OF)
    assert month.nodes == Share(0, 0)
    assert month.kept[Layer.LOCAL] == {RESIDENT: Share(1, 1)}
    assert month.used == {RESIDENT: Spread(1, 1.0, 1.0, 1, 1)}
    assert Layer.REGULATOR not in month.kept  # it limits stages only


def test_each_layer_judges_by_itself(book: Book) -> None:
    """Three working days break the local 2 and keep the company's and the state's 5."""
    record(book, "A", at("2026-10-12 一 09:00"), at("2026-10-15 四 10:00"), at("2026-10-16 五 11:00"))
    month = month_report(book, OCTOBER, AS_OF)
    assert {layer: kept[RESIDENT] for layer, kept in month.kept.items()} == {
        Layer.LOCAL: Share(0, 1),
        Layer.COMPANY: Share(1, 1),
        Layer.NATIONAL: Share(1, 1),
    }
    (line,) = month.late
    assert (line.number, line.clock, line.used, line.limit) == ("A", "全过程", 3, 2)
    assert line.due_on == at("2026-10-14 三 00:00").date()
    assert month.to_json()["on_time"]["local"] == {"低压居民": 0}


def test_a_month_ends_at_midnight_in_shanghai(book: Book) -> None:
    """The last minute of October and the first of November are both 31 October in UTC."""
    day = at("2026-10-28 三 09:00")
    record(book, "A", day, day, at("2026-10-31 六 23:59"))
    record(book, "B", day, day, at("2026-11-01 日 00:00"))
    assert month_report(book, OCTOBER, AS_OF).archived == {RESIDENT: 1}
    assert month_report(book, Month(2026, 11), AS_OF).archived == {RESIDENT: 1}


def test_a_month_not_over_is_counted_up_to_the_instant(book: Book) -> None:
    day = at("2026-10-12 一 09:00")
    record(book, "A", day, day + timedelta(hours=1), day + timedelta(hours=2))
    record(book, "B", day + timedelta(hours=3))
    month = month_report(book, OCTOBER, day + timedelta(hours=1))
    assert (month.complete, month.accepted, month.archived) == (False, {RESIDENT: 1}, {})
    assert month.in_progress == {RESIDENT: InProgress(1, Decimal(8))}
    assert month_report(book, OCTOBER, OCTOBER.ends).complete


def test_a_month_not_begun_is_refused(book: Book) -> None:
    with pytest.raises(MonthNotBegun) as refused:
        month_report(book, Month(2026, 12), AS_OF)
    assert refused.value.code == "month_not_begun"
    assert "2026年12月" in refused.value.message
    assert "2026-11-20 18:00" in refused.value.message


def test_terminated_is_accepted_and_never_archived_void_is_neither(book: Book) -> None:
    """Levels they had reached stay reached (domain §4)."""
    day, end = at("2026-10-12 一 09:00"), at("2026-10-16 五 09:00")
    for number in "AB":
        record(book, number, day)
    cases.terminate(book, "A", reason="客户撤回", at=end, now=end, actor="受理员")
    cases.void(book, "B", reason="重复录入", at=end, now=end, actor="受理员")
    month = month_report(book, OCTOBER, AS_OF)
    assert (month.accepted, month.archived, month.in_progress) == ({RESIDENT: 1}, {}, {})
    assert month.levels[Level.YELLOW] == 2
    assert month_report(book, OCTOBER, end - timedelta(minutes=1)).in_progress == {
        RESIDENT: InProgress(1, Decimal(8))
    }


def test_a_corrected_verdict_counts_once_and_as_it_is_known_now(book: Book) -> None:
    day = at("2026-10-12 一 09:00")
    record(book, "A", day, at("2026-10-15 四 10:00"), at("2026-10-16 五 11:00"))
    assert month_report(book, OCTOBER, AS_OF).on_time(Layer.LOCAL) == Share(0, 1)
    moved = at("2026-10-13 二 10:00")
    cases.correct(book, "A", seq=2, reason="录入笔误", occurred_at=moved, at=AS_OF, now=AS_OF, actor="班长")
    month = month_report(book, OCTOBER, AS_OF)
    assert (month.on_time(Layer.LOCAL), month.late) == (Share(1, 1), ())
    assert month.levels[Level.YELLOW] == 0  # withdrawn by the correction


def test_capacities_are_added_exactly(book: Book) -> None:
    day = at("2026-10-12 一 09:00")
    for number, capacity in (("A", "0.1"), ("B", "0.2")):
        cases.accept(book, number, resident(number, capacity=capacity), at=day, now=day, actor="受理员")
    assert month_report(book, OCTOBER, AS_OF).in_progress[RESIDENT].capacity == Decimal("0.3")


def test_what_reaches_past_the_published_calendar_is_provisional(book: Book) -> None:
    december = Month(2026, 12)
    assert not month_report(book, december, december.ends).provisional
    assert month_report(book, Month(2027, 1), at("2027-01-04 一 09:00")).provisional
