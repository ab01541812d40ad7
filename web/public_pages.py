"""What everybody may see without logging in: the progress of an own application, and the notice board."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from limits.errors import YekuoError
from limits.policy import Layer
from limits.zone import local
from web import errors
from web.admission import public
from web.desk import ADesk
from web.envelope import address_of
from web.pages import render
from web.problems import status_of
from web.rule_pages import in_force
from web.tries import Tries
from workflow.progress import Progress, progress

router = APIRouter(include_in_schema=False)
PATH = "/progress"
# X: a customer mistypes a few times; a program that guesses is slowed to nothing.
MOST = 10


@router.get(PATH, dependencies=[public("办电进度查询页，不含任何申请的内容")])
def progress_form(request: Request) -> Response:
    """The form."""
    return _page(request)


@router.post(PATH, dependencies=[public("客户凭申请编号和查询码查看本人的申请")])
def progress_page(
    request: Request,
    desk: ADesk,
    number: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    """The application of who knows its number and code; sent as a form, so that no address holds the code."""
    try:
        if not _tries(request).allow(address_of(request.scope), desk.now()):
            raise errors.TriesExceeded(most=MOST)
        if "\0" in number:
            raise errors.RequestInvalid(problems="申请编号含有不可见的空字符")
        found = progress(desk.book, number.strip(), code, desk.now())
    except YekuoError as refused:
        return _page(request, number=number, refused=refused)
    return _page(request, number=number, found=found)


def _tries(request: Request) -> Tries:
    state = request.app.state
    if not hasattr(state, "progress_tries"):
        state.progress_tries = Tries(MOST)
    tries: Tries = state.progress_tries
    return tries


def _page(
    request: Request, *, number: str = "", found: Progress | None = None, refused: YekuoError | None = None
) -> Response:
    return render(
        request,
        "progress.html",
        status=status_of(refused) if refused else 200,
        number=number,
        found=found,
        refused=refused.message if refused else "",
    )


@router.get("/notice", dependencies=[public("公示栏：办电环节、时限和监督电话")])
def notice(request: Request, desk: ADesk) -> Response:
    """公示栏: the steps and limits in force today, and whom to call. Internal deadlines are not promises."""
    today = local(desk.now()).date()
    rules = desk.book.rules.policies
    held = in_force(rules, today)
    layers = [
        (layer, [each for each in held["limits"] if each[0].layer is layer])
        for layer in (Layer.LOCAL, Layer.COMPANY, Layer.NATIONAL)
    ]
    return render(
        request,
        "notice.html",
        today=today,
        label=rules.label,
        machines=held["machines"],
        layers=[(layer, limits) for layer, limits in layers if limits],
    )
