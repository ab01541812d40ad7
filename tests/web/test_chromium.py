"""The desk as a person has it: a real browser, the served process, a large screen and a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.conftest import migrate
from tests.dates import at
from tests.web.browser import PASSWORD
from tests.web.chromium import ChromiumMissing, chromium
from tests.web.test_serving import YEKUO, first_line, running
from web import accounts
from web.rights import Role
from workflow import store

SCREENS = {"desktop": (1440, 900), "phone": (390, 844)}


def test_a_missing_browser_is_an_error_that_says_what_to_install(tmp_path: Path) -> None:
    with (
        pytest.raises(ChromiumMissing, match=r"不能跳过.*apt-get install chromium fonts-noto-cjk"),
        chromium(tmp_path / "chromium"),
    ):
        pass


@pytest.mark.parametrize("screen", SCREENS)
def test_somebody_comes_in_and_goes_out(screen: str, sqlite_url: str, tmp_path: Path) -> None:
    migrate(sqlite_url)
    engine = store.open_engine(sqlite_url)
    accounts.create(
        engine, "admin", PASSWORD, Role.ADMINISTRATOR, now=at("2026-11-20 五 18:00"), actor="管理员"
    )
    engine.dispose()
    width, height = SCREENS[screen]
    asked: list[str] = []
    faults: list[str] = []
    command = (*YEKUO, "serve", "--port", "0", "--no-scheduler")
    with running(*command, url=sqlite_url, folder=tmp_path) as process, chromium() as browser:
        base = re.findall(r"http://127\.0\.0\.1:\d+", first_line(process))[0]
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{base}/account")
        page.get_by_label("登录名").fill("admin")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{base}/account")
        assert fits(page), "a page never scrolls sideways"
        assert page.get_by_text("我的账户").first.is_visible()
        page.get_by_role("button", name="退出").click()
        page.wait_for_url(f"{base}/login")
        assert fits(page)
    assert [each for each in asked if not each.startswith(base)] == []
    assert any("/static/" in each for each in asked)
    assert faults == []


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
