"""What a company is measured by (domain §10): indicators as dated data, made of a few measures.

A measure says what is counted and of whom; an indicator is one measure, the ratio of two, what is left of
another, or a weighted sum.  How a measure is counted is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from limits.force import Citation, Force
from limits.terms import CustomerClass, Level, Step, Term


class MeasureKind(Term):
    """What can be measured. Adding one is code; adding an indicator made of them is not."""

    KEPT = "kept", "达标"
    CLOCK = "clock", "单项计时达标"
    NONE_LATE = "none_late", "没有超期"
    USED = "used", "已用时间"
    OWNER = "owner", "时间归属"
    COUNT = "count", "户数"
    ALARMS = "alarms", "预警告警处置"
    ORDERS = "orders", "督办单办理"
    SATISFIED = "satisfied", "客户满意"
    ABSENT = "absent", "没有数据"


class Scale(Term):
    """What an indicator is told in."""

    SHARE = "share", "率"
    DAYS = "days", "个工作日"
    POINTS = "points", "分"


# What ``take`` may be, by kind: a rule, a statistic, a way to deal with an alarm.
RULES = (
    *(f"{layer}.total" for layer in ("local", "company", "national", "regulator")),
    *("local.node", "local.supporting", "local.whole"),
)
STATISTICS = ("mean", "median", "p90", "longest")
TAKES: Mapping[MeasureKind, tuple[str, ...]] = {
    MeasureKind.KEPT: RULES,
    MeasureKind.NONE_LATE: RULES,
    MeasureKind.USED: STATISTICS,
    MeasureKind.OWNER: STATISTICS,
    MeasureKind.COUNT: ("accepted", "archived", "terminated", "voided", "in_progress"),
    MeasureKind.ALARMS: ("in_time", "answered", "closed"),
    MeasureKind.ORDERS: ("in_time", "ended"),
}
_CLASSES = tuple(each.value for each in CustomerClass)
_LAYERS = ("local", "company", "national", "regulator")
_ROLES = ("total", "node", "supporting", "other")
# By what a measure may be narrowed, and to what; None: any word.
FILTERS: Mapping[MeasureKind, Mapping[str, tuple[str, ...] | None]] = {
    MeasureKind.KEPT: {"class": _CLASSES},
    MeasureKind.NONE_LATE: {"class": _CLASSES},
    MeasureKind.CLOCK: {"class": _CLASSES, "layer": _LAYERS, "role": _ROLES, "clock": None},
    MeasureKind.USED: {"class": _CLASSES, "layer": _LAYERS, "role": _ROLES, "clock": None},
    MeasureKind.OWNER: {
        "class": _CLASSES,
        "owner": ("company", "supporting", "customer", "approvals", "suspended", "span", "unsuspended"),
    },
    MeasureKind.COUNT: {"class": _CLASSES},
    MeasureKind.ALARMS: {"level": tuple(each.value for each in Level), "layer": _LAYERS},
    MeasureKind.SATISFIED: {"class": _CLASSES, "step": tuple(each.value for each in Step)},
}
# These must be named.
NEEDED: Mapping[MeasureKind, tuple[str, ...]] = {
    MeasureKind.CLOCK: ("layer",),
    MeasureKind.USED: ("layer",),
    MeasureKind.OWNER: ("owner",),
}
# Of these no more than one: days of different things are not added up.
SINGLE: Mapping[MeasureKind, tuple[str, ...]] = {
    MeasureKind.USED: ("layer", "role", "clock"),
    MeasureKind.OWNER: ("owner",),
}
# Roles of which an application has one clock in a layer; of the others the clock is named.
ALONE = ("total", "supporting")


@dataclass(frozen=True, slots=True)
class Measure:
    """``take`` says what of its kind; ``where`` narrows it; ``why`` of an absent one says what is missing."""

    kind: MeasureKind
    take: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    why: str = ""

    @property
    def scale(self) -> Scale | None:
        """What it is told in; None of what is only counted, or not known."""
        if self.kind in (MeasureKind.USED, MeasureKind.OWNER):
            return Scale.DAYS
        return None if self.kind in (MeasureKind.COUNT, MeasureKind.ABSENT) else Scale.SHARE


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a weighted sum: a measure, or an indicator told of before."""

    label: str
    weight: Fraction
    measure: Measure | None = None
    indicator: str | None = None


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """One indicator: ``measure``, ``ratio`` (of, to), ``rest_of`` another (1 − it), or ``parts``.

    A sum is told over the parts that are known, with the share of the weights that they are; below ``least``
    of them it is not told at all.  So what has no data never counts as full marks, nor as none.
    """

    name: str
    label: str
    group: str
    scale: Scale
    force: Force
    citation: Citation
    measure: Measure | None = None
    ratio: tuple[Measure, Measure] | None = None
    rest_of: str | None = None
    parts: tuple[Part, ...] = ()
    least: Fraction = Fraction(0)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Everything it counts itself."""
        own = (self.measure, *(self.ratio or ()), *(part.measure for part in self.parts))
        return tuple(each for each in own if each is not None)

    def to_payload(self) -> dict[str, Any]:
        """As JSON values, so that sealed facts can carry what they were judged by."""
        return {
            "name": self.name,
            "label": self.label,
            "group": self.group,
            "scale": self.scale.value,
            "citation": str(self.citation),
            "measure": _measure_out(self.measure),
            "ratio": None if self.ratio is None else [_measure_out(each) for each in self.ratio],
            "rest_of": self.rest_of,
            "parts": [
                {
                    "label": each.label,
                    "weight": str(each.weight),
                    "measure": _measure_out(each.measure),
                    "indicator": each.indicator,
                }
                for each in self.parts
            ],
            "least": str(self.least),
        }


def _measure_out(measure: Measure | None) -> dict[str, Any] | None:
    if measure is None:
        return None
    return {
        "kind": measure.kind.value,
        "take": measure.take,
        "where": {name: list(words) for name, words in measure.where},
        "why": measure.why,
    }


def measure_in(told: Mapping[str, Any]) -> Measure:
    """The measure that :meth:`IndicatorRule.to_payload` told of."""
    where = tuple((name, tuple(words)) for name, words in told["where"].items())
    return Measure(MeasureKind.of(told["kind"]), told["take"], where, told["why"])
