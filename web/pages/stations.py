"""供电所评价: which stations there are, and each one's evaluation with its documents (domain §11)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.errors import YekuoError
from reports.documents.files import Format
from reports.errors import PeriodInvalid
from reports.periods import Period
from reports.stations.evaluation import Evaluation
from reports.stations.records import Act
from web.access import once
from web.access.admission import ASession, needs
from web.access.rights import Account, Right, may
from web.desk import ADesk, Desk
from web.errors import PageUnknown
from web.pages.fields import AText
from web.pages.judging import CLOSE, FORMS, ONE, PATH, address_of, hindered, shared
from web.problems import form_page
from web.rendering import render
from web.work import stations
from web.work.report_files import LABELS, LETTERED, lacking
from web.work.reporting import Edition, edition_for
from web.work.station_files import as_document, as_page

router = APIRouter(include_in_schema=False)
AReader = Annotated[Account, needs(Right.READ_EVALUATIONS)]
AnOpener = Annotated[Account, needs(Right.OPEN_EVALUATIONS)]
ACTS = (
    *((each.act, each.right, each.path) for each in FORMS),
    (Act.CLOSED, Right.JUDGE_EVALUATIONS, CLOSE),
)
DONE = {each.value: f"已{each.label}。" for each in Act}


@router.get(PATH)
def station_list(request: Request, desk: ADesk, account: AReader, period: str = "") -> HTMLResponse:
    """The stations the account sees, in one period."""
    which = Period.parse(period) if period else stations.usual(desk, account)
    return _list(request, desk, account, which)


@router.post(PATH)
def open_evaluation(
    request: Request,
    desk: ADesk,
    account: AnOpener,
    _: ASession,
    period: AText = "",
    station: AText = "",
    form_key: AText = "",
) -> Response:
    """建立, once."""
    try:
        which = Period.parse(period)
    except PeriodInvalid:
        raise PageUnknown from None

    def act() -> str:
        return address_of(stations.open_evaluation(desk, account, which, station), "?done=opened")

    contents = {"period": period, "station": station}
    try:
        address = once.once(desk.engine, account, form_key, PATH, contents, desk.now(), act)
    except PageUnknown:
        raise
    except YekuoError as refused:
        return _list(request, desk, account, which, refused)
    return RedirectResponse(address, 303)


@router.get(f"{ONE}/page")
def evaluation_document(
    desk: ADesk, account: AReader, period: str, station: str, edition: Edition | None = None
) -> HTMLResponse:
    """The evaluation itself, to read or on paper."""
    found = stations.seen(desk, account, period, station)
    return as_page(desk, found, edition_for(account, edition, Right.READ_APPLICATIONS))


@router.get(f"{ONE}/file/{{form}}")
def evaluation_file(
    desk: ADesk, account: AReader, period: str, station: str, form: str, edition: Edition | None = None
) -> Response:
    """The evaluation to be kept."""
    found = stations.seen(desk, account, period, station)
    if form not in {each.value for each in Format}:
        raise PageUnknown
    return as_document(desk, found, edition_for(account, edition, Right.READ_APPLICATIONS), Format(form))


@router.get(ONE)
def evaluation_page(
    request: Request,
    desk: ADesk,
    account: AReader,
    period: str,
    station: str,
    missing: Annotated[str, Depends(lacking)],
    done: str = "",
) -> HTMLResponse:
    """One evaluation: what each item has, on what evidence, who said so, and what can be done."""
    found = stations.seen(desk, account, period, station)
    return render(
        request,
        "station.html",
        **shared(found),
        named=may(account, Right.READ_APPLICATIONS),
        state=stations.state_of(found),
        acts=_acts(desk, account, found),
        keys=stations.paper_of(desk, found, Edition.FULL).keys,
        forms=[(each.value, LABELS[each]) for each in Format if not (missing and each in LETTERED)],
        missing=missing,
        done=DONE.get(done, ""),
    )


def _list(
    request: Request, desk: Desk, account: Account, which: Period, refused: YekuoError | None = None
) -> HTMLResponse:
    there = stations.periods(desk, account)
    return form_page(
        request,
        "stations.html",
        refused,
        which=which,
        periods=there if which in there else [which, *there],
        lines=stations.lines(desk, account, which),
        named=may(account, Right.READ_APPLICATIONS),
        can_open=may(account, Right.OPEN_EVALUATIONS) and which in there,
        address_of=address_of,
    )


def _acts(desk: Desk, account: Account, found: Evaluation) -> list[tuple[Act, str, str]]:
    """What ``account`` has the right to: the end of its address, and why it cannot be done now."""
    if found.result is not None:
        return []
    return [
        (act, path, hindered(desk, account, found, act)) for act, right, path in ACTS if may(account, right)
    ]
