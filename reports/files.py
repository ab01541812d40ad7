"""The month's three files, written whole or not at all."""

import json
import tempfile
from errno import EISDIR
from pathlib import Path

from reports.errors import FolderNotWritable
from reports.month import MonthReport
from reports.page import render_page

NAMES = ("report.json", "report.xlsx", "report.html")


def write_month(report: MonthReport, folder: Path) -> list[Path]:
    """Write report.json, report.xlsx and report.html into ``folder``; their paths.

    All three are finished in a folder of their own before the first takes its place, so that a full
    disk or a broken figure leaves last time's files as they were.  Raises FolderNotWritable.
    """
    from reports.workbook import write_workbook

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".month-") as name:
            made = Path(name)
            told = json.dumps(report.to_json(), ensure_ascii=False, indent=2)
            (made / NAMES[0]).write_text(told + "\n", encoding="utf-8", newline="\n")
            write_workbook(report, made / NAMES[1])
            (made / NAMES[2]).write_text(render_page(report), encoding="utf-8", newline="\n")
            _take_places(made, folder)
    except OSError as error:
        raise FolderNotWritable(folder=folder, reason=error.strerror or str(error)) from error
    return [folder / name for name in NAMES]


def _take_places(made: Path, folder: Path) -> None:
    """Put the finished files where they belong; the workbook, which may be open in Excel, before the others."""
    for name in NAMES:
        if (folder / name).is_dir():
            raise IsADirectoryError(EISDIR, f"{name} 已是一个文件夹")
    for name in sorted(NAMES, key=lambda name: not name.endswith(".xlsx")):
        (made / name).replace(folder / name)
