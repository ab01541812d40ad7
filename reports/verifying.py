"""``yekuo report verify``: are the figures of a document the sealed ones?

A document carries the seal of its period.  The sealed facts give the same document again; the two must be equal,
byte by byte or, where another program saved it, in everything they say.
"""

import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from limits.errors import YekuoError
from reports.blocks import BROKEN, READERS, DocumentUnreadable, blocks_of
from reports.deviations import Deviation, deviations
from reports.sealing import Sealed, SealUnreadable, sealed_as

SHOWN = 20
# X: far more than any report; a small file may unpack to any size.
UNPACKED = 64 * 1024 * 1024
# 64 digits, alone or in groups of eight as people read them.
_DIGITS = r"[0-9a-f]{8}(?:\s?[0-9a-f]{8}){7}(?![0-9a-f])"
# A report names other hashes besides, the ledger's head for one: the seal is what is called so.
CALLED = re.compile(rf'(?:封存值（SHA-256）：|"seal":)\s*"?({_DIGITS})')
# Of a PDF only the properties are legible, and no other hash is among them.
ALONE = re.compile(rf"(?<![0-9a-f])({_DIGITS})")
MARKUP = re.compile("<[^>]*>")
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


@dataclass(frozen=True)
class Checked:
    """What was found. ``identical``: byte by byte; ``deviations``: the first few, none where all it says is sealed.

    ``legible``: whether the format can be read back; a PDF is only the same or not.
    """

    sealed: Sealed
    identical: bool
    deviations: tuple[Deviation, ...]
    legible: bool = True

    @property
    def equal(self) -> bool:
        """Whether the figures are the sealed ones."""
        return self.identical or (self.legible and not self.deviations)


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
        return Checked(sealed, identical=True, deviations=())
    if suffix not in READERS or not made:
        return Checked(sealed, identical=False, deviations=(), legible=False)
    said = blocks_of(content, suffix, path.name)
    found = (tuple(islice(deviations(said, blocks_of(each, suffix, path.name)), SHOWN)) for each in made)
    # Which edition it was nobody says: the one it is nearest to.
    return Checked(sealed, identical=False, deviations=min(found, key=len))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DocumentUnreadable(file=path.name, reason=error.strerror or str(error)) from error


def _sealed(engine: sa.Engine, content: bytes, suffix: str, file: str) -> Sealed:
    """The period whose seal the document carries."""
    seals = list(dict.fromkeys(seals_in(content, suffix, file)))
    for each in seals:
        found = sealed_as(engine, each)
        if found is not None:
            if found.seal.hash != each or found.facts.digest != found.seal.facts_digest:
                raise SealUnreadable(period=found.period.label)
            return found
    if seals:
        raise SealUnknown(file=file, seal=f"{seals[0][:12]}…")
    raise DocumentUnsealed(file=file)


def seals_in(content: bytes, suffix: str, file: str) -> list[str]:
    """What a document calls its seal, or in a PDF has the form of one."""
    if suffix not in READERS:
        return _found(ALONE, content.decode("latin-1"))
    texts = [content]
    if suffix in PACKED:
        try:
            with zipfile.ZipFile(BytesIO(content)) as packed:
                if sum(each.file_size for each in packed.infolist()) > UNPACKED:
                    raise DocumentUnreadable(file=file, reason=f"解开以后超过 {UNPACKED >> 20} MB")
                texts = [packed.read(name) for name in packed.namelist() if name.endswith(".xml")]
        except BROKEN as error:
            raise DocumentUnreadable(file=file, reason=str(error)) from error
    # Some programs write every Chinese character as a reference.
    plain = (unescape(MARKUP.sub("", text.decode("utf-8", errors="replace"))) for text in texts)
    return [seal for text in plain for seal in _found(CALLED, text)]


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return ["".join(digits.split()) for digits in pattern.findall(text)]
