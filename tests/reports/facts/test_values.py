"""Facts have one spelling, and nothing that has two may stand in them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits.terms import Level
from reports.facts.values import Facts, Rows
from tests.dates import at, on
from workflow.events import canonical

PLAIN = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8)
TABLES = st.dictionaries(
    st.text(max_size=5), st.lists(st.tuples(PLAIN, PLAIN), max_size=5).map(lambda rows: Rows.of("ab", rows))
)
FACTS = st.builds(Facts, st.dictionaries(st.text(max_size=5), PLAIN), TABLES)


@given(FACTS)
def test_what_is_written_is_read_again(facts: Facts) -> None:
    tables = {name: Rows.from_json(each.to_json()) for name, each in facts.tables.items()}
    read = Facts(facts.header, tables, {name: each.digest for name, each in facts.tables.items()})
    assert read.to_json() == facts.to_json() == spelled(facts)
    assert read == facts
    assert read.digest == facts.digest


def spelled(facts: Facts) -> str:
    """The one spelling, all at once."""
    tables = {name: {"columns": each.columns, "rows": each.rows} for name, each in facts.tables.items()}
    return canonical({"header": facts.header, "tables": tables})


@given(st.lists(st.tuples(PLAIN, PLAIN), max_size=6))
def test_the_order_is_nothing_then_numbers_then_text(rows: list[tuple[object, ...]]) -> None:
    def place(value: object) -> tuple[object, ...]:
        return (0,) if value is None else (2, value) if isinstance(value, str) else (1, value)

    assert list(Rows.of("ab", rows).rows) == sorted(rows, key=lambda row: [place(cell) for cell in row])


@given(st.lists(st.tuples(PLAIN, PLAIN), max_size=6), st.randoms())
def test_the_order_of_the_database_does_not_matter(rows: list[tuple[object, ...]], random: object) -> None:
    shuffled = sorted(rows, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = (Facts({}, {"t": Rows.of("ab", each)}) for each in (rows, shuffled))
    assert one.to_json() == other.to_json()


def test_true_and_one_are_equal_and_not_spelled_alike() -> None:
    rows = [(False, False), (False, 0), (0, 0), (True, None), (1, None)]
    assert Rows.of("ab", rows).to_json() == Rows.of("ab", rows[::-1]).to_json()


def test_words_dates_and_amounts_become_plain() -> None:
    cells = (Level.RED, on("2026-10-08 四"), at("2026-10-08 四 09:30"), Decimal("315.50"), None, True, 7)
    assert Rows.of("abcdefg", [cells]).rows == (
        ("red", "2026-10-08", "2026-10-08T09:30:00+08:00", "315.5", None, True, 7),
    )


@pytest.mark.parametrize("value", [1.5, b"x", ["x"], object()])
def test_what_has_no_exact_spelling_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        Rows.of(("a",), [(value,)])


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="fit"):
        Rows.of(("a", "b"), [(1,)])


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"columns":[]}', '{"columns":["a"],"rows":[1]}'])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="facts"):
        Rows.from_json(text)


def test_one_letter_more_is_another_hash() -> None:
    facts = Facts({"period": "2026-10"}, {"t": Rows.of(("a",), [(1,)])})
    assert facts.digest != Facts({"period": "2026-10"}, {"t": Rows.of(("a",), [("1",)])}).digest
    assert len(facts.digest) == 64
