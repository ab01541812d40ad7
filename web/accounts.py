"""Accounts: made, changed, disabled, and listed. Who may do so is for the caller to know."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.zone import local
from web import errors, passwords
from web.rights import MATRIX, REACH, Account, Reach, Role
from web.tables import account, session
from workflow import store
from workflow.errors import PersonUnknown
from workflow.organisation import UnitKind
from workflow.people_tables import appointment, person, unit

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as an administrator sees it; ``sessions`` is how many are open."""

    account: Account
    created_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None
    sessions: int


def create(
    engine: sa.Engine,
    login: str,
    password: str,
    role: Role,
    *,
    unit_name: str = "",
    code: str | None = None,
    now: datetime,
    actor: str,
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
                "created_by": actor,
            }
            _refuse_taken(connection, login, person_id, code)
            connection.execute(sa.insert(account), [row])
            return _read(connection, login)
    except sa.exc.IntegrityError as error:  # another was quicker with the same login or person
        raise errors.LoginTaken(login=login) from error


def set_password(engine: sa.Engine, login: str, password: str, *, now: datetime, but: int = 0) -> None:
    """A new password, and the way in is open again: no lock, and no session that the old one began.

    ``but`` is the session that may stay.
    """
    login = refined(login)
    kept = passwords.hashed(login, password)
    with store.writing(engine) as connection:
        found = _read(connection, login)
        fresh = {"password": kept, "failures": 0, "locked_until": None}
        connection.execute(sa.update(account).where(account.c.id == found.id).values(fresh))
        end_all(connection, found.id, now, but=but)


def change_password(
    engine: sa.Engine, who: Account, old: str, new: str, *, now: datetime, but: int = 0
) -> None:
    """The same by the person, who knows the old one; raises PasswordWrong or PasswordUnfit."""
    with store.reading(engine) as connection:
        kept = connection.execute(sa.select(account.c.password).where(account.c.id == who.id)).scalar_one()
    if not passwords.matches(kept, old):
        raise errors.PasswordWrong
    set_password(engine, who.login, new, now=now, but=but)


def set_role(engine: sa.Engine, login: str, role: Role, *, unit_name: str = "", now: datetime) -> Account:
    """Another post for the account of somebody who changed theirs; holds from the next request on."""
    login = refined(login)
    with store.writing(engine) as connection:
        found = _read(connection, login)
        its_unit = _unit(connection, login, role, unit_name, found.person_id, now)
        values = {"post": role.value, "unit": its_unit}
        connection.execute(sa.update(account).where(account.c.id == found.id).values(values))
        return _read(connection, login)


def disable(engine: sa.Engine, login: str, now: datetime) -> bool:
    """Nobody comes in by ``login`` any more, nor stays in; whether that was not so already."""
    with store.writing(engine) as connection:
        found = _read(connection, refined(login))
        open_one = sa.and_(account.c.id == found.id, account.c.disabled_at.is_(None))
        done = connection.execute(sa.update(account).where(open_one).values(disabled_at=now)).rowcount
        end_all(connection, found.id, now)
    return bool(done)


def enable(engine: sa.Engine, login: str) -> bool:
    """The way in by ``login`` is open again; whether it was closed."""
    with store.writing(engine) as connection:
        found = _read(connection, refined(login))
        closed = sa.and_(account.c.id == found.id, account.c.disabled_at.is_not(None))
        return bool(connection.execute(sa.update(account).where(closed).values(disabled_at=None)).rowcount)


def end_sessions(engine: sa.Engine, login: str, now: datetime) -> int:
    """End whatever is open of ``login``; how many sessions that were."""
    with store.writing(engine) as connection:
        return end_all(connection, _read(connection, refined(login)).id, now)


def end_all(connection: sa.Connection, account_id: int, now: datetime, *, but: int = 0) -> int:
    """End the sessions of an account, all ``but`` the one of this id."""
    theirs = sa.and_(session.c.account_id == account_id, session.c.ended_at.is_(None), session.c.id != but)
    alive = sa.and_(theirs, session.c.expires_at > now)
    return connection.execute(sa.update(session).where(alive).values(ended_at=now)).rowcount


def listed(engine: sa.Engine, now: datetime) -> list[AccountView]:
    """Every account by login."""
    alive = sa.and_(
        session.c.account_id == account.c.id, session.c.ended_at.is_(None), session.c.expires_at > now
    )
    count = sa.select(sa.func.count()).where(alive).scalar_subquery().label("sessions")
    with store.reading(engine) as connection:
        rows = connection.execute(ACCOUNTS.add_columns(count).order_by(account.c.login)).all()
    return [
        AccountView(account_of(row), row.created_at, row.disabled_at, row.locked_until, row.sessions)
        for row in rows
    ]


ACCOUNTS = sa.select(account, person.c.name.label("person_name")).outerjoin(
    person, person.c.id == account.c.person_id
)


def account_of(row: sa.Row[Any]) -> Account:
    """The account of a row of :data:`ACCOUNTS`."""
    role = Role.of(row.post)
    name = row.person_name or row.login
    return Account(row.id, row.login, name, role, row.unit, row.person_id, MATRIX[role])


def refined(login: str) -> str:
    """A login as it is kept."""
    return login.strip().lower()


def _read(connection: sa.Connection, login: str) -> Account:
    row = connection.execute(ACCOUNTS.where(account.c.login == login)).first()
    if row is None:
        raise errors.AccountUnknown(login=login[:64])
    return account_of(row)


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
