"""The shipped ledger's periods, against the figures beside it and against a second, slow way."""

import json
from datetime import datetime
from typing import Any

import pytest

from limits.shipped import DATA
from limits.terms import CustomerClass
from reports.facts.gathering import gather
from reports.facts.values import Facts
from reports.figures.figures import Figures
from reports.periods import Period
from tests.dates import at
from tests.reports.books import AS_OF
from tests.reports.slow_period import agrees, slow_period
from workflow.book import Book
from workflow.ledger.importing import import_ledger


def facts_of(book: Book, period: str, as_of: datetime = AS_OF) -> Facts:
    return gather(book, Period.parse(period), as_of)


def labelled(found: dict[Any, Any]) -> dict[str, Any]:
    return {CustomerClass.of(key[0]).label: value for key, value in found.items()}


def test_every_month_equals_the_truth(read_book: Book) -> None:
    truth = json.loads((DATA / "samples" / "ledger-2026.truth.json").read_text(encoding="utf-8"))
    for month in truth["indicators"]:
        facts = facts_of(read_book, month["month"])
        figures = Figures(facts)
        kept, nodes = figures.kept("local.total", ("class",)), figures.rate("local.node")
        used = figures.used_by_manager(("class",))
        assert {
            "month": facts.header["period"],
            "accepted": labelled(
                {key: held.n for key, held in figures.counts("accepted", ("class",)).items()}
            ),
            "archived": labelled(
                {key: held.n for key, held in figures.counts("archived", ("class",)).items()}
            ),
            "on_time": labelled({key: share.met for key, share in kept.items()}),
            "hv_all_nodes": [nodes.met, nodes.of],
            "mean_used": labelled({key: spread.mean for key, spread in used.items()}),
        } == month
        assert facts.header["complete"] is (month["month"] != "2026-11")


@pytest.mark.parametrize(
    ("period", "as_of"),
    [
        ("2026-07", AS_OF),
        ("2026-10", AS_OF),
        ("2026-11", AS_OF),
        ("2026-Q3", AS_OF),
        ("2026", AS_OF),
        ("2026-10", at("2026-10-15 四 00:00")),  # when none of it was on record
    ],
)
def test_the_slow_way_gives_the_same(read_book: Book, period: str, as_of: datetime) -> None:
    ours = facts_of(read_book, period, as_of).tables
    agrees(ours, slow_period(read_book, Period.parse(period), as_of))


def test_every_rate_can_be_traced_to_the_list_behind_it(read_book: Book) -> None:
    facts = facts_of(read_book, "2026-10")
    rows, figures = facts.tables["unmet"].dicts(), Figures(facts)
    for rule in ("local.total", "company.total", "national.total", "regulator.total", "local.supporting"):
        missed = {row["number"] for row in rows if f"{row['layer']}.{row['role']}" == rule}
        assert len(missed) == figures.rate(rule).missed, rule
    for key, share in figures.clocks(("layer", "clock")).items():
        assert share.missed == sum((row["layer"], row["clock"]) == key for row in rows), key


def test_another_database_tells_the_same_to_the_letter(read_book: Book, file_book: Book) -> None:
    import_ledger(file_book, DATA / "samples" / "ledger-2026.xlsx", now=AS_OF)
    facts = facts_of(read_book, "2026-10")
    assert facts_of(file_book, "2026-10").to_json() == facts.to_json()


def test_a_past_period_does_not_move(read_book: Book) -> None:
    """Asked a year later everything is the same, also what was open when the period ended."""
    now = facts_of(read_book, "2026-10")
    later = facts_of(read_book, "2026-10", at("2027-11-20 六 18:00"))
    assert later.tables == now.tables
    assert now.tables["open_late"].rows
    assert (now.header["provisional"], later.header["provisional"]) == (False, False)


def test_a_quarter_is_the_sum_of_its_months(read_book: Book) -> None:
    quarter = Figures(facts_of(read_book, "2026-Q3"))
    months = [Figures(facts_of(read_book, f"2026-{number:02}")) for number in (7, 8, 9)]
    for rule in ("local.total", "local.whole", "company.total"):
        shares = [each.rate(rule) for each in months]
        whole = quarter.rate(rule)
        assert (whole.met, whole.of) == (sum(each.met for each in shares), sum(each.of for each in shares))
    assert quarter.total("accepted") == sum(each.total("accepted") for each in months)
    assert quarter.used()[("local", "company_time")].n == sum(
        each.used()[("local", "company_time")].n for each in months
    )


def test_the_period_before_is_what_it_was_itself(read_book: Book) -> None:
    october, september = Figures(facts_of(read_book, "2026-10")), Figures(facts_of(read_book, "2026-09"))
    assert october.kept("local.total", ("station",), "previous") == september.kept(
        "local.total", ("station",)
    )
    assert october.used_by_manager(when="previous") == september.used_by_manager()
    assert october.counts("accepted", when="previous") == september.counts("accepted")
    compared = october.compared("local.total")
    assert compared.previous == september.rate("local.total")
    assert compared.since("previous") == pytest.approx((43 / 47 - 52 / 54) * 100)
    assert (compared.year_before.of, compared.since("year_before")) == (0, None)
