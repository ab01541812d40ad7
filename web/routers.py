"""Every part of the desk that has addresses of its own."""

from fastapi import APIRouter

from web import health, static_files
from web.api import routers as api
from web.pages import accepting as accept_pages
from web.pages import accounts as account_pages
from web.pages import acting as acting_pages
from web.pages import alerts as alert_pages
from web.pages import applications as application_pages
from web.pages import assigning as assigning_pages
from web.pages import audit as audit_pages
from web.pages import centre as centre_pages
from web.pages import checking as checking_pages
from web.pages import duties as duty_pages
from web.pages import entry, own_account
from web.pages import findings as finding_pages
from web.pages import judging as judging_pages
from web.pages import orders as order_pages
from web.pages import organisation as organisation_pages
from web.pages import people as people_pages
from web.pages import public as public_pages
from web.pages import queue as queue_pages
from web.pages import reports as report_pages
from web.pages import rules as rule_pages
from web.pages import stations as station_pages
from web.pages import tokens as token_pages

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
    duty_pages.router,
    centre_pages.router,
    rule_pages.router,
    finding_pages.router,
    # Before the page of a period, which would take the word for one.
    checking_pages.router,
    report_pages.router,
    # Before the page of an evaluation: the name of a station may hold a slash, the word after it may not.
    judging_pages.router,
    station_pages.router,
    people_pages.router,
    organisation_pages.router,
    account_pages.router,
    audit_pages.router,
    public_pages.router,
    health.router,
    static_files.router,
    api.router,
)
