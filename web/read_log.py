"""Who has read what (domain §7 ``designated``: related staff reading a case before its plan is given)."""

from datetime import datetime

import sqlalchemy as sa

from web.rights import Account
from web.tables import read_log
from workflow import store

LONGEST_WHAT = 32


def note_read(engine: sa.Engine, account: Account, application_id: int, what: str, now: datetime) -> None:
    """Record that ``account`` was shown an application; ``what`` is one word: ``page``, ``api`` …"""
    row = {"account_id": account.id, "application_id": application_id, "at": now, "what": what[:LONGEST_WHAT]}
    with store.writing(engine) as connection:
        connection.execute(sa.insert(read_log), [row])
