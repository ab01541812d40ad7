"""Were we in time: by class, by layer, against earlier periods, and how many days it took."""

from limits.force import Layer
from limits.terms import CustomerClass
from reports.composing.wording import (
    CLASS,
    SHARE,
    Subject,
    against,
    classes,
    earlier_ones,
    held,
    met_and_missed,
    named,
    rate,
    share_cells,
    spread_cells,
)
from reports.documents.cells import shown
from reports.facts.counts import Move
from reports.figures.shares import Share
from reports.paper import Chart, Column, Passage, Section, Series, Table

LOCAL, NODE, SUPPORTING = "local.total", "local.node", "local.supporting"
RULES = {LOCAL: "时限达标率", NODE: "高压节点达标率", SUPPORTING: "配套工程达标率"}
BASE = "达标率＝归档的新装、增容申请中按时办结的户数÷计入考核的归档户数；终止、作废的不计入。"


def in_time(subject: Subject) -> Section:
    """The section."""
    return Section(
        "in_time",
        "时限达标总体情况",
        tuple(_said(subject)),
        (
            *held(_by_class(subject)),
            *_class_chart(subject),
            *held(_compared(subject)),
            *_compared_chart(subject),
            Passage("各层级时限", (_layers_said(subject),)),
            *held(_by_layer(subject)),
            Passage("办电时长", (_days_said(subject),)),
            *held(_days(subject)),
        ),
    )


def _said(subject: Subject) -> list[str]:
    figures, this = subject.figures, subject.this
    archived, found = figures.total(Move.ARCHIVED.value), figures.compared(LOCAL)
    if not archived:
        return [f"{this}没有归档的申请，没有可以判定的达标率。"]
    late = {
        CustomerClass.of(str(key[0])).label: share.missed
        for key, share in figures.kept(LOCAL, ("class",)).items()
    }
    missed = [(label, n) for label, n in late.items() if n]
    whose = f"未按时办结{found.now.missed:,}户：{named(missed, '户')}。" if missed else "全部按时办结。"
    said = [
        f"{this}归档{archived:,}户，地方时限达标率{rate(found.now)}，{against(found, subject.period)}。{whose}"
    ]
    for rule in (NODE, SUPPORTING):
        compared = figures.compared(rule)
        if compared.now.of:
            said.append(f"{RULES[rule]}{rate(compared.now)}，{against(compared, subject.period)}。")
        else:
            said.append(f"{RULES[rule]}：{this}没有计入考核的归档，不计算。")
    return said


def _by_class(subject: Subject) -> Table:
    figures = subject.figures
    kept = figures.kept(LOCAL, ("class",))
    nodes = figures.kept(NODE, ("class",))
    rows = tuple(
        (
            each.label,
            *share_cells(kept.get((each.value,), Share(0, 0))),
            *share_cells(nodes.get((each.value,), Share(0, 0))),
        )
        for each in classes(kept, nodes)
    )
    total = ("合计", *share_cells(figures.rate(LOCAL)), *share_cells(figures.rate(NODE)))
    nodes_heads = (
        Column("节点计入", "count", 7),
        Column("节点达标", "count", 7),
        Column("节点达标率", "share", 8),
    )
    return Table(
        "各类客户达标",
        "各类客户时限达标（地方时限）",
        (CLASS, *SHARE, *nodes_heads),
        (*rows, total) if rows else (),
        f"{BASE}节点只有高压客户有，一户的全部节点都按时才算达标。",
        total=True,
    )


def _class_chart(subject: Subject) -> tuple[Chart, ...]:
    kept = {key: share for key, share in subject.figures.kept(LOCAL, ("class",)).items() if share.of}
    if not kept:
        return ()
    shares = [(each.label, kept[each.value,]) for each in classes(kept)]
    return (met_and_missed("各类客户达标户数", "各类客户按时与超期户数", shares),)


def _compared(subject: Subject) -> Table:
    earlier = earlier_ones(subject.period)
    rows = []
    for rule, label in RULES.items():
        found = subject.figures.compared(rule)
        held_against = [value for when in earlier for value in (found.then(when).rate, found.since(when))]
        rows.append((label, found.now.rate, *held_against))
    known = any(value is not None for row in rows for value in row[1:])
    columns = [
        column
        for each in earlier.values()
        for column in (Column(each.label, "share", 8), Column(f"{each.short}（百分点）", "points", 8))
    ]
    said = "，".join(f"{each.label}为{each.period.label}" for each in earlier.values())
    return Table(
        "".join(each.short for each in earlier.values()),
        f"与{'、'.join(each.label for each in earlier.values())}比较",
        (Column("指标", width=10, whole=True), Column("本期", "share", 8), *columns),
        tuple(rows) if known else (),
        f"{said}；没有归档的一期没有可比数据。",
    )


def _compared_chart(subject: Subject) -> tuple[Chart, ...]:
    found = {label: subject.figures.compared(rule) for rule, label in RULES.items()}
    earlier = earlier_ones(subject.period)
    if not any(rates.then(when).of for when in earlier for rates in found.values()):
        return ()
    kept = [
        Series(each.label, tuple(rates.then(when).rate for rates in found.values()), each.tone)
        for when, each in reversed(earlier.items())
    ]
    kept.append(Series("本期", tuple(each.now.rate for each in found.values()), "main"))
    told = tuple(series for series in kept if any(value is not None for value in series.values))
    title = f"达标率与{'、'.join(each.label for each in earlier.values())}比较"
    return (Chart("达标率比较", title, "bars", "share", tuple(found), told),)


def _layers_said(subject: Subject) -> str:
    said = [
        f"{layer.label}{rate(share)}"
        for layer in Layer
        if (share := subject.figures.rate(f"{layer}.total")).of
    ]
    if not said:
        return f"{subject.this}没有计入考核的归档。"
    return (
        f"每件申请同时受受理之日有效的各层级时限约束，分别判定、互不替代。各层级达标率：{'，'.join(said)}。"
    )


def _by_layer(subject: Subject) -> Table:
    rows = []
    for layer in Layer:
        kept = {
            key: share
            for key, share in subject.figures.kept(f"{layer}.total", ("class",)).items()
            if share.of
        }
        rows += [(layer.label, each.label, *share_cells(kept[each.value,])) for each in classes(kept)]
        if kept:
            rows.append((layer.label, "各类合计", *share_cells(subject.figures.rate(f"{layer}.total"))))
    return Table(
        "各层级达标",
        "各层级时限达标",
        (Column("层级", width=7, grouped=True), Column("类别", width=9, whole=True), *SHARE),
        tuple(rows),
        "没有总时限的类别不列。",
    )


def _days_said(subject: Subject) -> str:
    spread = subject.figures.used((), layer="local", role="total").get(())
    if spread is None:
        return f"{subject.this}没有办结的总时限。"
    return (
        f"按地方总时限计，{subject.this}办结{spread.n:,}户，平均{shown(spread.mean, 'mean')}个工作日，"
        f"九成客户不超过{spread.p90}个工作日，最长{spread.longest}个工作日。"
    )


def _days(subject: Subject) -> Table:
    found = subject.figures.used(("class",), layer="local", role="total")
    rows = tuple((each.label, *spread_cells(found[each.value,])) for each in classes(found))
    return Table(
        "办电时长",
        "办电时长（个工作日）",
        (
            CLASS,
            Column("户数", "count", 6),
            Column("平均", "mean", 7),
            Column("中位数", "half", 7),
            Column("九成不超过", "count", 8),
            Column("最长", "count", 6),
        ),
        rows,
        "地方总时限的已用工作日：低压为全过程，高压为供电企业办理时间；挂起与客户自身时间不计。",
    )
