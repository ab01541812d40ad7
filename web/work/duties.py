"""Putting on record that a round of a periodic duty was done: what a page and a program both go through."""

from datetime import datetime

from alerts.duties import doing
from alerts.duties.listing import DutyEntry
from web.access.rights import Account
from web.access.visible import may_record, seen_duty
from web.desk import Desk
from web.errors import DutyOfAnother


def record(desk: Desk, account: Account, duty_id: int, *, at: datetime | None, evidence: str) -> DutyEntry:
    """完成; ``at`` None is now. Raises PageUnknown, DutyOfAnother or why it cannot be taken as done."""
    now = desk.now()
    entry = seen_duty(desk.book, account, duty_id, now)
    view = entry.view
    if not may_record(account, entry):
        raise DutyOfAnother(unit=view.unit, label=view.label, post=view.post.label, role=account.role.label)
    doing.done(desk.book, view.id, at=at or now, now=now, actor=account.name, evidence=evidence)
    return seen_duty(desk.book, account, duty_id, now)
