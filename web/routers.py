"""Every part of the desk that has addresses of its own."""

from fastapi import APIRouter

from web import (
    accept_pages,
    account_pages,
    acting_pages,
    alert_pages,
    application_pages,
    assigning_pages,
    audit_pages,
    centre_pages,
    entry,
    finding_pages,
    health,
    order_pages,
    organisation_pages,
    own_account,
    people_pages,
    public_pages,
    queue_pages,
    report_pages,
    rule_pages,
    static_files,
    token_pages,
)
from web.api import routers as api

ROUTERS: tuple[APIRouter, ...] = (
    entry.router,
    own_account.router,
    token_pages.router,
    queue_pages.router,
    assigning_pages.router,
    accept_pages.router,
    # Before the page of an application: a number may hold a slash, the word after it may not.
    acting_pages.router,
    application_pages.router,
    alert_pages.router,
    order_pages.router,
    centre_pages.router,
    rule_pages.router,
    finding_pages.router,
    report_pages.router,
    people_pages.router,
    organisation_pages.router,
    account_pages.router,
    audit_pages.router,
    public_pages.router,
    health.router,
    static_files.router,
    api.router,
)
