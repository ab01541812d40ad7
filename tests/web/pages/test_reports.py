"""报表: which periods there are, the report in its frame, its files, its closing, and checking a document."""

import base64
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from reports.masthead import Letterhead
from reports.periods import Span
from tests.dates import at
from tests.web.browser import Browser
from tests.web.conftest import NOW, Clock, Source
from tests.web.desk_work import accept, company_in
from tests.web.entering import entered
from web.access.once import new_key
from web.app import create_app
from web.desk import Desk
from web.settings import WebSettings
from web.work.report_files import lacking
from web.work.reporting import PeriodState, reported
from workflow.book import Book
from workflow.rules import Rules

CUSTOMER, NUMBER = "振兴机械有限公司", "NX20260901001"
WORDS = ("城关供电所", "东岭供电所")


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """An application accepted in September and not yet replied to, late when that month ended."""
    with company_in(tmp_path_factory.mktemp("reports"), sqlite_template, rules) as made:
        accept(made, NUMBER, at("2026-09-01 二 09:00"))
        yield made


@pytest.fixture(scope="module")
def app(filled: Book) -> FastAPI:
    """The desk over it, with a letterhead of its own."""
    settings = WebSettings(letterhead=Letterhead(signatories="批准：孙八、编制"))
    return create_app(Source(filled), lambda: NOW, settings)


@pytest.fixture(scope="module")
def leader(app: FastAPI) -> Browser:
    """Who reads everything and closes; September is closed by them."""
    browser = entered(app, "sunba")
    browser.get("/reports/2026-09/close")
    assert browser.post("/reports/2026-09/close", {"form_key": new_key()}).status_code == 303
    return browser


@pytest.fixture(scope="module")
def regulator(app: FastAPI) -> Browser:
    """Who reads no application."""
    return entered(app, "regulator")


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_the_periods_are_from_the_first_acceptance_to_now(book: Book) -> None:
    assert reported(book.engine, NOW) == []
    accept(book, "A1", at("2025-11-28 五 09:00"))
    there = reported(book.engine, NOW)
    spans = {span: [str(each.period) for each in there if each.period.span is span] for span in Span}
    assert spans[Span.YEAR] == ["2026", "2025"]
    assert spans[Span.HALF_YEAR] == ["2026-H2", "2026-H1", "2025-H2"]
    assert spans[Span.QUARTER] == ["2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4"]
    months = spans[Span.MONTH]
    assert (months[0], months[-1], len(months)) == ("2026-11", "2025-11", 13)
    assert [str(each.period) for each in there[:5]] == ["2026-Q4", "2026-H2", "2026", "2026-11", "2026-10"]
    states = {str(each.period): each.state for each in there}
    assert (states["2026-11"], states["2026-10"]) == (PeriodState.RUNNING, PeriodState.OPEN)
    assert reported(book.engine, at("2025-11-01 六 00:00")) == []


def test_the_list_tells_the_seal_and_names_nobody_to_the_regulator(
    leader: Browser, regulator: Browser
) -> None:
    said, public = leader.get("/reports").text, regulator.get("/reports").text
    assert re.findall(r'<a href="/reports/(2026[^"]*)">', said) == [
        "2026", "2026-H2", "2026-Q4", "2026-Q3", "2026-11", "2026-10", "2026-09",
    ]  # fmt: skip
    assert "由孙八封存" in said
    assert re.search("封存值 <code>[0-9a-f]{8}</code>", public)
    assert "孙八" not in public


def test_a_period_in_its_frame_and_between_its_neighbours(leader: Browser) -> None:
    page = leader.get("/reports/2026-10").text
    assert '<iframe class="report" src="/reports/2026-10/page"' in page
    assert "尚未封存" in page
    assert 'href="/reports/2026-09" rel="prev"' in page
    assert 'href="/reports/2026-11" rel="next"' in page
    assert 'href="/reports/2026-10/close"' in page
    sealed = leader.get("/reports/2026-09").text
    assert "由孙八封存，不再变动" in sealed
    assert "/close" not in sealed
    assert 'rel="prev"' not in sealed
    running = leader.get("/reports/2026-11").text
    assert "未结束" in running
    assert "/close" not in running
    assert 'rel="next"' not in running


def test_the_document_may_use_its_own_style_and_nothing_else(leader: Browser) -> None:
    answer = leader.get("/reports/2026-09/page")
    (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert 'class="long room-' in answer.text
    assert " style=" not in answer.text, "a style at an element is no style the policy knows"


def test_every_file_of_a_sealed_period_is_the_same_for_ever(app: FastAPI, leader: Browser) -> None:
    page = leader.get("/reports/2026-09").text
    (seal,) = re.findall('class="seal">([0-9a-f]{64})<', page)
    listed = re.findall(r'href="(/reports/2026-09/file/\w+)" download', page)
    assert [each.rpartition("/")[2] for each in listed] == ["html", "docx", "xlsx", "pdf", "json"]
    files = {each: leader.ask("GET", each) for each in listed}
    for each, answer in files.items():
        assert quote(f"监督报告-2026-09.{each.rpartition('/')[2]}") in answer.headers["content-disposition"]
    desk: Desk = app.state.desk
    tomorrow = WebSettings(letterhead=Letterhead(title="别的标题", signatories="别人"))
    visitor = Browser(create_app(desk.source, lambda: NOW + timedelta(days=1), tomorrow))
    visitor.cookies = leader.cookies
    assert {each for each in listed if visitor.ask("GET", each).content != files[each].content} == set()
    told = json.loads(files["/reports/2026-09/file/json"].text)
    assert (told["seal"], told["signatures"][0]) == (seal, {"title": "批准", "name": "孙八"})
    workbook = zipfile.ZipFile(io.BytesIO(files["/reports/2026-09/file/xlsx"].content))
    assert "xl/workbook.xml" in workbook.namelist()
    assert files["/reports/2026-09/file/pdf"].content.startswith(b"%PDF-")


def test_who_reads_no_application_has_the_public_edition_only(leader: Browser, regulator: Browser) -> None:
    whole = leader.get("/reports/2026-10/page").text
    public = regulator.get("/reports/2026-10/page").text
    assert NUMBER in whole
    for said in (NUMBER, CUSTOMER, "李四", "孙八"):
        assert said not in public, said
    assert leader.get("/reports/2026-10/page?edition=public").text == public
    page = regulator.get("/reports/2026-10").text
    assert "公开版" in page
    assert "/file/json" not in page
    kept = regulator.ask("GET", "/reports/2026-10/file/html")
    assert kept.text == public
    assert quote("公开版") in kept.headers["content-disposition"]
    for refused in ("/file/json", "/page?edition=full", "/file/pdf?edition=full", "?edition=full", "/close"):
        assert regulator.ask("GET", f"/reports/2026-10{refused}").status_code == 403, refused


def test_where_no_typeface_is_the_page_says_so(app: FastAPI, leader: Browser) -> None:
    missing = "这台计算机没有可用的中文字体"
    app.dependency_overrides[lacking] = lambda: missing
    try:
        page = leader.get("/reports/2026-09").text
    finally:
        app.dependency_overrides.clear()
    assert missing in page
    listed = re.findall(r'href="/reports/2026-09/file/(\w+)" download', page)
    assert listed == ["html", "xlsx", "json"]
    assert missing not in leader.get("/reports/2026-09").text


def test_what_is_not_there(leader: Browser) -> None:
    for period, status in (("2026-08", 404), ("2025", 404), ("2026-12", 404), ("2026-13", 422), ("x", 422)):
        for part in ("", "/page", "/file/xlsx", "/close"):
            assert leader.get(f"/reports/{period}{part}").status_code == status, (period, part)
    assert leader.get("/reports/2026-10/file/doc").status_code == 404
    assert leader.get("/reports/2026-10/page?edition=short").status_code == 404


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_an_open_period_is_told_as_of_the_minute_and_a_closed_one_no_more(
    book: Book, desk: FastAPI, clock: Clock
) -> None:
    accept(book, "A1", at("2026-10-12 一 09:00"))
    leader = entered(desk, "sunba")
    before = leader.get("/reports/2026-11/page").text
    clock.move(seconds=20)
    accept(book, "A2", clock.at)
    assert leader.get("/reports/2026-11/page").text == before
    clock.move(minutes=1)
    assert leader.get("/reports/2026-11/page").text != before
    confirm = leader.get("/reports/2026-10/close").text
    assert "不能撤销" in confirm
    assert "封存人记为 孙八" in confirm
    form = {"form_key": new_key()}
    done = leader.post("/reports/2026-10/close", form)
    assert (done.status_code, done.headers["location"]) == (303, "/reports/2026-10?done=closed")
    assert leader.post("/reports/2026-10/close", form).headers["location"] == done.headers["location"]
    assert "另行抄存" in leader.get(done.headers["location"]).text
    sealed = leader.get("/reports/2026-10/page").text
    again = leader.post("/reports/2026-10/close", {"form_key": new_key()})
    assert (again.status_code, "已经由孙八于" in again.text) == (409, True)
    early = leader.post("/reports/2026-11/close", {"form_key": new_key()})
    assert (early.status_code, "才结束" in early.text) == (409, True)
    clock.move(hours=2)
    accept(book, "A3", at("2026-10-13 二 09:00"))
    assert leader.get("/reports/2026-10/page").text == sealed


def sent(browser: Browser, name: str, content: bytes) -> tuple[int, str]:
    browser.get("/reports/verify")
    answer = browser.post("/reports/verify", files={"file": (name, content, "application/octet-stream")})
    return answer.status_code, answer.text


def test_a_document_is_checked_against_what_was_sealed(leader: Browser) -> None:
    document = leader.ask("GET", "/reports/2026-09/file/html").content
    status, said = sent(leader, "月报.html", document)
    assert (status, "逐字节相同" in said, "2026年9月" in said) == (200, True, True)
    status, said = sent(leader, "月报.html", document.replace(WORDS[0].encode(), WORDS[1].encode(), 1))
    assert (status, "不一致" in said) == (200, True)
    assert all(word in said for word in WORDS)
    assert sent(leader, "月报.txt", document)[0] == 422
    status, said = sent(leader, "月报.html", leader.ask("GET", "/reports/2026-10/file/html").content)
    assert (status, "没有封存值" in said) == (422, True)
    assert "没有选择报告文件" in leader.post("/reports/verify").text


def test_who_reads_no_application_learns_nothing_from_a_changed_document(
    leader: Browser, regulator: Browser
) -> None:
    """The whole report is found the same; one that differs is told from the public edition only."""
    whole = leader.ask("GET", "/reports/2026-09/file/html").content
    assert NUMBER in whole.decode()
    assert "逐字节相同" in sent(regulator, "a.html", whole)[1]
    changed = whole.replace(CUSTOMER.encode(), "某某".encode()).replace(NUMBER.encode(), b"NX1")
    assert changed != whole
    status, said = sent(regulator, "a.html", changed)
    assert (status, "与公开版比对" in said) == (200, True)
    told = re.findall('data-label="封存的">([^<]*)<', said)
    assert "公开版" in told[0]
    for word in (CUSTOMER, NUMBER, "李四", "孙八"):
        assert word not in "".join(told), word
    figures = leader.ask("GET", "/reports/2026-09/file/json").content
    status, said = sent(regulator, "a.json", figures.replace(NUMBER.encode(), b"NX1"))
    assert (status, "只能整份比对" in said, NUMBER in said) == (200, True, False)
