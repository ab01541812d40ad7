"""Acting through the API: what can be done, what would follow, and doing it, by the same function as the form."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from limits.terms import Level, Status, Step, Unit
from web import errors
from web.access.read_log import note_read
from web.api.applications import ANumber, AReader, read_by
from web.api.doing import AKey, recorded, recording
from web.api.models import Flag, Model, Moment, Text, Whole
from web.api.routing import TO_A_BODY, refusals
from web.api.routing import router as api_router
from web.api.shapes import NUMBER, ClockNamed, ClockReading, EventOut
from web.desk import ADesk
from web.work import acting
from web.work.acting import Asked
from web.work.forms import AT, CHANGE, FIXED, NO, YES
from web.work.recording import Doable, doable
from workflow.actions import ClockEffect, FieldKind, actions
from workflow.book import Recorded
from workflow.events import EventType
from workflow.findings import Code
from workflow.history import LABELS
from workflow.machine import State

router = api_router("办理")
AWord = Annotated[Text, Path(description="事项的标识，见可办事项的 word", examples=["suspended"])]


class ChoiceOut(Model):
    """One value of a field."""

    value: str = Field(description="值", examples=["business_licence"])
    label: str = Field(description="名称", examples=["营业执照"])


class FieldOut(Model):
    """One field of an action."""

    name: str = Field(description="放在 fields 里的名字", examples=["opinion"])
    label: str = Field(description="名称", examples=["书面意见"])
    kind: FieldKind = Field(description="怎样填")
    required: bool = Field(description="是否必填", examples=[True])
    choices: tuple[ChoiceOut, ...] = Field(description="单选时的可选值")


class ActionOut(Model):
    """One thing that can be done, or why it cannot now."""

    word: str = Field(description="放在地址里的标识", examples=["final_passed"])
    event_type: EventType = Field(description="登记为什么事项")
    label: str = Field(description="名称", examples=["竣工检验合格"])
    possible: bool = Field(description="您现在能不能办", examples=[True])
    reasons: tuple[str, ...] = Field(description="不能办的原因", examples=[[]])
    fields: tuple[FieldOut, ...] = Field(description="发生时间以外要填的")


class ActionIn(Model):
    """What is to be recorded."""

    at: Moment = Field(description="发生时间，不晚于现在；写正在走的这一分钟，即为现在")
    fields: dict[str, str | Flag | Whole | dict[str, str | Flag]] = Field(
        default_factory=dict,
        description="各项内容，名字见可办事项的 fields；是否用 true、false；补正资料的 changes 是一个对象",
        examples=[{"reason": "客户推迟装修", "evidence": "客户书面申请", "approver": "赵六"}],
    )

    def typed(self, asked: Asked) -> dict[str, str]:
        """As a form would send it; raises RequestInvalid for what the action does not ask for."""
        kinds = {each.name: each.kind for each in asked.action.fields}
        unknown = [name[:64] for name in self.fields if name not in kinds]
        if unknown:
            raise errors.RequestInvalid(problems="；".join(f"“{name}”没有这一项" for name in unknown))
        typed = {AT: self.at.isoformat()}
        for name, value in self.fields.items():
            if isinstance(value, dict) is not (kinds[name] is FieldKind.CHANGES):
                raise errors.RequestInvalid(problems=f"“{name}”写法不对")
            typed |= dict(_changes(value)) if isinstance(value, dict) else {name: _typed(value)}
        return typed


class LevelAtOut(ClockNamed):
    """A level of a clock and the instant it is reached at."""

    level: Level = Field(description="级别")
    at: Moment = Field(description="达到的时刻")


class OutlookOut(ClockNamed):
    """One clock before and after."""

    unit: Unit = Field(description="单位")
    limit: int | None = Field(description="时限", examples=[15])
    effect: ClockEffect = Field(description="会怎样")
    before: ClockReading | None = Field(description="之前")
    after: ClockReading | None = Field(description="之后")


class WouldFind(Model):
    """What would be found of it."""

    code: Code = Field(description="线索的种类")
    evidence: str = Field(description="依据", examples=["plan_replied#2"])
    people: tuple[str, ...] = Field(description="涉及的人", examples=[["李四"]])


class PreviewOut(Model):
    """What would follow."""

    event_type: EventType = Field(description="登记为什么事项")
    state: State = Field(description="之后等待什么")
    step: Step = Field(description="之后的环节")
    clocks: tuple[OutlookOut, ...] = Field(description="各计时会怎样")
    avoided: tuple[LevelAtOut, ...] = Field(description="不会再达到的级别")
    undone: tuple[LevelAtOut, ...] = Field(description="已达到而会撤销的级别")
    reached: tuple[LevelAtOut, ...] = Field(description="随即达到的级别")
    ahead: tuple[LevelAtOut, ...] = Field(description="以后会达到的级别")
    findings: tuple[WouldFind, ...] = Field(description="会留下的线索")


class RecordedOut(Model):
    """What was recorded, and where the application stands after it."""

    number: str = Field(description="申请编号", examples=[NUMBER])
    event: EventOut = Field(description="登记的记录")
    status: Status = Field(description="办理状态")
    state: State = Field(description="等待什么")
    step: Step = Field(description="现在的环节")


@router.get(
    "/applications/{number:path}/actions", summary="可办事项，不能办的写明原因", responses=refusals(404)
)
def possible(desk: ADesk, account: AReader, number: ANumber) -> tuple[ActionOut, ...]:
    """Everything that is ever done to such an application, in the order of its life."""
    now, number = read_by(desk, account, number)
    return tuple(map(_action, doable(account, actions(desk.book, number, now))))


@router.post(
    "/applications/{number:path}/actions/{word}/preview",
    summary="预览：登记之后会怎样，不作登记",
    responses=refusals(*TO_A_BODY, 404, 409),
)
def preview(desk: ADesk, account: AReader, number: ANumber, word: AWord, body: ActionIn) -> PreviewOut:
    """What would follow; nothing is written."""
    asked = acting.asked(desk, account, number, word)
    note_read(desk.engine, account, asked.row.id, "api", asked.now)
    _, found = asked.foresee(body.typed(asked))
    return PreviewOut.model_validate(found)


@router.post(
    "/applications/{number:path}/actions/{word}",
    summary="登记一个事项",
    **recording(RecordedOut),
)
def act(desk: ADesk, account: AReader, number: ANumber, word: AWord, body: ActionIn, key: AKey) -> Response:
    """Record it, once for each key."""

    def done() -> RecordedOut:
        asked = acting.asked(desk, account, number, word)
        return told_of(asked.record(body.typed(asked)))

    contents = body.model_dump(mode="json")
    return recorded(desk, account, key, f"applications/{number}/actions/{word}", contents, done)


def told_of(done: Recorded) -> RecordedOut:
    """What a use case did."""
    return RecordedOut(
        number=done.number,
        event=EventOut.model_validate(done.event),
        status=done.projection.status,
        state=State.of(done.projection.position.state),
        step=done.projection.step,
    )


def _action(each: Doable) -> ActionOut:
    return ActionOut(
        word=each.slug,
        event_type=each.action.event_type,
        label=each.action.label,
        possible=not each.reasons,
        reasons=each.reasons,
        fields=tuple(
            FieldOut(
                name=field.name,
                label=field.label,
                kind=field.kind,
                required=field.required,
                choices=tuple(ChoiceOut(value=value, label=label) for value, label in field.choices),
            )
            for field in each.action.fields
        ),
    )


def _changes(changes: Mapping[str, str | bool]) -> Iterator[tuple[str, str]]:
    for name, value in changes.items():
        if name not in LABELS or name in FIXED:
            raise errors.RequestInvalid(problems=f"“changes.{name[:64]}”没有这一项")
        yield CHANGE + name, _typed(value)


def _typed(value: str | bool | int) -> str:
    return (YES if value else NO) if isinstance(value, bool) else str(value)
