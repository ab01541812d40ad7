"""The sample ledger: the same file for the same arguments, good rows good, bad rows bad, lives in order."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from limits.terms import CustomerClass, Status
from limits.zone import SHANGHAI
from workflow.events import EventType
from workflow.ledger.reading import Ledger, LedgerRow, Refusal, SuspensionRow, read_ledger
from yekuo.sample import SampleUnwritable, bad_kinds, write_sample

AS_OF = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)  # Friday
ROWS = 1500


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ledger, list[LedgerRow]]:
    path = tmp_path_factory.mktemp("sample") / "sample.xlsx"
    write_sample(path, ROWS, 7, as_of=AS_OF)
    ledger = read_ledger(path, now=AS_OF)
    return ledger, [row for row in ledger.rows if isinstance(row, LedgerRow)]


def test_equal_arguments_give_equal_bytes_and_another_seed_another_ledger(tmp_path: Path) -> None:
    first, second, other = (tmp_path / f"{name}.xlsx" for name in "abc")
    write_sample(first, 60, 7, as_of=AS_OF)
    write_sample(second, 60, 7, as_of=AS_OF)
    write_sample(other, 60, 8, as_of=AS_OF)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_every_row_is_taken(ledger: tuple[Ledger, list[LedgerRow]]) -> None:
    opened, rows = ledger
    assert len(rows) == opened.total == ROWS
    assert opened.unknown_columns == ()
    assert all(isinstance(pause, SuspensionRow) for pause in opened.suspensions)


def test_it_looks_like_a_county(ledger: tuple[Ledger, list[LedgerRow]]) -> None:
    opened, rows = ledger
    share = {each: sum(row.customer_class is each for row in rows) / ROWS for each in CustomerClass}
    assert share[CustomerClass.LV_RESIDENT] == pytest.approx(0.38, abs=0.05)
    assert share[CustomerClass.HV_ORDINARY] == pytest.approx(0.17, abs=0.04)
    assert {row.status for row in rows} >= {Status.OPEN, Status.ARCHIVED, Status.TERMINATED}
    assert 0.03 < sum(row.status is Status.OPEN for row in rows) / ROWS < 0.25
    assert 0.01 < len(opened.suspensions) / ROWS < 0.05
    assert len({row.station for row in rows}) == 5
    assert len({row.manager for row in rows}) == 15


ORDER = (
    EventType.APPLIED,
    EventType.ACCEPTED,
    EventType.PLAN_REPLIED,
    EventType.DESIGN_SUBMITTED,
    EventType.DESIGN_PASSED,
    EventType.WORKS_STARTED,
    EventType.INTERIM_REQUESTED,
    EventType.INTERIM_STARTED,
    EventType.INTERIM_PASSED,
    EventType.WORKS_FINISHED,
    EventType.COMPLETION_REPORTED,
    EventType.FINAL_STARTED,
    EventType.FINAL_PASSED,
    EventType.FORMALITIES_DONE,
    EventType.ENERGIZED,
    EventType.ARCHIVED,
)


def test_lives_follow_the_steps_of_their_class(ledger: tuple[Ledger, list[LedgerRow]]) -> None:
    for row in ledger[1]:
        times = dict(row.times)
        told = [times[kind] for kind in ORDER if kind in times]
        assert told == sorted(told), row
        assert max(times.values()) <= AS_OF
        checks = {EventType.DESIGN_PASSED, EventType.INTERIM_PASSED} & times.keys()
        assert not checks or row.customer_class in (CustomerClass.HV_IMPORTANT, CustomerClass.HV_TRANSFER)
        assert row.customer_class.high_voltage or EventType.FINAL_PASSED not in times
        assert row.customer_works or EventType.WORKS_STARTED not in times
        assert row.customer_class.high_voltage is row.voltage.high
        assert (row.status is Status.ARCHIVED) is (EventType.ARCHIVED in times)
        ended = {EventType.TERMINATED, EventType.VOIDED} & times.keys()
        assert (row.status in (Status.TERMINATED, Status.VOIDED)) is bool(ended)


def test_nobody_approves_a_pause_of_his_own(ledger: tuple[Ledger, list[LedgerRow]]) -> None:
    known = {row.number: dict(row.times)[EventType.ACCEPTED] for row in ledger[1]}
    for pause in ledger[0].suspensions:
        assert isinstance(pause, SuspensionRow)
        assert pause.approver != pause.handler
        assert pause.evidence
        assert known[pause.number] <= pause.suspended_at < (pause.resumed_at or AS_OF + timedelta(days=1))


def test_the_bad_rows_asked_for_are_refused_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "bad.xlsx"
    write_sample(path, 50, 7, as_of=AS_OF, bad=20, spelled=0.5)
    rows = list(read_ledger(path, now=AS_OF).rows)
    refused = [row for row in rows if isinstance(row, Refusal)]
    assert [[reason.code for reason in row.reasons] for row in refused] == [[kind] for kind in bad_kinds(20)]
    assert len(rows) - len(refused) == 50


def test_spelled_rows_say_the_same_as_real_dates(tmp_path: Path) -> None:
    plain, spelled = tmp_path / "plain.xlsx", tmp_path / "spelled.xlsx"
    write_sample(plain, 80, 7, as_of=AS_OF)
    write_sample(spelled, 80, 7, as_of=AS_OF, spelled=1.0)
    assert list(read_ledger(plain, now=AS_OF).rows) == list(read_ledger(spelled, now=AS_OF).rows)
    assert plain.stat().st_size != spelled.stat().st_size


def test_a_ledger_without_rows(tmp_path: Path) -> None:
    write_sample(tmp_path / "none.xlsx", 0, 7, as_of=AS_OF)
    assert list(read_ledger(tmp_path / "none.xlsx", now=AS_OF).rows) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SampleUnwritable, match="写不进去"):
        write_sample(tmp_path / "nowhere" / "sample.xlsx", 1, 7, as_of=AS_OF)
