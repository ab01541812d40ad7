"""报表 by a program: the periods, the figures of report.json, the files, closing, and checking a document."""

import base64
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.alerts.company import EAST
from tests.dates import at
from tests.web.api.conftest import Program
from tests.web.desk_work import accept
from web.access.rights import Right
from workflow.book import Book

Come = Callable[..., Program]
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def upload(content: bytes, name: str) -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(content).decode()}


def test_a_period_from_its_figures_to_its_seal(book: Book, program: Come) -> None:
    accept(book, "A1", at("2026-09-28 一 09:00"))
    leader = program("sunba")

    def listed() -> dict[str, Any]:
        return {each["period"]: each for each in leader.get("/reports").json()["periods"]}

    assert list(listed()) == ["2026-Q4", "2026-H2", "2026", "2026-11", "2026-10", "2026-09", "2026-Q3"]
    september = listed()["2026-09"]
    assert (september["label"], september["begins"]) == ("2026年9月", "2026-09-01T00:00:00+08:00")
    assert (september["state"], september["closing"]) == ("open", None)
    assert leader.get("/reports/2026-09").json()["seal"] is None
    for period, code in (("2026-11", "period_not_over"), ("2026-08", "page_unknown")):
        assert leader.post(f"/reports/{period}/close").json()["code"] == code
    closed = leader.post("/reports/2026-09/close", key="close-september-2026")
    assert (closed.status_code, closed.json()) == (201, listed()["2026-09"])
    assert closed.json()["closing"]["by"] == "孙八"
    again = leader.post("/reports/2026-09/close", key="close-september-2026")
    assert (again.json(), again.headers["idempotency-replayed"]) == (closed.json(), "true")
    assert leader.post("/reports/2026-09/close").json()["code"] == "period_closed"
    figures = leader.get("/reports/2026-09")
    assert figures.json()["seal"] == closed.json()["closing"]["seal"]
    assert leader.get("/reports/2026-09", If_None_Match=figures.headers["etag"]).status_code == 304
    checked = leader.post("/reports/documents/verify", upload(figures.content, "r.json")).json()
    assert (checked["likeness"], checked["period"]) == ("identical", closed.json())
    changed = figures.content.replace('"1 户"'.encode(), '"2 户"'.encode(), 1)
    checked = leader.post("/reports/documents/verify", upload(changed, "r.json")).json()
    assert checked["likeness"] == "different"
    assert (checked["deviations"][0]["found"], checked["deviations"][0]["sealed"]) == ('"2 户"', '"1 户"')
    assert leader.post("/reports/documents/verify", {"name": "r.json", "content": "?"}).status_code == 422
    assert (
        leader.post("/reports/documents/verify", upload(b"{}", "r.json")).json()["code"]
        == "document_unsealed"
    )


def test_the_files_and_who_may_have_them(book: Book, program: Come) -> None:
    accept(book, "A1", at("2026-09-28 一 09:00"))
    leader, public = program("sunba"), program("sunba", Right.READ_REPORTS)
    for form, begins in (("html", b"<!doctype"), ("docx", b"PK"), ("xlsx", b"PK"), ("pdf", b"%PDF-")):
        answer = leader.get(f"/reports/2026-09/files/{form}")
        assert (answer.status_code, answer.content[: len(begins)]) == (200, begins), form
    sheet = leader.get("/reports/2026-09/files/xlsx?edition=public")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(sheet.content)).namelist()
    whole = leader.get("/reports/2026-Q3/files/html").text
    assert "2026年第三季度" in whole
    told = public.get("/reports/2026-Q3/files/html").text
    assert told == leader.get("/reports/2026-Q3/files/html?edition=public").text != whole
    for refused in ("2026-09", "2026-09/files/pdf?edition=full"):
        assert public.get(f"/reports/{refused}").json()["code"] == "scope_missing"
    assert public.post("/reports/2026-09/close").json()["code"] == "scope_missing"
    assert program("zhaoliu").post("/reports/2026-09/close").json()["code"] == "right_missing"
    assert leader.post("/reports/2026-09/close").status_code == 201
    named = {each["period"]: each["closing"] for each in public.get("/reports").json()["periods"]}
    assert named["2026-09"]["by"] is None
    for wrong, status in (("2026-08", 404), ("2026-12", 404), ("2026-13", 422), ("x", 422)):
        assert leader.get(f"/reports/{wrong}").status_code == status, wrong
    assert leader.get("/reports/2026-09/files/doc").status_code == 422
    assert program("admin").get("/reports").json()["code"] == "right_missing"


def test_an_account_manager_reads_no_other_stations_people(book: Book, program: Come) -> None:
    """Rows of others are 404 one by one, so no report may tell them together."""
    accept(book, "B1", at("2026-09-28 一 09:00"), station=EAST, manager="王五")
    manager, leader = program("lisi"), program("sunba")
    assert manager.get("/reports/2026-09").status_code == 403
    assert manager.get("/reports/2026-09/files/html?edition=full").status_code == 403
    page = manager.get("/reports/2026-09/files/html").text
    assert page == leader.get("/reports/2026-09/files/html?edition=public").text
    assert "王五" not in page
