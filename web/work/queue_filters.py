"""What of a queue is wanted, in the words of an address: the filters of 我的工单, the pool and a saved view."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from limits.terms import CustomerClass, Level, Step, Term
from limits.zone import midnight
from web import errors
from workflow.queue import Filters

LONGEST_TEXT = 64
KINDS: Mapping[str, type[Term]] = {"customer_class": CustomerClass, "step": Step, "level": Level}
# How far ahead “到期” looks: days after today.
DUE = {
    "late": ("已超期", 0),
    "today": ("今天到期", 1),
    "tomorrow": ("明天前到期", 2),
    "week": ("七日内到期", 7),
}
TEXTS = ("text", "station", "manager")
FILTERS = (*TEXTS, *KINDS, "due")


def chosen_of(asked: Mapping[str, str]) -> dict[str, str]:
    """The filters among ``asked`` and nothing else, texts no longer than they are looked for."""
    return {
        name: asked[name][:LONGEST_TEXT] if name in TEXTS else asked[name]
        for name in FILTERS
        if asked.get(name)
    }


def filters_of(asked: Mapping[str, str], now: datetime) -> Filters:
    """The filters an address names; raises RequestInvalid for a word that is none of ours."""
    told: dict[str, Any] = {name: _word(kind, asked.get(name, "")) for name, kind in KINDS.items()}
    due = asked.get("due", "")
    if due and due not in DUE:
        raise errors.RequestInvalid(problems="“到期”不在可选范围内")
    return Filters(
        **told,
        station=asked.get("station", "").strip()[:LONGEST_TEXT] or None,
        manager=asked.get("manager", "").strip()[:LONGEST_TEXT] or None,
        text=asked.get("text", "").strip()[:LONGEST_TEXT],
        due_before=_due_before(due, now) if due else None,
    )


def _due_before(due: str, now: datetime) -> datetime:
    """A day clock is due at the midnight that ends its last day, so that midnight is still within it."""
    if due == "late":
        return now + timedelta(microseconds=1)
    return midnight(now.date() + timedelta(days=DUE[due][1])) + timedelta(microseconds=1)


def _word(kind: type[Term], value: str) -> Term | None:
    if not value:
        return None
    try:
        return kind.of(value)
    except KeyError:
        raise errors.RequestInvalid(problems=f"“{value[:20]}”不在可选范围内") from None
