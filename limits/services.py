"""Limits of service that no record of an application measures (domain §4, *Other clocks*): told, never computed."""

from dataclasses import dataclass

from limits.force import Citation, Force
from limits.terms import Unit


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """``limit`` in ``unit`` from what ``begins`` to what ``ends`` it; ``absent`` says why it cannot be measured."""

    name: str
    label: str
    begins: str
    ends: str
    limit: int
    unit: Unit
    absent: str
    force: Force
    citation: Citation

    @property
    def said(self) -> str:
        """The limit as people say it: ``7 个工作日``."""
        return f"{self.limit} {self.unit.label}"
