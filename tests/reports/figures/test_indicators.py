"""Indicators: worked out by hand on the shipped ledger, never full marks for nothing, added without code."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from limits.indicators import Scale
from limits.shipped import DATA
from reports.facts.gathering import gather
from reports.facts.values import Facts, Rows
from reports.figures.figures import Figures
from reports.figures.indicators import Score, scores
from reports.periods import Period
from tests.reports.books import AS_OF
from workflow.book import Book
from workflow.ledger.importing import import_ledger
from workflow.rules import load_rules

OCTOBER = Period.parse("2026-10")
MINE = """
layer = "local"

[document.own]
title = "某供电公司自定指标"

[[indicator]]
name = "micro_fast"
label = "小微企业办电达标率"
group = "自定"
scale = "share"
measure = { kind = "kept", take = "local.total", class = ["lv_micro"] }
from = 2026-01-01
cite = { document = "own", clause = "第一条", mark = "X", note = "自定" }

[[indicator]]
name = "lapsed"
label = "已废止的指标"
group = "自定"
scale = "share"
measure = { kind = "satisfied" }
from = 2026-01-01
until = 2026-09-30
cite = { document = "own", clause = "第二条", mark = "X", note = "自定" }
"""


@pytest.fixture(scope="module")
def october(shipped: Book) -> Facts:
    return gather(shipped, OCTOBER, AS_OF)


@pytest.fixture(scope="module")
def told(october: Facts) -> dict[str, Score]:
    return {each.name: each for each in scores(october)}


def test_the_rates_of_the_shipped_october(told: dict[str, Score]) -> None:
    """43 of 47 in time; of the 11 高压 one missed its total and a node, of the 36 低压 three were late."""
    assert (told["on_time"].value, told["on_time"].base) == (43 / 47, "43／47")
    assert (told["late"].value, told["late"].base) == (4 / 47, "4／47")
    assert (told["high_whole"].value, told["low_on_time"].value) == (10 / 11, 33 / 36)
    assert told["nodes_on_time"].value == 10 / 11


def test_the_composite_is_told_over_what_is_known(told: dict[str, Score]) -> None:
    """0.6 高压 + 0.3 低压; 分布式电源及充换电设施 has no data and is neither full marks nor none."""
    composite = told["composite"]
    high, low = Fraction(10, 11), Fraction(33, 36)
    assert composite.value == float((high * Fraction(6, 10) + low * Fraction(3, 10)) / Fraction(9, 10))
    assert composite.coverage == Fraction(9, 10)
    assert str(composite) == "91.16%（按已知权重 90% 折算）"
    last = composite.items[-1]
    assert (last.label, last.value, bool(last.why)) == ("分布式电源及充换电设施", None, True)


def test_what_is_known_too_little_is_not_told(told: dict[str, Score]) -> None:
    cost = told["cost"]
    assert (cost.value, cost.coverage, str(cost)) == (None, Fraction(2, 5), "无数据")
    assert "不足 50%" in cost.why
    assert str(told["satisfaction"]) == "无数据"
    assert told["satisfaction"].why


def test_an_index_is_told_in_points(told: dict[str, Score], october: Facts) -> None:
    efficiency, figures = told["efficiency"], Figures(october)
    rates = [figures.rate(rule).exact or 0 for rule in ("local.total", "local.node", "company.total")]
    weights = (Fraction(5, 10), Fraction(3, 10), Fraction(2, 10))
    assert efficiency.scale is Scale.POINTS
    assert efficiency.value == float(sum(w * r for w, r in zip(weights, rates, strict=True)) * 100)


def test_days_and_ratios(told: dict[str, Score], october: Facts) -> None:
    figures = Figures(october)
    assert told["high_longest"].value == 28
    assert told["terminated"].value == figures.total("terminated") / figures.total("accepted")
    assert str(told["high_mean"]).endswith("个工作日")


def test_a_month_of_nothing_has_no_indicator_at_all(october: Facts) -> None:
    nothing = Facts({}, {"indicators": october.tables["indicators"]})
    found = scores(nothing)
    assert len(found) == len(october.tables["indicators"].rows)
    assert all(each.value is None and each.why and str(each) == "无数据" for each in found)


def test_every_indicator_says_where_it_is_written_and_on_what_base(told: dict[str, Score]) -> None:
    assert all(each.citation for each in told.values())
    assert all(each.base for each in told.values() if each.value is not None)
    assert {each.group for each in told.values()} == {"时限", "规范", "时长", "处置", "六个指数"}


def test_an_indicator_is_added_by_a_file_alone(file_book: Book, tmp_path: Path) -> None:
    """A file beside the others and its name in the jurisdiction; the one that has lapsed is not told."""
    data = tmp_path / "data"
    shutil.copytree(DATA, data, ignore=shutil.ignore_patterns("samples"))
    (data / "policies" / "mine.toml").write_text(MINE, encoding="utf-8")
    here = data / "jurisdictions" / "neixiang.toml"
    text = here.read_text(encoding="utf-8")
    here.write_text(
        text.replace('    "indicators-rates",\n', '    "indicators-rates",\n    "mine",\n'), encoding="utf-8"
    )
    book = Book(file_book.engine, load_rules(data=data))
    import_ledger(book, DATA / "samples" / "ledger-2026.xlsx", now=AS_OF)
    own = [each for each in scores(gather(book, OCTOBER, AS_OF)) if each.group == "自定"]
    assert [(each.label, each.value, each.base) for each in own] == [("小微企业办电达标率", 1, "6／6")]


def test_sealed_facts_keep_the_definitions_they_were_judged_by(october: Facts) -> None:
    """What stands in a file tomorrow changes nothing: the definition is part of the facts."""
    rows = october.tables["indicators"].dicts()
    rule = json.loads(str(rows[0]["definition"]))
    assert (rule["name"], rule["measure"]["take"]) == ("on_time", "local.total")
    rule["measure"]["take"] = "company.total"
    other = Facts(
        {}, {**october.tables, "indicators": Rows.of(("place", "definition"), [(1, json.dumps(rule))])}
    )
    assert [each.base for each in scores(other)] == ["39／41"]
