"""Sending what stands in the outbox: taken with a lease, sent outside any transaction, recorded under its fence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from alerts.kinds import About, AlertKind, DeliveryState, Withheld
from alerts.messages import outbox
from alerts.messages.composing import compose
from alerts.raising import Raised, raise_alerts
from alerts.senders.message import Message, Outcome, Sender, dead
from alerts.senders.windows import may_send
from alerts.tables import alert
from alerts.waiting import SEEN, seen
from limits.errors import YekuoError
from limits.terms import Channel, Level
from limits.zone import local
from workflow import store
from workflow.book import Book

if TYPE_CHECKING:
    from alerts.jobs.running import Run

AT_ONCE = 200
MARGIN = timedelta(seconds=30)


@dataclass(frozen=True)
class Post:
    """One channel and what sending on it needs.

    ``timeout`` is how long one message may take, ``attempts`` after how many it is given up.
    ``clock`` tells the instant: sending takes time, and a lease is held by it.
    """

    channel: Channel
    sender: Sender
    desk_url: str
    timeout: timedelta
    attempts: int
    clock: Callable[[], datetime]


def deliver(run: "Run", post: Post) -> str:
    """Send what is due on one channel; the run itself writes nothing."""
    return str(send_due(run.book, post))


@dataclass
class Sent:
    """What became of the messages that were due."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    withheld: int = 0
    postponed: int = 0

    def __str__(self) -> str:
        told = [f"送出 {self.sent} 条"]
        counts = (
            ("待重试", self.failed),
            ("无法送达", self.dead),
            ("仅记录", self.withheld),
            ("顺延", self.postponed),
        )
        return "，".join(told + [f"{label} {count} 条" for label, count in counts if count])


def send_due(book: Book, post: Post, limit: int = AT_ONCE) -> Sent:
    """Send up to ``limit`` messages, the longest due first."""
    done = Sent()
    for _ in range(limit):
        row = outbox.take(book.engine, post.channel, post.clock(), post.timeout + MARGIN)
        if row is None:
            break
        _send(book, post, row, done)
    return done


def _send(book: Book, post: Post, row: sa.Row[Any], done: Sent) -> None:
    now = post.clock()
    why = still_withheld(book.engine, row)
    if why is not None:
        outbox.withhold(book.engine, row, why)
        done.withheld += 1
        return
    if (opens := closed_until(book, row, now)) is not None:
        outbox.postpone(book.engine, row, opens)
        done.postponed += 1
        return
    robot, per_minute = post.sender.robot(row.address), post.sender.per_minute
    with store.writing(book.engine) as connection:
        full_until = may_send(connection, robot, now, per_minute)
    if full_until is not None:
        outbox.postpone_all(book.engine, row, full_until)
        done.postponed += 1
        return
    outcome = _tried(book, post, row, now)
    with store.writing(book.engine) as connection:
        state = outbox.settle(connection, row, outcome, post.clock(), post.attempts)
        if state is DeliveryState.DEAD:
            raise_alerts(connection, _dead_letter(connection, row, outcome.text[:200], post.clock()))
    done.sent += state is DeliveryState.SENT
    done.failed += state is DeliveryState.PENDING
    done.dead += state is DeliveryState.DEAD


def _tried(book: Book, post: Post, row: sa.Row[Any], now: datetime) -> Outcome:
    """One attempt; a message that cannot be composed is given up, and holds up no other."""
    try:
        return post.sender.send(row.address, _message(book, post, row, now))
    except YekuoError:
        raise  # the database is busy or gone: that is no fault of this message
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the next one must go out
        return dead("unreadable", f"消息无法写成（{type(error).__name__}），请联系系统管理员")


def _message(book: Book, post: Post, row: sa.Row[Any], now: datetime) -> Message:
    kept = outbox.kept_text(row)
    if kept is not None:
        return kept
    with store.reading(book.engine) as connection:
        message = compose(connection, book, row, now=now, desk_url=post.desk_url)
    outbox.keep_text(book.engine, row, message)
    return message


def still_withheld(engine: sa.Engine, row: sa.Row[Any]) -> Withheld | None:
    """Why a message written earlier need not be sent any more; a repeat is always sent.

    Between writing at night and sending in the morning a higher level may have come, or the end.
    """
    if row.about != About.ALERT.value or row.body is not None:
        return None
    with store.reading(engine) as connection:
        found = connection.execute(SEEN.where(alert.c.id == row.about_id)).first()
    return None if found is None else seen(found, "").withheld()


def closed_until(book: Book, row: sa.Row[Any], now: datetime) -> datetime | None:
    """Until when people are left in peace; None when the message may go now.

    In working hours, red at once (domain §6): also what is tried again, or what an outage kept back.
    """
    escalation = book.rules.policies.escalation(local(now).date())
    opens = escalation.hours.next_open(now, book.rules.calendar)
    if opens <= now:
        return None
    if row.about == About.ALERT.value:
        with store.reading(book.engine) as connection:
            level = connection.scalar(sa.select(alert.c.level).where(alert.c.id == row.about_id))
        if level is not None and escalation.telling(Level.of(level)).at_once:
            return None
    return opens


def _dead_letter(connection: sa.Connection, row: sa.Row[Any], why: str, now: datetime) -> list[Raised]:
    """Who could not be reached is an alarm to the command centre, once a day for each address.

    A digest may be missed: tomorrow's says the same.  Nor does an alarm about the unreachable make another.
    """
    about = About.of(row.about)
    wanted = sa.select(alert.c.kind, alert.c.level, alert.c.unit).where(alert.c.id == row.about_id)
    found = connection.execute(wanted).first() if about is About.ALERT else None
    if about is About.DIGEST or (found is not None and found.kind == AlertKind.NOBODY.value):
        return []
    level, unit = (Level.YELLOW, "") if found is None else (Level.of(found.level), found.unit)
    return [
        Raised(
            AlertKind.NOBODY,
            f"dead:{local(now):%Y-%m-%d}:{row.channel}:{row.person_id}",
            level,
            now,
            f"{Channel.of(row.channel).label}消息送不到收件人（{why}）。请改正设置或通讯地址，再用 yekuo delivery resend {row.id} 重发。",
            unit=unit,
        )
    ]
