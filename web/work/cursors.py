"""The place in a list of alarms or orders as one word for an address."""

from datetime import datetime

from alerts.listing import AlertKey, AlertView
from alerts.orders.listing import OrderView
from web.api.paging import read, written
from workflow.queue import CursorInvalid


def alert_cursor(view: AlertView) -> str:
    """What the page after ``view`` is asked for by."""
    reached_at, alert_id = view.key
    return written(reached_at.isoformat(), alert_id)


def alert_key(text: str) -> AlertKey:
    """The inverse of :func:`alert_cursor`; raises CursorInvalid for anything else."""
    told, alert_id = read(text, str, int)
    try:
        reached_at = datetime.fromisoformat(str(told))
    except ValueError as error:
        raise CursorInvalid(cursor=text[:40]) from error
    if reached_at.tzinfo is None or not 1 < reached_at.year < 9999:  # else no database has the instant
        raise CursorInvalid(cursor=text[:40])
    return reached_at, int(alert_id)


def order_cursor(view: OrderView) -> str:
    """What the page after ``view`` is asked for by."""
    return written(view.id)


def order_key(text: str) -> int:
    """The inverse of :func:`order_cursor`; raises CursorInvalid for anything else."""
    (order_id,) = read(text, int)
    return int(order_id)
