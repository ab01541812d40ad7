"""When the newest record of an application was written, and since when a unit is known"""

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


def downgrade() -> None:
    op.drop_index(INDEX, table_name="application")
    for table in ("unit", "application"):
        op.drop_column(table, "recorded_at")
