"""The ledger as a whole: the shipped sample against its truth, and everything that stands around the rows."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from limits.shipped import DATA
from limits.terms import ApplicationKind, Status, Supplies, Supporting
from limits.zone import SHANGHAI
from tests.workflow.ledger_books import GOOD, NOW, PAUSE, codes, good, ledger_of, refused, taken, write_book
from workflow.events import RANK, EventType
from workflow.ledger import columns
from workflow.ledger.reading import (
    LedgerManySheets,
    LedgerNoHeading,
    LedgerRow,
    Refusal,
    SuspensionRow,
    read_ledger,
    unstorable_pause,
)
from workflow.ledger.words import DEFAULTED

SAMPLE = DATA / "samples" / "ledger-2026.xlsx"
TRUTH = json.loads((DATA / "samples" / "ledger-2026.truth.json").read_text(encoding="utf-8"))


def test_exactly_the_bad_rows_of_the_sample_are_refused_each_for_its_reason() -> None:
    found = sorted((codes(row), row.number or "") for row in refused(read_ledger(SAMPLE, now=NOW)))
    assert found == sorted(([bad["kind"]], bad["number"] or "") for bad in TRUTH["rejected"])
    assert len(found) == 24


def test_every_other_row_of_the_sample_is_taken() -> None:
    ledger = read_ledger(SAMPLE, now=NOW)
    rows = [row for row in ledger.rows if isinstance(row, LedgerRow)]
    assert {row.number for row in rows} == set(TRUTH["applications"])
    assert len(rows) == TRUTH["rows"] == 240
    assert ledger.unknown_columns == ()
    assert ledger.total >= 240 + 24
    assert [pause.number for pause in ledger.suspensions] == [
        "4126111600036",
        "4126073100165",
        "4126081800196",
        "4126110600204",
    ]


def test_the_sample_is_accepted_month_by_month_as_the_truth_counts() -> None:
    months: dict[str, dict[str, int]] = {month["month"]: {} for month in TRUTH["indicators"]}
    for row in read_ledger(SAMPLE, now=NOW).rows:
        if isinstance(row, LedgerRow):
            month = months[f"{dict(row.times)[EventType.ACCEPTED]:%Y-%m}"]
            month[row.customer_class.label] = month.get(row.customer_class.label, 0) + 1
    assert months == {month["month"]: month["accepted"] for month in TRUTH["indicators"]}


def test_a_row_in_full(tmp_path: Path) -> None:
    (row,) = taken(
        ledger_of(
            tmp_path,
            good(归档时间="2026/11/3 10:00", 契约完成日期="2026年12月1日", 报装容量="630kVA", 电源数="双"),
        )
    )
    assert row.line == 2
    assert (row.number, row.manager, row.capacity, row.supplies) == (
        "0041260830001",
        "经理甲",
        Decimal(630),
        Supplies.DOUBLE,
    )
    assert row.boundary
    assert not row.customer_works
    assert row.contract_on == date(2026, 12, 1)  # Tuesday, after NOW: a promise may lie ahead
    assert row.times == (
        (EventType.APPLIED, datetime(2026, 10, 8, 8, 30, tzinfo=SHANGHAI)),  # Thursday
        (EventType.ACCEPTED, datetime(2026, 10, 8, 9, 5, tzinfo=SHANGHAI)),  # Thursday
        (EventType.ARCHIVED, datetime(2026, 11, 3, 10, tzinfo=SHANGHAI)),  # Tuesday
    )


def test_times_come_in_the_order_of_a_case_whatever_the_order_of_columns() -> None:
    for row in read_ledger(SAMPLE, now=NOW).rows:
        if isinstance(row, LedgerRow):
            ranks = [RANK[kind] for kind, _ in row.times]
            assert ranks == sorted(ranks)


def test_blank_words_take_their_defaults(tmp_path: Path) -> None:
    blank = good(
        电源数="", 业务类型=" ", 主动办电="", 投资至红线="", 客户外部工程="", 配套工程="　", 客户经理=""
    )
    (row,) = taken(ledger_of(tmp_path, blank))
    assert (row.supplies, row.kind) == (Supplies.SINGLE, ApplicationKind.NEW)
    assert (row.proactive, row.boundary, row.customer_works) == (False, False, False)
    assert (row.supporting, row.manager) == (Supporting.NONE, "")


@pytest.mark.parametrize(
    ("changes", "unsaid"),
    [
        ({}, set()),
        ({"电源数": " 双 ", "主动办电": 1, "配套工程": " 无"}, set()),
        ({"电源数": "", "业务类型": " ", "配套工程": "　"}, {"supplies", "kind", "supporting"}),
        ({"主动办电": "", "投资至红线": "", "客户外部工程": ""}, {"proactive", "boundary", "customer_works"}),
        ({"状态": "", "契约完成日期": ""}, set()),
    ],
)
def test_a_default_is_told_apart_from_what_the_ledger_says(
    tmp_path: Path, changes: dict[str, object], unsaid: set[str]
) -> None:
    (row,) = taken(ledger_of(tmp_path, good(**changes)))
    assert columns.FIELDS.keys() - row.said == unsaid


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.OPEN),
        ({"归档时间": "2026-11-03"}, Status.ARCHIVED),
        ({"终止时间": "2026-11-03"}, Status.TERMINATED),
    ],
)
@pytest.mark.parametrize("blank", ["", "　"])
def test_a_blank_status_is_what_the_times_say(
    tmp_path: Path, changes: dict[str, object], status: Status, blank: str
) -> None:
    (row,) = taken(ledger_of(tmp_path, good(**changes, 状态=blank)))
    assert row.status is status


@pytest.mark.parametrize(("word", "kind"), [("终止", EventType.TERMINATED), ("作废", EventType.VOIDED)])
def test_the_end_of_a_void_application_is_its_voiding(tmp_path: Path, word: str, kind: EventType) -> None:
    (row,) = taken(ledger_of(tmp_path, good(终止时间="2026-11-03", 状态=word)))
    assert [each for each, _ in row.times] == [EventType.APPLIED, EventType.ACCEPTED, kind]


def test_all_reasons_of_a_row_are_told_in_one_sentence_each(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        good(),
        good(
            客户类别="中压客户", 供电电压="", 报装容量="无", 受理时间=" ", 归档时间="2031-01-01", 状态="完成"
        ),
    )
    (row,) = refused(ledger)
    assert sorted(codes(row)) == sorted(
        [
            "unknown_class",
            "unknown_voltage",
            "negative_capacity",
            "future",
            "unknown_status",
            "no_accepted",
            "duplicate",
        ]
    )
    assert all(reason.message.startswith("“") and reason.message.endswith("。") for reason in row.reasons)
    assert "“归档时间”写的是“2031-01-01 00:00”" in "".join(reason.message for reason in row.reasons)


def test_a_number_counts_as_seen_even_when_its_first_row_was_refused(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, good(受理时间=""), good())
    assert [codes(row) for row in refused(ledger)] == [["no_accepted"], ["duplicate"]]


def test_nothing_may_lie_after_the_moment_of_import_but_the_moment_itself_may(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path, good(归档时间="2026-11-20 18:00"), good(申请编号="2", 归档时间="2026-11-20 18:01")
    )
    assert [row.line for row in ledger.rows if isinstance(row, LedgerRow)] == [2]
    assert [codes(row) for row in refused(ledger_of(tmp_path, good(归档时间="2026-11-20 18:01")))] == [
        ["future"]
    ]


def test_a_promise_beyond_ten_years_is_a_slip_of_the_keyboard(tmp_path: Path) -> None:
    (row,) = refused(ledger_of(tmp_path, good(契约完成日期="2206-12-01")))
    assert codes(row) == ["impossible_date"]


def test_rows_that_are_no_applications_are_passed_over(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        [],
        good(),
        [" ", "　"],
        list(GOOD),  # the heading again, at the top of the next page
        good(申请编号="2"),
        ["合计", "", "", 240],
        ["", "", "总　计：", 240],
        ["", "小计", 1],
    )
    assert [row.line for row in taken(ledger)] == [3, 6]
    assert ledger.total == 8


def test_a_customer_called_total_is_no_totals_row(tmp_path: Path) -> None:
    (row,) = refused(ledger_of(tmp_path, good(申请编号="", 供电单位="", 供电所="", 客户名称="总计贸易公司")))
    assert codes(row) == ["no_number"]


def test_a_title_above_a_heading_in_another_order_with_columns_of_its_own(tmp_path: Path) -> None:
    names = [*reversed(list(GOOD)), "用电性质", "退回原因", "原行号", ""]
    heading = [{"报装容量": "报装\n容量（kVA）", "申请编号": " 申请编号* "}.get(name, name) for name in names]
    cells = [*reversed(good()), "商业", "上次的原因", 7, "无名"]
    path = write_book(
        tmp_path / "odd.xlsx",
        {"说明": [["本表按月导出"]], "10月": [["业扩台账"], ["单位：示例县"], heading, cells]},
    )
    ledger = read_ledger(path, now=NOW)
    assert ledger.unknown_columns == ("用电性质",)
    (row,) = taken(ledger)
    assert (row.line, row.number, row.capacity) == (4, "0041260830001", Decimal(500))


def test_a_ledger_without_the_optional_columns(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "bare.xlsx",
        {
            "业扩台账": [
                ["申请编号", "客户类别", "供电电压", "报装容量", "受理时间"],
                ["1", "低压居民", "220V", 8, "2026-10-08 09:05"],
            ]
        },
    )
    (row,) = taken(read_ledger(path, now=NOW))
    assert (row.station, row.status, row.contract_on) == ("", Status.OPEN, None)
    assert columns.FIELDS.keys() - row.said == set(DEFAULTED)
    assert row.times == ((EventType.ACCEPTED, datetime(2026, 10, 8, 9, 5, tzinfo=SHANGHAI)),)  # Thursday


def test_missing_and_duplicate_columns_are_named(tmp_path: Path) -> None:
    missing = write_book(
        tmp_path / "missing.xlsx", {"业扩台账": [["申请编号", "客户类别", "报装容量", "受理时间"]]}
    )
    with pytest.raises(columns.MissingColumns, match=r"第 1 行的表头缺少“供电电压”列"):
        read_ledger(missing, now=NOW)
    twice = write_book(tmp_path / "twice.xlsx", {"业扩台账": [[*GOOD, "受理 时间"]]})
    with pytest.raises(columns.DuplicateHeading, match=r"第 18、24 列都是“受理时间”"):
        read_ledger(twice, now=NOW)


def test_two_sheets_alike_or_none_are_told_apart_by_name(tmp_path: Path) -> None:
    rows: list[Sequence[object]] = [list(GOOD), good()]
    two = write_book(tmp_path / "two.xlsx", {"九月": rows, "十月": rows})
    with pytest.raises(LedgerManySheets, match="“九月”“十月”"):
        read_ledger(two, now=NOW)
    named = write_book(tmp_path / "named.xlsx", {"九月": rows, " 业扩台账": rows})
    assert len(taken(read_ledger(named, now=NOW))) == 1
    none = write_book(tmp_path / "none.xlsx", {"九月": [["编号"]], "挂起记录": [list(PAUSE)]})
    with pytest.raises(LedgerNoHeading, match="没有含“申请编号”的表头"):
        read_ledger(none, now=NOW)
    late = write_book(tmp_path / "late.xlsx", {"业扩台账": [*[["说明"]] * 20, *rows]})
    with pytest.raises(LedgerNoHeading, match="前 20 行"):
        read_ledger(late, now=NOW)


class TestColumnMap:
    def other_system(self, folder: Path) -> Path:
        theirs = {"申请编号": "工单编号", "装表接电时间": "送电时间"}
        return write_book(
            folder / "other.xlsx",
            {"Sheet1": [[theirs.get(name, name) for name in GOOD], good(装表接电时间="2026-10-12")]},
        )

    def test_the_shipped_example_reads_another_system(self, tmp_path: Path) -> None:
        example = DATA / "column-maps" / "example.toml"
        ledger = read_ledger(self.other_system(tmp_path), now=NOW, column_map=example)
        (row,) = taken(ledger)
        assert row.number == "0041260830001"
        assert EventType.ENERGIZED in dict(row.times)
        assert ledger.headings["Sheet1"][0] == "工单编号"

    def test_without_it_there_is_no_heading(self, tmp_path: Path) -> None:
        with pytest.raises(LedgerNoHeading):
            read_ledger(self.other_system(tmp_path), now=NOW)

    def test_both_names_of_one_column_are_refused(self, tmp_path: Path) -> None:
        path = write_book(tmp_path / "both.xlsx", {"业扩台账": [[*GOOD, "工单编号"]]})
        with pytest.raises(columns.DuplicateHeading, match="申请编号"):
            read_ledger(path, now=NOW, column_map=DATA / "column-maps" / "example.toml")

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b'[columns]\n"a" = "b"', "“a”对应的“b”不是台账的列名"),
            (b'[columns]\n"a" = ["\xe5\x8f\xb7"]', "“a”对应的“\\['号'\\]”不是台账的列名"),
            (b'[columns]\n"a" = 1', "“a”对应的“1”不是台账的列名"),
            (b'[columns.a]\n"b" = "c"', "“a”对应的“{'b': 'c'}”不是台账的列名"),
            (b'"a" = "b"', "没有 \\[columns\\]"),
            (b"[columns", "读不出来"),
            (b"\xff\xfe", "读不出来"),
            (None, "读不出来"),
        ],
    )
    def test_a_broken_map_says_what_is_wrong(self, tmp_path: Path, content: bytes | None, told: str) -> None:
        path = tmp_path / "map.toml"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(columns.ColumnMapRefused, match=f"“map.toml”不能用：{told}"):
            read_ledger(SAMPLE, now=NOW, column_map=path)


class TestSuspensions:
    def pause(self, **changes: object) -> list[object]:
        return list({**PAUSE, **changes}.values())

    def test_a_pause_in_full_and_one_still_open(self, tmp_path: Path) -> None:
        closed, still = ledger_of(
            tmp_path, good(), pauses=[self.pause(), self.pause(申请编号="2", 恢复时间="　")]
        ).suspensions
        assert closed == SuspensionRow(
            line=2,
            number="0041260830001",
            suspended_at=datetime(2026, 10, 12, 10, tzinfo=SHANGHAI),  # Monday
            resumed_at=datetime(2026, 10, 14, 10, tzinfo=SHANGHAI),  # Wednesday
            reason="客户原因",
            evidence="客户书面说明",
            handler="经理甲",
            approver="所长",
            sheet="挂起记录",
            cells=tuple(PAUSE.values()),
        )
        assert isinstance(still, SuspensionRow)
        assert still.resumed_at is None

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"申请编号": ""}, "no_number"),
            ({"挂起时间": ""}, "text_date"),
            ({"挂起时间": "2026-02-30"}, "impossible_date"),
            ({"恢复时间": "2027-01-04"}, "future"),
            ({"恢复时间": "2026-10-12 09:59"}, "resumed_before_suspended"),
            ({"申请编号": "9" * 65}, "unstorable"),
            ({"经办人": "甲" * 65}, "unstorable"),
            ({"批准人": "甲" * 65}, "unstorable"),
            ({"原因": "因" * 201}, "unstorable"),
            ({"依据": "据" * 201}, "unstorable"),
        ],
    )
    def test_a_bad_pause_is_refused(self, tmp_path: Path, changes: dict[str, object], code: str) -> None:
        (pause,) = ledger_of(tmp_path, good(), pauses=[self.pause(**changes)]).suspensions
        assert isinstance(pause, Refusal)
        assert (pause.sheet, pause.line, codes(pause)) == ("挂起记录", 2, [code])

    def test_a_pause_as_long_as_can_be_is_taken(self, tmp_path: Path) -> None:
        longest = {"原因": "因" * 200, "依据": "据" * 200, "经办人": "甲" * 64, "批准人": "乙" * 64}
        (pause,) = ledger_of(tmp_path, good(), pauses=[self.pause(**longest)]).suspensions
        assert isinstance(pause, SuspensionRow)

    @pytest.mark.parametrize("field", ["number", "reason", "evidence", "handler", "approver"])
    def test_a_pause_with_a_character_nobody_sees_is_refused(self, tmp_path: Path, field: str) -> None:
        """Only some formats can hold it, so it is put into the row and not into a file."""
        (pause,) = ledger_of(tmp_path, good(), pauses=[self.pause()]).suspensions
        assert isinstance(pause, SuspensionRow)
        told: dict[str, Any] = {field: "甲\0"}
        found = [each.code for each in unstorable_pause(replace(pause, **told))]
        assert found == ["unstorable"]

    def test_one_pause_told_twice(self, tmp_path: Path) -> None:
        _, again = ledger_of(tmp_path, good(), pauses=[self.pause(), self.pause()]).suspensions
        assert isinstance(again, Refusal)
        assert codes(again) == ["duplicate"]

    def test_an_empty_sheet_is_none_and_a_foreign_one_is_told(self, tmp_path: Path) -> None:
        rows: list[Sequence[object]] = [list(GOOD), good()]
        empty = write_book(tmp_path / "empty.xlsx", {"业扩台账": rows, "挂起记录": []})
        assert read_ledger(empty, now=NOW).suspensions == ()
        foreign = write_book(tmp_path / "foreign.xlsx", {"业扩台账": rows, "挂起记录": [["姓名"]]})
        with pytest.raises(LedgerNoHeading, match="挂起记录"):
            read_ledger(foreign, now=NOW)
