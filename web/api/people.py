"""人员: who is in service where, with what load, who is away and who stands in."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from limits.terms import Channel, Post
from limits.zone import local
from web.access.admission import needs
from web.access.rights import Account, Right
from web.api import routing
from web.api.doing import AKey, recorded, recording
from web.api.models import ROWS, Amount, Day, Model, Moment, Page, Text
from web.api.paging import ACursor, ALimit, after_id, told
from web.desk import ADesk, Desk
from web.work import staff
from web.work.cursors import read, written
from workflow.people.absences import AbsenceStage, absences
from workflow.people.organisation_file import ListedPost
from workflow.people.roster import LONGEST_REASON, end_absence

router = routing.router("人员")
AManager = Annotated[Account, needs(Right.MANAGE_PEOPLE)]
ACode = Annotated[Text, Path(description="工号", max_length=staff.LONGEST_CODE, examples=["nx001"])]


class PostOut(Model):
    """A post somebody holds or will hold."""

    unit: str = Field(description="单位", examples=["城关供电所"])
    post: Post = Field(description="岗位")
    since: Day = Field(description="自哪一天起")
    until: Day | None = Field(description="至哪一天（含）；没有期限时为 null", examples=[None])


class OpenLoad(Model):
    """What an account manager has open."""

    applications: int = Field(description="在办的申请数", examples=[12])
    capacity: Amount = Field(description="在办的报装容量合计，kVA（低压 kW）")


class AwayOut(Model):
    """An absence somebody is on."""

    from_at: Moment = Field(description="自何时")
    to_at: Moment = Field(description="至何时（不含）")
    stand_in: str | None = Field(description="代岗人；没有时为 null", examples=["王五"])
    reason: str = Field(description="事由", examples=["年休假"])


class AbsenceOut(AwayOut):
    """An absence as it was recorded."""

    id: int = Field(description="编号", examples=[5])
    code: str = Field(description="工号", examples=["nx001"])
    name: str = Field(description="姓名", examples=["李四"])
    in_service: bool = Field(description="是否还在职")
    stage: AbsenceStage = Field(description="进行到哪里")
    recorded_at: Moment = Field(description="登记的时间")
    actor: str = Field(description="登记人", examples=["赵六"])


class PersonOut(Model):
    """A person in service."""

    code: str = Field(description="工号", examples=["nx001"])
    name: str = Field(description="姓名", examples=["李四"])
    posts: tuple[PostOut, ...] = Field(description="现在和将来的岗位")
    channels: tuple[Channel, ...] = Field(description="能以哪些方式告知")
    load: OpenLoad | None = Field(description="名下在办的申请；不是客户经理时为 null")
    away: AwayOut | None = Field(description="正在离岗；在岗时为 null")


class PersonInFull(PersonOut):
    """A person with the latest absences."""

    absences: tuple[AbsenceOut, ...] = Field(description="离岗记录，最新的在前，最多 50 条")


class AbsenceIn(Model):
    """登记离岗."""

    from_at: Moment = Field(description="自何时", examples=["2026-11-23T08:00:00+08:00"])
    to_at: Moment = Field(description="至何时（不含）", examples=["2026-11-28T00:00:00+08:00"])
    stand_in: Text | None = Field(
        None, description="代岗人的工号；没有时不写", max_length=staff.LONGEST_CODE, examples=["nx002"]
    )
    reason: Text = Field(description="事由", min_length=1, max_length=LONGEST_REASON, examples=["年休假"])


@router.get("/people", summary="在职人员，按工号")
def people(
    desk: ADesk,
    account: AManager,
    text: Annotated[Text | None, Query(description="姓名的一部分，或工号的开头")] = None,
    station: Annotated[Text | None, Query(description="供电所或单位")] = None,
    away: Annotated[bool, Query(description="只看正在离岗的")] = False,
    cursor: ACursor = None,
    limit: ALimit = ROWS,
) -> Page[PersonOut]:
    """Who is in service in the account's part."""
    now, after = local(desk.now()), str(read(cursor, str)[0]) if cursor is not None else ""
    found = [
        each
        for each in staff.staff_of(desk, account, now)
        if each.code > after and staff.fits(each, text or "", station or "", away=away)
    ]
    items = tuple(_out(each) for each in staff.lines(desk, found[:limit], now))
    return Page(items=items, next=written(found[limit - 1].code) if len(found) > limit else None)


@router.get("/absences", summary="离岗记录，最新的在前")
def absence_list(
    desk: ADesk,
    account: AManager,
    code: Annotated[Text | None, Query(description="工号")] = None,
    cursor: ACursor = None,
    limit: ALimit = ROWS,
) -> Page[AbsenceOut]:
    """Every absence of the account's part, past ones too."""
    page = absences(
        desk.engine,
        desk.now(),
        station=staff.station_of(account),
        code=code,
        after=after_id(cursor),
        limit=limit,
    )
    return told(AbsenceOut, page)


@router.get("/people/{code}", summary="一个人：岗位、名下的申请和离岗记录", responses=routing.refusals(404))
def one_person(desk: ADesk, account: AManager, code: ACode) -> PersonInFull:
    """One whom the account manages."""
    return _in_full(desk, account, code)


@router.post(
    "/people/{code}/absences",
    summary="登记离岗",
    description="离岗期间的告知发给代岗人。",
    **recording(PersonInFull),
)
def send_away(desk: ADesk, account: AManager, code: ACode, body: AbsenceIn, key: AKey) -> Response:
    """登记离岗."""

    def act() -> PersonInFull:
        now = desk.now()
        seen = staff.person_seen(desk, account, code, now)
        staff.send_away(desk, account, seen, **dict(body), now=now)
        return _in_full(desk, account, code)

    return recorded(desk, account, key, f"people/{code}/absences", body.model_dump(mode="json"), act)


@router.post(
    "/people/{code}/absences/{absence_id}/end",
    summary="返岗，或取消还没有开始的离岗",
    **recording(PersonInFull, body=False),
)
def end(
    desk: ADesk,
    account: AManager,
    code: ACode,
    absence_id: Annotated[int, Path(ge=1, lt=2**63, description="离岗记录的编号", examples=[5])],
    key: AKey,
) -> Response:
    """返岗."""

    def act() -> PersonInFull:
        now = desk.now()
        staff.person_seen(desk, account, code, now)
        end_absence(desk.engine, code, at=now, now=now, actor=account.name, which=absence_id)
        return _in_full(desk, account, code)

    return recorded(desk, account, key, f"people/{code}/absences/{absence_id}/end", {}, act)


def _in_full(desk: Desk, account: Account, code: str) -> PersonInFull:
    now = local(desk.now())
    (line,) = staff.lines(desk, [staff.person_seen(desk, account, code, now)], now)
    page = absences(desk.engine, now, code=code)
    return PersonInFull(**dict(_out(line)), absences=tuple(map(AbsenceOut.model_validate, page.rows)))


def _out(line: staff.Line) -> PersonOut:
    person = line.person
    return PersonOut(
        code=person.code,
        name=person.name,
        posts=tuple(map(_post, person.posts)),
        channels=tuple(person.contacts),
        load=OpenLoad.model_validate(line.load) if line.load is not None else None,
        away=AwayOut.model_validate(person.away) if person.away is not None else None,
    )


def _post(held: ListedPost) -> PostOut:
    return PostOut(unit=held.unit, post=held.post, since=held.force.since, until=held.force.until)
