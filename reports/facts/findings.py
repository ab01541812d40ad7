"""What was found in the records of the period's applications, with the people concerned (domain §7)."""

import sqlalchemy as sa

from reports.facts.scope import WHO, WHO_COLUMNS, Scope
from reports.facts.values import Rows
from workflow.tables import application, finding

FINDINGS = (*WHO_COLUMNS, "code", "evidence", "people", "found_at", "archived_in_period")


def findings(connection: sa.Connection, scope: Scope) -> Rows:
    """Everything found in the period, and everything found by ``as_of`` about what was archived in it.

    Found is not proven: nothing here takes away from a rate.
    """
    archived = sa.case((scope.archived, 1), else_=0)
    wanted = (
        sa.select(*WHO, finding.c.code, finding.c.evidence, finding.c.people, finding.c.found_at, archived)
        .select_from(finding.join(application, application.c.id == finding.c.application_id))
        .where(
            scope.known,
            finding.c.found_at <= scope.as_of,
            sa.or_(scope.holds(finding.c.found_at), scope.archived),
        )
    )
    return Rows.of(FINDINGS, ((*row[:-1], bool(row[-1])) for row in connection.execute(wanted)))
