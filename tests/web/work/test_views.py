"""Saved views: the filters under a name, the one the queue opens with, and nobody else's."""

import re
from collections.abc import Callable

from fastapi import FastAPI

from tests.web.desk_work import accept
from tests.web.entering import entered
from tests.web.pages.test_queue import ROWS
from web.access.rights import Account
from web.tables import saved_view
from web.work.views import LONGEST_NAME, MOST_VIEWS, views
from workflow import store
from workflow.book import Book

Enrol = Callable[[str], Account]
LINK = re.compile(r'<li><a href="([^"]+)"([^>]*)>高压要紧的</a>')


def test_a_view_is_kept_chosen_renamed_and_forgotten(desk: FastAPI, book: Book, enrol: Enrol) -> None:
    accept(book, "A1")
    accept(book, "A2", customer_class="lv_other", voltage="380V", capacity="9", customer_works=False)
    leader = enrol("sunba")
    visitor = entered(desk, "lisi")
    narrowed = "customer_class=hv_ordinary&text=%E5%B7%A5%E4%B8%9A"
    assert ROWS.findall(visitor.get(f"/queue?{narrowed}").text) == ["A1"]
    saved = visitor.post(
        "/queue/views", {"name": " 高压要紧的 ", "query": f"{narrowed}&after=x&evil=1&view=all"}
    )
    assert sorted(saved.headers["location"].partition("?")[2].split("&")) == sorted(narrowed.split("&"))
    page = visitor.get(saved.headers["location"]).text
    address, current = LINK.findall(page)[0]
    assert "aria-current" in current
    with store.reading(book.engine) as connection:
        row = connection.execute(saved_view.select()).one()
    assert "evil" not in row.query
    assert "after" not in row.query
    mine = f"/queue/views/{row.id}"
    assert visitor.post(mine, {"act": "start"}).status_code == 303
    assert visitor.get("/queue").headers["location"] == address.replace("&amp;", "&")
    assert set(ROWS.findall(visitor.get("/queue?view=all").text)) == {"A1", "A2"}
    assert views(book.engine, leader) == ()
    stranger = entered(desk, "zhaoliu")
    for act in ("start", "rename", "delete"):
        assert stranger.post(mine, {"act": act, "name": "我的"}).status_code == 404
    assert visitor.post(mine, {"act": "rename", "name": "要紧"}).status_code == 303
    assert visitor.post(mine, {"act": "stop"}).status_code == 303
    assert visitor.get("/queue").status_code == 200
    assert ">要紧</a>" in visitor.get("/queue").text
    assert visitor.post(mine, {"act": "delete"}).status_code == 303
    assert visitor.post(mine, {"act": "delete"}).status_code == 404


def test_what_is_no_view_is_refused(desk: FastAPI, book: Book, enrol: Enrol) -> None:
    own = enrol("lisi")
    visitor = entered(desk, "lisi")
    red = {"query": "level=red"}
    for form in (
        red | {"name": " "},
        red | {"name": "长" * (LONGEST_NAME + 1)},
        red | {"name": "a\0b"},
        {"name": "空", "query": "after=x"},
        {"name": "错", "query": "level=purple"},
    ):
        assert visitor.post("/queue/views", form).status_code == 422, form
    for index in range(MOST_VIEWS):
        assert visitor.post("/queue/views", red | {"name": f"视图{index}"}).status_code == 303
    assert "最多 20 个" in visitor.post("/queue/views", red | {"name": "再一个"}).text
    replaced = visitor.post("/queue/views", {"name": "视图3", "query": "level=blue"})
    assert replaced.status_code == 303
    held = {each.name: each for each in views(book.engine, own)}
    assert len(held) == MOST_VIEWS
    assert held["视图3"].filters == {"level": "blue"}
    taken = visitor.post(f"/queue/views/{held['视图4'].id}", {"act": "rename", "name": "视图3"})
    assert "已有名为“视图3”的视图" in taken.text
    assert visitor.post(f"/queue/views/{held['视图4'].id}", {"act": "fly"}).status_code == 422
