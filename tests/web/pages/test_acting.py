"""Acting: nothing before it is confirmed, once for each form, and what was typed stays."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from itertools import product

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page

from tests.dates import at
from tests.web.browser import PASSWORD, Browser
from tests.web.chromium import chromium
from tests.web.conftest import NOW, Clock
from tests.web.desk_work import accept, served
from tests.web.entering import entered
from web.access.read_log import readings
from web.access.rights import Account, Right, may
from workflow.actions import actions
from workflow.book import Book
from workflow.events import Event
from workflow.explaining import explain_application
from workflow.history import registration_of

Enrol = Callable[[str], Account]
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def records(book: Book, number: str = "A1") -> tuple[Event, ...]:
    return explain_application(book, number, at("2026-12-31 四 12:00")).events


def kinds(book: Book) -> list[str]:
    return [each.type.value for each in records(book)]


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's own form; the button's word is for the test to choose."""
    body = page.partition("<main")[2]
    return {name: unescape(value) for name, value in HIDDEN.findall(body)}


def previewed(visitor: Browser, word: str, **typed: str) -> tuple[int, str]:
    address = f"/applications/A1/do/{word}"
    form = hidden(visitor.get(address).text)
    answer = visitor.post(address, form | {"at": "2026-11-20T17:30"} | typed)
    return answer.status_code, answer.text


def confirm(visitor: Browser, word: str, page: str) -> tuple[int, str]:
    answer = visitor.post(f"/applications/A1/do/{word}", hidden(page) | {"stage": "confirm"})
    return answer.status_code, answer.headers.get("location", answer.text)


@pytest.fixture
def visitor(desk: FastAPI, book: Book) -> Browser:
    """李四 with A1."""
    accept(book, "A1")
    return entered(desk, "lisi")


def test_the_plan_is_replied_after_a_preview(visitor: Browser, book: Book) -> None:
    before = kinds(book)
    status, page = previewed(visitor, "plan_replied")
    assert status == 200
    assert "停止计时" in page
    assert "暂停计时" in page
    assert "申请将是“客户工程实施中”" in page
    assert kinds(book) == before, "a preview writes nothing"
    assert confirm(visitor, "plan_replied", page) == (303, "/applications/A1?done=plan_replied")
    assert "已登记：供电方案答复。" in visitor.get("/applications/A1?done=plan_replied").text
    last = records(book)[-1]
    assert (last.type.value, last.occurred_at, last.recorded_at, last.actor) == (
        "plan_replied", at("2026-11-20 五 17:30"), NOW, "李四",
    )  # fmt: skip


def test_every_stage_that_shows_the_application_is_noted(visitor: Browser, book: Book) -> None:
    """A form can be sent that was never asked for, and its answer shows as much."""
    address, wrong = "/applications/A1/do/plan_replied", {"at": "nonsense"}
    for count, form in enumerate((wrong, wrong | {"stage": "edit"}, {"at": "2026-11-20T17:30"}), start=1):
        assert "振兴机械有限公司" in visitor.post(address, form).text
        assert [each.what for each in readings(book.engine).rows] == ["form"] * count


def test_sent_again_it_is_done_once(visitor: Browser, book: Book, clock: Clock) -> None:
    form = {"kind": "business_licence", "copies": "1"}
    _, page = previewed(visitor, "document_received", **form)
    for _ in range(3):
        assert confirm(visitor, "document_received", page) == (
            303,
            "/applications/A1?done=document_received",
        )
        clock.move(minutes=1)
    assert kinds(book).count("document_received") == 1
    other = page.replace("17:30", "17:40")
    status, told = confirm(visitor, "document_received", other)
    assert status == 422
    assert "内容与这次不同" in told
    assert kinds(book).count("document_received") == 1
    _, fresh = previewed(visitor, "document_received", **form)
    assert confirm(visitor, "document_received", fresh)[0] == 303
    assert kinds(book).count("document_received") == 2


def test_a_double_click_at_the_same_instant(desk: FastAPI, visitor: Browser, book: Book) -> None:
    _, page = previewed(visitor, "document_received", kind="business_licence")
    form, kept = hidden(page) | {"stage": "confirm"}, visitor.cookies["yekuo_session"]

    def click(_: int) -> int:
        other = Browser(desk)
        other.wear(kept)
        return other.post("/applications/A1/do/document_received", form).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(click, range(4)))
    assert answers <= {303, 422}
    assert 303 in answers
    assert kinds(book).count("document_received") == 1


def test_without_its_key_nothing_is_done(visitor: Browser, book: Book) -> None:
    for key in ("", "x", "x" * 200, "'; DROP TABLE event; --"):
        form = {"form_key": key, "at": "2026-11-20T17:30", "stage": "confirm"}
        assert visitor.post("/applications/A1/do/plan_replied", form).status_code == 422
    assert "plan_replied" not in kinds(book)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-20T18:01", "将来的事不能登记"),
        ("2027-01-01T00:00", "将来的事不能登记"),
        ("", "没有写发生时间"),
        ("yesterday", "时间写法不对"),
        ("0001-01-01T00:00", "时间写法不对"),
        ("9999-12-31T23:59", "时间写法不对"),
        ("1999-01-01T00:00", "“供电方案答复”"),
        ("2026-10-01T09:00", "“供电方案答复”"),
    ],
)
def test_a_wrong_time_is_told_beside_the_form(visitor: Browser, book: Book, moment: str, said: str) -> None:
    before = kinds(book)
    status, page = previewed(visitor, "plan_replied", at=moment)
    assert status in (409, 422)
    assert said in page
    assert 'name="at"' in page
    form = hidden(page) | {"at": moment, "stage": "confirm"}
    assert visitor.post("/applications/A1/do/plan_replied", form).status_code in (409, 422)
    assert kinds(book) == before


def test_the_minute_that_runs_is_now(visitor: Browser, book: Book, clock: Clock) -> None:
    clock.move(seconds=40)
    _, page = previewed(visitor, "plan_replied", at="2026-11-20T18:00")
    clock.move(minutes=2)
    assert confirm(visitor, "plan_replied", page)[0] == 303
    assert records(book)[-1].occurred_at == at("2026-11-20 五 18:00:40")


def test_what_was_typed_stays(visitor: Browser, book: Book) -> None:
    typed = {"reason": '</textarea><script>alert("1")</script>', "evidence": "书面", "approver": "李四"}
    status, page = previewed(visitor, "suspended", **typed)
    assert status == 422
    assert "批准人与经办人同为 李四" in page
    assert "&lt;/textarea&gt;&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert 'value="书面"' in page
    status, page = previewed(visitor, "suspended", **typed | {"approver": "赵六"})
    assert status == 200
    assert "<script>alert" not in page
    back = visitor.post("/applications/A1/do/suspended", hidden(page) | {"stage": "edit"}).text
    assert 'value="赵六"' in back
    assert confirm(visitor, "suspended", page)[0] == 303
    assert records(book)[-1].payload["reason"] == typed["reason"]


def test_every_fault_is_told_at_once(visitor: Browser) -> None:
    status, page = previewed(visitor, "suspended")
    assert status == 422
    assert "没有填写“原因”；没有填写“依据”；没有填写“批准人”" in page
    assert (
        "“份数”写法不对" in previewed(visitor, "document_received", kind="business_licence", copies="二")[1]
    )
    for day in ("0001-01-01", "9999-12-31", "2026-13-01"):
        assert "“契约完成日期”写法不对" in previewed(visitor, "contract_agreed", on=day)[1]
    assert previewed(visitor, "contract_agreed", on="2099-12-31")[0] in (200, 422)
    assert "“资料”不在可选范围内" in previewed(visitor, "document_received", kind="nothing")[1]


def test_only_what_was_changed_is_amended(visitor: Browser, book: Book) -> None:
    form = visitor.get("/applications/A1/do/amended").text
    assert 'name="change_customer" value="振兴机械有限公司"' in form
    assert "change_manager" not in form
    typed = {
        "change_customer": "振兴重工",
        "change_capacity": "630.0",
        "change_manager": "王五",
        "reason": "更名",
    }
    status, page = previewed(visitor, "amended", **typed)
    assert status == 200
    assert confirm(visitor, "amended", page)[0] == 303
    assert records(book)[-1].payload["changes"] == {"customer": "振兴重工"}
    assert registration_of(records(book)).manager == "李四"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"change_station": "天上供电所"}, "“供电所”应为城关供电所、东岭供电所"),
        ({"change_unit": "别的公司"}, "“供电单位”应为示例县供电公司"),
        ({"change_customer_class": "lv_other"}, "“客户类别”低压非居民与供电电压 10kV、报装容量 630 不符"),
        ({"change_boundary": "true"}, "投资至红线没有客户外部工程"),
    ],
)
def test_an_amendment_that_cannot_be(
    visitor: Browser, book: Book, changed: dict[str, str], said: str
) -> None:
    status, page = previewed(visitor, "amended", reason="登记有误", **changed)
    assert (status, said in page) == (422, True)
    assert kinds(book) == ["accepted"]


def test_an_old_contradiction_is_no_reason_to_keep_a_wrong_name(desk: FastAPI, book: Book) -> None:
    accept(book, "A1", boundary=True)
    visitor = entered(desk, "lisi")
    form = hidden(visitor.get("/applications/A1/do/amended").text)
    typed = {"at": "2026-11-20T17:30", "change_customer": "振兴机械厂", "reason": "名称有误"}
    assert visitor.post("/applications/A1/do/amended", form | typed).status_code == 200


def test_a_record_is_put_right(visitor: Browser, book: Book) -> None:
    _, page = previewed(visitor, "plan_replied")
    confirm(visitor, "plan_replied", page)
    status, page = previewed(
        visitor, "corrected", seq="2", occurred_at="2026-11-13T10:00", reason="登记时写错了时间"
    )
    assert status == 200, page
    assert "2 供电方案答复 2026-11-20 17:30" in page
    assert "2026-11-13T10:00" in page
    assert confirm(visitor, "corrected", page)[0] == 303
    assert records(book)[-1].payload["occurred_at"].startswith("2026-11-13T10:00")


def test_a_leader_hands_over_to_the_station_only(desk: FastAPI, book: Book) -> None:
    accept(book, "A1", manager="王五")
    leader = entered(desk, "zhaoliu")
    status, page = previewed(leader, "hand_over", to="王五", reason="换所")
    assert status == 422
    assert "不是城关供电所的在职客户经理" in page
    status, page = previewed(leader, "hand_over", to="李四", reason="换所")
    assert status == 200
    assert confirm(leader, "hand_over", page)[0] == 303
    assert registration_of(records(book)).manager == "李四"


def test_who_may_not_is_refused_and_unknown_words_are_not_there(
    desk: FastAPI, visitor: Browser, book: Book
) -> None:
    clerk = entered(desk, "clerk")
    for ask in (clerk.get, clerk.post):
        assert ask("/applications/A1/do/plan_replied").status_code == 403
    assert visitor.get("/applications/A1/do/assign").status_code == 403
    for word in ("claim", "rated", "rescheduled", "nothing", "%00"):
        assert visitor.get(f"/applications/A1/do/{word}").status_code == 404, word
    assert "plan_replied" not in kinds(book)


def test_every_action_has_a_form(desk: FastAPI, book: Book, enrol: Enrol) -> None:
    accept(book, "A1")
    who = enrol("zhaoliu")
    head = entered(desk, "zhaoliu")
    assert may(who, Right.ASSIGN)
    words = {
        each.name if each.event_type.value == "assigned" else each.event_type.value
        for each in actions(book, "A1", NOW)
    } - {"claim", "rated", "document_received", "amended", "corrected"}
    for word in sorted(words):
        page = head.get(f"/applications/A1/do/{word}")
        assert page.status_code in (200, 403), word
        if page.status_code == 200:
            assert head.post(f"/applications/A1/do/{word}", hidden(page.text)).status_code in (200, 409, 422)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_walk_in_a_real_browser(desk: FastAPI, book: Book, enrol: Enrol) -> None:
    """Log in, the queue, the application, the plan with its preview, and it is done."""
    enrol("lisi")
    hosts: set[str] = set()
    with served(desk) as base, chromium() as browser:
        for number, (width, scripts) in enumerate(product((1280, 390), (True, False))):
            context = browser.new_context(
                viewport={"width": width, "height": 800}, java_script_enabled=scripts
            )
            context.on("request", lambda request: hosts.add(request.url.split("/")[2]))
            accept(book, f"W{number}")
            walked(context.new_page(), base, f"W{number}")
            assert records(book, f"W{number}")[-1].type.value == "plan_replied"
            context.close()
    assert hosts == {base.removeprefix("http://")}


def walked(page: Page, base: str, number: str) -> None:
    page.goto(f"{base}/login")
    page.get_by_label("登录名").fill("lisi")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="我的工单").click()
    page.get_by_role("link", name=number, exact=True).click()
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("region", name="现在可以办").get_by_role("link", name="供电方案答复").click()
    page.get_by_role("button", name="预览").click()
    assert page.get_by_role("heading", name="确认：供电方案答复").is_visible()
    page.get_by_role("button", name="确认登记").click()
    assert page.get_by_role("status").inner_text() == "已登记：供电方案答复。"
    assert page.url == f"{base}/applications/{number}?done=plan_replied"
