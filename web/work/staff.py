"""Who holds which post at an instant: whom a form may name, and whom an account manages (domain §9).

X: a station head sees and manages who holds a post in the own station, and names stand-ins from there only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from limits.terms import Post
from limits.zone import local
from web.access.rights import REACH, Account, Reach, scope_of
from web.desk import Desk
from workflow.assignment import OwnerInvalid
from workflow.errors import AbsenceInvalid, PersonUnknown
from workflow.people.roster import PersonView, people, record_absence
from workflow.queue import Load, Scope, loads

LONGEST_CODE = 64


def managers_of(desk: Desk, station: str | None, now: datetime) -> dict[str, str]:
    """The account managers in service at ``station`` (None: anywhere), by name, with their station."""
    today = local(now).date()
    return {
        each.name: post.unit
        for each in people(desk.engine, now)
        for post in each.posts
        if post.post is Post.ACCOUNT_MANAGER and station in (None, post.unit) and post.force.holds(today)
    }


def refuse_other(desk: Desk, number: str, station: str, name: str, now: datetime) -> None:
    """Raise OwnerInvalid for who is no account manager in service at the ``station`` of application ``number``."""
    if name not in managers_of(desk, station, now):
        problem = f"{name[:64]} 不是{station}的在职客户经理" if name else "没有选客户经理"
        raise OwnerInvalid(number=number, problem=problem)


@dataclass(frozen=True, slots=True)
class Line:
    """A person with what they have open as account manager; ``load`` None: not one."""

    person: PersonView
    load: Load | None


def station_of(account: Account) -> str | None:
    """The one station whose people the account manages; None: the whole company's."""
    return scope_of(account).station if REACH[account.role] is Reach.STATION else None


def staff_of(desk: Desk, account: Account, now: datetime) -> list[PersonView]:
    """Everybody in service that the account manages, by 工号.

    Sorted here: a list is turned by comparing 工号, and a database may sort letters otherwise.
    """
    station = station_of(account)
    listed = sorted(people(desk.engine, now), key=lambda each: each.code)
    return [each for each in listed if station is None or any(post.unit == station for post in each.posts)]


def person_seen(desk: Desk, account: Account, code: str, now: datetime) -> PersonView:
    """One whom the account manages; raises PersonUnknown for everybody else and for nobody alike."""
    for each in staff_of(desk, account, now):
        if each.code == code:
            return each
    raise PersonUnknown(code=code[:LONGEST_CODE])


def send_away(
    desk: Desk,
    account: Account,
    seen: PersonView,
    *,
    from_at: datetime,
    to_at: datetime,
    stand_in: str | None,
    reason: str,
    now: datetime,
) -> None:
    """登记离岗 of one whom the account manages; ``stand_in`` is the 工号 of another. Raises AbsenceInvalid."""
    if stand_in is not None and stand_in not in {each.code for each in staff_of(desk, account, now)}:
        of = station_of(account) or "公司"
        problem = f"代岗人“{stand_in[:LONGEST_CODE]}”不是{of}在职人员的工号"
        raise AbsenceInvalid(code=seen.code, name=seen.name, problem=problem)
    record_absence(
        desk.engine,
        seen.code,
        from_at=from_at,
        to_at=to_at,
        stand_in=stand_in,
        reason=reason,
        now=now,
        actor=account.name,
    )


def lines(desk: Desk, listed: Iterable[PersonView], now: datetime) -> Iterable[Line]:
    """Each with the load: names repeat, so it is asked for by station."""
    held: dict[str, dict[str, Load]] = {}
    for each in listed:
        stations = {post.unit for post in each.posts if post.post is Post.ACCOUNT_MANAGER}
        for name in stations - held.keys():
            held[name] = loads(desk.book, Scope(station=name), now)
        found = [held[name].get(each.name, Load()) for name in sorted(stations)]
        yield Line(each, _sum(found) if stations else None)


def _sum(found: Iterable[Load]) -> Load:
    listed = list(found)
    kva = sum((each.capacity for each in listed), Load().capacity)
    return Load(sum(each.applications for each in listed), kva)


def fits(each: PersonView, text: str, station: str, *, away: bool) -> bool:
    """Whether a list narrowed so holds the person: by name or 工号, by unit, and only who is away."""
    said = not text or text in each.name or each.code.startswith(text)
    there = not station or any(post.unit == station for post in each.posts)
    return said and there and (each.away is not None or not away)
