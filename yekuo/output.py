"""What the commands print: JSON for programs, tables for people, progress for a terminal."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from limits.terms import Level, Verdict

WIDE = 140
COLOURS = {Level.BLUE: "blue", Level.ORANGE: "dark_orange", Level.YELLOW: "yellow", Level.RED: "bold red"}
VERDICT_COLOURS = {Verdict.LATE: "red", Verdict.OPEN_LATE: "red", Verdict.MET: "green"}


def console() -> Console:
    """Standard output; a pipe is taken to be wide, so that nothing is cut."""
    return Console(width=None if sys.stdout.isatty() else WIDE, highlight=False, soft_wrap=False)


def print_json(value: object) -> None:
    """One JSON value on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table; what a person typed is never read as markup."""
    from rich.text import Text

    made = Table(title=title, title_justify="left", header_style="bold", title_style="bold")
    for heading in headings:
        justify: Literal["left", "right"] = "right" if heading.endswith(">") else "left"
        made.add_column(heading.removesuffix(">"), justify=justify, overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    return made


def level_text(level: Level) -> Any:
    """A level in its word and its colour."""
    from rich.text import Text

    return Text(level.label, style=COLOURS[level])


def verdict_text(verdict: Verdict | None) -> Any:
    """A verdict in its word and its colour; no limit, no verdict."""
    from rich.text import Text

    return (
        Text("不设时限") if verdict is None else Text(verdict.label, style=VERDICT_COLOURS.get(verdict, ""))
    )


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on standard error, only on a terminal; yields what reports (done, total)."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
