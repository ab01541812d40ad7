"""受理 through the API, by the same rules as the form."""

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from limits.customer_classes import Trade, Trait
from limits.terms import ApplicationKind, CustomerClass, Supplies, Supporting, Voltage
from limits.zone import local
from web.access.admission import needs
from web.access.rights import Account, Right
from web.api.acting import PreviewOut, RecordedOut, told_of
from web.api.applications import ANumber
from web.api.doing import AKey, recorded, recording
from web.api.models import Amount, Flag, Model, Moment, Text
from web.api.routing import TO_A_BODY, refusals
from web.api.routing import router as api_router
from web.api.shapes import NUMBER
from web.desk import ADesk
from web.work import accepting

router = api_router("受理")
AnAcceptor = Annotated[Account, needs(Right.ACCEPT)]


class AcceptanceIn(Model):
    """An application as it is accepted."""

    number: Text = Field(description="申请编号", examples=[NUMBER])
    at: Moment = Field(description="受理时间，不晚于现在")
    applied_at: Moment | None = Field(None, description="申请时间；不写不登记", examples=[None])
    unit: Text = Field("", description="供电单位；只有一个时可以不写", examples=[""])
    station: Text = Field("", description="供电所；账户属于一个供电所时可以不写", examples=["城关供电所"])
    customer: Text = Field(description="客户名称", examples=["振兴机械有限公司"])
    address: Text = Field(description="用电地址", examples=["城关镇工业路 8 号"])
    customer_class: CustomerClass | None = Field(
        None, description="客户类别；不写则按用电性质等推定", examples=[CustomerClass.HV_ORDINARY]
    )
    trade: Trade | None = Field(
        None, description="用电性质；写了客户类别可以不写", examples=[Trade.INDUSTRIAL]
    )
    traits: tuple[Trait, ...] = Field((), description="客户情况")
    voltage: Voltage = Field(description="供电电压", examples=[Voltage.KV10])
    supplies: Supplies = Field(Supplies.SINGLE, description="电源数")
    capacity: Amount = Field(description="报装容量，kVA（低压 kW）", gt=0)
    kind: ApplicationKind = Field(ApplicationKind.NEW, description="业务类型")
    channel: Text = Field("", description="受理渠道", examples=["网上国网"])
    proactive: Flag = Field(False, description="主动办电")
    boundary: Flag = Field(False, description="投资至红线")
    customer_works: Flag = Field(False, description="客户外部工程", examples=[True])
    supporting: Supporting = Field(Supporting.NONE, description="配套工程")
    manager: Text = Field("", description="客户经理；不写则由客户经理抢单", examples=[""])
    papers: tuple[Text, ...] = Field((), description="当场收到的资料", examples=[["business_licence"]])


CODE = Field(description="请交给客户的查询码", examples=["7K2M9-Q4XTR"])


class AcceptedOut(RecordedOut):
    """What was accepted."""

    code: str = CODE


class CodeOut(Model):
    """What the customer asks for the progress with."""

    number: str = Field(description="申请编号", examples=[NUMBER])
    code: str = CODE


@router.get(
    "/applications/{number:path}/code", summary="客户查询码；谁看过会留下记录", responses=refusals(404)
)
def code(desk: ADesk, account: AnAcceptor, number: ANumber) -> CodeOut:
    """The code, for who accepted the application or sees it; that it was asked for is noted."""
    return CodeOut(number=number, code=accepting.handed(desk, account, number, local(desk.now())))


@router.post(
    "/applications/preview",
    summary="预览：受理之后会怎样，不作登记",
    responses=refusals(*TO_A_BODY, 404, 409),
)
def preview(desk: ADesk, account: AnAcceptor, body: AcceptanceIn) -> PreviewOut:
    """What would follow; nothing is written."""
    now = local(desk.now())
    wanted = accepting.read(desk, account, body.model_dump(mode="json"), now)
    return PreviewOut.model_validate(accepting.foresee(desk, account, wanted, now))


@router.post(
    "/applications",
    summary="受理一件申请",
    **recording(AcceptedOut),
)
def accept(desk: ADesk, account: AnAcceptor, body: AcceptanceIn, key: AKey) -> Response:
    """Accept it, once for each key."""
    told = body.model_dump(mode="json")

    def done() -> AcceptedOut:
        now = local(desk.now())
        wanted = accepting.read(desk, account, told, now)
        made = told_of(accepting.accept(desk, account, wanted, now))
        code = accepting.handed(desk, account, made.number, now)
        return AcceptedOut(**dict(made), code=code)

    return recorded(desk, account, key, "applications", told, done)
