"""The tables of telling people.

``alert`` is the list of levels reached and of everything else somebody must hear of; ``delivery`` is the
outbox: one row for each alarm, person and channel, written before anything is sent; ``handling`` holds what
people did about it, one chained record after another, never edited; ``job_run`` decides who does which
scheduled work.
"""

import sqlalchemy as sa

from workflow.people import tables as people_tables
from workflow.tables import WIDE, Instant, application, metadata, surrogate, threshold

alert = sa.Table(
    "alert",
    metadata,
    surrogate(),
    sa.Column("kind", sa.String(16), nullable=False),
    # What it is, in one word: two sweeps cannot raise the same alarm.  ``level:{threshold id}``,
    # ``order:{order id}:{level}:{instant}``, ``job:{name}:{slot}`` …
    sa.Column("key", sa.String(256), nullable=False, unique=True),
    sa.Column("level", sa.String(8), nullable=False),
    # When it was reached, by events, policy and calendar: not when a sweep saw it.
    sa.Column("reached_at", Instant, nullable=False),
    # The threshold that was crossed; of several in a row the last.
    sa.Column("threshold_id", sa.ForeignKey(threshold.c.id)),
    sa.Column("application_id", sa.ForeignKey(application.c.id)),
    sa.Column("layer", sa.String(16)),
    sa.Column("name", sa.String(32)),
    sa.Column("order_id", sa.ForeignKey("supervision_order.id")),
    sa.Column("duty_id", sa.ForeignKey("duty.id")),
    sa.Column("unit", sa.String(128), nullable=False),
    sa.Column("text", sa.String(512), nullable=False),
    sa.Column("withdrawn_at", Instant),
    sa.Column("told_at", Instant),
    # Why people were not told, when they were not; such an alarm asks nothing of anybody.
    sa.Column("withheld", sa.String(16)),
    # When it climbs to the next people unless somebody acknowledges it first; null: it does not.
    sa.Column("climb_at", Instant),
    # How often it has climbed.
    sa.Column("climbs", sa.Integer, nullable=False, default=0),
    # Null until it was looked at for alarms in a row.
    sa.Column("counted_by", WIDE),
    sa.Index("ix_alert_told_at_reached_at", "told_at", "reached_at"),
    sa.Index("ix_alert_climb_at", "climb_at"),
    sa.Index("ix_alert_counted_by", "counted_by"),
    sa.Index("ix_alert_reached_at", "reached_at"),
    sa.Index("ix_alert_application_id", "application_id"),
    sa.Index("ix_alert_threshold_id", "threshold_id"),
    sa.Index("ix_alert_order_id", "order_id"),
    sa.Index("ix_alert_duty_id", "duty_id"),
)

delivery = sa.Table(
    "delivery",
    metadata,
    surrogate(),
    sa.Column("about", sa.String(16), nullable=False),
    # The alarm's or the order's record id; of a digest the day's ordinal.
    sa.Column("about_id", WIDE, nullable=False),
    sa.Column("person_id", sa.ForeignKey(people_tables.person.c.id), nullable=False),
    sa.Column("for_person_id", sa.ForeignKey(people_tables.person.c.id, name="fk_delivery_for_person")),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.String(256), nullable=False),
    # The id a receiver sees; a repeat after a crash carries the same.
    sa.Column("message_id", sa.String(36), nullable=False, unique=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(256), nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    # Red goes before what waits, however long that has waited.
    sa.Column("urgent", sa.Boolean, nullable=False),
    # Not before this instant: working hours, back-off, the receiver's rate limit, or the lease of who sends it.
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("sent_at", Instant),
    # Each person hears of each thing once on each channel.
    sa.UniqueConstraint("about", "about_id", "person_id", "channel"),
    sa.Index("ix_delivery_channel_state_urgent_due_at", "channel", "state", "urgent", "due_at"),
    sa.Index("ix_delivery_person_id", "person_id"),
)

handling = sa.Table(
    "handling",
    metadata,
    surrogate(),
    # ``alert``, ``order`` or ``duty`` and its id.
    sa.Column("subject", sa.String(16), nullable=False),
    sa.Column("subject_id", WIDE, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("act", sa.String(16), nullable=False),
    sa.Column("actor", sa.String(64), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("subject", "subject_id", "seq"),
)

supervision_order = sa.Table(
    "supervision_order",
    metadata,
    surrogate(),
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    sa.Column("application_id", sa.ForeignKey(application.c.id)),
    # The red level that opened it; null when the command centre did by hand.
    sa.Column("threshold_id", sa.ForeignKey(threshold.c.id), unique=True),
    sa.Column("unit", sa.String(128), nullable=False),
    sa.Column("ask", sa.Text, nullable=False),
    sa.Column("opened_by", sa.String(64), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("limit_value", sa.Integer, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Index("ix_supervision_order_state", "state"),
    sa.Index("ix_supervision_order_application_id", "application_id"),
)

duty = sa.Table(
    "duty",
    metadata,
    surrogate(),
    sa.Column("item", sa.Integer, nullable=False),
    sa.Column("unit", sa.String(128), nullable=False),
    sa.Column("period", sa.String(16), nullable=False),
    sa.Column("label", sa.String(128), nullable=False),
    sa.Column("post", sa.String(32), nullable=False),
    sa.Column("opens_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("done_at", Instant),
    sa.UniqueConstraint("item", "unit", "period"),
    sa.Index("ix_duty_due_on", "due_on"),
)

job_run = sa.Table(
    "job_run",
    metadata,
    surrogate(),
    sa.Column("job", sa.String(32), nullable=False),
    # The scheduled instant, not the one at which anybody woke up.
    sa.Column("slot", Instant, nullable=False),
    sa.Column("shard", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("owner", sa.String(64), nullable=False),
    # Grows with every claim: who lost the lease cannot finish what another has taken over.
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("started_at", Instant),
    sa.Column("finished_at", Instant),
    sa.Column("result", sa.String(512), nullable=False),
    sa.UniqueConstraint("job", "slot", "shard"),
    sa.Index("ix_job_run_state_lease_until", "state", "lease_until"),
)

sender_window = sa.Table(
    "sender_window",
    metadata,
    surrogate(),
    sa.Column("robot", sa.String(128), nullable=False),
    sa.Column("minute", Instant, nullable=False),
    sa.Column("used", sa.Integer, nullable=False),
    # What all processes together have sent through one robot in one minute.
    sa.UniqueConstraint("robot", "minute"),
)
