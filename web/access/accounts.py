"""Accounts: made, changed and disabled, and noted who did it. Who may do so is for the caller to know.

``by`` is the account at the desk that does it, or the name of whoever runs a command on the machine.
"""

import re
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from limits.zone import local
from web import errors
from web.access import passwords
from web.access.account_acts import AccountAct, Doer, name_of, note
from web.access.rights import MATRIX, REACH, Account, Reach, Role
from web.tables import account, api_token, session
from workflow import store
from workflow.errors import PersonUnknown
from workflow.people.organisation import UnitKind
from workflow.people.tables import appointment, person, unit

# X: both figures; no source gives any.
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


def create(
    engine: sa.Engine,
    login: str,
    password: str,
    role: Role,
    *,
    unit_name: str = "",
    code: str | None = None,
    now: datetime,
    by: Doer,
) -> Account:
    """A new account; ``code`` is the 工号 of its person. The first one needs no other to be there.

    Without ``unit_name`` a station's post takes the station the person is appointed to. Raises LoginInvalid,
    LoginTaken, PersonUnknown, PersonTaken, AccountUnfit or PasswordUnfit.
    """
    login = refined(login)
    if not LOGIN.fullmatch(login):
        raise errors.LoginInvalid(login=login[:64])
    kept = passwords.hashed(login, password)
    try:
        with store.writing(engine) as connection:
            person_id = _person(connection, code) if code else None
            row = {
                "login": login,
                "person_id": person_id,
                "post": role.value,
                "unit": _unit(connection, login, role, unit_name, person_id, now),
                "password": kept,
                "failures": 0,
                "created_at": now,
                "created_by": name_of(by),
            }
            _refuse_taken(connection, login, person_id, code)
            connection.execute(sa.insert(account), [row])
            made = named(connection, login)
            detail = f"{_standing(made)}，工号 {code}" if code else _standing(made)
            note(connection, made.id, AccountAct.CREATED, by=by, at=now, detail=detail)
            return made
    except sa.exc.IntegrityError as error:  # another was quicker with the same login or person
        raise errors.LoginTaken(login=login) from error


def set_password(engine: sa.Engine, login: str, password: str, *, now: datetime, by: Doer) -> None:
    """A new password, and the way in is open again: no lock, no session that the old one began, and no token.

    Raises AccountUnknown, PasswordUnfit or OwnAccount.
    """
    login = refined(login)
    kept = passwords.hashed(login, password)
    with store.writing(engine) as connection:
        found = named(connection, login)
        _refuse_own(found, by)
        _replace_password(connection, found, kept, now, by=by)
        _revoke_tokens(connection, found, now, by=by)


def change_password(
    engine: sa.Engine, who: Account, old: str, new: str, *, now: datetime, but: int = 0
) -> None:
    """The same by the person, who knows the old one; ``but`` is the session that stays.

    A wrong one counts as a failure to log in: a browser left open is no place to guess.  Raises PasswordWrong
    or PasswordUnfit.
    """
    with store.writing(engine) as connection:
        held = attempt(connection, who.login, now)
    if not passwords.matches(held, old):
        raise errors.PasswordWrong
    kept = passwords.hashed(who.login, new)
    with store.writing(engine) as connection:
        _replace_password(connection, who, kept, now, by=who, but=but)


def attempt(connection: sa.Connection, login: str, now: datetime) -> str | None:
    """Count an attempt; the password's hash, or None where nobody may come in."""
    theirs = account.c.login == login
    # The row is held from here on: of two attempts at once the second counts after the first.
    connection.execute(sa.update(account).where(theirs).values(failures=account.c.failures + 1))
    row = connection.execute(sa.select(account).where(theirs)).first()
    if row is None or row.disabled_at is not None:
        return None
    if row.locked_until is not None and row.locked_until > now:
        return None
    # After a lock has run out the count begins anew.
    count = 1 if row.locked_until is not None else row.failures
    until = now + LOCKED_FOR if count >= MOST_FAILURES else None
    connection.execute(sa.update(account).where(theirs).values(failures=count, locked_until=until))
    kept: str = row.password
    return kept


def set_role(
    engine: sa.Engine, login: str, role: Role, *, unit_name: str = "", now: datetime, by: Doer
) -> Account:
    """Another post for the account of somebody who changed theirs; holds from the next request on.

    Raises AccountUnfit, OwnAccount or LastAdministrator.
    """
    login = refined(login)
    with store.writing(engine) as connection:
        found = named(connection, login)
        _refuse_own(found, by)
        if role is not Role.ADMINISTRATOR:
            _refuse_last(connection, found)
        its_unit = _unit(connection, login, role, unit_name, found.person_id, now)
        values = {"post": role.value, "unit": its_unit}
        connection.execute(sa.update(account).where(account.c.id == found.id).values(values))
        changed = named(connection, login)
        if changed != found:
            detail = f"由{_standing(found)}改为{_standing(changed)}"
            note(connection, found.id, AccountAct.ROLE, by=by, at=now, detail=detail)
        return changed


def disable(engine: sa.Engine, login: str, now: datetime, *, by: Doer) -> bool:
    """Nobody comes in by ``login`` or a token of it any more, nor stays in; whether that was not so already.

    Enabled again it has no token: whoever held one asks its owner for another.

    Raises OwnAccount or LastAdministrator.
    """
    with store.writing(engine) as connection:
        found = named(connection, refined(login))
        _refuse_own(found, by)
        _refuse_last(connection, found)
        open_one = sa.and_(account.c.id == found.id, account.c.disabled_at.is_(None))
        done = connection.execute(sa.update(account).where(open_one).values(disabled_at=now)).rowcount
        end_all(connection, found.id, now)
        _revoke_tokens(connection, found, now, by=by)
        if done:
            note(connection, found.id, AccountAct.DISABLE, by=by, at=now)
    return bool(done)


def enable(engine: sa.Engine, login: str, now: datetime, *, by: Doer) -> bool:
    """The way in by ``login`` is open again; whether it was closed."""
    with store.writing(engine) as connection:
        found = named(connection, refined(login))
        closed = sa.and_(account.c.id == found.id, account.c.disabled_at.is_not(None))
        done = connection.execute(sa.update(account).where(closed).values(disabled_at=None)).rowcount
        if done:
            note(connection, found.id, AccountAct.ENABLE, by=by, at=now)
    return bool(done)


def end_sessions(engine: sa.Engine, login: str, now: datetime, *, by: Doer) -> int:
    """End whatever is open of ``login``; how many sessions that were. Raises OwnAccount."""
    with store.writing(engine) as connection:
        found = named(connection, refined(login))
        _refuse_own(found, by)
        ended = end_all(connection, found.id, now)
        if ended:
            note(connection, found.id, AccountAct.END, by=by, at=now, detail=f"{ended} 处")
    return ended


def end_all(connection: sa.Connection, account_id: int, now: datetime, *, but: int = 0) -> int:
    """End the sessions of an account, all ``but`` the one of this id."""
    theirs = sa.and_(session.c.account_id == account_id, session.c.ended_at.is_(None), session.c.id != but)
    alive = sa.and_(theirs, session.c.expires_at > now)
    return connection.execute(sa.update(session).where(alive).values(ended_at=now)).rowcount


ACCOUNTS = sa.select(account, person.c.name.label("person_name")).outerjoin(
    person, person.c.id == account.c.person_id
)


def account_of(row: sa.Row[Any]) -> Account:
    """The account of a row of :data:`ACCOUNTS`."""
    role = Role.of(row.post)
    name = row.person_name or row.login
    return Account(row.id, row.login, name, role, row.unit, row.person_id, MATRIX[role])


def named(connection: sa.Connection, login: str) -> Account:
    """The account of a login; raises AccountUnknown."""
    wanted = ACCOUNTS.where(account.c.login == login)
    row = connection.execute(wanted).first() if LOGIN.fullmatch(login) else None
    if row is None:
        raise errors.AccountUnknown(login=login[:64])
    return account_of(row)


def refined(login: str) -> str:
    """A login as it is kept."""
    return login.strip().lower()


def _replace_password(
    connection: sa.Connection, found: Account, kept: str, now: datetime, *, by: Doer, but: int = 0
) -> None:
    fresh = {"password": kept, "failures": 0, "locked_until": None}
    connection.execute(sa.update(account).where(account.c.id == found.id).values(fresh))
    end_all(connection, found.id, now, but=but)
    note(connection, found.id, AccountAct.PASSWORD, by=by, at=now)


def _revoke_tokens(connection: sa.Connection, found: Account, now: datetime, *, by: Doer) -> None:
    """Nobody comes by a token that was made while somebody else may have known the password."""
    theirs = sa.and_(api_token.c.account_id == found.id, api_token.c.revoked_at.is_(None))
    alive = sa.and_(theirs, api_token.c.expires_at > now)
    names = connection.scalars(sa.select(api_token.c.name).where(alive).order_by(api_token.c.id)).all()
    connection.execute(sa.update(api_token).where(theirs).values(revoked_at=now))
    for name in names:
        note(connection, found.id, AccountAct.TOKEN_REVOKED, by=by, at=now, detail=f"“{name}”")


def _standing(found: Account) -> str:
    """As what an account comes in."""
    return f"{found.role.label}（{found.unit}）" if found.unit else found.role.label


def _refuse_own(found: Account, by: Doer) -> None:
    """X: whoever manages accounts changes nobody's standing by mistake while being in it."""
    if isinstance(by, Account) and found.id == by.id:
        raise errors.OwnAccount(login=found.login)


def _refuse_last(connection: sa.Connection, found: Account) -> None:
    """X: without an administrator nobody can make one at the desk.

    All of them are held until the end, so that of two who put each other out only the first does.
    """
    if found.role is not Role.ADMINISTRATOR:
        return
    administrators = account.c.post == Role.ADMINISTRATOR.value
    connection.execute(sa.update(account).where(administrators).values(failures=account.c.failures))
    open_ones = sa.select(account.c.id).where(administrators, account.c.disabled_at.is_(None))
    if set(connection.scalars(open_ones)) == {found.id}:
        raise errors.LastAdministrator(login=found.login)


def _person(connection: sa.Connection, code: str) -> int:
    found: int | None = connection.scalar(sa.select(person.c.id).where(person.c.code == code))
    if found is None:
        raise PersonUnknown(code=code)
    return found


def _refuse_taken(connection: sa.Connection, login: str, person_id: int | None, code: str | None) -> None:
    logins = sa.select(account.c.login)
    if connection.execute(logins.where(account.c.login == login)).first():
        raise errors.LoginTaken(login=login)
    theirs = connection.execute(logins.where(account.c.person_id == person_id)).scalar()
    if person_id is not None and theirs:
        raise errors.PersonTaken(code=code, login=theirs)


def _unit(
    connection: sa.Connection,
    login: str,
    role: Role,
    name: str,
    person_id: int | None,
    now: datetime,
) -> str:
    """The station the account sees, empty for all others; raises AccountUnfit."""
    reach = REACH[role]
    if role is Role.CUSTOMER:
        raise errors.AccountUnfit(login=login, problem="客户不用账户，查进度凭申请编号和查询码")
    if reach is Reach.OWN and person_id is None:
        raise errors.AccountUnfit(login=login, problem=f"{role.label}只看本人经办的申请，要写明工号")
    if reach not in (Reach.OWN, Reach.STATION):
        if name:
            raise errors.AccountUnfit(login=login, problem=f"{role.label}不分供电所，不写单位")
        return ""
    stations = _stations_named(connection, name) if name else _stations(connection, person_id, now)
    if len(stations) != 1 and (name or reach is Reach.STATION):
        known = "没有这个供电所" if name else "看不出是哪个供电所"
        raise errors.AccountUnfit(login=login, problem=f"{known}，请用组织机构里的供电所名称写明单位")
    return stations[0] if len(stations) == 1 else ""


def _stations_named(connection: sa.Connection, name: str) -> list[str]:
    wanted = sa.select(unit.c.name).where(unit.c.kind == UnitKind.STATION.value, unit.c.name == name)
    return list(connection.scalars(wanted))


def _stations(connection: sa.Connection, person_id: int | None, now: datetime) -> list[str]:
    """The stations the person is appointed to at ``now``."""
    held, day = appointment.c, local(now).date()
    wanted = (
        sa.select(unit.c.name)
        .join(appointment, held.unit_id == unit.c.id)
        .where(
            held.person_id == person_id,
            unit.c.kind == UnitKind.STATION.value,
            held.since <= day,
            sa.or_(held.until.is_(None), held.until >= day),
        )
        .distinct()
    )
    return list(connection.scalars(wanted))
