"""A what-if as JSON values: each figure by the rules in force and by the draft."""

from collections.abc import Iterable
from typing import Any

from reports.whatif.values import Change, Judged, LevelKey, RateKey, WhatIf


def to_json(found: WhatIf) -> dict[str, Any]:
    """Everything counted, each figure before and after. Classes, layers, roles and levels by identifier."""
    return {
        "periods": [str(each) for each in found.periods],
        "as_of": found.as_of.isoformat(),
        "on": found.on.isoformat() if found.on else None,
        "policies": {"before": found.digests[0], "after": found.digests[1]},
        "replayed": found.replayed,
        "differing": found.differing,
        "rates": [_rate_json(found, key) for key in _in_order(found.before.base, found.after.base)],
        "levels": [
            {**_key_json(key), "before": found.before.levels[key], "after": found.after.levels[key]}
            for key in _in_order(found.before.levels, found.after.levels)
        ],
        "changes": [_change_json(each) for each in found.changes],
    }


def _in_order(*sides: Iterable[Any]) -> list[Any]:
    """Each key once, in an order that does not hang on who was judged first."""
    return sorted({key for side in sides for key in side})


def _key_json(key: RateKey | LevelKey) -> dict[str, str]:
    return {
        "class" if name == "customer_class" else name: str(value) for name, value in key._asdict().items()
    }


def _rate_json(found: WhatIf, key: RateKey) -> dict[str, Any]:
    sides = {"before": found.before, "after": found.after}
    return {
        **_key_json(key),
        **{name: {"numerator": side.met[key], "denominator": side.base[key]} for name, side in sides.items()},
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "period": change.period,
        "number": change.number,
        "class": change.customer_class.value,
        "station": change.station,
        "manager": change.manager,
        "layer": change.layer.value,
        "clock": change.clock,
        "before": _judged_json(change.before),
        "after": _judged_json(change.after),
    }


def _judged_json(side: Judged | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {"used": side.used, "limit": side.limit, "verdict": side.verdict.value}
