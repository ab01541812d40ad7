"""What everybody may see without logging in: the own application, account managers, and the notice board."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from limits.errors import YekuoError
from limits.in_force import in_force
from limits.terms import Step
from limits.zone import local
from web import errors
from web.access.admission import public
from web.desk import ADesk, Desk
from web.pages.fields import AText
from web.problems import form_page
from web.rendering import render
from web.work import customers, filled
from web.work.profiles import profiles
from workflow import store
from workflow.people.organisation import load_organisation
from workflow.progress import Progress, progress
from workflow.ratings import LONGEST_TEXT

router = APIRouter(include_in_schema=False)
PATH = "/progress"
# X: what each score says to who gives it.
SCORES = ((5, "很满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "很不满意"))
Act = Callable[[Progress], None]


@router.get(PATH, dependencies=[public("办电进度查询页，不含任何申请的内容")])
def progress_form(request: Request) -> Response:
    """The form."""
    return _page(request, None)


@router.post(PATH, dependencies=[public("客户凭申请编号和查询码查看本人的申请")])
def progress_page(request: Request, desk: ADesk, number: AText = "", code: AText = "") -> Response:
    """The application of who knows its number and code; sent as a form, so that no address holds the code."""
    return _answer(request, desk, number, code)


@router.post(f"{PATH}/rate", dependencies=[public("客户凭申请编号和查询码评价已完成的环节")])
def rate(
    request: Request,
    desk: ADesk,
    number: AText = "",
    code: AText = "",
    step: AText = "",
    score: AText = "",
    text: AText = "",
) -> Response:
    """A step rated, once."""

    def act(found: Progress) -> None:
        rated, given = filled.term(Step, "环节", step), filled.whole("分数", score, 1, 5)
        if rated is None or given is None:
            raise errors.RequestInvalid(problems="没有选分数")
        customers.rate(desk, found, step=rated, score=given, text=text)

    return _answer(request, desk, number, code, act, "评价已登记，谢谢。")


@router.post(f"{PATH}/choose", dependencies=[public("客户凭申请编号和查询码选择客户经理")])
def choose(
    request: Request, desk: ADesk, number: AText = "", code: AText = "", manager: AText = ""
) -> Response:
    """An account manager chosen while there is none."""

    def act(found: Progress) -> None:
        customers.choose(desk, found, manager=manager)

    return _answer(request, desk, number, code, act, "客户经理已选定。")


def _answer(
    request: Request, desk: Desk, number: str, code: str, act: Act | None = None, done: str = ""
) -> Response:
    """The page of the application, after ``act`` where there is one; without the code nothing is done."""
    try:
        found = customers.looked_up(request, desk, number, code)
    except YekuoError as refused:
        return _page(request, None, number=number, refused=refused)
    try:
        if act is not None:
            act(found)
    except YekuoError as refused:
        return _shown(request, desk, found.number, code, refused=refused)
    return _shown(request, desk, found.number, code, done=done)


def _shown(
    request: Request, desk: Desk, number: str, code: str, *, done: str = "", refused: YekuoError | None = None
) -> Response:
    """The application as it stands now, with what its customer can do."""
    found = progress(desk.book, number, code, desk.now())
    return _page(
        request,
        found,
        number=number,
        refused=refused,
        done=done,
        code=code,
        choices=customers.choices(desk, found),
        scores=SCORES,
        longest=LONGEST_TEXT,
    )


def _page(
    request: Request,
    found: Progress | None,
    *,
    number: str = "",
    refused: YekuoError | None = None,
    **more: Any,
) -> Response:
    said = {"number": number, "found": found, "done": ""}
    return form_page(request, "progress.html", refused, **(said | more))


@router.get("/managers", dependencies=[public("客户经理公开信息：客户据此选择，只有工作用名和统计数字")])
def managers(request: Request, desk: ADesk, station: str = "") -> Response:
    """The account managers of a station, with what a customer chooses by."""
    now = local(desk.now())
    with store.reading(desk.engine) as connection:
        stations = load_organisation(connection, now).stations()
    if station and station not in stations:
        raise errors.PageUnknown
    found = profiles(desk, station, now) if station else ()
    return render(request, "managers.html", stations=stations, station=station, profiles=found)


@router.get("/notice", dependencies=[public("公示栏：办电环节、时限和监督电话")])
def notice(request: Request, desk: ADesk) -> Response:
    """公示栏: the steps and limits in force today, and whom to call. Internal deadlines are not promises."""
    today = local(desk.now()).date()
    rules = desk.book.rules.policies
    held = in_force(rules, today)
    layers = [
        (layer, [each for each in held.limits if each[0].layer is layer]) for layer in customers.PROMISED
    ]
    return render(
        request,
        "notice.html",
        today=today,
        label=rules.label,
        telephones=customers.TELEPHONES,
        machines=held.machines,
        layers=[(layer, limits) for layer, limits in layers if limits],
    )
