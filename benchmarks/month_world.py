"""The ledger that ``month.py`` counts: archived applications, their clocks and their first and last records.

Written raw, with one clock in thirty late.  Where there were supporting works an application has the records
from which it is told whose time it was; elsewhere its acceptance alone, which is all that is asked for.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from benchmarks.sweep_world import Row, bulk, stored
from limits.policy import BoundClock, ClockRole, Subject
from limits.terms import CustomerClass, Supplies, Supporting, Voltage
from limits.zone import local, midnight
from reports.periods import Period
from workflow import store
from workflow.events import GENESIS, canonical
from workflow.rules import Rules
from yekuo.database import upgrade

MONTH = Period.month(2026, 10)
AS_OF = midnight(date(2026, 11, 20))  # a Friday
ACCEPTED_ON = date(2026, 9, 1)  # a Tuesday; whose limits all of them have
BATCH = 20_000
STATIONS, MANAGERS = 17, 97
KINDS = [
    ((CustomerClass.LV_RESIDENT, Voltage.V220, Supporting.NONE), 35),
    ((CustomerClass.LV_OTHER, Voltage.V380, Supporting.LOW_VOLTAGE), 20),
    ((CustomerClass.LV_MICRO, Voltage.V380, Supporting.NONE), 20),
    ((CustomerClass.HV_ORDINARY, Voltage.KV10, Supporting.TEE_LINE), 20),
    ((CustomerClass.HV_IMPORTANT, Voltage.KV10, Supporting.NONE), 5),
]
COLUMNS = {
    "application": (
        "id number unit station customer address customer_class voltage supplies capacity kind channel"
        " proactive boundary customer_works supporting manager status state flags step accepted_at archived_at"
        " last_at recorded_at events head_hash"
    ),
    "event": "id application_id seq type occurred_at recorded_at actor payload prev_hash hash",
    "clock": (
        "id application_id layer name version role unit limit_value used started_at stopped_at late_at verdict"
        " recorded_at"
    ),
}


@dataclass(frozen=True)
class Kind:
    """What applications of one kind have in common: the subject, and the clocks a rate asks for."""

    subject: Subject
    bound: tuple[BoundClock, ...]
    supported: bool


def fill(url: str, rules: Rules, rows: int, months: int) -> None:
    """A migrated database with about ``rows`` archived clocks, spread over the ``months`` that end with MONTH."""
    engine = store.open_engine(url)
    upgrade(engine)
    with engine.connect() as connection:
        raw = connection.connection
        if engine.dialect.name == "sqlite":
            for pragma in ("synchronous=OFF", "cache_size=-400000"):  # the filling is not measured
                raw.execute(f"PRAGMA {pragma}")
            raw.execute("BEGIN")
        for made in World(rules, months).batches(rows):
            for name, columns in COLUMNS.items():
                bulk(raw, engine.dialect.name, name, columns.split(), made[name])
        raw.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # As autovacuum leaves tables that are in use; SQLite decides as it does without statistics.
        postgres = engine.dialect.name == "postgresql"
        connection.exec_driver_sql("VACUUM ANALYZE" if postgres else "PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


class World:
    """Numbers rows as they are made."""

    def __init__(self, rules: Rules, months: int) -> None:
        self.rules = rules
        self.chance = random.Random(20261121)
        self.seconds = (MONTH.ends - MONTH.begins) // timedelta(seconds=1) * months
        self.kinds = [self._kind(*kind) for kind, _ in KINDS]
        self.weights = [weight for _, weight in KINDS]
        self.applications = self.clocks = self.events = 0
        self.stopped: Callable[[date, int], str] = cache(self._stopped)

    def _kind(self, customer_class: CustomerClass, voltage: Voltage, works: Supporting) -> Kind:
        subject = Subject(customer_class, voltage, Supplies.SINGLE, works, customer_works=False)
        bound = self.rules.policies.bind(subject, ACCEPTED_ON)
        judged = (each for each in bound if each.limit is not None and each.rule.role is not ClockRole.OTHER)
        return Kind(subject, tuple(judged), works is not Supporting.NONE)

    def _stopped(self, begun: date, used: int) -> str:
        return stored(midnight(self.rules.calendar.add(begun, used)) + timedelta(hours=9))

    def batches(self, rows: int) -> Iterator[dict[str, list[Row]]]:
        """The rows of all applications by table, some thousands of them at a time."""
        while self.clocks < rows:
            made: dict[str, list[Row]] = defaultdict(list)
            for kind in self.chance.choices(self.kinds, self.weights, k=BATCH):
                if self.clocks < rows:
                    self._application(kind, made)
            yield made

    def _application(self, kind: Kind, made: dict[str, list[Row]]) -> None:
        self.applications += 1
        number = self.applications
        archived = MONTH.ends.astimezone(UTC) - timedelta(seconds=self.chance.randrange(1, self.seconds))
        begun = archived - timedelta(days=100)  # longer than any of these limits takes
        ended = self._clocks(kind, begun, archived, made["clock"])
        told = _registration(kind, number)
        history = list(_history(kind, told, stored(begun), ended, stored(archived)))
        for seq, (what, at, payload) in enumerate(history, 1):
            self.events += 1
            made["event"].append((self.events, number, seq, what, at, at, "示例", payload, GENESIS, GENESIS))
        made["application"].append(
            (
                *(number, f"4126{number:09}", *(told[name] for name in _TOLD), "archived", "archived", 0),
                *("energize", stored(begun), stored(archived), stored(archived), stored(archived)),
                *(len(history), GENESIS),
            )
        )

    def _clocks(self, kind: Kind, begun: datetime, archived: datetime, made: list[Row]) -> str:
        """Adds the clocks of one application; the instant at which the last of them stopped."""
        chance, started, written, ended = self.chance, stored(begun), stored(archived), ""
        for bound in kind.bound:
            limit = bound.limit.value if bound.limit else 0
            late = chance.random() < 1 / 30
            used = limit + 1 + chance.randrange(4) if late else chance.randrange(limit + 1)
            stopped_at = self.stopped(local(begun).date(), used)
            ended = max(ended, stopped_at)
            self.clocks += 1
            made.append(
                (
                    *(self.clocks, self.applications, bound.rule.layer.value, bound.rule.name, 1),
                    *(bound.rule.role.value, bound.unit.value, limit, used, started, stopped_at),
                    *(written if late else None, "late" if late else "met", written),
                )
            )
        return ended


_TOLD = (
    *("unit", "station", "customer", "address", "customer_class", "voltage", "supplies", "capacity", "kind"),
    *("channel", "proactive", "boundary", "customer_works", "supporting", "manager"),
)


def _registration(kind: Kind, number: int) -> dict[str, Any]:
    manager = number % MANAGERS
    return {
        "unit": "示例",
        "station": f"供电所{manager % STATIONS}",
        "customer": "示例",
        "address": f"{number}号",
        "customer_class": kind.subject.customer_class.value,
        "voltage": kind.subject.voltage.value,
        "supplies": kind.subject.supplies.value,
        "capacity": "50",
        "kind": "new",
        "channel": "示例",
        "proactive": False,
        "boundary": False,
        "customer_works": False,
        "supporting": kind.subject.supporting.value,
        "manager": f"经理{manager}",
    }


def _history(
    kind: Kind, registration: dict[str, Any], begun: str, ended: str, archived: str
) -> Iterator[tuple[str, str, str]]:
    """Type, instant and payload of each record."""
    yield "accepted", begun, canonical({"registration": registration})
    if kind.supported:
        yield "supporting_started", begun, "{}"
        yield "supporting_finished", ended, "{}"
        yield "energized", ended, "{}"
        yield "archived", archived, "{}"
