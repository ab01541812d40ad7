"""The document of the regulator's data file is its layout, column by column."""

from reports.regulator.layout import FIELDS
from tests.docs.program import document, rows


def test_every_column_is_documented_as_it_is() -> None:
    told = rows(document("docs/regulator-data.md"))
    assert told == [(each.name, each.meaning, each.kind.value, each.unit, each.source) for each in FIELDS]


def test_no_two_columns_have_one_name() -> None:
    assert len({each.name for each in FIELDS}) == len(FIELDS)
