"""What every document shows: one description, drawn as HTML, DOCX, XLSX and PDF alike.

A paper is made of figures that are known; it reads no database and no clock, so the same paper gives the same
document again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Kind = Literal["text", "count", "mean", "half", "amount", "share", "date", "instant", "points", "level"]
Cell = str | int | float | date | None
Tone = Literal["main", "soft", "miss", "blue", "orange", "yellow", "red"]


@dataclass(frozen=True, slots=True)
class Column:
    """A head, what stands under it, and how wide it is in Chinese characters.

    A ``grouped`` value is not repeated in the rows below it, a ``whole`` one never broken; a ``personal`` one
    (a name, a number, an address) is left out of the public edition, which counts rows that tell of one
    application each by what is ``counted``.  What is under a ``pen`` is written in by hand.
    """

    head: str
    kind: Kind = "text"
    width: int = 9
    grouped: bool = False
    whole: bool = False
    personal: bool = False
    counted: bool = False
    pen: bool = False


APPLICATION = "申请编号"  # heads the column that says of which application a row tells


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is the sheet's (at most 31 letters); ``total``: the last row sums up the others.

    ``note`` says on what base; ``empty`` stands in place of rows; a ``listing`` is worked through, not read, and
    may be thousands of rows; a ``personal`` table is left out of the public edition whole.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    total: bool = False
    empty: str = "本期没有。"
    listing: bool = False
    personal: bool = False

    @property
    def by_application(self) -> bool:
        """Whether a row tells of one application."""
        return any(column.head == APPLICATION for column in self.columns)


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values, in the order of the categories; None where there is none."""

    label: str
    values: tuple[float | None, ...]
    tone: Tone = "main"


@dataclass(frozen=True, slots=True)
class Chart:
    """``bars`` lie, ``columns`` stand, ``stacked`` stand upon each other, ``line`` runs through time.

    Values are not negative. ``name`` is short, at most 31 letters; a ``personal`` chart has people as categories.
    """

    name: str
    title: str
    form: Literal["bars", "columns", "stacked", "line"]
    kind: Kind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    note: str = ""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading of the second order, （一）, with its paragraphs; what follows in ``parts`` stands under it.

    A ``personal`` one names people and is left out of the public edition.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    personal: bool = False


Part = Table | Chart | Passage


@dataclass(frozen=True, slots=True)
class Section:
    """A part with its heading; ``paragraphs`` come before the tables, charts and passages."""

    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure at the top: what, how much, and on what base."""

    label: str
    value: str
    base: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs as what; ``name`` empty where a pen writes it."""

    title: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One report for one period.

    ``number`` is the document's (发文字号); ``state`` says whether the period is over and the figures sealed;
    ``seal`` is the hash of the sealed facts, empty while nothing is sealed, when ``unsealed`` is said in its place
    (nothing, on a paper that is never sealed); ``basis`` names the regulations.
    """

    title: str
    organisation: str
    period: str
    number: str
    as_of: datetime
    state: str
    seal: str
    keys: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]
    signatures: tuple[Signature, ...]
    basis: tuple[str, ...]
    notes: tuple[str, ...] = ()
    public: bool = False
    unsealed: str = "封存以前，数据仍可能变动。"

    def tables(self) -> Iterator[Table]:
        """Every table, in the order they are read."""
        return (part for section in self.sections for part in section.parts if isinstance(part, Table))

    def charts(self) -> Iterator[Chart]:
        """Every chart, in the order they are looked at."""
        return (part for section in self.sections for part in section.parts if isinstance(part, Chart))
