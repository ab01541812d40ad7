"""How a company heads, numbers and signs its reports: set once, and kept with a period when it is sealed."""

import json
from dataclasses import dataclass
from string import Formatter

from reports.paper import Signature
from reports.periods import Period
from workflow.events import canonical

PLACES = ("organisation", "period", "year", "number", "span")
TITLE = "{period}获得电力时限监督{span}报"


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above and below one period's documents; ``number`` is the 发文字号, empty where none is given."""

    organisation: str
    title: str
    number: str
    signatures: tuple[Signature, ...]

    def to_json(self) -> str:
        """The one spelling that is sealed."""
        told = {
            "organisation": self.organisation,
            "title": self.title,
            "number": self.number,
            "signatures": [[each.title, each.name] for each in self.signatures],
        }
        return canonical(told)

    @classmethod
    def from_json(cls, text: str) -> "Masthead":
        """The inverse of :meth:`to_json`."""
        told = json.loads(text)
        signatures = tuple(Signature(title, name) for title, name in told["signatures"])
        return cls(told["organisation"], told["title"], told["number"], signatures)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The company's settings. ``title`` and ``number`` are patterns with the places of :data:`PLACES`.

    ``organisation`` empty: the jurisdiction's own name.  ``signatories``: who signs as what, separated by 、 and the
    name behind ：, where a pen does not write it.  All of it is our choice (X): no source says how a report is
    called, numbered or signed.
    """

    organisation: str = ""
    title: str = TITLE
    number: str = ""
    signatories: str = "批准、审核、编制"

    def masthead(self, company: str, period: Period) -> Masthead:
        """The masthead of ``period``.

        >>> head = Letterhead(number="监督{span}〔{year}〕{number}号").masthead("示例县供电公司", Period.parse("2026-10"))
        >>> head.title, head.number
        ('2026年10月获得电力时限监督月报', '监督月〔2026〕10号')
        """
        organisation = self.organisation or company
        said = {
            "organisation": organisation,
            "period": period.label,
            "year": str(period.year),
            "number": str(period.number),
            "span": period.span.label,
        }
        return Masthead(
            organisation, filled(self.title, said), filled(self.number, said), signatures(self.signatories)
        )


def signatures(text: str) -> tuple[Signature, ...]:
    """Who signs as what.

    >>> signatures("批准、编制：王五")
    (Signature(title='批准', name=''), Signature(title='编制', name='王五'))
    """
    told = (each.replace(":", "：").partition("：") for each in text.split("、") if each.strip())
    return tuple(Signature(title.strip(), name.strip()) for title, _, name in told)


def filled(pattern: str, said: dict[str, str]) -> str:
    """``pattern`` with its places filled; raises KeyError or ValueError where it cannot be."""
    for _, name, form, conversion in Formatter().parse(pattern):
        if name is not None and (form or conversion or not name.isidentifier()):
            raise ValueError(pattern)  # nothing in braces but a name
    return pattern.format(**said)


def fits(pattern: str) -> bool:
    """Whether ``pattern`` can be filled for any period."""
    try:
        filled(pattern, dict.fromkeys(PLACES, ""))
    except (KeyError, ValueError):
        return False
    return True
