"""收资清单: which documents a customer may be asked for, and what an archive holds (domain §8, [34]).

Two documents: a proof of identity and a proof of title, each any one of its kinds.  Asking for
anything else is refused.
"""

from dataclasses import dataclass

from limits.force import Citation, Force
from limits.terms import CustomerClass, Term


class Need(Term):
    """What a document proves."""

    IDENTITY = "identity", "主体资格证明"
    TITLE = "title", "用电地址权属证明"
    APPROVAL = "approval", "政府批准文件"
    AUTHORISATION = "authorisation", "授权委托书"
    AGENT_IDENTITY = "agent_identity", "经办人身份证明"


class AcceptanceMode(Term):
    """受理方式: by what was there at acceptance."""

    TWO_DOCUMENT = "two_document", "两证办结"
    DEFERRED_DOCUMENT = "deferred_document", "容缺办理"
    NO_DOCUMENT = "no_document", "零证预约"


# An agent adds an authorisation and an own identity; nobody else is asked for them.
OF_AN_AGENT = frozenset({Need.AUTHORISATION, Need.AGENT_IDENTITY})


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of document; ``kind`` is for programs, ``label`` for people."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """What a class must prove, and the kinds any one of which proves it."""

    need: Need
    papers: tuple[Paper, ...]
    classes: tuple[CustomerClass, ...]
    force: Force
    citation: Citation


@dataclass(frozen=True, slots=True)
class ArchiveRule:
    """One document of an archive.

    ``original``: a copy is not enough.  ``after``: the event that makes it exist, "" when it always does.
    """

    paper: Paper
    original: bool
    after: str
    classes: tuple[CustomerClass, ...]
    force: Force
    citation: Citation
