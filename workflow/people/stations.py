"""The supply stations, and since when each is known: what came before cannot be asked of it."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from limits.zone import local
from workflow.people.organisation import UnitKind
from workflow.people.tables import unit
from workflow.tables import application, event

# What a unit has that was there before it was written down since when it is known (migration 0006).
ALWAYS = date(1970, 1, 1)


def stations_since(connection: sa.Connection) -> Mapping[str, date]:
    """By name, the day a station of the company came on record (X): in the organisation or, earlier, in the ledger.

    One that was always known is since the book began, that is since its first record.  Before any organisation is
    imported, those of the ledger.  One that belongs to the company no more is left out: since when is on no record.
    """
    first, kept = _first_applications(connection), _units(connection)
    known = {name: min(day, first.get(name, day)) for name, day in kept.items()} or first
    began = min((day for day in (*kept.values(), *first.values()) if day > ALWAYS), default=ALWAYS)
    return {name: max(day, began) for name, day in known.items()}


def _units(connection: sa.Connection) -> dict[str, date]:
    wanted = sa.select(unit.c.name, unit.c.recorded_at).where(
        unit.c.kind == UnitKind.STATION.value, unit.c.parent_id.is_not(None)
    )
    return {row.name: local(row.recorded_at).date() for row in connection.execute(wanted)}


def _first_applications(connection: sa.Connection) -> dict[str, date]:
    """When the first application of each station was written down: ids are given in that order."""
    firsts = (
        sa.select(application.c.station, sa.func.min(application.c.id).label("id"))
        .group_by(application.c.station)
        .subquery()
    )
    wanted = sa.select(firsts.c.station, event.c.recorded_at).join(
        event, sa.and_(event.c.application_id == firsts.c.id, event.c.seq == 1)
    )
    return {row.station: local(row.recorded_at).date() for row in connection.execute(wanted)}
