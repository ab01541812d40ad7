"""Importing: what is new is added, what is there stays, and the road taken leaves no trace in the figures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from limits.errors import YekuoError
from limits.terms import Status
from limits.zone import SHANGHAI
from tests.dates import at
from tests.workflow.histories import Told, accept, contents, counts, tell
from tests.workflow.ledger_books import GOOD, NOW, PAUSE, good, write_book
from tests.workflow.sample_ledger import AS_OF, LEDGER, Cells, known_by, write_changed
from workflow import cases, store
from workflow.book import Book
from workflow.events import EventType
from workflow.findings import Code
from workflow.ledger.columns import LEDGER_SHEET, SUSPENSION_SHEET
from workflow.ledger.importing import Imported, import_ledger
from workflow.ledger.reading import read_ledger
from workflow.ledger.refused import write_refused
from workflow.listing import applications, one
from workflow.projection import ClockRow
from workflow.verify import verify

MET = "4126100800002"


def take(
    book: Book, folder: Path, *rows: list[object], pauses: tuple[list[object], ...] = (), now: datetime = NOW
) -> Imported:
    """Import a ledger of these rows, and of these pauses."""
    sheets: dict[str, list[list[object]]] = {LEDGER_SHEET: [list(GOOD), *rows]}
    if pauses:
        sheets[SUSPENSION_SHEET] = [list(PAUSE), *pauses]
    return import_ledger(book, write_book(folder / "ledger.xlsx", sheets), now=now)


def tally(done: Imported) -> tuple[int, int, int, int]:
    return done.accepted, done.updated, done.unchanged, len(done.refusals)


def clock_versions(book: Book, number: str, name: str) -> list[ClockRow]:
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, number)
        assert application_id is not None
        rows = store.clock_rows(connection, application_id)
    found = [row for row in rows if (row.layer, row.name) == ("local", name)]
    return sorted(found, key=lambda row: row.version)


def types_of(book: Book, number: str) -> list[EventType]:
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, number)
        assert application_id is not None
        return [each.type for each in store.events_of(connection, application_id)]


def sample_with(**cells: Cells) -> Callable[[str, Cells], Cells | None]:
    """The good rows of the sample with some cells of some applications filled in."""
    known = known_by(AS_OF)

    def change(sheet: str, row: Cells) -> Cells | None:
        found = known(sheet, row)
        if found is not None and sheet == LEDGER_SHEET:
            return found | cells.get(f"n{found['申请编号']}", {})
        return found

    return change


@pytest.fixture
def sample(book: Book, tmp_path: Path) -> Imported:
    """The good rows of the sample, taken on Friday 2026-11-20."""
    return import_ledger(book, write_changed(tmp_path / "good.xlsx", sample_with()), now=AS_OF)


# -- a fuller ledger -------------------------------------------------------------------------------


def test_a_fuller_ledger_adds_exactly_what_is_new(book: Book, sample: Imported, tmp_path: Path) -> None:
    number = next(
        view.number
        for view in applications(book, AS_OF)
        if view.status is Status.OPEN
        and any(
            each.name == "whole" and each.layer == "local" and each.reading.running for each in view.clocks
        )
    )
    before = contents(book)
    filled: Cells = {
        "装表接电时间": datetime(2026, 11, 24, 10, 0),  # noqa: DTZ001  Tuesday; a cell has no zone
        "归档时间": datetime(2026, 11, 25, 9, 30),  # noqa: DTZ001  Wednesday
        "状态": "归档",
    }
    fuller = write_changed(tmp_path / "fuller.xlsx", sample_with(**{f"n{number}": filled}))
    now = at("2026-11-25 三 18:00")
    done = import_ledger(book, fuller, now=now)
    assert (done.accepted, done.updated, done.unchanged) == (0, 1, sample.accepted - 1)
    after = contents(book)
    added = [row for row in after["event"] if row not in before["event"]]
    assert [(row[0], row[2]) for row in added] == [(number, "energized"), (number, "archived")]
    for table, rows in before.items():  # nothing of anybody else was touched
        assert [row for row in rows if row[0] != number] == [row for row in after[table] if row[0] != number]
    [whole] = clock_versions(book, number, "whole")
    assert (whole.version, whole.verdict is not None, whole.recorded_at) == (1, True, now)
    assert one(book, number, now).status is Status.ARCHIVED
    assert verify(book).difference is None


def test_a_changed_time_is_a_correction_and_a_new_version_of_the_verdict(
    book: Book, sample: Imported, tmp_path: Path
) -> None:
    assert sample.accepted == 240
    [given] = clock_versions(book, MET, "whole")
    assert (given.verdict, given.used) == ("met", 1)
    changed: Cells = {"装表接电时间": datetime(2026, 10, 14, 9, 0)}  # noqa: DTZ001  Wednesday
    changed["归档时间"] = datetime(2026, 10, 15, 9, 0)  # noqa: DTZ001  Thursday
    later = write_changed(tmp_path / "later.xlsx", sample_with(**{f"n{MET}": changed}))
    now = at("2026-11-23 一 09:00")
    done = import_ledger(book, later, now=now)
    assert (done.accepted, done.updated, done.unchanged) == (0, 1, 239)
    old, new = clock_versions(book, MET, "whole")
    assert old == replace(given, superseded_at=now)
    assert (new.version, new.verdict, new.used, new.superseded_at) == (2, "late", 4, None)
    assert types_of(book, MET)[-2:] == [EventType.CORRECTED] * 2
    assert verify(book).difference is None
    again = import_ledger(book, later, now=at("2026-11-24 二 09:00"))
    assert (again.updated, again.unchanged) == (0, 240)


def test_the_same_correction_at_the_instant_of_the_first_import_keeps_the_book_consistent(
    book: Book, sample: Imported, tmp_path: Path
) -> None:
    """A ledger exported, imported, mended and imported again, all "as of" the same evening."""
    assert sample.accepted == 240
    changed: Cells = {"装表接电时间": datetime(2026, 10, 14, 9, 0)}  # noqa: DTZ001  Wednesday
    changed["归档时间"] = datetime(2026, 10, 15, 9, 0)  # noqa: DTZ001  Thursday
    later = write_changed(tmp_path / "later.xlsx", sample_with(**{f"n{MET}": changed}))
    assert import_ledger(book, later, now=AS_OF).updated == 1
    assert str(verify(book).difference) == "None"


def test_a_poorer_ledger_takes_nothing_away(book: Book, sample: Imported, tmp_path: Path) -> None:
    assert sample.accepted == 240
    before = contents(book)
    poorer = write_changed(tmp_path / "poorer.xlsx", known_by(at("2026-09-30 三 18:00")))
    done = import_ledger(book, poorer, now=AS_OF + timedelta(days=1))
    assert (done.accepted, done.updated) == (0, 0)
    assert contents(book) == before


def test_importing_every_month_and_importing_once_give_the_same_figures(
    book: Book, sample: Imported, tmp_path: Path, sqlite_url: str
) -> None:
    """A level is reached when its instant has passed, whether anybody looked or not."""
    del sample
    monthly = Book(store.open_engine(f"{sqlite_url}-monthly"), book.rules)
    from yekuo.database import upgrade

    upgrade(monthly.engine)
    for month in (7, 8, 9, 10, 11):
        now = AS_OF.replace(month=month)
        import_ledger(monthly, write_changed(tmp_path / f"{month}.xlsx", known_by(now)), now=now)
        here = list(applications(monthly, now))
        assert here == list(applications(book, now))
        assert len(here) > 30
    assert verify(monthly).difference is None
    monthly.engine.dispose()


def test_other_values_of_the_registration_are_an_amendment(book: Book, tmp_path: Path) -> None:
    take(book, tmp_path, good())
    done = take(book, tmp_path, good(报装容量=630, 客户经理="", 供电所="西岭供电所"))
    assert tally(done) == (0, 1, 0, 0)
    assert types_of(book, str(GOOD["申请编号"]))[-1] is EventType.AMENDED
    row = contents(book)["application"][0]
    assert "西岭供电所" in row
    assert "经理甲" in row  # a blank takes nothing away
    assert tally(take(book, tmp_path, good(报装容量="630kVA", 供电所="西岭供电所"))) == (0, 0, 1, 0)
    assert verify(book).difference is None


def test_a_record_made_at_the_desk_is_recognised_in_the_ledger_to_the_minute(
    book: Book, tmp_path: Path
) -> None:
    number = str(GOOD["申请编号"])
    take(book, tmp_path, good())
    when = at("2026-10-15 四 15:20") + timedelta(seconds=42)
    tell(book, number, Told(cases.approve_plan, "主任"), when - timedelta(hours=1))
    tell(book, number, Told(cases.reply_plan), when)
    before = counts(book)
    row = {**GOOD, "方案答复时间": datetime(2026, 10, 15, 15, 20)}  # noqa: DTZ001  Thursday
    path = write_book(tmp_path / "desk.xlsx", {LEDGER_SHEET: [list(row), list(row.values())]})
    assert tally(import_ledger(book, path, now=NOW)) == (0, 0, 1, 0)
    assert counts(book) == before


# -- suspensions -------------------------------------------------------------------------------------


def test_suspensions_are_told_once_and_their_end_is_added_later(book: Book, tmp_path: Path) -> None:
    number = str(GOOD["申请编号"])
    still = {**PAUSE, "恢复时间": ""}
    first = take(book, tmp_path, good(), pauses=(list(still.values()),))
    assert tally(first) == (1, 0, 0, 0)
    assert one(book, number, NOW).clocks[0].reading.running is False
    again = take(book, tmp_path, good(), pauses=(list(still.values()),))
    assert tally(again) == (0, 0, 1, 0)
    ended = take(book, tmp_path, good(), pauses=(list(PAUSE.values()),), now=NOW + timedelta(days=1))
    assert tally(ended) == (0, 1, 0, 0)
    assert types_of(book, number)[-2:] == [EventType.SUSPENDED, EventType.RESUMED]
    assert one(book, number, NOW).clocks[0].reading.running is True
    assert verify(book).difference is None


def test_a_changed_end_of_a_suspension_is_a_correction_not_a_second_end(book: Book, tmp_path: Path) -> None:
    number = str(GOOD["申请编号"])
    take(book, tmp_path, good(), pauses=(list(PAUSE.values()),))
    moved = {**PAUSE, "恢复时间": "2026-10-16 10:00"}  # Friday
    take(book, tmp_path, good(), pauses=(list(moved.values()),), now=NOW + timedelta(days=1))
    assert types_of(book, number).count(EventType.RESUMED) == 1
    used = one(book, number, NOW).clocks[0].reading.used
    fresh = f"{number}9"
    moved["申请编号"] = fresh
    take(book, tmp_path, good(申请编号=fresh), pauses=(list(moved.values()),), now=NOW + timedelta(days=1))
    assert used == one(book, fresh, NOW).clocks[0].reading.used
    assert verify(book).difference is None


def test_a_suspension_of_an_application_nobody_knows_is_refused_with_the_reason(
    book: Book, tmp_path: Path
) -> None:
    stray = {**PAUSE, "申请编号": "777"}
    done = take(book, tmp_path, good(), pauses=(list(stray.values()),))
    assert tally(done) == (1, 0, 0, 1)
    assert done.refusals[0].reasons[0].code == "unknown_number"
    assert "台账和数据库中都没有这个编号" in done.refusals[0].reasons[0].message


def test_a_suspension_of_an_application_the_book_has_is_taken_without_its_row(
    book: Book, tmp_path: Path
) -> None:
    number = str(GOOD["申请编号"])
    take(book, tmp_path, good())
    done = take(book, tmp_path, good(申请编号="888"), pauses=(list(PAUSE.values()),))
    assert tally(done) == (1, 1, 0, 0)
    assert EventType.SUSPENDED in types_of(book, number)
    assert verify(book).difference is None


# -- endings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "expected"), [("终止", Status.TERMINATED), ("作废", Status.VOIDED)])
@pytest.mark.parametrize("when", ["", "2026-11-02 10:00"], ids=["without time", "Monday"])
def test_an_ended_application_is_ended_once(
    book: Book, tmp_path: Path, status: str, expected: Status, when: str
) -> None:
    number = str(GOOD["申请编号"])
    row = good(状态=status, 终止时间=when)
    assert tally(take(book, tmp_path, row)) == (1, 0, 0, 0)
    assert one(book, number, NOW).status is expected
    assert tally(take(book, tmp_path, row, now=NOW + timedelta(days=3))) == (0, 0, 1, 0)
    assert verify(book).difference is None


def test_archived_without_a_time_is_found(book: Book, tmp_path: Path) -> None:
    done = take(book, tmp_path, good(状态="归档", 装表接电时间="2026-11-03 10:00"))
    assert Code.SEQUENCE in {found.code for _, found in done.findings}
    assert "台账状态为归档，却没有归档时间" in {found.evidence for _, found in done.findings}


# -- order that cannot be --------------------------------------------------------------------------------


def test_an_order_that_cannot_be_is_taken_and_found(book: Book, tmp_path: Path) -> None:
    number = str(GOOD["申请编号"])
    row = good(装表接电时间="2026-10-07 10:00", 归档时间="2026-10-09 10:00")  # Wednesday before, Friday after
    done = take(book, tmp_path, row)
    assert tally(done) == (1, 0, 0, 0)
    assert {found.code for _, found in done.findings} >= {Code.SEQUENCE, Code.OUTSIDE_SYSTEM}
    assert one(book, number, NOW).number == number
    assert verify(book).difference is None
    again = take(book, tmp_path, row, now=NOW + timedelta(days=1))
    assert (tally(again), again.findings) == ((0, 0, 1, 0), [])


def test_an_application_cancelled_and_made_again_for_the_same_place_is_found(
    book: Book, tmp_path: Path
) -> None:
    ended = good(申请编号="1", 状态="终止", 终止时间="2026-10-12 10:00")  # Monday
    again = good(申请编号="2", 申请时间="", 受理时间="2026-10-13 10:00")  # Tuesday
    elsewhere = good(
        申请编号="3", 申请时间="", 受理时间="2026-10-14 10:00", 用电地址="西岭镇1号"
    )  # Wednesday
    done = take(book, tmp_path, ended, again, elsewhere)
    found = [(number, each.code) for number, each in done.findings if each.code is Code.RESTARTED]
    assert found == [("2", Code.RESTARTED)]
    assert take(book, tmp_path, ended, again, elsewhere).findings == []


# -- what it answers ---------------------------------------------------------------------------------------


def test_a_file_that_is_no_ledger_writes_nothing(book: Book, tmp_path: Path) -> None:
    (tmp_path / "notes.xlsx").write_text("不是台账", encoding="utf-8")
    with pytest.raises(YekuoError):
        import_ledger(book, tmp_path / "notes.xlsx", now=NOW)
    assert set(counts(book).values()) == {0}


def test_progress_is_told_up_to_the_total(book: Book) -> None:
    seen: list[tuple[int, int]] = []
    import_ledger(book, LEDGER, now=AS_OF, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] <= seen[-1][1]
    assert seen[-1][0] >= 264


def test_every_imported_record_says_that_it_was(book: Book, tmp_path: Path) -> None:
    take(book, tmp_path, good(), pauses=(list(PAUSE.values()),))
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, str(GOOD["申请编号"]))
        assert application_id is not None
        events = store.events_of(connection, application_id)
    assert len(events) == 4
    assert {event.payload["imported"] for event in events} == {True}
    assert {(event.actor, event.recorded_at) for event in events} == {("台账导入", NOW)}


def test_rows_longer_than_any_column_are_taken_or_refused_and_the_others_taken(
    book: Book, tmp_path: Path
) -> None:
    done = take(book, tmp_path, good(客户名称="长" * 3000), good(申请编号="2"), good(申请编号="9" * 300))
    assert done.accepted + len(done.refusals) == 3
    assert done.accepted >= 1
    assert verify(book).difference is None


def test_a_withdrawn_record_is_not_brought_back_by_the_same_ledger(book: Book, tmp_path: Path) -> None:
    """Sending the same ledger twice changes nothing, also after somebody put a record right."""
    number = str(GOOD["申请编号"])
    row = {**GOOD, "方案答复时间": "2026-10-15 15:20"}  # Thursday
    path = write_book(tmp_path / "desk.xlsx", {LEDGER_SHEET: [list(row), list(row.values())]})
    import_ledger(book, path, now=NOW)
    seq = types_of(book, number).index(EventType.PLAN_REPLIED) + 1
    now = NOW + timedelta(days=1)
    cases.correct(book, number, seq=seq, withdrawn=True, reason="没有送达", at=now, now=now, actor="所长")
    assert tally(import_ledger(book, path, now=now + timedelta(hours=1))) == (0, 0, 1, 0)


def test_an_application_accepted_at_the_desk_is_the_same_as_in_the_ledger(book: Book, tmp_path: Path) -> None:
    number = str(GOOD["申请编号"])
    accept(book, number, when=datetime(2026, 10, 8, 9, 5, 30, tzinfo=SHANGHAI))  # Thursday
    done = take(book, tmp_path, good(申请时间=""))
    assert (done.accepted, done.updated) == (0, 1)  # amended: the desk wrote another customer
    assert types_of(book, number) == [EventType.ACCEPTED, EventType.AMENDED]


# -- what a ledger leaves out ------------------------------------------------------------------------------

FILLED = {"电源数": "双", "业务类型": "增容", "主动办电": "是", "客户外部工程": "有", "配套工程": "架空线路"}


@pytest.mark.parametrize("blank", ["", " ", None], ids=["blank", "spaces", "no column"])
def test_a_column_or_a_cell_left_out_takes_nothing_away(
    book: Book, tmp_path: Path, blank: str | None
) -> None:
    take(book, tmp_path, good(**FILLED))
    before = contents(book)
    row = {**GOOD, **dict.fromkeys([*FILLED, "投资至红线"], blank)}
    row = {name: cell for name, cell in row.items() if cell is not None}
    path = write_book(tmp_path / "less.xlsx", {LEDGER_SHEET: [list(row), list(row.values())]})
    assert tally(import_ledger(book, path, now=NOW + timedelta(days=1))) == (0, 0, 1, 0)
    assert contents(book) == before


def test_the_word_that_is_also_the_default_takes_away_when_it_is_written(book: Book, tmp_path: Path) -> None:
    take(book, tmp_path, good(**FILLED))
    done = take(book, tmp_path, good(**{**FILLED, "电源数": "单"}), now=NOW + timedelta(days=1))
    assert tally(done) == (0, 1, 0, 0)
    assert types_of(book, str(GOOD["申请编号"]))[-1] is EventType.AMENDED


def test_a_default_the_ledger_left_to_us_is_not_what_it_said(book: Book, tmp_path: Path) -> None:
    """Blank at first, 双 by the desk, then 单 in the ledger: it says so for the first time."""
    number = str(GOOD["申请编号"])
    take(book, tmp_path, good(电源数=""))
    now = NOW + timedelta(days=1)
    cases.amend(book, number, changes={"supplies": "double"}, reason="核实", at=now, now=now, actor="所长")
    assert tally(take(book, tmp_path, good(电源数=""), now=now + timedelta(days=1))) == (0, 0, 1, 0)
    assert tally(take(book, tmp_path, good(电源数="单"), now=now + timedelta(days=2))) == (0, 1, 0, 0)


# -- refused suspensions are written back as they came ------------------------------------------------------


def test_a_refused_suspension_keeps_its_sheet_and_its_cells_whatever_they_are_called(
    book: Book, tmp_path: Path
) -> None:
    theirs = {"申请编号": "工单编号", "挂起时间": "中止时间"}
    stray: Cells = {theirs.get(name, name): cell for name, cell in PAUSE.items()} | {"备注": "手写"}
    stray["工单编号"] = "777"
    sheets: dict[str, list[list[object]]] = {
        LEDGER_SHEET: [list(GOOD), good()],
        "挂起记录 ": [list(stray), list(stray.values())],
    }
    names = tmp_path / "names.toml"
    names.write_text('[columns]\n"工单编号" = "申请编号"\n"中止时间" = "挂起时间"\n', encoding="utf-8")
    path = write_book(tmp_path / "theirs.xlsx", sheets)
    done = import_ledger(book, path, now=NOW, column_map=names)
    assert tally(done) == (1, 0, 0, 1)
    [refusal] = done.refusals
    assert (refusal.sheet, refusal.cells) == ("挂起记录 ", tuple(stray.values()))
    assert done.ledger is not None
    back = tmp_path / "back.xlsx"
    write_refused(back, done.ledger.headings, done.refusals)
    [again] = read_ledger(back, now=NOW, column_map=names).suspensions
    assert (again.number, again.cells[: len(stray)]) == ("777", tuple(stray.values()))
