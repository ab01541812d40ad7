"""One application on one page: what is shown, to whom, and that it is noted who read it."""

import re
from collections.abc import Callable

import sqlalchemy as sa
from fastapi import FastAPI

from tests.alerts.company import EAST
from tests.dates import at, on
from tests.web.conftest import NOW
from tests.web.desk_work import accept
from tests.web.entering import entered
from web.access.read_log import readings
from web.access.rights import Account
from web.tables import read_log
from web.work.day_strip import MOST_CELLS, days_left_out, strip_of
from workflow import assignment, cases, documents
from workflow.book import Book
from workflow.explaining import explain_application
from workflow.progress import customer_code

Enrol = Callable[[str], Account]


def told(book: Book) -> None:
    """A1 with a pause over a holiday's make-up day, a document, and a hand-over."""
    accept(book, "A1", at("2026-09-21 一 10:00"), customer="东方<化工>")
    first, second = at("2026-09-23 三 09:00"), at("2026-09-28 一 15:00")
    cases.suspend(
        book, "A1", reason="改方案", evidence="书面申请", approver="赵六", at=first, now=first, actor="李四"
    )
    cases.resume(book, "A1", at=second, now=at("2026-09-29 二 15:00"), actor="李四")
    documents.receive(
        book,
        "A1",
        kind="business_licence",
        original=True,
        at=second,
        now=at("2026-09-30 三 15:00"),
        actor="李四",
    )


def test_everything_of_it_is_on_the_page(desk: FastAPI, book: Book) -> None:
    told(book)
    page = entered(desk, "lisi").get("/applications/A1")
    assert page.status_code == 200
    text = page.text
    for expected in (
        "东方&lt;化工&gt;",
        "2 供电方案答复",
        "地方·供电方案答复",
        "到期日 2026-10-14（周三）",
        "原因：改方案；依据：书面申请；批准人：赵六；经办人：李四",
        "2026-09-23 09:00 至 2026-09-28 15:00",
        "晚 1 天",
        "营业执照 1 份，原件",
        "李四</strong>（受理登记）",
        "没有发出过预警告警",
        'href="/applications/A1/do/plan_replied"',
        'href="/accept/code/A1"',
        "<span>授权委托书</span>",
    ):
        assert expected in text, expected
    assert "<化工>" not in text
    assert not re.search(r"\sstyle=|<script(?! src=)", text)


def test_what_cannot_be_done_says_why(desk: FastAPI, book: Book) -> None:
    told(book)
    text = entered(desk, "lisi").get("/applications/A1").text
    assert "<dt>装表接电</dt><dd>当前为“待答复供电方案”</dd>" in text
    assert "<dt>恢复</dt><dd>申请没有挂起</dd>" in text
    assert "您的岗位没有“派单与移交”的权限" in text
    clerk = entered(desk, "clerk").get("/applications/A1").text
    assert "<dt>供电方案答复</dt><dd>您的岗位没有“登记方案答复”的权限</dd>" in clerk
    assert "/do/plan_replied" not in clerk
    assert "/do/document_received" in clerk


def test_the_strip_tells_each_day(book: Book) -> None:
    told(book)
    (clock,) = explain_application(book, "A1", NOW, "local.reply").clocks
    cells = {each.day: (each.classes, each.mark) for each in strip_of(clock, NOW)}
    assert cells[on("2026-09-21 一")] == ("start", "起")
    assert cells[on("2026-09-22 二")] == ("counted", "计")
    assert cells[on("2026-09-24 四")] == ("paused", "停")
    assert cells[on("2026-09-28 一")] == ("resumed", "复")
    assert cells[on("2026-10-01 四")] == ("rest", "休")
    assert cells[on("2026-10-10 六")] == ("makeup", "班")
    assert cells[on("2026-10-14 三")] == ("counted due", "到")
    assert cells[on("2026-10-15 四")] == ("late", "超")
    assert cells[on("2026-11-20 五")] == ("late today", "超")
    assert days_left_out(clock) == 0


def test_what_lies_ahead_and_a_very_long_clock(book: Book) -> None:
    accept(book, "A1", at("2026-11-18 三 09:00"))
    (clock,) = explain_application(book, "A1", NOW, "local.reply").clocks
    cells = {each.day: each.classes for each in strip_of(clock, NOW)}
    assert cells[on("2026-11-21 六")] == "ahead rest"
    assert cells[on("2026-11-23 一")] == "ahead"
    assert cells[on("2026-12-02 三")] == "ahead due"
    accept(book, "A2", at("2026-03-02 一 09:00"))
    (long,) = explain_application(book, "A2", NOW, "local.reply").clocks
    assert len(strip_of(long, NOW)) == MOST_CELLS
    assert days_left_out(long) == len(long.explanation.days) - MOST_CELLS > 0


def test_another_managers_is_not_there(desk: FastAPI, book: Book) -> None:
    accept(book, "A1", manager="王五", station=EAST)
    accept(book, "A2", manager="")
    visitor = entered(desk, "lisi")
    for number in ("A1", "A2", "A9", "%00", "A1'--", "..%2F..%2Fetc", "x" * 300):
        for tail in ("", "/do/plan_replied"):
            answer = visitor.get(f"/applications/{number}{tail}")
            assert answer.status_code == 404, (number, tail)
    assert entered(desk, "zhoujiu").get("/applications/A1").status_code == 200


def test_every_view_is_noted(desk: FastAPI, book: Book, enrol: Enrol) -> None:
    accept(book, "A1")
    who = enrol("lisi")
    visitor = entered(desk, "lisi")
    visitor.get("/applications/A1")
    visitor.get("/applications/A1/do/plan_replied")
    with book.engine.connect() as connection:
        rows = connection.execute(sa.select(read_log.c.account_id, read_log.c.what)).all()
    assert sorted(map(tuple, rows)) == [(who.id, "form"), (who.id, "page")]


def test_a_number_with_a_slash_has_its_page(desk: FastAPI, book: Book) -> None:
    accept(book, "2026/11")
    visitor = entered(desk, "lisi")
    assert 'href="/applications/2026/11"' in visitor.get("/queue").text
    assert visitor.get("/applications/2026/11").status_code == 200
    assert visitor.get("/applications/2026/11/do/plan_replied").status_code == 200


def test_records_put_right_are_marked_and_each_owners_time_is_told(desk: FastAPI, book: Book) -> None:
    accept(book, "A1")
    reply, now = at("2026-11-10 二 09:00"), at("2026-11-11 三 09:00")
    cases.reply_plan(book, "A1", at=reply, now=reply, actor="李四")
    cases.correct(book, "A1", seq=2, withdrawn=True, reason="登错", at=now, now=now, actor="李四")
    assignment.hand_over(book, "A1", to="李四二", reason="调岗", at=now, now=NOW, actor="赵六")
    text = entered(desk, "zhaoliu").get("/applications/A1").text
    assert "已撤销" in text
    assert "第 2 号记录“供电方案答复”；原因：登错；撤销" in text.replace("；撤销；", "；")
    assert "2026-11-02 09:00 至 2026-11-11 09:00" in text
    assert "李四二</strong>（移交）" in text


def test_the_code_of_a_customer_is_on_its_own_page_and_whoever_saw_it_on_record(
    desk: FastAPI, book: Book
) -> None:
    told(book)
    code = customer_code(book, "A1", NOW)
    manager, watcher = entered(desk, "lisi"), entered(desk, "zhoujiu")
    assert code not in manager.get("/applications/A1").text
    assert code in manager.get("/accept/code/A1").text
    assert "/accept/code" not in watcher.get("/applications/A1").text
    assert watcher.get("/accept/code/A1").status_code == 403
    noted = [(each.login, each.where) for each in readings(book.engine, number="A1").rows]
    assert noted == [("zhoujiu", "申请页面"), ("lisi", "客户查询码"), ("lisi", "申请页面")]
