"""注销重报 (S, domain §7): cancelled and applied again for the same place, the clock starting anew."""

from datetime import datetime

import sqlalchemy as sa

from limits.terms import Status
from workflow import findings
from workflow.book import finding_row
from workflow.findings import Code, Finding
from workflow.tables import application, finding

SHOWN = 60  # of an address, so that the evidence fits its column


def find_restarted(
    connection: sa.Connection, now: datetime, address: str | None = None
) -> list[tuple[str, Finding]]:
    """Write down, once each, every application made again after one of the same customer and place ended.

    With ``address`` only that place is looked at. Returns the new ones with their numbers.
    """
    ended, again = application.alias("ended"), application.alias("again")
    wanted = (
        sa.select(again.c.id, again.c.number, ended.c.number.label("before"), ended.c.status, again.c.address)
        .join(again, sa.and_(again.c.address == ended.c.address, again.c.customer == ended.c.customer))
        .where(
            ended.c.status.in_([Status.TERMINATED.value, Status.VOIDED.value]),
            ended.c.address != "",
            again.c.accepted_at > ended.c.accepted_at,
        )
        .order_by(again.c.number, ended.c.number)
    )
    if address is not None:
        wanted = wanted.where(ended.c.address == address)
    pairs = connection.execute(wanted).all()
    known = sa.select(finding.c.application_id, finding.c.evidence).where(
        finding.c.code == Code.RESTARTED.value
    )
    held = {(row.application_id, row.evidence) for row in connection.execute(known)} if pairs else set()
    new = []
    for row in pairs:
        found = findings.restarted(row.before, Status.of(row.status), row.address[:SHOWN])
        if (row.id, found.evidence) not in held:
            new.append((row.id, row.number, found))
    if new:
        connection.execute(sa.insert(finding), [finding_row(each[0], each[2], now) for each in new])
    return [(number, found) for _, number, found in new]
