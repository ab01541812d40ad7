"""A period's report: of the sealed facts once it is closed, the same for ever; of what is known until then.

Whatever becomes a document passes through here, so that a check makes the very same again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reports.composing.paper import compose
from reports.corrections.correcting import corrections_of
from reports.documents.errors import ChineseFontMissing
from reports.documents.files import Format, render, write_documents
from reports.documents.public import public_edition
from reports.facts.gathering import Source, gather
from reports.facts.values import Facts
from reports.masthead import Letterhead, Masthead
from reports.paper import Paper
from reports.periods import Period
from reports.report_json import json_document
from reports.sealing.seal import Sealed, close_period, sealed, sealed_facts
from reports.verifying.check import Checked, Edition, check_document
from workflow.book import Book

JSON = "report.json"


@dataclass(frozen=True)
class Basis:
    """Facts, how their documents are headed, and the seal; ``seal`` is empty while the period is open."""

    facts: Facts
    masthead: Masthead
    seal: str = ""

    @classmethod
    def of(cls, found: Sealed) -> "Basis":
        """A sealed period's."""
        return cls(found.facts, found.masthead, found.seal.hash)


def basis(
    book: Book, period: Period, as_of: datetime, letterhead: Letterhead, others: Sequence[Source] = ()
) -> Basis:
    """Of a period closed by ``as_of`` what was sealed, the same for ever; else what is known of it at ``as_of``.

    An open one tells the corrections of sealed periods before it.  Raises PeriodNotBegun, SealUnreadable.
    """
    found = sealed(book.engine, period)
    if found is not None and found.seal.closed_at <= as_of:
        return Basis.of(found)
    told = (*others, corrections_of(book, period, others))
    facts = gather(book, period, as_of, told, sealed_facts(book.engine, as_of))
    return Basis(facts, letterhead.masthead(str(facts.header["company"]), period))


def close(
    book: Book,
    period: Period,
    *,
    now: datetime,
    actor: str,
    letterhead: Letterhead,
    others: Sequence[Source] = (),
) -> Sealed:
    """Seal what :func:`basis` tells of ``period`` at ``now``; raises what :func:`close_period` raises."""
    told = (*others, corrections_of(book, period, others))
    return close_period(book, period, now=now, actor=actor, letterhead=letterhead, others=told)


def paper_of(found: Basis, *, public: bool = False) -> Paper:
    """The paper that every document of ``found`` is drawn from."""
    paper = compose(found.facts, found.masthead, found.seal)
    return public_edition(paper) if public else paper


def issue(found: Basis, folder: Path, forms: Sequence[Format], *, public: bool = False) -> list[Path]:
    """Write the documents into ``folder``, report.json beside those that name people; their paths.

    Raises FolderNotWritable, ChineseFontMissing; nothing is written then.
    """
    paper = paper_of(found, public=public)
    also = {} if public else {JSON: json_document(paper, found.facts)}
    return write_documents(paper, folder, forms, also)


def issue_all(found: Basis, folder: Path, *, public: bool = False) -> tuple[list[Path], str]:
    """As :func:`issue`, in every format this computer can make; and what it lacks, empty when nothing.

    A month's report must not wait for a font.
    """
    try:
        return issue(found, folder, list(Format), public=public), ""
    except ChineseFontMissing as missing:
        return issue(found, folder, [Format.HTML, Format.XLSX], public=public), missing.message


def editions(found: Sealed) -> Iterator[Edition]:
    """The whole report of a sealed period and the public one, in whatever format is asked for."""
    basis_ = Basis.of(found)
    yield _edition(basis_, paper_of(basis_))
    yield from _public_edition(found)


def _public_edition(found: Sealed) -> Iterator[Edition]:
    basis_ = Basis.of(found)
    yield _edition(basis_, paper_of(basis_, public=True))


def _edition(found: Basis, paper: Paper) -> Edition:
    def made(suffix: str) -> bytes | None:
        if suffix == ".json":
            return None if paper.public else json_document(paper, found.facts)
        return render(paper, Format(suffix.removeprefix(".")))

    return made


def check(book: Book, path: Path, *, public: bool = False) -> Checked:
    """Whether the figures of the document at ``path`` are the sealed ones; raises what check_document raises.

    ``public``: whoever asks may not read the whole report, so of what differs only the public edition is told.
    """
    found = check_document(book.engine, path, editions)
    return check_document(book.engine, path, _public_edition) if public and not found.agrees else found
