"""Whose time it was: every working day from acceptance to energizing belongs to one owner."""

from limits.terms import CustomerClass
from reports.composing.wording import CLASS, Subject, classes, held, spread_cells
from reports.documents.cells import shown
from reports.facts.owners import Owner
from reports.paper import Chart, Column, Section, Series, Table, Tone

SPAN, UNSUSPENDED = "span", "unsuspended"
TONES: dict[Owner, Tone] = {
    Owner.COMPANY: "main",
    Owner.SUPPORTING: "blue",
    Owner.CUSTOMER: "soft",
    Owner.APPROVALS: "yellow",
    Owner.SUSPENDED: "orange",
}


def whose(subject: Subject) -> Section:
    """The section."""
    return Section(
        "whose",
        "办电时间的归属",
        _said(subject),
        (*_chart(subject), *held(_owners(subject), _spans(subject))),
    )


def _said(subject: Subject) -> tuple[str, ...]:
    found = subject.figures.owners(("class", "owner"))
    said = [
        _class_said(each, {owner: found[each.value, owner.value].mean for owner in Owner})
        for each in classes(found)
        if (each.value, SPAN) in found
    ]
    if not said:
        return (f"{subject.this}没有归档的申请，没有可以划分的时间。",)
    basis = "受理至装表接电的每个工作日只归一方：供电企业、业扩配套工程、客户、政府审批或挂起。"
    return (basis, *said)


def _class_said(each: CustomerClass, means: dict[Owner, float]) -> str:
    whole = sum(means.values())
    parts = "、".join(f"{owner.label}{shown(mean, 'mean')}" for owner, mean in means.items() if mean)
    if not parts:
        return f"{each.label}平均不足1个工作日。"
    return f"{each.label}平均{shown(whole, 'mean')}个工作日，其中{parts}。"


def _chart(subject: Subject) -> tuple[Chart, ...]:
    found = subject.figures.owners(("class", "owner"))
    told = classes(found)
    if not told:
        return ()
    series = tuple(
        Series(owner.label, tuple(found[each.value, owner.value].mean for each in told), TONES[owner])
        for owner in Owner
        if any(found[each.value, owner.value].mean for each in told)
    )
    if not series:
        return ()
    names = tuple(each.label for each in told)
    title = "平均办电时间的归属（个工作日）"
    return (Chart("时间归属", title, "stacked", "mean", names, series),)


def _owners(subject: Subject) -> Table:
    found = subject.figures.owners(("class", "owner"))
    rows = tuple(
        (each.label, owner.label, *spread_cells(found[each.value, owner.value]))
        for each in classes(found)
        for owner in Owner
        if found[each.value, owner.value].longest
    )
    return Table(
        "时间归属",
        "办电时间按归属（个工作日）",
        (
            Column("客户类别", width=8, grouped=True, whole=True),
            Column("归属", width=8),
            Column("户数", "count", 5),
            Column("平均", "mean", 6),
            Column("中位数", "half", 6),
            Column("九成不超过", "count", 7),
            Column("最长", "count", 5),
        ),
        rows,
        "归档申请自受理至装表接电，没有占用时间的一方不列；同一天可归多方时，依次为挂起、客户工程、配套工程、政府审批（本系统约定）。",
    )


def _spans(subject: Subject) -> Table:
    found = subject.figures.owners(("class", "owner"))
    rows = tuple(
        (
            each.label,
            found[each.value, SPAN].n,
            found[each.value, SPAN].mean,
            found[each.value, SPAN].longest,
            found[each.value, UNSUSPENDED].mean,
            found[each.value, UNSUSPENDED].longest,
        )
        for each in classes(found)
    )
    return Table(
        "全程用时",
        "受理至装表接电全程用时：含挂起与不含挂起（个工作日）",
        (
            CLASS,
            Column("户数", "count", 5),
            Column("含挂起平均", "mean", 8),
            Column("含挂起最长", "count", 8),
            Column("不含挂起平均", "mean", 8),
            Column("不含挂起最长", "count", 8),
        ),
        rows,
    )
