"""Indicators worked out from the figures, by the definitions that the facts carry (domain §10).

An item without data has no value: it is left out, the sum is told over the rest, and how much of the weights
that is stands beside it.  Below the least coverage of its definition an indicator is not told at all (X).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from limits.indicators import Measure, MeasureKind, Scale, measure_in
from reports.facts.values import Facts
from reports.figures.figures import Figures
from reports.figures.shares import Share, Spread

NO_BASE = "本期没有可以统计的数据"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a weighted sum. ``value`` is a share (1 is all); None: no data, and ``why``."""

    label: str
    weight: Fraction
    value: Fraction | None
    base: str
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """An indicator of one period.

    ``value``: a share (1 is all), days, or points of a hundred, as ``scale`` says; None: no data, and ``why``.
    ``base`` says what it was divided by.  ``coverage``: the share of the weights that is known, 1 of all others.
    """

    name: str
    label: str
    group: str
    scale: Scale
    value: float | None
    base: str
    coverage: Fraction
    why: str
    citation: str
    items: tuple[Item, ...] = ()

    def __str__(self) -> str:
        """As people read it; what is told over a part says of which."""
        if self.value is None:
            return "无数据"
        said = {
            Scale.SHARE: f"{self.value:.2%}",
            Scale.DAYS: f"{self.value:.2f} 个工作日",
            Scale.POINTS: f"{self.value:.2f} 分",
        }[self.scale]
        return said if self.coverage == 1 else f"{said}（按已知权重 {float(self.coverage):.0%} 折算）"


@dataclass(frozen=True, slots=True)
class _Known:
    """A value before it is told: exact, what it rests on, and why there is none."""

    value: Fraction | None
    base: str = ""
    coverage: Fraction = Fraction(1)
    why: str = ""
    items: tuple[Item, ...] = ()
    share: Share | None = None


NOT_IN_FORCE = _Known(None, why="所引用的指标在本期没有生效")


def scores(facts: Facts) -> tuple[Score, ...]:
    """Every indicator in force in the period, in the order of the files."""
    figures, known = Figures(facts), dict[str, _Known]()
    found = []
    table = facts.tables.get("indicators")
    for row in table.dicts() if table else []:
        rule = json.loads(str(row["definition"]))
        told = known[rule["name"]] = _work_out(rule, figures, known)
        found.append(_score(rule, told))
    return tuple(found)


def _score(rule: Mapping[str, Any], told: _Known) -> Score:
    scale = Scale.of(rule["scale"])
    factor = 100 if scale is Scale.POINTS else 1
    return Score(
        name=rule["name"],
        label=rule["label"],
        group=rule["group"],
        scale=scale,
        value=None if told.value is None else float(told.value * factor),
        base=told.base,
        coverage=told.coverage,
        why=told.why,
        citation=rule["citation"],
        items=told.items,
    )


def _work_out(rule: Mapping[str, Any], figures: Figures, known: Mapping[str, _Known]) -> _Known:
    if rule["measure"] is not None:
        return _measured(measure_in(rule["measure"]), figures)
    if rule["ratio"] is not None:
        of, to = (_count(measure_in(each), figures) for each in rule["ratio"])
        return _of_share(Share(of, to))
    if rule["rest_of"] is not None:
        return _rest(known.get(rule["rest_of"], NOT_IN_FORCE))
    return _summed(rule, figures, known)


def _rest(other: _Known) -> _Known:
    """1 − another: of a share the others of the same base."""
    if other.share is not None:
        return _of_share(Share(other.share.missed, other.share.of))
    value = None if other.value is None else 1 - other.value
    return _Known(value, other.base, other.coverage, other.why)


def _summed(rule: Mapping[str, Any], figures: Figures, known: Mapping[str, _Known]) -> _Known:
    items = []
    for part in rule["parts"]:
        told = (
            known.get(part["indicator"], NOT_IN_FORCE)
            if part["indicator"]
            else _measured(measure_in(part["measure"]), figures)
        )
        items.append(Item(part["label"], Fraction(part["weight"]), told.value, told.base, told.why))
    had = [(each.weight, each.value) for each in items if each.value is not None]
    coverage = sum((weight for weight, _ in had), Fraction())
    if not had:
        return _Known(None, coverage=coverage, why="各项都没有数据", items=tuple(items))
    if coverage < Fraction(rule["least"]):
        least = float(Fraction(rule["least"]))
        why = f"有数据的项目只占权重的 {float(coverage):.0%}，不足 {least:.0%}，不计分"
        return _Known(None, coverage=coverage, why=why, items=tuple(items))
    value = sum((weight * value for weight, value in had), Fraction()) / coverage
    return _Known(value, f"{len(items)} 项中 {len(had)} 项有数据", coverage, items=tuple(items))


def _measured(measure: Measure, figures: Figures) -> _Known:
    where = {name: list(words) for name, words in measure.where}
    kind, take = measure.kind, measure.take
    if kind is MeasureKind.ABSENT:
        return _Known(None, why=measure.why)
    if kind is MeasureKind.USED:
        return _of_spread(figures.used((), time_unit="working_day", **where).get(()), take)
    if kind is MeasureKind.OWNER:
        return _of_spread(figures.owners((), **where).get(()), take)
    return _of_share(_share(kind, take, where, figures))


def _share(kind: MeasureKind, take: str, where: dict[str, list[str]], figures: Figures) -> Share:
    if kind is MeasureKind.KEPT:
        return figures.rate(take, "", **where)
    if kind is MeasureKind.NONE_LATE:
        kept, archived = figures.rate(take, "", **where), figures.total("archived", **where)
        return Share(archived - kept.missed, archived)
    if kind is MeasureKind.CLOCK:
        return figures.clocks((), **where).get((), Share(0, 0))
    if kind is MeasureKind.SATISFIED:
        return figures.satisfied((), **where).get((), Share(0, 0))
    if kind is MeasureKind.ORDERS:
        orders = figures.orders()
        return orders.in_time if take == "in_time" else Share(orders.ended, orders.ended + orders.standing)
    told = figures.alarms((), **where).get(())
    if told is None:
        return Share(0, 0)
    return told.in_time if take == "in_time" else Share(getattr(told, take), told.told)


def _count(measure: Measure, figures: Figures) -> int:
    return figures.total(measure.take, **{name: list(words) for name, words in measure.where})


def _of_share(share: Share) -> _Known:
    return _Known(share.exact, f"{share.met}／{share.of}", why="" if share.of else NO_BASE, share=share)


def _of_spread(spread: Spread | None, take: str) -> _Known:
    if spread is None:
        return _Known(None, why=NO_BASE)
    return _Known(Fraction(getattr(spread, take)), f"{spread.n} 户")
