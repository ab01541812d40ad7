"""The document of a supervision order, for who may see the order."""

from starlette.responses import HTMLResponse

from alerts.orders.page import render_order
from web.access.read_log import note_read
from web.access.rights import Account
from web.access.visible import seen_order, shown
from web.desk import Desk
from web.own_style import own_document


def document_of(desk: Desk, account: Account, number: str) -> HTMLResponse:
    """The page to print; that its application was read is noted. Raises PageUnknown."""
    now = desk.now()
    view = seen_order(desk.book, account, number, now)
    if view.application is not None:
        about = shown(desk.engine, account, view.application)
        note_read(desk.engine, account, about.id, "order", now)
    return own_document(render_order(desk.book, view, now))
