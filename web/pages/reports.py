"""报表: the periods there are, each one's report in a frame of the desk, its files, and its closing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.errors import YekuoError
from reports.documents.files import Format
from reports.periods import Span
from web.access import once
from web.access.admission import ASession, needs
from web.access.rights import Account, Right, may
from web.desk import ADesk, Desk
from web.errors import PageUnknown
from web.pages.fields import AText
from web.problems import form_page
from web.rendering import render
from web.work import reporting
from web.work.report_files import LABELS, LETTERED, as_document, as_json, as_page, lacking
from web.work.reporting import Edition, PeriodState, Reported, edition_for

router = APIRouter(include_in_schema=False)
PATH = "/reports"
JSON = "json"
AReader = Annotated[Account, needs(Right.READ_REPORTS)]
ACloser = Annotated[Account, needs(Right.CLOSE_PERIOD)]
DONE = {"closed": "已封存。请把封存值另行抄存：它能证明这一期和以前各期都没有被改动。"}


@router.get(PATH)
def report_list(request: Request, desk: ADesk, account: AReader) -> HTMLResponse:
    """Every period that has a report, by year and length, the latest first."""
    years: dict[int, dict[Span, list[Reported]]] = {}
    for each in reporting.reported(desk.engine, desk.now()):
        spans = years.setdefault(each.period.year, {span: [] for span in reversed(Span)})
        spans[each.period.span].append(each)
    return render(request, "reports.html", years=years, named=may(account, Right.READ_FULL_REPORTS))


@router.get(f"{PATH}/{{period}}")
def report_page(
    request: Request,
    desk: ADesk,
    account: AReader,
    period: str,
    missing: Annotated[str, Depends(lacking)],
    edition: str = "",
    done: str = "",
) -> HTMLResponse:
    """One period, between the one before and the one after."""
    which, alike = reporting.found(desk, period)
    place = alike.index(which)
    return render(
        request,
        "report.html",
        which=which,
        later=alike[place - 1].period if place else None,
        earlier=alike[place + 1].period if place + 1 < len(alike) else None,
        edition=edition_for(account, _edition(edition)),
        named=may(account, Right.READ_FULL_REPORTS),
        forms=[(each.value, LABELS[each]) for each in Format if not (missing and each in LETTERED)],
        missing=missing,
        closable=which.state is PeriodState.OPEN and may(account, Right.CLOSE_PERIOD),
        done=DONE.get(done, ""),
    )


@router.get(f"{PATH}/{{period}}/page")
def report_document(desk: ADesk, account: AReader, period: str, edition: str = "") -> HTMLResponse:
    """The report itself, to read in the frame, alone, or on paper."""
    which, _ = reporting.found(desk, period)
    return as_page(desk, which, edition_for(account, _edition(edition)), within="'self'")


@router.get(f"{PATH}/{{period}}/file/{{form}}")
def report_file(desk: ADesk, account: AReader, period: str, form: str, edition: str = "") -> Response:
    """The report to be kept; as JSON there is the whole one only."""
    which, _ = reporting.found(desk, period)
    if form == JSON:
        edition_for(account, Edition.FULL)
        return as_json(desk, which)
    if form not in {each.value for each in Format}:
        raise PageUnknown
    return as_document(desk, which, edition_for(account, _edition(edition)), Format(form))


@router.get(f"{PATH}/{{period}}/close")
def closing_page(request: Request, desk: ADesk, _: ACloser, period: str) -> Response:
    """What closing means and what would be sealed; nothing is written."""
    which, _alike = reporting.found(desk, period)
    if which.state is not PeriodState.OPEN:
        return RedirectResponse(f"{PATH}/{which.period}", 303)
    return _confirm(request, desk, which)


@router.post(f"{PATH}/{{period}}/close")
def close(
    request: Request,
    desk: ADesk,
    account: ACloser,
    _: ASession,
    period: str,
    form_key: AText = "",
) -> Response:
    """封存, once."""
    which, _alike = reporting.found(desk, period)
    address = f"{PATH}/{which.period}"

    def act() -> str:
        reporting.close(desk, which.period, account)
        return f"{address}?done=closed"

    try:
        return RedirectResponse(
            once.once(desk.engine, account, form_key, f"{address}/close", {}, desk.now(), act), 303
        )
    except YekuoError as refused:
        return _confirm(request, desk, which, refused)


def _confirm(
    request: Request, desk: Desk, which: Reported, refused: YekuoError | None = None
) -> HTMLResponse:
    return form_page(
        request,
        "report_close.html",
        refused,
        which=which,
        paper=reporting.paper_of(desk, which, Edition.FULL),
    )


def _edition(text: str) -> Edition | None:
    """The edition an address asks for; None where it asks for none; raises PageUnknown for no edition at all."""
    known = {each.value: each for each in Edition}
    if text and text not in known:
        raise PageUnknown
    return known.get(text)
