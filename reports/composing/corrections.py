"""The corrections of earlier sealed periods as a part of the report: each figure old and new, and whose records did it."""

from collections import Counter
from collections.abc import Iterator

from reports.composing.wording import NUMBER, Row, held, minute, named
from reports.documents.printed import KEYS
from reports.facts.values import Facts
from reports.paper import Cell, Column, Section, Table
from reports.periods import Period
from workflow.events import EventType

NOTE = "“原数”是封存的数字，“上次”是最近一期同长度的已封存报告列出的数字，没有列出过的同原数；“—”是没有这个数字。"
OTHER_RULES = "封存以后规则文件改过，所涉申请更正前后都按现行规则重新计算，只列两者的差。"
PERIOD = Column("报告期", width=10, grouped=True, whole=True)
OLD_AND_NEW = (Column("原数", width=10), Column("上次", width=10), Column("现数", width=10))


def corrections_section(facts: Facts) -> Section | None:
    """The section; None where nothing was corrected since the last report told."""
    told = _Told(facts)
    if not told.rows("corrected"):
        return None
    return Section(
        "corrections",
        "对已封存报告的更正",
        ("已封存的报告不改动；封存以后登记的、涉及当期的记录，使下列报告的数字现在不同。", *told.said()),
        held(told.keys(), told.figures(), told.people(), told.lists(), told.parts(), told.records()),
    )


class _Told:
    """What the facts tell of corrections."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def rows(self, name: str) -> list[Row]:
        table = self.facts.tables.get(name)
        return list(table.dicts()) if table else []

    def said(self) -> Iterator[str]:
        """For each period how much moved, where, and because of how many applications."""
        for row in self.rows("corrected"):
            parts = Counter(str(each["part"]) for each in self._of("corrections", row))
            lists = sum(abs(int(each["more"] or 0)) for each in self._of("corrected_lists", row))
            whose = len({each["number"] for each in self._of("corrected_by", row)})
            figures = (
                f"印出的数字改变{sum(parts.values()):,}个（{named(parts.items(), '个')}）"
                if parts
                else "印出的数字没有改变"
            )
            figures += "" if KEYS in parts or not parts else "，主要数字都没有改变"
            moved = f"，名单增减{lists:,}行" if lists else ""
            facts = f"，所依据的数据改变{len(self._of('corrected_rows', row)):,}行"
            rules = "" if row["same_rules"] else OTHER_RULES
            at = minute(row["closed_at"])
            yield f"{_label(row)}（{at}封存）：{whose:,}件申请有后来的记录，{figures}{moved}{facts}。{rules}"

    def _of(self, name: str, period: Row) -> list[Row]:
        return [row for row in self.rows(name) if row["period"] == period["period"]]

    def keys(self) -> Table:
        rows = (row for row in self.rows("corrections") if row["part"] == KEYS)
        return Table(
            "更正的主要数字",
            "更正的主要数字",
            (PERIOD, Column("数字", width=12), *OLD_AND_NEW),
            tuple((_label(row), str(row["item"]), *_values(row)) for row in rows),
            NOTE,
        )

    def figures(self) -> Table:
        return self._figures("更正的各表数字", "更正的各表数字", personal=False)

    def people(self) -> Table:
        return self._figures("更正的人员数字", "更正的各客户经理数字", personal=True)

    def _figures(self, name: str, title: str, *, personal: bool) -> Table:
        rows = (
            row
            for row in self.rows("corrections")
            if row["part"] != KEYS and bool(row["personal"]) is personal
        )
        return Table(
            name,
            title,
            (
                PERIOD,
                Column("表", width=14, grouped=True),
                Column("项目", width=12, grouped=True),
                Column("数字", width=8),
                *OLD_AND_NEW,
            ),
            tuple(
                (_label(row), *(str(row[each]) for each in ("part", "item", "figure")), *_values(row))
                for row in rows
            ),
            NOTE,
            listing=True,
            personal=personal,
        )

    def lists(self) -> Table:
        return Table(
            "更正的名单",
            "名单的增减",
            (
                PERIOD,
                Column("名单", width=10, grouped=True),
                NUMBER,
                Column("增减", width=5),
                Column("内容", width=28),
            ),
            tuple(
                (_label(row), str(row["listed"]), str(row["number"]), _moved(row), str(row["text"]))
                for row in self.rows("corrected_lists")
            ),
            listing=True,
            personal=True,
        )

    def parts(self) -> Table:
        return Table(
            "更正的申请",
            "使数字改变的申请：上次与现在",
            (
                PERIOD,
                Column("申请编号", width=12, grouped=True, whole=True, personal=True),
                Column("项目", width=12),
                Column("上次", width=16),
                Column("现在", width=16),
            ),
            tuple(
                (_label(row), *(str(row[each]) for each in ("number", "part", "before", "now")))
                for row in self.rows("corrected_parts")
            ),
            listing=True,
            personal=True,
        )

    def records(self) -> Table:
        return Table(
            "更正的依据",
            "使数字改变的记录",
            (
                PERIOD,
                Column("申请编号", width=12, grouped=True, whole=True, personal=True),
                Column("序号", "count", 4),
                Column("记录", width=8),
                Column("发生时间", width=12, whole=True),
                Column("登记时间", width=12, whole=True),
                Column("登记人", width=8, personal=True),
            ),
            tuple(_record_row(row) for row in self.rows("corrected_by")),
            listing=True,
            personal=True,
        )


def _label(row: Row) -> str:
    return Period.parse(str(row["period"])).label


def _values(row: Row) -> tuple[Cell, ...]:
    return tuple(str(row[each]) for each in ("sealed", "before", "now"))


def _moved(row: Row) -> str:
    more = int(row["more"] or 0)
    times = f"{abs(more)}行" if abs(more) > 1 else ""
    return f"{'列入' if more > 0 else '移出'}{times}"


def _record_row(row: Row) -> tuple[Cell, ...]:
    instants = (minute(row[name]) for name in ("occurred_at", "recorded_at"))
    said = EventType.of(str(row["type"])).label
    return _label(row), str(row["number"]), int(row["seq"] or 0), said, *instants, str(row["actor"])
