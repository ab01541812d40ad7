"""``yekuo report verify``: is a document the sealed one, and if not, where does it say something else?

A document carries the seal of its period, and the sealed facts give the same document again.  Only the same bytes
prove it: whatever a page or an office program can be made to show beside the figures, nobody lists completely.  Of a
Word document or a workbook that another program saved again it is told whether all that is seen in it agrees.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from limits.errors import YekuoError
from limits.terms import Term
from reports.errors import SealUnreadable
from reports.sealing.seal import Sealed, sealed_as
from reports.verifying.blocks import BROKEN, Block, DocumentUnreadable, Meter, reason_of
from reports.verifying.deviations import Deviation, deviations, line_deviations
from reports.verifying.reading.documents import READERS, blocks_of
from reports.verifying.reading.markup import passages
from reports.verifying.reading.packed import Packed

SHOWN = 20
SEALS = 8  # X: a document carries one; more than these are not looked for
# X: what a document may hold besides four times what the sealed one does; so its reader takes no more than that.
ROOM, TIMES = 500_000, 4
SEARCHED = 4_000_000  # X: elements; the seal stands far before
# 64 digits, alone or in groups of eight as people read them.
_DIGITS = r"[0-9a-f]{8}(?:\s?[0-9a-f]{8}){7}(?![0-9a-f])"
# A report names other hashes besides, the ledger's head for one: the seal is what is called so.
CALLED = re.compile(rf'(?:封存值（SHA-256）：|"seal":)\s*"?({_DIGITS})')
# Of a PDF only the properties are legible, and no other hash is among them.
ALONE = re.compile(rf"(?<![0-9a-f])({_DIGITS})")
# Possessive, so that a file of "<" alone is gone through once.
MARKUP = re.compile("<[^<>]*+>")
# Some programs write every Chinese character as a reference.
REFERENCE = re.compile("&#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));")
PACKED = (".docx", ".xlsx")
SUFFIXES = (*READERS, ".pdf")
# The document of one edition in the format of a suffix; None where the edition has none.
Edition = Callable[[str], bytes | None]


class DocumentKindUnknown(YekuoError):
    """认不出文件 {file} 的格式“{suffix}”。应为本系统出具的 {known} 文件，扩展名请保持原样。"""

    code = "document_kind_unknown"


class DocumentUnsealed(YekuoError):
    """文件 {file} 里没有封存值：它是封存以前出的，或不是本系统出的。请用封存以后出的报告核对。"""

    code = "document_unsealed"


class SealUnknown(YekuoError):
    """文件 {file} 的封存值 {seal} 不在这个数据库里：封存值被改动过，或文件来自别的数据库。请核对 YEKUO_DATABASE_URL。"""

    code = "seal_unknown"


class Likeness(Term):
    """What a document is beside the sealed one; only the first proves its figures."""

    IDENTICAL = "identical", "一致"
    UNPROVEN = "unproven", "不作证明"
    DIFFERENT = "different", "不一致"
    UNCOMPARED = "uncompared", "无法比对"


SENTENCES = {
    Likeness.IDENTICAL: "文件与封存的报告逐字节相同。",
    Likeness.UNPROVEN: "读到的数字和文字一致，但版式、图表或其他内容与原件不同。文件被其他程序另存过，或者出具它的电脑字体、"
    "程序版本不同；要证明，请用没有另存过的原件核对。",
    Likeness.DIFFERENT: "文件与按封存内容重新出具的报告不同。出具它以后程序升级过的，也可能不同。",
    Likeness.UNCOMPARED: "文件与封存的报告不是逐字节相同，是否一致不能判定：这种文件只能整份比对，字体、程序版本不同的电脑"
    "出的也会不同。请用同期的 HTML 或 XLSX 核对。",
}


@dataclass(frozen=True)
class Checked:
    """What was found.

    ``deviations``: the first few places where a DIFFERENT document says something else, or an UNPROVEN one draws it.
    """

    sealed: Sealed
    likeness: Likeness
    deviations: tuple[Deviation, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether it is the sealed document, byte by byte."""
        return self.likeness is Likeness.IDENTICAL

    @property
    def agrees(self) -> bool:
        """Whether no figure and no word was found to differ."""
        return self.likeness in {Likeness.IDENTICAL, Likeness.UNPROVEN}

    @property
    def sentence(self) -> str:
        """What was found, in one sentence or two; the deviations follow."""
        return SENTENCES[self.likeness]


def check_document(engine: sa.Engine, path: Path, editions: Callable[[Sealed], Iterable[Edition]]) -> Checked:
    """Compare the document at ``path`` with those that ``editions`` makes of its sealed period.

    Raises DocumentUnreadable, DocumentKindUnknown, DocumentUnsealed, SealUnknown or SealUnreadable.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DocumentKindUnknown(file=path.name, suffix=suffix, known="、".join(SUFFIXES))
    content = _content(path)
    sealed = _sealed(engine, content, suffix, path.name)
    made = [each for each in (edition(suffix) for edition in editions(sealed)) if each is not None]
    if content in made:
        return Checked(sealed, Likeness.IDENTICAL)
    if suffix not in READERS or not made:
        return Checked(sealed, Likeness.UNCOMPARED)
    # Which edition it was nobody says: the one it is nearest to.
    found = min(
        (compared(content, each, suffix, path.name) for each in made),
        key=lambda each: (each.words, len(each.deviations)),
    )
    return Checked(sealed, found.likeness, found.deviations)


class Compared(NamedTuple):
    """``words``: how many of the deviations are of what is said, not only of how it is written down."""

    likeness: Likeness
    deviations: tuple[Deviation, ...]
    words: int = 0


def compared(content: bytes, sealed: bytes, suffix: str, file: str) -> Compared:
    """How like ``content`` is to the ``sealed`` document that it is not the same bytes as. Raises DocumentUnreadable."""
    meter = Meter()
    ours = blocks_of(sealed, suffix, file, meter)
    theirs = blocks_of(content, suffix, file, Meter(TIMES * meter.spent + ROOM))
    if said := tuple(islice(deviations(_said(theirs), _said(ours)), SHOWN)):
        return Compared(Likeness.DIFFERENT, said, len(said))
    if suffix not in PACKED:
        # Nobody saves a page or JSON again at work: what differs was changed, even where no word was.
        return Compared(Likeness.DIFFERENT, tuple(islice(line_deviations(content, sealed), SHOWN)))
    return Compared(Likeness.UNPROVEN, tuple(islice(deviations(_drawn(theirs), _drawn(ours)), SHOWN)))


def _said(blocks: tuple[Block, ...]) -> list[Block]:
    return [each for each in blocks if not each.drawn]


def _drawn(blocks: tuple[Block, ...]) -> list[Block]:
    return [each for each in blocks if each.drawn]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DocumentUnreadable(file=path.name, reason=error.strerror or str(error)) from error


def _sealed(engine: sa.Engine, content: bytes, suffix: str, file: str) -> Sealed:
    """The period whose seal the document carries."""
    first = ""
    for each in _legible(seals_in(content, suffix), file):
        first = first or each
        if (found := sealed_as(engine, each)) is not None:
            if found.seal.hash != each:
                raise SealUnreadable(period=found.period.label)
            return found
    if first:
        raise SealUnknown(file=file, seal=f"{first[:12]}…")
    raise DocumentUnsealed(file=file)


def _legible(seals: Iterator[str], file: str) -> Iterator[str]:
    try:
        yield from islice(seals, SEALS)
    except BROKEN as error:
        raise DocumentUnreadable(file=file, reason=reason_of(error)) from error


def seals_in(content: bytes, suffix: str) -> Iterator[str]:
    """What a document calls its seal, or in a PDF has the form of one, each once; raises what blocks.BROKEN lists."""
    told = set[str]()
    for text in _texts(content, suffix):
        for digits in (ALONE if suffix not in READERS else CALLED).findall(text):
            seal = "".join(digits.split())
            if seal not in told:
                told.add(seal)
                yield seal


def _texts(content: bytes, suffix: str) -> Iterator[str]:
    if suffix in PACKED:
        meter = Meter(SEARCHED)
        packed = Packed(content, meter)
        for name in packed.names():
            if name.endswith(".xml"):
                yield from passages(packed.pieces(name), meter)
    elif suffix in READERS:
        plain = MARKUP.sub("", content.decode("utf-8", errors="replace"))
        yield REFERENCE.sub(_referred, plain)
    else:
        yield content.decode("latin-1")


def _referred(match: re.Match[str]) -> str:
    number = int(match[1]) if match[1] else int(match[2], 16)
    return chr(number) if number < 0x110000 else ""
