"""The columns of the data file, in their order: what each is called, what it means, and where it comes from.

``docs/regulator-data.md`` is this list; a test holds the two together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from limits.force import Layer
from limits.terms import ApplicationKind, CustomerClass, Supplies, Supporting, Voltage
from reports.facts.values import decimal_text
from reports.regulator.story import Story
from workflow.events import EventType
from workflow.findings import Code

E = EventType
Cell = str | int | Decimal | datetime | None


class Kind(Enum):
    """What stands in a column, as people read it."""

    TEXT = "文本"
    WORD = "代码"
    WHOLE = "整数"
    AMOUNT = "小数"
    INSTANT = "时间"


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``unit`` is empty where the value has none; ``source`` is the record or rule it is read from."""

    name: str
    meaning: str
    kind: Kind
    unit: str
    source: str
    value: Callable[[Story], Cell]


REGISTERED = "受理登记"
CALCULATED = "规则计算"


def _registered() -> Iterator[Field]:
    def term(name: str, kind: type) -> Callable[[Story], Cell]:
        return lambda story: str(kind(getattr(story.row, name)).label)

    def text(name: str) -> Callable[[Story], Cell]:
        return lambda story: str(getattr(story.row, name))

    def flag(name: str) -> Callable[[Story], Cell]:
        return lambda story: "是" if getattr(story.row, name) else "否"

    yield Field("申请编号", "一件申请一行", Kind.TEXT, "", REGISTERED, text("number"))
    yield Field("供电单位", "受理的供电公司", Kind.TEXT, "", REGISTERED, text("unit"))
    yield Field("供电所", "办理的供电所", Kind.TEXT, "", REGISTERED, text("station"))
    yield Field(
        "客户类别", words(CustomerClass), Kind.WORD, "", REGISTERED, term("customer_class", CustomerClass)
    )
    yield Field("供电电压", words(Voltage), Kind.WORD, "", REGISTERED, term("voltage", Voltage))
    yield Field("电源数", words(Supplies), Kind.WORD, "", REGISTERED, term("supplies", Supplies))
    yield Field(
        "报装容量", "申请的容量", Kind.AMOUNT, "见“容量单位”", REGISTERED, lambda story: story.row.capacity
    )
    yield Field("容量单位", "高压 kVA、低压 kW", Kind.WORD, "", REGISTERED, _capacity_unit)
    yield Field("业务类型", words(ApplicationKind), Kind.WORD, "", REGISTERED, term("kind", ApplicationKind))
    yield Field("受理渠道", "登记的渠道名称，没有登记的为空", Kind.TEXT, "", REGISTERED, text("channel"))
    yield Field("主动办电", "是、否", Kind.WORD, "", REGISTERED, flag("proactive"))
    yield Field("投资至红线", "是、否", Kind.WORD, "", REGISTERED, flag("boundary"))
    yield Field("客户外部工程", "是、否", Kind.WORD, "", REGISTERED, flag("customer_works"))
    yield Field("配套工程", words(Supporting), Kind.WORD, "", REGISTERED, term("supporting", Supporting))
    yield Field(
        "状态",
        "统计时点的状态：在途、归档、终止、作废",
        Kind.WORD,
        "",
        "办理记录",
        lambda story: story.status.label,
    )


def words(kind: type[Enum]) -> str:
    """The words of a column, as people read them."""
    return "、".join(str(each.label) for each in kind)  # type: ignore[attr-defined] # a Term has one


def _capacity_unit(story: Story) -> Cell:
    return "kVA" if CustomerClass.of(story.row.customer_class).high_voltage else "kW"


# Every step with an instant of its own; of what happened several times, the first.
STEPS = (
    *(E.ACCEPTED, E.PLAN_REPLIED, E.SUPPORTING_STARTED, E.WORKS_STARTED, E.DESIGN_SUBMITTED, E.DESIGN_PASSED),
    *(E.INTERIM_REQUESTED, E.INTERIM_STARTED, E.INTERIM_PASSED, E.WORKS_FINISHED, E.COMPLETION_REPORTED),
    *(E.FINAL_STARTED, E.FINAL_PASSED, E.SUPPORTING_FINISHED, E.FORMALITIES_DONE, E.ENERGIZED, E.ARCHIVED),
    *(E.TERMINATED, E.VOIDED),
)


def _steps() -> Iterator[Field]:
    def at(event_type: EventType) -> Callable[[Story], Cell]:
        return lambda story: story.at(event_type)

    for each in STEPS:
        meaning = f"第一次登记的{each.label}发生的时间，没有发生的为空"
        yield Field(f"{each.label}时间", meaning, Kind.INSTANT, "北京时间", "办理记录", at(each))


@dataclass(frozen=True, slots=True)
class Judged:
    """A clock the file tells of: the first of ``names`` that binds the application."""

    label: str
    layer: Layer
    names: tuple[str, ...]


NODES = {
    "reply": "供电方案答复",
    "design_review": "设计审查",
    "interim_inspection": "中间检查",
    "final_inspection": "竣工检验",
    "energize": "装表接电",
}
TOTAL = ("whole", "company_time")
CLOCKS = (
    Judged("地方总时限", Layer.LOCAL, TOTAL),
    *(Judged(f"地方{label}", Layer.LOCAL, (name,)) for name, label in NODES.items()),
    Judged("地方配套工程", Layer.LOCAL, ("supporting_works",)),
    Judged("公司承诺总时限", Layer.COMPANY, TOTAL),
    Judged("国家总时限", Layer.NATIONAL, TOTAL),
    Judged("国家2025年总时限", Layer.NATIONAL, ("whole_2025",)),
    *(Judged(f"监管{label}", Layer.REGULATOR, (name,)) for name, label in NODES.items()),
)


def _clocks() -> Iterator[Field]:
    for each in CLOCKS:
        source = f"{CALCULATED}：{each.layer.label}"
        applies = "不适用的为空"
        yield Field(
            f"{each.label}（允许）", f"允许的天数，{applies}", Kind.WHOLE, "工作日", source, _limit(each)
        )
        yield Field(
            f"{each.label}（已用）",
            f"截至统计时点用去的天数，{applies}",
            Kind.WHOLE,
            "工作日",
            source,
            _used(each),
        )
        verdicts = "按时、超期、在途、在途超期、已终止"
        yield Field(f"{each.label}（结论）", f"{verdicts}，{applies}", Kind.WORD, "", source, _verdict(each))


def _limit(judged: Judged) -> Callable[[Story], Cell]:
    def limit(story: Story) -> Cell:
        found = story.clock(judged.layer.value, judged.names)
        return found[0].limit if found else None

    return limit


def _used(judged: Judged) -> Callable[[Story], Cell]:
    def used(story: Story) -> Cell:
        found = story.clock(judged.layer.value, judged.names)
        return found[1].used if found else None

    return used


def _verdict(judged: Judged) -> Callable[[Story], Cell]:
    def verdict(story: Story) -> Cell:
        found = story.clock(judged.layer.value, judged.names)
        return found[1].verdict.label if found and found[1].verdict else None

    return verdict


def _told() -> Iterator[Field]:
    yield Field(
        "挂起次数", "登记的挂起次数", Kind.WHOLE, "次", "办理记录", lambda story: len(story.suspended)
    )
    days = "挂起的天数，重叠的只计一次；没有恢复的计到办结或统计时点"
    yield Field("挂起天数", days, Kind.WHOLE, "工作日", CALCULATED, lambda story: story.suspended_days)
    why = "经办人填写的原因，多个以分号隔开"
    yield Field("挂起原因", why, Kind.TEXT, "", "办理记录", lambda story: story.reasons(E.SUSPENDED))
    yield Field(
        "终止原因", why, Kind.TEXT, "", "办理记录", lambda story: story.reasons(E.TERMINATED, E.VOIDED)
    )
    found = f"截至统计时点发现的疑点，只是线索：{words(Code)}；多个以分号隔开"
    yield Field("疑点", found, Kind.WORD, "", "疑点检查", lambda story: "；".join(story.codes))


FIELDS = (*_registered(), *_steps(), *_clocks(), *_told())


def shown(cell: Cell) -> str:
    """A value as CSV has it: ISO to the second, decimals exact, nothing where there is none."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return decimal_text(cell) if isinstance(cell, Decimal) else str(cell)
