"""What the commands print: JSON for programs, tables for people, progress for a terminal.

Where it goes is prepared first: a terminal keeps its encoding, everything else gets UTF-8, and a character
that cannot be written is escaped rather than a reason to fail.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from limits.errors import YekuoError
from limits.terms import Level, Verdict

WIDE = 140
COLOURS = {Level.BLUE: "blue", Level.ORANGE: "dark_orange", Level.YELLOW: "yellow", Level.RED: "bold red"}
VERDICT_COLOURS = {Verdict.LATE: "red", Verdict.OPEN_LATE: "red", Verdict.MET: "green"}


class OutputUnwritable(YekuoError):
    """结果写不出去（{reason}）。请换一个能写的位置，或腾出磁盘空间后重新运行。"""

    code = "output_unwritable"


def prepare_streams() -> None:
    """Make standard output and standard error something that can be written to; a closed one swallows all."""
    sys.stdout = _prepared(sys.stdout)
    sys.stderr = _prepared(sys.stderr)


def _prepared(stream: TextIO | None) -> TextIO:
    if stream is None:  # ``yekuo … >&-``
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, TextIOWrapper):
        # A redirect on a Chinese Windows would be GBK, which lacks ⌈, — and what programs expect of JSON.
        encoding = stream.encoding if stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors="backslashreplace")
    return stream


def give_up(stream: TextIO) -> None:
    """Let what is still in ``stream`` go nowhere, so that the interpreter does not stumble over it at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def say_error(message: str) -> None:
    """One line on standard error; where that cannot be written, the exit code has to do."""
    try:
        sys.stderr.write(message + "\n")
        sys.stderr.flush()
    except OSError:
        give_up(sys.stderr)


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
