"""The report as JSON values: every figure with its base, and the list behind it."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from limits.terms import CustomerClass
from reports.late import LateClock
from reports.shares import Share

if TYPE_CHECKING:
    from reports.month import MonthReport


def as_json(report: "MonthReport") -> dict[str, Any]:
    """What report.json holds. Classes by their Chinese names, layers, roles and levels by identifier."""
    return {
        "company": report.company,
        "month": str(report.month),
        "as_of": report.as_of.isoformat(),
        "complete": report.complete,
        "accepted": _named(report.accepted),
        "archived": _named(report.archived),
        "on_time": {layer.value: _named(_each(kept, "met")) for layer, kept in report.kept.items()},
        "base": {layer.value: _named(_each(kept, "of")) for layer, kept in report.kept.items()},
        "rate": {
            layer.value: {each.label: _rate(share) for each, share in kept.items()}
            for layer, kept in report.kept.items()
        },
        "rate_all": {layer.value: _rate(report.on_time(layer)) for layer in report.kept},
        "nodes_on_time": [report.nodes.met, report.nodes.of],
        "supporting_on_time": [report.supporting.met, report.supporting.of],
        "mean_used": {each.label: spread.mean for each, spread in report.used.items()},
        "used": {
            each.label: {
                "n": spread.n,
                "mean": spread.mean,
                "median": spread.median,
                "p90": spread.p90,
                "longest": spread.longest,
            }
            for each, spread in report.used.items()
        },
        "in_progress": {
            each.label: {"count": held.count, "capacity": number(held.capacity), "unit": power_unit(each)}
            for each, held in report.in_progress.items()
        },
        "late": [_late(line) for line in report.late],
        "open_late": [_late(line) for line in report.open_late],
        "levels": {level.value: count for level, count in report.levels.items()},
        "provisional": report.provisional,
        "calendar_published_through": report.published_through.isoformat(),
        "policies": {"digest": report.policies, "documents": list(report.documents)},
    }


def power_unit(customer_class: CustomerClass) -> str:
    """What a capacity is counted in."""
    return "kVA" if customer_class.high_voltage else "kW"


def number(amount: Decimal) -> int | float:
    """An exact amount as the number JSON and sheets know."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _named(by_class: dict[CustomerClass, int]) -> dict[str, int]:
    return {each.label: count for each, count in by_class.items()}


def _each(kept: dict[CustomerClass, Share], part: str) -> dict[CustomerClass, int]:
    return {each: getattr(share, part) for each, share in kept.items()}


def _rate(share: Share) -> dict[str, int | float | None]:
    return {"numerator": share.met, "denominator": share.of, "rate": share.rate}


def _late(line: LateClock) -> dict[str, Any]:
    return {
        "number": line.number,
        "class": line.customer_class.label,
        "station": line.station,
        "manager": line.manager,
        "layer": line.layer.value,
        "role": line.role.value,
        "clock": line.clock,
        "used": line.used,
        "limit": line.limit,
        "verdict": line.verdict.value,
        "due_on": line.due_on.isoformat() if line.due_on else None,
        "provisional": line.provisional,
    }
