"""Closed periods and what their reports are made of"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_seals()
    _create_evaluations()


def downgrade() -> None:
    _drop_evaluations()
    _drop_seals()


def _id() -> "sa.Column[int]":
    return sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
    )


# -- closed periods -------------------------------------------------------------------------------


def _create_seals() -> None:
    op.create_table(
        "sealed_period",
        _id(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("masthead", sa.Text(), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column("ledger_head", sa.String(length=64), nullable=False),
        sa.Column("policies", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_period")),
        sa.UniqueConstraint("period", name=op.f("uq_sealed_period_period")),
        sa.UniqueConstraint("seq", name=op.f("uq_sealed_period_seq")),
    )
    op.create_table(
        "sealed_table",
        _id(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["sealed_period.seq"], name=op.f("fk_sealed_table_sealed_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_table")),
        sa.UniqueConstraint("seq", "name", name=op.f("uq_sealed_table_seq_name")),
    )


def _drop_seals() -> None:
    op.drop_table("sealed_table")
    op.drop_table("sealed_period")


# -- evaluations of stations ----------------------------------------------------------------------


def _create_evaluations() -> None:
    op.create_table(
        "station_evaluation",
        _id(),
        sa.Column("station", sa.String(length=128), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_evaluation")),
        sa.UniqueConstraint("station", "period", name=op.f("uq_station_evaluation_station_period")),
    )
    op.create_table(
        "station_record",
        _id(),
        sa.Column("evaluation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["station_evaluation.id"],
            name=op.f("fk_station_record_station_evaluation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_record")),
        sa.UniqueConstraint("evaluation_id", "seq", name=op.f("uq_station_record_evaluation_id_seq")),
    )


def _drop_evaluations() -> None:
    op.drop_table("station_record")
    op.drop_table("station_evaluation")
