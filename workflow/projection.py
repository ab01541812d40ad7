"""What the events of one application amount to, as rows; and what must change in the rows there are.

Pure: the store writes what :func:`changes` says, ``verify`` compares with it, and both therefore
agree on what the truth is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from limits.clock import RANKS, Standing
from limits.policy import Check
from limits.terms import Level, Status, Step, Unit
from workflow.clocks import Clock, clocks_of
from workflow.events import Event, EventType
from workflow.history import (
    Fact,
    Registration,
    acceptance,
    accepted_on,
    facts_of,
    first,
    known_at,
    registration_of,
)
from workflow.machine import Impossible, Position, State, machine_for, replay
from workflow.rules import Rules

ClockKey = tuple[str, str]
URGENCY = ("due_at", *(f"{level.value}_at" for level in Level))


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One version of a clock as stored; ``limit_value`` None where no limit is set."""

    layer: str
    name: str
    version: int
    role: str
    unit: str
    limit_value: int | None
    used: int
    started_at: datetime
    resumed_at: datetime | None
    due_at: datetime | None
    late_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    cut_at: datetime | None
    verdict: str | None
    recorded_at: datetime
    superseded_at: datetime | None = None

    @property
    def key(self) -> ClockKey:
        return self.layer, self.name

    @property
    def standing(self) -> Standing:
        """The clock as the arithmetic knows it."""
        return Standing(
            unit=Unit.of(self.unit),
            limit=self.limit_value,
            used=self.used,
            started_at=self.started_at,
            resumed_at=self.resumed_at,
            due_at=self.due_at,
            late_at=self.late_at,
            paused_at=self.paused_at,
            stopped_at=self.stopped_at,
            cut_at=self.cut_at,
        )

    def says_the_same(self, other: "ClockRow") -> bool:
        """Equal but for version and time of recording."""
        return _said(self) == _said(other)


_said = attrgetter(
    *(
        name
        for name in ClockRow.__dataclass_fields__
        if name not in ("version", "recorded_at", "superseded_at")
    )
)


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """A level of a clock and when it is crossed; withdrawn when a later record undid it.

    ``swept_by``: the sweep that took it to tell people, None while none did; no part of what the row says.
    """

    layer: str
    name: str
    level: str
    crosses_at: datetime
    withdrawn_at: datetime | None = None
    swept_by: int | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[str, str, str, datetime]:
        return self.layer, self.name, self.level, self.crosses_at


@dataclass(frozen=True, slots=True)
class Projection:
    """One application as its events tell it.

    ``checks`` are the inspections its class has; ``papers`` the documents it may be asked for or that its
    archive holds, None where no rule lists any.  ``ended_at`` is when it was terminated or voided: beside it
    other things may still happen, such as supporting works that are finished.
    """

    registration: Registration
    facts: Sequence[Fact]
    checks: frozenset[Check]
    papers: frozenset[str] | None
    position: Position
    step: Step
    accepted_at: datetime
    archived_at: datetime | None
    ended_at: datetime | None
    last_at: datetime
    clocks: tuple[Clock, ...]
    impossible: tuple[Impossible, ...]

    @property
    def status(self) -> Status:
        return State.of(self.position.state).status

    @property
    def urgency(self) -> dict[str, datetime | None]:
        """What the queue is sorted by, in the columns :data:`URGENCY`.

        For each level the instant from which an open clock stands at it or above, and the first due instant
        of a clock that runs.  Which of them have passed is asked when the queue is read (X): no colour is
        stored.
        """
        running = [clock for clock in self.clocks if clock.standing.final is None]
        dues = [clock.standing.due_at for clock in running if clock.standing.due_at is not None]
        found: dict[str, datetime | None] = {"due_at": min(dues, default=None)}
        for rank, level in enumerate(Level):
            reached = (each.at for clock in running for each in clock.crossings if RANKS[each.level] >= rank)
            found[f"{level.value}_at"] = min(reached, default=None)
        return found


def project(events: Sequence[Event], rules: Rules, until: datetime | None = None) -> Projection:
    """Fold ``events``; with ``until``, only what had happened by then."""
    registration = registration_of(events)
    facts = facts_of(events)
    if until is not None:
        facts = known_at(facts, until)
    accepted = accepted_on(facts)
    machine = machine_for(rules.policies, registration, accepted)
    checks = rules.policies.checks_for(registration.customer_class, accepted)
    papers = rules.policies.papers_for(registration.customer_class, accepted)
    position = machine.start(registration, checks)
    step, impossible = replay(machine, position, facts)
    return Projection(
        registration=registration,
        facts=facts,
        checks=checks,
        papers=papers,
        position=position,
        step=step or Step.APPLY,
        accepted_at=acceptance(facts).at,
        archived_at=_reached(facts, position, State.ARCHIVED),
        ended_at=_reached(facts, position, State.TERMINATED) or _reached(facts, position, State.VOIDED),
        last_at=facts[-1].at,
        clocks=tuple(clocks_of(facts, registration.subject, rules, events[-1].recorded_at)),
        impossible=tuple(impossible),
    )


def _reached(facts: Sequence[Fact], position: Position, end: State) -> datetime | None:
    """When the application came to this ``end``; None where it did not."""
    if position.state != end.value:
        return None
    ending = first(facts, EventType.of(end.value))
    return ending.at if ending else None


def clock_row(clock: Clock, recorded_at: datetime) -> ClockRow:
    """A clock as the first row that stores it."""
    rule, standing = clock.bound.rule, clock.standing
    return ClockRow(
        layer=rule.layer.value,
        name=rule.name,
        version=1,
        role=rule.role.value,
        unit=standing.unit.value,
        limit_value=standing.limit,
        used=standing.used,
        started_at=standing.started_at,
        resumed_at=standing.resumed_at,
        due_at=standing.due_at,
        late_at=standing.late_at,
        paused_at=standing.paused_at,
        stopped_at=standing.stopped_at,
        cut_at=standing.cut_at,
        verdict=standing.final.value if standing.final else None,
        recorded_at=recorded_at,
    )


@dataclass
class Changes:
    """What must change in the rows of one application; ``clocks`` hold the current versions after it."""

    inserted: list[ClockRow] = field(default_factory=list)
    updated: list[ClockRow] = field(default_factory=list)
    superseded: list[ClockRow] = field(default_factory=list)
    crossed: list[ThresholdRow] = field(default_factory=list)
    removed: list[ThresholdRow] = field(default_factory=list)
    withdrawn: list[ThresholdRow] = field(default_factory=list)
    restored: list[ThresholdRow] = field(default_factory=list)


def changes(
    clocks: Iterable[Clock],
    latest: Iterable[ClockRow],
    thresholds: Iterable[ThresholdRow],
    recorded_at: datetime,
) -> Changes:
    """The difference between what the events say and the latest rows, recorded at ``recorded_at``.

    A clock that was stopped keeps its row; what is known better now is its next version.  A level not
    yet reached is taken away with the pause that prevents it; one already reached is never deleted,
    only marked as withdrawn by the record that undid it (domain §6).
    """
    found = Changes()
    listed = list(clocks)
    _change_clocks(found, listed, {row.key: row for row in latest}, recorded_at)
    _change_thresholds(found, listed, {row.key: row for row in thresholds}, recorded_at)
    return found


def _change_clocks(
    found: Changes, clocks: list[Clock], current: Mapping[ClockKey, ClockRow], recorded_at: datetime
) -> None:
    wanted = {row.key: row for row in (clock_row(each, recorded_at) for each in clocks)}
    for key, row in wanted.items():
        held = current.get(key)
        if held is None:
            found.inserted.append(row)
        elif held.superseded_at is not None:
            found.inserted.append(replace(row, version=held.version + 1))
        elif not held.says_the_same(row):
            if held.verdict is None:
                found.updated.append(replace(row, version=held.version))
            else:
                found.superseded.append(replace(held, superseded_at=recorded_at))
                found.inserted.append(replace(row, version=held.version + 1))
    for key, held in current.items():
        if key not in wanted and held.superseded_at is None:
            found.superseded.append(replace(held, superseded_at=recorded_at))


def _change_thresholds(
    found: Changes,
    clocks: list[Clock],
    held: Mapping[tuple[str, str, str, datetime], ThresholdRow],
    recorded_at: datetime,
) -> None:
    wanted = {row.key: row for each in clocks for row in _threshold_rows(each)}
    for key, row in wanted.items():
        if key not in held:
            found.crossed.append(row)
        elif held[key].withdrawn_at is not None:
            found.restored.append(row)
    for key, row in held.items():
        if key in wanted or row.withdrawn_at is not None:
            continue
        if row.crosses_at > recorded_at and row.swept_by is None:
            found.removed.append(replace(row, withdrawn_at=recorded_at))
        else:
            found.withdrawn.append(replace(row, withdrawn_at=recorded_at))


def _threshold_rows(clock: Clock) -> Iterable[ThresholdRow]:
    rule = clock.bound.rule
    for crossing in clock.crossings:
        yield ThresholdRow(rule.layer.value, rule.name, crossing.level.value, crossing.at)


def levels_of(rows: Iterable[ThresholdRow], now: datetime) -> dict[ClockKey, list[tuple[Level, datetime]]]:
    """The levels reached by ``now``, by clock, in time order; withdrawn ones left out."""
    reached: dict[ClockKey, list[tuple[Level, datetime]]] = {}
    for row in sorted(rows, key=lambda row: row.crosses_at):
        if row.withdrawn_at is None and row.crosses_at <= now:
            reached.setdefault((row.layer, row.name), []).append((Level.of(row.level), row.crosses_at))
    return reached
