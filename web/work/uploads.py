"""A file that somebody sent, for as long as it is looked at."""

import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TypeVar

T = TypeVar("T")
LONGEST_NAME = 64


def file_named(given: str, otherwise: str) -> str:
    """The file's own name, fit to stand in a folder and in a sentence; ``otherwise`` where nothing of it is."""
    name = PurePosixPath(given.replace("\\", "/")).name
    kept = "".join(each for each in name if each.isprintable() and each not in ':*?"<>|')
    return kept[-LONGEST_NAME:].lstrip(". ") or otherwise


def with_file(name: str, content: bytes, use: Callable[[Path], T]) -> T:
    """``use`` of a file that holds ``content``; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return use(path)
