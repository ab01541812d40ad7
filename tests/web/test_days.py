"""The desk as people use it: a day of each in a real browser, on a large screen and on a phone.

On the phone the database is PostgreSQL.  The days of one screen share a company and disturb each other's work
nowhere, so each may be run alone.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.dates import at
from tests.postgres import Reused
from tests.web.browser import PASSWORD
from tests.web.chromium import ChromiumMissing, chromium
from tests.web.day_looks import unseen_focus
from tests.web.day_world import (
    CENTRE,
    COLLEAGUE,
    HEAD,
    LEADER,
    MANAGER,
    NOW,
    SCREENS,
    World,
    level_words,
    world,
)
from workflow import cases
from workflow.explaining import explain_application
from workflow.history import registration_of
from workflow.progress import customer_code
from workflow.rules import Rules
from yekuo.demo_desk import RATED

LATE, SUSPENDED, TODAY = "4126110300304", "4126111800306", "4126111900303"
WANTED = "4126111900308"  # in the pool, and two want it
COUNTED = re.compile(r"[1-9]\d*")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module", params=SCREENS)
def company(
    request: pytest.FixtureRequest, browser: Browser, rules: Rules, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    if request.param == "phone":
        migrated: Reused = request.getfixturevalue("postgres_migrated")
        url = migrated.fresh()
    else:
        path = tmp_path_factory.mktemp("days") / "yekuo.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path.as_posix()}"
    with world(url, rules, browser, request.param) as made:
        yield made


def kinds(company: World, number: str) -> list[str]:
    return [each.type.value for each in explain_application(company.book, number, NOW).events]


def press(page: Page, name: str, within: Locator | None = None) -> None:
    """The button or link of that name, found as a person finds it: by its words."""
    (within or page).get_by_role("button", name=name, exact=True).first.click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def come_in(page: Page, base: str, path: str, login: str) -> None:
    page.goto(base + path)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    press(page, "登录")
    page.wait_for_url(base + path)


def test_a_missing_browser_is_an_error_that_says_what_to_install(tmp_path: Path) -> None:
    with (
        pytest.raises(ChromiumMissing, match=r"不能跳过.*apt-get install chromium fonts-noto-cjk"),
        chromium(tmp_path / "chromium"),
    ):
        pass


def test_the_day_of_an_account_manager(company: World) -> None:
    with company.watched() as watch, company.page(watch) as page:
        come_in(page, company.base, "/queue", MANAGER)
        words = level_words(page)
        assert words[:3] == ["红", "红", "黄"]
        assert [each for each in "红黄橙蓝" for _ in range(words.count(each))] == words[
            : -words.count("未到级别")
        ]
        red = page.locator("table.queue .level-red").first
        assert red.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(179, 38, 30)"
        assert fits(page)

        page.get_by_label("级别").select_option(label="红")
        press(page, "筛选")
        expect(page).to_have_url(re.compile("level=red"))
        assert set(level_words(page)) == {"红"}
        page.get_by_text("我的视图").click()
        page.get_by_label("把现在的筛选存为").fill("先办红色")
        press(page, "保存视图")
        expect(page.get_by_role("link", name="先办红色")).to_have_attribute("aria-current", "true")

        page.goto(company.base + "/queue?view=all")
        follow(page, LATE)
        expect(page.locator(".strip").first).to_be_visible()
        assert page.locator(".strip .late").count() > 0
        page.get_by_text("怎么算的").first.click()
        expect(page.locator("table.days").first).to_contain_text("起算当日不计")
        assert fits(page)

        follow(page, "收取资料")
        page.get_by_label("资料", exact=True).select_option(label="营业执照")
        press(page, "预览")
        expect(page.get_by_text("还没有登记。")).to_be_visible()
        press(page, "确认登记")
        expect(page.get_by_role("status")).to_have_text("已登记：收取资料。")
        assert kinds(company, LATE).count("document_received") == 1
        page.go_back()  # what answered a form is not kept: back leads to the form
        expect(page.get_by_role("button", name="预览")).to_be_visible()

        page.goto(f"{company.base}/applications/{SUSPENDED}")
        follow(page, "恢复")
        press(page, "预览")
        row = page.locator("tr").filter(has_text="地方·全过程")
        expect(row).to_contain_text("恢复计时")
        expect(row).to_contain_text("2026-12-10（周四）")
        assert fits(page)
        page.get_by_role("button", name="确认登记").dblclick()
        expect(page.get_by_role("status")).to_have_text("已登记：恢复。")
        assert kinds(company, SUSPENDED).count("resumed") == 1

        page.goto(f"{company.base}/alerts?state=new&level=red&number={LATE}")
        follow(page, "地方·供电方案答复")
        page.get_by_label("原因和措施").fill("方案评审延期，周一答复")
        press(page, "答复")
        expect(page.get_by_role("status")).to_have_text("已答复。")
        expect(page.get_by_text("方案评审延期，周一答复")).to_be_visible()
        assert fits(page)
        press(page, "退出")
        page.wait_for_url(company.base + "/login")


def test_two_want_the_same_and_one_is_told_who_got_it(company: World) -> None:
    with (
        company.watched() as watch,
        company.page(watch, MANAGER) as page,
        company.page(watch, COLLEAGUE) as other,
    ):
        both = {"城关经理丙": page, "城关经理乙": other}
        for each in both.values():
            each.goto(company.base + "/pool")
        for each in both.values():  # the second clicks before the first has its answer
            each.get_by_role("button", name=f"抢单：{WANTED}").click(no_wait_after=True)
        for each in both.values():
            expect(each.locator(".told")).to_be_visible()
        told = {name: each.locator(".told").inner_text() for name, each in both.items()}
        (owner,) = [name for name, text in told.items() if "认领已提交" in text]
        (loser,) = set(both) - {owner}
        assert f"已由客户经理 {owner} 负责" in told[loser]
        watch.refusals = 1
        assert registration_of(explain_application(company.book, WANTED, NOW).events).manager == owner
        assert fits(both[loser])


def test_the_day_of_a_station_head_and_a_leader(company: World) -> None:
    with company.watched() as watch:
        with company.page(watch, HEAD) as page:
            page.goto(company.base + "/assign")
            page.get_by_label("4126111600310 派给").select_option("城关经理甲")
            press(page, "派单", page.locator("tr").filter(has_text="4126111600310"))
            expect(page.get_by_role("status")).to_contain_text("4126111600310 的派单已提交")

            page.goto(f"{company.base}/applications/{TODAY}")
            follow(page, "移交给另一位客户经理")
            page.get_by_label("接手的客户经理").fill("城关经理甲")
            page.get_by_label("原因").fill("区域调整")
            press(page, "预览")
            press(page, "确认登记")
            expect(page.get_by_role("status")).to_contain_text("已登记")
            expect(page.locator("#owners + ul, #owners ~ ul")).to_contain_text("城关经理甲（移交）")

            page.goto(f"{company.base}/applications/{RATED}")
            follow(page, "挂起")
            page.get_by_label("原因").fill("客户暂缓施工")
            page.get_by_label("依据").fill("客户书面申请")
            page.get_by_label("批准人").fill("城关所长甲")
            press(page, "预览")
            expect(page.get_by_role("alert")).to_contain_text("批准人与经办人同为 城关所长甲")
            watch.refusals = 1
            page.get_by_label("批准人").fill("公司领导甲")
            press(page, "预览")
            press(page, "确认登记")
            expect(page.locator("section[aria-labelledby=pauses]")).to_contain_text("批准人：公司领导甲")

            page.goto(company.base + "/alerts?state=answered")
            page.locator("main table a").first.click()
            page.get_by_label("闭环的意见").or_(page.locator("#close-text")).first.fill("已核实")
            press(page, "闭环")
            expect(page.get_by_role("status")).to_have_text("已闭环。")

            page.goto(company.base + "/people")
            follow(page, "城关经理乙")
            page.get_by_label("从", exact=True).fill("2026-11-23T08:00")
            page.get_by_label("到", exact=True).fill("2026-11-25T00:00")
            page.get_by_label("代岗人的工号").fill("NX023")
            page.get_by_label("事由").fill("年休假")
            press(page, "登记离岗")
            expect(page.get_by_role("status")).to_have_text("已登记离岗。")
            assert fits(page)
        with company.page(watch, LEADER) as page:
            page.goto(company.base + "/reports")
            page.get_by_role("main").get_by_role("link", name="11月").click()
            report = page.frame_locator("iframe.report")
            expect(report.get_by_role("heading", level=1)).to_have_text("2026年11月获得电力时限监督月报")
            with page.expect_download() as download:
                page.locator('a[href$="/file/xlsx"]').click()
            assert download.value.suggested_filename.endswith(".xlsx")
            assert fits(page)


def test_the_day_of_the_command_centre(company: World) -> None:
    with company.watched() as watch, company.page(watch, CENTRE) as page:
        page.goto(company.base + "/centre")
        assert fits(page)
        board = page.locator(".figures").first
        links = board.locator("td a").all()
        told = [(each.inner_text(), each.get_attribute("href")) for each in links]
        assert len(told) > 8
        assert all(COUNTED.fullmatch(number) for number, _ in told)
        open_before = int(board.locator("tfoot td").first.inner_text())
        listed = page.context.new_page()
        for number, path in told:
            listed.goto(company.base + str(path))
            assert listed.locator("table.queue tbody tr").count() == int(number), path
        listed.close()

        held = registration_of(explain_application(company.book, LATE, NOW).events)
        when = at("2026-11-20 五 17:00")
        cases.accept(company.book, f"LIVE-{company.screen}", held, at=when, now=when, actor="城关客服甲")
        total = page.locator(".figures tfoot td").first
        expect(total).to_have_text(str(open_before + 1), timeout=30_000)

        page.goto(company.base + "/orders")
        page.get_by_label("要求").fill("请加派人手，周三前办结")
        page.locator("#application").fill("4126111900312")
        press(page, "下达")
        expect(page.get_by_role("status")).to_have_text("已下达。")
        expect(page.get_by_role("heading", level=1)).to_contain_text("督〔2026〕")
        follow(page, "打印的督办单")
        expect(page.locator("body")).to_contain_text("请加派人手，周三前办结")
        assert fits(page)

        page.goto(company.base + "/orders?state=replied")
        page.locator("main table a").first.click()
        expect(page.get_by_text("设备已到货，周一送电")).to_be_visible()
        press(page, "办结认可")
        expect(page.get_by_role("status")).to_have_text("已办结认可。")


def test_the_day_of_a_customer(company: World) -> None:
    with company.watched() as watch, company.page(watch) as page:

        def look_up(number: str, code: str) -> None:
            page.goto(company.base + "/progress")
            page.get_by_label("申请编号").fill(number)
            page.get_by_label("查询码").fill(code)
            press(page, "查询")

        code = customer_code(company.book, RATED, NOW)
        look_up(RATED, code.lower().replace("-", ""))
        shown = page.get_by_role("main")
        expect(shown).to_contain_text(f"{RATED}：")
        page.get_by_label("5 分").check()
        page.get_by_label("评语").fill("答复清楚")
        press(page, "提交评价：供电方案答复")
        expect(shown).to_contain_text("您评了 5 分")
        expect(page.locator(".told.good")).to_contain_text("评价已登记")
        assert code not in page.url
        seen = shown.inner_text()
        assert "演示客户" not in seen
        assert re.findall(r"41261\d{8}", seen) == [RATED]
        assert fits(page)

        look_up("4126111800309", customer_code(company.book, "4126111800309", NOW))
        press(page, "选择 城关经理乙")
        expect(page.locator(".told.good")).to_contain_text("客户经理已选定")
        expect(page.locator(".facts")).to_contain_text("城关经理乙")

        look_up(LATE, code)
        expect(page.get_by_role("alert")).to_be_visible()
        assert "供电方案答复" not in shown.inner_text()
        watch.refusals = 1

        page.get_by_role("link", name="公示栏").click()
        expect(page.get_by_role("main")).to_contain_text("12398")
        assert fits(page)
        page.get_by_role("link", name="客户经理").click()
        page.get_by_role("link", name="城关供电所").click()
        expect(page.get_by_role("main")).to_contain_text("城关经理甲")
        assert fits(page)
        for path in ("/queue", "/applications/" + RATED, "/centre", "/reports"):
            page.goto(company.base + path)
            assert page.url.startswith(company.base + "/login"), path


def tab_to(page: Page, wanted: Locator) -> None:
    """With the Tab key alone; whatever it stops at on the way shows that it does."""
    wanted.wait_for()
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            "() => { const style = getComputedStyle(document.activeElement);"
            " return [document.activeElement.outerHTML.slice(0, 80), style.outlineStyle, style.outlineWidth]; }"
        )
        assert stop[1] != "none", stop
        assert float(stop[2].removesuffix("px")) >= 2, stop
        if wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not come to {wanted}")


def test_with_the_keyboard_alone(company: World) -> None:
    with company.watched() as watch, company.page(watch) as page:
        page.goto(company.base + "/queue")
        page.keyboard.type(COLLEAGUE)  # the cursor is in the first field already
        tab_to(page, page.get_by_label("密码"))
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(company.base + "/queue")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
        page.keyboard.press("Enter")
        page.goto(company.base + "/pool")
        press_at = page.get_by_role("button", name="抢单：4126112000307")
        tab_to(page, press_at)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("done="))
        page.goto(company.base + "/queue")
        tab_to(page, page.get_by_role("link", name="4126112000307"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("link", name="手续办结"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("button", name="预览"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("button", name="确认登记"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("已登记：手续办结。")
        assert unseen_focus(page) == []
    assert kinds(company, "4126112000307")[-1] == "formalities_done"


def test_without_javascript(company: World) -> None:
    number = "4126111000301"
    with company.watched() as watch, company.page(watch, script=False) as page:
        come_in(page, company.base, "/queue", MANAGER)
        follow(page, number)
        follow(page, "手续办结")
        press(page, "预览")
        press(page, "返回修改")
        press(page, "预览")
        press(page, "确认登记")
        expect(page.get_by_role("status")).to_have_text("已登记：手续办结。")
        assert kinds(company, number).count("formalities_done") == 1
        page.goto(company.base + "/progress")
        press(page, "查询")
        page.goto(company.base + "/login")
        assert not page.content().count("javascript:")
