"""The shipped sample ledger for the tests: its truth, and copies of it that say less or more."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

from limits.shipped import DATA
from limits.zone import local
from tests.dates import at
from workflow.ledger import cells as ledger_cells
from workflow.ledger.columns import LEDGER_SHEET, SUSPENSION_SHEET
from workflow.listing import ApplicationView

LEDGER = DATA / "samples" / "ledger-2026.xlsx"
TRUTH: dict[str, Any] = json.loads((DATA / "samples" / "ledger-2026.truth.json").read_text(encoding="utf-8"))
AS_OF = at("2026-11-20 五 18:00")
# 契约 is ours: the truth was computed without it.
NOT_IN_TRUTH = "contract"

Cells = dict[str, Any]


def write_changed(path: Path, change: Callable[[str, Cells], Cells | None]) -> Path:
    """The sample with every row as ``change(sheet, cells)`` gives it back; None leaves the row out."""
    source = openpyxl.load_workbook(LEDGER)
    made = openpyxl.Workbook()
    assert made.active is not None
    made.remove(made.active)
    for name in (LEDGER_SHEET, SUSPENSION_SHEET):
        sheet, rows = made.create_sheet(name), source[name].iter_rows(values_only=True)
        headings = [str(each) for each in next(rows)]
        sheet.append(headings)
        for row in rows:
            cells = change(name, dict(zip(headings, row, strict=True)))
            if cells is not None:
                sheet.append(list(cells.values()))
    made.save(path)
    source.close()
    return path


def instant(cell: object) -> datetime | None:
    """The instant a cell tells, however it is typed; None when it is blank or tells none."""
    try:
        return None if cell in (None, "") else ledger_cells.instant(cell)
    except ledger_cells.CellFault:
        return None


def known_by(until: datetime) -> Callable[[str, Cells], Cells | None]:
    """The good rows of the sample as they would have been exported at ``until``: what came later is blank."""
    bad = {each["number"] for each in TRUTH["rejected"] if each["kind"] != "duplicate"}

    def change(_sheet: str, cells: Cells) -> Cells | None:
        if cells["申请编号"] in bad:
            return None
        for name, cell in cells.items():
            found = instant(cell) if name.endswith("时间") else None
            if found is not None and found > local(until):
                cells[name] = None
        if "受理时间" in cells:
            cells["状态"] = None
        return cells if cells.get("受理时间") or cells.get("挂起时间") else None

    return change


def told(view: ApplicationView) -> dict[str, Any]:
    """The local layer of one application in the words of the truth."""
    clocks = {
        each.name: {
            "limit": each.limit,
            "used": each.reading.used,
            "verdict": str(each.reading.verdict),
            "running": each.reading.running,
            "due": None if each.reading.due_on is None else each.reading.due_on.isoformat(),
        }
        for each in view.clocks
        if each.layer == "local" and each.name != NOT_IN_TRUTH
    }
    alerts = [
        (each.name, level.level.value, level.crossed_on.isoformat())
        for each in view.clocks
        if each.layer == "local" and each.name != NOT_IN_TRUTH
        for level in each.levels
    ]
    return {"clocks": clocks, "alerts": sorted(alerts)}


def true_of(number: str) -> dict[str, Any]:
    """What the truth says of ``number``, its alerts in a fixed order."""
    found = TRUTH["applications"][number]
    return {"clocks": found["clocks"], "alerts": sorted(tuple(each) for each in found["alerts"])}
