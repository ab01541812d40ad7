"""The organisation: units, people, what each is there for, how they are reached and when they are away."""

import sqlalchemy as sa

from workflow.tables import Instant, metadata, surrogate

unit = sa.Table(
    "unit",
    metadata,
    surrogate(),
    sa.Column("name", sa.String(128), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("parent_id", sa.ForeignKey("unit.id")),
    # Since when it is known: a report of before does not tell of it.
    sa.Column("recorded_at", Instant, nullable=False),
)

person = sa.Table(
    "person",
    metadata,
    surrogate(),
    # 工号: what a company itself tells two people of one name apart by.
    sa.Column("code", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Index("ix_person_name", "name"),
)

appointment = sa.Table(
    "appointment",
    metadata,
    surrogate(),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False),
    sa.Column("unit_id", sa.ForeignKey("unit.id"), nullable=False),
    sa.Column("post", sa.String(32), nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.UniqueConstraint("person_id", "unit_id", "post", "since"),
)

contact = sa.Table(
    "contact",
    metadata,
    surrogate(),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.String(256), nullable=False),
    sa.UniqueConstraint("person_id", "channel"),
)

absence = sa.Table(
    "absence",
    metadata,
    surrogate(),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False),
    sa.Column("from_at", Instant, nullable=False),
    sa.Column("to_at", Instant, nullable=False),
    sa.Column("stand_in_id", sa.ForeignKey("person.id", name="fk_absence_stand_in")),
    sa.Column("reason", sa.String(256), nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("actor", sa.String(64), nullable=False),
    sa.UniqueConstraint("person_id", "from_at"),
    sa.Index("ix_absence_to_at", "to_at"),
)
