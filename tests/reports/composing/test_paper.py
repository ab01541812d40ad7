"""The report of a period as a paper: it says what the figures are, in order, and names nobody in public."""

import json

import pytest

from alerts.facts import alarm_facts
from limits.shipped import DATA
from reports.composing.paper import compose
from reports.composing.wording import against
from reports.documents.outline import explanation
from reports.documents.page import render_page
from reports.documents.printed import headed_by, printed
from reports.documents.public import public_edition
from reports.facts.gathering import gather
from reports.facts.values import Facts
from reports.figures.figures import Compared
from reports.figures.shares import Share
from reports.masthead import Letterhead
from reports.paper import Chart, Paper, Passage, Table
from reports.periods import Period
from tests.dates import at
from tests.reports.books import AS_OF, resident
from workflow import cases
from workflow.book import Book

TRUTH = json.loads((DATA / "samples" / "ledger-2026.truth.json").read_text(encoding="utf-8"))
PERIODS = ("2026-10", "2026-11", "2026-Q3", "2024-01")


@pytest.fixture(scope="module")
def told(shipped: Book) -> dict[str, Facts]:
    """The facts of several periods of the shipped ledger: a month, one not over, a quarter, one long before."""
    others = (alarm_facts(shipped.rules),)
    return {each: gather(shipped, Period.parse(each), AS_OF, others) for each in PERIODS}


def paper_of(facts: Facts, seal: str = "") -> Paper:
    head = Letterhead(number="示监〔{year}〕{number}号")
    period = Period.parse(str(facts.header["period"]))
    return compose(facts, head.masthead(str(facts.header["company"]), period), seal)


def sentences(paper: Paper) -> str:
    """Everything said in sentences."""
    passages = [
        text
        for section in paper.sections
        for part in section.parts
        if isinstance(part, Passage)
        for text in part.paragraphs
    ]
    return "\n".join([text for section in paper.sections for text in section.paragraphs] + passages)


def keys(paper: Paper) -> dict[str, tuple[str, str]]:
    return {each.label: (each.value, each.base) for each in paper.keys}


def table(paper: Paper, name: str) -> Table:
    return next(each for each in paper.tables() if each.name == name)


def test_sections_come_in_the_order_a_leader_asks(told: dict[str, Facts]) -> None:
    """Were we in time, where not, whose time, what was done, what is there to do, can it be trusted."""
    paper = paper_of(told["2026-10"])
    assert [each.key for each in paper.sections] == [
        "in_time", "where", "whose", "handled", "business", "indices", "trust",
    ]  # fmt: skip
    assert (paper.title, paper.number) == ("2026年10月获得电力时限监督月报", "示监〔2026〕10号")


def test_what_is_said_is_the_truth_of_the_ledger(told: dict[str, Facts]) -> None:
    paper = paper_of(told["2026-10"])
    [truth] = [each for each in TRUTH["indicators"] if each["month"] == "2026-10"]
    met, archived = sum(truth["on_time"].values()), sum(truth["archived"].values())
    assert f"本月归档{archived}户，地方时限达标率91.49%（{met}/{archived}）" in sentences(paper)
    assert keys(paper)["高压节点达标率"] == ("90.91%", "/".join(map(str, truth["hv_all_nodes"])))
    by_class = {row[0]: (row[1], row[2]) for row in table(paper, "各类客户达标").rows[:-1]}
    assert by_class == {
        label: (truth["archived"][label], truth["on_time"][label]) for label in truth["archived"]
    }
    days = {row[0]: row[2] for row in table(paper, "办电时长").rows}
    assert days == pytest.approx(truth["mean_used"])


def test_every_miss_stands_in_the_list_behind_the_rate(told: dict[str, Facts]) -> None:
    paper = paper_of(told["2026-10"])
    late = table(paper, "归档未达标")
    assert late.listing
    total = {
        row[0] for row in late.rows if (row[4], row[5]) in {("地方", "全过程"), ("地方", "供电企业办理时间")}
    }
    assert len(total) == 4
    assert "未按时办结4户：低压居民3户、高压普通1户。" in sentences(paper)
    assert all(int(str(row[6])) > int(str(row[7])) for row in late.rows)


def test_days_by_owner_add_up_to_the_whole_way(told: dict[str, Facts]) -> None:
    paper = paper_of(told["2026-10"])
    chart = next(each for each in paper.charts() if each.name == "时间归属")
    whole = {row[0]: row[2] for row in table(paper, "全程用时").rows}
    for at_, label in enumerate(chart.categories):
        assert sum(series.values[at_] or 0 for series in chart.series) == pytest.approx(whole[label])


def test_a_month_not_over_and_a_sealed_one_say_so(told: dict[str, Facts]) -> None:
    assert paper_of(told["2026-11"]).state == "本月未结束，统计截至2026-11-20 18:00"
    assert paper_of(told["2026-10"]).state == "本月已结束，数据尚未封存"
    assert paper_of(told["2026-10"], "ab" * 32).state == "本月已结束，数据已封存"


def test_a_month_without_business_says_so_and_counts_nothing_as_full_marks(told: dict[str, Facts]) -> None:
    paper = paper_of(told["2024-01"])
    assert "本月没有归档的申请，没有可以判定的达标率。" in sentences(paper)
    assert keys(paper)["时限达标率（地方）"] == ("—", "没有计入考核的归档")
    assert "各供电所不排名" in sentences(paper)
    assert not [each for each in paper.charts() if each.kind == "share"]
    assert "100" not in sentences(paper)
    # Nor is anything shown that holds nothing but dashes and noughts, nor a reason given for what did not happen.
    assert not {"环比同比", "供电所排名"} & {table.name for table in paper.tables()}
    assert "没有扫描" not in sentences(paper)


@pytest.mark.parametrize(("period", "said"), [("2026-11", 1), ("2026-10", 1)])
def test_until_when_and_that_nothing_is_sealed_is_said_once(
    told: dict[str, Facts], period: str, said: int
) -> None:
    words = "".join(explanation(paper_of(told[period])).paragraphs)
    assert words.count("2026-11-20 18:00（北京时间）") == words.count("2026-11-20 18:00") == said
    assert words.count("尚未封存") <= 1
    assert "封存以前，数据仍可能变动。" in words


def test_used_up_and_late_on_a_day_of_rest_is_explained(told: dict[str, Facts]) -> None:
    """Due on Friday 2026-10-30, the month ends on the Saturday: 3 of 3 days, and late."""
    table = next(each for each in paper_of(told["2026-10"]).tables() if each.name == "在途超期")
    heads = [column.head for column in table.columns]
    used, limit = heads.index("已用"), heads.index("限")
    assert [row for row in table.rows if row[used] == row[limit]]
    assert "到期日24时一过即为超期" in table.note


def test_a_quarter_is_told_as_one(told: dict[str, Facts]) -> None:
    paper = paper_of(told["2026-Q3"])
    assert paper.title == "2026年第三季度获得电力时限监督季度报"
    assert "本季度归档" in sentences(paper)
    assert "上期（2026年第二季度）" in sentences(paper)


@pytest.mark.parametrize("period", PERIODS)
def test_tables_and_charts_are_of_one_piece(told: dict[str, Facts], period: str) -> None:
    paper = paper_of(told[period])
    names = [each.name for each in paper.tables()]
    assert len(set(names)) == len(names)
    for each in paper.tables():
        assert all(len(row) == len(each.columns) for row in each.rows), each.name
    for part in (part for section in paper.sections for part in section.parts if isinstance(part, Chart)):
        assert part.series
        assert all(len(series.values) == len(part.categories) for series in part.series), part.name


@pytest.mark.parametrize("period", PERIODS)
def test_every_figure_has_a_name_of_its_own(told: dict[str, Facts], period: str) -> None:
    """By which a correction says which one it means; every cell of every table that is read is among them."""
    paper = paper_of(told[period])
    found = printed(paper)
    assert not [name for name in found.figures if "（2）" in name.item]
    read = [each for each in paper.tables() if not each.listing]
    assert len(found.figures) == len(paper.keys) + sum(
        len(each.rows) * (len(each.columns) - len(headed_by(each))) for each in read
    )


@pytest.mark.parametrize("period", ["2026-10", "2026-11"])
def test_nobody_is_named_in_the_public_edition(told: dict[str, Facts], period: str) -> None:
    facts = told[period]
    people = {
        str(row[column])
        for each in facts.tables.values()
        for row in each.dicts()
        for column in ("number", "manager", "approver", "people", "evidence")
        if row.get(column)
    }
    paper = paper_of(facts)
    whole, public = repr(paper), repr(public_edition(paper))
    assert sum(each in whole for each in people) > 10
    assert [each for each in people if each in public] == []


@pytest.mark.parametrize("period", ["2026-10", "2026-11", "2026-Q3"])
def test_the_public_edition_tells_of_no_single_application(told: dict[str, Facts], period: str) -> None:
    """In a small county a class, a station and a date may be one firm: there it is told how many, not when."""
    paper = paper_of(told[period])
    public = public_edition(paper)
    kept = {each.name: each for each in public.tables()}
    for each in paper.tables():
        if each.by_application:
            counts = kept[each.name]
            assert sum(row[-1] for row in counts.rows if isinstance(row[-1], int)) == len(each.rows), (
                each.name
            )
            assert len({row[:-1] for row in counts.rows}) == len(counts.rows), each.name
    assert len([each for each in paper.tables() if each.by_application]) >= 2
    assert {column.kind for each in kept.values() for column in each.columns}.isdisjoint({"date", "instant"})
    assert [each.name for each in kept.values() if each.by_application] == []


def test_a_month_of_households_alone_judges_no_high_voltage(file_book: Book) -> None:
    start, end = at("2026-10-12 一 09:00"), at("2026-10-16 五 09:00")
    for name in ("=1+1", '<b>"甲"&乙</b>'):
        cases.accept(
            file_book, name, resident(name, station=name, manager=name), at=start, now=start, actor="受理员"
        )
        cases.energize(file_book, name, at=end, now=end, actor="装表员")
        cases.archive(file_book, name, at=end, now=end, actor="归档员")
    paper = paper_of(gather(file_book, Period.parse("2026-10"), AS_OF))
    assert "本月归档2户，地方时限达标率0.00%（0/2）" in sentences(paper)
    # Neither is named alone.
    assert '达标率最低的是<b>"甲"&乙</b>、=1+1，同为0.00%。' in sentences(paper)
    assert "高压节点达标率：本月没有计入考核的归档，不计算。" in sentences(paper)
    assert keys(paper)["高压节点达标率"] == ("—", "没有计入考核的归档")
    assert {row[3] for row in table(paper, "归档未达标").rows} == {"=1+1", '<b>"甲"&乙</b>'}
    assert "<b>" not in render_page(paper).replace("<b>　</b>", "")


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (Share(9, 10), Share(8, 10), "比上期（2026年9月）上升10.00个百分点"),
        (Share(8, 10), Share(9, 10), "比上期（2026年9月）下降10.00个百分点"),
        (Share(8, 10), Share(4, 5), "与上期（2026年9月）持平"),
        (Share(99_999, 100_000), Share(1, 1), "与上期（2026年9月）相差不足0.01个百分点"),
        (Share(8, 10), Share(0, 0), "与上期（2026年9月）没有可比数据"),
    ],
)
def test_how_a_rate_moved(now: Share, before: Share, said: str) -> None:
    told = against(Compared(now, before, Share(0, 0)), Period.parse("2026-10"))
    assert told == f"{said}，与上年同期（2025年10月）没有可比数据"


def test_what_a_leader_asks_of_each_step_and_of_each_late_one(told: dict[str, Facts]) -> None:
    """Domain §10: the median of every step, kVA of what was archived, the department responsible."""
    paper = paper_of(told["2026-10"])
    steps, late, moves = (table(paper, name) for name in ("各环节时限", "归档未达标", "受理归档在途"))
    assert [each.head for each in steps.columns][-4:] == ["平均", "中位数", "九成不超过", "最长"]
    heads = [each.head for each in moves.columns]
    assert {"受理容量", "归档容量", "在途容量"} <= set(heads)
    archived = {row[0]: row[heads.index("归档容量")] for row in moves.rows}
    assert sum(value for value in archived.values() if isinstance(value, float)) > 0
    heads = [each.head for each in late.columns]
    named = {(row[heads.index("时限")], row[heads.index("责任方")]) for row in late.rows}
    assert {who for clock, who in named if "配套" in str(clock)} <= {"业扩配套工程"}
    assert {who for clock, who in named if "配套" not in str(clock)} == {"供电企业"}
