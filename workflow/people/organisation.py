"""Who is to be told: a post and a place answered with people, or with those who stand in for them (domain §9).

A snapshot of the organisation at one instant. It is read in five queries and answers from memory, because a
sweep asks thousands of times.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa

from limits.terms import Channel, Post, Term
from limits.zone import local
from workflow.people.tables import absence, appointment, contact, person, unit

DESK = {Channel.DESK: ""}


class UnitKind(Term):
    """What a unit of the organisation is. Exactly one is the company; every other hangs below it."""

    COMPANY = "company", "公司"
    STATION = "station", "供电所"
    DEPARTMENT = "department", "专业部门"
    CENTRE = "centre", "指挥中心"


@dataclass(frozen=True, slots=True)
class OrganisationUnit:
    """A unit; ``parent_id`` is None for the company and for a unit that belongs to it no more."""

    id: int
    name: str
    kind: UnitKind
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """A person; ``code`` is the 工号, which tells two people of one name apart."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who can be told; ``for_person_id``: whom they stand in for, None when themselves."""

    person_id: int
    name: str
    for_person_id: int | None
    contacts: Mapping[Channel, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happened, by the names an application carries: company, station, account manager."""

    unit: str
    station: str
    manager: str


@dataclass(frozen=True, slots=True)
class Held:
    """A person holds a post in a unit at the instant of the snapshot."""

    person_id: int
    unit_id: int
    post: Post


@dataclass(frozen=True)
class Organisation:
    """The organisation at one instant. ``away``: who is absent, and who stands in for them (None: nobody)."""

    units: Mapping[int, OrganisationUnit]
    people: Mapping[int, Person]
    appointments: tuple[Held, ...]
    contacts: Mapping[int, Mapping[Channel, str]]
    away: Mapping[int, int | None]
    _held: dict[tuple[Post, Place], tuple[Person, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _told: dict[tuple[Post, Place], tuple[Recipient, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def recipients(self, posts: Iterable[Post], place: Place) -> tuple[Recipient, ...]:
        """Whom ``posts`` at ``place`` come down to, in the order of the posts and nobody twice.

        The absent are replaced by their stand-ins; one whom nobody replaces is left out.
        """
        found: dict[int, Recipient] = {}
        for post in posts:
            for each in self._recipients(post, place):
                found.setdefault(each.person_id, each)
        return tuple(found.values())

    def doers(self, post: Post, place: Place) -> tuple[Recipient, ...]:
        """Everybody who holds ``post`` by appointment, or their stand-ins: who does what no application names."""
        reached = (self._recipient(each) for each in self._posted(post, place))
        return tuple(each for each in reached if each is not None)

    def holders(self, post: Post, place: Place) -> tuple[Person, ...]:
        """Who holds ``post`` for ``place``, present or not.

        X: an application names its account manager, so that one is asked for by name. Every other post is
        looked for in the station, then in the unit above it with the departments and centres there, and so on
        up to the company; the first that has it answers. Another station never does.
        """
        key = (post, place)
        if key not in self._held:
            manager = post is Post.ACCOUNT_MANAGER
            self._held[key] = self._manager(place) if manager else self._posted(post, place)
        return self._held[key]

    def stations(self) -> tuple[str, ...]:
        """The names of the stations that belong to the company."""
        stations = (each for each in self.units.values() if each.kind is UnitKind.STATION)
        return tuple(each.name for each in stations if each.parent_id is not None)

    def company(self) -> str:
        """The name of the company; empty before an organisation was imported."""
        return self._company.name if self._company else ""

    def _recipients(self, post: Post, place: Place) -> tuple[Recipient, ...]:
        key = (post, place)
        if key not in self._told:
            reached = (self._recipient(each) for each in self.holders(post, place))
            self._told[key] = tuple(each for each in reached if each is not None)
        return self._told[key]

    def _recipient(self, holder: Person) -> Recipient | None:
        present = self._present(holder.id)
        if present is None:
            return None
        stands_in = None if present == holder.id else holder.id
        contacts = {**DESK, **self.contacts.get(present, {})}
        return Recipient(present, self.people[present].name, stands_in, contacts)

    def _present(self, person_id: int) -> int | None:
        """``person_id`` or who stands in, followed to the end; None where the chain breaks off or closes."""
        passed: set[int] = set()
        found: int | None = person_id
        while found is not None and found in self.away:
            if found in passed:
                return None
            passed.add(found)
            found = self.away[found]
        return found

    def _manager(self, place: Place) -> tuple[Person, ...]:
        """The one person of the manager's name in the station, or else in the company; never a guess."""
        named = self._in_service.get(place.manager, ())
        station = self._by_name.get(place.station)
        units = self._within(station) if station is not None else ()
        near = tuple(each for each in named if not self._units_of[each.id].isdisjoint(units))
        found = near or named
        return found if len(found) == 1 else ()

    def _posted(self, post: Post, place: Place) -> tuple[Person, ...]:
        for units in self._upwards(place):
            holders = [each for unit_id in units for each in self._holding.get((unit_id, post), ())]
            if holders:
                return tuple(dict.fromkeys(holders))
        return ()

    def _upwards(self, place: Place) -> Iterator[tuple[int, ...]]:
        """The units to ask, step by step from the station up.

        A unit that belongs to the company no more leads straight to it, so that what happens there is told.
        """
        found = self._by_name.get(place.station) or self._by_name.get(place.unit) or self._company
        while found is not None:
            yield self._within(found)
            if found.kind is UnitKind.COMPANY:
                return
            found = self._company if found.parent_id is None else self.units[found.parent_id]

    def _within(self, top: OrganisationUnit) -> tuple[int, ...]:
        """``top`` and everything below it that is not a station, the nearest first."""
        found = [top.id]
        for unit_id in found:
            found += self._parts.get(unit_id, ())
        return tuple(found)

    @cached_property
    def _company(self) -> OrganisationUnit | None:
        companies = [each for each in self.units.values() if each.kind is UnitKind.COMPANY]
        return companies[0] if len(companies) == 1 else None

    @cached_property
    def _by_name(self) -> dict[str, OrganisationUnit]:
        return {each.name: each for each in self.units.values()}

    @cached_property
    def _parts(self) -> Mapping[int, list[int]]:
        """The units below each unit, stations left out."""
        found: dict[int, list[int]] = defaultdict(list)
        for each in self.units.values():
            if each.parent_id is not None and each.kind is not UnitKind.STATION:
                found[each.parent_id].append(each.id)
        return found

    @cached_property
    def _holding(self) -> Mapping[tuple[int, Post], list[Person]]:
        found: dict[tuple[int, Post], list[Person]] = defaultdict(list)
        for each in self.appointments:
            found[each.unit_id, each.post].append(self.people[each.person_id])
        return found

    @cached_property
    def _units_of(self) -> Mapping[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for each in self.appointments:
            found[each.person_id].add(each.unit_id)
        return found

    @cached_property
    def _in_service(self) -> Mapping[str, tuple[Person, ...]]:
        """By name: those with a post. Who has none has left and is told nothing."""
        found: dict[str, tuple[Person, ...]] = {}
        for person_id in self._units_of:
            each = self.people[person_id]
            found[each.name] = (*found.get(each.name, ()), each)
        return found


def load_organisation(connection: sa.Connection, at: datetime) -> Organisation:
    """The organisation as it stands at ``at``: appointments by its day, absences by the instant."""
    units = (
        OrganisationUnit(row.id, row.name, UnitKind.of(row.kind), row.parent_id)
        for row in connection.execute(sa.select(unit).order_by(unit.c.id))
    )
    people = (
        Person(*row) for row in connection.execute(sa.select(person.c.id, person.c.code, person.c.name))
    )
    return Organisation(
        units={each.id: each for each in units},
        people={each.id: each for each in people},
        appointments=_appointments(connection, at),
        contacts=_contacts(connection),
        away=_away(connection, at),
    )


def _appointments(connection: sa.Connection, at: datetime) -> tuple[Held, ...]:
    day = local(at).date()
    held = appointment.c
    wanted = (
        sa.select(held.person_id, held.unit_id, held.post)
        .where(held.since <= day, sa.or_(held.until.is_(None), held.until >= day))
        .order_by(held.person_id, held.unit_id, held.id)
    )
    return tuple(Held(row.person_id, row.unit_id, Post.of(row.post)) for row in connection.execute(wanted))


def _contacts(connection: sa.Connection) -> dict[int, dict[Channel, str]]:
    found: dict[int, dict[Channel, str]] = defaultdict(dict)
    for row in connection.execute(sa.select(contact).order_by(contact.c.id)):
        found[row.person_id][Channel.of(row.channel)] = row.address
    return dict(found)


def _away(connection: sa.Connection, at: datetime) -> dict[int, int | None]:
    """An absence holds from its first instant up to, but without, its last."""
    wanted = sa.select(absence.c.person_id, absence.c.stand_in_id).where(
        absence.c.from_at <= at, absence.c.to_at > at
    )
    return {row.person_id: row.stand_in_id for row in connection.execute(wanted)}
