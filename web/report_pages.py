"""报表: the months there are, each month's report in a frame of the desk, and its files."""

import json

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from reports.month import Month
from web.admission import needs
from web.desk import ADesk
from web.month_reports import as_document, as_file, as_workbook, known_month, month_of, months, report_of
from web.pages import render
from web.rights import Right

router = APIRouter(include_in_schema=False, dependencies=[needs(Right.READ_REPORTS)])
PATH = "/reports"


@router.get(PATH)
def report_list(request: Request, desk: ADesk) -> HTMLResponse:
    """Every month that has a report, by year, the latest first."""
    years: dict[int, list[Month]] = {}
    for each in months(desk.engine, desk.now()):
        years.setdefault(each.year, []).append(each)
    return render(request, "reports.html", years=years, current=month_of(desk.now()))


@router.get(f"{PATH}/{{month}}")
def report_page(request: Request, desk: ADesk, month: str) -> HTMLResponse:
    """One month, between the one before and the one after."""
    there, wanted = months(desk.engine, desk.now()), known_month(desk, month)
    place = there.index(wanted)
    return render(
        request,
        "report.html",
        month=wanted,
        later=there[place - 1] if place else None,
        earlier=there[place + 1] if place + 1 < len(there) else None,
        unfinished=wanted.ends > desk.now(),
    )


@router.get(f"{PATH}/{{month}}/page")
def report_document(desk: ADesk, month: str) -> HTMLResponse:
    """The report itself, to read in the frame, alone, or on paper."""
    return as_document(report_of(desk, month), within="'self'")


@router.get(f"{PATH}/{{month}}/xlsx")
def report_workbook(desk: ADesk, month: str) -> Response:
    """The same as a workbook."""
    return as_workbook(report_of(desk, month))


@router.get(f"{PATH}/{{month}}/json")
def report_figures(desk: ADesk, month: str) -> Response:
    """The same for programs."""
    report = report_of(desk, month)
    text = json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n"
    return as_file(text.encode(), "application/json", f"时限月报-{report.month}.json")
