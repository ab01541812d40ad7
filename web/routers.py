"""Every part of the desk that has addresses of its own."""

from fastapi import APIRouter

from web import (
    acting_pages,
    alert_pages,
    application_pages,
    assigning_pages,
    centre_pages,
    entry,
    health,
    order_pages,
    own_account,
    public_pages,
    queue_pages,
    rule_pages,
    static_files,
)

ROUTERS: tuple[APIRouter, ...] = (
    entry.router,
    own_account.router,
    queue_pages.router,
    assigning_pages.router,
    # Before the page of an application: a number may hold a slash, the word after it may not.
    acting_pages.router,
    application_pages.router,
    alert_pages.router,
    order_pages.router,
    centre_pages.router,
    rule_pages.router,
    public_pages.router,
    health.router,
    static_files.router,
)
