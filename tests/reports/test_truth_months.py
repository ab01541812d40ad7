"""The shipped ledger's months, against the figures beside it and against a second, slow way."""

import json
from datetime import datetime
from typing import Any

import pytest

from limits.shipped import DATA
from reports.month import month_report
from reports.months import Month
from tests.dates import at
from tests.reports.books import AS_OF
from tests.reports.slow_month import slow_month
from workflow.book import Book


def told(book: Book, month: str, as_of: datetime = AS_OF) -> dict[str, Any]:
    return month_report(book, Month.parse(month), as_of).to_json()


def test_every_month_equals_the_truth(ledger_book: Book) -> None:
    truth = json.loads((DATA / "samples" / "ledger-2026.truth.json").read_text(encoding="utf-8"))
    months = [told(ledger_book, each["month"]) for each in truth["indicators"]]
    assert [
        {
            "month": month["month"],
            "accepted": month["accepted"],
            "archived": month["archived"],
            "on_time": month["on_time"]["local"],
            "hv_all_nodes": month["nodes_on_time"],
            "mean_used": month["mean_used"],
        }
        for month in months
    ] == truth["indicators"]
    assert [month["complete"] for month in months] == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("month", "as_of"),
    [
        ("2026-07", AS_OF),
        ("2026-10", AS_OF),
        ("2026-11", AS_OF),
        ("2026-09", at("2026-09-30 三 12:00")),  # known then, not now: much has been recorded since
        ("2026-10", at("2026-10-15 四 00:00")),
    ],
)
def test_the_slow_way_gives_the_same(ledger_book: Book, month: str, as_of: datetime) -> None:
    ours, slow = told(ledger_book, month, as_of), slow_month(ledger_book, month, as_of)
    assert ours["accepted"] == +slow.accepted
    assert ours["archived"] == slow.archived
    for name, counted in (("base", slow.base), ("on_time", slow.on_time)):
        found = {(layer, each): n for layer, counts in ours[name].items() for each, n in counts.items() if n}
        assert found == +counted
    assert ours["nodes_on_time"] == [sum(slow.nodes), len(slow.nodes)]
    assert ours["supporting_on_time"] == [sum(slow.supporting), len(slow.supporting)]
    assert ours["used"] == slow.spread()
    in_progress = {each: (held["count"], held["capacity"]) for each, held in ours["in_progress"].items()}
    assert in_progress == {each: (len(held), sum(held)) for each, held in slow.capacities.items()}
    assert {(each["number"], each["layer"], each["clock"]) for each in ours["late"]} == slow.late
    open_late = {(each["number"], each["layer"], each["clock"], each["used"]) for each in ours["open_late"]}
    assert open_late == slow.open_late
    assert ours["levels"] == {level: slow.levels[level] for level in ours["levels"]}


def test_every_rate_can_be_traced_to_the_list_behind_it(ledger_book: Book) -> None:
    month = told(ledger_book, "2026-10")
    for layer, rates in month["rate"].items():
        missed = {
            each["number"] for each in month["late"] if each["layer"] == layer and each["role"] == "total"
        }
        assert len(missed) == sum(rate["denominator"] - rate["numerator"] for rate in rates.values())


def test_a_past_month_does_not_move(ledger_book: Book) -> None:
    """Asked a year later the closed figures are the same; only what is open now has moved on."""
    later = told(ledger_book, "2026-10", at("2027-11-20 六 18:00"))
    month = told(ledger_book, "2026-10")
    for name in ("accepted", "archived", "on_time", "base", "nodes_on_time", "used", "late", "levels"):
        assert later[name] == month[name], name
    assert later["open_late"] != month["open_late"]
    assert (month["provisional"], later["provisional"]) == (False, True)
