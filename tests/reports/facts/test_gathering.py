"""What a period counts, told in small cases."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from limits.terms import CustomerClass, Step, Supporting, Voltage
from reports.errors import PeriodNotBegun
from reports.facts.gathering import gather
from reports.facts.kept import KEPT
from reports.facts.values import Facts, Rows
from reports.figures.figures import Figures
from reports.figures.shares import Share
from reports.periods import Period
from tests.alerts.company import EAST, found
from tests.dates import at, on
from tests.reports.books import AS_OF, resident
from tests.reports.slow_period import agrees, slow_period
from tests.workflow.ledger_books import GOOD, write_book
from workflow import cases, ratings
from workflow.book import Book
from workflow.history import Registration
from workflow.ledger.columns import LEDGER_SHEET
from workflow.ledger.importing import import_ledger
from workflow.past import Past
from workflow.verify import verify

OCTOBER = Period.parse("2026-10")
NASTY = ["=1+1", "@SUM(A1)", "+8", "-3", '<script>alert("1")</script>', "甲&乙", "007"]


def archived(book: Book, number: str, accepted: datetime, days: int = 1, **registration: Any) -> None:
    """A household, energized ``days`` calendar days later and archived the same evening."""
    begin(book, number, accepted, resident(number, **registration))
    end = accepted + timedelta(days=days)
    cases.energize(book, number, at=end, now=end, actor="装表员")
    cases.archive(book, number, at=end, now=end, actor="归档员")


def begin(book: Book, number: str, accepted: datetime, registration: Registration) -> None:
    cases.accept(book, number, registration, at=accepted, now=accepted, actor="受理员")


def rows(facts: Facts, name: str, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[column] for column in columns) for row in facts.tables[name].dicts()]


def test_an_empty_month_has_no_rows_and_no_rate(file_book: Book) -> None:
    facts = gather(file_book, OCTOBER, AS_OF)
    ever = ("documents", "clock_names", "indicators", "before", "absent", "trend")
    assert {name for name, table in facts.tables.items() if table.rows} == set(ever)
    figures = Figures(facts)
    assert figures.rate("local.total").rate is None
    assert (figures.total("accepted"), figures.used(), figures.ranking()) == (0, {}, ())
    assert facts.header["complete"] is True


def test_a_period_not_begun_is_refused(file_book: Book) -> None:
    with pytest.raises(PeriodNotBegun) as refused:
        gather(file_book, Period.parse("2026-Q4"), at("2026-09-30 三 23:59"))
    assert refused.value.code == "period_not_begun"
    assert "2026年第四季度" in refused.value.message


def test_a_month_not_over_counts_up_to_its_instant(file_book: Book) -> None:
    archived(file_book, "1", at("2026-10-08 四 09:00"))
    archived(file_book, "2", at("2026-10-14 三 09:00"))
    facts = gather(file_book, OCTOBER, at("2026-10-14 三 12:00"))
    figures = Figures(facts)
    assert facts.header["complete"] is False
    assert (figures.total("accepted"), figures.total("archived"), figures.total("in_progress")) == (2, 1, 1)


def test_what_was_archived_at_the_last_midnight_belongs_to_the_next_month(file_book: Book) -> None:
    archived(file_book, "1", at("2026-10-30 五 23:59"))
    archived(file_book, "2", at("2026-10-31 六 00:00"))
    assert Figures(gather(file_book, OCTOBER, AS_OF)).total("archived") == 1
    assert Figures(gather(file_book, Period.parse("2026-11"), AS_OF)).total("archived") == 1


def test_terminated_and_void_are_in_no_base_and_told_with_their_reasons(file_book: Book) -> None:
    start, end = at("2026-10-09 五 09:00"), at("2026-10-12 一 09:00")
    for number in ("终", "废"):
        begin(file_book, number, start, resident(number))
    cases.terminate(file_book, "终", reason="客户不办了", at=end, now=end, actor="李四")
    cases.void(file_book, "废", reason="重复录入", at=end, now=end, actor="李四")
    facts = gather(file_book, OCTOBER, AS_OF)
    figures = Figures(facts)
    assert rows(facts, "excluded", "why", "number", "reason") == [
        ("terminated", "终", "客户不办了"),
        ("voided", "废", "重复录入"),
    ]
    assert [figures.total(move) for move in ("accepted", "terminated", "voided", "in_progress")] == [
        1,
        1,
        1,
        0,
    ]
    assert figures.rate("local.total").of == 0


@pytest.mark.parametrize(("word", "kind"), [("终止", "terminated"), ("作废", "voided")])
def test_an_ending_belongs_to_its_own_month_whatever_followed(
    file_book: Book, tmp_path: Path, word: str, kind: str
) -> None:
    """The supporting works of an application that ended on 20 October were finished on 3 November."""
    row = {
        **GOOD,
        "客户类别": "低压居民",
        "供电电压": "220V",
        "配套工程": "低压配套",
        "配套开工时间": "2026-10-13 09:00",
        "配套完工时间": "2026-11-03 09:00",
        "终止时间": "2026-10-20 09:00",
        "状态": word,
    }
    path = write_book(tmp_path / "台账.xlsx", {LEDGER_SHEET: [list(row), list(row.values())]})
    import_ledger(file_book, path, now=AS_OF)
    october, november = (gather(file_book, Period.parse(each), AS_OF) for each in ("2026-10", "2026-11"))
    ended = [("2026-10-20T09:00:00+08:00", GOOD["申请编号"])]
    assert [rows(each, "excluded", "at", "number") for each in (october, november)] == [ended, []]
    told = [[Figures(each).total(move) for move in (kind, "in_progress")] for each in (october, november)]
    assert told == [[1, 0], [0, 0]]
    assert verify(file_book).difference is None
    for facts, period in ((october, OCTOBER), (november, Period.parse("2026-11"))):
        agrees(facts.tables, slow_period(file_book, period, AS_OF))


def test_what_is_open_is_told_as_of_the_end_of_the_period(file_book: Book) -> None:
    """Both were finished after October: one was late by its end, the other not before November."""
    begin(file_book, "十", at("2026-10-26 一 09:00"), resident("十"))
    begin(file_book, "末", at("2026-10-30 五 09:00"), resident("末"))
    for number in "十末":
        end = at("2026-11-10 二 09:00")
        cases.energize(file_book, number, at=end, now=end, actor="装表员")
        cases.archive(file_book, number, at=end, now=end, actor="归档员")
    facts = gather(file_book, OCTOBER, AS_OF)
    assert Figures(facts).total("in_progress") == 2
    assert rows(facts, "open_late", "number", "clock", "used", "verdict", "due_on") == [
        ("十", "whole", 4, "open_late", "2026-10-28")
    ]
    assert Figures(gather(file_book, Period.parse("2026-11"), AS_OF)).total("in_progress") == 0
    agrees(facts.tables, slow_period(file_book, OCTOBER, AS_OF))


def test_a_month_without_high_voltage_has_no_nodes_and_says_so(file_book: Book) -> None:
    archived(file_book, "1", at("2026-10-12 一 09:00"))
    figures = Figures(gather(file_book, OCTOBER, AS_OF))
    high = [each.value for each in CustomerClass if each.high_voltage]
    assert figures.rate("local.node").rate is None
    assert figures.rate("local.whole", "", **{"class": high}).rate is None
    assert figures.rate("local.total").rate == 1


def test_a_station_to_which_nothing_happened_is_not_forgotten(file_book: Book, tmp_path: Path) -> None:
    found(file_book, tmp_path)
    archived(file_book, "1", at("2026-10-12 一 09:00"))
    last = Figures(gather(file_book, OCTOBER, AS_OF)).ranking()[-1]
    assert (last.name, last.place, last.share.rate) == (EAST, None, None)


def test_what_people_type_is_only_text(file_book: Book) -> None:
    for name in NASTY:
        archived(file_book, name, at("2026-10-12 一 09:00"), days=4, station=name, manager=name)
    facts = gather(file_book, OCTOBER, AS_OF)
    assert {name: Rows.from_json(each.to_json()) for name, each in facts.tables.items()} == facts.tables
    assert {row["manager"] for row in facts.tables["unmet"].dicts()} == set(NASTY)
    assert {each.name for each in Figures(facts).ranking()} == set(NASTY)
    assert set(Figures(facts).used_by_manager()) == {(name, name) for name in NASTY}


def test_capacities_are_added_up_exactly(file_book: Book) -> None:
    for number, capacity in (("1", "0.1"), ("2", "0.2"), ("3", "8")):
        begin(file_book, number, at("2026-10-12 一 09:00"), resident(number, capacity=capacity))
    facts = gather(file_book, OCTOBER, AS_OF)
    held = Figures(facts).counts("in_progress")[()]
    assert (held.n, str(held.capacity)) == (3, "8.3")
    assert set(rows(facts, "counts", "move", "n", "capacity")) == {
        ("accepted", 3, "8.3"),
        ("in_progress", 3, "8.3"),
    }


def test_each_layer_judges_by_itself(file_book: Book) -> None:
    """Three working days break the local 2 and keep the company's and the state's 5."""
    archived(file_book, "1", at("2026-10-12 一 09:00"), days=3)
    facts = gather(file_book, OCTOBER, AS_OF)
    figures = Figures(facts)
    met = {layer: figures.rate(f"{layer}.total") for layer in ("local", "company", "national", "regulator")}
    assert [(share.met, share.of, share.excluded) for share in met.values()] == [
        (0, 1, 0),
        (1, 1, 0),
        (1, 1, 0),
        (0, 0, 1),  # it limits stages only
    ]
    assert rows(facts, "unmet", "number", "layer", "clock", "used", "limit", "due_on") == [
        ("1", "local", "whole", 3, 2, "2026-10-14")
    ]


def test_levels_of_what_was_terminated_or_void_stay_reached(file_book: Book) -> None:
    end = at("2026-10-16 五 09:00")
    for number, ending in (("终", cases.terminate), ("废", cases.void)):
        begin(file_book, number, at("2026-10-12 一 09:00"), resident(number))
        ending(file_book, number, reason="撤回", at=end, now=end, actor="李四")
    figures = Figures(gather(file_book, OCTOBER, AS_OF))
    assert figures.levels(layer="local")[("yellow",)] == 2
    before = Figures(gather(file_book, OCTOBER, end - timedelta(minutes=1)))
    assert before.total("in_progress") == 2  # that one was nobody's is known only since


def test_a_corrected_verdict_counts_once_and_as_it_is_known_now(file_book: Book) -> None:
    archived(file_book, "1", at("2026-10-12 一 09:00"), days=3)
    assert Figures(gather(file_book, OCTOBER, AS_OF)).rate("local.total").met == 0
    moved = at("2026-10-13 二 10:00")
    told: dict[str, Any] = {
        "reason": "录入笔误",
        "occurred_at": moved,
        "actor": "班长",
        "at": AS_OF,
        "now": AS_OF,
    }
    cases.correct(file_book, "1", seq=2, **told)
    facts = gather(file_book, OCTOBER, AS_OF)
    figures = Figures(facts)
    assert (figures.rate("local.total").met, figures.rate("local.total").of) == (1, 1)
    assert facts.tables["unmet"].rows == ()
    assert ("yellow",) not in figures.levels(layer="local")  # withdrawn by the correction
    assert owners(facts)["span"] == 1


def test_what_reaches_past_the_published_calendar_is_provisional(file_book: Book) -> None:
    december, january = Period.parse("2026-12"), Period.parse("2027-01")
    assert gather(file_book, december, december.ends).header["provisional"] is False
    assert gather(file_book, january, at("2027-01-04 一 09:00")).header["provisional"] is True


# -- whose time ----------------------------------------------------------------------------------


def owners(facts: Facts) -> dict[object, object]:
    return {row["owner"]: row["days"] for row in facts.tables["owners"].dicts()}


def high_voltage(name: str) -> Registration:
    return replace(
        resident(name),
        customer_class=CustomerClass.HV_ORDINARY,
        voltage=Voltage.KV10,
        customer_works=True,
        supporting=Supporting.TEE_LINE,
    )


def test_every_working_day_belongs_to_somebody(file_book: Book) -> None:
    """高压, told day by day: each thing lasts a whole number of days, and one is nobody's but the customer's."""

    def tell(act: Any, text: str, **more: Any) -> None:
        act(file_book, "高", at=at(text), now=at(text), actor="李四", **more)

    begin(file_book, "高", at("2026-10-08 四 09:00"), high_voltage("高"))
    tell(cases.approve_plan, "2026-10-09 五 10:00")
    tell(cases.reply_plan, "2026-10-12 一 09:00")  # company: 9, 10 (a make-up Saturday), 12
    tell(cases.submit_approvals, "2026-10-12 一 10:00")
    tell(cases.grant_approvals, "2026-10-14 三 09:00")  # approvals: 13, 14
    tell(cases.start_supporting, "2026-10-14 三 10:00")
    tell(cases.start_works, "2026-10-15 四 09:00")  # supporting: 15
    tell(cases.finish_works, "2026-10-19 一 09:00")  # customer: 16, 19, though supporting works go on
    tell(cases.finish_supporting, "2026-10-20 二 09:00")  # supporting: 20
    tell(cases.report_completion, "2026-10-21 三 09:00")  # customer: 21, waited for
    suspension = {"reason": "停电计划", "evidence": "公文", "approver": "赵六"}
    tell(cases.suspend, "2026-10-21 三 15:00", **suspension)
    tell(cases.resume, "2026-10-23 五 09:00")  # suspended: 22, 23
    tell(cases.start_final, "2026-10-26 一 09:00")
    tell(cases.finish_final, "2026-10-26 一 10:00", passed=True, opinion="合格")  # company: 26
    tell(cases.complete_formalities, "2026-10-27 二 09:00")  # customer: 27
    tell(cases.energize, "2026-10-28 三 09:00")  # company: 28
    tell(cases.archive, "2026-10-28 三 10:00")
    facts = gather(file_book, OCTOBER, AS_OF)
    assert owners(facts) == {
        "company": 5,
        "approvals": 2,
        "supporting": 2,
        "customer": 4,
        "suspended": 2,
        "span": 15,
        "unsuspended": 13,
    }
    assert rows(facts, "days_by_manager", "used", "n") == [(5, 1)]
    assert rows(facts, "suspensions", "number", "suspended_at", "resumed_at", "reason", "approver") == [
        ("高", "2026-10-21T15:00:00+08:00", "2026-10-23T09:00:00+08:00", "停电计划", "赵六")
    ]


def test_low_voltage_supporting_works_are_told_apart_and_stay_in_the_clock(file_book: Book) -> None:
    def tell(act: Any, text: str) -> None:
        act(file_book, "低", at=at(text), now=at(text), actor="李四")

    low = replace(resident("低"), supporting=Supporting.LOW_VOLTAGE)
    begin(file_book, "低", at("2026-10-12 一 09:00"), low)
    tell(cases.start_supporting, "2026-10-13 二 09:00")
    tell(cases.finish_supporting, "2026-10-15 四 09:00")
    tell(cases.energize, "2026-10-16 五 09:00")
    tell(cases.archive, "2026-10-16 五 10:00")
    facts = gather(file_book, OCTOBER, AS_OF)
    told = owners(facts)
    assert (told["company"], told["supporting"], told["span"]) == (2, 2, 4)
    assert rows(facts, "days_by_manager", "used") == [(4,)]


# -- what else is told -------------------------------------------------------------------------------


def test_constrained_customers_and_ratings(file_book: Book) -> None:
    when = at("2026-10-12 一 09:00")
    begin(file_book, "1", when, resident("1"))
    cases.find_constraint(file_book, "1", at=when, now=when, actor="李四")
    end = at("2026-10-13 二 09:00")
    cases.report_constraint(file_book, "1", at=end, now=end, actor="李四")
    for act in (cases.energize, cases.archive):
        act(file_book, "1", at=end, now=end, actor="李四")
    for step, score in ((Step.APPLY, 5), (Step.ENERGIZE, 3)):
        ratings.rate(file_book, "1", step=step, score=score, at=end, now=end, actor="客户")
    facts = gather(file_book, OCTOBER, AS_OF)
    assert rows(facts, "constrained", "number", "found_at", "reported_at") == [
        ("1", "2026-10-12T09:00:00+08:00", "2026-10-13T09:00:00+08:00")
    ]
    assert rows(facts, "ratings", "step", "score", "n") == [("apply", 5, 1), ("energize", 3, 1)]
    assert Figures(facts).satisfied()[()].rate == 0.5


def test_a_suspension_counts_in_every_period_it_lasts_into(file_book: Book) -> None:
    begin(file_book, "1", at("2026-09-28 一 09:00"), resident("1"))
    told = {"reason": "客户原因", "evidence": "申请", "approver": "赵六", "actor": "李四"}
    cases.suspend(file_book, "1", at=at("2026-09-28 一 10:00"), now=at("2026-09-28 一 10:00"), **told)
    open_yet = gather(file_book, OCTOBER, at("2026-10-09 五 09:00"))
    assert rows(open_yet, "suspensions", "resumed_at") == [(None,)]
    end = at("2026-10-12 一 09:00")
    cases.resume(file_book, "1", at=end, now=end, actor="李四")
    found_in = [
        bool(gather(file_book, Period.parse(each), AS_OF).tables["suspensions"].rows)
        for each in ("2026-09", "2026-10", "2026-11")
    ]
    assert found_in == [True, True, False]


def test_findings_of_the_period_and_of_what_was_archived_in_it(file_book: Book) -> None:
    """Written down on the 12th of November, long after it happened: found then, about October's."""
    late = at("2026-11-12 四 09:00")
    begin(file_book, "1", at("2026-10-12 一 09:00"), resident("1"))
    for act in (cases.energize, cases.archive):
        act(file_book, "1", at=at("2026-10-13 二 09:00"), now=late, actor="李四")
    about = [
        rows(gather(file_book, Period.parse(each), AS_OF), "findings", "code", "archived_in_period")
        for each in ("2026-09", "2026-10", "2026-11")
    ]
    assert about[0] == []
    assert about[1]
    assert set(about[1]) == {("backfilled", True)}
    assert {found for found, _ in about[2]} == {"backfilled"}


def test_a_date_beyond_the_published_year_is_counted_as_provisional(file_book: Book) -> None:
    begin(file_book, "1", at("2026-12-31 四 09:00"), resident("1"))
    facts = gather(file_book, Period.parse("2026-12"), at("2026-12-31 四 18:00"))
    assert ("local", "whole", 1) in rows(facts, "provisional", "layer", "clock", "n")
    assert facts.header["published_through"] == "2026-12-31"


# -- other tables, earlier periods -----------------------------------------------------------------------


def test_another_package_adds_tables_of_its_own(file_book: Book) -> None:
    def source(past: Past, begins: datetime, ends: datetime) -> Any:
        assert not past.connection.closed
        return {"others": (("at", "n"), [(begins, 2), (ends, 1), (past.at, 0)])}

    facts = gather(file_book, OCTOBER, AS_OF, (source,))
    assert rows(facts, "others", "at", "n") == [
        ("2026-10-01T00:00:00+08:00", 2),
        ("2026-11-01T00:00:00+08:00", 1),
        ("2026-11-20T18:00:00+08:00", 0),
    ]


def test_a_sealed_period_is_compared_as_it_was_sealed(file_book: Book) -> None:
    archived(file_book, "1", at("2026-09-14 一 09:00"))
    sealed = gather(file_book, Period.parse("2026-09"), at("2026-10-08 四 09:00"))
    begin(file_book, "2", at("2026-09-15 二 09:00"), resident("2"))
    for act in (cases.energize, cases.archive):  # 补录: known only after the closing
        act(file_book, "2", at=at("2026-09-16 三 09:00"), now=at("2026-10-20 二 09:00"), actor="李四")

    def earlier(period: Period) -> Facts | None:
        return sealed if str(period) == "2026-09" else None

    anew, kept = gather(file_book, OCTOBER, AS_OF), gather(file_book, OCTOBER, AS_OF, earlier=earlier)
    assert [Figures(each).rate("local.total", "previous").of for each in (anew, kept)] == [2, 1]
    assert rows(kept, "before", "when", "period", "sealed") == [
        ("previous", "2026-09", sealed.digest),
        ("year_before", "2025-10", ""),
    ]


def test_the_trend_runs_over_the_months(file_book: Book) -> None:
    """Of a month the six that end with it, of anything longer its own; one not begun is left out."""
    archived(file_book, "1", at("2026-08-10 一 09:00"))
    archived(file_book, "2", at("2026-10-12 一 09:00"), days=4)
    october = Figures(gather(file_book, OCTOBER, AS_OF)).trend("local.total")
    assert october == {
        **{f"2026-{month:02}": Share(0, 0) for month in range(5, 11)},
        "2026-08": Share(1, 1),
        "2026-10": Share(0, 1),
    }
    year = Figures(gather(file_book, Period.parse("2026-H2"), AS_OF)).trend("local.total")
    assert list(year) == [f"2026-{month:02}" for month in range(7, 12)]

    def earlier(period: Period) -> Facts | None:
        sealed = Rows.of(KEPT, [("local.total", "lv_micro", "公司", "所", "某人", 9, 8)])
        return Facts({}, {**empty, "kept": sealed}) if str(period) == "2026-09" else None

    empty = gather(file_book, Period.parse("2026-09"), AS_OF).tables
    kept_then = Figures(gather(file_book, OCTOBER, AS_OF, earlier=earlier)).trend("local.total")
    assert kept_then["2026-09"] == Share(8, 9)


def test_suspensions_are_counted_as_begun_ended_and_standing(file_book: Book) -> None:
    approved = {"reason": "客户原因", "evidence": "申请", "approver": "赵六"}
    for number, day in (
        ("1", "2026-09-28 一 09:00"),
        ("2", "2026-10-12 一 09:00"),
        ("3", "2026-10-13 二 09:00"),
    ):
        begin(file_book, number, at(day), resident(number))
        cases.suspend(file_book, number, at=at(day), now=at(day), actor="李四", **approved)
    for number in "12":
        end = at("2026-10-15 四 09:00")
        cases.resume(file_book, number, at=end, now=end, actor="李四")
    found = Figures(gather(file_book, OCTOBER, AS_OF)).suspensions()
    assert (found.begun, found.ended, found.standing) == (2, 2, 1)


def test_what_nobody_records_is_said_and_counts_for_nothing(file_book: Book) -> None:
    facts = gather(file_book, OCTOBER, AS_OF)
    assert {row["what"] for row in facts.tables["absent"].dicts()} >= {"complaints", "vetoes"}
    assert all(row["label"] and row["why"] for row in facts.tables["absent"].dicts())


def test_the_facts_know_the_ledger_they_were_taken_from(file_book: Book) -> None:
    before = gather(file_book, OCTOBER, AS_OF)
    begin(file_book, "1", at("2026-11-19 四 09:00"), resident("1"))
    after = gather(file_book, OCTOBER, AS_OF)
    assert before.tables["kept"] == after.tables["kept"] == Rows(after.tables["kept"].columns)
    assert before.header["ledger_head"] != after.header["ledger_head"]
    assert before.digest != after.digest


def test_the_contract_is_judged_by_itself(file_book: Book) -> None:
    def tell(act: Any, text: str, **more: Any) -> None:
        act(file_book, "约", at=at(text), now=at(text), actor="李四", **more)

    low = replace(resident("约"), supporting=Supporting.LOW_VOLTAGE)
    begin(file_book, "约", at("2026-10-12 一 09:00"), low)
    tell(cases.agree_contract, "2026-10-12 一 10:00", on=on("2026-10-13 二"))
    tell(cases.start_supporting, "2026-10-13 二 09:00")
    tell(cases.finish_supporting, "2026-10-15 四 09:00")
    tell(cases.energize, "2026-10-16 五 09:00")
    tell(cases.archive, "2026-10-16 五 10:00")
    clocks = Figures(gather(file_book, OCTOBER, AS_OF)).clocks(("role", "clock"))
    assert [clocks[key].met for key in (("supporting", "supporting_works"), ("other", "contract"))] == [1, 0]
    while_open = gather(file_book, OCTOBER, at("2026-10-14 三 18:00"))
    assert rows(while_open, "open_late", "number", "clock", "used", "limit", "due_on") == [
        ("约", "contract", 1, 0, "2026-10-13")
    ]
