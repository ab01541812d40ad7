"""Whoever hears of what, against people who count days on their fingers (domain §6).

Random lives of a few households with sweeps, climbs and counts in between, told twice: one book is swept all
the time, the other once at the end.  What must come of it is worked out here from the domain alone.
"""

import random
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.answers import acknowledge
from alerts.kinds import AlertKind, DeliveryState
from alerts.tables import alert, delivery
from alerts.verify import verify_handlings
from limits.errors import YekuoError
from limits.zone import SHANGHAI
from tests.alerts.telling import climb, repeats, staffed, sweep
from tests.dates import at
from tests.reports.books import resident
from workflow import cases, store
from workflow.book import Book
from workflow.people.tables import person
from workflow.rules import Rules
from workflow.tables import application
from workflow.verify import verify

# No holiday and no make-up day from here to the end of the year: Monday to Friday are working days.
PLAIN = at("2026-10-12 一 00:00")
BEGIN = at("2026-10-19 一 08:00")
LEVELS = ("blue", "orange", "yellow", "red")
WARNINGS = ("blue", "orange")
# Every clock of a household with its limit, and from which level on people are told of it.
LIMITS = {
    ("local", "whole"): 2,
    ("company", "whole"): 5,
    ("national", "whole"): 5,
    ("national", "whole_2025"): 5,
}
SPOKEN = {"local": LEVELS, "company": LEVELS[1:], "national": LEVELS[1:]}

CITY, EAST = "城关供电所", "东岭供电所"
# Whose applications they are; of 无名 the organisation knows nothing.
PLACES = ((CITY, "李四"), (EAST, "王五"), (CITY, "李四"), (EAST, "无名"))
MANAGERS = {"李四", "王五"}
TEAM_LEADER = {CITY: {"班长甲"}, EAST: set()}
HEAD = {CITY: {"所长甲"}, EAST: {"所长乙"}}
CLIMBS_TO = {"yellow": {"总经理"}, "red": {"监督员甲"}}


def people(level: str, station: str, manager: str) -> set[str]:
    """Who hears of ``level``: each level adds to the one below it."""
    told = {manager} & MANAGERS
    if level != "blue":
        told |= TEAM_LEADER[station]
    if level in ("yellow", "red"):
        told |= HEAD[station] | {"值班甲"}
    return told | ({"总经理"} if level == "red" else set())


# -- counting ------------------------------------------------------------------------------------


def working(day: date) -> bool:
    return day.weekday() < 5


def open_at(instant: datetime) -> bool:
    return working(instant.date()) and time(8, 30) <= instant.time() < time(18)


def minutes_later(instant: datetime, minutes: int) -> datetime:
    """``minutes`` of working hours after ``instant``, minute by minute; the last may end at closing time."""
    left = minutes
    while not open_at(instant):
        instant += timedelta(minutes=1)
    while left:
        left -= open_at(instant)
        instant += timedelta(minutes=1)
    return instant


def needs(limit: int) -> dict[str, int]:
    return {
        "blue": ceil(limit / 2),
        "orange": -(-4 * limit // 5),
        "yellow": limit + 1,
        "red": limit + 1 + -(-limit // 5),
    }


class Clock(NamedTuple):
    """The days a clock ran over, and how it ended."""

    spans: tuple[tuple[date, date | None], ...]
    stopped_at: datetime | None
    cut_at: datetime | None

    def running_days(self, through: date) -> Iterator[date]:
        day = self.spans[0][0]
        while day < through:
            day += timedelta(1)
            if working(day) and any(a < day and (b is None or day <= b) for a, b in self.spans):
                yield day

    def levels(self, limit: int, through: date) -> set[tuple[str, datetime]]:
        """Every level with the midnight at which it is reached."""
        days = list(self.running_days(through))
        found: dict[date, str] = {}
        for level, used in needs(limit).items():
            if used <= len(days):
                found[days[used - 1]] = level
        return {(level, datetime.combine(day, time(), SHANGHAI)) for day, level in found.items()}

    def met(self, limit: int) -> bool:
        if self.stopped_at is None:
            return False
        return len(list(self.running_days(self.stopped_at.date()))) <= limit


# -- what is known of an application --------------------------------------------------------------


@dataclass
class Life:
    """The facts of one application as they are known, and what was known before."""

    number: str
    station: str
    manager: str
    recorded_at: datetime
    facts: dict[int, tuple[str, datetime]]
    ever: set[tuple[tuple[str, str], str, datetime]] = field(default_factory=set)

    def learn(self, now: datetime, change: Callable[[dict[int, tuple[str, datetime]]], Any]) -> None:
        """``change`` what is known at ``now``; what was reached until then stays reached."""
        self.ever |= self.reached(now)
        change(self.facts)

    def clock(self) -> Clock:
        spans: list[tuple[date, date | None]] = []
        stopped_at = cut_at = None
        for kind, when in sorted(self.facts.values(), key=lambda fact: fact[1]):
            if kind in ("accept", "resume"):
                spans.append((when.date(), None))
            elif spans[-1][1] is None:
                spans[-1] = (spans[-1][0], when.date())
            if kind == "energize":
                stopped_at = when
            elif kind == "terminate":
                cut_at = when
            if kind in ("energize", "terminate"):
                break
        return Clock(tuple(spans), stopped_at, cut_at)

    def reached(self, now: datetime) -> set[tuple[tuple[str, str], str, datetime]]:
        clock = self.clock()
        return {
            (key, level, instant)
            for key, limit in LIMITS.items()
            for level, instant in clock.levels(limit, now.date())
            if instant <= now
        }

    def ever_reached(self, now: datetime) -> set[tuple[tuple[str, str], str, datetime]]:
        return self.ever | self.reached(now)


# -- the story ------------------------------------------------------------------------------------


class Step(NamedTuple):
    """What somebody does ``gap`` minutes after the last step; ``late`` minutes after it happened."""

    gap: int
    act: str
    which: int
    late: int
    shift: int


RECORDED = ("accept", "suspend", "resume", "energize", "terminate", "move", "withdraw")
ACTS = (
    *("move", "move", "withdraw", "energize", "suspend", "resume", "terminate"),
    *("sweep", "sweep", "sweep4", "climb", "climb", "repeats", "acknowledge"),
)
GAPS = (1, 30, 245, 700, 1440, 1440, 2900)
LATE = (0, 0, 0, 90, 1500, 3100)
SHIFTS = (-4320, -1440, -60, 60, 1440, 4320)


def any_step(acts: Sequence[str]) -> st.SearchStrategy[Step]:
    return st.builds(
        Step,
        st.sampled_from(GAPS),
        st.sampled_from(acts),
        st.integers(0, 3),
        st.sampled_from(LATE),
        st.sampled_from(SHIFTS),
    )


# Somebody applies first; afterwards anything may happen.
stories = st.builds(
    list[Step].__add__,
    st.lists(any_step(["accept"]), min_size=1, max_size=5),
    st.lists(any_step(ACTS), min_size=6, max_size=26),
)


@dataclass
class Telling:
    """One book and all that is expected of it."""

    book: Book
    lives: dict[int, Life] = field(default_factory=dict)
    taken: dict[tuple[str, tuple[str, str], str, datetime], bool] = field(default_factory=dict)
    patience: dict[int, datetime] = field(default_factory=dict)
    acknowledged: dict[int, datetime] = field(default_factory=dict)

    def record(self, step: Step, now: datetime) -> None:
        """Write it down; who is refused has said nothing."""
        life = self.lives.get(step.which)
        when = now - timedelta(minutes=step.late)
        try:
            if step.act == "accept" and life is None:
                station, manager = PLACES[step.which]
                number = f"A{step.which}"
                accept_late(self.book, number, when, now, station, manager)
                self.lives[step.which] = Life(number, station, manager, now, {1: ("accept", when)})
            elif life is not None:
                self._more(life, step, when, now)
        except YekuoError:
            return

    def _more(self, life: Life, step: Step, when: datetime, now: datetime) -> None:
        said: dict[str, Any] = {"now": now, "actor": "受理员"}
        if step.act in ("move", "withdraw"):
            seq = sorted(life.facts)[step.shift % len(life.facts)]
            kind, before = life.facts[seq]
            moved = before + timedelta(minutes=step.shift)
            if step.act == "move" and moved < PLAIN:
                return
            if step.act == "move":
                cases.correct(
                    self.book, life.number, seq=seq, reason="记错", occurred_at=moved, at=now, **said
                )
                life.learn(now, lambda facts: facts.update({seq: (kind, moved)}))
            elif kind == "energize":
                cases.correct(self.book, life.number, seq=seq, reason="没有", withdrawn=True, at=now, **said)
                life.learn(now, lambda facts: facts.pop(seq))
            return
        if step.act == "suspend":
            said |= {"reason": "客户要求", "evidence": "申请书", "approver": "所长"}
            done = cases.suspend(self.book, life.number, at=when, **said)
        elif step.act == "resume":
            done = cases.resume(self.book, life.number, at=when, **said)
        elif step.act == "energize":
            done = cases.energize(self.book, life.number, at=when, **said)
        elif step.act == "terminate":
            done = cases.terminate(self.book, life.number, reason="客户撤回", at=when, **said)
        else:
            return
        life.learn(now, lambda facts: facts.update({done.event.seq: (step.act, when)}))

    # -- telling ----------------------------------------------------------------------------------

    def sweep(self, now: datetime, shards: int) -> None:
        sweep(self.book, now, shards=shards)
        if shards > 1:  # what another shard could not tell anybody is told by the first, next time
            sweep(self.book, now, shards=shards)
        rows = self.alarms()
        heard = self.heard()
        self._check_levels(now, rows, heard)
        self._check_one_a_clock(now, rows, heard)

    def _check_levels(self, now: datetime, rows: Sequence[Any], heard: "Heard") -> None:
        listed = {
            (row.number, (row.layer, row.name), row.level, row.reached_at): row
            for row in rows
            if row.kind == AlertKind.LEVEL.value
        }
        assert set(listed) == {
            (life.number, *each) for life in self.lives.values() for each in life.ever_reached(now)
        }
        for life in self.lives.values():
            valid, clock = life.reached(now), life.clock()
            fresh = [each for each in life.ever_reached(now) if (life.number, *each) not in self.taken]
            expected = {each: self._expected(life, each, fresh, valid, clock) for each in fresh}
            for each, must in expected.items():
                row = listed[life.number, *each]
                got = heard.live(row.id)
                wanted = people(row.level, life.station, life.manager)
                if must is not None:
                    assert got == (wanted if must else set()), (now, life.number, each, must, got)
                else:
                    assert got in (wanted, set()), (now, life.number, each, got)
                if must and not wanted:
                    self._check_nobody(now, rows)
                self.taken[life.number, *each] = bool(got)
                if got and row.level in CLIMBS_TO:
                    self.patience[row.id] = patience(row.level, now)

    def _expected(
        self,
        life: Life,
        each: tuple[tuple[str, str], str, datetime],
        fresh: Sequence[tuple[tuple[str, str], str, datetime]],
        valid: set[tuple[tuple[str, str], str, datetime]],
        clock: Clock,
    ) -> bool | None:
        """Whether people must hear of it; None where the domain leaves it open."""
        key, level, instant = each
        rank = LEVELS.index(level)
        if each not in valid or level not in SPOKEN[key[0]]:
            return False
        above = [
            other
            for other in valid
            if other[0] == key and LEVELS.index(other[1]) > rank and other[1] in SPOKEN[key[0]]
        ]
        told = [other for other in above if self.taken.get((life.number, *other))]
        if told or set(above) & set(fresh):
            return False
        if clock.cut_at is not None or above:
            return None
        if clock.stopped_at is not None:
            return False if level in WARNINGS else (True if life.recorded_at <= instant else None)
        return True

    def _check_nobody(self, now: datetime, rows: Sequence[Any]) -> None:
        """Never silence: the command centre hears that nobody could be told."""
        raised = [row for row in rows if row.kind == AlertKind.NOBODY.value]
        assert any(row.reached_at.date() == now.date() for row in raised)

    def _check_one_a_clock(self, now: datetime, rows: Sequence[Any], heard: "Heard") -> None:
        """Of one clock only the highest of those waiting is sent: an application's or an order's."""
        sent: dict[Any, list[str]] = defaultdict(list)
        for row in rows:
            if row.told_at == now and heard.live(row.id) and row.kind in ("level", "order"):
                clock = row.order_id if row.kind == "order" else (row.number, row.layer, row.name)
                sent[clock].append(row.level)
        assert all(len(levels) == 1 for levels in sent.values()), (now, dict(sent))

    def climb(self, now: datetime) -> None:
        before = self.heard()
        climb(self.book, now)
        after = self.heard()
        valid = {(life.number, *each) for life in self.lives.values() for each in life.reached(now)}
        for row in self.alarms():
            new = after.live(row.id) - before.live(row.id)
            if row.kind != AlertKind.LEVEL.value:
                continue
            due = self.patience.get(row.id)
            undone = (row.number, (row.layer, row.name), row.level, row.reached_at) not in valid
            if due is None or due > now or row.id in self.acknowledged or undone:
                assert new == set(), (now, row)
            else:
                assert new == CLIMBS_TO[row.level] - before.live(row.id), (now, row)
            if due is not None and due <= now:
                del self.patience[row.id]

    def acknowledge(self, now: datetime, nth: int) -> None:
        told = [row for row in self.alarms() if row.told_at is not None]
        if not told:
            return
        row = told[nth % len(told)]
        try:
            acknowledge(self.book, row.id, actor="签收人", at=now, now=now)
        except YekuoError:
            return
        self.acknowledged.setdefault(row.id, now)

    # -- at the end -------------------------------------------------------------------------------

    def check_end(self) -> None:
        rows = {row.id: row for row in self.alarms()}
        with store.reading(self.book.engine) as connection:
            sent = connection.execute(
                sa.select(delivery, person.c.name).join(person, person.c.id == delivery.c.person_id)
            ).all()
        once = [(each.about, each.about_id, each.person_id, each.channel) for each in sent]
        assert len(once) == len(set(once))
        for each in sent:
            if each.about != "alert":
                continue
            row = rows[each.about_id]
            assert row.level == "red" or open_at(each.due_at), (row, each)
            assert each.name in self._may_hear(row), (row, each.name)
            acked = self.acknowledged.get(row.id)
            assert acked is None or each.created_at <= acked
        unanswered = [row for row in rows.values() if row.kind == AlertKind.UNANSWERED.value]
        about = [rows[int(row.key.rpartition(":")[2])].kind for row in unanswered]
        assert AlertKind.UNANSWERED.value not in about, "an alarm that nobody answers about such an alarm"
        assert verify(self.book).difference is None
        assert verify_handlings(self.book) is None

    def _may_hear(self, row: Any) -> set[str]:
        if row.kind == AlertKind.NOBODY.value:
            return {"值班甲"} | CLIMBS_TO.get(row.level, set())
        if row.kind == AlertKind.UNANSWERED.value:
            return {"值班甲", "总经理"} | CLIMBS_TO[row.level]
        return people(row.level, row.station, row.manager) | CLIMBS_TO.get(row.level, set())

    def check_repeats(self, now: datetime) -> None:
        rows = [row for row in self.alarms() if row.kind == AlertKind.REPEATED.value]
        standing = {
            (row.key.rpartition(":")[0], row.level, row.reached_at)
            for row in rows
            if row.withdrawn_at is None
        }
        assert standing == self._in_a_row(now)

    def _in_a_row(self, now: datetime) -> set[tuple[str, str, datetime]]:
        found = set()
        groups: dict[tuple[str, str], list[Life]] = defaultdict(list)
        for life in self.lives.values():
            groups[life.station, life.manager].append(life)
            groups[life.station, "*"].append(life)
        for (station, whose), lives in groups.items():
            told = []
            for life in lives:
                clock = life.clock()
                yellow = [
                    when
                    for key, level, when in life.reached(now)
                    if key == ("local", "whole") and level == "yellow"
                ]
                told += [(when, 1, life.number) for when in yellow]
                if clock.stopped_at is not None and clock.met(LIMITS["local", "whole"]):
                    told.append((clock.stopped_at, 0, life.number))
            count = 0
            for when, is_yellow, _ in sorted(told):
                count = count + 1 if is_yellow else 0
                if count == 3:
                    found.add((f"repeated:{station}:{whose}", "red", when))
                    count = 0
        return found

    # -- reading ----------------------------------------------------------------------------------

    def alarms(self) -> Sequence[Any]:
        wanted = sa.select(
            alert, application.c.number, application.c.station, application.c.manager
        ).select_from(alert.outerjoin(application, application.c.id == alert.c.application_id))
        with store.reading(self.book.engine) as connection:
            return connection.execute(wanted.where(alert.c.told_at.is_not(None)).order_by(alert.c.id)).all()

    def heard(self) -> "Heard":
        wanted = sa.select(delivery.c.about_id, person.c.name, delivery.c.state).join(
            person, person.c.id == delivery.c.person_id
        )
        found = Heard(defaultdict(set))
        with store.reading(self.book.engine) as connection:
            for row in connection.execute(wanted.where(delivery.c.about == "alert")):
                if row.state != DeliveryState.SUPPRESSED.value:
                    found.names[row.about_id].add(row.name)
        return found


class Heard(NamedTuple):
    """Who was told of each alarm, withheld messages left out."""

    names: dict[int, set[str]]

    def live(self, alert_id: int) -> set[str]:
        return set(self.names.get(alert_id, set()))


def accept_late(book: Book, number: str, when: datetime, now: datetime, station: str, manager: str) -> None:
    registration = resident(number, station=station, manager=manager)
    cases.accept(book, number, registration, at=when, now=now, actor="受理员")


def patience(level: str, told_at: datetime) -> datetime:
    """Red: an hour, day and night; yellow: four hours of working time."""
    return told_at + timedelta(hours=1) if level == "red" else minutes_later(told_at, 240)


def play(often: Telling, once: Telling, story: Sequence[Step]) -> None:
    """The same records in both books; one is swept all the time, the other when all is over."""
    now = BEGIN
    for step in story:
        now += timedelta(minutes=step.gap)
        if step.act in RECORDED:
            often.record(step, now)
            once.record(step, now)
        elif step.act in ("sweep", "sweep4"):
            often.sweep(now, 4 if step.act == "sweep4" else 1)
        elif step.act == "climb":
            often.climb(now)
        elif step.act == "repeats":
            repeats(often.book, now)
        else:
            often.acknowledge(now, step.which + step.late)
    end = now + timedelta(minutes=1)
    for told in (often, once):
        told.sweep(end, 1)
        repeats(told.book, end)
        told.check_repeats(end)
        told.check_end()
    assert levels_of(often) == levels_of(once)


def levels_of(told: Telling) -> list[tuple[Any, ...]]:
    return sorted(
        (row.number, row.layer, row.name, row.level, row.reached_at)
        for row in told.alarms()
        if row.kind == AlertKind.LEVEL.value
    )


class World:
    """Where books come from: a migrated file with the organisation in it."""

    def __init__(self, template: Path, rules: Rules) -> None:
        self.template, self.rules = template, rules

    def play(self, story: Sequence[Step]) -> None:
        with TemporaryDirectory() as folder, ExitStack() as stack:
            often, once = (self.copy(Path(folder) / f"{name}.sqlite3", stack) for name in ("often", "once"))
            play(Telling(often), Telling(once), story)

    def copy(self, path: Path, stack: ExitStack) -> Book:
        shutil.copy(self.template, path)
        engine = store.open_engine(f"sqlite:///{path.as_posix()}")
        stack.callback(engine.dispose)
        return Book(engine, self.rules)


@pytest.fixture(scope="session")
def world(sqlite_template: Path, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("staffed") / "yekuo.sqlite3"
    shutil.copy(sqlite_template, path)
    engine = store.open_engine(f"sqlite:///{path.as_posix()}")
    staffed(Book(engine, rules))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return World(path, rules)


@settings(max_examples=8)
@given(story=stories)
def test_people_hear_what_the_domain_says(story: list[Step], world: World) -> None:
    world.play(story)


def test_a_long_story_on_either_database(book: Book, world: World, tmp_path: Path) -> None:
    """The same hundred steps in every run; the book that is swept once is always a file."""
    dice = random.Random(20261019)

    def thrown(act: str, which: int) -> Step:
        return Step(dice.choice(GAPS[:5]), act, which, dice.choice(LATE), dice.choice(SHIFTS))

    story = [thrown("accept", which) for which in range(4)]
    story += [thrown(dice.choice(ACTS), dice.randrange(4)) for _ in range(96)]
    with ExitStack() as stack:
        once = world.copy(tmp_path / "once.sqlite3", stack)
        play(Telling(staffed(book)), Telling(once), story)
