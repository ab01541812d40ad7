"""The figures of one period: pure functions of its facts, each with its base and what stands outside it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from limits.terms import Verdict
from reports.facts.values import Facts
from reports.figures.frames import Frames, Key, Where
from reports.figures.shares import Share, Spread
from reports.periods import Period

SATISFIED = 4
When = Literal["previous", "year_before"]  # the period before (环比), the same one a year earlier (同比)


@dataclass(frozen=True, slots=True)
class Held:
    """So many applications and what they ask for together; ``capacity`` in kVA (低压: kW)."""

    n: int
    capacity: Decimal


@dataclass(frozen=True, slots=True)
class Alarms:
    """Alarms reached: ``in_time`` of those that had to be acknowledged by now."""

    n: int
    told: int
    in_time: Share
    answered: int
    closed: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A share now, in the period before (环比) and a year earlier (同比)."""

    now: Share
    previous: Share
    year_before: Share

    def then(self, when: When) -> Share:
        """The one of ``previous`` and ``year_before``."""
        return self.previous if when == "previous" else self.year_before

    def since(self, when: When) -> float | None:
        """Percentage points gained or lost; None where one of the two is no rate."""
        return _gain(self.now, self.then(when))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit in the ranking; ``place`` None: it has no rate and is in no place."""

    place: int | None
    name: str
    share: Share
    previous: Share


class Figures:
    """What the facts of a period amount to.

    ``by`` names columns (class, unit, station, manager, layer, clock …), none for one figure over everything:
    its key is then ``()``.  Keys come in the order of their values; ``where`` narrows columns.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.frames = Frames(facts)

    def counts(self, move: str, by: Sequence[str] = (), when: str = "", **where: Where) -> dict[Key, Held]:
        """Applications accepted, archived, terminated, voided in the period, or in progress when it ended."""
        suffix, then = _then(when)
        name, narrowed = f"counts{suffix}", {"move": move, **then, **where}
        amounts: dict[Key, Decimal] = {}
        picked = self.frames.picked(name, narrowed)
        for row in picked.to_dict("records"):
            key = tuple(row[column] for column in by)
            amounts[key] = amounts.get(key, Decimal(0)) + Decimal(str(row["capacity"]))
        counted = self.frames.sums(name, by, ("n",), narrowed)
        return {key: Held(n, amounts[key]) for key, (n,) in counted.items()}

    def total(self, move: str, **where: Where) -> int:
        """How many, all together."""
        return self.frames.sums("counts", (), ("n",), {"move": move, **where}).get((), (0,))[0]

    def kept(self, rule: str, by: Sequence[str] = (), when: str = "", **where: Where) -> dict[Key, Share]:
        """The archived applications that kept ``rule``, of those it binds; every key that archived any.

        ``when``: ``previous`` or ``year_before`` for the same of an earlier period.
        """
        suffix, then = _then(when)
        counted = self.frames.sums(f"kept{suffix}", by, ("met", "base"), {"rule": rule, **then, **where})
        archived = self.frames.sums(f"counts{suffix}", by, ("n",), {"move": "archived", **then, **where})
        return {
            key: Share(met, base, archived.get(key, (base,))[0] - base)
            for key, (met, base) in ((key, counted.get(key, (0, 0))) for key in {**archived, **counted})
        }

    def rate(self, rule: str, when: str = "", **where: Where) -> Share:
        """All of them together."""
        return self.kept(rule, (), when, **where).get((), Share(0, 0))

    def compared(self, rule: str, **where: Where) -> Compared:
        """With the period before and the same one a year earlier."""
        now, previous, year_before = (
            self.rate(rule, when, **where) for when in ("", "previous", "year_before")
        )
        return Compared(now, previous, year_before)

    def clocks(self, by: Sequence[str] = ("layer", "clock"), **where: Where) -> dict[Key, Share]:
        """Each clock by itself: how many were met of those there are."""
        counted = self.frames.sums("clocks", by, ("met", "base"), where)
        return {key: Share(met, base) for key, (met, base) in counted.items()}

    def used(self, by: Sequence[str] = ("layer", "clock"), **where: Where) -> dict[Key, Spread]:
        """Days used by the clocks that were stopped; minutes of those with ``time_unit`` minute."""
        return self.frames.spreads("days", by, "used", where)

    def used_by_manager(
        self, by: Sequence[str] = ("station", "manager"), when: str = "", **where: Where
    ) -> dict[Key, Spread]:
        """Days used by the local total clock."""
        suffix, then = _then(when)
        return self.frames.spreads(f"days_by_manager{suffix}", by, "used", {**then, **where})

    def owners(self, by: Sequence[str] = ("owner",), **where: Where) -> dict[Key, Spread]:
        """Working days by whose they were; ``span`` and ``unsuspended`` are the whole way."""
        return self.frames.spreads("owners", by, "days", where)

    def levels(self, by: Sequence[str] = ("level",), **where: Where) -> dict[Key, int]:
        """Levels reached in the period."""
        return {key: n for key, (n,) in self.frames.sums("levels", by, ("n",), where).items()}

    def alarms(self, by: Sequence[str] = ("level",), **where: Where) -> dict[Key, Alarms]:
        """What became of the alarms reached in the period; one that was only recorded asks nothing."""
        found: dict[Key, list[int]] = {}
        for key, (n,) in self.frames.sums(
            "alarms", (*by, "withheld", "seen", "answered", "closed"), ("n",), where
        ).items():
            *_, withheld, seen, answered, closed = key
            sums = found.setdefault(key[: len(by)], [0] * 6)
            due = seen in ("in_time", "late", "missed")
            parts = (True, not withheld, seen == "in_time", due, bool(answered), bool(closed))
            for index, counts in enumerate(parts):
                sums[index] += n if counts else 0
        return {
            key: Alarms(n, told, Share(in_time, due, told - due), answered, closed)
            for key, (n, told, in_time, due, answered, closed) in found.items()
        }

    def alarm_minutes(self, by: Sequence[str] = ("level", "act"), **where: Where) -> dict[Key, Spread]:
        """Minutes from telling to acknowledging or answering; of working hours where ``working``."""
        return self.frames.spreads("alarm_minutes", by, "minutes", where)

    def satisfied(self, by: Sequence[str] = (), **where: Where) -> dict[Key, Share]:
        """Ratings of 4 and 5 among all (X)."""
        found: dict[Key, list[int]] = {}
        for key, (n,) in self.frames.sums("ratings", (*by, "score"), ("n",), where).items():
            sums = found.setdefault(key[:-1], [0, 0])
            sums[0] += n if int(key[-1]) >= SATISFIED else 0
            sums[1] += n
        return {key: Share(met, of) for key, (met, of) in found.items()}

    def orders(self) -> "Orders":
        """The supervision orders of the period; one that is open and not yet due has been kept by nobody yet."""
        table = self.facts.tables.get("orders")
        rows = table.dicts() if table else []
        verdicts = Counter(row["verdict"] for row in rows)
        met, late, overdue = (verdicts[each.value] for each in (Verdict.MET, Verdict.LATE, Verdict.OPEN_LATE))
        judged = met + late + overdue
        return Orders(
            opened=sum(bool(row["opened_in_period"]) for row in rows),
            standing=sum(row["ended_at"] is None for row in rows),
            overdue=overdue,
            ended=met + late,
            in_time=Share(met, judged, len(rows) - judged),
        )

    def suspensions(self) -> "Suspensions":
        """Suspensions that lasted into the period."""
        period = Period.parse(str(self.facts.header["period"])) if self.facts.header else None
        table = self.facts.tables.get("suspensions")
        if period is None or table is None:
            return Suspensions(0, 0, 0)
        begins, ends = (datetime.isoformat(each) for each in (period.begins, period.ends))
        rows = table.dicts()
        return Suspensions(
            begun=sum(begins <= str(row["suspended_at"]) for row in rows),
            ended=sum(row["resumed_at"] is not None and str(row["resumed_at"]) < ends for row in rows),
            standing=sum(row["resumed_at"] is None or str(row["resumed_at"]) >= ends for row in rows),
        )

    def trend(self, rule: str) -> dict[str, Share]:
        """The months that lead up to the end of the period, in order."""
        counted = self.frames.sums("trend", ("period",), ("met", "base"), {"rule": rule})
        return {str(key[0]): Share(met, base) for key, (met, base) in counted.items()}

    def findings(self, by: Sequence[str] = ("code",)) -> dict[Key, int]:
        """What was found, by code."""
        frame = self.frames.frame("findings")
        found: dict[Key, int] = {}
        for row in frame.to_dict("records"):
            key = tuple(row[column] for column in by)
            found[key] = found.get(key, 0) + 1
        return dict(sorted(found.items()))

    def ranking(self, rule: str = "local.total", column: str = "station") -> tuple[Ranked, ...]:
        """Units by their rate, the better first; equal rates share a place, and the larger base comes first.

        A unit without a rate stands at the end in no place: nothing archived is neither good nor bad.
        """
        shares = {str(key[0]): share for key, share in self.kept(rule, (column,)).items()}
        before = {str(key[0]): share for key, share in self.kept(rule, (column,), "previous").items()}
        listed = sorted(
            {*shares, *self._units(column)}, key=lambda name: _merit(shares.get(name, Share(0, 0)), name)
        )
        found: list[Ranked] = []
        for position, name in enumerate(listed, 1):
            share = shares.get(name, Share(0, 0))
            tied = bool(found) and found[-1].share.exact == share.exact
            place = None if share.exact is None else found[-1].place if tied else position
            found.append(Ranked(place, name, share, before.get(name, Share(0, 0))))
        return tuple(found)

    def _units(self, column: str) -> set[str]:
        """Every unit there is, also those to which nothing happened."""
        names = {str(key[0]) for key in self.frames.sums("counts", (column,), ("n",), {})}
        table = self.facts.tables.get("stations")
        if column == "station" and table is not None:
            names |= {str(row["station"]) for row in table.dicts()}
        return names


@dataclass(frozen=True, slots=True)
class Suspensions:
    """Begun in the period, ended by its end, and standing then."""

    begun: int
    ended: int
    standing: int


@dataclass(frozen=True, slots=True)
class Orders:
    """Supervision orders: opened in the period; standing, overdue and ended at its ``as_of``.

    ``in_time``: those ended in time, of those that are ended or overdue; outside are the cancelled and those
    not yet due.
    """

    opened: int
    standing: int
    overdue: int
    ended: int
    in_time: Share


def _then(when: str) -> tuple[str, dict[str, Where]]:
    """Where the same is found of an earlier period."""
    return ("_before", {"when": when}) if when else ("", {})


def _merit(share: Share, name: str) -> tuple[bool, float, int, str]:
    rate = share.rate
    return rate is None, -(rate or 0), -share.of, name


def _gain(now: Share, then: Share) -> float | None:
    if now.exact is None or then.exact is None:
        return None
    return float(now.exact - then.exact) * 100
