"""The rows of the organisation brought to what a file says: written where they differ and nowhere else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from limits.zone import local
from workflow import errors
from workflow.people.organisation import UnitKind
from workflow.people.organisation_file import ListedOrganisation
from workflow.people.tables import appointment, contact, person, unit

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Followed:
    """What one table made of the wanted rows: how many were new or different, and which are not wanted."""

    added: int
    altered: int
    missing: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What an organisation file changed; ``rows`` counts every row written, of whatever table."""

    appointed: int
    ended: int
    rows: int


def follow_organisation(connection: sa.Connection, listed: ListedOrganisation, now: datetime) -> Changes:
    """Bring every table to ``listed`` as of ``now``.

    X: units and people are never deleted, because alarms speak of them; a unit that is not listed hangs below
    nothing and so belongs to the company no more. Appointments that are not listed end with the day before,
    those still to come are deleted, and contacts are gone.
    """
    _lock(connection)
    units = _follow_units(connection, listed, now)
    named = [{"code": each.code, "name": each.name} for each in listed.people]
    people = _follow(connection, person, ("code",), named)
    held = _follow(
        connection, appointment, ("person_id", "unit_id", "post", "since"), _held(connection, listed)
    )
    ended = _end(connection, held.missing, local(now).date())
    reached = _follow(connection, contact, ("person_id", "channel"), _reached(connection, listed))
    _delete(connection, contact, reached.missing)
    written = sum(each.added + each.altered for each in (people, held, reached))
    return Changes(held.added, ended, units + written + ended + len(reached.missing))


def _lock(connection: sa.Connection) -> None:
    """One import after another: an UPDATE that changes nothing holds the company's row until the end."""
    company = unit.c.kind == UnitKind.COMPANY.value
    connection.execute(sa.update(unit).where(company).values(kind=unit.c.kind))


def _follow_units(connection: sa.Connection, listed: ListedOrganisation, now: datetime) -> int:
    """Units by name, each below its parent; the company is found by being it, so it can be renamed."""
    renamed = _rename_company(connection, listed)
    known = _ids(connection, unit.c.name)
    kinds = [
        {"name": each.name, "kind": each.kind.value, **({} if each.name in known else {"recorded_at": now})}
        for each in listed.units
    ]
    named = _follow(connection, unit, ("name",), kinds)
    ids = _ids(connection, unit.c.name)
    above = [
        {"name": each.name, "parent_id": None if each.parent is None else ids[each.parent]}
        for each in listed.units
    ]
    above += [{"name": each["name"], "parent_id": None} for each in named.missing]
    moved = _follow(connection, unit, ("name",), above)
    return renamed + named.added + named.altered + moved.altered


def _rename_company(connection: sa.Connection, listed: ListedOrganisation) -> int:
    kinds = {row.name: row.kind for row in connection.execute(sa.select(unit))}
    company = UnitKind.COMPANY.value
    for each in listed.units:
        if each.name in kinds and (each.kind.value == company) != (kinds[each.name] == company):
            raise errors.OrganisationRefused(
                file=listed.file,
                place=f"unit {each.name}",
                found=f"kind 由 {kinds[each.name]} 改成 {each.kind}",
                expected="公司始终是公司，其他单位不会变成公司；公司改名请用没有用过的名称",
                example=f'kind = "{kinds[each.name]}"',
            )
    changed = sa.update(unit).where(unit.c.kind == company, unit.c.name != listed.company.name)
    return connection.execute(changed.values(name=listed.company.name)).rowcount


def _held(connection: sa.Connection, listed: ListedOrganisation) -> list[Row]:
    people, units = _ids(connection, person.c.code), _ids(connection, unit.c.name)
    return [
        {
            "person_id": people[each.code],
            "unit_id": units[held.unit],
            "post": held.post.value,
            "since": held.force.since,
            "until": held.force.until,
        }
        for each in listed.people
        for held in each.posts
    ]


def _reached(connection: sa.Connection, listed: ListedOrganisation) -> list[Row]:
    people = _ids(connection, person.c.code)
    return [
        {"person_id": people[each.code], "channel": channel.value, "address": address}
        for each in listed.people
        for channel, address in each.contacts
    ]


def _end(connection: sa.Connection, missing: Iterable[Row], today: date) -> int:
    """What had begun ends with yesterday, what had not is deleted, what had ended stays as it was."""
    running = [row for row in missing if row["until"] is None or row["until"] >= today]
    begun = [row for row in running if row["since"] < today]
    _update(connection, appointment, [{**row, "until": today - timedelta(days=1)} for row in begun])
    _delete(connection, appointment, [row for row in running if row["since"] >= today])
    return len(running)


def _ids(connection: sa.Connection, key: sa.Column[str]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(sa.select(key, key.table.c.id))}


def _follow(connection: sa.Connection, table: sa.Table, key: tuple[str, ...], wanted: list[Row]) -> Followed:
    """Insert the ``wanted`` rows whose ``key`` is new and update those that differ."""
    held = {
        tuple(row[name] for name in key): dict(row)
        for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings()
    }
    keyed = {tuple(row[name] for name in key): row for row in wanted}
    added = [row for found, row in keyed.items() if found not in held]
    altered = [
        {**held[found], **row}
        for found, row in keyed.items()
        if found in held and held[found] != {**held[found], **row}
    ]
    if added:
        connection.execute(sa.insert(table), added)
    _update(connection, table, altered)
    return Followed(len(added), len(altered), tuple(row for found, row in held.items() if found not in keyed))


def _update(connection: sa.Connection, table: sa.Table, rows: Iterable[Row]) -> None:
    listed = [{"b_id" if name == "id" else name: value for name, value in row.items()} for row in rows]
    if listed:
        connection.execute(sa.update(table).where(table.c.id == sa.bindparam("b_id")), listed)


def _delete(connection: sa.Connection, table: sa.Table, rows: Iterable[Row]) -> None:
    listed = [{"b_id": row["id"]} for row in rows]
    if listed:
        connection.execute(sa.delete(table).where(table.c.id == sa.bindparam("b_id")), listed)
