"""Can the figures be trusted: what was found in the records, what stands outside every base, what is provisional."""

from collections import Counter

from limits.force import Layer
from reports.composing.wording import Subject, held, listing, minute, named
from reports.facts.counts import Move
from reports.paper import Column, Passage, Section, Table
from workflow.findings import Code

# Figures of the report (domain §10) that no record of the ledger or of this system tells.
UNRECORDED = (
    "一票否决的认定",
    "投诉及其答复",
    "停电计划",
    "配套工程以外的专业协同事项",
    "分布式电源及充换电设施",
)


def trust(subject: Subject) -> Section:
    """The section."""
    return Section(
        "trust",
        "数据质量与廉洁线索",
        (_said(subject),),
        (
            *held(_codes(subject)),
            *held(_findings(subject)),
            Passage("不计入的申请", (_excluded_said(subject),)),
            *held(_excluded(subject)),
            Passage("暂定日期", (_provisional_said(subject),)),
            *held(_provisional(subject)),
            Passage("没有数据的内容", (_unrecorded_said(),)),
        ),
    )


def _said(subject: Subject) -> str:
    rows = subject.rows("findings")
    if not rows:
        return f"{subject.this}归档和新登记的申请中没有发现需要核实的记录。"
    counted = Counter(_code(row["code"]) for row in rows)
    return f"发现需要核实的记录{len(rows):,}条：{named(counted.items(), '条')}。线索只说明记录异常，是否违规由核实认定。"


def _code(value: object) -> str:
    return Code.of(str(value)).label


def _codes(subject: Subject) -> Table:
    rows = subject.rows("findings")
    counted = Counter(_code(row["code"]) for row in rows)
    archived = Counter(_code(row["code"]) for row in rows if row["archived_in_period"])
    return Table(
        "线索分类",
        "需要核实的记录分类",
        (Column("类别", width=9), Column("条数", "count", 6), Column("其中本期归档", "count", 8)),
        tuple(
            (code.label, counted[code.label], archived[code.label]) for code in Code if counted[code.label]
        ),
    )


def _findings(subject: Subject) -> Table:
    return listing(
        "廉洁线索",
        "需要核实的记录",
        (
            Column("类别", width=7, counted=True),
            Column("证据", width=18, personal=True),
            Column("涉及人员", width=8, personal=True),
            Column("发现", "instant", 9),
        ),
        subject.rows("findings"),
        lambda row: (_code(row["code"]), row["evidence"], row["people"], minute(row["found_at"])),
    )


def _excluded_said(subject: Subject) -> str:
    rows = subject.rows("excluded")
    if not rows:
        return f"{subject.this}没有终止、作废的申请。"
    counted = Counter(Move.of(str(row["why"])).label for row in rows)
    return f"{named(counted.items(), '户')}，不在任何达标率的基数里；终止、作废以前达到的预警、告警仍然保留。"


def _excluded(subject: Subject) -> Table:
    return listing(
        "不计入的申请",
        "终止、作废的申请",
        (
            Column("去向", width=5, counted=True),
            Column("时间", "instant", 9),
            Column("原因", width=14, personal=True),
        ),
        subject.rows("excluded"),
        lambda row: (Move.of(str(row["why"])).label, minute(row["at"]), row["reason"] or None),
    )


def _provisional_said(subject: Subject) -> str:
    through = subject.facts.header["published_through"]
    n = sum(int(row["n"] or 0) for row in subject.rows("provisional"))
    if not n:
        return f"工作日历已公布至{through}，{subject.closing}在途计时的到期日都在其内。"
    return f"工作日历已公布至{through}；{subject.closing}在途计时中有{n:,}个的到期日在其后，为暂定，日历公布后重算。"


def _provisional(subject: Subject) -> Table:
    rows = Counter[tuple[str, str, str]]()
    for row in subject.rows("provisional"):
        layer = Layer.of(str(row["layer"])).label
        rows[layer, subject.clock(row["layer"], row["clock"]), str(row["station"])] += int(row["n"] or 0)
    return Table(
        "暂定日期",
        "到期日为暂定的在途计时",
        (
            Column("层级", width=6, grouped=True),
            Column("时限", width=12, grouped=True),
            Column("供电所", width=9),
            Column("个数", "count", 5),
        ),
        tuple((*key, n) for key, n in sorted(rows.items())),
    )


def _unrecorded_said() -> str:
    return f"{'、'.join(UNRECORDED)}：没有可以统计的记录，本报告不列，不表示没有发生。"
