"""An evaluation as its records make it: what each item has, on what evidence, and the result."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from limits.stations import StationItem, StationPart, StationStandard
from limits.terms import Verdict
from limits.zone import local
from reports.periods import Period
from reports.stations.records import Act, Record, last


class Round(NamedTuple):
    """One round of a periodic duty that falls due in the period; dates and instants as ISO text.

    ``recorded``: it was opened, so that it could be put on record; what the rhythm asks for and nobody opened is not.
    """

    item: int
    round: str
    label: str
    due_on: str
    done_at: str | None
    state: Verdict
    recorded: bool = True

    @property
    def missing(self) -> bool:
        """Past its day and not done by then."""
        return self.state in (Verdict.LATE, Verdict.OPEN_LATE)

    @property
    def unrecorded(self) -> bool:
        """无登记: past its day, and nothing says that it was ever there to be done."""
        return self.missing and not self.recorded

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Round":
        """One row of the facts of duties, or of what a result kept of them."""
        known = {name: told[name] for name in cls._fields if name in told}
        return cls(**{**known, "state": Verdict.of(str(told["state"]))})


@dataclass(frozen=True, slots=True)
class Given:
    """A score: who gave it, when, and on what evidence."""

    points: int
    evidence: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item. ``review`` is of the last self-score: one given before it no longer counts."""

    item: StationItem
    rounds: tuple[Round, ...]
    own: Given | None
    review: Given | None

    @property
    def missing(self) -> tuple[Round, ...]:
        """The rounds that nothing shows to have been done in time: done late, not done, or not on record at all."""
        return tuple(each for each in self.rounds if each.missing)

    @property
    def unrecorded(self) -> tuple[Round, ...]:
        """Those of them that are not on record at all."""
        return tuple(each for each in self.rounds if each.unrecorded)

    @property
    def most(self) -> int:
        """The most it can have: of a periodic item, what the duties done in time support.

        清廉标准 takes 依据 from what was done; without data there are never full marks (X: late is missing as well).
        """
        return self.item.most(len(self.missing))

    @property
    def evidence(self) -> str:
        """What the duties say by themselves; empty where none fell due."""
        if not self.rounds:
            return ""
        met = sum(each.state is Verdict.MET for each in self.rounds)
        waiting = sum(each.state is Verdict.OPEN for each in self.rounds)
        said = f"周期事项应做 {len(self.rounds)} 次，按时 {met} 次"
        late, unrecorded = len(self.missing) - len(self.unrecorded), len(self.unrecorded)
        said += f"，未按时 {late} 次" if late else ""
        said += f"，无登记 {unrecorded} 次" if unrecorded else ""
        return said + (f"，尚未到期 {waiting} 次" if waiting else "")


@dataclass(frozen=True, slots=True)
class Result:
    """The result: points with the bonus, the grade they amount to, who said so and when."""

    points: int
    grade: str
    actor: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The evaluation of one station for one period as it stood at one instant.

    ``since``: the day the station came on record, where that is within the period: no round before it is asked for.
    """

    station: str
    period: Period
    standard: StationStandard
    records: tuple[Record, ...]
    rounds: tuple[Round, ...]
    since: date | None
    items: tuple[ItemView, ...]
    result: Result | None

    @property
    def own_points(self) -> int | None:
        """The self-scores together; None while one is missing."""
        return _sum([each.own for each in self.items])

    @property
    def points(self) -> int | None:
        """The reviewed scores together; None while one is missing."""
        return _sum([each.review for each in self.items])

    @property
    def unreviewed(self) -> tuple[int, ...]:
        """The numbers of the items that still want a review."""
        return tuple(each.item.no for each in self.items if each.review is None)

    def find(self, no: int) -> ItemView | None:
        """The item with this number."""
        return next((each for each in self.items if each.item.no == no), None)

    def items_of(self, part: StationPart) -> tuple[ItemView, ...]:
        """The items of one part."""
        return tuple(each for each in self.items if each.item.part == part.name)

    def actors(self, act: Act) -> tuple[str, ...]:
        """Who did this, in the order they first did."""
        return tuple(dict.fromkeys(each.actor for each in self.records if each.act is act))

    def did(self, actor: str, act: Act) -> bool:
        """Whether ``actor`` did this, blanks and widths of letters aside."""
        return same_person(actor) in {same_person(each) for each in self.actors(act)}


def same_person(name: str) -> str:
    """A name without what two spellings of it may differ in.

    >>> same_person("张 三") == same_person("张三")
    True
    """
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def evaluation_of(
    station: str,
    period: Period,
    standard: StationStandard,
    held: Sequence[Record],
    rounds: tuple[Round, ...],
    since: date | None = None,
) -> Evaluation:
    """What ``held`` amounts to; a result keeps the rounds it was given on, whatever is recorded of them later."""
    closed = last(held, Act.CLOSED)
    kept = rounds if closed is None else tuple(map(Round.of, closed.payload["rounds"]))
    if closed is not None:
        told = closed.payload.get("since")
        since = date.fromisoformat(told) if told else None
    items = tuple(
        ItemView(
            item,
            tuple(each for each in kept if each.item == item.no),
            _given(last(held, Act.SCORED, item.no)),
            _review(held, item.no),
        )
        for item in standard.items
    )
    return Evaluation(station, period, standard, tuple(held), kept, since, items, _result(closed))


def _review(held: Sequence[Record], no: int) -> Given | None:
    own, review = last(held, Act.SCORED, no), last(held, Act.REVIEWED, no)
    if own is None or review is None or review.seq < own.seq:
        return None
    return _given(review)


def _given(record: Record | None) -> Given | None:
    if record is None:
        return None
    payload = record.payload
    return Given(payload["points"], payload["evidence"], record.actor, local(record.recorded_at))


def _result(closed: Record | None) -> Result | None:
    if closed is None:
        return None
    told = closed.payload
    return Result(told["points"], told["grade"], closed.actor, local(closed.recorded_at), told["text"])


def _sum(given: Sequence[Given | None]) -> int | None:
    points = [each.points for each in given if each is not None]
    return sum(points) if len(points) == len(given) else None
