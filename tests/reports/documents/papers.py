"""Papers for the documents' tests: one as a busy company would have it, one as poor as can be."""

from dataclasses import replace
from datetime import date, timedelta

from reports.paper import (
    Chart,
    Column,
    KeyFigure,
    Paper,
    Passage,
    Section,
    Series,
    Signature,
    Table,
    Tone,
)
from tests.dates import at, on

AS_OF = at("2026-11-03 二 09:00") + timedelta(microseconds=123456)  # as a clock tells it
STATIONS = tuple(
    f"{name}供电所"
    for name in [
        "城关",
        "河东",
        "河西",
        "柳树镇",
        "大王庄",
        "石桥",
        "南关",
        "北关",
        "东湖",
        "西山",
        "青龙山中心",
        "三合",
        "四合",
        "五里",
        "六安",
        "七里河",
        "八里",
        "九龙",
        "十里铺",
        "双桥",
        "白云",
        "黄土",
        "红星",
        "绿水",
        "蓝田",
        "紫阳",
        "金山",
        "银川",
        "铜陵",
        "铁岭",
    ]
)
CLASSES = ("低压居民", "低压小微企业", "低压非居民", "高压普通", "高压重要", "高压资产移交")
# What a person may type as a name; none of it may act, and all of it must arrive.
NASTY = (
    "=1+1",
    "@SUM(A1)",
    "+8",
    "-3",
    '<script>alert("1")</script>',
    "甲&乙",
    "https://example.invalid/",
    "007",
    "#link[*]",
)
PERSONS = ("张甲样", "李乙样", "王丙样", *NASTY)
HIDDEN = "绝密客户样"  # stands in every personal place
RESULTS = ("当期达标", "超期办结", "超期办结（暂定）")
MONTHS = tuple(f"{month}月" for month in range(1, 13))

CLASS = Column("客户类别", width=10, whole=True)
STATION = Column("供电所", width=10)


def busy(late: int = 5000) -> Paper:
    """Twelve sections, thirty stations, a late list of ``late`` rows, tables with nothing in them."""
    return Paper(
        title="示例县供电公司2026年10月获得电力时限监督月报",
        organisation="国网示例县供电公司",
        period="2026年10月",
        number="示供电监〔2026〕10号",
        as_of=AS_OF,
        state="本期已结束，数据已封存",
        seal="9f2c" * 16,
        keys=(
            KeyFigure("受理", "1,204 户", "新装 1,100、增容 104"),
            KeyFigure("归档", "1,187 户", "终止、作废 12 户不计"),
            KeyFigure("时限达标率（地方）", "91.49%", "1,086/1,187"),
            KeyFigure("高压节点达标率", "90.91%", "10/11"),
            KeyFigure("配套工程达标率", "—", "本期没有计入考核的归档"),
            KeyFigure("在途", "431 户", "其中超期 17 户"),
            KeyFigure("督办单", "6 件", "按期回复 5 件"),
        ),
        sections=(
            _in_time(),
            _stations(),
            _owners(),
            _alarms(),
            Section(
                "orders",
                "督办",
                ("本期下达督办单6件，按期回复5件，逾期1件，退回重办0件。",),
                (_empty("督办单"),),
            ),
            Section("works", "配套工程", (), (_empty("配套工程"),)),
            Section("paused", "挂起与终止", ("本期挂起14次，恢复11次；无依据的挂起0次。",)),
            Section("plans", "供电方案有效期", ("三十日内到期2份。",)),
            Section("constrained", "受限客户", ("本期未发现受限客户。",)),
            Section("integrity", "廉洁线索", ("后补录入3条，均已说明。",), (_managers(),)),
            Section("open", "尚未办结而已超期", ("在途超期17户，不计入达标率。",), (_late("在途超期", 17),)),
            Section("late", "未达标明细", (f"归档未达标{late:,}个计时。",), (_late("归档未达标", late),)),
        ),
        signatures=(
            Signature("主要负责人"),
            Signature("分管负责人", HIDDEN),
            Signature("审核"),
            Signature("编制"),
        ),
        basis=(
            "内电〔2021〕34号（2021-05-27）",
            "供电监管办法 第十一条",
            "发改能源规〔2020〕1479号",
        ),
        notes=("工作日历已公布至2026-12-31，其后的日期为暂定。", "各层级分别判定，互不替代。"),
    )


def bare() -> Paper:
    """A paper with nothing to tell: no key figures, no tables, no signatures, no number."""
    return replace(
        busy(0),
        number="",
        seal="",
        state="本期未结束",
        keys=(),
        sections=(Section("all", "本期情况", ("本期没有业务。",), (_empty("受理"),)),),
        signatures=(),
        basis=(),
        notes=(),
    )


def _in_time() -> Section:
    rows = tuple(
        (name, 300 - 40 * at, 290 - 41 * at, 270 - 45 * at, (270 - 45 * at) / (290 - 41 * at))
        for at, name in enumerate(CLASSES)
    )
    return Section(
        "in_time",
        "时限达标情况",
        (
            "本期归档1,187户，计入考核1,187户，其中1,086户全部计时达标，时限达标率91.49%，比上月下降1.20个百分点，比上年同期上升3.05个百分点。",
            "高压环节节点达标率90.91%（10/11），1户竣工检验超期1个工作日。",
        ),
        (
            Table(
                "受理归档与达标",
                "受理、归档与时限达标（地方时限）",
                (CLASS, Column("受理", "count", 6), Column("计入考核", "count", 8), Column("达标", "count", 6), Column("达标率", "share", 8)),
                (*rows, ("合计", sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows), 0.9149)),
                "达标率＝本期归档的新装、增容申请中总时限按时办结的户数÷计入考核的归档户数。",
                total=True,
            ),
            Chart("各类达标", "各类客户计入考核与达标户数", "columns", "count", CLASSES, (
                Series("计入考核", tuple(float(row[2]) for row in rows), "soft"),
                Series("达标", tuple(float(row[3]) for row in rows), "main"),
            )),
            Chart("逐月达标率", "近十二个月时限达标率", "line", "share", MONTHS, (
                Series("时限达标率", (0.95, 0.96, 0.97, None, 0.93, 0.92, 0.95, 0.97, 0.98, 1.0, 0.99, 0.9149)),
                Series("节点达标率", (0.9, 0.92, 0.94, None, 0.9, 0.94, 0.95, 0.96, 0.93, 0.97, 0.98, 0.909), "orange"),
            ), "4月没有归档。"),
            Passage("各层级", ("地方、公司、国家、监管四个层级分别判定。", "同一申请可以在一个层级达标而在另一层级超期。")),
            Table(
                "各层级达标率",
                "各层级时限达标",
                (Column("层级", width=8, grouped=True), Column("类别", width=12, whole=True), Column("达标率", "share", 8)),
                tuple((layer, name, 0.9 + at / 100) for layer in ("地方", "公司", "国家") for at, name in enumerate(CLASSES[:4])),
            ),
        ),
    )  # fmt: skip


def _stations() -> Section:
    rates = tuple(
        None if at == 4 else 0.0 if at == 7 else 1.0 if at % 3 else 0.8 + at / 200 for at in range(30)
    )
    return Section(
        "stations",
        "各供电所排名",
        ("三十个供电所中，二十个为100%；大王庄供电所本期没有归档。",),
        (
            Chart("各所达标率", "各供电所时限达标率", "bars", "share", STATIONS, (Series("达标率", rates),)),
            Table(
                "供电所排名",
                "各供电所时限达标与名次",
                (Column("名次", "count", 4), STATION, Column("归档", "count", 6), Column("达标率", "share", 8), Column("得分", "points", 6)),
                tuple((at + 1, name, 40 - at, rates[at], 100 - at * 1.5) for at, name in enumerate(STATIONS)),
                "没有归档的不排名。",
            ),
        ),
    )  # fmt: skip


def _owners() -> Section:
    classes = ("高压普通", "高压重要", "低压小微企业（含配套工程）")
    series = (
        Series("供电企业", (8.5, 12.25, 3.1), "main"),
        Series("配套工程", (20.0, 5.0, 8.6), "soft"),
        Series("客户自身", (30.2, 41.0, 0.0), "yellow"),
        Series("政府审批", (3.0, 1.0, None), "miss"),
    )
    columns = (
        CLASS,
        Column("户数", "count", 6),
        Column("平均", "mean", 7),
        Column("中位数", "half", 7),
        Column("九成不超过", "count", 9),
        Column("最长", "count", 6),
    )
    rows = tuple((name, 10 * at, 2.125 + at, 2.0 + at / 2, 4 + at, 9 + at) for at, name in enumerate(CLASSES))
    return Section(
        "owners",
        "时间归属",
        ("高压普通客户平均全过程61.7个工作日，其中供电企业8.5个工作日。",),
        (
            Chart("时间归属", "平均工作日按归属", "stacked", "mean", classes, series, "挂起不计。"),
            Table("办电时长", "办电时长（个工作日）", columns, rows),
        ),
    )


def _alarms() -> Section:
    levels: tuple[tuple[str, Tone, int], ...] = (
        ("蓝", "blue", 41),
        ("橙", "orange", 22),
        ("黄", "yellow", 9),
        ("红", "red", 3),
    )
    columns = (
        Column("级别", "level", 6),
        Column("性质", width=6),
        Column("次数", "count", 6),
        Column("最近一次", "instant", 14),
    )
    rows = tuple(
        (level, "预警" if at < 2 else "告警", count, AS_OF - timedelta(days=at))
        for at, (level, _, count) in enumerate(levels)
    )
    series = tuple(
        Series(level, tuple(float(count * at % 7) for at in range(12)), tone) for level, tone, count in levels
    )
    return Section(
        "alarms",
        "预警与告警",
        ("本期达到预警63次、告警12次；告警在一个工作日内响应10次。",),
        (
            Table("预警告警", "本期达到的预警、告警", columns, rows),
            Chart("各所预警", "各供电所预警、告警次数", "stacked", "count", STATIONS[:12], series),
        ),
    )


def _managers() -> Table:
    return Table(
        "客户经理",
        "各客户经理时限达标",
        (
            Column("客户经理", width=8, personal=True),
            Column("归档", "count", 6),
            Column("达标率", "share", 8),
        ),
        tuple((name, 10, 0.9) for name in (*PERSONS, HIDDEN)),
        personal=True,
    )


def _empty(name: str) -> Table:
    return Table(
        name,
        f"{name}情况",
        (Column("编号", width=12), Column("内容", width=20)),
        (),
        "截至统计时点。",
        empty="本期没有。",
    )


def _late(name: str, count: int) -> Table:
    first = on("2026-10-12 一")
    return Table(
        name,
        f"{name}明细",
        (
            Column("申请编号", width=12, whole=True, personal=True),
            CLASS,
            replace(STATION, counted=True),
            Column("客户名称", width=14, personal=True),
            Column("客户经理", width=8, personal=True),
            Column("层级", width=5),
            Column("时限", width=14, counted=True),
            Column("已用", "count", 4),
            Column("限", "count", 4),
            Column("应于", "date", 10),
            Column("原因与责任部门", width=20),
            Column("结论", width=9),
        ),
        tuple(_late_row(at, first) for at in range(count)),
        "使某项达标率低于百分之百的每一个计时，一行一个。",
        listing=True,
    )


def _late_row(at: int, first: date) -> tuple[str | int | date | None, ...]:
    return (
        f"YK2026{at:06}",
        CLASSES[at % 6],
        STATIONS[at % 30],
        HIDDEN if at % 50 == 0 else f"示例{at}有限责任公司",
        PERSONS[at % len(PERSONS)],
        ("地方", "公司")[at % 2],
        "供电企业办理时间（高压）",
        18 + at % 9,
        16,
        None if at % 7 == 0 else first + timedelta(days=at % 28),
        "配套工程物资到货迟；责任部门：物资部、发展建设部" if at % 3 else "",
        RESULTS[at % 3],
    )
