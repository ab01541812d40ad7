"""抢单 at the desk: one rule of who may take what, for the page and the API (domain §9)."""

from datetime import datetime

from web.access.rights import Account
from web.access.visible import Shown
from web.desk import Desk
from web.work.staff import refuse_other
from workflow import assignment
from workflow.book import Recorded


def take(desk: Desk, account: Account, row: Shown, now: datetime) -> Recorded:
    """``account`` takes ``row``; raises AlreadyOwned, or OwnerInvalid for who is no account manager there.

    An account may outlive the post it was made for, so the organisation is asked and not only the right.
    """
    refuse_other(desk, row.number, row.station, account.name, now)
    return assignment.claim(desk.book, row.number, manager=account.name, at=now, now=now, actor=account.name)
