"""How one application counts in a sealed period, each part by its Chinese name: what a correction changes of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from limits.clock import read
from limits.terms import Status
from limits.zone import local
from reports.facts.owners import days_by_owner, total_of
from reports.facts.values import decimal_text
from reports.judging import reached
from reports.periods import Period
from workflow.clocks import Clock, pairs
from workflow.events import Event, EventType
from workflow.history import LABELS, first, suspensions
from workflow.projection import Projection, project
from workflow.ratings import ratings_of
from workflow.rules import Rules

Parts = Mapping[str, str]
NOTHING, YES = "无", "是"
IN_PROGRESS = "期末在途"


def differing(then: Parts, now: Parts) -> Iterator[tuple[str, str, str]]:
    """The parts that are not the same, as (part, then, now); ``无`` for what is not there."""
    for name in {**then, **now}:
        old, new = then.get(name, NOTHING), now.get(name, NOTHING)
        if old != new:
            yield name, old, new


def contribution(events: Sequence[Event], rules: Rules, period: Period, as_of: datetime) -> dict[str, str]:
    """Everything by which the records of one application move a figure of ``period``; nothing where they move none.

    ``events`` are of what had happened by ``as_of``.
    """
    if not events:
        return {}
    found = project(events, rules)
    closing = min(as_of, period.ends - timedelta(microseconds=1))
    in_it = dict(_moves(found, period))
    if period.holds(found.archived_at):
        in_it |= {
            **dict(_clocks(found, rules, as_of)),
            **dict(_owners(events, found, rules)),
            **dict(_ratings(found)),
        }
    elif found.accepted_at <= closing and found.status is not Status.VOIDED:
        then = project(events, rules, until=closing)
        if then.status is Status.OPEN:
            in_it |= {IN_PROGRESS: YES, **dict(_clocks(then, rules, closing))}
    if found.status is not Status.VOIDED:
        in_it |= dict(_pauses(found, period))
    in_it |= dict(_levels(found.clocks, period, as_of))
    return {"状态": found.status.label, **dict(_whose(found)), **in_it} if in_it else {}


def _whose(found: Projection) -> Iterator[tuple[str, str]]:
    who = found.registration
    for name in ("unit", "station", "manager"):
        yield LABELS[name], getattr(who, name) or NOTHING
    yield LABELS["customer_class"], who.customer_class.label
    unit = "kVA" if who.customer_class.high_voltage else "kW"
    yield LABELS["capacity"], f"{decimal_text(who.capacity)} {unit}"


def _moves(found: Projection, period: Period) -> Iterator[tuple[str, str]]:
    voided = found.status is Status.VOIDED
    for name, at in (("受理", found.accepted_at), ("归档", found.archived_at)):
        if period.holds(at) and not voided:
            yield name, _minute(at)
    for kind in (EventType.TERMINATED, EventType.VOIDED):
        ending = first(found.facts, kind)
        if ending is not None and period.holds(found.ended_at):
            yield kind.label, _minute(found.ended_at)
            yield f"{kind.label}原因", str(ending.payload.get("reason", "")) or NOTHING


def _clocks(found: Projection, rules: Rules, as_of: datetime) -> Iterator[tuple[str, str]]:
    for each in found.clocks:
        reading = read(each.standing, rules.calendar, as_of)
        if reading.verdict is not None:
            due = f"，应于{reading.due_on}" if reading.due_on else ""
            said = f"{reading.verdict.label}，已用{reading.used}{each.standing.unit.label}"
            yield _name(each), f"{said}，限{each.standing.limit}{due}"


def _owners(events: Sequence[Event], found: Projection, rules: Rules) -> Iterator[tuple[str, str]]:
    bound = total_of([each.bound for each in found.clocks])
    if bound is None:
        return
    high, known = found.registration.customer_class.high_voltage, events[-1].recorded_at
    days = days_by_owner(found.facts, bound, rules, high=high, known_at=known)
    for owner, n in (days or {}).items():
        yield f"{owner.label}用时", f"{n}个工作日"


def _ratings(found: Projection) -> Iterator[tuple[str, str]]:
    for each in ratings_of(found.facts):
        yield f"评价·{each.step.label}", f"{each.score}分"


def _pauses(found: Projection, period: Period) -> Iterator[tuple[str, str]]:
    paused = [(begun.at, ended.at if ended else None) for begun, ended in suspensions(found.facts)]
    constrained = pairs(found.facts, EventType.CONSTRAINT_FOUND, EventType.CONSTRAINT_REPORTED)
    for label, spans in (("挂起", paused), ("受限", constrained)):
        into = [
            each for each in spans if each[0] < period.ends and (each[1] is None or each[1] >= period.begins)
        ]
        if into:
            yield label, "、".join(f"{_minute(begun)}—{_minute(ended)}" for begun, ended in into)


def _levels(clocks: Sequence[Clock], period: Period, as_of: datetime) -> Iterator[tuple[str, str]]:
    for each, crossing in reached(clocks, period, as_of):
        yield f"{_name(each)}{crossing.level.label}色", f"{crossing.on}"


def _name(each: Clock) -> str:
    return f"{each.bound.rule.layer.label}·{each.bound.rule.label}"


def _minute(at: datetime | None) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}" if at is not None else ""
