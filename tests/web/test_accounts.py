"""Accounts: whom they are for, what they may be called, and what ends them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.sql import visitors

from tests.alerts.company import CITY, CODES, EAST
from tests.web.browser import PASSWORD
from tests.web.conftest import NOW
from web import accounts, errors, sessions
from web.rights import Account, Reach, Role, scope_of
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
        actor="管理员",
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
    for _ in range(sessions.MOST_FAILURES):
        with pytest.raises(errors.LoginRefused):
            come_in(book, password=WRONG)
    accounts.set_password(book.engine, "LISI", OTHER, now=NOW)
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


def test_disabled_is_out_at_once_and_enabled_in_again(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    token = come_in(book)
    assert accounts.disable(book.engine, "lisi", NOW)
    assert not accounts.disable(book.engine, "lisi", NOW)
    assert sessions.known(book.engine, token, NOW) is None
    with pytest.raises(errors.LoginRefused):
        come_in(book)
    assert accounts.enable(book.engine, "lisi")
    assert not accounts.enable(book.engine, "lisi")
    assert sessions.known(book.engine, token, NOW) is None
    assert come_in(book)


def test_another_post_holds_in_a_session_that_is_open(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    token = come_in(book)
    accounts.set_role(book.engine, "lisi", Role.LEADER, now=NOW)
    current = sessions.known(book.engine, token, NOW)
    assert current is not None
    assert scope_of(current.account).reach is Reach.COMPANY


def test_the_list_counts_open_sessions(book: Book, enrol: Enrol) -> None:
    enrol("lisi")
    come_in(book)
    come_in(book)
    assert [(each.account.login, each.sessions) for each in accounts.listed(book.engine, NOW)] == [
        ("lisi", 2)
    ]
    assert accounts.end_sessions(book.engine, "lisi", NOW) == 2
    assert [each.sessions for each in accounts.listed(book.engine, NOW)] == [0]
    with pytest.raises(errors.AccountUnknown):
        accounts.end_sessions(book.engine, "nobody", NOW)


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
