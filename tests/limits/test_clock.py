"""Used, due, verdict and levels (domain §5, §6), against counting day by day and minute by minute.

What is counted here is written from the rule and shares nothing with ``limits.clock`` but the
calendar's answer whether a day is a working day, which tests/limits/test_calendar.py holds to account.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.calendar import load_calendar
from limits.clock import (
    Allowance,
    Reading,
    Span,
    Track,
    crossings,
    dated_allowance,
    elapsed,
    read,
    settle,
)
from limits.files.policies import load_policy_file
from limits.periods import last_day
from limits.shipped import DATA
from limits.terms import Level, Unit, Verdict
from limits.zone import SHANGHAI, local
from tests.dates import at, on

CN = load_calendar()
LADDER = load_policy_file(DATA / "policies" / "yekuo-levels.toml", []).ladders[0].ladder
ONE_DAY, ONE_MINUTE = timedelta(days=1), timedelta(minutes=1)
Reached = list[tuple[Level, datetime]]

# Counting by hand


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def days_in(span: Span, now: datetime) -> Iterator[date]:
    """§5.2: the day it starts or resumes is not counted, the day it stops or pauses is."""
    day, last = span.start.date(), min(span.end or now, now).date()
    while day < last:
        day += ONE_DAY
        yield day


def working(span: Span, now: datetime) -> list[date]:
    return [day for day in days_in(span, now) if CN.is_workday(day)]


def used_by_hand(track: Track, now: datetime) -> int:
    return sum(len(working(span, now)) for span in track.spans)


def last_good_day(start: date, left: int) -> date:
    """§5.3, §5.4: the day on which ``left`` more working days are used; ``start`` itself when none."""
    day = start
    while left > 0:
        day += ONE_DAY
        left -= CN.is_workday(day)
    return day


def late_by_hand(track: Track, now: datetime, limit: int) -> bool:
    """§5.3: late from the midnight that ends the last good day, if the clock still runs then."""
    used = 0
    for span in track.spans:
        good = last_good_day(span.start.date(), limit - used)
        if min(span.end or now, now) >= midnight(good + ONE_DAY):
            return True
        used += len(working(span, now))
    return False


def levels_by_hand(track: Track, now: datetime, limit: int) -> Reached:
    """§6: raised on the day when ``used`` reaches the threshold; of one instant only the highest."""
    thresholds = LADDER.thresholds(limit)
    reached: Reached = [(level, track.spans[0].start) for level, count in thresholds if count == 0][-1:]
    silent = {level for level, count in thresholds if count == 0}
    counted = (day for span in track.spans for day in working(span, now))
    for used, day in enumerate(counted, 1):
        today = [level for level, count in thresholds if used >= count and level not in silent]
        reached += [(level, midnight(day)) for level in today[-1:]]
        silent.update(today)
    return reached


# What clocks are made of

FIRST = at("2026-09-18 五 00:00")
# Whole days and the minutes around midnight, so that the edges are met often.
MINUTES = st.builds(
    lambda day, minute: FIRST + timedelta(days=day, minutes=minute),
    st.integers(0, 110),
    st.one_of(st.sampled_from([0, 1, 540, 1080, 1439]), st.integers(0, 1439)),
)
SECONDS = st.integers(0, 3600).map(lambda second: FIRST + timedelta(seconds=second))
LIMITS = st.integers(0, 25)


def made_of(edges: list[datetime], limit: int, unit: Unit = Unit.WORKING_DAY) -> Track:
    """Start, pause, resume, pause … in order; an odd number leaves the clock running."""
    ordered: list[datetime | None] = [*sorted(set(edges))]
    if len(ordered) % 2:
        ordered.append(None)
    spans = [Span(start, end) for start, end in zip(ordered[::2], ordered[1::2], strict=True) if start]
    return Track(tuple(spans), (Allowance(limit),), unit)


def drawn(instants: st.SearchStrategy[datetime], unit: Unit) -> st.SearchStrategy[Track]:
    edges = st.lists(instants, min_size=1, max_size=9)
    return st.builds(made_of, edges, LIMITS, st.just(unit))


TRACKS = drawn(MINUTES, Unit.WORKING_DAY)
MINUTE_TRACKS = drawn(SECONDS, Unit.MINUTE)


def known_at(track: Track, now: datetime) -> Track | None:
    """The track as its events tell it by ``now``: a pause that lies ahead is not known yet."""
    spans = tuple(
        Span(span.start, span.end if span.end is not None and span.end <= now else None)
        for span in track.spans
        if span.start <= now
    )
    return Track(spans, track.allowances, track.unit) if spans else None


def told(track: Track, now: datetime) -> Reading:
    return read(settle(track, CN), CN, now)


def levels(track: Track, now: datetime) -> Reached:
    return [(each.level, each.at) for each in crossings(track, LADDER, CN) if each.at <= now]


def limit_of(track: Track) -> int:
    return track.allowances[-1].limit


def split(track: Track, when: datetime) -> Track:
    """The same running time, in two touching pieces at ``when``."""
    spans: list[Span] = []
    for span in track.spans:
        if span.start < when and (span.end is None or when < span.end):
            spans += [Span(span.start, when), Span(when, span.end)]
        else:
            spans.append(span)
    return Track(tuple(spans), track.allowances, track.unit)


# Against counting by hand


@given(TRACKS, MINUTES)
def test_used_and_left_are_what_counting_day_by_day_gives(track: Track, now: datetime) -> None:
    known = known_at(track, now)
    if known is not None:
        used = used_by_hand(known, now)
        reading = told(known, now)
        assert (reading.used, reading.left) == (used, max(limit_of(track) - used, 0))


@given(TRACKS, MINUTES)
def test_late_exactly_from_the_midnight_that_ends_the_last_good_day(track: Track, now: datetime) -> None:
    known = known_at(track, now)
    if known is not None:
        late = late_by_hand(known, now, limit_of(track))
        assert told(known, now).verdict is (Verdict.OPEN_LATE if late else Verdict.OPEN)


@given(TRACKS, MINUTES)
def test_a_running_clock_is_due_on_the_day_counted_on_from_its_last_resumption(
    track: Track, now: datetime
) -> None:
    known = known_at(track, now)
    if known is None or not known.running or late_by_hand(known, now, limit_of(track)):
        return
    last = known.spans[-1]
    left = limit_of(track) - used_by_hand(known, last.start)
    assert told(known, now).due_on == last_good_day(last.start.date(), left)


@given(TRACKS, MINUTES)
def test_the_levels_reached_are_those_met_walking_day_by_day(track: Track, now: datetime) -> None:
    known = known_at(track, now)
    if known is not None:
        assert levels(known, now) == levels_by_hand(known, now, limit_of(track))


# Whatever is asked, whenever it is asked


@given(TRACKS, MINUTES, MINUTES)
def test_levels_read_earlier_are_the_beginning_of_those_read_later(
    track: Track, one: datetime, other: datetime
) -> None:
    """The alert table does not depend on when anybody looked, nor on what was not known then."""
    earlier, later = sorted((one, other))
    then, now = known_at(track, earlier), known_at(track, later)
    if then is not None and now is not None:
        before, after = levels(then, earlier), levels(now, later)
        assert after[: len(before)] == before
        assert all(when > earlier for _, when in after[len(before) :])


@given(TRACKS)
def test_a_higher_level_never_comes_before_a_lower_one(track: Track) -> None:
    order = list(Level)
    found = crossings(track, LADDER, CN)
    for lower, higher in pairwise(found):
        assert order.index(lower.level) < order.index(higher.level)
        assert lower.at < higher.at


@given(TRACKS, MINUTES, MINUTES)
def test_splitting_a_running_interval_changes_nothing(track: Track, cut: datetime, now: datetime) -> None:
    pieces = split(track, cut)
    latest = max(now, pieces.spans[-1].end or pieces.spans[-1].start)
    assert crossings(pieces, LADDER, CN) == crossings(track, LADDER, CN)
    assert settle(pieces, CN).due_at == settle(track, CN).due_at
    assert told(pieces, latest) == told(track, latest)


@given(TRACKS, MINUTES)
def test_splitting_a_pause_changes_nothing(track: Track, when: datetime) -> None:
    """Resumed and suspended again at one instant: an interval of no length inside the pause."""
    gaps = [
        index
        for index, (before, after) in enumerate(pairwise(track.spans), 1)
        if before.end is not None and before.end <= when <= after.start
    ]
    for index in gaps:
        spans = (*track.spans[:index], Span(when, when), *track.spans[index:])
        pieces = Track(spans, track.allowances, track.unit)
        latest = spans[-1].end or spans[-1].start + timedelta(days=30)
        assert crossings(pieces, LADDER, CN) == crossings(track, LADDER, CN)
        assert told(pieces, latest) == told(track, latest)


@given(st.lists(MINUTES, min_size=2, max_size=8), LIMITS, MINUTES)
def test_a_paused_clock_has_no_due_date_and_reaches_nothing(
    edges: list[datetime], limit: int, now: datetime
) -> None:
    edges = sorted(set(edges))
    track = made_of(edges[: len(edges) // 2 * 2] or [FIRST, FIRST + ONE_DAY], limit)
    paused_at = track.spans[-1].end
    assert paused_at is not None
    standing = settle(track, CN)
    later = max(now, paused_at)
    reading = read(standing, CN, later)
    assert (standing.due_at, standing.due_on, reading.due_on, reading.running) == (None, None, None, False)
    assert all(each.at <= paused_at for each in crossings(track, LADDER, CN))
    assert (reading.used, reading.verdict) == (
        told(track, paused_at).used,
        told(track, paused_at).verdict,
    )


# Minutes


@given(MINUTE_TRACKS, SECONDS)
def test_minutes_run_on_the_wall_clock(track: Track, now: datetime) -> None:
    """§5.5, with seconds: what counts is the time run altogether, not rounded pause by pause."""
    known = known_at(track, now)
    if known is not None:
        ran = sum(((span.end or now) - span.start for span in known.spans), timedelta())
        reading = told(known, now)
        assert reading.used == ran // ONE_MINUTE
        late = ran > timedelta(minutes=limit_of(track))
        assert reading.verdict is (Verdict.OPEN_LATE if late else Verdict.OPEN)


@given(MINUTE_TRACKS, SECONDS)
def test_the_levels_of_minutes_are_those_met_second_by_second(track: Track, now: datetime) -> None:
    known = known_at(track, now)
    if known is None:
        return
    thresholds = LADDER.thresholds(limit_of(track))
    reached: Reached = []
    silent: set[Level] = set()
    ran = timedelta()
    for span in known.spans:
        last = (span.end or now) - span.start
        while True:
            fresh = [
                (timedelta(minutes=count) - ran, level)
                for level, count in thresholds
                if level not in silent and timedelta(minutes=count) - ran <= last
            ]
            if not fresh:
                break
            wait = max(min(fresh)[0], timedelta())
            today = [level for level, _ in thresholds if (wait, level) in fresh or level in silent]
            level = [each for each in today if each not in silent][-1]
            reached.append((level, span.start + wait))
            silent.update(today)
        ran += last
    assert levels(known, now) == reached


@given(MINUTE_TRACKS, SECONDS)
def test_splitting_running_minutes_changes_nothing(track: Track, cut: datetime) -> None:
    pieces = split(track, cut)
    latest = pieces.spans[-1].end or pieces.spans[-1].start + timedelta(minutes=7)
    assert told(pieces, latest) == told(track, latest)
    assert crossings(pieces, LADDER, CN) == crossings(track, LADDER, CN)


# Two levels on one instant


@pytest.mark.parametrize(
    ("limit", "raised"),
    [
        (0, [Level.ORANGE, Level.RED]),
        (1, [Level.ORANGE, Level.YELLOW, Level.RED]),
        (2, list(Level)),
    ],
)
def test_of_two_levels_on_one_instant_only_the_higher_is_raised(limit: int, raised: list[Level]) -> None:
    track = Track((Span(at("2026-11-16 一 09:00")),), (Allowance(limit),))
    assert [each.level for each in crossings(track, LADDER, CN)] == raised


# Ends


def verdict_of(start: str, end: str, limit: int, *, cut: bool = False) -> Verdict | None:
    finished = at(end)
    track = Track(
        (Span(at(start), finished),),
        (Allowance(limit),),
        stopped_at=None if cut else finished,
        cut_at=finished if cut else None,
    )
    final = settle(track, CN).final
    assert told(track, finished).verdict is final
    return final


def test_the_last_minute_of_the_due_day_is_in_time_and_midnight_is_late() -> None:
    assert verdict_of("2026-11-11 三 09:00", "2026-11-13 五 23:59", 2) is Verdict.MET
    assert verdict_of("2026-11-11 三 09:00", "2026-11-14 六 00:00", 2) is Verdict.LATE


def test_a_clock_that_was_cut_is_judged_neither_in_time_nor_late() -> None:
    assert verdict_of("2026-11-11 三 09:00", "2026-11-12 四 09:00", 2, cut=True) is Verdict.TERMINATED
    assert verdict_of("2026-11-11 三 09:00", "2026-11-30 一 09:00", 2, cut=True) is Verdict.TERMINATED


def test_a_clock_without_a_limit_counts_and_is_shown_as_having_none() -> None:
    track = Track((Span(at("2026-11-16 一 09:00")),), ())
    assert crossings(track, LADDER, CN) == ()
    assert told(track, at("2026-11-20 五 09:00")) == Reading(4, None, None, True, None, False)


def test_a_clock_stopped_before_it_started_used_nothing() -> None:
    start, end = at("2026-11-18 三 09:00"), at("2026-11-16 一 09:00")
    assert elapsed(start, end, Unit.WORKING_DAY, CN) == 0
    assert elapsed(start, end, Unit.MINUTE, CN) == 0


# Dates


def test_an_agreed_date_takes_the_working_days_to_it_as_its_limit() -> None:
    """10-09, 10-10 (调休) and 10-12 to 10-16 are seven; the date itself is a Saturday and a good day."""
    start = at("2026-10-08 四 14:01")
    allowance = dated_allowance(start, on("2026-10-17 六"), CN)
    assert allowance.limit == 7
    track = Track((Span(start),), (allowance,))
    assert settle(track, CN).due_on == on("2026-10-17 六")
    assert told(track, at("2026-10-17 六 23:59")).verdict is Verdict.OPEN
    assert told(track, at("2026-10-18 日 00:00")).verdict is Verdict.OPEN_LATE
    assert [(each.level, each.on) for each in crossings(track, LADDER, CN)] == [
        (Level.BLUE, on("2026-10-13 二")),
        (Level.ORANGE, on("2026-10-15 四")),
        (Level.YELLOW, on("2026-10-19 一")),
        (Level.RED, on("2026-10-21 三")),
    ]


def test_a_date_that_had_passed_before_the_clock_started_is_late_at_once() -> None:
    """契约 brought forward to a day before the works began: the date is what it is."""
    start = at("2026-10-12 一 09:00")
    track = Track((Span(start),), (dated_allowance(start, on("2026-10-10 六"), CN),))
    assert settle(track, CN).due_on == on("2026-10-10 六")
    assert told(track, start).verdict is Verdict.OPEN_LATE


@pytest.mark.parametrize(
    ("start", "amount", "unit", "last"),
    [
        ("2026-08-31 一", 1, Unit.MONTH, "2026-09-30 三"),  # the month's last day (民法典第二百零二条)
        ("2026-09-01 二", 1, Unit.MONTH, "2026-10-08 四"),  # a statutory holiday moves on (第二百零三条)
        ("2026-01-31 六", 1, Unit.MONTH, "2026-02-28 六"),  # a make-up Saturday is a working day
        ("2025-11-20 四", 1, Unit.YEAR, "2026-11-20 五"),
        ("2026-11-16 一", 0, Unit.CALENDAR_DAY, "2026-11-16 一"),
        ("2026-11-16 一", 10, Unit.CALENDAR_DAY, "2026-11-26 四"),
    ],
)
def test_months_years_and_calendar_days_end_on_a_date(start: str, amount: int, unit: Unit, last: str) -> None:
    assert last_day(on(start), amount, unit, CN) == on(last)


def test_days_are_counted_on_no_clock_but_their_own() -> None:
    with pytest.raises(ValueError, match="counted"):
        last_day(on("2026-11-16 一"), 5, Unit.WORKING_DAY, CN)


# A limit that changes


def changed(first: int, second: int, since: datetime, edges: list[datetime]) -> Track:
    track = made_of(edges, first)
    return Track(track.spans, (Allowance(first), Allowance(second, since=since)))


@given(st.lists(MINUTES, min_size=1, max_size=6), LIMITS, LIMITS, MINUTES)
def test_levels_reached_under_the_old_limit_stay_and_no_new_one_is_backdated(
    edges: list[datetime], first: int, second: int, since: datetime
) -> None:
    old = crossings(made_of(edges, first), LADDER, CN)
    new = crossings(changed(first, second, since, edges), LADDER, CN)
    before = [each for each in old if each.at < since]
    assert list(new[: len(before)]) == before
    assert all(each.at >= since for each in new[len(before) :])
    assert all(lower.at < higher.at for lower, higher in pairwise(new))


def test_a_date_brought_forward_is_reached_on_the_day_it_became_known() -> None:
    start, since = at("2026-10-12 一 09:00"), at("2026-10-21 三 15:00")
    track = Track(
        (Span(start),),
        (
            dated_allowance(start, on("2026-11-30 一"), CN),
            dated_allowance(start, on("2026-10-21 三"), CN, since),
        ),
    )
    assert [(each.level, each.at) for each in crossings(track, LADDER, CN)] == [
        (Level.ORANGE, since),
        (Level.YELLOW, at("2026-10-22 四 00:00")),
        (Level.RED, at("2026-10-26 一 00:00")),
    ]


# Zones and years nobody has published


def test_a_day_is_a_day_of_shanghai_whatever_zone_an_instant_came_in() -> None:
    start = datetime(2026, 11, 15, 17, 0, tzinfo=UTC)  # Monday 01:00 in Shanghai
    assert local(start) == at("2026-11-16 一 01:00")
    track = Track((Span(start),), (Allowance(1),))
    assert settle(track, CN).due_on == on("2026-11-17 二")
    assert told(track, datetime(2026, 11, 16, 16, 0, tzinfo=UTC)).used == 1


def test_an_instant_without_a_zone_is_never_guessed() -> None:
    with pytest.raises(ValueError, match="naive"):
        local(datetime(2026, 11, 16, 9, 0))  # noqa: DTZ001 - the fault that is tested


def test_a_due_date_beyond_the_published_years_is_provisional() -> None:
    running = Track((Span(at("2026-12-21 一 09:00")),), (Allowance(16),))
    assert told(running, at("2026-12-21 一 09:00")).provisional
    within = Track((Span(at("2026-12-21 一 09:00")),), (Allowance(5),))
    assert not told(within, at("2026-12-21 一 09:00")).provisional
    assert told(within, at("2027-01-04 一 09:00")).provisional


@pytest.mark.parametrize("ending", ["stopped", "cut"])
def test_days_used_in_a_year_nobody_has_published_are_provisional(ending: str) -> None:
    """§5.6: computed from the weekly rest days, so it may change when the year is published."""
    end = at("2027-01-08 五 09:00")
    track = Track(
        (Span(at("2026-12-21 一 09:00"), end),),
        (Allowance(30),),
        stopped_at=end if ending == "stopped" else None,
        cut_at=end if ending == "cut" else None,
    )
    assert told(track, end).provisional
