"""报表: which months there are, the report in its frame, and its files."""

import base64
import hashlib
import io
import json
import re
import zipfile
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from reports.month import Month, month_report
from tests.dates import at
from tests.web.browser import Browser
from tests.web.conftest import NOW
from tests.web.desk_work import accept
from tests.web.entering import entered
from web.month_reports import months
from workflow.book import Book


@pytest.fixture
def regulator(book: Book, desk: FastAPI) -> Browser:
    """Who reads reports and nothing else, and one application of last year."""
    accept(book, "A1", at("2025-11-28 五 09:00"))
    return entered(desk, "regulator")


def test_the_months_are_from_the_first_acceptance_to_now(book: Book) -> None:
    assert months(book.engine, NOW) == []
    accept(book, "A1", at("2025-11-28 五 09:00"))
    there = months(book.engine, NOW)
    assert (there[0], there[-1], len(there)) == (Month(2026, 11), Month(2025, 11), 13)
    assert there == sorted(there, reverse=True)
    assert months(book.engine, at("2025-11-01 六 00:00")) == []


def test_a_month_in_its_frame_and_between_its_neighbours(regulator: Browser) -> None:
    listed = re.findall(r'<a href="/reports/(\d{4}-\d{2})">', regulator.get("/reports").text)
    assert (listed[0], listed[-1], len(listed)) == ("2026-11", "2025-11", 13)
    page = regulator.get("/reports/2026-11").text
    assert '<iframe class="report" src="/reports/2026-11/page"' in page
    assert "未结束" in page
    assert 'rel="prev"' in page
    assert 'rel="next"' not in page
    assert 'rel="prev"' not in regulator.get("/reports/2025-11").text


def test_the_document_may_use_its_own_style_and_nothing_else(regulator: Browser) -> None:
    answer = regulator.get("/reports/2025-12/page")
    (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert " style=" not in answer.text, "a style at an element is no style the policy knows"


def test_the_files_say_what_the_report_says(book: Book, regulator: Browser) -> None:
    report = month_report(book, Month(2025, 11), NOW)
    figures = regulator.get("/reports/2025-11/json")
    assert figures.headers["content-type"] == "application/json"
    assert json.loads(figures.text) == json.loads(json.dumps(report.to_json()))
    workbook = regulator.get("/reports/2025-11/xlsx")
    assert quote("时限月报-2025-11.xlsx") in workbook.headers["content-disposition"]
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(workbook.content)).namelist()


def test_a_month_that_is_not_there(regulator: Browser) -> None:
    for month, status in (("2025-10", 404), ("2026-12", 404), ("2026-13", 422), ("x", 422)):
        for part in ("", "/page", "/xlsx", "/json"):
            assert regulator.get(f"/reports/{month}{part}").status_code == status, (month, part)
