"""Which applications an account is shown: its part of the organisation, put to the queue and to one page."""

from dataclasses import dataclass

import sqlalchemy as sa

from web.rights import Account, Reach, scope_of
from workflow import queue, store
from workflow.errors import ApplicationUnknown
from workflow.tables import application, unstorable


@dataclass(frozen=True, slots=True)
class Shown:
    """The row of an application that may be looked at."""

    id: int
    number: str
    station: str
    manager: str


def queue_of(account: Account) -> queue.Scope:
    """The queue an account works through."""
    scope = scope_of(account)
    if scope.reach is Reach.NONE:
        return queue.Scope(numbers=frozenset())
    return queue.Scope(station=scope.station, manager=scope.manager)


def pool_of(account: Account) -> queue.Scope:
    """Where an account looks for what nobody owns: its station, whoever it is."""
    scope = scope_of(account)
    if scope.reach is Reach.NONE:
        return queue.Scope(numbers=frozenset())
    return queue.Scope(station=scope.station)


def shown(engine: sa.Engine, account: Account, number: str) -> Shown:
    """Application ``number`` where ``account`` sees it; raises ApplicationUnknown for it and for none alike."""
    found = _row(engine, number)
    if found is None or not scope_of(account).sees(found.station, found.manager):
        raise ApplicationUnknown(number=number[:64].replace("\0", "�"))
    return found


def in_station(engine: sa.Engine, account: Account, number: str) -> Shown:
    """The same for who would take it or give it away: of the station, whoever owns it."""
    found, scope = _row(engine, number), pool_of(account)
    if found is None or scope.numbers is not None or scope.station not in (None, found.station):
        raise ApplicationUnknown(number=number[:64].replace("\0", "�"))
    return found


def _row(engine: sa.Engine, number: str) -> Shown | None:
    if unstorable("number", number) or any("\ud800" <= letter <= "\udfff" for letter in number):
        return None
    columns = (application.c.id, application.c.number, application.c.station, application.c.manager)
    with store.reading(engine) as connection:
        row = connection.execute(sa.select(*columns).where(application.c.number == number)).first()
    return Shown(*row) if row is not None else None
