"""Where we were not in time: units, people, steps, and the list of every clock that was missed."""

from collections import Counter

from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import Unit, Verdict
from reports.composing.in_time import LOCAL
from reports.composing.wording import (
    MANAGER,
    MOST_NAMED,
    PROVISIONAL,
    SHARE,
    STATION,
    Row,
    Subject,
    held,
    layers,
    listing,
    met_and_missed,
    minute,
    named,
    rate,
    share_cells,
    spread_cells,
)
from reports.documents.cells import shown
from reports.facts.owners import Owner
from reports.figures.figures import Ranked
from reports.paper import Cell, Chart, Column, Passage, Section, Series, Table


def where(subject: Subject) -> Section:
    """The section."""
    ranked = subject.figures.ranking(LOCAL)
    return Section(
        "where",
        "未按时办结的单位、环节与明细",
        (_said(subject, ranked),),
        (
            *_ranking_chart(ranked),
            *held(_ranking(ranked), _managers(subject)),
            Passage("各环节时限", (_clocks_said(subject),)),
            *_clock_chart(subject),
            *held(_clocks(subject), late_list(subject, "unmet", "归档未达标", UNMET)),
        ),
    )


def _said(subject: Subject, ranked: tuple[Ranked, ...]) -> str:
    judged = [each for each in ranked if each.share.of]
    if not judged:
        return f"{subject.this}没有计入考核的归档，各供电所不排名。"
    whole = sum(not each.share.missed for each in judged)
    kept = f"其中{whole}个全部按时" if whole else "没有一个全部按时"
    said = f"{len(judged)}个供电所有归档，{kept}。"
    missed = [(each.name, each.share.missed) for each in judged if each.share.missed]
    if missed:
        said += f"未按时办结的有{named(missed, '户')}；{_lowest(judged)}。"
    idle = [each.name for each in ranked if not each.share.of]
    return said + (f"没有归档、不排名的有{'、'.join(idle)}。" if idle else "")


def _lowest(judged: list[Ranked]) -> str:
    """Who is last; nobody is named alone whose rate another shares."""
    last = judged[-1].share
    names = [each.name for each in judged if each.share.exact == last.exact]
    if len(names) == 1:
        return f"达标率最低的是{names[0]}，{rate(last)}"
    told = "、".join(names[:MOST_NAMED]) + (f"等{len(names)}个所" if len(names) > MOST_NAMED else "")
    return f"达标率最低的是{told}，同为{shown(last.rate, 'share')}"


def _ranking_chart(ranked: tuple[Ranked, ...]) -> tuple[Chart, ...]:
    if not any(each.share.of for each in ranked):
        return ()
    names = tuple(each.name for each in ranked)
    rates = Series("时限达标率", tuple(each.share.rate for each in ranked))
    return (Chart("各所达标率", "各供电所时限达标率（地方时限）", "bars", "share", names, (rates,)),)


def _ranking(ranked: tuple[Ranked, ...]) -> Table:
    rows = tuple(
        (each.place, each.name, *share_cells(each.share), each.share.missed, each.previous.rate)
        for each in ranked
    )
    known = any(each.share.of or each.previous.of for each in ranked)
    return Table(
        "供电所排名",
        "各供电所时限达标与名次（地方时限）",
        (
            Column("名次", "count", 5),
            STATION,
            *SHARE,
            Column("超期", "count", 5),
            Column("上期达标率", "share", 8),
        ),
        rows if known else (),
        "达标率相同的名次相同，户数多的列在前；没有计入考核的归档的不排名。",
    )


def _managers(subject: Subject) -> Table:
    kept = subject.figures.kept(LOCAL, ("station", "manager"))
    days = subject.figures.used_by_manager()
    ordered = sorted(kept.items(), key=lambda each: (str(each[0][0]), -each[1].missed, str(each[0][1])))
    rows: list[tuple[Cell, ...]] = []
    for key, share in ordered:
        spread = days.get(key)
        rows.append(
            (
                str(key[0]),
                str(key[1]) or None,  # nobody's
                *share_cells(share),
                share.missed,
                spread.mean if spread else None,
                spread.longest if spread else None,
            )
        )
    return Table(
        "客户经理",
        "各客户经理时限达标（地方时限）",
        (
            Column("供电所", width=9, grouped=True),
            MANAGER,
            *SHARE,
            Column("超期", "count", 5),
            Column("平均工作日", "mean", 7),
            Column("最长", "count", 5),
        ),
        tuple(rows),
        personal=True,
    )


def _clocks_said(subject: Subject) -> str:
    missed, judged = Counter[str](), 0
    for (layer, clock), share in subject.figures.clocks().items():
        if layer == Layer.LOCAL.value:
            judged += share.of
            missed[subject.clock(layer, clock)] += share.missed
    if not judged:
        return f"{subject.this}归档的申请没有可以判定的地方环节时限。"
    missed = +missed  # only those above nought
    if not missed:
        return "地方各环节时限全部按时。"
    return f"地方各环节时限中，未按时的有{named(missed.items(), '户')}。"


def _clock_chart(subject: Subject) -> tuple[Chart, ...]:
    found = {
        str(clock): share
        for (layer, clock), share in subject.figures.clocks().items()
        if layer == Layer.LOCAL.value and share.of
    }
    if not any(share.missed for share in found.values()):
        return ()
    told = [
        (subject.clock(Layer.LOCAL.value, clock), found[clock])
        for clock in subject.in_order(Layer.LOCAL, found)
    ]
    return (met_and_missed("各环节按时与超期", "地方各环节时限按时与超期户数", told),)


def _clocks(subject: Subject) -> Table:
    found = subject.figures.clocks(("layer", "clock"))
    used = subject.figures.used(("layer", "clock"))
    rows: list[tuple[Cell, ...]] = []
    for layer in layers(key[0] for key in found):
        for clock in subject.in_order(layer, (str(key[1]) for key in found if key[0] == layer.value)):
            spread = used.get((layer.value, clock))
            days = spread_cells(spread)[1:] if spread else (None,) * 4
            shares = share_cells(found[layer.value, clock])
            rows.append((layer.label, subject.clock(layer.value, clock), *shares, *days))
    return Table(
        "各环节时限",
        "各层级、各环节时限达标与用时",
        (
            Column("层级", width=6, grouped=True),
            Column("时限", width=12),
            *SHARE,
            Column("平均", "mean", 6),
            Column("中位数", "half", 6),
            Column("九成不超过", "count", 7),
            Column("最长", "count", 5),
        ),
        tuple(rows),
        "用时按各时限自己的单位计，为已停表的计时；归档申请的每个计时分别统计。",
    )


UNMET = "归档申请中未按时的每一个计时，一行一个；原因取自告警的答复，没有答复的为“—”。"
# The clocks of the supporting works (domain §4); every other runs while the ball is with the company.
SUPPORTING_CLOCKS = frozenset({"supporting_works", "contract"})
RESPONSIBLE = "责任部门为所列供电所；配套工程的计时，责任方为业扩配套工程（本系统约定）。"
LATE = (
    Column("层级", width=5, counted=True),
    Column("时限", width=10, counted=True),
    Column("已用", "count", 4),
    Column("限", "count", 4),
    Column("单位", width=5),
    Column("到期日", "date", 7),
    Column("结论", width=6),
    Column("责任方", width=6),
    Column("原因（答复）", width=14, personal=True),
)


def late_list(subject: Subject, table: str, name: str, note: str) -> Table:
    """Every clock missed by the archived (``unmet``), or late and still open (``open_late``), the worst first."""
    causes = _causes(subject)
    ordered = sorted(subject.rows(table), key=_worst_first)
    return listing(
        name, f"{name}明细", LATE, ordered, lambda row: _late_cells(subject, row, causes), note + RESPONSIBLE
    )


def _worst_first(row: Row) -> tuple[object, ...]:
    over = int(row["limit"] or 0) - int(row["used"] or 0)
    order = [each.value for each in Layer]
    beside = str(row["role"]) == ClockRole.OTHER.value  # in no rate
    return order.index(str(row["layer"])), beside, over, str(row["number"]), str(row["clock"])


def _late_cells(subject: Subject, row: Row, causes: dict[tuple[str, str, str], str]) -> tuple[Cell, ...]:
    verdict = Verdict.of(str(row["verdict"])).label
    responsible = Owner.SUPPORTING if str(row["clock"]) in SUPPORTING_CLOCKS else Owner.COMPANY
    key = (str(row["number"]), str(row["layer"]), str(row["clock"]))
    return (
        Layer.of(str(row["layer"])).label,
        subject.clock(row["layer"], row["clock"]),
        int(row["used"] or 0),
        int(row["limit"] or 0),
        Unit.of(str(row["time_unit"])).label,
        minute(row["due_on"]),
        verdict + (PROVISIONAL if row["provisional"] else ""),
        responsible.label,
        causes.get(key),
    )


def _causes(subject: Subject) -> dict[tuple[str, str, str], str]:
    """What was last answered about a clock of an application."""
    told = sorted(
        (row for row in subject.rows("answers") if row["act"] == "answered"), key=lambda row: str(row["at"])
    )
    return {(str(row["number"]), str(row["layer"]), str(row["clock"])): str(row["text"]) for row in told}
