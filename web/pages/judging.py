"""自评, 复核 and 评定 of a station: each a form of its own that keeps what was typed, and done once (domain §11)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.duties import period_said
from limits.errors import YekuoError
from reports.stations.evaluation import Evaluation
from reports.stations.judging import hindrance, refuse
from reports.stations.paper import round_state
from reports.stations.records import LONGEST_TEXT, Act
from web.access import once
from web.access.admission import ASession, needs
from web.access.rights import Account, Right
from web.desk import ADesk, Desk
from web.pages.acting import typed_of
from web.problems import form_page
from web.work import station_form, stations

router = APIRouter(include_in_schema=False)
PATH = "/stations"
ONE = PATH + "/{period}/{station:path}"
CLOSE = "close"
AJudge = Annotated[Account, needs(Right.JUDGE_EVALUATIONS)]
ATyped = Annotated[dict[str, str], Depends(typed_of)]


@dataclass(frozen=True, slots=True)
class JudgeForm:
    """A form over all items: ``path`` ends its address, ``said`` is what stands beside the points."""

    act: Act
    right: Right
    path: str
    said: str
    about: str


FORMS = (
    JudgeForm(
        Act.SCORED,
        Right.SCORE_EVALUATIONS,
        "score",
        "依据",
        "没有选得分的项这次不登记，可以分几次填。改分另记一条，以最后一次为准，改过的要重新复核。"
        "有周期事项的，不写依据就以它为依据。",
    ),
    JudgeForm(
        Act.REVIEWED,
        Right.JUDGE_EVALUATIONS,
        "review",
        "理由",
        "以复核的得分为准，与自评不同的要写理由。没有选得分的项这次不登记。做过自评的人不能复核。",
    ),
)


def _serve(form: JudgeForm) -> None:
    """The two addresses of ``form``: asked for, and sent."""
    gate = needs(form.right)

    @router.get(f"{ONE}/{form.path}")
    def ask(
        request: Request, desk: ADesk, account: Annotated[Account, gate], period: str, station: str
    ) -> HTMLResponse:
        """The form with what stands, and why nothing can be done if so."""
        found = stations.seen(desk, account, period, station)
        return _form(request, form, found, why=hindered(desk, account, found, form.act))

    @router.post(f"{ONE}/{form.path}")
    def take(
        request: Request,
        desk: ADesk,
        account: Annotated[Account, gate],
        _: ASession,
        period: str,
        station: str,
        typed: ATyped,
    ) -> Response:
        """All that was filled in, or nothing and why."""
        found = stations.seen(desk, account, period, station)

        def act() -> str:
            refuse(found, form.act, actor=account.name, now=desk.now())
            given = station_form.judgements(found, form.act, typed)
            stations.judge(desk, account, found, form.act, given, station_form.known(typed))
            return address_of(found, f"?done={form.act.value}")

        def again(refused: YekuoError) -> Response:
            now = stations.seen(desk, account, period, station)
            return _form(request, form, now, typed=typed, refused=refused)

        return _done(desk, account, address_of(found, f"/{form.path}"), typed, act, again)


for each in FORMS:
    _serve(each)


@router.get(f"{ONE}/{CLOSE}")
def closing_page(request: Request, desk: ADesk, account: AJudge, period: str, station: str) -> HTMLResponse:
    """What would be decided, or why it cannot be; nothing is written."""
    found = stations.seen(desk, account, period, station)
    return _closing(request, found, why=hindered(desk, account, found, Act.CLOSED))


@router.post(f"{ONE}/{CLOSE}")
def close(
    request: Request, desk: ADesk, account: AJudge, _: ASession, period: str, station: str, typed: ATyped
) -> Response:
    """评定, once."""
    found = stations.seen(desk, account, period, station)

    def act() -> str:
        stations.close(desk, account, found, typed.get("text", ""), station_form.known(typed))
        return address_of(found, "?done=closed")

    def again(refused: YekuoError) -> Response:
        return _closing(request, stations.seen(desk, account, period, station), typed=typed, refused=refused)

    return _done(desk, account, address_of(found, f"/{CLOSE}"), typed, act, again)


def hindered(desk: Desk, account: Account, found: Evaluation, act: Act) -> str:
    """Why ``account`` cannot do ``act`` now, empty when nothing is in the way."""
    refused = hindrance(found, act, actor=account.name, now=desk.now())
    return refused.message if refused else ""


def address_of(found: Evaluation, end: str = "") -> str:
    """The page of an evaluation, or one below it."""
    return f"{PATH}/{found.period}/{quote(found.station, safe='')}{end}"


def shared(found: Evaluation) -> dict[str, Any]:
    """What the pages of one evaluation have in common."""
    return {
        "found": found,
        "address": address_of(found),
        "round_state": round_state,
        "period_said": period_said,
        "day_of": date.fromisoformat,
        "instant_of": datetime.fromisoformat,
    }


def _done(
    desk: Desk,
    account: Account,
    route: str,
    typed: Mapping[str, str],
    act: Callable[[], str],
    again: Callable[[YekuoError], Response],
) -> Response:
    """Do it once for each form and go on; refused, back to the form with what was typed."""
    contents = {name: each for name, each in typed.items() if name != once.KEY}
    try:
        address = once.once(desk.engine, account, typed.get(once.KEY, ""), route, contents, desk.now(), act)
    except YekuoError as refused:
        return again(refused)
    return RedirectResponse(address, 303)


def _form(
    request: Request,
    form: JudgeForm,
    found: Evaluation,
    *,
    typed: Mapping[str, str] | None = None,
    refused: YekuoError | None = None,
    why: str = "",
) -> HTMLResponse:
    """What stands in the way of the whole is said above, what stands in the way of an item at the item."""
    lines = station_form.lines(found, form.act, typed or {})
    return form_page(
        request,
        "station_judge.html",
        refused,
        **shared(found),
        form=form,
        groups=[
            (part, [each for each in lines if each.view.item.part == part.name])
            for part in found.standard.parts
        ],
        faulty=[each.view.item for each in lines if each.fault],
        at_item=refused is not None and refused.message in {each.fault for each in lines},
        why=why,
        longest=LONGEST_TEXT,
    )


def _closing(
    request: Request,
    found: Evaluation,
    *,
    typed: Mapping[str, str] | None = None,
    refused: YekuoError | None = None,
    why: str = "",
) -> HTMLResponse:
    points = found.points
    return form_page(
        request,
        "station_close.html",
        refused,
        **shared(found),
        grade="" if points is None else found.standard.grade(points).label,
        text=(typed or {}).get("text", ""),
        why=why,
        longest=LONGEST_TEXT,
    )
