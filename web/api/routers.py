"""Every part of the API, in the order of its document."""

from fastapi import APIRouter

from web.api import (
    accepting,
    accounts,
    acting,
    alarms,
    applications,
    audit,
    calendar,
    centre,
    duties,
    findings,
    orders,
    organisation,
    people,
    pool,
    public,
    reference,
    reports,
    rules,
    stations,
    tokens,
)
from web.api.routing import PREFIX

PARTS: tuple[APIRouter, ...] = (
    reference.router,
    accepting.router,
    applications.router,
    acting.router,
    pool.router,
    # After the parts of an application: a number may hold a slash, the word after it may not.
    applications.one_router,
    alarms.router,
    orders.router,
    duties.router,
    centre.router,
    rules.router,
    calendar.router,
    reports.router,
    stations.router,
    findings.router,
    people.router,
    organisation.router,
    accounts.router,
    audit.router,
    tokens.router,
    public.router,
)
router = APIRouter()
for each in PARTS:
    router.include_router(each, prefix=PREFIX)
