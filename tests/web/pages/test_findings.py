"""廉洁线索 at the desk: counted, listed, narrowed."""

import re

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from tests.alerts.company import EAST
from tests.web.browser import Browser
from tests.web.conftest import NOW
from tests.web.desk_work import accept
from tests.web.entering import entered
from web.pages import findings as finding_pages
from workflow.book import Book
from workflow.findings import Code
from workflow.tables import application, finding

NUMBERS = re.compile(r'href="/applications/([^"]+)"')


@pytest.fixture
def leader(book: Book, desk: FastAPI) -> Browser:
    """A leader, and three findings of two stations."""
    accept(book, "A/1")
    accept(book, "B2", station=EAST, manager="王五")
    with book.engine.begin() as connection:
        ids = {row.number: row.id for row in connection.execute(sa.select(application))}
        listed = (("A/1", Code.SEQUENCE), ("B2", Code.SEQUENCE), ("B2", Code.ONE_PERSON))
        for number, code in listed:
            row = {
                "application_id": ids[number],
                "code": code.value,
                "evidence": f"{code.label}<{number}>",
                "people": "王五",
                "found_at": NOW,
            }
            connection.execute(sa.insert(finding).values(row))
    return entered(desk, "sunba")


def test_every_number_opens_its_list(leader: Browser) -> None:
    page = leader.get("/findings").text
    assert "时间倒置&lt;A/1&gt;" in page
    assert NUMBERS.findall(page) == ["B2", "B2", "A/1"]
    counts = re.findall(r'<li><a href="(/findings[^"]*)"[^>]*><strong>(\d+)</strong>', page)
    assert len(counts) == len(Code) + 1
    for address, count in counts:
        listed = leader.get(address.replace("&amp;", "&")).text
        assert len(NUMBERS.findall(listed)) == int(count), address


def test_narrowed_and_counted_within_what_is_asked(leader: Browser) -> None:
    page = leader.get("/findings", params={"station": EAST}).text
    assert NUMBERS.findall(page) == ["B2", "B2"]
    assert "<strong>2</strong><span>全部" in page
    assert NUMBERS.findall(leader.get("/findings?code=sequence&number=A/1").text) == ["A/1"]
    assert "没有符合条件" in leader.get("/findings?number=x'--").text
    for wrong in ("code=fraud", "after=x", "after=0", "number=%00"):
        assert leader.get(f"/findings?{wrong}").status_code == 422, wrong


def test_page_after_page(leader: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding_pages, "PAGE", 1)
    pages = leader.walk("/findings?code=sequence")
    assert [each for page in pages for each in NUMBERS.findall(page.text)] == ["B2", "A/1"]
