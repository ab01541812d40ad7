"""Somebody who is in already: where no password is of interest, none is hashed, and a test is quick."""

from datetime import timedelta

import sqlalchemy as sa
from fastapi import FastAPI

from tests.alerts.company import CODES, POSTS
from tests.web.browser import Browser
from tests.web.conftest import LOGINS, NOW
from web.desk import Desk
from web.rights import REACH, Reach
from web.sessions import digest
from web.tables import account, session
from workflow.people_tables import person


def entered(app: FastAPI, login: str) -> Browser:
    """The browser of a login of :data:`tests.web.conftest.LOGINS`, its account made and its session begun."""
    desk: Desk = app.state.desk
    token = f"token of {login}"
    with desk.engine.begin() as connection:
        made = connection.execute(sa.insert(account).values(_account(connection, login)))
        key = made.inserted_primary_key
        assert key is not None
        row = {
            "hash": digest(token),
            "account_id": key[0],
            "created_at": NOW,
            "seen_at": NOW,
            "expires_at": NOW + timedelta(days=2),
            "address": "127.0.0.1",
            "agent": "",
            "csrf": f"csrf of {login}",
        }
        connection.execute(sa.insert(session).values(row))
    visitor = Browser(app)
    visitor.wear(token)
    visitor.token = f"csrf of {login}"
    return visitor


def _account(connection: sa.Connection, login: str) -> dict[str, object]:
    role, name, unit = LOGINS[login]
    if name and REACH[role] in (Reach.OWN, Reach.STATION):
        unit = POSTS[name][0]
    wanted = sa.select(person.c.id).where(person.c.code == CODES.get(name or "", ""))
    return {
        "login": login,
        "person_id": connection.scalar(wanted),
        "post": role.value,
        "unit": unit,
        "password": "none opens this",
        "failures": 0,
        "created_at": NOW,
        "created_by": "管理员",
    }
