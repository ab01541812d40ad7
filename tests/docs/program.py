"""The program as its documents speak of it: every class of every module, and the rows of a table."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("limits", "workflow", "alerts", "reports", "web", "yekuo")
T = TypeVar("T")


def subclasses(root: type[T]) -> list[type[T]]:
    """Every class of ours below ``root``, whichever module defines it; classes made by tests left out."""
    for package in PACKAGES:
        for each in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if "migrations" not in each.name:  # run by alembic only
                importlib.import_module(each.name)
    return [each for each in _below(root) if each.__module__.partition(".")[0] in PACKAGES]


def _below(root: type[T]) -> Iterator[type[T]]:
    for each in root.__subclasses__():
        yield each
        yield from _below(each)


def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands below ``heading``, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"没有“{heading}”一节"
    return found[1]


def rows(text: str) -> list[tuple[str, ...]]:
    """The rows of every Markdown table in ``text``, headings and rules left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    found = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    rules = [index for index, cells in enumerate(found) if set("".join(cells)) <= {"-", ":"}]
    return [cells for index, cells in enumerate(found) if index not in rules and index + 1 not in rules]
