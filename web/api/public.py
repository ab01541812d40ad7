"""What everybody may ask without an account: the own application, account managers, and the notice board."""

from typing import Annotated

from fastapi import Path, Request
from pydantic import Field

from limits.in_force import in_force
from limits.terms import Status, Step
from limits.zone import local
from web.access.admission import public
from web.api import routing
from web.api.models import Day, Model, Text, Whole
from web.api.rule_shapes import LimitRule, MachineRule
from web.api.rules import limit_of, machine_rule
from web.desk import ADesk, Desk
from web.errors import PageUnknown
from web.work import customers
from web.work.profiles import profiles
from workflow import store
from workflow.people.organisation import load_organisation
from workflow.progress import Progress
from workflow.progress import progress as progress_of
from workflow.ratings import LONGEST_TEXT

router = routing.router("公开")


class ProgressIn(Model):
    """What a customer knows."""

    number: Text = Field(description="申请编号", max_length=64, examples=["NX20261102001"])
    code: Text = Field(description="受理时告知的 10 位查询码", max_length=32, examples=["7K2M9-Q4XTR"])


class PublicStep(Model):
    """One step, as its customer sees it."""

    step: Step = Field(description="环节")
    done: bool = Field(description="是否办完")
    current: bool = Field(description="是否正在办")
    done_on: Day | None = Field(description="办完的日期；没有办完或日期不详时为 null")
    score: int | None = Field(description="客户评分，1 至 5；没有评分时为 null", examples=[5])


class ProgressOut(Model):
    """An application, as its customer sees it."""

    number: str = Field(description="申请编号", examples=["NX20261102001"])
    status: Status = Field(description="办理状态")
    suspended: bool = Field(description="是否挂起")
    accepted_on: Day = Field(description="受理日期")
    steps: tuple[PublicStep, ...] = Field(description="各环节")
    due_on: Day | None = Field(description="办结期限，当日 24 时截止；不在计时时为 null")
    provisional: bool = Field(description="办结期限是否暂定（放假安排尚未公布）")
    station: str = Field(description="供电所", examples=["城关供电所"])
    manager: str = Field(description="客户经理；还没有时为空", examples=["李四"])


class RatingIn(ProgressIn):
    """What a customer thinks of a step that is done."""

    step: Step = Field(description="环节", examples=["apply"])
    score: Whole = Field(description="分数：5 很满意，1 很不满意", ge=1, le=5, examples=[5])
    text: Text = Field("", description="评语", max_length=LONGEST_TEXT, examples=["当天就上门看了现场。"])


class ChoiceIn(ProgressIn):
    """Whom a customer chooses."""

    manager: Text = Field(description="客户经理", max_length=64, examples=["李四"])


class ProfileOut(Model):
    """An account manager, as customers may see one: work name, station and figures."""

    manager: str = Field(description="客户经理", examples=["李四"])
    station: str = Field(description="供电所", examples=["城关供电所"])
    handled: int = Field(description="最近十二个月归档几件", examples=[43])
    judged: int = Field(description="其中评判过时限的几件", examples=[43])
    on_time: int = Field(description="其中按时的几件（地方总时限）", examples=[41])
    ratings: int = Field(description="最近十二个月收到几次评价", examples=[20])
    points: int = Field(description="这些评价的分数合计，每次 1 至 5 分", examples=[96])
    open: int = Field(description="现在在办几件", examples=[12])


class ProfilesOut(Model):
    """The account managers of a station."""

    station: str = Field(description="供电所", examples=["城关供电所"])
    managers: tuple[ProfileOut, ...] = Field(description="在职的客户经理，按工号")


class StationsOut(Model):
    """The stations there are."""

    stations: tuple[str, ...] = Field(description="供电所", examples=[["城关供电所", "东岭供电所"]])


class Telephone(Model):
    """Whom to call."""

    number: str = Field(description="号码", examples=["95598"])
    name: str = Field(description="名称", examples=["供电服务热线"])


class NoticeOut(Model):
    """公示栏."""

    on: Day = Field(description="哪一天生效的")
    label: str = Field(description="供电企业", examples=["国网内乡县供电公司"])
    telephones: tuple[Telephone, ...] = Field(description="服务和监督电话")
    machines: tuple[MachineRule, ...] = Field(description="办电环节")
    limits: tuple[LimitRule, ...] = Field(description="对客户承诺的时限；监管时限约束企业，不在其中")


@router.post(
    "/public/progress",
    summary="凭申请编号和查询码查进度",
    description=f"不登记任何内容，不需要令牌和 Idempotency-Key。每个来源地址每分钟最多 {customers.MOST} 次；"
    "编号不存在和查询码不对，回答相同。",
    dependencies=[public("客户凭申请编号和查询码查看本人的申请", by_form=False)],
    responses=routing.refusals(*routing.TO_A_BODY, 429),
)
def progress(request: Request, desk: ADesk, body: ProgressIn) -> ProgressOut:
    """The application of who knows its number and code."""
    return ProgressOut.model_validate(customers.looked_up(request, desk, body.number, body.code))


@router.post(
    "/public/progress/rate",
    summary="客户评价已完成的环节",
    description="每个环节评价一次，再评回答 422，所以不需要 Idempotency-Key。次数限制与查进度合计。",
    status_code=201,
    dependencies=[public("客户凭申请编号和查询码评价已完成的环节", by_form=False)],
    responses=routing.refusals(*routing.TO_A_BODY, 429),
)
def rate(request: Request, desk: ADesk, body: RatingIn) -> ProgressOut:
    """客户评价."""
    found = customers.looked_up(request, desk, body.number, body.code)
    customers.rate(desk, found, step=body.step, score=body.score, text=body.text)
    return _now(desk, found, body)


@router.post(
    "/public/progress/choose",
    summary="客户选择客户经理",
    description="只在还没有客户经理时；已经有了回答 409，所以不需要 Idempotency-Key。次数限制与查进度合计。",
    status_code=201,
    dependencies=[public("客户凭申请编号和查询码选择客户经理", by_form=False)],
    responses=routing.refusals(*routing.TO_A_BODY, 409, 429),
)
def choose(request: Request, desk: ADesk, body: ChoiceIn) -> ProgressOut:
    """The customer's own choice."""
    found = customers.looked_up(request, desk, body.number, body.code)
    customers.choose(desk, found, manager=body.manager)
    return _now(desk, found, body)


def _now(desk: Desk, found: Progress, body: ProgressIn) -> ProgressOut:
    """As it stands after something was done; the look is the same one try."""
    return ProgressOut.model_validate(progress_of(desk.book, found.number, body.code, desk.now()))


@router.get(
    "/public/stations",
    summary="有哪些供电所",
    dependencies=[public("供电所的名称，客户据此选择", by_form=False)],
)
def stations(desk: ADesk) -> StationsOut:
    """Every station."""
    with store.reading(desk.engine) as connection:
        return StationsOut(stations=tuple(load_organisation(connection, local(desk.now())).stations()))


@router.get(
    "/public/stations/{station}/managers",
    summary="一个供电所的客户经理",
    dependencies=[public("客户经理公开信息：客户据此选择，只有工作用名和统计数字", by_form=False)],
    responses=routing.refusals(404),
)
def managers(
    desk: ADesk,
    station: Annotated[Text, Path(description="供电所", max_length=128, examples=["城关供电所"])],
) -> ProfilesOut:
    """What a customer chooses by."""
    now = local(desk.now())
    with store.reading(desk.engine) as connection:
        if station not in load_organisation(connection, now).stations():
            raise PageUnknown
    found = tuple(map(ProfileOut.model_validate, profiles(desk, station, now)))
    return ProfilesOut(station=station, managers=found)


@router.get(
    "/public/notice",
    summary="公示栏：办电环节、时限和监督电话",
    dependencies=[public("公示栏：办电环节、时限和监督电话", by_form=False)],
)
def notice(desk: ADesk) -> NoticeOut:
    """What holds today."""
    today, rules = local(desk.now()).date(), desk.book.rules.policies
    held = in_force(rules, today)
    return NoticeOut(
        on=today,
        label=rules.label,
        telephones=tuple(Telephone(number=number, name=name) for number, name in customers.TELEPHONES),
        machines=tuple(machine_rule(rules, each, today) for each in held.machines),
        limits=tuple(
            limit_of(rule, limit) for rule, limit in held.limits if rule.layer in customers.PROMISED
        ),
    )
