"""Who belongs to the organisation, and who is away: importing, recording, listing.

The file is the whole truth of units, people, posts and contacts: whoever is missing from it has left.
Absences (离岗) are recorded one by one, each with a stand-in (代岗人) or without.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from limits.force import Force
from limits.terms import Channel, Post
from limits.zone import local
from workflow import errors, store
from workflow.book import refuse_unstorable
from workflow.people.organisation_file import ListedPost, read_organisation
from workflow.people.organisation_rows import follow_organisation
from workflow.people.tables import absence, appointment, contact, person, unit

LONGEST_REASON = 256


@dataclass(frozen=True, slots=True)
class ImportedPeople:
    """What an organisation file holds, and what it changed: ``changed`` counts the rows of every kind."""

    units: int
    people: int
    appointments: int
    appointed: int
    ended: int
    changed: int


@dataclass(frozen=True, slots=True)
class Away:
    """An absence from ``from_at`` up to, but without, ``to_at``; ``stand_in`` is a name, None: nobody."""

    from_at: datetime
    to_at: datetime
    stand_in: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person in service: posts held and to come, ways to be reached, and the absence they are on."""

    code: str
    name: str
    posts: tuple[ListedPost, ...]
    contacts: Mapping[Channel, str]
    away: Away | None


def import_organisation(engine: sa.Engine, path: Path, *, now: datetime, actor: str) -> ImportedPeople:
    """Bring the organisation to what the file at ``path`` says; the same file again changes nothing.

    Raises OrganisationRefused; nothing is written then.
    """
    refuse_unstorable("actor", "经办人", actor)
    listed = read_organisation(path)
    try:
        with store.writing(engine) as connection:
            done = follow_organisation(connection, listed, now)
    except exc.IntegrityError as error:  # another import was quicker with the same new unit or person
        raise errors.StoreBusy from error
    appointments = sum(len(each.posts) for each in listed.people)
    return ImportedPeople(
        len(listed.units), len(listed.people), appointments, done.appointed, done.ended, done.rows
    )


def record_absence(
    engine: sa.Engine,
    code: str,
    *,
    from_at: datetime,
    to_at: datetime,
    stand_in: str | None,
    reason: str,
    now: datetime,
    actor: str,
) -> Away:
    """Record that ``code`` is away; ``stand_in`` is a 工号 too. Raises PersonUnknown or AbsenceInvalid."""
    refuse_unstorable("actor", "经办人", actor)
    with store.writing(engine) as connection:
        away = _locked(connection, code)
        instead = None if stand_in is None else _person(connection, stand_in)
        problem = _problem(reason, from_at, to_at) or _clash(connection, away, instead, (from_at, to_at))
        if problem:
            raise errors.AbsenceInvalid(code=code, name=away.name, problem=problem)
        row = {
            "person_id": away.id,
            "from_at": from_at,
            "to_at": to_at,
            "stand_in_id": instead.id if instead else None,
            "reason": reason.strip(),
            "recorded_at": now,
            "actor": actor,
        }
        connection.execute(sa.insert(absence), [row])
    return Away(local(from_at), local(to_at), instead.name if instead else None, reason.strip())


def end_absence(
    engine: sa.Engine, code: str, *, at: datetime, now: datetime, actor: str, which: int | None = None
) -> Away:
    """``code`` is back at ``at``; an absence that had not begun by then is cancelled. Raises NotAway.

    Without ``which``, the id of one, it is the first that had not ended.  Returns the absence as it now
    stands; a cancelled one ends where it begins.
    """
    refuse_unstorable("actor", "经办人", actor)
    with store.writing(engine) as connection:
        back = _locked(connection, code)
        ahead = _ABSENCES.where(absence.c.person_id == back.id, absence.c.to_at > at)
        if which is not None:
            ahead = ahead.where(absence.c.id == which)
        found = connection.execute(ahead.order_by(absence.c.from_at).limit(1)).first()
        if found is None:
            raise errors.NotAway(code=code, name=back.name, at=_said(at))
        this = absence.c.id == found.id
        if found.from_at < at:
            ended = {"to_at": at, "recorded_at": now, "actor": actor}
            connection.execute(sa.update(absence).where(this).values(ended))
        else:
            connection.execute(sa.delete(absence).where(this))
    return Away(found.from_at, max(found.from_at, local(at)), found.stand_in, found.reason)


def people(engine: sa.Engine, at: datetime) -> tuple[PersonView, ...]:
    """Everybody with a post at ``at`` or after it, by 工号."""
    with store.reading(engine) as connection:
        return people_in(connection, at)


def people_in(connection: sa.Connection, at: datetime) -> tuple[PersonView, ...]:
    """The same within a transaction."""
    posts = _posts(connection, at)
    contacts = _contacts(connection)
    away = {row.person_id: _away(row) for row in connection.execute(_at(at))}
    listed = connection.execute(sa.select(person).order_by(person.c.code)).all()
    return tuple(
        PersonView(row.code, row.name, tuple(posts[row.id]), contacts[row.id], away.get(row.id))
        for row in listed
        if row.id in posts
    )


_STAND_IN = person.alias("stand_in")
_ABSENCES = sa.select(absence, _STAND_IN.c.name.label("stand_in")).outerjoin(
    _STAND_IN, _STAND_IN.c.id == absence.c.stand_in_id
)


def _at(at: datetime) -> sa.Select[Any]:
    return _ABSENCES.where(absence.c.from_at <= at, absence.c.to_at > at)


def _locked(connection: sa.Connection, code: str) -> sa.Row[Any]:
    """The person, held until the transaction ends: two absences of one person are never recorded at once."""
    connection.execute(sa.update(person).where(person.c.code == code).values(name=person.c.name))
    return _person(connection, code)


def _person(connection: sa.Connection, code: str) -> sa.Row[Any]:
    found = connection.execute(sa.select(person).where(person.c.code == code)).first()
    if found is None:
        raise errors.PersonUnknown(code=code)
    return found


def _problem(reason: str, from_at: datetime, to_at: datetime) -> str:
    """What is wrong with the words and the times themselves; empty when nothing is."""
    if to_at <= from_at:
        return f"止 {_said(to_at)} 不晚于起 {_said(from_at)}"
    if not reason.strip():
        return "没有写事由"
    if len(reason.strip()) > LONGEST_REASON or "\0" in reason:
        return f"事由有 {len(reason.strip())} 个字，最多 {LONGEST_REASON} 个，且不含空字符"
    return ""


def _clash(
    connection: sa.Connection,
    away: sa.Row[Any],
    instead: sa.Row[Any] | None,
    times: tuple[datetime, datetime],
) -> str:
    """What on record speaks against it; empty when nothing does."""
    if instead is not None and instead.id == away.id:
        return "代岗人就是本人"
    from_at, to_at = times
    overlapping = _ABSENCES.where(
        absence.c.person_id == away.id, absence.c.from_at < to_at, absence.c.to_at > from_at
    )
    held = connection.execute(overlapping.order_by(absence.c.from_at).limit(1)).first()
    if held is not None:
        return f"与已登记的离岗 {_said(held.from_at)} 至 {_said(held.to_at)} 重叠"
    return ""


def _said(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def _away(row: sa.Row[Any]) -> Away:
    return Away(row.from_at, row.to_at, row.stand_in, row.reason)


def _posts(connection: sa.Connection, at: datetime) -> dict[int, list[ListedPost]]:
    held = appointment.c
    wanted = (
        sa.select(held.person_id, held.post, held.since, held.until, unit.c.name)
        .join(unit, unit.c.id == held.unit_id)
        .where(sa.or_(held.until.is_(None), held.until >= local(at).date()))
        .order_by(held.person_id, held.since, held.id)
    )
    found: dict[int, list[ListedPost]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row.person_id].append(ListedPost(row.name, Post.of(row.post), Force(row.since, row.until)))
    return found


def _contacts(connection: sa.Connection) -> Mapping[int, dict[Channel, str]]:
    found: dict[int, dict[Channel, str]] = defaultdict(dict)
    for row in connection.execute(sa.select(contact).order_by(contact.c.id)):
        found[row.person_id][Channel.of(row.channel)] = row.address
    return found
