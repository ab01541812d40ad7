"""The tables. Events are the truth; every other row can be rebuilt from them (design §2).

Instants are stored as UTC without a zone, because SQLite and the domestic databases give back
nothing else, and are aware in Asia/Shanghai everywhere in the code.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from limits.zone import SHANGHAI

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware instant: UTC in the database, Asia/Shanghai in the code."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC).astimezone(SHANGHAI)


class Amount(TypeDecorator[Decimal]):
    """A decimal kept exactly, as text: SQLite would make it a float."""

    impl = sa.String(24)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


WIDE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def surrogate() -> sa.Column[int]:
    """A surrogate key; SQLite numbers rows by itself only for plain INTEGER."""
    return sa.Column("id", WIDE, primary_key=True, autoincrement=True)


def _application_id() -> sa.Column[int]:
    return sa.Column("application_id", sa.ForeignKey("application.id"), nullable=False)


_URGENCY = ("red_at", "yellow_at", "orange_at", "blue_at", "due_at", "number")

application = sa.Table(
    "application",
    metadata,
    surrogate(),
    sa.Column("number", sa.String(64), nullable=False, unique=True),
    sa.Column("unit", sa.String(128), nullable=False),
    sa.Column("station", sa.String(128), nullable=False),
    sa.Column("customer", sa.String(256), nullable=False),
    sa.Column("address", sa.String(512), nullable=False),
    sa.Column("customer_class", sa.String(16), nullable=False),
    sa.Column("voltage", sa.String(8), nullable=False),
    sa.Column("supplies", sa.String(8), nullable=False),
    sa.Column("capacity", Amount, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("channel", sa.String(64), nullable=False),
    sa.Column("proactive", sa.Boolean, nullable=False),
    sa.Column("boundary", sa.Boolean, nullable=False),
    sa.Column("customer_works", sa.Boolean, nullable=False),
    sa.Column("supporting", sa.String(32), nullable=False),
    sa.Column("manager", sa.String(64), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("flags", sa.Integer, nullable=False),
    sa.Column("step", sa.String(16), nullable=False),
    sa.Column("accepted_at", Instant, nullable=False),
    sa.Column("archived_at", Instant),
    # When it was terminated or voided; beside that other things may happen, so the last record may be later.
    sa.Column("ended_at", Instant),
    sa.Column("last_at", Instant, nullable=False),
    # When its newest record was written: by this is found what was recorded after an instant.
    sa.Column("recorded_at", Instant, nullable=False),
    # Since when an open clock stands at a level or above it, and the first due instant: what a queue sorts by.
    sa.Column("due_at", Instant),
    sa.Column("blue_at", Instant),
    sa.Column("orange_at", Instant),
    sa.Column("yellow_at", Instant),
    sa.Column("red_at", Instant),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("head_hash", sa.String(64), nullable=False),
    sa.Index("ix_application_archived_at", "archived_at"),
    sa.Index("ix_application_accepted_at", "accepted_at"),
    sa.Index("ix_application_recorded_at", "recorded_at"),
    sa.Index("ix_application_address", "address"),
    sa.Index("ix_application_station_manager", "station", "manager"),
    sa.Index("ix_application_status_manager_station", "status", "manager", "station"),
    sa.Index("ix_application_status_station", "status", "station"),
    # Everything the queue of the whole company is sorted by, so that it is read from the index alone.
    sa.Index("ix_application_urgency", "status", *_URGENCY),
)

event = sa.Table(
    "event",
    metadata,
    surrogate(),
    _application_id(),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("type", sa.String(32), nullable=False),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("actor", sa.String(64), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    # One record for each place in an application's history: two writers cannot both be next.
    sa.UniqueConstraint("application_id", "seq"),
)

clock = sa.Table(
    "clock",
    metadata,
    surrogate(),
    _application_id(),
    sa.Column("layer", sa.String(16), nullable=False),
    sa.Column("name", sa.String(32), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("unit", sa.String(16), nullable=False),
    sa.Column("limit_value", sa.Integer),
    sa.Column("used", sa.Integer, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("resumed_at", Instant),
    sa.Column("due_at", Instant),
    sa.Column("late_at", Instant),
    sa.Column("paused_at", Instant),
    sa.Column("stopped_at", Instant),
    sa.Column("cut_at", Instant),
    sa.Column("verdict", sa.String(16)),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("superseded_at", Instant),
    # A verdict once given is a row that stays; what is known better later is the next version.
    sa.UniqueConstraint("application_id", "layer", "name", "version"),
)

threshold = sa.Table(
    "threshold",
    metadata,
    surrogate(),
    _application_id(),
    sa.Column("layer", sa.String(16), nullable=False),
    sa.Column("name", sa.String(32), nullable=False),
    sa.Column("level", sa.String(8), nullable=False),
    sa.Column("crosses_at", Instant, nullable=False),
    sa.Column("withdrawn_at", Instant),
    # Which sweep took it; null until one did. What waits is found by this and by time, whatever lies behind.
    sa.Column("swept_by", WIDE),
    sa.UniqueConstraint("application_id", "layer", "name", "level", "crosses_at"),
    sa.Index("ix_threshold_crosses_at", "crosses_at"),
    sa.Index("ix_threshold_swept_by_crosses_at", "swept_by", "crosses_at"),
)

finding = sa.Table(
    "finding",
    metadata,
    surrogate(),
    _application_id(),
    sa.Column("code", sa.String(32), nullable=False),
    sa.Column("evidence", sa.String(512), nullable=False),
    sa.Column("people", sa.String(256), nullable=False),
    sa.Column("found_at", Instant, nullable=False),
    # The same thing is found once, however often it is looked for.
    sa.UniqueConstraint("application_id", "code", "evidence"),
)

calendar_notice = sa.Table(
    "calendar_notice",
    metadata,
    surrogate(),
    sa.Column("file", sa.String(128), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("imported_at", Instant, nullable=False),
    sa.Column("actor", sa.String(64), nullable=False),
)

secret = sa.Table(
    "secret",
    metadata,
    surrogate(),
    # One of each name: of two processes that need the first, one draws it and both use it.
    sa.Column("name", sa.String(32), nullable=False, unique=True),
    sa.Column("value", sa.String(64), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)

# How long a text may be, by column: SQLite would take more, and then differ from every server.
LONGEST: dict[str, int] = {
    column.name: column.type.length
    for column in (*application.columns, event.c.actor)
    if isinstance(column.type, sa.String) and column.type.length
}


def unstorable(name: str, text: str) -> str:
    """Why ``text`` cannot stand in column ``name``, in Chinese; empty when it can."""
    return unfit(text, LONGEST[name])


def unfit(text: str, longest: int) -> str:
    """The same of a text that may have ``longest`` characters."""
    if "\0" in text:
        return "含有不可见的空字符"
    if len(text) > longest:
        return f"有 {len(text)} 个字，最多 {longest} 个"
    return "" if speakable(text) else "含有认不出的字"


def speakable(text: str) -> bool:
    """Whether a database can be asked for it: PostgreSQL takes neither NUL nor half a character."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
