"""The shipped figures are those of the field, one by one: value, for whom, since when, how well evidenced.

The tables below are domain §4 written out. A figure changed in ``data/policies`` is changed here too,
with the document that says so.
"""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from limits.files.policies import load_jurisdiction
from limits.policy import BoundClock, Check, ClockRole, ClockRule, Limit, NotInForce, Subject
from limits.shipped import DATA
from limits.terms import CustomerClass, Mark, Step, Supplies, Supporting, Unit, Voltage
from tests.dates import on
from workflow.rules import load_rules

POLICIES = load_rules().policies
FILES = sorted((DATA / "policies").glob("*.toml"))

RESIDENT, MICRO, OTHER = CustomerClass.LV_RESIDENT, CustomerClass.LV_MICRO, CustomerClass.LV_OTHER
ORDINARY = CustomerClass.HV_ORDINARY
SPECIAL = (CustomerClass.HV_IMPORTANT, CustomerClass.HV_TRANSFER)
HIGH = (ORDINARY, *SPECIAL)
LOW = (RESIDENT, MICRO, OTHER)
WORKS = tuple(kind for kind in Supporting if kind is not Supporting.NONE)
ALL = ""


class Figure(NamedTuple):
    """One line of the tables; ``whom`` and the rest are sorted identifiers, "" is anybody."""

    layer: str
    clock: str
    whom: str
    supplies: str
    supporting: str
    voltage: str
    external_line: bool | None
    value: int
    unit: str
    mark: str
    since: str
    until: str


def listed(terms: tuple[Any, ...] | None) -> str:
    return " ".join(sorted(str(term) for term in terms or ()))


def figure(
    layer: str,
    clock: str,
    whom: tuple[CustomerClass, ...],
    value: int,
    mark: str,
    since: str,
    *,
    supplies: str = ALL,
    supporting: tuple[Supporting, ...] = (),
    voltage: str = ALL,
    line: bool | None = None,
    unit: str = "working_day",
    until: str = "",
) -> Figure:
    day, last = on(since).isoformat(), on(until).isoformat() if until else ""
    who, what = listed(whom), listed(supporting)
    return Figure(layer, clock, who, supplies, what, voltage, line, value, unit, mark, day, last)


def local() -> Iterator[Figure]:
    """国网内乡县供电公司 内电〔2021〕34号, from 2021-05-27."""

    def row(clock: str, whom: tuple[CustomerClass, ...], value: int, mark: str, **more: Any) -> Figure:
        return figure("local", clock, whom, value, mark, "2021-05-27 四", **more)

    yield row("whole", (OTHER,), 2, "P", supporting=(Supporting.NONE,))
    yield row("whole", (OTHER,), 5, "P", supporting=WORKS)
    yield row("whole", (RESIDENT,), 2, "X", supporting=(Supporting.NONE,))
    yield row("whole", (RESIDENT,), 5, "X", supporting=WORKS)
    yield row("whole", (MICRO,), 15, "P")
    yield row("company_time", (ORDINARY,), 16, "P")
    yield row("company_time", SPECIAL, 21, "P")
    yield row("reply", HIGH, 10, "D")
    yield row("design_review", SPECIAL, 3, "P")
    yield row("interim_inspection", SPECIAL, 2, "P")
    yield row("final_inspection", HIGH, 3, "D")
    yield row("energize", HIGH, 3, "D")
    yield row("booking_dispatch", (), 20, "P", unit="minute")
    yield row("counter_entry", (), 0, "P", unit="calendar_day")
    yield row("constraint_report", (), 2, "P")
    yield row("approvals", (), 5, "P")
    low_voltage = (Supporting.LOW_VOLTAGE,)
    not_micro = tuple(each for each in CustomerClass if each is not MICRO)
    yield row("supporting_works", not_micro, 3, "P", supporting=low_voltage)
    yield row("supporting_works", (MICRO,), 13, "P", supporting=low_voltage)
    for kind, voltage, days in SUPPORTING_TABLE:
        yield row("supporting_works", (), days, "P", supporting=(kind,), voltage=voltage)


SUPPORTING_TABLE = [
    (Supporting.TEE_LINE, "10kV", 7),
    (Supporting.OVERHEAD_LINE, "10kV", 20),
    (Supporting.OVERHEAD_LINE, "35kV", 90),
    (Supporting.OVERHEAD_LINE, "110kV", 120),
    (Supporting.RING_CABINET, "10kV", 30),
    (Supporting.SWITCHING_STATION, "10kV", 50),
    (Supporting.CABLE_AND_OTHER, "35kV", 120),
    (Supporting.CABLE_AND_OTHER, "110kV", 180),
    (Supporting.SUBSTATION_BAY, "10kV", 60),
    (Supporting.SUBSTATION_BAY, "35kV", 60),
    (Supporting.SUBSTATION_BAY, "110kV", 90),
]


def company() -> Iterator[Figure]:
    """国网供电服务十项承诺; its own first day is not known, so the calendar's is taken (X)."""

    def row(
        clock: str, whom: tuple[CustomerClass, ...], value: int, mark: str, supplies: str = ALL
    ) -> Figure:
        return figure("company", clock, whom, value, mark, "2004-01-01 四", supplies=supplies)

    yield row("whole", (RESIDENT,), 5, "P")
    yield row("company_time", (OTHER,), 6, "P")
    yield row("company_time", HIGH, 22, "P", "single")
    yield row("company_time", HIGH, 32, "P", "double")
    yield row("reply", HIGH, 11, "S", "single")
    yield row("reply", HIGH, 21, "S", "double")
    yield row("design_review", HIGH, 3, "D")
    yield row("interim_inspection", HIGH, 2, "D")
    yield row("final_inspection", HIGH, 3, "D")
    yield row("energize", HIGH, 3, "D")


def national() -> Iterator[Figure]:
    """发改能源规〔2020〕1479号, and the 2025 opinion beside it."""
    first = "2020-09-25 五"
    yield figure("national", "whole", (RESIDENT,), 5, "S", first)
    yield figure("national", "whole", (MICRO,), 25, "S", "2020-12-31 四", until="2021-12-30 四")
    yield figure("national", "whole", (MICRO,), 20, "S", "2021-12-31 五", until="2022-12-30 五")
    yield figure("national", "whole", (MICRO,), 15, "S", "2022-12-31 六")
    yield figure("national", "company_time", (OTHER,), 6, "S", first)
    yield figure("national", "company_time", HIGH, 22, "S", first, supplies="single")
    yield figure("national", "company_time", HIGH, 32, "S", first, supplies="double")
    yield figure("national", "whole_2025", LOW, 5, "S", "2025-06-03 二", line=False)
    yield figure("national", "whole_2025", LOW, 15, "S", "2025-06-03 二", line=True)


def regulator() -> Iterator[Figure]:
    """供电监管办法 第十一条: resident, other low voltage, high voltage single and double."""

    def row(clock: str, whom: tuple[CustomerClass, ...], value: int, supplies: str = ALL) -> Figure:
        return figure("regulator", clock, whom, value, "S", "2010-01-01 五", supplies=supplies)

    others = (MICRO, OTHER)
    yield row("reply", (RESIDENT,), 3)
    yield row("reply", others, 8)
    yield row("reply", HIGH, 20, "single")
    yield row("reply", HIGH, 45, "double")
    yield row("design_review", others, 8)
    yield row("design_review", HIGH, 20)
    yield row("interim_inspection", others, 3)
    yield row("interim_inspection", HIGH, 5)
    yield row("final_inspection", others, 5)
    yield row("final_inspection", HIGH, 7)
    yield row("energize", (RESIDENT,), 3)
    yield row("energize", others, 5)
    yield row("energize", HIGH, 7)


def shipped(clock: ClockRule, limit: Limit) -> Figure:
    when, force = limit.when, limit.force
    return Figure(
        layer=str(clock.layer),
        clock=clock.name,
        whom=listed(when.classes),
        supplies=listed(when.supplies),
        supporting=listed(when.supporting),
        voltage=listed(when.voltages),
        external_line=when.external_line,
        value=limit.value,
        unit=str(limit.unit),
        mark=str(limit.citation.mark),
        since=force.since.isoformat(),
        until=force.until.isoformat() if force.until else "",
    )


SHIPPED = [shipped(clock, limit) for clock in POLICIES.clocks for limit in clock.limits]
TOLD = [*local(), *company(), *national(), *regulator()]


@pytest.mark.parametrize("row", TOLD, ids=lambda row: " ".join(str(each) for each in row if each))
def test_a_figure_of_the_field_is_shipped(row: Figure) -> None:
    assert SHIPPED.count(row) == 1


def test_no_figure_is_shipped_that_the_field_does_not_have() -> None:
    assert [row for row in SHIPPED if row not in TOLD] == []


# Every entry says where it is written


# What stands within an entry and is cited by itself; of a standard the dates are the whole's.
INNER = {"clock": ("limit",), "standard": ("part", "grade", "item")}


def entries(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    kinds = (
        "clock",
        "ladder",
        "machine",
        "check",
        "class_rule",
        "escalation",
        "duty",
        "validity",
        "material",
        "archive",
        "indicator",
        "standard",
        "service",
    )
    assert tables.keys() <= {"layer", "document", *kinds}
    for kind in kinds:
        for number, entry in enumerate(tables.get(kind, []), 1):
            yield f"{kind}[{number}]", entry
            for part in INNER.get(kind, ()):
                for inner, cited in enumerate(entry.get(part, []), 1):
                    yield f"{kind}[{number}].{part}[{inner}]", cited


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_entry_names_its_document_clause_and_mark(file: Path) -> None:
    documents = tomllib.loads(file.read_text(encoding="utf-8"))["document"]
    found = dict(entries(file))
    assert found
    for place, entry in found.items():
        cite = entry["cite"]
        assert cite["document"] in documents, place
        assert cite["clause"].strip(), place
        assert cite["mark"] in {"P", "S", "D", "X"}, place
        if (not place.startswith("clock") or "limit" in place) and not place.startswith("standard[1]."):
            assert isinstance(entry["from"], date), place


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_choice_of_our_own_says_why(file: Path) -> None:
    """X and D are not found in a document: a note or the clause says what was chosen or derived."""
    for place, entry in entries(file):
        if entry["cite"]["mark"] == "X":
            assert entry["cite"].get("note"), place


def test_the_ambiguous_header_asks_to_be_confirmed() -> None:
    (bay,) = (
        limit
        for clock in POLICIES.clocks
        for limit in clock.limits
        if limit.when.supporting == (Supporting.SUBSTATION_BAY,) and limit.when.voltages == (Voltage.KV10,)
    )
    assert "待确认" in bay.citation.note


def test_every_policy_file_is_named_by_the_jurisdiction() -> None:
    assert sorted(load_jurisdiction("neixiang").policies) == [file.stem for file in FILES]


# A total is the sum it says it is


@pytest.mark.parametrize(
    ("layer", "subject", "total", "stages"),
    [
        ("local", (ORDINARY, "single"), 16, {"reply": 10, "final_inspection": 3, "energize": 3}),
        (
            "local",
            (CustomerClass.HV_IMPORTANT, "double"),
            21,
            {"reply": 10, "design_review": 3, "interim_inspection": 2, "final_inspection": 3, "energize": 3},
        ),
        (
            "company",
            (ORDINARY, "single"),
            22,
            {"reply": 11, "design_review": 3, "interim_inspection": 2, "final_inspection": 3, "energize": 3},
        ),
        (
            "company",
            (ORDINARY, "double"),
            32,
            {"reply": 21, "design_review": 3, "interim_inspection": 2, "final_inspection": 3, "energize": 3},
        ),
    ],
)
def test_the_stages_add_up_to_the_total(
    layer: str, subject: tuple[CustomerClass, str], total: int, stages: dict[str, int]
) -> None:
    whom, supplies = subject
    bound = bound_to(whom, "10kV", supplies)
    assert bound[f"{layer}.company_time"].limit == total_limit(bound, layer)
    assert {name: value(bound, f"{layer}.{name}") for name in stages} == stages
    assert value(bound, f"{layer}.company_time") == total == sum(stages.values())


def total_limit(bound: dict[str, BoundClock], layer: str) -> Limit | None:
    (total,) = (
        each for each in bound.values() if each.rule.layer == layer and each.rule.role is ClockRole.TOTAL
    )
    return total.limit


# One application is judged by every layer, each with its own figure


def bound_to(
    whom: CustomerClass,
    voltage: str,
    supplies: str = "single",
    supporting: Supporting = Supporting.NONE,
    *,
    works: bool = False,
    accepted: str = "2026-11-20 五",
) -> dict[str, BoundClock]:
    subject = Subject(whom, Voltage.of(voltage), Supplies.of(supplies), supporting, works)
    return {each.rule.key: each for each in POLICIES.bind(subject, on(accepted))}


def value(bound: dict[str, BoundClock], key: str) -> int | None:
    limit = bound[key].limit
    return limit.value if limit else None


def judged(bound: dict[str, BoundClock]) -> dict[str, int]:
    """The clocks that count in a rate, with their figures."""
    roles = (ClockRole.TOTAL, ClockRole.NODE)
    return {key: each.limit.value for key, each in bound.items() if each.limit and each.rule.role in roles}


def test_a_double_supply_is_judged_by_16_and_by_32_side_by_side() -> None:
    """The known tension: the reply alone may take 21 in one layer and the whole only 16 in another."""
    assert judged(bound_to(ORDINARY, "10kV", "double")) == {
        "local.company_time": 16,
        "local.reply": 10,
        "local.final_inspection": 3,
        "local.energize": 3,
        "company.company_time": 32,
        "company.reply": 21,
        "company.design_review": 3,
        "company.interim_inspection": 2,
        "company.final_inspection": 3,
        "company.energize": 3,
        "national.company_time": 32,
        "regulator.reply": 45,
        "regulator.design_review": 20,
        "regulator.interim_inspection": 5,
        "regulator.final_inspection": 7,
        "regulator.energize": 7,
    }


def test_a_resident_takes_the_two_of_low_voltage_and_the_five_of_the_promise() -> None:
    assert judged(bound_to(RESIDENT, "220V")) == {
        "local.whole": 2,
        "company.whole": 5,
        "national.whole": 5,
        "national.whole_2025": 5,
        "regulator.reply": 3,
        "regulator.energize": 3,
    }
    with_works = judged(bound_to(RESIDENT, "220V", supporting=Supporting.LOW_VOLTAGE))
    assert (with_works["local.whole"], with_works["national.whole_2025"]) == (5, 15)


def test_low_voltage_with_customer_works_has_an_external_line() -> None:
    assert value(bound_to(OTHER, "380V", works=True), "national.whole_2025") == 15
    assert value(bound_to(OTHER, "380V", works=True), "local.whole") == 2


@pytest.mark.parametrize(
    ("accepted", "national"),
    [
        ("2020-12-30 三", None),
        ("2020-12-31 四", 25),
        ("2021-12-30 四", 25),
        ("2021-12-31 五", 20),
        ("2022-12-30 五", 20),
        ("2022-12-31 六", 15),
        ("2026-11-20 五", 15),
    ],
)
def test_the_version_in_force_on_the_acceptance_date_governs(accepted: str, national: int | None) -> None:
    found = judged(bound_to(MICRO, "380V", accepted=accepted))
    assert found.get("national.whole") == national
    assert ("local.whole" in found) == (accepted >= "2021-05-27")
    assert ("national.whole_2025" in found) == (accepted >= "2025-06-03")


@pytest.mark.parametrize("voltage", ["20kV", "66kV", "220kV"])
@pytest.mark.parametrize("kind", [kind for kind in WORKS if kind is not Supporting.LOW_VOLTAGE])
def test_works_without_a_row_are_shown_as_having_no_limit(voltage: str, kind: Supporting) -> None:
    bound = bound_to(ORDINARY, voltage, supporting=kind)["local.supporting_works"]
    assert bound.limit is None
    assert bound.citation.document == "国网内乡县供电公司文件（内电〔2021〕34号）"


@pytest.mark.parametrize(("kind", "voltage", "days"), SUPPORTING_TABLE)
def test_works_with_a_row_are_bound_to_it(kind: Supporting, voltage: str, days: int) -> None:
    assert value(bound_to(ORDINARY, voltage, supporting=kind), "local.supporting_works") == days


@pytest.mark.parametrize("whom", CustomerClass)
@pytest.mark.parametrize("supplies", Supplies)
@pytest.mark.parametrize("voltage", Voltage)
def test_nobody_has_two_figures_for_one_clock(
    whom: CustomerClass, supplies: Supplies, voltage: Voltage
) -> None:
    """Any class, supply and voltage, with every kind of works, on each day on which a figure changes."""
    days = sorted({limit.force.since for clock in POLICIES.clocks for limit in clock.limits})
    for supporting in Supporting:
        for day in [*days, on("2026-11-20 五")]:
            subject = Subject(whom, voltage, supplies, supporting, customer_works=False)
            keys = [bound.rule.key for bound in POLICIES.bind(subject, day)]
            assert len(keys) == len(set(keys)), (subject, day)


# Clocks: what they wait for

COMPANY_TIME = {
    "accepted": {"plan_replied"},
    "design_submitted": {"design_passed", "design_failed"},
    "interim_requested": {"interim_passed", "interim_failed"},
    "completion_reported": {"final_passed", "final_failed"},
    "formalities_done": {"energized"},
}


def rule_for(key: str, whom: CustomerClass) -> ClockRule:
    return bound_to(whom, "10kV" if whom.high_voltage else "380V")[key].rule


@pytest.mark.parametrize("layer", ["local", "company", "national"])
def test_company_time_runs_only_while_the_ball_is_with_the_company(layer: str) -> None:
    assert {
        start: set(ends) for start, ends in rule_for(f"{layer}.company_time", ORDINARY).runs
    } == COMPANY_TIME


@pytest.mark.parametrize(
    ("key", "start", "ends"),
    [
        ("regulator.reply", "accepted", {"plan_replied"}),
        ("regulator.design_review", "design_submitted", {"design_passed", "design_failed"}),
        (
            "regulator.interim_inspection",
            "interim_requested",
            {"interim_started", "interim_passed", "interim_failed"},
        ),
        (
            "regulator.final_inspection",
            "completion_reported",
            {"final_started", "final_passed", "final_failed"},
        ),
        ("regulator.energize", "formalities_done", {"energized"}),
        ("local.interim_inspection", "interim_requested", {"interim_passed", "interim_failed"}),
        ("local.final_inspection", "completion_reported", {"final_passed", "final_failed"}),
    ],
)
def test_a_stage_starts_and_stops_where_its_layer_says(key: str, start: str, ends: set[str]) -> None:
    """For the regulator an inspection counts until it was *started*; a finished one had started by then."""
    assert [(first, set(last)) for first, last in rule_for(key, CustomerClass.HV_IMPORTANT).runs] == [
        (start, ends)
    ]


@pytest.mark.parametrize("key", ["local.whole", "national.whole_2025"])
def test_the_whole_process_holds_the_supporting_works_and_not_the_customers(key: str) -> None:
    rule = rule_for(key, OTHER)
    assert [(start, set(ends)) for start, ends in rule.runs] == [("accepted", {"energized"})]
    assert rule.outside == (("works_started", "works_finished"),)


@pytest.mark.parametrize(
    ("key", "unit"), [("local.booking_dispatch", Unit.MINUTE), ("local.counter_entry", Unit.CALENDAR_DAY)]
)
def test_other_clocks_keep_their_unit(key: str, unit: Unit) -> None:
    assert bound_to(RESIDENT, "220V")[key].unit is unit


def test_the_contract_is_the_agreed_date_capped_by_the_customers_own_works() -> None:
    rule = rule_for("local.contract", ORDINARY)
    assert (rule.dated_by, rule.capped_by) == ("contract_agreed", "works_finished")
    assert rule.limits == ()


# Inspections, steps and what is not in force


@pytest.mark.parametrize(
    ("whom", "checks"),
    [
        (RESIDENT, set()),
        (MICRO, set()),
        (OTHER, set()),
        (ORDINARY, {Check.FINAL_INSPECTION}),
        (CustomerClass.HV_IMPORTANT, set(Check)),
        (CustomerClass.HV_TRANSFER, set(Check)),
    ],
)
def test_which_inspections_a_class_has(whom: CustomerClass, checks: set[Check]) -> None:
    assert POLICIES.checks_for(whom, on("2026-11-20 五")) == checks


def test_the_steps_are_four_and_three() -> None:
    day = on("2026-11-20 五")
    assert POLICIES.machine(high=True, on=day).steps == (Step.APPLY, Step.REPLY, Step.WORKS, Step.ENERGIZE)
    assert POLICIES.machine(high=False, on=day).steps == (Step.APPLY, Step.WORKS, Step.ENERGIZE)


def test_a_date_before_everything_is_refused_with_the_first_date() -> None:
    with pytest.raises(NotInForce) as refused:
        POLICIES.ladder(on("2003-12-31 三"))
    assert "2003-12-31" in refused.value.message
    assert "2004-01-01" in refused.value.message


def test_a_citation_reads_as_a_sentence_with_its_mark() -> None:
    limit = bound_to(ORDINARY, "10kV")["local.reply"].limit
    assert limit is not None
    assert limit.citation.mark is Mark.DERIVED
    assert (
        str(limit.citation)
        == "国网内乡县供电公司文件（内电〔2021〕34号） 高压供电方案答复（16 拆分）〔推算〕"
    )
