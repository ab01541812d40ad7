"""What was found in the records (domain §7): listed, counted, and narrowed to what somebody may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.terms import CustomerClass
from workflow import store
from workflow.findings import Code
from workflow.paging import Page, page_of
from workflow.tables import application, finding


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with the application it is about; ``people`` are the names concerned, maybe none."""

    id: int
    code: Code
    evidence: str
    people: tuple[str, ...]
    found_at: datetime
    number: str
    customer: str
    customer_class: CustomerClass
    station: str
    manager: str


def found(
    engine: sa.Engine,
    *,
    code: Code | None = None,
    station: str | None = None,
    number: str | None = None,
    within: sa.ColumnElement[bool] | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page[FindingView]:
    """The findings, the newest first, at most ``limit`` after ``after``.

    ``within`` narrows to what an account sees, a condition on ``application``.
    """
    conditions = list(_conditions(station, number, within))
    if code is not None:
        conditions.append(finding.c.code == code.value)
    if after is not None:
        conditions.append(finding.c.id < after)
    wanted = _FINDINGS.where(*conditions).order_by(finding.c.id.desc()).limit(limit + 1)
    with store.reading(engine) as connection:
        rows = connection.execute(wanted).all()
    return page_of(rows, limit, _view)


def found_counts(
    engine: sa.Engine,
    *,
    station: str | None = None,
    number: str | None = None,
    within: sa.ColumnElement[bool] | None = None,
) -> dict[Code, int]:
    """How many there are of each code, every code a key."""
    counted = (
        sa.select(finding.c.code, sa.func.count())
        .join(application, application.c.id == finding.c.application_id)
        .where(*_conditions(station, number, within))
        .group_by(finding.c.code)
    )
    with store.reading(engine) as connection:
        held = {row[0]: int(row[1]) for row in connection.execute(counted)}
    return {code: held.get(code.value, 0) for code in Code}


_FINDINGS = sa.select(
    finding,
    application.c.number,
    application.c.customer,
    application.c.customer_class,
    application.c.station,
    application.c.manager,
).join(application, application.c.id == finding.c.application_id)


def _conditions(
    station: str | None, number: str | None, within: sa.ColumnElement[bool] | None
) -> Iterable[sa.ColumnElement[bool]]:
    if station is not None:
        yield application.c.station == station
    if number is not None:
        yield application.c.number == number
    if within is not None:
        yield within


def _view(row: sa.Row[Any]) -> FindingView:
    return FindingView(
        id=row.id,
        code=Code.of(row.code),
        evidence=row.evidence,
        people=tuple(each for each in row.people.split("、") if each),
        found_at=row.found_at,
        number=row.number,
        customer=row.customer,
        customer_class=CustomerClass.of(row.customer_class),
        station=row.station,
        manager=row.manager,
    )
