"""What an organisation file would change, before it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc

from limits.terms import Post, Term
from workflow import errors, store
from workflow.people.organisation_file import ListedPost, read_organisation
from workflow.people.organisation_rows import follow_organisation
from workflow.people.roster import PersonView, people_in
from workflow.people.tables import unit


class ChangeKind(Term):
    """What becomes of a person or a unit."""

    JOINED = "joined", "新增"
    CHANGED = "changed", "变动"
    LEFT = "left", "离开"


@dataclass(frozen=True, slots=True)
class PersonChange:
    """One person and, said one by one, what would be different."""

    code: str
    name: str
    effect: ChangeKind
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrganisationPreview:
    """What a file would change. ``units`` are names; one that left belongs to the company no more.

    ``rows`` counts every row of whatever table that would be written; none: the file says what is.
    """

    units: tuple[tuple[ChangeKind, str], ...]
    people: tuple[PersonChange, ...]
    rows: int


class _NotMeant(Exception):
    """Everything was done only to be looked at."""


def preview_organisation(engine: sa.Engine, path: Path, *, now: datetime) -> OrganisationPreview:
    """Do what an import of ``path`` does, look, and take it all back. Raises OrganisationRefused.

    The import itself says what it would change, so what is confirmed is what comes.
    """
    listed = read_organisation(path)
    found: list[OrganisationPreview] = []
    try:
        with store.writing(engine) as connection:
            units, people = _units(connection), people_in(connection, now)
            rows = follow_organisation(connection, listed, now).rows
            found.append(
                OrganisationPreview(
                    tuple(_unit_changes(units, _units(connection))),
                    tuple(_person_changes(people, people_in(connection, now))),
                    rows,
                )
            )
            raise _NotMeant
    except _NotMeant:
        return found[0]
    except exc.IntegrityError as error:  # an import was quicker with the same new unit or person
        raise errors.StoreBusy from error


def _units(connection: sa.Connection) -> dict[str, tuple[str, str | None]]:
    """Of every unit that belongs to the company, by name: its kind and the name of the one above it."""
    above = unit.alias("above")
    wanted = sa.select(unit.c.name, unit.c.kind, above.c.name.label("parent"))
    rows = connection.execute(wanted.outerjoin(above, above.c.id == unit.c.parent_id).order_by(unit.c.id))
    return {row.name: (row.kind, row.parent) for row in rows if row.parent or row.kind == "company"}


def _unit_changes(
    before: dict[str, tuple[str, str | None]], after: dict[str, tuple[str, str | None]]
) -> Iterator[tuple[ChangeKind, str]]:
    for name, placed in after.items():
        if name not in before:
            yield ChangeKind.JOINED, name
        elif before[name] != placed:
            yield ChangeKind.CHANGED, name
    yield from ((ChangeKind.LEFT, name) for name in before if name not in after)


def _person_changes(before: tuple[PersonView, ...], after: tuple[PersonView, ...]) -> Iterator[PersonChange]:
    were, are = ({each.code: each for each in listed} for listed in (before, after))
    for code in sorted(were.keys() | are.keys()):
        old, new = were.get(code), are.get(code)
        said = tuple(_differences(old, new))
        effect = ChangeKind.JOINED if old is None else ChangeKind.LEFT if new is None else ChangeKind.CHANGED
        if said:
            yield PersonChange(code, (new or were[code]).name, effect, said)


def _differences(old: PersonView | None, new: PersonView | None) -> Iterator[str]:
    if old and new and old.name != new.name:
        yield f"姓名由{old.name}改为{new.name}"
    held, holds = ({_key(post): post for post in each.posts} if each else {} for each in (old, new))
    yield from (f"卸任 {_post(post)}" for key, post in held.items() if key not in holds)
    for key, post in holds.items():
        if key not in held:
            yield f"新任 {_post(post)}"
        elif held[key] != post:
            yield f"任期改为 {_post(post)}"
    if old and new and old.contacts != new.contacts:
        channels = {**old.contacts, **new.contacts}
        changed = [each.label for each in channels if old.contacts.get(each) != new.contacts.get(each)]
        yield f"联系方式有变动：{'、'.join(changed)}"


def _key(held: ListedPost) -> tuple[str, Post, date]:
    return held.unit, held.post, held.force.since


def _post(held: ListedPost) -> str:
    until = f"至 {held.force.until}" if held.force.until else ""
    return f"{held.unit} {held.post.label}（{held.force.since} 起{until}）"
