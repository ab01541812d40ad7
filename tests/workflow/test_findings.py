"""What a history shows that should not be (domain §7): one small case for each, and none where all is well."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from limits.terms import CustomerClass
from tests.dates import at
from tests.workflow.histories import (
    LIVES,
    ORDINARY,
    PAUSE,
    START,
    Told,
    accept,
    contents,
    live,
    tell,
)
from tests.workflow.ledger_books import GOOD, NOW, write_book
from tests.workflow.ledger_books import PAUSE as PAUSE_ROW
from workflow import cases, documents
from workflow.book import Book
from workflow.events import Event, EventType, chained
from workflow.findings import Code, Finding, find
from workflow.ledger.columns import LEDGER_SHEET, SUSPENSION_SHEET
from workflow.ledger.importing import import_ledger
from workflow.machine import MoveRefused
from workflow.projection import project
from workflow.rules import Rules
from workflow.tables import finding

Found = list[tuple[str, str, str]]


def found_in(book: Book) -> Found:
    """Code, evidence and people of everything found, in the order it was."""
    columns = (finding.c.code, finding.c.evidence, finding.c.people)
    with book.engine.connect() as connection:
        rows = connection.execute(sa.select(*columns).order_by(finding.c.id))
        return [(row.code, row.evidence, row.people) for row in rows]


def codes(book: Book) -> list[str]:
    return [code for code, _, _ in found_in(book)]


def row(**cells: str) -> dict[str, object]:
    """A good ledger row of Thursday 2026-10-08 with more cells."""
    return {**GOOD, **cells}


HIGH = {
    "方案答复时间": "2026-10-13 10:00",  # Tuesday
    "手续办结时间": "2026-10-14 10:00",  # Wednesday
    "装表接电时间": "2026-10-15 10:00",  # Thursday
    "归档时间": "2026-10-16 10:00",  # Friday
}
WORKS = {
    "客户外部工程": "有",
    "客户工程开工时间": "2026-10-13 11:00",  # Tuesday
    "客户工程完工时间": "2026-10-13 16:00",  # Tuesday
    "竣工报验时间": "2026-10-14 08:00",  # Wednesday
    "竣工检验开始时间": "2026-10-14 08:30",  # Wednesday
    "竣工检验时间": "2026-10-14 09:00",  # Wednesday
}


def take(
    book: Book, folder: Path, *rows: dict[str, object], pauses: tuple[dict[str, object], ...] = ()
) -> Found:
    """Import these rows; what was found, which the import itself must have said as well."""
    headings = list(dict.fromkeys(name for each in rows for name in each))
    sheets: dict[str, list[list[object]]] = {
        LEDGER_SHEET: [[*headings], *([each.get(name, "") for name in headings] for each in rows)]
    }
    if pauses:
        sheets[SUSPENSION_SHEET] = [list(PAUSE_ROW), *(list(each.values()) for each in pauses)]
    done = import_ledger(book, write_book(folder / "ledger.xlsx", sheets), now=NOW)
    assert done.refusals == []
    held = found_in(book)
    assert sorted(held) == sorted(
        (found.code.value, found.evidence, "、".join(found.people)) for _, found in done.findings
    )
    return held


# -- where all is well -------------------------------------------------------------------------------


@pytest.mark.parametrize("life", LIVES)
def test_a_clean_life_at_the_desk_shows_nothing(book: Book, life: str) -> None:
    live(book, "A1", life)
    assert found_in(book) == []


def test_a_clean_ledger_row_shows_nothing(book: Book, tmp_path: Path) -> None:
    assert take(book, tmp_path, row(**HIGH), row(申请编号="2", 用电地址="别处", **{**HIGH, **WORKS})) == []


# -- sequence ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "evidence"),
    [
        (
            {"方案答复时间": "2026-10-08 08:00"},  # Thursday
            "供电方案答复（2026-10-08 08:00）早于受理（2026-10-08 09:05）",
        ),
        (
            {"申请时间": "2026-10-09 09:00"},  # Friday
            "受理（2026-10-08 09:05）早于申请（2026-10-09 09:00）",
        ),
        (
            {**HIGH, **WORKS, "竣工检验时间": "2026-10-15 16:00"},  # Thursday
            "装表接电（2026-10-15 10:00）早于竣工检验合格（2026-10-15 16:00）",
        ),
        (
            {**HIGH, "归档时间": "2026-10-15 09:00"},  # Thursday
            "归档（2026-10-15 09:00）早于装表接电（2026-10-15 10:00）",
        ),
        (
            {
                **HIGH,
                "配套工程": "线路T接",
                "配套开工时间": "2026-10-14 15:00",
                "配套完工时间": "2026-10-13 09:00",
            },
            "配套工程完工（2026-10-13 09:00）早于配套工程开工（2026-10-14 15:00）",  # Tuesday, Wednesday
        ),
    ],
    ids=[
        "reply before acceptance",
        "accepted before applied",
        "energized before inspected",
        "archived early",
        "supporting",
    ],
)
def test_a_later_thing_dated_before_an_earlier_one(
    book: Book, tmp_path: Path, cells: dict[str, str], evidence: str
) -> None:
    found = take(book, tmp_path, row(**cells))
    assert (Code.SEQUENCE.value, evidence, "经理甲") in found


def test_each_disorder_is_told_once_however_often_it_is_looked_for(book: Book, tmp_path: Path) -> None:
    once = take(book, tmp_path, row(方案答复时间="2026-10-08 08:00"))  # Thursday
    again = import_ledger(book, tmp_path / "ledger.xlsx", now=NOW + timedelta(days=1))
    assert again.findings == []
    assert found_in(book) == once
    assert len(set(once)) == len(once)


def test_one_disorder_is_not_told_twice_in_other_words(book: Book, tmp_path: Path) -> None:
    """装表接电早于竣工检验 is one fact; it needs no second line saying the application was waiting for it."""
    found = take(book, tmp_path, row(**{**HIGH, **WORKS, "竣工检验时间": "2026-10-15 16:00"}))  # Thursday
    assert [each for each in found if each[0] == "sequence" and "装表接电" in each[1]] == [
        ("sequence", "装表接电（2026-10-15 10:00）早于竣工检验合格（2026-10-15 16:00）", "经理甲")
    ]


# -- approval_after_reply --------------------------------------------------------------------------------


def test_at_the_desk_a_plan_cannot_be_moved_before_its_approval(book: Book) -> None:
    accept(book, "A1")
    tell(book, "A1", Told(cases.approve_plan, "主任"), at("2026-09-02 三 09:00"))
    tell(book, "A1", Told(cases.reply_plan), at("2026-09-02 三 15:00"))
    now = at("2026-09-03 四 09:00")
    moved = at("2026-09-02 三 16:00")
    with pytest.raises(MoveRefused, match="供电方案审批"):
        cases.correct(book, "A1", seq=2, occurred_at=moved, reason="写错", at=now, now=now, actor="所长")
    assert found_in(book) == []


def test_a_plan_given_before_it_was_approved(rules: Rules) -> None:
    """No ledger column tells the approval yet; whatever history has it so is found."""
    told = [
        (EventType.ACCEPTED, START, "受理员", {"registration": ORDINARY.to_payload()}),
        (EventType.PLAN_REPLIED, at("2026-09-02 三 15:00"), "经理甲", {}),
        (EventType.PLAN_APPROVED, at("2026-09-02 三 16:00"), "主任", {}),
    ]
    events: list[Event] = []
    for kind, when, actor, payload in told:
        events.append(
            chained("A1", events[-1] if events else None, Event(0, kind, when, when, actor, payload))
        )
    found = find(project(events, rules), rules.calendar)
    assert (
        Finding(
            Code.APPROVAL_AFTER_REPLY,
            "供电方案答复（2026-09-02 15:00）早于供电方案审批（2026-09-02 16:00）",
            ("主任", "经理甲"),
        )
        in found
    )


# -- backfilled --------------------------------------------------------------------------------------------


def test_a_thing_written_long_after_it_happened(book: Book) -> None:
    accept(book, "A1")
    tell(book, "A1", Told(cases.reply_plan), at("2026-09-02 三 09:00"), now=at("2026-09-08 二 09:00"))
    assert found_in(book) == [
        ("backfilled", "供电方案答复（2026-09-02 09:00），4 个工作日后才登记", "经理甲")
    ]


def test_three_working_days_over_a_weekend_are_not_long(book: Book) -> None:
    accept(book, "A1")
    tell(book, "A1", Told(cases.reply_plan), at("2026-09-02 三 09:00"), now=at("2026-09-07 一 09:00"))
    assert found_in(book) == []


def test_an_imported_ledger_is_not_a_backfill(book: Book, tmp_path: Path) -> None:
    """Every row of a ledger is written after it happened; that says nothing."""
    assert take(book, tmp_path, row(**HIGH)) == []


def test_many_steps_within_minutes(book: Book, tmp_path: Path) -> None:
    hurried = {
        "方案答复时间": "2026-10-13 10:00",  # Tuesday, all four
        "手续办结时间": "2026-10-13 10:03",
        "装表接电时间": "2026-10-13 10:06",
        "归档时间": "2026-10-13 10:10",
    }
    found = take(book, tmp_path, row(**hurried))
    assert [each[:2] for each in found] == [
        ("backfilled", "4 个环节在 10 分钟内完成：供电方案答复（2026-10-13 10:00）起")
    ]


def test_four_steps_in_eleven_minutes_are_not_within_ten(book: Book, tmp_path: Path) -> None:
    quick = {
        "方案答复时间": "2026-10-13 10:00",  # Tuesday, all four
        "手续办结时间": "2026-10-13 10:03",
        "装表接电时间": "2026-10-13 10:06",
        "归档时间": "2026-10-13 10:11",
    }
    assert take(book, tmp_path, row(**quick)) == []


# -- outside_system ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["客户工程开工时间", "配套开工时间", "竣工检验开始时间", "装表接电时间"])
def test_work_seen_before_acceptance(book: Book, tmp_path: Path, name: str) -> None:
    found = take(
        book, tmp_path, row(**{"客户外部工程": "有", "配套工程": "线路T接", name: "2026-10-05 10:00"})
    )  # Monday
    assert "outside_system" in {code for code, _, _ in found}
    assert any(
        "（2026-10-05 10:00）早于受理" in evidence for code, evidence, _ in found if code == "outside_system"
    )


# -- restarted -------------------------------------------------------------------------------------------------


ENDED = {"状态": "终止", "终止时间": "2026-10-12 10:00"}  # Monday
AGAIN = {"申请编号": "2", "申请时间": "", "受理时间": "2026-10-13 10:00"}  # Tuesday


@pytest.mark.parametrize(
    ("first", "second", "restarted"),
    [
        (ENDED, AGAIN, True),
        ({**ENDED, "状态": "作废"}, AGAIN, True),
        ({}, AGAIN, False),
        (ENDED, {**AGAIN, "用电地址": "西岭镇9号"}, False),
        (ENDED, {**AGAIN, "受理时间": "2026-10-07 10:00"}, False),  # Wednesday
    ],
    ids=["terminated", "voided", "not ended", "another place", "accepted before it"],
)
def test_cancelled_and_applied_again_for_the_same_place(
    book: Book, tmp_path: Path, first: dict[str, str], second: dict[str, str], restarted: bool
) -> None:
    found = take(book, tmp_path, row(**first), row(**second))
    assert ("restarted" in {code for code, _, _ in found}) is restarted


def test_an_application_made_again_at_the_desk_is_found_too(book: Book) -> None:
    """Looked for in every scan and every import (domain §7)."""
    accept(book, "A1")
    now = START + timedelta(days=1)
    cases.terminate(book, "A1", reason="客户撤回", at=now, now=now, actor="经理甲")
    accept(book, "A2", when=START + timedelta(days=2))
    assert codes(book) == ["restarted"]


# -- one_person ------------------------------------------------------------------------------------------------


def test_one_person_drafts_and_approves_the_plan(book: Book) -> None:
    accept(book, "A1")
    tell(book, "A1", Told(cases.approve_plan, "甲"), at("2026-09-02 三 09:00"))
    tell(book, "A1", Told(cases.reply_plan, "甲"), at("2026-09-02 三 15:00"))
    assert found_in(book) == [
        ("one_person", "供电方案审批（2026-09-02 09:00）与供电方案答复（2026-09-02 15:00）为同一人", "甲")
    ]


def by(actor: str, life: str) -> Callable[[Book], None]:
    """A life in which every step is taken by ``actor``."""

    def run(book: Book) -> None:
        registration, told = LIVES[life]
        accept(book, "A1", registration)
        for day, each in enumerate(told, 1):
            tell(book, "A1", replace(each, actor=actor), START + timedelta(days=day))

    return run


def test_one_person_inspects_and_energizes(book: Book) -> None:
    by("甲", "高压普通")(book)
    evidence = [text for code, text, _ in found_in(book) if code == "one_person"]
    assert any(text.startswith("竣工检验合格") and "装表接电" in text for text in evidence)


def test_one_person_takes_every_step(book: Book) -> None:
    accept(book, "A1", LIVES["低压居民"][0], now=START)
    number = "A2"
    cases.accept(book, number, LIVES["低压居民"][0], at=START, now=START, actor="甲", applied_at=START)
    for day, each in enumerate(LIVES["低压居民"][1], 1):
        tell(book, number, replace(each, actor="甲"), START + timedelta(days=day))
    assert ("one_person", "从受理到接电全部由一人办理", "甲") in found_in(book)


def test_that_a_ledger_was_imported_by_one_person_says_nothing(book: Book, tmp_path: Path) -> None:
    assert take(book, tmp_path, row(**{**HIGH, **WORKS})) == []


# -- skipped_check, extra_check ----------------------------------------------------------------------------------


def test_a_required_inspection_that_is_missing(book: Book, tmp_path: Path) -> None:
    without = {name: cell for name, cell in WORKS.items() if not name.startswith("竣工")}
    found = take(book, tmp_path, row(**{**HIGH, **without}))
    assert (
        "skipped_check",
        "高压普通客户已装表接电（2026-10-15 10:00），没有竣工检验合格记录",
        "经理甲",
    ) in found


def test_inspections_of_an_important_customer_are_each_missed(book: Book, tmp_path: Path) -> None:
    found = take(book, tmp_path, row(**{**HIGH, **WORKS, "客户类别": "高压重要"}))
    skipped = [text for code, text, _ in found if code == "skipped_check"]
    assert ["设计审查" in text or "中间检查" in text for text in skipped] == [True, True]


@pytest.mark.parametrize(
    ("customer_class", "cells", "evidence"),
    [
        (
            "高压普通",
            {"设计报审时间": "2026-10-13 12:00"},
            "高压普通客户不应有设计审查，却有设计报审（2026-10-13 12:00）",
        ),
        (
            "低压小微企业",
            {"竣工报验时间": "2026-10-13 12:00"},
            "低压小微企业客户不应有竣工检验，却有竣工报验（2026-10-13 12:00）",
        ),
        (
            "高压普通",
            {"中间检查申请时间": "2026-10-13 12:00"},
            "高压普通客户不应有中间检查，却有中间检查申请（2026-10-13 12:00）",
        ),
    ],
    ids=["design", "final", "interim"],
)  # Tuesday
def test_an_inspection_the_class_does_not_have(
    book: Book, tmp_path: Path, customer_class: str, cells: dict[str, str], evidence: str
) -> None:
    voltage = "10kV" if customer_class.startswith("高压") else "380V"
    found = take(book, tmp_path, row(**{**WORKS, **cells, "客户类别": customer_class, "供电电压": voltage}))
    assert ("extra_check", evidence, "经理甲") in found


# -- suspension --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "evidence"),
    [
        ({"依据": ""}, "挂起（2026-10-12 10:00）没有依据或原因"),
        ({"原因": ""}, "挂起（2026-10-12 10:00）没有依据或原因"),
        ({"批准人": "经理甲"}, "挂起（2026-10-12 10:00）由经办人自批或无人批准"),
        ({"批准人": ""}, "挂起（2026-10-12 10:00）由经办人自批或无人批准"),
    ],
    ids=["no evidence", "no reason", "by its handler", "by nobody"],
)
def test_a_suspension_without_its_papers(
    book: Book, tmp_path: Path, cells: dict[str, str], evidence: str
) -> None:
    found = take(book, tmp_path, row(), pauses=({**PAUSE_ROW, **cells},))
    assert [(code, text) for code, text, _ in found] == [("suspension", evidence)]


def test_a_suspension_just_before_a_deadline(book: Book) -> None:
    accept(book, "A1")  # reply: ten working days after Tuesday 2026-09-01
    tell(book, "A1", Told(cases.suspend, "经理甲", PAUSE), at("2026-09-14 一 09:00"))
    assert found_in(book) == [
        ("suspension", "挂起（2026-09-14 09:00）时“供电方案答复”只剩 1 个工作日", "经理甲、所长")
    ]


def test_a_suspension_in_good_time_or_when_already_late_is_none(book: Book) -> None:
    accept(book, "A1")
    tell(book, "A1", Told(cases.suspend, "经理甲", PAUSE), at("2026-09-11 五 09:00"))
    accept(book, "A2")
    tell(book, "A2", Told(cases.suspend, "经理甲", PAUSE), at("2026-09-16 三 09:00"))
    assert [each for each in found_in(book) if "供电方案答复" in each[1]] == []


# -- what is found changes nothing ---------------------------------------------------------------------------------


def test_finding_something_changes_no_clock(book: Book, tmp_path: Path) -> None:
    disorder = row(**{**HIGH, **WORKS, "竣工检验时间": "2026-10-15 16:00"})  # Thursday
    take(book, tmp_path, disorder)
    before = contents(book)
    with book.engine.begin() as connection:
        connection.execute(sa.delete(finding))
    after = contents(book)
    assert {table: rows for table, rows in after.items() if table != "finding"} == {
        table: rows for table, rows in before.items() if table != "finding"
    }
    assert after["finding"] == []
    assert len(before["finding"]) > 0


def test_a_document_that_is_not_on_the_list_of_the_class(book: Book) -> None:
    """A government approval, taken of an important customer who then turned out to be an ordinary one."""
    important = replace(ORDINARY, customer_class=CustomerClass.HV_IMPORTANT)
    later = START + timedelta(days=1)
    cases.accept(book, "A1", important, at=START, now=START, actor="受理员")
    documents.receive(book, "A1", kind="government_approval", at=START, now=START, actor="受理员")
    changes = {"customer_class": CustomerClass.HV_ORDINARY.value}
    cases.amend(book, "A1", changes=changes, reason="核实为普通客户", at=later, now=later, actor="受理员")
    assert codes(book) == ["extra_document"]


def test_every_code_that_is_built_has_a_case_here() -> None:
    told = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in Code if f'"{code.value}"' not in told and f"Code.{code.name}" not in told] == []
