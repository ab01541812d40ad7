"""Which reader reads which document."""

from collections.abc import Callable, Iterator

from reports.verifying.blocks import BROKEN, Block, DocumentUnreadable, Meter, reason_of
from reports.verifying.reading.page import read_page
from reports.verifying.reading.tree import read_tree
from reports.verifying.reading.word import read_word
from reports.verifying.reading.workbook import read_workbook

READERS: dict[str, Callable[[bytes, Meter], Iterator[Block]]] = {
    ".html": read_page,
    ".docx": read_word,
    ".xlsx": read_workbook,
    ".json": read_tree,
}


def blocks_of(content: bytes, suffix: str, file: str, meter: Meter) -> tuple[Block, ...]:
    """What a document says, in its own order. Raises DocumentUnreadable."""
    try:
        return tuple(READERS[suffix](content, meter))
    except BROKEN as error:
        raise DocumentUnreadable(file=file, reason=reason_of(error)) from error
