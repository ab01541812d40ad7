"""What must change in the rows when a record is added: versions, levels ahead, levels reached (domain §5.7, §6)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from limits.terms import Level, Status, Step
from tests.dates import at
from tests.workflow.stories import HIGH, IMPORTANT, LOW, RULES, corrected, recorded, records
from workflow.events import Event, EventType
from workflow.history import Registration
from workflow.projection import (
    Changes,
    ClockKey,
    ClockRow,
    ThresholdRow,
    changes,
    levels_of,
    project,
)

E = EventType
WHOLE = ("local", "whole")


@dataclass
class Rows:
    """The rows of one application, kept as :class:`Changes` says and in no other way."""

    clocks: dict[ClockKey, ClockRow] = field(default_factory=dict)
    versions: list[ClockRow] = field(default_factory=list)
    thresholds: dict[tuple[str, str, str, datetime], ThresholdRow] = field(default_factory=dict)

    def take(self, events: list[Event]) -> Changes:
        """What the records tell now, recorded when the last of them was."""
        clocks = project(events, RULES).clocks
        now = events[-1].recorded_at
        found = changes(clocks, self.clocks.values(), self.thresholds.values(), now)
        self.versions += found.superseded
        for row in [*found.superseded, *found.updated, *found.inserted]:
            self.clocks[row.key] = row
        for level in found.removed:
            del self.thresholds[level.key]
        for level in [*found.crossed, *found.withdrawn, *found.restored]:
            self.thresholds[level.key] = level
        return found

    def current(self) -> dict[ClockKey, ClockRow]:
        return {key: row for key, row in self.clocks.items() if row.superseded_at is None}


def grown(events: list[Event]) -> Rows:
    """The rows after each record was taken as it came."""
    rows = Rows()
    for count in range(1, len(events) + 1):
        rows.take(events[:count])
    return rows


def named(rows: Iterable[ThresholdRow], key: ClockKey = WHOLE) -> list[tuple[str, str]]:
    """The levels of one clock, as ``蓝 11-03``."""
    listed = sorted((row.crosses_at, row.level) for row in rows if (row.layer, row.name) == key)
    return [(Level.of(level).label, f"{when:%m-%d}") for when, level in listed]


def nothing(found: Changes) -> bool:
    return found == Changes()


ACCEPTED = "受理 2026-11-02 一 09:00"


# A clock starts, pauses, stops


def test_a_clock_that_starts_writes_its_row_and_its_whole_future() -> None:
    rows = Rows()
    found = rows.take(records(LOW, ACCEPTED))
    assert [row.version for row in found.inserted] == [1] * len(found.inserted)
    assert named(found.crossed) == [("蓝", "11-03"), ("橙", "11-04"), ("黄", "11-05"), ("红", "11-06")]
    whole = rows.clocks[WHOLE]
    assert (whole.limit_value, whole.used, whole.verdict) == (2, 0, None)
    assert whole.due_at == at("2026-11-05 四 00:00")


def test_the_same_records_again_change_nothing() -> None:
    events = records(LOW, ACCEPTED, "挂起 2026-11-03 二 09:00")
    rows = grown(events)
    assert nothing(rows.take(events))


def test_a_pause_takes_away_the_levels_ahead_and_leaves_those_reached() -> None:
    events = records(LOW, ACCEPTED, "挂起 2026-11-03 二 15:00")
    rows = grown(events[:1])
    found = rows.take(events)
    assert named(found.removed) == [("橙", "11-04"), ("黄", "11-05"), ("红", "11-06")]
    assert (found.withdrawn, found.crossed, found.inserted, found.superseded) == ([], [], [], [])
    assert named(rows.thresholds.values()) == [("蓝", "11-03")]
    assert (rows.clocks[WHOLE].version, rows.clocks[WHOLE].due_at) == (1, None)


def test_resuming_writes_the_levels_ahead_anew() -> None:
    events = records(LOW, ACCEPTED, "挂起 2026-11-03 二 15:00", "恢复 2026-11-16 一 09:00")
    rows = grown(events)
    assert named(rows.thresholds.values()) == [
        ("蓝", "11-03"),
        ("橙", "11-17"),
        ("黄", "11-18"),
        ("红", "11-19"),
    ]
    assert rows.versions == []


def test_a_clock_that_stops_keeps_its_verdict_and_has_no_level_ahead() -> None:
    events = records(LOW, ACCEPTED, "装表接电 2026-11-03 二 16:00", "归档 2026-11-04 三 09:00")
    rows = grown(events[:2])
    stopped = rows.clocks[WHOLE]
    assert (stopped.verdict, stopped.used, stopped.version) == ("met", 1, 1)
    assert named(rows.thresholds.values()) == [("蓝", "11-03")]
    rows.take(events)
    assert rows.clocks[WHOLE] == stopped  # 归档 says nothing about it


# A verdict is a version


ENERGIZED = [ACCEPTED, "装表接电 2026-11-06 五 16:00"]


def test_a_verdict_known_better_is_the_next_version_and_the_old_one_stays() -> None:
    events = records(LOW, *ENERGIZED)
    rows = grown(events)
    assert rows.clocks[WHOLE].verdict == "late"
    rows.take(corrected(events, 2, "2026-11-20 五 09:00", occurred_at="2026-11-04T16:00:00+08:00"))
    (old,) = (row for row in rows.versions if row.key == WHOLE)
    new = rows.clocks[WHOLE]
    assert (old.version, old.verdict, old.superseded_at) == (1, "late", at("2026-11-20 五 09:00"))
    assert (new.version, new.verdict, new.recorded_at) == (2, "met", at("2026-11-20 五 09:00"))
    assert new.superseded_at is None


def test_a_correction_that_changes_nothing_makes_no_version() -> None:
    events = records(LOW, *ENERGIZED)
    rows = grown(events)
    found = rows.take(corrected(events, 2, "2026-11-20 五 09:00", payload={"note": "核对无误"}))
    assert nothing(found)


def test_an_open_clock_is_updated_in_place() -> None:
    events = records(LOW, ACCEPTED)
    rows = grown(events)
    found = rows.take(corrected(events, 1, "2026-11-02 一 18:00", occurred_at="2026-11-02T08:00:00+08:00"))
    assert (found.inserted, found.superseded) == ([], [])
    assert {row.version for row in found.updated} == {1}
    assert rows.clocks[WHOLE].started_at == at("2026-11-02 一 08:00")


def test_a_stopped_clock_that_runs_again_is_a_new_version() -> None:
    """[27] was content when the inspection started; it failed, and the next request opens it again."""
    events = records(
        HIGH,
        "受理 2026-10-12 一 09:00",
        "供电方案答复 2026-10-16 五 16:00",
        "客户工程开工 2026-10-19 一 09:00",
        "客户工程完工 2026-11-02 一 09:00",
        "竣工报验 2026-11-03 二 09:00",
        "竣工检验开始 2026-11-04 三 09:00",
        "竣工检验不合格 2026-11-05 四 09:00",
        "竣工报验 2026-11-16 一 09:00",
    )
    rows = grown(events)
    key = ("regulator", "final_inspection")
    assert [(row.version, row.verdict) for row in rows.versions if row.key == key] == [(1, "met")]
    assert (rows.clocks[key].version, rows.clocks[key].verdict) == (2, None)
    # the local clock waited for the end of the inspection: it was never closed
    assert rows.clocks["local", "final_inspection"].version == 1


def test_a_clock_whose_start_was_withdrawn_is_superseded_and_counts_on_when_it_returns() -> None:
    key = ("local", "design_review")
    events = records(
        IMPORTANT,
        "受理 2026-10-12 一 09:00",
        "供电方案答复 2026-10-16 五 16:00",
        "设计报审 2026-10-20 二 09:00",
    )
    rows = grown(events)
    withdrawn = corrected(events, 3, "2026-10-20 二 18:00", withdrawn=True)
    rows.take(withdrawn)
    assert key not in rows.current()
    assert named(rows.thresholds.values(), key) == []
    again = records(
        IMPORTANT,
        "受理 2026-10-12 一 09:00",
        "供电方案答复 2026-10-16 五 16:00",
        "设计报审 2026-10-22 四 09:00",
    )
    rows.take([*withdrawn, replace(again[2], seq=5)])
    assert (rows.clocks[key].version, rows.clocks[key].started_at) == (2, at("2026-10-22 四 09:00"))


# A level reached is never deleted, only explained


def test_a_pause_recorded_late_withdraws_the_levels_it_undid() -> None:
    """Suspended on the 2nd, written down on the 5th: two levels had been reached by then."""
    events = records(LOW, ACCEPTED)
    rows = grown(events)
    (late,) = records(LOW, "挂起 2026-11-02 一 18:00")
    found = rows.take([*events, replace(late, seq=2, recorded_at=at("2026-11-04 三 09:00"))])
    assert named(found.withdrawn) == [("蓝", "11-03"), ("橙", "11-04")]
    assert {row.withdrawn_at for row in found.withdrawn} == {at("2026-11-04 三 09:00")}
    assert named(found.removed) == [("黄", "11-05"), ("红", "11-06")]
    assert named(rows.thresholds.values()) == [("蓝", "11-03"), ("橙", "11-04")]
    assert levels_of(rows.thresholds.values(), at("2026-11-20 五 09:00")) == {}


def test_a_level_reached_at_the_very_instant_of_a_record_was_reached() -> None:
    events = records(LOW, ACCEPTED)
    rows = grown(events)
    (late,) = records(LOW, "挂起 2026-11-02 一 18:00")
    found = rows.take([*events, replace(late, seq=2, recorded_at=at("2026-11-03 二 00:00"))])
    assert (named(found.withdrawn), named(found.removed)[0]) == ([("蓝", "11-03")], ("橙", "11-04"))


def test_a_level_withdrawn_by_mistake_is_restored_as_it_was() -> None:
    events = records(LOW, ACCEPTED)
    rows = grown(events)
    (late,) = records(LOW, "挂起 2026-11-02 一 18:00")
    paused = [*events, replace(late, seq=2, recorded_at=at("2026-11-04 三 09:00"))]
    rows.take(paused)
    found = rows.take(corrected(paused, 2, "2026-11-04 三 10:00", withdrawn=True))
    assert named(found.restored) == [("蓝", "11-03"), ("橙", "11-04")]
    assert named(found.crossed) == [("黄", "11-05"), ("红", "11-06")]
    assert [row.withdrawn_at for row in rows.thresholds.values()] == [None] * len(rows.thresholds)


def test_a_correction_moves_levels_and_keeps_the_old_ones_marked() -> None:
    events = records(LOW, ACCEPTED)
    rows = grown(events)
    moved = corrected(events, 1, "2026-11-04 三 09:00", occurred_at="2026-11-03T09:00:00+08:00")
    found = rows.take(moved)
    assert named(found.withdrawn) == [("蓝", "11-03"), ("橙", "11-04")]
    assert named(found.crossed) == [("蓝", "11-04"), ("橙", "11-05"), ("黄", "11-06"), ("红", "11-09")]
    assert [level for level, _ in levels_of(rows.thresholds.values(), at("2026-11-04 三 09:00"))[WHOLE]] == [
        Level.BLUE
    ]


def test_the_levels_reached_are_those_whose_instant_has_passed() -> None:
    """Nothing has to run for a level to be reached."""
    rows = grown(records(LOW, ACCEPTED))
    held = rows.thresholds.values()
    assert WHOLE not in levels_of(held, at("2026-11-02 一 23:59"))
    assert levels_of(held, at("2026-11-03 二 00:00"))[WHOLE] == [(Level.BLUE, at("2026-11-03 二 00:00"))]
    assert [level for level, _ in levels_of(held, at("2026-11-05 四 12:00"))[WHOLE]] == [
        Level.BLUE,
        Level.ORANGE,
        Level.YELLOW,
    ]


# What an application is, at any instant


def test_a_history_read_at_an_earlier_instant_is_the_history_until_then() -> None:
    events = records(LOW, ACCEPTED, "装表接电 2026-11-04 三 16:00", "归档 2026-11-05 四 09:00")
    then = project(events, RULES, until=at("2026-11-04 三 12:00"))
    assert (then.status, then.step, then.archived_at) == (Status.OPEN, Step.ENERGIZE, None)
    assert then.clocks[0].standing.running
    whole = project(events, RULES)
    assert (whole.status, whole.archived_at) == (Status.ARCHIVED, at("2026-11-05 四 09:00"))
    assert whole.clocks[0].standing.final is not None


def test_what_cannot_be_is_told_beside_what_is() -> None:
    events = records(LOW, ACCEPTED, "归档 2026-11-03 二 09:00")
    projected = project(events, RULES)
    assert [each.fact.type for each in projected.impossible] == [E.ARCHIVED]


# However often it was folded

STORIES = st.lists(
    st.tuples(
        st.sampled_from(
            [E.SUSPENDED, E.RESUMED, E.WORKS_STARTED, E.WORKS_FINISHED, E.ENERGIZED, E.TERMINATED]
        ),
        st.integers(1, 20 * 24 * 60),
    ),
    max_size=7,
    unique_by=lambda told: told[1],
)


def told(story: list[tuple[EventType, int]], registration: Registration) -> list[Event]:
    start = at("2026-11-02 一 00:00")
    later = sorted((start + timedelta(minutes=minutes), kind) for kind, minutes in story)
    return recorded(registration, [(E.ACCEPTED, start, {}), *((kind, when, {}) for when, kind in later)])


def standing_levels(rows: Rows) -> set[tuple[str, str, str, datetime]]:
    return {key for key, row in rows.thresholds.items() if row.withdrawn_at is None}


@given(STORIES)
def test_rows_grown_record_by_record_say_what_a_rebuild_says(story: list[tuple[EventType, int]]) -> None:
    events = told(story, replace(LOW, customer_works=True))
    rows, rebuilt = grown(events), Rows()
    rebuilt.take(events)
    assert rows.current().keys() == rebuilt.current().keys()
    assert all(row.says_the_same(rebuilt.clocks[key]) for key, row in rows.current().items())
    assert standing_levels(rows) == standing_levels(rebuilt) == rebuilt.thresholds.keys()


@given(STORIES, st.data())
def test_records_taken_in_batches_leave_the_same_rows(
    story: list[tuple[EventType, int]], data: st.DataObject
) -> None:
    """Whoever looked in between, or did not, the same levels stand and the same clocks are current."""
    events = told(story, LOW)
    rows, batched = grown(events), Rows()
    for count in sorted({*data.draw(st.lists(st.integers(1, len(events)), max_size=3)), len(events)}):
        batched.take(events[:count])
    assert standing_levels(rows) == standing_levels(batched)
    assert rows.current().keys() == batched.current().keys()
    assert all(row.says_the_same(batched.clocks[key]) for key, row in rows.current().items())
