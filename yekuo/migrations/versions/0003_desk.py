"""Accounts, sessions, tokens and what was read"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_accounts()
    _create_queue()


def downgrade() -> None:
    _drop_queue()
    _drop_accounts()


# -- accounts and what hangs on them --------------------------------------------------------------


def _id() -> "sa.Column[int]":
    return sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
    )


def _key(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _create_accounts() -> None:
    op.create_table(
        "account",
        _id(),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("post", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "session",
        _id(),
        sa.Column("hash", sa.String(length=64), nullable=False),
        _key("account_id"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=256), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("hash", name=op.f("uq_session_hash")),
    )
    op.create_index("ix_session_account_id", "session", ["account_id"])
    op.create_table(
        "api_token",
        _id(),
        sa.Column("hash", sa.String(length=64), nullable=False),
        _key("account_id"),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_api_token_account_id_name")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_table(
        "read_log",
        _id(),
        _key("account_id"),
        _key("application_id"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_read_log_account")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_read_log_application")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_log")),
    )
    op.create_index("ix_read_log_application_id_at", "read_log", ["application_id", "at"])
    op.create_index("ix_read_log_account_id_at", "read_log", ["account_id", "at"])
    op.create_table(
        "idempotency",
        _id(),
        sa.Column("key", sa.String(length=128), nullable=False),
        _key("account_id"),
        sa.Column("route", sa.String(length=128), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_idempotency_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_idempotency_account_id_key")),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"])


def _drop_accounts() -> None:
    for name in ("idempotency", "read_log", "api_token", "session", "account"):
        op.drop_table(name)


# -- what the queue is sorted by, and the secret behind the customers' codes ------------------------

_LEVELS = ("blue", "orange", "yellow", "red")


def _create_queue() -> None:
    op.create_table(
        "secret",
        _id(),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secret")),
        sa.UniqueConstraint("name", name=op.f("uq_secret_name")),
    )
    for name in ("due_at", *(f"{level}_at" for level in _LEVELS)):
        op.add_column("application", sa.Column(name, sa.DateTime(), nullable=True))
    _fill_queue()
    op.create_index(
        "ix_application_status_manager_station", "application", ["status", "manager", "station"], unique=False
    )
    op.create_index("ix_application_status_station", "application", ["status", "station"], unique=False)
    op.create_index(
        "ix_application_urgency",
        "application",
        ["status", "red_at", "yellow_at", "orange_at", "blue_at", "due_at", "number"],
        unique=False,
    )


def _fill_queue() -> None:
    """What the clocks and levels already written say; the same as the records say of them."""
    instants = [sa.column(f"{level}_at", sa.DateTime()) for level in _LEVELS]
    application = sa.table("application", sa.column("id"), sa.column("due_at", sa.DateTime()), *instants)
    clock = sa.table(
        "clock",
        *(sa.column(name) for name in ("application_id", "layer", "name", "superseded_at", "verdict")),
        sa.column("due_at", sa.DateTime()),
    )
    threshold = sa.table(
        "threshold",
        *(sa.column(name) for name in ("application_id", "layer", "name", "level", "withdrawn_at")),
        sa.column("crosses_at", sa.DateTime()),
    )
    running = sa.and_(
        clock.c.application_id == application.c.id,
        clock.c.superseded_at.is_(None),
        clock.c.verdict.is_(None),
    )
    due = sa.select(sa.func.min(clock.c.due_at)).where(running).scalar_subquery()
    op.execute(sa.update(application).values(due_at=due))
    for rank, level in enumerate(_LEVELS):
        reached = (
            sa.select(sa.func.min(threshold.c.crosses_at))
            .join(clock, sa.and_(clock.c.layer == threshold.c.layer, clock.c.name == threshold.c.name))
            .where(
                running,
                threshold.c.application_id == application.c.id,
                threshold.c.withdrawn_at.is_(None),
                threshold.c.level.in_(_LEVELS[rank:]),
            )
            .correlate(application)
            .scalar_subquery()
        )
        op.execute(sa.update(application).values({f"{level}_at": reached}))


def _drop_queue() -> None:
    op.drop_index("ix_application_urgency", "application")
    op.drop_index("ix_application_status_station", "application")
    op.drop_index("ix_application_status_manager_station", "application")
    for name in ("due_at", *(f"{level}_at" for level in _LEVELS)):
        op.drop_column("application", name)
    op.drop_table("secret")
