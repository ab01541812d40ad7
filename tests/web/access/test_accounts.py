"""Accounts: whom they are for, what they may be called, and what ends them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.sql import visitors

from tests.alerts.company import CITY, CODES, EAST
from tests.web.browser import PASSWORD
from tests.web.conftest import NOW
from web import errors
from web.access import account_acts, account_list, accounts, sessions, tokens
from web.access.rights import Account, Reach, Right, Role, scope_of
from web.tables import account
from workflow.book import Book
from workflow.errors import PersonUnknown
from workflow.tables import application

Enrol = Callable[[str], Account]
OTHER, WRONG = "another password", "wrong wrong"


def come_in(book: Book, login: str = "lisi", password: str = PASSWORD) -> str:
    return sessions.log_in(book.engine, login, password, now=NOW, lasts=timedelta(hours=12))


def create(book: Book, login: str = "x9", role: Role = Role.LEADER, **more: str) -> Account:
    return accounts.create(
        book.engine,
        login,
        more.get("password", PASSWORD),
        role,
        unit_name=more.get("unit", ""),
        code=more.get("code"),
        now=NOW,
        by="管理员",
    )


def test_the_station_comes_from_the_appointment_and_the_name_from_the_person(enrol: Enrol) -> None:
    made = enrol("lisi")
    assert (made.name, made.unit) == ("李四", CITY)
    assert scope_of(made).sees(CITY, "李四")
    assert not scope_of(made).sees(CITY, "王五")
    assert not scope_of(made).sees(EAST, "李四")


@pytest.mark.parametrize("login", ["x", "有名", "a b", "a'--", "-x", "x" * 65, "a\0b", ""])
def test_a_login_is_plain_letters(book: Book, login: str) -> None:
    with pytest.raises(errors.LoginInvalid):
        create(book, login)


def test_upper_case_is_the_same_login(book: Book) -> None:
    create(book, "NX9")
    with pytest.raises(errors.LoginTaken):
        create(book, "nx9")
    assert come_in(book, " Nx9 ")


def test_a_person_has_one_account(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    with pytest.raises(errors.PersonTaken, match="lisi"):
        create(book, "other", Role.ACCOUNT_MANAGER, code=CODES["李四"])
    with pytest.raises(PersonUnknown):
        create(book, "other", Role.ACCOUNT_MANAGER, code="9999")


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        (Role.CUSTOMER, ""),
        (Role.ACCOUNT_MANAGER, CITY),  # whose applications would they be?
        (Role.CLERK, ""),
        (Role.CLERK, "没有的所"),
        (Role.LEADER, CITY),
    ],
)
def test_an_account_that_could_see_nothing_of_its_own_is_refused(book: Book, role: Role, unit: str) -> None:
    with pytest.raises(errors.AccountUnfit):
        create(book, "x9", role, unit=unit)


@pytest.mark.parametrize(
    "password", ["short", "123456789", "longlogin01", "LongLogin01", "a" * 257, "tab\tin password"]
)
def test_a_password_has_rules(book: Book, password: str) -> None:
    with pytest.raises(errors.PasswordUnfit):
        create(book, "longlogin01", password=password)


def test_the_password_itself_is_nowhere(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    with book.engine.connect() as connection:
        kept = connection.execute(sa.select(account.c.password)).scalar_one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_a_new_password_opens_the_lock_and_ends_what_the_old_one_began(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    token = come_in(book)
    for _ in range(accounts.MOST_FAILURES):
        with pytest.raises(errors.LoginRefused):
            come_in(book, password=WRONG)
    accounts.set_password(book.engine, "LISI", OTHER, now=NOW, by="管理员")
    assert sessions.known(book.engine, token, NOW) is None
    assert come_in(book, password=OTHER)
    with pytest.raises(errors.LoginRefused):
        come_in(book)


def test_the_own_password_needs_the_old_one(book: Book, enrol: Enrol) -> None:
    who = enrol("lisi")
    with pytest.raises(errors.PasswordWrong):
        accounts.change_password(book.engine, who, "wrong", OTHER, now=NOW)
    accounts.change_password(book.engine, who, PASSWORD, OTHER, now=NOW)
    assert come_in(book, password=OTHER)


def test_the_old_password_cannot_be_guessed_from_inside(book: Book, enrol: Enrol) -> None:
    who = enrol("lisi")
    for _ in range(accounts.MOST_FAILURES):
        with pytest.raises(errors.PasswordWrong):
            accounts.change_password(book.engine, who, "wrong", OTHER, now=NOW)
    with pytest.raises(errors.PasswordWrong):
        accounts.change_password(book.engine, who, PASSWORD, OTHER, now=NOW)
    accounts.change_password(book.engine, who, PASSWORD, OTHER, now=NOW + accounts.LOCKED_FOR)


def test_disabled_is_out_at_once_and_enabled_in_again(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    token = come_in(book)
    assert accounts.disable(book.engine, "lisi", NOW, by="管理员")
    assert not accounts.disable(book.engine, "lisi", NOW, by="管理员")
    assert sessions.known(book.engine, token, NOW) is None
    with pytest.raises(errors.LoginRefused):
        come_in(book)
    assert accounts.enable(book.engine, "lisi", NOW, by="管理员")
    assert not accounts.enable(book.engine, "lisi", NOW, by="管理员")
    assert sessions.known(book.engine, token, NOW) is None
    assert come_in(book)


def test_another_post_holds_in_a_session_that_is_open(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    token = come_in(book)
    accounts.set_role(book.engine, "lisi", Role.LEADER, now=NOW, by="管理员")
    current = sessions.known(book.engine, token, NOW)
    assert current is not None
    assert scope_of(current.account).reach is Reach.COMPANY


def test_the_list_counts_open_sessions(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    come_in(book)
    come_in(book)
    assert [(each.account.login, each.sessions) for each in account_list.listed(book.engine, NOW)] == [
        ("lisi", 2)
    ]
    assert accounts.end_sessions(book.engine, "lisi", NOW, by="管理员") == 2
    assert [each.sessions for each in account_list.listed(book.engine, NOW)] == [0]
    with pytest.raises(errors.AccountUnknown):
        accounts.end_sessions(book.engine, "nobody", NOW, by="管理员")


def test_nobody_puts_out_the_last_administrator(book: Book, enrol: Enrol) -> None:
    enrol("admin")
    for put_out in (
        lambda: accounts.disable(book.engine, "admin", NOW, by="管理员"),
        lambda: accounts.set_role(book.engine, "admin", Role.LEADER, now=NOW, by="管理员"),
    ):
        with pytest.raises(errors.LastAdministrator):
            put_out()
    create(book, "second", Role.ADMINISTRATOR)
    assert accounts.disable(book.engine, "admin", NOW, by="管理员")
    with pytest.raises(errors.LastAdministrator):
        accounts.disable(book.engine, "second", NOW, by="管理员")
    accounts.set_role(book.engine, "second", Role.ADMINISTRATOR, now=NOW, by="管理员")


def test_of_two_administrators_who_put_each_other_out_one_stays(book: Book, enrol: Enrol) -> None:
    first, second = enrol("admin"), create(book, "second", Role.ADMINISTRATOR)
    start = Barrier(2)

    def put_out(login: str, by: Account) -> bool:
        start.wait()
        try:
            return accounts.disable(book.engine, login, NOW, by=by)
        except errors.LastAdministrator:
            return False

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(put_out, ("second", "admin"), (first, second)))
    assert sorted(done) == [False, True]


def test_nobody_changes_the_own_account_from_above(book: Book, enrol: Enrol) -> None:
    own = enrol("admin")
    create(book, "second", Role.ADMINISTRATOR)
    for change in (
        lambda: accounts.disable(book.engine, "admin", NOW, by=own),
        lambda: accounts.set_role(book.engine, "admin", Role.LEADER, now=NOW, by=own),
        lambda: accounts.set_password(book.engine, "admin", OTHER, now=NOW, by=own),
        lambda: accounts.end_sessions(book.engine, "admin", NOW, by=own),
    ):
        with pytest.raises(errors.OwnAccount, match="admin"):
            change()


def test_what_was_done_is_noted_with_who_did_it_and_what_was_not_is_not(book: Book, enrol: Enrol) -> None:
    admin, code = enrol("admin"), CODES["李四"]
    lisi = accounts.create(
        book.engine, "lisi", PASSWORD, Role.ACCOUNT_MANAGER, code=code, now=NOW, by="管理员"
    )
    come_in(book)
    accounts.set_role(book.engine, "lisi", Role.ACCOUNT_MANAGER, now=NOW, by=admin)
    with pytest.raises(errors.AccountUnfit):
        accounts.set_role(book.engine, "lisi", Role.LEADER, unit_name=CITY, now=NOW, by=admin)
    accounts.enable(book.engine, "lisi", NOW, by=admin)
    assert [each.act.value for each in account_acts.noted(book.engine, lisi.id).rows] == ["created"]
    accounts.end_sessions(book.engine, "lisi", NOW, by=admin)
    accounts.set_role(book.engine, "lisi", Role.METERING, now=NOW, by=admin)
    made = tokens.issue(book.engine, lisi, "对接", [Right.READ_ALERTS], 30, NOW)
    tokens.revoke(book.engine, lisi, made.token.id, NOW, by=admin)
    accounts.change_password(book.engine, lisi, PASSWORD, OTHER, now=NOW)
    accounts.set_password(book.engine, "lisi", PASSWORD, now=NOW, by="命令行")
    accounts.disable(book.engine, "lisi", NOW, by=admin)
    accounts.enable(book.engine, "lisi", NOW + timedelta(days=1), by="x" * 65)
    told = account_acts.noted(book.engine, lisi.id).rows
    assert [(each.act.label, each.detail, each.actor) for each in reversed(told)] == [
        ("建立账户", f"客户经理（{CITY}），工号 {CODES['李四']}", "管理员"),
        ("结束全部登录", "1 处", "admin"),
        ("改岗位和单位", f"由客户经理（{CITY}）改为{Role.METERING.label}（{CITY}）", "admin"),
        ("建立令牌", "“对接”，查看预警告警，有效到 2026-12-20 18:00", "lisi"),
        ("停用令牌", "“对接”", "admin"),
        ("重设密码", "", "lisi"),
        ("重设密码", "", "命令行"),
        ("停用", "", "admin"),
        ("启用", "", "x" * 64),
    ]
    assert told[0].at == NOW + timedelta(days=1)
    first = account_acts.noted(book.engine, lisi.id, limit=5)
    rest = account_acts.noted(book.engine, lisi.id, after=first.next, limit=5)
    assert (*first.rows, *rest.rows, rest.next) == (*told, None)


def test_the_list_is_narrowed_and_turned(book: Book, enrol: Enrol) -> None:
    for login in ("admin", "lisi", "sunba"):
        enrol(login)
    accounts.disable(book.engine, "sunba", NOW, by="管理员")
    with book.engine.begin() as connection:
        lisi = sa.update(account).where(account.c.login == "lisi")
        connection.execute(lisi.values(locked_until=NOW + timedelta(minutes=1)))

    def logins(**asked: Any) -> list[str]:
        return [each.account.login for each in account_list.listed(book.engine, NOW, **asked)]

    assert logins(state=account_list.AccountState.LOCKED) == ["lisi"]
    assert logins(state=account_list.AccountState.OPEN) == ["admin"]
    assert logins(state=account_list.AccountState.DISABLED) == ["sunba"]
    for state in account_list.AccountState:
        found = account_list.listed(book.engine, NOW, state=state)
        assert {each.state(NOW) for each in found} == {state}
    assert logins(text="李") == logins(text="LIS") == logins(text=CITY) == ["lisi"]
    assert logins(text="%") == []
    assert logins(role=Role.LEADER) == ["sunba"]
    assert (logins(limit=2), logins(after="lisi")) == (["admin", "lisi"], ["sunba"])


def test_the_list_says_when_it_was_last_used(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    assert account_list.view_of(book.engine, "LISI", NOW).seen_at is None
    come_in(book)
    found = account_list.view_of(book.engine, "lisi", NOW)
    assert (found.seen_at, found.sessions, found.code) == (NOW, 1, CODES["李四"])
    for unknown in ("nobody", "a\0b", ""):
        with pytest.raises(errors.AccountUnknown):
            account_list.view_of(book.engine, unknown, NOW)


def test_the_condition_of_a_scope_says_what_it_says_of_one_row(book: Book, enrol: Enrol) -> None:
    """Every kind of scope on every combination of station and manager, in Python and in SQL."""
    places = [(station, manager) for station in (CITY, EAST) for manager in ("李四", "王五", "")]
    for login in ("lisi", "zhaoliu", "sunba", "regulator", "admin"):
        scope = scope_of(enrol(login))
        with book.engine.connect() as connection:
            for station, manager in places:
                row = sa.select(
                    sa.literal(station).label("station"), sa.literal(manager).label("manager")
                ).subquery()
                wanted = sa.select(sa.literal(1)).select_from(row).where(_about(scope.where(), row))
                seen = connection.execute(wanted).first() is not None
                assert seen is scope.sees(station, manager), (login, station, manager)


def _about(condition: sa.ColumnElement[bool], row: sa.Subquery) -> sa.ColumnElement[bool]:
    """``condition`` of ``row`` instead of the table."""
    swap = {application.c.station: row.c.station, application.c.manager: row.c.manager}

    def other(each: Any, **_: Any) -> Any:
        return swap.get(each) if isinstance(each, sa.Column) else None

    replaced: sa.ColumnElement[bool] = visitors.replacement_traverse(condition, {}, other)  # type: ignore[call-overload]
    return replaced
