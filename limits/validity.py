"""How long a supply plan stays valid, and when its end is spoken of (domain §3)."""

from dataclasses import dataclass

from limits.force import Citation, Force


@dataclass(frozen=True, slots=True)
class Validity:
    """``months`` from the plan's issue; an extension is asked ``remind_days`` calendar days before the end."""

    high: bool
    months: int
    remind_days: int
    force: Force
    citation: Citation
