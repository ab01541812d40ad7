"""What came in, what was finished and what is still open, and which of the open is late."""

from collections import Counter
from decimal import Decimal

from reports.composing.where import late_list
from reports.composing.wording import CLASS, Subject, classes, held, listing, minute, named
from reports.facts.counts import Move
from reports.figures.figures import Held
from reports.paper import Cell, Chart, Column, Passage, Section, Series, Table

NOTHING = Held(0, Decimal(0))
DRAWN = (Move.ACCEPTED, Move.ARCHIVED, Move.IN_PROGRESS)


def business(subject: Subject) -> Section:
    """The section."""
    return Section(
        "business",
        "受理、归档与在途",
        (_said(subject),),
        (
            *held(_moves(subject)),
            *_chart(subject),
            Passage("在途超期", (_open_late_said(subject),)),
            *held(_open_late(subject)),
            Passage("受限客户", (_constrained_said(subject),)),
            *held(_constrained(subject)),
        ),
    )


def _said(subject: Subject) -> str:
    total = {move: subject.figures.total(move.value) for move in Move}
    return (
        f"{subject.this}受理{total[Move.ACCEPTED]:,}户，归档{total[Move.ARCHIVED]:,}户，"
        f"终止{total[Move.TERMINATED]:,}户，作废{total[Move.VOIDED]:,}户；{subject.closing}在途{total[Move.IN_PROGRESS]:,}户。"
    )


def _moves(subject: Subject) -> Table:
    found = {move: subject.figures.counts(move.value, ("class",)) for move in Move}
    rows: list[tuple[Cell, ...]] = []
    for each in classes(*found.values()):
        told_of = {move: found[move].get((each.value,), NOTHING) for move in Move}
        capacities = (float(told_of[move].capacity) for move in DRAWN)
        numbers = (one.n for one in told_of.values())
        rows.append((each.label, *numbers, *capacities, "kVA" if each.high_voltage else "kW"))
    total = tuple(sum(one.n for one in found[move].values()) for move in Move)
    return Table(
        "受理归档在途",
        "各类客户受理、归档与在途",
        (
            CLASS,
            *(Column(f"{move.label}（户）", "count", 6) for move in Move),
            *(Column(f"{move.label}容量", "amount", 8) for move in DRAWN),
            Column("单位", width=4),
        ),
        (*rows, ("合计", *total, *(None for _ in DRAWN), "")) if rows else (),
        f"在途为{subject.closing}已受理而未归档、未终止的；高压容量与低压容量单位不同，不相加。",
        total=True,
    )


def _chart(subject: Subject) -> tuple[Chart, ...]:
    found = {move: subject.figures.counts(move.value, ("class",)) for move in DRAWN}
    told = classes(*found.values())
    if not told:
        return ()
    accepted, archived, standing = (
        tuple(float(found[move].get((each.value,), NOTHING).n) for each in told) for move in DRAWN
    )
    series = (
        Series(Move.ACCEPTED.label, accepted, "soft"),
        Series(Move.ARCHIVED.label, archived, "main"),
        Series(Move.IN_PROGRESS.label, standing, "blue"),
    )
    names = tuple(each.label for each in told)
    return (Chart("各类业务量", "各类客户受理、归档与在途户数", "columns", "count", names, series),)


def _open_late_said(subject: Subject) -> str:
    rows = subject.rows("open_late")
    if not rows:
        return f"{subject.closing}，在途申请没有超期的计时。"
    stations = {str(row["number"]): str(row["station"]) for row in rows}
    where = named(Counter(stations.values()).items(), "户")
    return f"{subject.closing}，在途申请中有{len(stations):,}户、{len(rows):,}个计时已经超期：{where}。超期在途不计入达标率，归档时才判定。"


def _open_late(subject: Subject) -> Table:
    note = f"{subject.closing}已超期而尚未办结的计时，不计入达标率。"
    if any(int(row["used"] or 0) <= int(row["limit"] or 0) for row in subject.rows("open_late")):
        note += "到期日24时一过即为超期，其后尚无工作日的，已用与时限相同。"
    return late_list(subject, "open_late", "在途超期", note)


def _constrained_said(subject: Subject) -> str:
    n = len(subject.rows("constrained"))
    return f"{subject.this}发现受限客户{n:,}户。" if n else f"{subject.this}没有登记受限客户。"


def _constrained(subject: Subject) -> Table:
    return listing(
        "受限客户",
        "受限客户",
        (Column("发现", "instant", 9), Column("上报", "instant", 9)),
        subject.rows("constrained"),
        lambda row: (minute(row["found_at"]), minute(row["reported_at"])),
    )
