"""报表 by a program: the months, the figures of report.json, and the files."""

import io
import zipfile
from collections.abc import Callable

import pytest

from reports.month import Month, month_report
from tests.dates import at
from tests.web.api.conftest import Program
from tests.web.conftest import NOW
from tests.web.desk_work import accept
from workflow.book import Book

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def test_a_month_as_figures_and_files(book: Book, program: Come) -> None:
    accept(book, "A1", at("2026-09-28 一 09:00"))
    regulator = program("regulator")
    months = regulator.get("/reports").json()["months"]
    told = [(each["month"], each["label"], each["complete"]) for each in months]
    assert told == [
        ("2026-11", "2026年11月", False),
        ("2026-10", "2026年10月", True),
        ("2026-09", "2026年9月", True),
    ]
    assert months[0]["begins"] == "2026-11-01T00:00:00+08:00"
    figures = regulator.get("/reports/2026-09")
    assert figures.json() == month_report(book, Month(2026, 9), NOW).to_json()
    assert regulator.get("/reports/2026-09", If_None_Match=figures.headers["etag"]).status_code == 304
    document = regulator.get("/reports/2026-09/document")
    assert "2026年9月" in document.text
    assert "default-src 'none'" in document.headers["content-security-policy"]
    workbook = regulator.get("/reports/2026-09/workbook")
    assert "spreadsheetml" in workbook.headers["content-type"]
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(workbook.content)).namelist()
    for wrong, status in (("2026-08", 404), ("2026-12", 404), ("2026-13", 422), ("x", 422)):
        assert regulator.get(f"/reports/{wrong}").status_code == status, wrong
    assert program("admin").get("/reports").json()["code"] == "right_missing"
