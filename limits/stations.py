"""What a supply station is evaluated by: items with points, parts with their sums, grades (domain §11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from limits.force import Citation, Force
from limits.terms import Mark, Term


class Scoring(Term):
    """How the points of an item are given."""

    WHOLE = "whole", "全有或全无"
    EACH = "each", "每缺一项扣分"
    BONUS = "bonus", "每有一项加分"


@dataclass(frozen=True, slots=True)
class StationItem:
    """One item. ``step``: points taken for each thing missing, or given for each bonus; 0 where it is all or nothing.

    ``rhythm`` is the standard's own word for how often, empty where it has none.
    """

    no: int
    label: str
    part: str
    points: int
    scoring: Scoring
    step: int
    rhythm: str
    citation: Citation

    @property
    def allowed(self) -> tuple[int, ...]:
        """Every score the rule can give, the most first."""
        step = self.points if self.scoring is Scoring.WHOLE else self.step
        return tuple(range(self.points, -1, -step))

    @property
    def rule(self) -> str:
        """The rule as people say it."""
        if self.scoring is Scoring.WHOLE:
            return self.scoring.label
        verb = "每缺一项扣" if self.scoring is Scoring.EACH else "每有一项加"
        return f"{verb} {self.step} 分"

    def most(self, missing: int) -> int:
        """The most that can be given when ``missing`` of what it asks for is not there."""
        return self.allowed[min(missing, len(self.allowed) - 1)]


@dataclass(frozen=True, slots=True)
class StationPart:
    """A group of items; ``points`` is their sum."""

    name: str
    label: str
    points: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class StationGrade:
    """What a result is called that has ``least`` points or more."""

    label: str
    least: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class StationStandard:
    """The standard of an evaluation. ``total`` is what can be had without the bonus; grades fall, the last from 0."""

    label: str
    total: int
    force: Force
    citation: Citation
    parts: tuple[StationPart, ...]
    items: tuple[StationItem, ...]
    grades: tuple[StationGrade, ...]

    def item(self, no: int) -> StationItem | None:
        """The item with this number."""
        return next((each for each in self.items if each.no == no), None)

    def items_of(self, part: StationPart) -> tuple[StationItem, ...]:
        """The items of one part, in their order."""
        return tuple(each for each in self.items if each.part == part.name)

    def grade(self, points: int) -> StationGrade:
        """What ``points``, the bonus among them, amount to."""
        return next(each for each in self.grades if points >= each.least)

    def to_payload(self) -> dict[str, Any]:
        """As JSON values: an evaluation keeps the standard it was opened under."""
        return {
            "label": self.label,
            "total": self.total,
            "from": self.force.since.isoformat(),
            "until": self.force.until.isoformat() if self.force.until else None,
            "cite": _cite(self.citation),
            "parts": [_told(each) for each in self.parts],
            "items": [{**_told(each), "scoring": each.scoring.value} for each in self.items],
            "grades": [_told(each) for each in self.grades],
        }

    @classmethod
    def from_payload(cls, told: Mapping[str, Any]) -> "StationStandard":
        """The inverse of :meth:`to_payload`; raises KeyError, TypeError or ValueError for anything else."""
        until = date.fromisoformat(told["until"]) if told["until"] else None
        return cls(
            label=told["label"],
            total=told["total"],
            force=Force(date.fromisoformat(told["from"]), until),
            citation=_cited(told["cite"]),
            parts=tuple(StationPart(**_read(each)) for each in told["parts"]),
            items=tuple(
                StationItem(**{**_read(each), "scoring": Scoring.of(each["scoring"])})
                for each in told["items"]
            ),
            grades=tuple(StationGrade(**_read(each)) for each in told["grades"]),
        )


def _told(entry: StationItem | StationPart | StationGrade) -> dict[str, Any]:
    names = (name for name in entry.__dataclass_fields__ if name != "citation")
    return {**{name: getattr(entry, name) for name in names}, "cite": _cite(entry.citation)}


def _read(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: value for name, value in told.items() if name != "cite"},
        "citation": _cited(told["cite"]),
    }


def _cite(citation: Citation) -> list[str]:
    return [citation.document, citation.clause, citation.mark.value, citation.note]


def _cited(told: Any) -> Citation:
    document, clause, mark, note = told
    return Citation(document, clause, Mark.of(mark), note)
