"""Coming in and going out: refusals that tell nothing, locks, and sessions that end."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.web.browser import PASSWORD, Browser
from tests.web.conftest import NOW, Clock
from web import errors
from web.access import accounts, sessions
from web.access.rights import Account, Right, may
from web.tables import account, api_token, session
from workflow import store
from workflow.book import Book

Enrol = Callable[[str], Account]


def test_in_and_out(browser: Browser, enrol: Enrol) -> None:
    enrol("lisi")
    asked = browser.get("/account?done=x")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=%2Faccount%3Fdone%3Dx"
    answer = browser.log_in("lisi", back="/account?done=x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=x")
    assert "李四" in browser.get("/").text
    kept = browser.cookies["yekuo_session"]
    assert browser.post("/logout").headers["location"] == "/login"
    browser.wear(kept)
    assert browser.get("/").status_code == 303, "ended, not only forgotten"


def test_the_cookie_is_for_the_browser_alone(browser: Browser, enrol: Enrol) -> None:
    enrol("lisi")
    cookie = browser.log_in("lisi").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    over_https = Browser(browser.app, base="https://desk")
    assert "Secure" in over_https.log_in("lisi").headers["set-cookie"]


def test_only_the_hash_of_a_token_is_kept(book: Book, browser: Browser, enrol: Enrol) -> None:
    enrol("lisi")
    browser.log_in("lisi")
    with book.engine.connect() as connection:
        kept = connection.execute(sa.select(session.c.hash)).scalar_one()
    assert kept == sessions.digest(browser.cookies["yekuo_session"])
    assert kept != browser.cookies["yekuo_session"]


@pytest.mark.parametrize(
    "login", ["lisi", "nobody", "", "x\0", "' OR 1=1 --", 'lisi"; DROP TABLE account; --', "李四"]
)
def test_every_refusal_says_the_same(browser: Browser, enrol: Enrol, login: str) -> None:
    enrol("lisi")
    answer = browser.log_in(login, "' OR '1'='1")
    assert answer.status_code == 403
    assert errors.LoginRefused().message in answer.text
    assert "yekuo_session" not in browser.cookies
    assert browser.log_in("lisi").status_code == 303, "and the table is still there"


def test_what_was_typed_comes_back_as_text(browser: Browser) -> None:
    page = browser.log_in('"><script>alert(1)</script>').text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_an_unknown_login_takes_as_long(book: Book, enrol: Enrol) -> None:
    """Without a password check it would be over in a hundredth of the time."""
    enrol("lisi")
    accounts.set_password(book.engine, "lisi", PASSWORD, now=NOW, by="管理员")
    assert quickest(book, "nobody") > quickest(book, "lisi") / 4


def quickest(book: Book, login: str) -> float:
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        with pytest.raises(errors.LoginRefused):
            sessions.log_in(book.engine, login, "a guess", now=NOW, lasts=timedelta(hours=1))
        took.append(time.perf_counter() - begun)
    return min(took)


def test_five_failures_lock_for_a_quarter_of_an_hour(browser: Browser, enrol: Enrol, clock: Clock) -> None:
    enrol("lisi")
    for _ in range(5):
        assert browser.log_in("lisi", "wrong").status_code == 403
    assert browser.log_in("lisi").status_code == 403, "even with the right one"
    clock.move(minutes=14, seconds=59)
    assert browser.log_in("lisi").status_code == 403
    clock.move(seconds=1)
    assert browser.log_in("lisi").status_code == 303


def test_after_a_lock_there_are_five_again(browser: Browser, enrol: Enrol, clock: Clock) -> None:
    enrol("lisi")
    for _ in range(5):
        browser.log_in("lisi", "wrong")
    clock.move(minutes=15)
    for _ in range(4):
        browser.log_in("lisi", "wrong")
    assert browser.log_in("lisi").status_code == 303


def test_coming_in_forgets_the_failures(book: Book, browser: Browser, enrol: Enrol) -> None:
    enrol("lisi")
    for _ in range(4):
        browser.log_in("lisi", "wrong")
    assert browser.log_in("lisi").status_code == 303
    with book.engine.connect() as connection:
        assert connection.execute(sa.select(account.c.failures)).scalar_one() == 0


def test_many_guesses_at_once_are_still_five(book: Book, enrol: Enrol) -> None:
    """What is counted before the password is looked at cannot be outrun."""
    enrol("lisi")

    def guess(_: int) -> bool:
        with store.writing(book.engine) as connection:
            return accounts.attempt(connection, "lisi", NOW) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(24))) == 5


def test_a_session_ends_by_itself(browser: Browser, enrol: Enrol, clock: Clock) -> None:
    enrol("lisi")
    browser.log_in("lisi")
    clock.move(hours=11, minutes=59)
    assert browser.get("/").status_code == 200
    clock.move(minutes=1)
    assert browser.get("/").status_code == 303


def test_one_ends_the_other_sessions_and_nobody_elses(browser: Browser, enrol: Enrol) -> None:
    enrol("lisi")
    enrol("zhaoliu")
    elsewhere, other = Browser(browser.app), Browser(browser.app)
    elsewhere.log_in("lisi")
    other.log_in("zhaoliu")
    browser.log_in("lisi")
    ids = [each for each in range(1, 9) if f"/account/sessions/{each}/end" in browser.get("/account").text]
    assert len(ids) == 1
    assert other.post(f"/account/sessions/{ids[0]}/end").status_code == 404
    assert browser.post("/account/sessions/2/end").status_code == 404, "of 赵六"
    assert browser.post(f"/account/sessions/{ids[0]}/end").status_code == 303
    assert elsewhere.get("/").status_code == 303
    assert (browser.get("/").status_code, other.get("/").status_code) == (200, 200)


def test_another_password_ends_every_other_session(browser: Browser, enrol: Enrol) -> None:
    enrol("lisi")
    elsewhere = Browser(browser.app)
    elsewhere.log_in("lisi")
    browser.log_in("lisi")
    form = {"old": PASSWORD, "new": "another password", "again": "another password"}
    assert "两次输入" in browser.post("/account/password", form | {"again": "typed wrong"}).text
    assert browser.post("/account/password", form | {"old": "wrong"}).status_code == 422
    assert browser.post("/account/password", form).status_code == 303
    assert browser.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303


def test_logging_in_again_ends_the_session_before(browser: Browser, enrol: Enrol) -> None:
    enrol("lisi")
    browser.log_in("lisi")
    before = browser.cookies["yekuo_session"]
    browser.post("/login", {"login": "lisi", "password": PASSWORD})
    assert browser.cookies["yekuo_session"] != before
    browser.wear(before)
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\n/evil", "javascript:alert(1)", ""],
)
def test_one_comes_back_to_this_desk_only(browser: Browser, enrol: Enrol, back: str) -> None:
    enrol("lisi")
    assert browser.log_in("lisi", back=back).headers["location"] == "/"


def test_a_token_has_its_scopes_and_no_more_than_its_account(book: Book, enrol: Enrol) -> None:
    who = enrol("regulator")
    row = {
        "hash": sessions.digest("t0ken"),
        "account_id": who.id,
        "name": "报表",
        "scopes": "read_reports assign",
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=1),
    }
    with store.writing(book.engine) as connection:
        connection.execute(sa.insert(api_token), [row])
    found = sessions.known_token(book.engine, "t0ken", NOW)
    assert found is not None
    assert may(found, Right.READ_REPORTS)
    assert not may(found, Right.READ_POLICIES), "the account may, the token may not"
    assert not may(found, Right.ASSIGN), "the token names it, the account may not"
    assert sessions.known_token(book.engine, "t0ken", NOW + timedelta(days=1)) is None
    assert sessions.known_token(book.engine, "other", NOW) is None
