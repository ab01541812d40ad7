"""Acting on an alarm or a supervision order one sees: what a page and a program both go through.

An act sent again unchanged by the same person is the same act, and is done once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from alerts import answers
from alerts.handlings import Handled
from alerts.kinds import Act
from alerts.orders import acts
from web.access.rights import Account
from web.access.visible import seen_alert, seen_order, shown
from workflow.book import Book

ALERT_ACTS: Mapping[Act, Callable[..., Handled]] = {
    Act.ACKNOWLEDGED: answers.acknowledge,
    Act.ANSWERED: answers.answer,
    Act.CLOSED: answers.close,
}
ORDER_ACTS: Mapping[Act, Callable[..., Handled]] = {
    Act.REPLIED: acts.reply,
    Act.ACCEPTED: acts.accept,
    Act.RETURNED: acts.return_,
    Act.CANCELLED: acts.cancel,
}


def act_on_alert(
    book: Book, account: Account, alert_id: int, act: Act, *, at: datetime | None, text: str, now: datetime
) -> None:
    """签收, 答复 or 闭环; ``at`` None is now. Raises PageUnknown or why it cannot be done."""
    records = seen_alert(book, account, alert_id, now).acts
    if not _again(records, act, account.name, text):
        ALERT_ACTS[act](book, alert_id, actor=account.name, at=at or now, now=now, text=text)


def act_on_order(
    book: Book, account: Account, number: str, act: Act, *, at: datetime | None, text: str, now: datetime
) -> str:
    """回复, 办结认可, 退回 or 撤销; the number as it is written. Raises as :func:`act_on_alert`."""
    view = seen_order(book, account, number, now)
    if not _again(view.acts, act, account.name, text):
        ORDER_ACTS[act](book, view.number, actor=account.name, at=at or now, now=now, text=text)
    return view.number


def open_order(
    book: Book,
    account: Account,
    *,
    ask: str,
    number: str | None,
    unit: str | None,
    days: int | None,
    now: datetime,
) -> str:
    """下达, about an application the account sees or to a unit; the new order's number.

    Without ``days`` the policy's own limit holds. Raises ApplicationUnknown or why it cannot be opened.
    """
    if number is not None:
        shown(book.engine, account, number)
    opened = acts.open_order(
        book,
        ask=ask,
        actor=account.name,
        at=now,
        now=now,
        application_number=number,
        unit=unit,
        limit=days,
    )
    return opened.number


def _again(records: tuple[Handled, ...], act: Act, actor: str, text: str) -> bool:
    """Whether the newest record is this very one."""
    return bool(records) and (records[-1].act, records[-1].actor, records[-1].text) == (
        act,
        actor,
        text.strip(),
    )
