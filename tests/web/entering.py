"""Somebody who is in already: where no password is of interest, none is checked, and a test is quick."""

from datetime import timedelta

import sqlalchemy as sa
from fastapi import FastAPI

from tests.web.browser import Browser
from tests.web.conftest import account_of
from web.access.sessions import digest
from web.desk import Desk
from web.tables import session
from workflow import store


def entered(app: FastAPI, login: str) -> Browser:
    """The browser of a login of :data:`tests.web.conftest.LOGINS`, its account there and its session begun."""
    desk: Desk = app.state.desk
    token, now = f"token of {login}", desk.now()
    row = {
        "hash": digest(token),
        "account_id": account_of(desk.engine, login).id,
        "created_at": now,
        "seen_at": now,
        "expires_at": now + timedelta(days=2),
        "address": "127.0.0.1",
        "agent": "",
        "csrf": f"csrf of {login}",
    }
    with store.writing(desk.engine) as connection:
        connection.execute(sa.insert(session), [row])
    visitor = Browser(app)
    visitor.wear(token)
    visitor.token = f"csrf of {login}"
    return visitor
