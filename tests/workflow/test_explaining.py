"""Explaining: every day of a clock, why it counted, and the clause; the sum is the figure that is listed."""

from datetime import timedelta

import pytest

from limits.explanation import DayRole
from limits.terms import Status, Unit
from tests.dates import at
from tests.workflow.histories import PAUSE, START, Told, accept, live, tell
from tests.workflow.sample_ledger import AS_OF, LEDGER
from workflow import cases, errors
from workflow.book import Book
from workflow.explaining import ClockUnknown, explain_application, total_of
from workflow.ledger.importing import import_ledger
from workflow.listing import applications


def test_the_days_that_counted_are_the_used_days_of_the_listing_for_every_clock(book: Book) -> None:
    """Two ways to the same figure: the day-by-day account and the two look-ups."""
    import_ledger(book, LEDGER, now=AS_OF)
    explained = 0
    for view in applications(book, AS_OF):
        told = explain_application(book, view.number, AS_OF)
        listed = {(clock.layer, clock.name): clock for clock in view.clocks}
        assert listed.keys() == {
            (each.clock.bound.rule.layer, each.clock.bound.rule.name) for each in told.clocks
        }
        for each in told.clocks:
            clock = listed[each.clock.bound.rule.layer, each.clock.bound.rule.name]
            if clock.unit is Unit.MINUTE:
                continue
            counted = [line for line in each.explanation.days if line.role is DayRole.COUNTED]
            assert len(counted) == clock.reading.used
            crossed = [line.day for line in each.explanation.days for note in line.notes if "级别" in note]
            levels = [level.crossed_on for level in clock.levels]
            assert levels == [day for day in crossed if day <= AS_OF.date()], view.number
            if clock.reading.due_on:
                due = [line.day for line in each.explanation.days if "到期日，24 时截止" in line.notes]
                assert due == [clock.reading.due_on]
            explained += 1
    assert explained > 1000


def test_a_clock_is_told_by_its_name_in_every_layer_or_in_one(book: Book) -> None:
    live(book, "A1", "高压普通", 2)
    now = at("2026-09-20 日 10:00")
    layers = [each.clock.bound.rule.key for each in explain_application(book, "A1", now, "reply").clocks]
    assert layers == ["local.reply", "company.reply", "regulator.reply"]
    [only] = explain_application(book, "A1", now, "local.reply").clocks
    assert "内电〔2021〕34号" in str(only.citation)
    assert only.explanation.conclusion == "时限 10 个工作日，已用 2 个工作日，按时。"
    assert any("第二百零一条" in source for source in only.explanation.sources)


def test_the_first_clock_asked_about_is_the_local_total(book: Book) -> None:
    live(book, "A1", "高压普通", 2)
    total = total_of(explain_application(book, "A1", AS_OF).clocks)
    assert total is not None
    assert total.clock.bound.rule.key == "local.company_time"
    assert total_of(()) is None


def test_the_days_of_a_suspension_are_told_with_its_reason(book: Book) -> None:
    accept(book, "A1")
    tell(book, "A1", Told(cases.suspend, "经理甲", PAUSE), at("2026-09-03 四 10:00"))
    tell(book, "A1", Told(cases.resume), at("2026-09-08 二 10:00"))
    [reply] = explain_application(book, "A1", at("2026-09-09 三 10:00"), "local.reply").clocks
    told = {f"{line.day:%d}": (line.role, line.text) for line in reply.explanation.days if line.day.day < 10}
    assert told == {
        "01": (DayRole.START, "起算当日不计"),
        "02": (DayRole.COUNTED, "工作日，计入"),
        "03": (DayRole.COUNTED, "工作日，计入"),
        "04": (DayRole.PAUSED, "不计：挂起（客户原因）"),
        "05": (DayRole.PAUSED, "不计：挂起（客户原因）"),
        "06": (DayRole.PAUSED, "不计：挂起（客户原因）"),
        "07": (DayRole.PAUSED, "不计：挂起（客户原因）"),
        "08": (DayRole.RESUMED, "恢复计时当日不计"),
        "09": (DayRole.COUNTED, "工作日，计入"),
    }


def test_the_customers_own_time_is_told_as_his(book: Book) -> None:
    live(book, "A1", "高压普通", 3)
    tell(book, "A1", Told(cases.finish_works), START + timedelta(days=20))
    now = START + timedelta(days=21)
    [total] = explain_application(book, "A1", now, "local.company_time").clocks
    assert "不计：客户工程施工" in {line.text for line in total.explanation.days}


def test_what_happened_later_is_not_told(book: Book) -> None:
    done = live(book, "A1", "高压普通")
    now = done[2].event.occurred_at + timedelta(minutes=6)
    told = explain_application(book, "A1", now)
    assert told.status is Status.OPEN
    assert [event.seq for event in told.events] == [1, 2, 3]
    names = {each.clock.bound.rule.name for each in told.clocks}
    assert "energize" not in names


def test_an_unknown_number_and_an_unknown_clock_are_told(book: Book) -> None:
    with pytest.raises(errors.ApplicationUnknown, match="Z9"):
        explain_application(book, "Z9", AS_OF)
    accept(book, "A1")
    with pytest.raises(errors.ApplicationUnknown):
        explain_application(book, "A1", START - timedelta(seconds=1))
    with pytest.raises(ClockUnknown, match=r"local\.company_time、local\.reply、company"):
        explain_application(book, "A1", AS_OF, "energize")
