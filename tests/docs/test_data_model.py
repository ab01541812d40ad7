"""The document of the tables names them all, and the columns it explains are there."""

import re

import alerts.tables  # noqa: F401 - its tables join the metadata
from tests.docs.program import document, rows, section
from workflow.tables import clock, metadata

DOCUMENT = document("docs/data-model.md")


def test_every_table_is_named() -> None:
    told = {row[0].strip("`") for row in rows(DOCUMENT.partition("## ")[0])}
    assert told == {*metadata.tables, "alembic_version"}


def test_the_columns_of_a_clock_are_its_columns() -> None:
    told = rows(section(DOCUMENT, "Reading a clock row at an instant"))
    names = {name for row in told for name in re.findall("`(.*?)`", row[0])}
    assert names - set(clock.columns.keys()) == set()
    assert len(names) >= len(told)
