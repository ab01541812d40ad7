"""Who may approve a suspension: whose post has the right for the station, and never the handler (domain §3).

X: who stands in for somebody with the right (代岗) has it as long as that one is away.  It counts who held
the post when the suspension began, not when it is recorded.
"""

from collections.abc import Iterator
from datetime import datetime

from limits.terms import Post
from web.access.rights import MATRIX, REACH, Reach, Right, Role
from web.desk import Desk
from workflow import store
from workflow.errors import SuspensionNotApproved
from workflow.people.organisation import Organisation, load_organisation

SHOWN = 64
# The posts with the right, each with how far it reaches.
APPROVING = {
    Post.of(role.value): REACH[role]
    for role in Role
    if role is not Role.ADMINISTRATOR and Right.APPROVE_SUSPENSION in MATRIX[role]
}


def approvers(desk: Desk, station: str, at: datetime, handler: str) -> tuple[str, ...]:
    """Whom ``handler`` may name at ``at`` for an application of ``station``, by name."""
    with store.reading(desk.engine) as connection:
        organisation = load_organisation(connection, at)
    return tuple(sorted(set(_names(organisation, station)) - {handler}))


def check_approver(
    desk: Desk, number: str, station: str, *, approver: str, handler: str, at: datetime
) -> None:
    """Raise SuspensionNotApproved unless ``approver`` may approve what ``handler`` suspends at ``at``.

    An empty name and the handler's own are refused by the use case itself, in its own words.
    """
    name, allowed = approver.strip(), approvers(desk, station, at, handler)
    if name not in (*allowed, "", handler.strip()):
        may = "、".join(allowed) or "目前没有，请先在组织机构里任命"
        problem = f"{name[:SHOWN]} 不能批准{station}的挂起，可以批准的有：{may}"
        raise SuspensionNotApproved(number=number, problem=problem)


def _names(organisation: Organisation, station: str) -> Iterator[str]:
    for held in organisation.appointments:
        reach, unit = APPROVING.get(held.post, Reach.NONE), organisation.units[held.unit_id].name
        if reach is Reach.COMPANY or (reach is Reach.STATION and unit == station):
            yield organisation.people[held.person_id].name
            stand_in = organisation.away.get(held.person_id)
            if stand_in is not None:
                yield organisation.people[stand_in].name
