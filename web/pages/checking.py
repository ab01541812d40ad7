"""核对报告: whether the figures of a document that somebody brings are the sealed ones."""

from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import HTMLResponse

from limits.errors import YekuoError
from reports.verifying.check import SHOWN, SUFFIXES, Checked
from web import errors
from web.access.admission import ASession, needs
from web.access.rights import Account, Right, may
from web.desk import ADesk
from web.envelope import LARGEST_TOLD
from web.pages.reports import PATH
from web.problems import form_page
from web.work import reporting

router = APIRouter(include_in_schema=False)
ADDRESS = f"{PATH}/verify"
AReader = Annotated[Account, needs(Right.READ_REPORTS)]


@router.get(ADDRESS)
def asking(request: Request, account: AReader) -> HTMLResponse:
    """Where a document is chosen."""
    return _page(request, account)


@router.post(ADDRESS)
def answer(
    request: Request,
    desk: ADesk,
    account: AReader,
    _: ASession,
    file: Annotated[UploadFile | None, File()] = None,
) -> HTMLResponse:
    """What was found; nothing is written."""
    name = file.filename or "" if file else ""
    try:
        if file is None or not name:
            raise errors.RequestInvalid(problems="没有选择报告文件")
        found = reporting.check(desk, account, name, file.file.read())
    except YekuoError as refused:
        return _page(request, account, refused=refused)
    return _page(request, account, found=found, name=name)


def _page(
    request: Request,
    account: Account,
    *,
    found: Checked | None = None,
    name: str = "",
    refused: YekuoError | None = None,
) -> HTMLResponse:
    return form_page(
        request,
        "report_verify.html",
        refused,
        found=found,
        file_name=name,
        suffixes=SUFFIXES,
        most=SHOWN,
        largest=LARGEST_TOLD,
        named=may(account, Right.READ_FULL_REPORTS),
    )
