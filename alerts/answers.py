"""签收、答复、闭环: what people do about an alarm. Where it stands is computed from the records, never stored.

Alerts are acknowledged, answered and closed, and each keeps who, when and what (domain §6).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts import errors
from alerts.handlings import Doing, Handled, Subject, append, hold, last
from alerts.kinds import Act, Handling
from alerts.tables import alert
from limits.zone import local
from workflow import store
from workflow.book import Book
from workflow.tables import threshold

# A level that a correction undid is marked at its threshold, any other alarm at its own row.
_ALERT: sa.Select[Any] = sa.select(
    alert.c.reached_at, alert.c.withdrawn_at, threshold.c.withdrawn_at.label("undone_at")
).select_from(alert.outerjoin(threshold, threshold.c.id == alert.c.threshold_id))


def acknowledge(
    book: Book, alert_id: int, *, actor: str, at: datetime, now: datetime, text: str = ""
) -> Handled:
    """签收: I have seen it. Each person once; it climbs no further from the first on."""
    return _act(book, alert_id, Act.ACKNOWLEDGED, Doing(actor, at, now, text))


def answer(book: Book, alert_id: int, *, actor: str, at: datetime, now: datetime, text: str) -> Handled:
    """答复: the cause and the measure. Whoever answers has seen it, so it counts as acknowledging."""
    return _act(book, alert_id, Act.ANSWERED, Doing(actor, at, now, text))


def close(book: Book, alert_id: int, *, actor: str, at: datetime, now: datetime, text: str) -> Handled:
    """闭环: the answer was looked at by another person, and nothing is left to do."""
    return _act(book, alert_id, Act.CLOSED, Doing(actor, at, now, text))


def handling_state(records: Sequence[Handled], *, withheld: bool = False) -> Handling:
    """Where an alarm with these records stands; one that was only recorded waits for nobody."""
    if last(records, Act.CLOSED):
        return Handling.CLOSED
    if last(records, Act.ANSWERED):
        return Handling.ANSWERED
    if records:
        return Handling.ACKNOWLEDGED
    return Handling.RECORDED if withheld else Handling.NEW


def _act(book: Book, alert_id: int, act: Act, doing: Doing) -> Handled:
    with store.writing(book.engine) as connection:
        records = hold(connection, Subject.ALERT, alert_id)
        row = connection.execute(_ALERT.where(alert.c.id == alert_id)).one_or_none()
        if row is None:
            raise errors.AlertUnknown(id=alert_id)
        # Sent twice, perhaps at one instant; every other act is refused the second time.
        if act is Act.ANSWERED and records and _is_same(records[-1], doing):
            return records[-1]
        reason = _why_not(row, records, act, doing)
        if reason:
            raise errors.AlertActRefused(id=alert_id, act=act.label, reason=reason)
        done = append(connection, Subject.ALERT, alert_id, act, **doing._asdict())
        connection.execute(sa.update(alert).where(alert.c.id == alert_id).values(climb_at=None))
    return done


def _is_same(newest: Handled, doing: Doing) -> bool:
    """X: the same answer by the same person is the same one, whenever it was sent."""
    told = (Act.ANSWERED, doing.actor.strip(), doing.text.strip())
    return (newest.act, newest.actor, newest.text) == told


def _why_not(row: sa.Row[Any], records: Sequence[Handled], act: Act, doing: Doing) -> str:
    """What speaks against ``act``; empty when nothing does."""
    if row.reached_at > min(doing.at, doing.now):
        return f"它到 {local(row.reached_at):%Y-%m-%d %H:%M} 才达到"
    withdrawn_at = row.withdrawn_at or row.undone_at
    if withdrawn_at is not None:
        return f"它已于 {withdrawn_at:%Y-%m-%d %H:%M} 撤销，不需要处理"
    closed = last(records, Act.CLOSED)
    if closed:
        return f"{closed.actor} 已于 {closed.at:%Y-%m-%d %H:%M} 闭环"
    if act is Act.ACKNOWLEDGED:
        return _why_not_acknowledge(records, doing)
    if not doing.text.strip():
        return "没有写原因和措施" if act is Act.ANSWERED else "没有写核实的情况"
    return _why_not_close(records, doing) if act is Act.CLOSED else ""


def _why_not_acknowledge(records: Sequence[Handled], doing: Doing) -> str:
    """X: two people who were told may both sign; one person signs once."""
    own = next((each for each in records if each.actor == doing.actor.strip()), None)
    return f"{own.actor} 已于 {own.at:%Y-%m-%d %H:%M} {own.act.label}" if own else ""


def _why_not_close(records: Sequence[Handled], doing: Doing) -> str:
    """X: two pairs of eyes: who answered does not judge the answer."""
    answered = [each.actor for each in records if each.act is Act.ANSWERED]
    if not answered:
        return "还没有答复，请先写明原因和措施"
    if doing.actor.strip() in answered:
        return f"{doing.actor.strip()} 是答复人，须由另一人闭环"
    return ""
