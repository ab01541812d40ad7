"""What was done about it: levels reached, alarms answered, supervision orders, suspensions, lapsing plans."""

from limits.force import Layer
from limits.terms import Level, Verdict
from reports.composing.wording import NUMBER, Row, Subject, held, layers, listing, minute, rate, share_cells
from reports.figures.figures import Alarms
from reports.figures.shares import Share
from reports.paper import Cell, Chart, Column, Passage, Section, Series, Table, Tone

LEVEL = "level"  # alarms about a limit, as the facts call them
TONES: dict[Level, Tone] = {
    Level.BLUE: "blue",
    Level.ORANGE: "orange",
    Level.YELLOW: "yellow",
    Level.RED: "red",
}
WARNINGS = (Level.BLUE, Level.ORANGE)  # the others are alarms (domain §6)
STATES = {
    "open": "待回复",
    "replied": "待认可",
    "returned": "已退回",
    "accepted": "已办结",
    "cancelled": "已撤销",
}
NO_ALARMS = Alarms(0, 0, Share(0, 0), 0, 0)


def handled(subject: Subject) -> Section:
    """The section."""
    return Section(
        "handled",
        "预警告警与督办处置",
        _said(subject),
        (
            *held(_levels(subject)),
            *_chart(subject),
            *held(_alarms(subject), _minutes(subject)),
            Passage("督办单", (_orders_said(subject),)),
            *held(_orders(subject)),
            Passage("挂起", (_suspended_said(subject),)),
            *held(_suspensions(subject)),
            Passage("供电方案有效期", (_plans_said(subject),)),
            *held(_plans(subject)),
        ),
    )


def _said(subject: Subject) -> tuple[str, ...]:
    reached = subject.figures.levels(("level",), layer=Layer.LOCAL.value)
    counts = {level: reached.get((level.value,), 0) for level in Level}
    warnings = sum(counts[level] for level in WARNINGS)
    alarms = sum(counts.values()) - warnings
    told = "、".join(f"{level.label}{n:,}次" for level, n in counts.items())
    said = [f"{subject.this}地方时限达到预警{warnings:,}次、告警{alarms:,}次（{told}）。"]
    found = subject.figures.alarms((), kind=LEVEL).get((), NO_ALARMS)
    if found.told and found.in_time.of:
        said.append(
            f"发给责任人员的{found.told:,}次中，要求签收的按时签收率{rate(found.in_time)}，"
            f"已答复{found.answered:,}次，已闭环{found.closed:,}次。"
        )
    elif found.told:
        said.append(
            f"发给责任人员{found.told:,}次，已答复{found.answered:,}次，已闭环{found.closed:,}次；其中没有已到签收期限的。"
        )
    elif subject.figures.levels(("level",)):
        said.append(
            f"{subject.this}没有发给责任人员的预警、告警：没有扫描，或所达到的级别在接入之前，只登记。"
        )
    return tuple(said)


def _levels(subject: Subject) -> Table:
    reached = subject.figures.levels(("level", "layer"))
    told = layers(layer for _, layer in reached)
    rows = tuple(
        (
            level.label,
            "预警" if level in WARNINGS else "告警",
            *(reached.get((level.value, layer.value), 0) for layer in told),
        )
        for level in Level
    )
    return Table(
        "预警告警",
        f"{subject.this}达到的预警、告警",
        (
            Column("级别", "level", 5),
            Column("性质", width=5),
            *(Column(f"{layer.label}（次）", "count", 8) for layer in told),
        ),
        rows if reached else (),
        "达到即计一次，其后终止或作废的也不抹去。",
    )


def _chart(subject: Subject) -> tuple[Chart, ...]:
    reached = subject.figures.levels(("station", "level"), layer=Layer.LOCAL.value)
    stations = tuple(sorted({str(station) for station, _ in reached}))
    if not stations:
        return ()
    series = tuple(
        Series(
            level.label,
            tuple(float(reached.get((name, level.value), 0)) for name in stations),
            TONES[level],
        )
        for level in Level
    )
    return (
        Chart(
            "各所预警告警", "各供电所达到的预警、告警次数（地方时限）", "stacked", "count", stations, series
        ),
    )


def _alarms(subject: Subject) -> Table:
    found = subject.figures.alarms(("level",), kind=LEVEL)
    rows = tuple(
        (level.label, each.n, each.told, *share_cells(each.in_time), each.answered, each.closed)
        for level in Level
        for each in (found.get((level.value,), NO_ALARMS),)
    )
    return Table(
        "告警处置",
        "预警、告警的告知与处置",
        (
            Column("级别", "level", 5),
            Column("登记", "count", 5),
            Column("告知", "count", 5),
            Column("应签收", "count", 6),
            Column("按时签收", "count", 6),
            Column("按时签收率", "share", 8),
            Column("已答复", "count", 6),
            Column("已闭环", "count", 6),
        ),
        rows if found else (),
        "各层级合计。登记而未告知的，是接入之前达到的，或同一计时已有更高级别告知的。",
    )


def _minutes(subject: Subject) -> Table:
    found = subject.figures.alarm_minutes(("level", "act", "working"), kind=LEVEL)
    acts = {"acknowledged": "签收", "answered": "答复"}
    rows = tuple(
        (
            level.label,
            label,
            "工作时间" if working else "全天",
            spread.n,
            spread.median,
            spread.p90,
            spread.longest,
        )
        for level in Level
        for act, label in acts.items()
        for working in (True, False)
        if (spread := found.get((level.value, act, working))) is not None
    )
    return Table(
        "响应用时",
        "自告知至首次签收、答复的用时（分钟）",
        (
            Column("级别", "level", 5),
            Column("处置", width=5),
            Column("计时", width=6),
            Column("次数", "count", 5),
            Column("中位数", "half", 7),
            Column("九成不超过", "count", 8),
            Column("最长", "count", 7),
        ),
        rows,
    )


def _orders_said(subject: Subject) -> str:
    orders = subject.figures.orders()
    if not subject.rows("orders"):
        return f"{subject.this}没有督办单。"
    said = (
        f"{subject.this}下达督办单{orders.opened:,}件；截至{subject.as_of:%Y-%m-%d %H:%M}，"
        f"办结{orders.ended:,}件，尚未办结{orders.standing:,}件"
    )
    said += f"，其中逾期{orders.overdue:,}件" if orders.overdue else ""
    if not orders.in_time.of:
        return f"{said}；没有办结的，也没有到期的，不计算按时办理率。"
    outside = f"，未到期和撤销的{orders.in_time.excluded:,}件不计入" if orders.in_time.excluded else ""
    return f"{said}；按时办理率{rate(orders.in_time)}{outside}。"


def _orders(subject: Subject) -> Table:
    ordered = sorted(subject.rows("orders"), key=lambda row: str(row["opened_at"]))
    return Table(
        "督办单",
        "督办单清单",
        (
            Column("文号", width=9, whole=True),
            NUMBER,
            Column("责任单位", width=9, counted=True),
            Column("下达", "instant", 9),
            Column("到期日", "date", 7),
            Column("首次回复", "instant", 9),
            Column("状态", width=5),
            Column("结论", width=6, counted=True),
            Column("级别", "level", 5),
        ),
        tuple(_order_row(row) for row in ordered),
        listing=True,
    )


def _order_row(row: Row) -> tuple[Cell, ...]:
    return (
        str(row["order"]),
        row["number"],
        str(row["station"] or row["unit"]),
        minute(row["opened_at"]),
        minute(row["due_on"]),
        minute(row["replied_at"]),
        STATES.get(str(row["state"]), str(row["state"])),
        Verdict.of(str(row["verdict"])).label if row["verdict"] else None,
        Level.of(str(row["level"])).label if row["level"] else None,
    )


def _suspended_said(subject: Subject) -> str:
    rows = subject.rows("suspensions")
    if not rows:
        return f"{subject.this}没有处于挂起的申请。"
    found = subject.figures.suspensions()
    return (
        f"{subject.this}处于挂起状态的有{len(rows):,}次，其中{subject.this}新挂起{found.begun:,}次，"
        f"{subject.closing}未恢复{found.standing:,}次。"
    )


def _suspensions(subject: Subject) -> Table:
    return listing(
        "挂起",
        f"{subject.this}曾处于挂起的申请",
        (
            Column("挂起", "instant", 9),
            Column("恢复", "instant", 9),
            Column("原因", width=12, personal=True),
            Column("批准人", width=6, personal=True),
        ),
        subject.rows("suspensions"),
        lambda row: (
            minute(row["suspended_at"]),
            minute(row["resumed_at"]),
            row["reason"] or None,
            row["approver"] or None,
        ),
    )


def _plans_said(subject: Subject) -> str:
    rows = subject.rows("plans")
    lapsed = sum(row["level"] == Level.RED.value for row in rows)
    if not rows:
        return f"{subject.this}没有临近失效或失效的供电方案。"
    return f"{subject.this}供电方案临近失效{len(rows) - lapsed:,}件，失效{lapsed:,}件。"


def _plans(subject: Subject) -> Table:
    return listing(
        "供电方案有效期",
        "临近失效和失效的供电方案",
        (
            Column("级别", "level", 5, counted=True),
            Column("时间", "instant", 9),
            Column("情况", width=16, personal=True),
        ),
        subject.rows("plans"),
        lambda row: (Level.of(str(row["level"])).label, minute(row["reached_at"]), row["text"]),
    )
