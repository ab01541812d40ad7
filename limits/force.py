"""Whose rule it is, where it is written, and when it holds: what every entry of a policy has."""

from dataclasses import dataclass
from datetime import date

from limits.terms import Mark, Term


class Layer(Term):
    LOCAL = "local", "地方"
    COMPANY = "company", "公司承诺"
    NATIONAL = "national", "国家"
    REGULATOR = "regulator", "监管"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a figure comes from and how well it is evidenced."""

    document: str
    clause: str
    mark: Mark
    note: str = ""

    def __str__(self) -> str:
        note = f"；{self.note}" if self.note else ""
        return f"{self.document} {self.clause}〔{self.mark.label}〕{note}"


@dataclass(frozen=True, slots=True)
class Force:
    """The days on which an entry is in force, both included; judged by the acceptance date."""

    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)

    def overlaps(self, other: "Force") -> bool:
        return (other.until is None or self.since <= other.until) and (
            self.until is None or other.since <= self.until
        )
