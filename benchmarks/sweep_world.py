"""The company that ``sweep.py`` sweeps: stations, people, open applications and their clocks, written raw.

One clock in a hundred reached a level this morning and nobody was told; one in twenty reached blue earlier
and was told; the others have everything ahead of them.  No level is red: a red opens a 督办单, which is
another story, and the peers would have to write it too.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from limits.policy import Subject
from limits.terms import Channel, CustomerClass, Level, Post, Supplies, Supporting, Voltage
from limits.zone import SHANGHAI, midnight
from workflow import store
from workflow.rules import Rules
from yekuo.database import upgrade

TODAY = date(2026, 11, 18)  # a Wednesday
NOW = datetime.combine(TODAY, time(9, 0), SHANGHAI)
KNOWN = "2026-01-01 00:00:00"  # UTC, since when the units are there
COMPANY, STATIONS, MANAGERS, CLOCKS = "示例市供电公司", 40, 10, 4
FIRST_SWEEP = 1  # the mark of whoever told of everything before today
WHOLE = ("whole", "whole_2025", "company_time", "reply")  # the clocks that run from acceptance
LEVELS = [(Level.BLUE, 60), (Level.ORANGE, 25), (Level.YELLOW, 15)]  # of those due, in a hundred
TOLD_BEFORE = 0.05
KINDS = [
    (Subject(CustomerClass.LV_OTHER, Voltage.V380, Supplies.SINGLE, Supporting.LOW_VOLTAGE, customer_works=True), 75),
    (Subject(CustomerClass.HV_ORDINARY, Voltage.KV10, Supplies.SINGLE, Supporting.NONE, customer_works=True), 25),
]  # fmt: skip

COLUMNS = {
    "unit": "id name kind parent_id recorded_at",
    "person": "id code name",
    "appointment": "person_id unit_id post since until",
    "contact": "person_id channel address",
    "application": (
        "id number unit station customer address customer_class voltage supplies capacity kind channel"
        " proactive boundary customer_works supporting manager status state flags step accepted_at archived_at"
        " last_at recorded_at events head_hash"
    ),
    "event": "id application_id seq type occurred_at recorded_at actor payload prev_hash hash",
    "clock": (
        "id application_id layer name version role unit limit_value used started_at resumed_at due_at late_at"
        " paused_at stopped_at cut_at verdict recorded_at superseded_at"
    ),
    "threshold": "id application_id layer name level crosses_at withdrawn_at swept_by",
    "alert": (
        "id kind key level reached_at threshold_id application_id layer name unit text told_at climbs counted_by"
    ),
    "delivery": (
        "about about_id person_id channel address message_id state reason attempts created_at urgent due_at fence"
        " sent_at"
    ),
}
Row = tuple[Any, ...]


def stored(at: datetime) -> str:
    """An instant as the database holds it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def fill(url: str, rules: Rules, rows: int, due: int) -> None:
    """A migrated database with ``rows`` open clocks, ``due`` of them due."""
    engine = store.open_engine(url)
    upgrade(engine)
    world = World(rules)
    with engine.connect() as connection:
        raw = connection.connection
        if engine.dialect.name == "sqlite":
            for pragma in ("synchronous=OFF", "cache_size=-400000"):  # the filling is not measured
                raw.execute(f"PRAGMA {pragma}")
            raw.execute("BEGIN")
        for rows_by_table in (_organisation(), *world.applications(rows, due)):
            for name, columns in COLUMNS.items():
                bulk(raw, engine.dialect.name, name, columns.split(), rows_by_table.get(name, []))
        if engine.dialect.name == "postgresql":
            for name in ("unit", "person", "application", "event", "clock", "threshold", "alert"):
                raw.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT MAX(id) FROM {name}))"
                )
        raw.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # As autovacuum leaves tables that are in use; SQLite decides as it does without statistics.
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")
        else:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def bulk(raw: Any, dialect: str, name: str, columns: list[str], rows: list[Row]) -> None:
    if dialect == "postgresql":
        with raw.cursor().copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        raw.cursor().executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", rows)


def _organisation() -> dict[str, list[Row]]:
    """Each station with a head, a team leader and account managers; two on watch, one who leads."""
    rows: dict[str, list[Row]] = defaultdict(list)
    rows["unit"] = [(1, COMPANY, "company", None, KNOWN), (2, "供电服务指挥中心", "centre", 1, KNOWN)]

    def appoint(name: str, unit_id: int, post: Post) -> None:
        person_id = len(rows["person"]) + 1
        rows["person"].append((person_id, f"P{person_id:05}", name))
        rows["appointment"].append((person_id, unit_id, post.value, "2026-01-01", None))
        rows["contact"].append((person_id, Channel.WECOM.value, f"群@{person_id}"))

    for station in range(STATIONS):
        unit_id = station + 3
        rows["unit"].append((unit_id, station_name(station), "station", 1, KNOWN))
        for nth in range(MANAGERS):
            appoint(manager_name(station, nth), unit_id, Post.ACCOUNT_MANAGER)
        appoint(f"班长{station}", unit_id, Post.TEAM_LEADER)
        appoint(f"所长{station}", unit_id, Post.STATION_HEAD)
    for nth in range(2):
        appoint(f"值班{nth}", 2, Post.COMMAND_CENTRE)
    appoint("总经理", 1, Post.LEADER)
    return rows


def station_name(station: int) -> str:
    return f"第{station + 1}供电所"


def manager_name(station: int, nth: int) -> str:
    return f"经理{station}之{nth}"


@dataclass(frozen=True, slots=True)
class Bound:
    """A clock of a kind of application: what it is, its limit and the used days at which levels are reached."""

    layer: str
    name: str
    role: str
    limit: int
    rungs: tuple[tuple[str, int], ...]


@dataclass
class World:
    """Numbers rows as they are made."""

    rules: Rules
    chance: random.Random = field(default_factory=lambda: random.Random(20261122))
    clocks: int = 0
    thresholds: int = 0
    alerts: int = 0

    def __post_init__(self) -> None:
        calendar = self.rules.calendar
        around = (TODAY + timedelta(days=n) for n in range(-120, 140))
        self.days = [day for day in around if calendar.is_workday(day)]
        self.today = self.days.index(TODAY)
        self.midnights = [stored(midnight(day)) for day in self.days]
        self.kinds = [list(self._bound(subject)) for subject, _ in KINDS]

    def _bound(self, subject: Subject) -> Iterator[Bound]:
        taken = 0
        for each in self.rules.policies.bind(subject, date(2026, 9, 1)):  # a Tuesday
            if each.rule.name in WHOLE and each.limit is not None and taken < CLOCKS:
                taken += 1
                rungs = tuple((level.value, used) for level, used in each.ladder.thresholds(each.limit.value))
                yield Bound(
                    each.rule.layer.value, each.rule.name, each.rule.role.value, each.limit.value, rungs
                )

    def applications(self, rows: int, due: int) -> Iterator[dict[str, list[Row]]]:
        """The rows of all applications, some thousands at a time; the due clocks lie scattered among them."""
        chosen = set(self.chance.sample(range(rows), due))
        for begin in range(0, rows, 40_000):
            made: dict[str, list[Row]] = defaultdict(list)
            for first in range(begin, min(begin + 40_000, rows), CLOCKS):
                self._application(first, chosen, made)
            yield made

    def _application(self, first: int, chosen: set[int], made: dict[str, list[Row]]) -> None:
        number = first // CLOCKS + 1
        kind = self.chance.choices([0, 1], [share for _, share in KINDS])[0]
        subject = KINDS[kind][0]
        station, nth = self.chance.randrange(STATIONS), self.chance.randrange(MANAGERS)
        oldest = 0
        for place, bound in enumerate(self.kinds[kind]):
            oldest = max(oldest, self._clock(number, bound, first + place in chosen, (station, nth), made))
        accepted = self.midnights[self.today - oldest].replace("16:00", "23:30")
        customer = f"客户{number}", f"幸福路{number}号", subject.customer_class.value, subject.voltage.value
        made["application"].append(
            (
                *(number, f"31{number:010}", COMPANY, station_name(station), *customer),
                *(subject.supplies.value, "50", "new", "", False, False, True, subject.supporting.value),
                *(
                    manager_name(station, nth),
                    "open",
                    "works",
                    1,
                    "works",
                    accepted,
                    None,
                    accepted,
                    accepted,
                    1,
                    "0" * 64,
                ),
            )
        )
        made["event"].append(
            (number, number, 1, "accepted", accepted, accepted, "受理员", "{}", "0" * 64, "0" * 64)
        )

    def _clock(
        self, number: int, bound: Bound, is_due: bool, who: tuple[int, int], made: dict[str, list[Row]]
    ) -> int:
        """One open clock with its levels; the used days at which it stands."""
        levels = dict(bound.rungs)
        chance = self.chance
        if is_due:
            level = chance.choices([each.value for each, _ in LEVELS], [share for _, share in LEVELS])[0]
            used = levels[level]
        elif levels["orange"] > levels["blue"] + 1 and chance.random() < TOLD_BEFORE * 2:
            used = chance.randrange(levels["blue"] + 1, levels["orange"])
        else:
            used = chance.randrange(1, levels["blue"])
        started = self.today - used
        began = self.midnights[started].replace("16:00", "23:30")  # half past seven that morning
        due_at = stored(midnight(self.days[started + bound.limit] + timedelta(days=1)))
        self.clocks += 1
        made["clock"].append(
            (
                *(self.clocks, number, bound.layer, bound.name, 1, bound.role, "working_day", bound.limit, 0),
                *(began, began, due_at, None, None, None, None, None, began, None),
            )
        )
        for level, reached in bound.rungs:
            self.thresholds += 1
            swept = FIRST_SWEEP if reached < used else None
            at = self.midnights[started + reached]
            made["threshold"].append(
                (self.thresholds, number, bound.layer, bound.name, level, at, None, swept)
            )
            if swept is not None:
                self._told(number, bound, level, at, who, made)
        return used

    def _told(
        self, number: int, bound: Bound, level: str, at: str, who: tuple[int, int], made: dict[str, list[Row]]
    ) -> None:
        """An alarm of an earlier day and what its account manager was sent."""
        self.alerts += 1
        of = self.thresholds, number, bound.layer, bound.name
        made["alert"].append(
            (
                *(self.alerts, "level", f"level:{self.thresholds}", level, at, *of),
                *("", "", at, 0, 0),
            )
        )
        person_id = who[0] * (MANAGERS + 2) + who[1] + 1
        for channel, address in (("desk", ""), ("wecom", f"群@{person_id}")):
            message_id = f"alert-{self.alerts}-{person_id}-{channel}"
            made["delivery"].append(
                (
                    *("alert", self.alerts, person_id, channel, address, message_id, "sent", "", 1),
                    *(at, False, at, 1, at),
                )
            )
