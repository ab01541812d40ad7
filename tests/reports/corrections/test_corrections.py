"""What is known better of a sealed period is told in the next report, once; the sealed one never moves."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from alerts.facts import alarm_facts
from limits.errors import YekuoError
from reports.composing.corrections import corrections_section
from reports.composing.paper import compose
from reports.corrections.changes import added, change, changed, read_back, written
from reports.corrections.correcting import corrections_of
from reports.documents.printed import printed
from reports.documents.public import public_edition
from reports.facts.gathering import Source, gather
from reports.facts.values import Facts, Rows
from reports.masthead import Letterhead
from reports.paper import Table
from reports.periods import Period
from reports.sealing.seal import Sealed, sealed
from tests.alerts.telling import staffed, sweep
from tests.dates import at
from tests.reports.books import CLOSING, OCTOBER, closed, energized_at, lived, resident
from tests.reports.slow_period import agrees, slow_period
from tests.reports.test_past import Office, accepted, amended, corrected, ended, finished, went_on
from tests.reports.whatif.test_whatif import shorter
from workflow import assignment, cases
from workflow.book import Book

NOVEMBER, DECEMBER = Period.month(2026, 11), Period.month(2026, 12)
LATER, NOVEMBER_OVER = at("2026-11-10 二 09:00"), at("2026-12-01 二 09:00")
DECEMBER_OVER = at("2027-01-04 一 09:00")


def report(book: Book, period: Period = NOVEMBER, as_of: datetime = NOVEMBER_OVER) -> Facts:
    return gather(book, period, as_of, (corrections_of(book, period),))


def close(book: Book, period: Period, now: datetime) -> Sealed:
    return closed(book, period, now=now, others=(corrections_of(book, period),))


def figures(facts: Facts, period: str = "2026-10") -> dict[tuple[str, str, str], tuple[str, str, str]]:
    """What is told of a sealed period: (table, row, head) → (sealed, before, now)."""
    rows = facts.tables["corrections"].dicts()
    return {
        (str(row["part"]), str(row["item"]), str(row["figure"])): (
            *(str(row[name]) for name in ("sealed", "before", "now")),
        )  # type: ignore[misc]
        for row in rows
        if row["period"] == period
    }


def causes(facts: Facts, period: str = "2026-10") -> list[tuple[Any, ...]]:
    rows = facts.tables["corrected_by"].dicts()
    return [(row["number"], row["type"]) for row in rows if row["period"] == period]


def parts(facts: Facts) -> dict[tuple[Any, Any], tuple[Any, Any]]:
    """How applications count: (number, part) → (before, now)."""
    rows = facts.tables["corrected_parts"].dicts()
    return {(row["number"], row["part"]): (row["before"], row["now"]) for row in rows}


@pytest.fixture
def october(file_book: Book) -> Book:
    """Two households on time, sealed."""
    for number in ("A1", "B2"):
        lived(file_book, number)
    close(file_book, OCTOBER, CLOSING)
    return file_book


def by(now: datetime, actor: str = "所长") -> dict[str, Any]:
    return {"at": now, "now": now, "actor": actor}


def amend(book: Book, now: datetime = LATER, number: str = "A1", **changes: str) -> None:
    cases.amend(book, number, changes=changes, reason="写错", **by(now))


def reported_late(book: Book) -> None:
    """A household of October that nobody had entered; three days where two are allowed."""
    accepted_, energized, archived = (
        at(f"2026-10-{each}") for each in ("19 一 09:00", "22 四 09:00", "23 五 09:00")
    )
    cases.accept(book, "L9", resident("L9"), at=accepted_, now=LATER, actor="受理员")
    cases.energize(book, "L9", at=energized, now=LATER, actor="装表员")
    cases.archive(book, "L9", at=archived, now=LATER, actor="归档员")


def later_by_a_day(book: Book) -> None:
    """It was energized on Thursday, not on Wednesday: late."""
    energized_at(book, "A1", at("2026-10-15 四 08:00"), LATER)


def earlier_by_a_day(book: Book) -> None:
    """On Tuesday already: in time as before, and a day quicker."""
    energized_at(book, "A1", at("2026-10-13 二 08:00"), LATER)


def voided(book: Book) -> None:
    cases.accept(book, "V1", resident("V1"), at=at("2026-10-30 五 09:00"), now=LATER, actor="受理员")
    cases.void(book, "V1", reason="重复录入", **by(LATER))


def meanwhile(book: Book) -> None:
    """November goes on, with its own corrections: nothing of it is October's."""
    lived(book, "N1", "2026-11-03 二")
    energized_at(book, "N1", at("2026-11-04 三 08:00"), LATER)
    amend(book, number="N1", manager="王五")


@dataclass(frozen=True)
class Case:
    """``told``: some of the figures, sealed and now; nothing at all is told when there are none."""

    does: Callable[[Book], None]
    told: Mapping[tuple[str, str, str], tuple[str, str]]
    cause: list[tuple[str, str]]


RATE, MANAGERS = "时限达标率（地方）", "各客户经理时限达标（地方时限）"
DAYS, LEVELS, MOVES = "办电时长（个工作日）", "本月达到的预警、告警", "各类客户受理、归档与在途"
ALARMS, NOUGHT = "预警、告警的告知与处置", "—"
RANKING = "各供电所时限达标与名次（地方时限）"
CASES = {
    "nothing": Case(lambda _book: None, {}, []),
    "the next month": Case(meanwhile, {}, []),
    "entered and voided since": Case(voided, {}, []),
    "reported late": Case(
        reported_late,
        {
            ("主要数字", "受理", ""): ("2 户", "3 户"),
            ("主要数字", RATE, ""): ("100.00%（2/2）", "66.67%（2/3）"),
            (MOVES, "低压居民", "受理容量"): ("16", "24"),
            (LEVELS, "黄", "地方（次）"): ("0", "1"),
            ("各层级、各环节时限达标与用时", "国家·全过程", "计入考核"): ("2", "3"),
            ("评价指标", "时限·超时率", "数值"): ("0.00%", "33.33%"),
        },
        [("L9", "accepted"), ("L9", "energized"), ("L9", "archived")],
    ),
    "a correction": Case(
        later_by_a_day,
        {
            ("主要数字", RATE, ""): ("100.00%（2/2）", "50.00%（1/2）"),
            (RANKING, "城关供电所", "超期"): ("0", "1"),
            (MANAGERS, "城关供电所·李四", "达标"): ("2", "1"),
            (DAYS, "低压居民", "最长"): ("2", "3"),
        },
        [("A1", "corrected")],
    ),
    "a verdict that stays, in fewer days": Case(
        earlier_by_a_day,
        {
            (DAYS, "低压居民", "平均"): ("2.00", "1.50"),
            (DAYS, "低压居民", "中位数"): ("2.0", "1.5"),
            ("办电时间按归属（个工作日）", "低压居民·供电企业", "平均"): ("2.00", "1.50"),
            (MANAGERS, "城关供电所·李四", "平均工作日"): ("2.00", "1.50"),
            (LEVELS, "橙", "地方（次）"): ("2", "1"),
        },
        [("A1", "corrected")],
    ),
    "capacity and manager": Case(
        lambda book: amend(book, capacity="80", manager="王五"),
        {
            (MOVES, "低压居民", "受理容量"): ("16", "88"),
            (MANAGERS, "城关供电所·李四", "计入考核"): ("2", "1"),
            (MANAGERS, "城关供电所·王五", "计入考核"): ("—", "1"),
            (MANAGERS, "城关供电所·王五", "平均工作日"): ("—", "2.00"),
        },
        [("A1", "amended")],
    ),
    "another station and class": Case(
        lambda book: amend(book, station="东岭供电所", customer_class="lv_micro", voltage="380V"),
        {
            (RANKING, "城关供电所", "计入考核"): ("2", "1"),
            (RANKING, "东岭供电所", "计入考核"): ("—", "1"),
            (MOVES, "低压居民", "归档（户）"): ("2", "1"),
            (MOVES, "低压小微企业", "归档（户）"): ("—", "1"),
        },
        [("A1", "amended")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_later_record_changes(october: Book, name: str) -> None:
    case = CASES[name]
    before = sealed(october.engine, OCTOBER)
    case.does(october)
    facts = report(october)
    found = figures(facts)
    told = {each: (found[each][0], found[each][2]) for each in case.told}
    assert told == case.told
    assert all(was == heard for was, heard, _ in found.values())
    assert causes(facts) == case.cause
    assert sealed(october.engine, OCTOBER) == before
    assert (corrections_section(facts) is None) is (not case.told) is (not found)


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_and_on_the_other_database(book: Book) -> None:
    for number in ("A1", "B2"):
        lived(book, number)
    close(book, OCTOBER, CLOSING)
    later_by_a_day(book)
    assert figures(report(book))["主要数字", RATE, ""] == ("100.00%（2/2）",) * 2 + ("50.00%（1/2）",)


def test_a_voided_application_leaves_the_sealed_figures(october: Book) -> None:
    """作废 is nobody's application, whenever it is found out."""
    open_one = at("2026-10-26 一 09:00")
    cases.accept(october, "V1", resident("V1"), at=open_one, now=CLOSING + timedelta(1), actor="受理员")
    close(october, Period.parse("2026-Q4"), DECEMBER_OVER)
    now = DECEMBER_OVER + timedelta(1)
    cases.void(october, "V1", reason="重复录入", **by(now))
    facts = report(october, Period.parse("2027-Q1"), at("2027-04-01 四 09:00"))
    assert figures(facts, "2026-Q4")["主要数字", "受理", ""] == ("3 户", "3 户", "2 户")
    assert causes(facts, "2026-Q4") == [("V1", "voided")]
    assert ("V1", "状态") in parts(facts)


def test_a_correction_is_told_once(october: Book) -> None:
    """November tells it, December does not; what changes again is told from where it stood, back to the old as well."""
    later_by_a_day(october)
    close(october, NOVEMBER, NOVEMBER_OVER)
    assert corrections_section(report(october, DECEMBER, DECEMBER_OVER)) is None
    all_met, half = "100.00%（2/2）", "50.00%（1/2）"
    quarter = Period.parse("2026-Q4")  # its reader was told nothing yet
    assert figures(report(october, quarter, DECEMBER_OVER))["主要数字", RATE, ""] == (all_met, all_met, half)
    energized_at(october, "A1", at("2026-10-14 三 09:00"), at("2026-12-15 二 09:00"))
    again = report(october, DECEMBER, DECEMBER_OVER)
    assert figures(again)["主要数字", RATE, ""] == (all_met, half, all_met)
    assert parts(again)["A1", "地方·全过程黄色"] == ("2026-10-15", "无")
    assert again.tables["corrected_rows"].rows == ()  # all in all it is what was sealed
    close(october, DECEMBER, DECEMBER_OVER)
    january = Period.month(2027, 1)
    assert corrections_section(report(october, january, january.ends)) is None
    assert (
        figures(report(october, quarter, DECEMBER_OVER)) == {}
    )  # for who reads the quarters nothing has changed


def test_a_period_sealed_after_the_next_is_told_by_the_one_after(file_book: Book) -> None:
    """What was sealed before it cannot have told of it, nor can an earlier period."""
    lived(file_book, "A1")
    close(file_book, NOVEMBER, NOVEMBER_OVER)
    close(file_book, OCTOBER, NOVEMBER_OVER + timedelta(1))
    energized_at(file_book, "A1", at("2026-10-15 四 08:00"), NOVEMBER_OVER + timedelta(2))
    close(file_book, Period.month(2026, 9), NOVEMBER_OVER + timedelta(3))
    december = report(file_book, DECEMBER, DECEMBER_OVER)
    assert figures(december)["主要数字", RATE, ""] == ("100.00%（1/1）",) * 2 + ("0.00%（0/1）",)


def test_what_only_goes_on_is_no_correction(file_book: Book) -> None:
    """Open applications are suspended, given to others, ended, rated and grow late after the closing."""
    for number in "甲乙丙丁":
        accepted_ = at("2026-10-28 三 09:00")
        registration = resident(number, manager="" if number == "丁" else "李四")
        cases.accept(file_book, number, registration, at=accepted_, now=accepted_, actor="受理员")
    lived(file_book, "A1")
    close(file_book, OCTOBER, CLOSING)
    cases.suspend(file_book, "甲", reason="客户申请", approver="所长", evidence="申请书", **by(LATER, "李四"))
    cases.energize(file_book, "乙", **by(LATER))
    cases.archive(file_book, "乙", **by(LATER))
    cases.terminate(file_book, "丙", reason="客户撤回", **by(LATER))
    assignment.claim(file_book, "丁", manager="王五", **by(LATER, "王五"))
    assert figures(report(file_book)) == {}
    amend(file_book, number="乙", capacity="9")
    told = report(file_book)
    assert {each[:2] for each in figures(told)} == {(MOVES, "低压居民")}
    assert parts(told) == {("乙", "报装容量"): ("8 kW", "9 kW")}


def test_changed_rules_are_no_correction(october: Book, tmp_path: Path) -> None:
    """Today's rules judge both sides; what a record changed is told with a word about them."""
    harder = Book(october.engine, replace(october.rules, policies=shorter(tmp_path)))
    assert corrections_section(report(harder)) is None
    amend(harder, capacity="80")
    facts = report(harder)
    assert set(figures(facts)) == {(MOVES, "低压居民", "受理容量"), (MOVES, "低压居民", "归档容量")}
    section = corrections_section(facts)
    assert section is not None
    assert "按现行规则" in section.paragraphs[1]
    assert "按现行规则" not in corrections_section(report(october)).paragraphs[1]  # type: ignore[union-attr]


def test_alarms_and_orders_move_with_their_application(file_book: Book) -> None:
    """They are another package's; told by the same source they were sealed by."""
    book = staffed(file_book, now=at("2026-10-01 四 08:00"))
    others: tuple[Source, ...] = (alarm_facts(book.rules),)
    begun = at("2026-10-12 一 09:00")
    for number in "甲乙":
        cases.accept(book, number, resident(number), at=begun, now=begun, actor="受理员")
    sweep(book, at("2026-10-19 一 09:00"))
    closed(book, OCTOBER, others=(*others, corrections_of(book, OCTOBER, others)))
    amend(book, number="甲", station="东岭供电所")
    facts = gather(book, NOVEMBER, NOVEMBER_OVER, (*others, corrections_of(book, NOVEMBER, others)))
    moved = Counter(str(row["name"]) for row in facts.tables["corrected_rows"].dicts())
    assert {"alarms", "orders", "levels", "counts", "open_late"} <= set(moved)
    energized_in_time = at("2026-10-13 二 09:00")
    cases.energize(book, "乙", at=energized_in_time, now=LATER, actor="装表员")
    facts = gather(book, NOVEMBER, NOVEMBER_OVER, (*others, corrections_of(book, NOVEMBER, others)))
    alarms = {
        head: told for (part, item, head), told in figures(facts).items() if (part, item) == (ALARMS, "红")
    }
    assert alarms["登记"] == ("2", "2", "1")


def test_the_public_edition_names_nobody(october: Book) -> None:
    amend(october, manager="王五", station="东岭供电所")
    paper = public_edition(compose(report(october), Letterhead().masthead("内乡县", NOVEMBER)))
    (section,) = (each for each in paper.sections if each.key == "corrections")
    assert [part.title for part in section.parts] == ["更正的各表数字"]
    assert any("东岭供电所" in row for part in section.parts if isinstance(part, Table) for row in part.rows)
    said = repr(section)
    assert not [each for each in ("A1", "李四", "王五", "所长", "受理员") if each in said]


def test_the_section_says_old_and_new_and_why(october: Book) -> None:
    later_by_a_day(october)
    section = corrections_section(report(october))
    assert section is not None
    assert section.paragraphs[1].startswith(
        "2026年10月（2026-11-02 09:00封存）：1件申请有后来的记录，印出的数字改变"
    )
    tables = {part.title: part.rows for part in section.parts if isinstance(part, Table)}
    assert ("2026年10月", RATE, "100.00%（2/2）", "100.00%（2/2）", "50.00%（1/2）") in tables[
        "更正的主要数字"
    ]
    assert ("2026年10月", "归档未达标明细", "A1", "列入") in [row[:4] for row in tables["名单的增减"]]
    (row,) = tables["使数字改变的记录"]
    assert row == ("2026年10月", "A1", 4, "更正", "2026-11-10 09:00", "2026-11-10 09:00", "所长")


# -- any history ----------------------------------------------------------------------------------------

ANY_ACT = (accepted, *(went_on,) * 3, *(finished,) * 3, *(corrected,) * 3, *(amended,) * 3, ended)


def now_of(seal: Sealed, facts: Facts) -> dict[str, Rows]:
    """The sealed tables with what is told of them put in: what the corrections say the facts are now."""
    told: dict[str, list[tuple[str, str]]] = {}
    for row in facts.tables["corrected_rows"].dicts():
        if row["period"] == seal.seal.period:
            told.setdefault(str(row["name"]), []).append((str(row["row"]), str(row["change"])))
    return {
        name: changed(name, table, read_back(told.get(name, ())))[0]
        for name, table in seal.facts.tables.items()
    }


def works(office: Office, hours: int) -> None:
    """Much of it weeks after it happened."""
    office.now += timedelta(hours=hours, minutes=7)
    happened = office.now - timedelta(hours=office.chance.choice((0, 5, 100, 400, 800)))
    try:
        office.chance.choice(ANY_ACT)(office, max(happened, at("2026-09-20 日 09:00")))
    except YekuoError:
        return  # what the machine refuses nobody has recorded


@pytest.mark.parametrize("seed", [0, 36])
def test_after_any_history_the_sealed_figures_and_their_corrections_are_the_truth(
    file_book: Book, seed: int, tmp_path: Path
) -> None:
    """Against the period worked out anew the slow way, of what had happened by the closing; told twice."""
    office = Office(file_book, Random(seed), tmp_path, now=at("2026-10-01 四 08:00"))
    accepted(office, office.now)
    while office.now < CLOSING:
        works(office, office.chance.randrange(24))
    office.now += timedelta(minutes=1)
    seal = close(file_book, OCTOBER, office.now)
    told: dict[str, Rows] = {**seal.facts.tables}
    for period in (NOVEMBER, DECEMBER):
        while office.now < period.ends:
            works(office, office.chance.randrange(48))
        office.now += timedelta(minutes=1)
        facts = report(file_book, period, office.now)
        section, before = corrections_section(facts), told
        told = now_of(seal, facts) if has(facts, "2026-10") else before
        slow = slow_period(file_book, OCTOBER, seal.seal.closed_at, on_record=office.now)
        agrees(told, slow)
        assert (section is None) is (not facts.tables["corrected"].rows)
        old, new = (
            printed(compose(replace(seal.facts, tables=each), seal.masthead)) for each in (before, told)
        )
        moved = {name for name in {**old.figures, **new.figures} if old.of(name) != new.of(name)}
        assert bool(moved) <= has(facts, "2026-10")
        assert {
            (each.part, each.item, each.figure)
            for each in moved
            if NOUGHT not in (old.of(each), new.of(each))
        } <= set(figures(facts))
        assert bool(causes(facts)) is has(facts, "2026-10") is (before != told)
        close(file_book, period, office.now)


def has(facts: Facts, period: str) -> bool:
    return any(row["period"] == period for row in facts.tables["corrected"].dicts())


# -- tables ---------------------------------------------------------------------------------------------

COUNTS = ("class", "n", "capacity")


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (Rows.of(COUNTS, [("a", 1, "8.5"), ("b", 2, "3")]), Rows.of(COUNTS, [("b", 2, "4"), ("c", 1, "1")])),
        (
            Rows.of(("number", "at"), [("1", None), ("1", None)]),
            Rows.of(("number", "at"), [("1", None), ("2", "x")]),
        ),
        (Rows(COUNTS), Rows.of(COUNTS, [("a", 1, "8.5")])),
    ],
)
def test_a_change_put_into_a_table_makes_the_other(then: Rows, now: Rows) -> None:
    by = change(then, now)
    assert read_back(written(by)) == by
    assert changed("counts", then, by) == (now, True)
    back = change(now, then)
    assert added(by, back) == {}
    assert changed("counts", now, back) == (then, True)
    assert changed("counts", Rows(then.columns), back)[1] is (not then.rows and not now.rows)
