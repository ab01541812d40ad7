"""The tables of the desk: who may come in, who is in, and who has read what.

No secret is stored: a password as its argon2 hash, a token as the SHA-256 of something too long to guess.
"""

import sqlalchemy as sa

from alerts.tables import alert
from workflow.people import tables as people_tables
from workflow.tables import Instant, application, surrogate

metadata = alert.metadata


def _account_id() -> sa.Column[int]:
    return sa.Column("account_id", sa.ForeignKey("account.id"), nullable=False)


account = sa.Table(
    "account",
    metadata,
    surrogate(),
    # In lower case: nobody may come in as somebody else by the size of a letter.
    sa.Column("login", sa.String(64), nullable=False, unique=True),
    # A person has one account; an administrator need be nobody of the organisation.
    sa.Column("person_id", sa.ForeignKey(people_tables.person.c.id), unique=True),
    # A web.access.rights.Role.
    sa.Column("post", sa.String(32), nullable=False),
    # The station the account sees; empty where the post sees the company or nothing.
    sa.Column("unit", sa.String(128), nullable=False),
    sa.Column("password", sa.String(256), nullable=False),
    # Attempts since the last one that came in.
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked_until", Instant),
    sa.Column("disabled_at", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
)

session = sa.Table(
    "session",
    metadata,
    surrogate(),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    _account_id(),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("agent", sa.String(256), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Index("ix_session_account_id", "account_id"),
)

api_token = sa.Table(
    "api_token",
    metadata,
    surrogate(),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    _account_id(),
    sa.Column("name", sa.String(64), nullable=False),
    # The web.access.rights.Right values it may use, with spaces between; never more than the account itself may.
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.Column("revoked_at", Instant),
    sa.UniqueConstraint("account_id", "name"),
)

account_act = sa.Table(
    "account_act",
    metadata,
    surrogate(),
    _account_id(),
    # A web.access.account_acts.AccountAct.
    sa.Column("act", sa.String(32), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    # A login, or the name given on the command line.
    sa.Column("actor", sa.String(64), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_account_act_account_id", "account_id"),
)

read_log = sa.Table(
    "read_log",
    metadata,
    surrogate(),
    _account_id(),
    sa.Column("application_id", sa.ForeignKey(application.c.id), nullable=False),
    sa.Column("at", Instant, nullable=False),
    # What was looked at, in one word: ``page``, ``api``, ``documents`` …
    sa.Column("what", sa.String(32), nullable=False),
    sa.Index("ix_read_log_application_id_at", "application_id", "at"),
    sa.Index("ix_read_log_account_id_at", "account_id", "at"),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    surrogate(),
    sa.Column("key", sa.String(128), nullable=False),
    _account_id(),
    sa.Column("route", sa.String(128), nullable=False),
    # SHA-256 of what was sent: the same key with other contents is refused.
    sa.Column("request", sa.String(64), nullable=False),
    # Null while the first request is still at work.
    sa.Column("status", sa.Integer),
    sa.Column("body", sa.Text),
    sa.Column("at", Instant, nullable=False),
    # What is sent twice is done once: the second to insert waits or loses.
    sa.UniqueConstraint("account_id", "key"),
    sa.Index("ix_idempotency_at", "at"),
)

saved_view = sa.Table(
    "saved_view",
    metadata,
    surrogate(),
    _account_id(),
    sa.Column("name", sa.String(32), nullable=False),
    # The filters of 我的工单 as an address has them: the words the page knows, and nothing else.
    sa.Column("query", sa.Text, nullable=False),
    # At most one of an account: what its queue opens with.
    sa.Column("is_start", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("account_id", "name"),
)
