"""How every page looks, as far as it can be measured, as whoever uses it, on a large screen and on a phone.

The pages are those of the demo.  The document of the API is a package's own page, and is not measured.
"""

import shutil
from collections.abc import Iterator
from itertools import count
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from alerts.duties.doing import done, duties
from alerts.duties.opening import open_rounds
from alerts.listing import alerts
from alerts.orders.listing import orders
from tests.web.chromium import chromium
from tests.web.day_looks import faults, unseen_focus
from tests.web.day_world import CENTRE, HEAD, LEADER, MANAGER, NOW, REPLIED, SCREENS, World, world
from web.app import create_app
from web.routes import routes_of
from workflow import store
from workflow.progress import customer_code
from workflow.rules import Rules
from yekuo.demo_desk import RATED

LATE, SUSPENDED, UNOWNED = "4126110300304", "4126111800306", "4126112000307"
CLERK, SUPERVISOR, ADMINISTRATOR, STRANGER = "nx035", "nx009", "admin", ""
OF_STATION = "城关供电所"
STATION = quote(OF_STATION)
PAGES = {
    STRANGER: ("/login", "/progress", "/managers", f"/managers?station={STATION}", "/notice"),
    CLERK: ("/accept", f"/accept/done/{UNOWNED}", f"/accept/code/{UNOWNED}"),
    MANAGER: (
        "/", "/queue?view=all", "/queue?level=red", "/queue?text=nothing", "/pool", f"/applications/{LATE}",
        f"/applications/{SUSPENDED}", f"/applications/{LATE}/do/suspended", f"/applications/{LATE}/do/amended",
        f"/applications/{LATE}/do/corrected", "/alerts", "/orders", "/account", "/nothing",
    ),
    HEAD: (
        "/assign", "/people", "/people/person/NX022", "/people/absences", f"/stations/2026-H2/{STATION}",
        f"/stations/2026-H2/{STATION}/score", "/duties", "/duties?state=done",
    ),
    SUPERVISOR: (
        "/stations", f"/stations/2026-H1/{STATION}", f"/stations/2026-H1/{STATION}/page",
        f"/stations/2026-H2/{STATION}/review", f"/stations/2026-H2/{STATION}/close",
    ),
    LEADER: (
        "/reports", "/reports/2026-11", "/reports/2026-11/page", "/reports/2026-10/close", "/reports/verify",
        "/findings", "/audit", "/people/organisation",
    ),
    CENTRE: ("/centre", "/queue", "/orders", "/duties?state=all", "/policies", "/calendar", "/calendar/2027",
             "/calculator?start=2026-09-24T09:00&limit=16"),
    ADMINISTRATOR: ("/accounts", "/accounts/new", "/accounts/of/nx025", "/accounts/of/nx025/password"),
}  # fmt: skip
# One of each of FOUND is looked for in the database; ELSEWHERE is no page, or one that is shown above.
FOUND = {"/alerts/{alert_id}", "/duties/{duty_id}", "/orders/{number}", "/orders/{number}/print"}
ELSEWHERE = {
    "/calculator", "/calendar/{year}", "/centre/live", "/healthz", "/readyz", "/metrics", "/static/{digest}/{name}",
    "/reports/{period}/file/{form}", "/stations/{period}/{station:path}/file/{form}",
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module", params=SCREENS)
def company(
    request: pytest.FixtureRequest, browser: Browser, rules: Rules, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    path = tmp_path_factory.mktemp("looks") / "yekuo.sqlite3"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    with world(f"sqlite:///{path.as_posix()}", rules, browser, request.param) as made:
        yield made


def pages_of(company: World, login: str) -> list[str]:
    pages = list(PAGES[login])
    if login == MANAGER:
        pages.append(f"/alerts/{next(each.id for each in alerts(company.book, NOW, number=LATE))}")
    if login == HEAD:
        pages += [f"/duties/{each}" for each in rounds(company)]
    if login == CENTRE:
        made = orders(company.book, NOW, application_number=REPLIED)
        pages += [f"/orders/{quote(each.number)}{end}" for each in made for end in ("", "/print")]
    return pages


def rounds(company: World) -> tuple[int, int]:
    """One that was done and one that is to be done, of the station; all of them open since this month."""
    book = company.book
    with store.writing(book.engine) as connection:
        open_rounds(connection, book, NOW)
    made = duties(book, NOW, OF_STATION, open_only=False)
    if all(each.done_at is None for each in made):
        done(book, made[0].id, at=NOW, now=NOW, actor="城关经理丙", evidence="会议纪要 11 号")
    return made[0].id, made[-1].id


def looked_at(page: Page, company: World, about: str) -> list[str]:
    found = [f"{about}: {each}" for each in faults(page, phone=company.phone)]
    return found + [f"{about}: {each}" for each in unseen_focus(page)]


@pytest.mark.parametrize("login", PAGES)
def test_every_page_is_good_to_look_at(company: World, login: str) -> None:
    wrong, titles = [], dict[str, str]()
    with company.watched() as watch, company.page(watch, login) as page:
        for path in pages_of(company, login):
            page.goto(company.base + path)
            wrong += looked_at(page, company, path)
            bare = path.partition("?")[0]
            other = titles.setdefault(page.title(), bare)
            assert other == bare, (page.title(), other, bare)
        watch.complaints = [each for each in watch.complaints if "status of 404" not in each]
    assert wrong == []


def test_every_page_that_is_made_by_a_form(company: World) -> None:
    wrong: list[str] = []
    with company.watched() as watch:
        with company.page(watch, MANAGER) as page:
            page.goto(f"{company.base}/applications/{LATE}/do/plan_replied")
            page.get_by_role("button", name="预览").click()
            page.get_by_role("button", name="确认登记").wait_for()
            wrong += looked_at(page, company, "preview")
        with company.page(watch) as page:
            for number in (RATED, UNOWNED):
                page.goto(company.base + "/progress")
                page.get_by_label("申请编号").fill(number)
                page.get_by_label("查询码").fill(customer_code(company.book, number, NOW))
                page.get_by_role("button", name="查询").click()
                page.get_by_role("status").first.wait_for()
                wrong += looked_at(page, company, f"progress of {number}")
        with company.page(watch, CLERK) as page:
            page.goto(company.base + "/accept")
            page.get_by_label("申请编号").fill("NEW-1")
            for label, text in (
                ("客户名称", "振兴机械有限公司"),
                ("用电地址", "工业路 8 号"),
                ("报装容量", "630"),
            ):
                page.get_by_label(label).fill(text)
            page.get_by_label("供电电压").select_option("10kV")
            page.get_by_label("用电性质").select_option(index=1)
            page.get_by_role("button", name="预览").click()
            page.get_by_role("button", name="确认受理").wait_for()
            wrong += looked_at(page, company, "acceptance")
    assert wrong == []


def test_every_page_there_is_has_been_looked_at() -> None:
    """A new page is put into :data:`PAGES`, or has its reason here."""
    listed = {path.partition("?")[0] for pages in PAGES.values() for path in pages}
    for route in routes_of(create_app(None, lambda: NOW, None)):  # type: ignore[arg-type]
        if "GET" not in route.methods or route.path.startswith("/api/") or route.path in FOUND | ELSEWHERE:
            continue
        shape = route.path.replace(":path", "").split("/")
        assert any(_fits(shape, each.split("/")) for each in listed), route.path


def _fits(shape: list[str], path: list[str]) -> bool:
    return len(shape) == len(path) and all(
        each.startswith("{") or each == part for each, part in zip(shape, path, strict=True)
    )


def test_what_is_bad_is_seen(browser: Browser) -> None:
    """The measure itself, on a page that has every fault."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(BAD)
    found = "\n".join(faults(page, phone=True)) + "\n".join(unseen_focus(page))
    for number, word in zip(count(1), FAULTS, strict=False):
        assert word in found, (number, word, found)
    page.close()


FAULTS = (
    "contrast 2.32", "contrast 4.48", "“faint in front”", "wide:", "no label", "no name", "without a heading",
    "headings: 1,3", "lang", "small: ", "focus not seen", "id twice: twin",
)  # fmt: skip
BAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>
<style>
  p.pale { color: #aaa } p.near { color: #777 } a { outline: none !important }
  p.front::before { content: "faint in front"; color: #ccc }
</style>
<h1>x</h1><h3>y</h3><p class="pale">pale</p><p class="near">near</p><p class="front">z</p>
<div style="width: 900px; height: 2px">&nbsp;</div><input name="a"><button></button>
<table><tr><td>1</td></tr></table><p><a href="#">go</a></p><i id="twin"></i><i id="twin"></i></html>"""
