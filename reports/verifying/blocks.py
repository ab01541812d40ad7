"""What a finished document says, read back from the file: its tables cell by cell and its text line by line.

The same reader reads the document in question and the one made anew, so how a format stores things does not matter.
"""

import zipfile
import zlib
from dataclasses import dataclass

from limits.errors import YekuoError

Cells = tuple[str, ...]
TEXT = "正文"
# What the readers raise of files that are cut off, locked, nested without end or filled with something else.
BROKEN = (
    ValueError, LookupError, OSError, SyntaxError, AssertionError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
LETTERS = 16  # X: so many cost as much as an element


class DocumentUnreadable(YekuoError):
    """文件 {file} 读不出来（{reason}）。应为本系统出具的 HTML、DOCX、XLSX、PDF 或 JSON 报告；请核对文件是否完整。"""

    code = "document_unreadable"


def reason_of(error: Exception) -> str:
    """Why a file cannot be read, fit to be printed: parts of it may be the file's own words."""
    told = str(error).partition("\n")[0] or type(error).__name__
    return "".join(each for each in told if each.isprintable())[:200]


@dataclass(frozen=True, slots=True)
class Block:
    """A table, or the text under one heading; the first row of a table (``heads``) names its columns.

    ``drawn``: what a program that saves a document again draws anew, so that a difference alone blames nobody.
    """

    name: str
    rows: tuple[Cells, ...]
    heads: bool = False
    drawn: bool = False


class Meter:
    """How much of a document was read: a piece is an element, a cell or sixteen letters; no more than ``most``."""

    def __init__(self, most: int | None = None) -> None:
        self.most, self.spent = most, 0

    def spend(self, letters: int = 0) -> None:
        """One piece more, of so many ``letters``; raises ValueError past the most."""
        self.spent += 1 + letters // LETTERS
        if self.most is not None and self.spent > self.most:
            raise ValueError("内容多得不像一份报告")
