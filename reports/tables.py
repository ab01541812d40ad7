"""What a closed period leaves behind, and the evaluations of stations: written once and never changed."""

import sqlalchemy as sa

from workflow.tables import Instant, metadata, surrogate

sealed_period = sa.Table(
    "sealed_period",
    metadata,
    surrogate(),
    # Each seal is the next in one chain: of two that close different periods at once, one waits for the other.
    sa.Column("seq", sa.Integer, nullable=False, unique=True),
    # A period is closed once; of two closers one wins and the other is told.
    sa.Column("period", sa.String(8), nullable=False, unique=True),
    sa.Column("closed_at", Instant, nullable=False),
    sa.Column("closed_by", sa.String(64), nullable=False),
    # What its facts are of; the tables themselves are in sealed_table.
    sa.Column("header", sa.Text, nullable=False),
    # How its documents are headed, numbered and signed; settings may change, a closed period's documents not.
    sa.Column("masthead", sa.Text, nullable=False),
    sa.Column("facts_digest", sa.String(64), nullable=False),
    sa.Column("ledger_head", sa.String(64), nullable=False),
    sa.Column("policies", sa.String(64), nullable=False),
    sa.Column("prev_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

sealed_table = sa.Table(
    "sealed_table",
    metadata,
    surrogate(),
    sa.Column("seq", sa.ForeignKey("sealed_period.seq"), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),
    # One table of the facts, read when it is asked for: the lists behind the rates grow with the late.
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.UniqueConstraint("seq", "name"),
)

station_evaluation = sa.Table(
    "station_evaluation",
    metadata,
    surrogate(),
    sa.Column("station", sa.String(128), nullable=False),
    sa.Column("period", sa.String(8), nullable=False),
    # The standard it was opened under: items and points may change, what is judged by them not.
    sa.Column("standard", sa.Text, nullable=False),
    # How many records it has and the hash of the last: so that cutting off the last ones is found.
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("head_hash", sa.String(64), nullable=False),
    # A station is evaluated once for each period; of two who open it at once one wins and the other is told.
    sa.UniqueConstraint("station", "period"),
)

station_record = sa.Table(
    "station_record",
    metadata,
    surrogate(),
    sa.Column("evaluation_id", sa.ForeignKey("station_evaluation.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("act", sa.String(16), nullable=False),
    # The item it is about; null when it is about the whole evaluation.
    sa.Column("item", sa.Integer),
    sa.Column("actor", sa.String(64), nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    # One record for each place in the chain: two writers cannot both be next.
    sa.UniqueConstraint("evaluation_id", "seq"),
)
