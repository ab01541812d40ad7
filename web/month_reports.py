"""The months there are reports of, and each month's report and files: for the pages and the API."""

import tempfile
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from starlette.responses import HTMLResponse, Response

from limits.zone import local
from reports.month import Month, MonthReport, month_report
from reports.page import render_page
from web import errors
from web.desk import Desk
from web.own_style import own_document
from workflow import store
from workflow.tables import application

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def months(engine: sa.Engine, now: datetime) -> list[Month]:
    """From the month of ``now`` back to that of the first acceptance; none when nothing was accepted."""
    with store.reading(engine) as connection:
        begun: datetime | None = connection.scalar(sa.select(sa.func.min(application.c.accepted_at)))
    if begun is None or begun > now:
        return []
    begin, end = (each.year * 12 + each.number - 1 for each in (month_of(begun), month_of(now)))
    return [Month(each // 12, each % 12 + 1) for each in range(end, begin - 1, -1)]


def month_of(at: datetime) -> Month:
    """The month of an instant."""
    return Month(local(at).year, local(at).month)


def known_month(desk: Desk, text: str) -> Month:
    """The month that ``text`` names; raises MonthInvalid, or PageUnknown for one that is not there."""
    wanted = Month.parse(text)
    if wanted not in months(desk.engine, desk.now()):
        raise errors.PageUnknown
    return wanted


def report_of(desk: Desk, text: str) -> MonthReport:
    """The report of the month that ``text`` names, as of now; raises as :func:`known_month`."""
    return month_report(desk.book, known_month(desk, text), desk.now())


def as_document(report: MonthReport, *, within: str = "'none'") -> HTMLResponse:
    """The report to be read; ``within`` says which pages may show it in a frame, as CSP writes it."""
    return own_document(render_page(report), within=within)


def as_workbook(report: MonthReport) -> Response:
    """The same as a workbook to be kept."""
    from reports.workbook import write_workbook  # xlsxwriter takes a while to load

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        write_workbook(report, path)
        return as_file(path.read_bytes(), SHEET, f"时限月报-{report.month}.xlsx")


def as_file(content: bytes, kind: str, name: str) -> Response:
    """A file to be kept under ``name``."""
    told = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=kind, headers={"Content-Disposition": told})
