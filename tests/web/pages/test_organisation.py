"""Importing the organisation: looked at first, then done once, and only by who manages the whole company."""

import re
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.web.browser import Browser
from tests.web.conftest import NOW
from tests.web.entering import entered
from web.work.organising import LARGEST
from workflow.book import Book
from workflow.people.roster import people

PATH = "/people/organisation"
FIELDS = re.compile(r'<input type="hidden" name="(form_key|name|text)" value="([^"]*)">')


@pytest.fixture
def visitor(desk: FastAPI) -> Browser:
    """The administrator."""
    return entered(desk, "admin")


def upload(visitor: Browser, content: bytes, name: str = "机构.toml") -> tuple[int, str]:
    answer = visitor.post(PATH, files={"file": (name, content, "application/toml")})
    return answer.status_code, answer.text


def names(book: Book) -> set[str]:
    return {each.name for each in people(book.engine, NOW)}


def test_it_is_looked_at_and_then_done_once(book: Book, visitor: Browser, tmp_path: Path) -> None:
    held = (tmp_path / "organisation.toml").read_text(encoding="utf-8")
    status, page = upload(visitor, held.replace("王五", "王<五>新").encode())
    assert status == 200
    assert "姓名由王五改为王&lt;五&gt;新" in page
    assert "变动 1 人" in page
    assert "王五" in names(book), "nothing was written"
    form = {name: unescape(value) for name, value in FIELDS.findall(page)}
    assert form["name"] == "机构.toml"
    for _ in range(2):
        done = visitor.post(f"{PATH}/import", form)
        assert (done.status_code, done.headers["location"]) == (303, f"{PATH}?done=done")
    assert "王<五>新" in names(book)
    assert "已导入" in visitor.get(f"{PATH}?done=done").text
    fewer = form["text"].partition("[[person]]")
    page = upload(visitor, "".join((fewer[0], fewer[1], fewer[2].partition("[[person]]")[0])).encode())[1]
    assert "文件里没有的 5 人</strong>从今天起不再任职" in page
    assert "没有要改的" in upload(visitor, form["text"].encode())[1]


def test_what_is_no_organisation_is_refused(book: Book, visitor: Browser) -> None:
    before = names(book)
    for content, status, said in (
        (b"[[unit]]\nname = 1\n", 422, "机构.toml"),
        ("[[unit]]\nname = '所'\n".encode("gb18030"), 422, "UTF-8"),
        (b"#" * (LARGEST + 1), 413, "512 KB"),
        (b"", 422, "unit"),
    ):
        answered, page = upload(visitor, content)
        assert (answered, said in page) == (status, True), said
    assert names(book) == before


def test_no_file_is_no_file(visitor: Browser) -> None:
    for sent in ({}, {"files": {"file": ("", b"", "application/octet-stream")}}):
        answer = visitor.post(PATH, **sent)
        assert answer.status_code == 422
        assert "没有选择" in answer.text


def test_a_name_from_elsewhere_leads_nowhere(visitor: Browser, tmp_path: Path) -> None:
    for name in ("../../etc/passwd", "..\\..\\x.toml", "..", "a\tb", "长" * 200):
        status, page = upload(visitor, b"x = 1", name)
        assert status == 422, name
        assert "/etc" not in page
    assert sorted(each.name for each in tmp_path.parent.glob("passwd*")) == []


def test_a_station_head_does_not_import(desk: FastAPI) -> None:
    head = entered(desk, "zhaoliu")
    assert head.get(PATH).status_code == 404
    assert head.post(PATH).status_code == 404
    assert head.post(f"{PATH}/import", {"text": "x"}).status_code == 404
