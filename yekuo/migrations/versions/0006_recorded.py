"""When the newest record of an application was written, when it was terminated or voided, since when a unit is known"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEX = "ix_application_recorded_at"
FILL = """
UPDATE application SET recorded_at =
(SELECT max(event.recorded_at) FROM event WHERE event.application_id = application.id)
"""
PAGE = 500
APPLICATION = sa.table(
    "application", sa.column("id"), sa.column("status"), sa.column("ended_at", sa.DateTime())
)
EVENT = sa.table(
    "event",
    *(sa.column(name) for name in ("application_id", "seq", "type", "payload")),
    sa.column("occurred_at", sa.DateTime()),
)
ENDS = ("terminated", "voided")


def upgrade() -> None:
    # SQLite adds no column without a value to a table that has rows.  A unit that is there was always known.
    always = sa.text("'1970-01-01 00:00:00'")
    for table in ("application", "unit"):
        column = sa.Column("recorded_at", sa.DateTime(), nullable=False, server_default=always)
        op.add_column(table, column)
    op.execute(FILL)
    if op.get_bind().dialect.name != "sqlite":
        for table in ("application", "unit"):
            op.alter_column(table, "recorded_at", server_default=None)
    op.create_index(INDEX, "application", ["recorded_at"])
    op.add_column("application", sa.Column("ended_at", sa.DateTime()))
    _fill_ended()


def _fill_ended() -> None:
    """From the records: the ending each application came to, moved or withdrawn as corrections say."""
    connection = op.get_bind()
    kinds = (EVENT.c.type == APPLICATION.c.status, EVENT.c.type == "corrected")
    wanted = (
        sa.select(EVENT)
        .join(APPLICATION, APPLICATION.c.id == EVENT.c.application_id)
        .where(APPLICATION.c.status.in_(ENDS), sa.or_(*kinds))
        .order_by(EVENT.c.application_id, EVENT.c.seq)
    )
    set_ended = (
        sa.update(APPLICATION)
        .where(APPLICATION.c.id == sa.bindparam("of"))
        .values(ended_at=sa.bindparam("at", type_=sa.DateTime()))
    )
    grouped = groupby(connection.execute(wanted).all(), key=attrgetter("application_id"))
    rows = [{"of": key, "at": _ended(list(records))} for key, records in grouped]
    for start in range(0, len(rows), PAGE):
        connection.execute(set_ended, rows[start : start + PAGE])


def _ended(records: Iterable[Any]) -> datetime | None:
    found: dict[int, datetime] = {}
    for record in records:
        if record.type in ENDS:
            found[record.seq] = record.occurred_at
            continue
        told = json.loads(record.payload)
        if told.get("withdrawn"):
            found.pop(told["seq"], None)
        elif told["seq"] in found and "occurred_at" in told:
            moved = datetime.fromisoformat(told["occurred_at"])
            found[told["seq"]] = moved.astimezone(UTC).replace(tzinfo=None)
    return min(found.values(), default=None)


def downgrade() -> None:
    op.drop_column("application", "ended_at")
    op.drop_index(INDEX, table_name="application")
    for table in ("unit", "application"):
        op.drop_column(table, "recorded_at")
