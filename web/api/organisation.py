"""组织机构: bringing the organisation to what a file says, seen before it is done."""

from pydantic import Field
from starlette.responses import Response

from web.api import routing
from web.api.doing import AKey, recorded, recording
from web.api.models import Model, Text
from web.api.people import AManager
from web.desk import ADesk
from web.work import organising
from web.work.organising import LARGEST, UNNAMED, refuse_station
from workflow.people.organisation_preview import ChangeKind

router = routing.router("人员")
EXAMPLE = '[[unit]]\nname = "示例县供电公司"\nkind = "company"\n'


class FileIn(Model):
    """An organisation file."""

    name: Text = Field(UNNAMED, description="文件名，用在说明里", max_length=256, examples=["机构.toml"])
    text: Text = Field(
        description="文件的内容（TOML）：单位、人员、岗位和通知方式的全部",
        max_length=LARGEST,
        examples=[EXAMPLE],
    )


class UnitChange(Model):
    """A unit that comes or goes."""

    effect: ChangeKind = Field(description="怎样变")
    name: str = Field(description="单位", examples=["东岭供电所"])


class PersonChangeOut(Model):
    """What would be different about a person."""

    code: str = Field(description="工号", examples=["nx001"])
    name: str = Field(description="姓名", examples=["李四"])
    effect: ChangeKind = Field(description="怎样变")
    said: tuple[str, ...] = Field(description="逐项说明", examples=[["姓名由李四改为李肆"]])


class OrganisationOutlook(Model):
    """What a file would change."""

    units: tuple[UnitChange, ...] = Field(description="单位的变动")
    people: tuple[PersonChangeOut, ...] = Field(description="人员的变动")
    rows: int = Field(description="会写几行；0 为没有变动", examples=[3])


class ImportedOut(Model):
    """What a file holds and what it changed."""

    units: int = Field(description="单位几个", examples=[4])
    people: int = Field(description="人员几名", examples=[36])
    appointments: int = Field(description="任职几项", examples=[38])
    appointed: int = Field(description="新任几项", examples=[2])
    ended: int = Field(description="离任几项", examples=[1])
    changed: int = Field(description="改动几行；0 为没有变动", examples=[3])


@router.post(
    "/organisation/preview",
    summary="组织机构文件会改变什么",
    description="不写入任何内容，不需要 Idempotency-Key。文件是全部：不在其中的人算离开。只有管理全公司人员的可以。",
    responses=routing.refusals(*routing.TO_A_BODY, 404),
)
def preview(desk: ADesk, account: AManager, body: FileIn) -> OrganisationOutlook:
    """What the file would change; nothing is written."""
    refuse_station(account)
    found = organising.foresee(desk, body.name, body.text)
    return OrganisationOutlook(
        units=tuple(UnitChange(effect=effect, name=name) for effect, name in found.units),
        people=tuple(map(PersonChangeOut.model_validate, found.people)),
        rows=found.rows,
    )


@router.post(
    "/organisation",
    summary="导入组织机构文件",
    description="使组织机构与文件一致；同样的文件再来一次，没有变动。请先用 `/organisation/preview` 看会改变什么。",
    **recording(ImportedOut),
)
def bring_in(desk: ADesk, account: AManager, body: FileIn, key: AKey) -> Response:
    """The import itself."""
    refuse_station(account)

    def act() -> ImportedOut:
        return ImportedOut.model_validate(organising.bring_in(desk, account, body.name, body.text))

    return recorded(desk, account, key, "organisation", body.model_dump(mode="json"), act)
