"""The sweep: whoever must hear of a level hears of it once (domain §6, design §2).

It only tells people.  A level is reached when its instant has passed, whether or not anything ran; the sweep
puts what was reached on the list, writes the messages and commits.  Run twice, ten days late, by two
processes or killed half way, it ends in the same place.  Its cost follows what is due, not what is open.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from alerts.kinds import About, AlertKind, Withheld
from alerts.messages.outbox import MESSAGE, Envelope, addressed, envelopes
from alerts.orders.acts import open_for_level
from alerts.raising import Raised, raise_alerts
from alerts.routing import WATCHERS, Routing, Waiting
from alerts.tables import alert, delivery
from alerts.waiting import Seen, take_crossed, waiting
from limits.clock import RANKS
from limits.zone import local
from workflow import store
from workflow.book import Book
from workflow.bulk import insert_many
from workflow.people.organisation import load_organisation

if TYPE_CHECKING:
    from alerts.jobs.running import Run


@dataclass
class Swept:
    """What a sweep did: levels put on the list, alarms looked at, messages written, alarms nobody could hear."""

    taken: int = 0
    looked_at: int = 0
    messages: int = 0
    unheard: int = 0
    orders: int = 0

    def __str__(self) -> str:
        told = f"新达级别 {self.taken} 个，写出消息 {self.messages} 条"
        told += f"，下达督办单 {self.orders} 份" if self.orders else ""
        return told + (f"，{self.unheard} 条无人可告知" if self.unheard else "")


def sweep(run: "Run") -> str:
    """One shard of one slot, in one transaction that also ends the run."""
    with run.effect() as connection:
        done = tell(connection, run.book, run.now, mark=run.id, shard=run.shard, shards=run.shards)
    return str(done)


def tell(
    connection: sa.Connection, book: Book, now: datetime, *, mark: int, shard: int = 0, shards: int = 1
) -> Swept:
    """Tell people of everything reached by ``now``; the caller commits."""
    done = Swept(taken=take_crossed(connection, now, mark, shard=shard, shards=shards))
    routing = Routing(book.rules, load_organisation(connection, now), now)
    company = routing.organisation.company()
    while True:
        seen = list(waiting(connection, company, now, shard=shard, shards=shards))
        if not seen:
            return done
        told = _Told(routing)
        for each, why in _highest_first(seen):
            told.add(each, why)
        done.orders += _open_orders(connection, book, told, now)
        told.write(connection)
        done.looked_at += len(seen)
        done.messages += len(told.deliveries)
        done.unheard += len(told.unheard)
        # What nobody can hear is an alarm to the command centre, in the same sweep: so once more.
        if not raise_alerts(connection, _nobody(told.unheard, now)):
            return done


def _highest_first(seen: Sequence[Seen]) -> Iterable[tuple[Seen, Withheld | None]]:
    """Each alarm with why it is withheld: of one clock only the highest is told (domain §6)."""
    reasons = [each.withheld() for each in seen]
    highest: dict[tuple[object, ...], int] = {}
    for each, why in zip(seen, reasons, strict=True):
        if why is None:
            highest[each.clock] = max(highest.get(each.clock, 0), RANKS[each.waiting.level])
    for each, why in zip(seen, reasons, strict=True):
        lower = why is None and RANKS[each.waiting.level] < highest[each.clock]
        yield each, Withheld.HIGHER if lower else why


@dataclass(frozen=True, slots=True)
class _Way:
    """What is the same for all alarms of one kind and level at one place: to whom, when, what else."""

    envelopes: list[Envelope]
    withheld: Withheld | None
    climb_at: datetime | None
    unheard: bool
    opens_order: bool


@dataclass
class _Told:
    """What is to be written: messages, and when each alarm will climb unless somebody acknowledges it."""

    routing: Routing
    deliveries: list[tuple[Any, ...]] = field(default_factory=list)
    marks: dict[tuple[Withheld | None, datetime | None], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    unheard: list[Seen] = field(default_factory=list)
    ordered: list[int] = field(default_factory=list)
    _ways: dict[tuple[Hashable, ...], _Way] = field(default_factory=dict)

    def add(self, seen: Seen, why: Withheld | None) -> None:
        waiting = seen.waiting
        key = (*waiting.routed_by, why, seen.owed)
        way = self._ways.get(key)
        if way is None:
            way = self._ways[key] = self._way(waiting, why, owed=seen.owed)
        self.deliveries += addressed(About.ALERT, waiting.id, way.envelopes)
        self.marks[way.withheld, way.climb_at].append(waiting.id)
        if way.unheard:
            self.unheard.append(seen)
        if way.opens_order and seen.threshold_id is not None:
            self.ordered.append(seen.threshold_id)

    def _way(self, waiting: Waiting, why: Withheld | None, *, owed: bool) -> _Way:
        routing, level = self.routing, waiting.level
        telling = routing.telling(level)
        spoken = routing.spoken_of(waiting)
        people = routing.recipients(waiting) if spoken else ()
        if why is None and not spoken:
            why = Withheld.QUIET
        due_at = routing.due_at(level)
        told = why is None
        climbs = told and owed and waiting.kind not in WATCHERS
        return _Way(
            envelopes(
                people,
                telling.channels,
                created_at=routing.now,
                due_at=due_at,
                urgent=telling.at_once,
                withheld=why,
            ),
            why,
            routing.climb_at(level, due_at) if climbs else None,
            unheard=told and not people and waiting.kind is not AlertKind.NOBODY,
            opens_order=told and telling.opens_order,
        )

    def write(self, connection: sa.Connection) -> None:
        insert_many(connection, delivery, MESSAGE, self.deliveries)
        for (why, climb_at), ids in self.marks.items():
            for begin in range(0, len(ids), store.CHUNK):
                told = {
                    "b_ids": ids[begin : begin + store.CHUNK],
                    "b_now": self.routing.now,
                    "b_withheld": why.value if why else None,
                    "b_climb_at": climb_at,
                }
                connection.execute(_TOLD, told)


_TOLD = (
    sa.update(alert)
    .where(alert.c.id.in_(sa.bindparam("b_ids", expanding=True)))
    .values(
        told_at=sa.bindparam("b_now"),
        withheld=sa.bindparam("b_withheld"),
        climb_at=sa.bindparam("b_climb_at"),
    )
)


def _open_orders(connection: sa.Connection, book: Book, told: _Told, now: datetime) -> int:
    """红: the command centre opens a 督办单 (domain §6); how many are new."""
    organisation = told.routing.organisation
    opened = [open_for_level(connection, book, each, now, organisation) for each in told.ordered]
    return sum(not each.attached for each in opened)


def _nobody(unheard: Iterable[Seen], now: datetime) -> list[Raised]:
    """A level with nobody to tell is itself an alarm to the command centre, never silence (domain §6).

    One a day for each place and level: a vacant post is one thing to mend, however many applications wait.
    """
    raised: dict[str, Raised] = {}
    for each in unheard:
        waiting = each.waiting
        place = waiting.place.manager or waiting.place.station or waiting.place.unit
        key = f"nobody:{local(now):%Y-%m-%d}:{waiting.level}:{waiting.place.station}:{waiting.place.manager}"
        text = (
            f"“{place}”名下的{waiting.level.label}色{waiting.kind.label}没有人可以告知，"
            "请在组织机构中补上岗位或代班人，再到预警告警清单中处理。"
        )
        raised[key] = Raised(
            AlertKind.NOBODY,
            key,
            waiting.level,
            now,
            text,
            unit=waiting.place.station or waiting.place.unit,
        )
    return list(raised.values())
