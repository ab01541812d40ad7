"""督办单 as a document: everything a reader must know, and nothing from another host."""

import re
from datetime import datetime
from typing import Any

import pytest

from alerts.orders import acts as orders
from alerts.orders.listing import one_order
from alerts.orders.page import render_order
from tests.alerts.telling import accept, staffed
from tests.dates import at
from workflow.book import Book

ACCEPTED = at("2026-10-12 一 09:00")
OPENED = at("2026-10-16 五 10:00")
REPLIED = at("2026-10-20 二 11:30")
RETURNED = at("2026-10-20 二 15:00")
NOW = at("2026-10-23 五 09:00")


@pytest.fixture
def company(book: Book) -> Book:
    staffed(book)
    accept(book, "A", ACCEPTED)
    return book


def opened(book: Book, **more: Any) -> str:
    told: dict[str, Any] = {"ask": "请说明<超期>原因", "actor": "值班甲", "at": OPENED, "now": OPENED, **more}
    return orders.open_order(book, **told).number


def page(book: Book, number: str, now: datetime = NOW) -> str:
    return render_order(book, one_order(book, number, now), now)


def text_of(html: str) -> str:
    """What is read: no tags, no style, single spaces."""
    body = html.split("<body>")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_the_document_says_to_whom_about_what_by_when_and_how_late(company: Book) -> None:
    read = text_of(page(company, opened(company, application_number="A")))
    for told in (
        "示例县供电公司 督办单 督〔2026〕0001号 下达时间：2026-10-16（周五）10:00",
        "主送单位 城关供电所 下达人 值班甲",
        "申请编号 A 客户类别 低压居民 客户名称 A 客户经理 李四",
        "回复期限 2026-10-21（周三） 24 时前，3 个工作日",
        "办理情况 待回复， 已用 5 个工作日，超期 2 个工作日 ，已达红色级别",
        "地方·全过程 2 个工作日 9 个工作日 2026-10-14（周三） 在途超期 7 个工作日",
        "打印时间：2026-10-23（周五）09:00",
    ):
        assert told in read


def test_the_document_tells_the_reply_and_the_return_with_who_and_when(company: Book) -> None:
    number = opened(company, application_number="A", limit=5)
    told: dict[str, Any] = {"at": REPLIED, "now": REPLIED}
    orders.reply(company, number, actor="所长甲", text="已增派\n一组", **told)
    replied = text_of(page(company, number, REPLIED))
    assert "回复期限 5 个工作日，待认可，退回后还剩 3 个工作日" in replied
    told = {"at": RETURNED, "now": RETURNED}
    orders.return_(company, number, actor="值班甲", text="没有写完成日期", **told)
    read = text_of(page(company, number))
    assert "回复 所长甲 2026-10-20（周二）11:30 已增派 一组" in read
    assert "退回 值班甲 2026-10-20（周二）15:00 没有写完成日期 回复 签发" in read, (
        "and room for the next reply"
    )
    assert "回复期限 2026-10-23（周五） 24 时前" in read


def test_an_order_to_a_unit_is_about_no_application(company: Book) -> None:
    read = text_of(page(company, opened(company, unit="东岭供电所")))
    assert "示例县供电公司" in read, "the company of the organisation"
    assert "主送单位 东岭供电所" in read
    assert "申请编号" not in read
    assert "一、督办事项与要求" in read


def test_what_people_typed_is_text_and_nothing_comes_from_another_host(company: Book) -> None:
    html = page(company, opened(company, application_number="A"))
    assert "请说明&lt;超期&gt;原因" in html
    assert not re.search(r"https?:|//|@import|url\(|<script|<link|<img", html)
    assert "@page { size: A4" in html
    assert '<html lang="zh-CN">' in html


def test_a_due_date_beyond_the_published_year_is_provisional(company: Book) -> None:
    late = at("2026-12-30 三 10:00")
    html = page(company, opened(company, unit="东岭供电所", limit=20, at=late, now=late), late)
    assert "（暂定）" in text_of(html)
