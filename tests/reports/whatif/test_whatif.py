"""What would change under a draft, against a slow second computation; and nothing is written."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limits.files.drafts import draft_policies
from limits.files.policies import load_jurisdiction
from limits.force import Layer
from limits.policy import ClockRole, PolicySet
from limits.terms import CustomerClass, Verdict
from reports.documents.cells import shown
from reports.errors import PeriodNotBegun
from reports.facts.gathering import gather
from reports.figures.figures import Figures
from reports.periods import Period
from reports.whatif.paper import paper_of
from reports.whatif.values import WhatIf
from reports.whatif.values_json import to_json
from reports.whatif.what_if import what_if
from tests.dates import at, on
from tests.limits.files.test_drafts import EVENTS, PLACE, THRESHOLDS, drafted
from tests.reports.books import AS_OF, resident
from tests.reports.slow_period import projections
from workflow import cases, store
from workflow.book import Book
from workflow.tables import metadata

MONTHS = tuple(Period.month(2026, each) for each in (8, 9, 10))
SHORTER = ('value = 5\nwhen = { class = ["lv_resident"] }', 'value = 1\nwhen = { class = ["lv_resident"] }')


def same_again(folder: Path) -> PolicySet:
    return draft_policies(
        PLACE, [drafted(folder, "company-sgcc.toml", *SHORTER[:1] * 2, "company-sgcc")], EVENTS
    )


def shorter(folder: Path) -> PolicySet:
    """One working day for a household's whole process instead of the five that the company promises."""
    return draft_policies(
        PLACE, [drafted(folder, "company-sgcc-草案.toml", *SHORTER, "company-sgcc")], EVENTS
    )


def thresholds(folder: Path) -> PolicySet:
    (folder / "门槛.toml").write_text(THRESHOLDS, encoding="utf-8")
    return draft_policies(PLACE, [folder / "门槛.toml"], EVENTS)


def contents(book: Book) -> dict[str, list[Any]]:
    with store.reading(book.engine) as connection:
        return {table.name: list(connection.execute(sa.select(table))) for table in metadata.sorted_tables}


def slowly(book: Book, draft: PolicySet) -> tuple[set[tuple[str, ...]], Counter[tuple[str, ...]]]:
    """Who is judged otherwise, and the levels by the draft: every application there is, one loop."""
    told: list[dict[tuple[str, ...], Verdict | None]] = []
    levels: Counter[tuple[str, ...]] = Counter()
    for rules in (book.rules, replace(book.rules, policies=draft)):
        verdicts: dict[tuple[str, ...], Verdict | None] = {}
        levels = Counter()
        for number, then, now in projections(Book(book.engine, rules), AS_OF):
            for each in then.clocks:
                rule = each.bound.rule
                counts = rule.role is ClockRole.TOTAL or (
                    rule.layer is Layer.LOCAL and rule.role in (ClockRole.NODE, ClockRole.SUPPORTING)
                )
                month = f"{then.archived_at:%Y-%m}" if then.archived_at else ""
                if counts and month in map(str, MONTHS):
                    verdicts[month, number, rule.layer.value, rule.label] = each.standing.final
            for each in now.clocks:
                for crossing in each.crossings:
                    month = f"{crossing.at:%Y-%m}"
                    if month in map(str, MONTHS) and crossing.at <= AS_OF:
                        levels[month, each.bound.rule.layer.value, crossing.level.value] += 1
        told.append(verdicts)
    before, after = told
    return {key for key in before if before[key] is not after[key]}, levels


def changed(found: WhatIf) -> set[tuple[str, ...]]:
    return {(each.period, each.number, each.layer.value, each.clock) for each in found.changes}


def levels(found: WhatIf) -> Counter[tuple[str, ...]]:
    counted: Counter[tuple[str, ...]] = Counter()
    for key, times in found.after.levels.items():
        counted[key.period, key.layer.value, key.level.value] += times
    return counted


def test_the_same_rules_change_nothing(shipped: Book, tmp_path: Path) -> None:
    before = contents(shipped)
    found = what_if(shipped, same_again(tmp_path), MONTHS, as_of=AS_OF)
    assert (found.differing, found.changes) == (0, ())
    assert found.before == found.after
    assert contents(shipped) == before


def test_what_holds_now_is_what_the_month_reports(shipped: Book, tmp_path: Path) -> None:
    found = what_if(shipped, same_again(tmp_path), MONTHS[2:], as_of=AS_OF)
    told = to_json(found)["rates"]
    total = [each["before"] for each in told if (each["layer"], each["role"]) == ("local", "total")]
    assert (sum(each["numerator"] for each in total), sum(each["denominator"] for each in total)) == (43, 47)
    nodes = [each["before"] for each in told if each["role"] == "node"]
    assert (sum(each["numerator"] for each in nodes), sum(each["denominator"] for each in nodes)) == (10, 11)
    reported = Figures(gather(shipped, MONTHS[2], AS_OF)).kept("local.whole", ("class", "station"))
    assert {
        (each["class"], each["station"]): (each["before"]["numerator"], each["before"]["denominator"])
        for each in told
        if each["role"] == "whole"
    } == {key: (share.met, share.of) for key, share in reported.items() if share.of}
    high = "高压（含全部节点）"
    row = next(row for table in paper_of(found).tables() for row in table.rows if row[1] == high)
    key = next(each for each in paper_of(found).keys if each.label == f"{high}达标率")
    kept = [share for (kind, _), share in reported.items() if CustomerClass.of(str(kind)).high_voltage]
    assert row[2:4] == row[5:7] == (sum(each.of for each in kept), sum(each.met for each in kept)) != (0, 0)
    assert key.value == f"{shown(row[4], 'share')} → {shown(row[4], 'share')}"


@pytest.mark.parametrize("make", [shorter, thresholds])
def test_exactly_those_change_that_a_slow_computation_names(shipped: Book, tmp_path: Path, make: Any) -> None:
    draft = make(tmp_path)
    found = what_if(shipped, draft, MONTHS, as_of=AS_OF)
    who, reached = slowly(shipped, draft)
    assert changed(found) == who
    assert levels(found) == reached
    assert bool(who) is (make is shorter)
    assert 0 < found.differing <= found.replayed < 240
    assert found.after.levels != found.before.levels
    assert {each.layer for each in found.changes} <= {Layer.COMPANY}
    assert (found.before.met == found.after.met) is (make is thresholds)


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_both_databases_tell_the_same(ledger_book: Book, shipped: Book, tmp_path: Path) -> None:
    draft = shorter(tmp_path)
    there, here = (to_json(what_if(book, draft, MONTHS, as_of=AS_OF)) for book in (ledger_book, shipped))
    assert there == here


def test_a_quarter_is_its_months(shipped: Book, tmp_path: Path) -> None:
    quarter = what_if(shipped, shorter(tmp_path), [Period.parse("2026-Q3")], as_of=AS_OF)
    months = what_if(shipped, shorter(tmp_path), Period.parse("2026-Q3").months(), as_of=AS_OF)
    assert {each[1:] for each in changed(quarter)} == {each[1:] for each in changed(months)}
    assert sum(quarter.after.met.values()) == sum(months.after.met.values())


def test_a_clock_of_its_own_is_found_wherever_it_may_run(book: Book, tmp_path: Path) -> None:
    """A draft with a clock that nothing stops: an application long archived reaches its levels in October."""
    start = at("2026-09-01 二 09:00")
    cases.accept(book, "A1", resident("A1"), at=start, now=start, actor="受理员")
    for case, day in ((cases.energize, "2026-09-02 三 09:00"), (cases.archive, "2026-09-03 四 09:00")):
        case(book, "A1", at=at(day), now=at(day), actor="装表员")
    clock = (
        '\n[[clock]]\nname = "visit"\nlabel = "回访"\nrole = "other"\nruns = [["energized", "rated"]]\nstops = ["rated"]\n'
        'cite = { document = "promise", clause = "回访", mark = "X" }\n'
        '[[clock.limit]]\nvalue = 20\nwhen = { class = ["lv_resident"] }\nfrom = 2004-01-01\n'
        'cite = { document = "promise", clause = "回访", mark = "X" }\n'
    )
    path = drafted(tmp_path, "company-sgcc.toml", *SHORTER[:1] * 2, "company-sgcc")
    path.write_text(path.read_text(encoding="utf-8") + clock, encoding="utf-8")
    found = what_if(book, draft_policies(PLACE, [path], EVENTS), [Period.month(2026, 10)], as_of=AS_OF)
    assert sorted(key.level.value for key in found.after.levels) == ["red", "yellow"]
    assert not found.before.levels


def test_a_month_that_has_not_begun_has_nothing_to_replay(shipped: Book, tmp_path: Path) -> None:
    with pytest.raises(PeriodNotBegun, match="2026年12月"):
        what_if(shipped, same_again(tmp_path), [Period.month(2026, 12)], as_of=AS_OF)


def test_the_draft_of_a_day_to_come(shipped: Book, tmp_path: Path) -> None:
    """Dated from 2027 it changes nothing until it is asked what if it had always held."""
    old, new = (f"{each}\nfrom = 2004-01-01" for each in SHORTER)
    path = drafted(tmp_path, "company-sgcc.toml", old, f"{old}\nuntil = 2026-12-31", "company-sgcc")
    text = path.read_text(encoding="utf-8")
    place = text.index("[[clock.limit]]")
    cite = 'cite = { document = "promise", clause = "居民客户", mark = "X" }\n\n'
    later = f"[[clock.limit]]\n{new.replace('2004-01-01', '2027-01-01')}\n{cite}"
    path.write_text(text[:place] + later + text[place:], encoding="utf-8")
    draft = draft_policies(load_jurisdiction("neixiang"), [path], EVENTS)
    assert what_if(shipped, draft, MONTHS, as_of=AS_OF).changes == ()
    always = what_if(shipped, draft, MONTHS, as_of=AS_OF, on=on("2027-01-04 一"))
    alike = what_if(shipped, shorter(tmp_path), MONTHS, as_of=AS_OF)
    assert [each for each in always.changes if each.layer is Layer.COMPANY] == list(alike.changes)


def test_the_paper_and_the_json_say_before_and_after(shipped: Book, tmp_path: Path) -> None:
    found = what_if(shipped, shorter(tmp_path), MONTHS, as_of=AS_OF)
    paper = paper_of(found)
    rates = next(each for each in paper.tables() if each.name == "各层级各类别达标率")
    (row,) = (each for each in rates.rows if each[:2] == ("公司承诺", "低压居民"))
    assert row[2] == row[5]
    assert row[3] - row[6] == len(found.changes)  # type: ignore[operator]
    (listed,) = (each for each in paper.tables() if each.listing)
    assert len(listed.rows) == len(found.changes)
    assert "尚未封存" not in paper.unsealed  # a period it replays may well be sealed
    assert ("2／5 按时", "2／1 超期") in {each[-2:] for each in listed.rows}
    stations = next(each for each in paper.tables() if each.name == "各供电所达标率")
    assert {each[0] for each in stations.rows} == {
        "地方",
        "公司承诺",
    }  # the one it always tells, the one it moves
    told = json.loads(json.dumps(to_json(found)))
    assert len(told["changes"]) == len(found.changes)
    assert told["changes"][0]["before"]["verdict"] == "met"
