"""The rules as people look them up: what is in force on a day, the calendar of a year, and the calculator."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from limits.calendar import Calendar
from limits.errors import YekuoError
from limits.in_force import in_force
from limits.terms import Mark, Unit
from limits.zone import local
from web.access.admission import needs
from web.access.rights import Right
from web.desk import ADesk
from web.problems import form_page
from web.rendering import render
from web.work import calculating, filled

router = APIRouter(include_in_schema=False, dependencies=[needs(Right.READ_POLICIES)])
PAUSES = 3


@router.get("/policies")
def policies(request: Request, desk: ADesk, on: str = "") -> Response:
    """What an application accepted on a day is judged by, with where each figure is written."""
    day = filled.day("日期", on, local(desk.now()).date())
    rules = desk.book.rules.policies
    held = in_force(rules, day)
    return render(request, "policies.html", on=day, policies=rules, marks=list(Mark), held=held)


@router.get("/calendar")
def this_year(request: Request, desk: ADesk) -> Response:
    """The calendar of the running year."""
    return _year(request, desk.book.rules.calendar, local(desk.now()).date(), local(desk.now()).year)


@router.get("/calendar/{year}")
def one_year(request: Request, desk: ADesk, year: Annotated[int, Path(ge=1, le=9999)]) -> Response:
    """The calendar of any year it knows."""
    return _year(request, desk.book.rules.calendar, local(desk.now()).date(), year)


def _year(request: Request, calendar: Calendar, today: date, year: int) -> Response:
    facts = calculating.facts_of(calendar, year)
    return render(
        request,
        "calendar.html",
        year=year,
        today=today,
        months=[[fact for fact in facts if fact.day.month == month] for month in range(1, 13)],
        working=sum(fact.working for fact in facts),
        published=all(fact.published for fact in facts),
        named=[fact for fact in facts if fact.name],
        sources=list(dict.fromkeys(fact.source for fact in facts if fact.name and fact.source)),
        before=year - 1 if year > calendar.first.year else None,
        after=year + 1 if year < calendar.last.year else None,
    )


@router.get("/calculator")
def calculator(request: Request, desk: ADesk) -> Response:
    """The form, and beneath it the answer to what was asked."""
    asked = {name: request.query_params.get(name, "") for name in ("start", "limit", "unit", "stop")}
    pauses = [
        (request.query_params.get(f"from{index}", ""), request.query_params.get(f"to{index}", ""))
        for index in range(1, PAUSES + 1)
    ]
    answer, refused = None, None
    if asked["start"] or asked["limit"]:
        try:
            question = calculating.read_question(**asked, pauses=pauses)
            answer = calculating.answer(question, desk.book.rules, desk.now())
        except YekuoError as error:
            refused = error
    return form_page(
        request,
        "calculator.html",
        refused,
        asked=asked | {"unit": asked["unit"] or Unit.WORKING_DAY.value},
        pauses=pauses,
        units=list(Unit),
        answer=answer,
    )
