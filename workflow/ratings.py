"""客户评价: the customer rates each step once it is done (domain §9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from limits.errors import YekuoError
from limits.terms import Step
from workflow.book import Book, Recorded, record
from workflow.cases import When
from workflow.events import Event, EventType
from workflow.history import Fact, facts_of, registration_of

E = EventType
SCORES = range(1, 6)
LONGEST_TEXT = 500


class RatingInvalid(YekuoError):
    """申请 {number} 的评价未登记：{problem}。请对已完成的环节打 1 至 5 分，每个环节评价一次。"""

    code = "rating_invalid"


@dataclass(frozen=True, slots=True)
class Rating:
    """What a customer thought of one step; ``score`` 1 (worst) to 5."""

    step: Step
    score: int
    text: str
    at: datetime


def rate(
    book: Book, number: str, *, step: Step, score: int, text: str = "", **when: Unpack[When]
) -> Recorded:
    """客户评价 of a step that is done, once. Raises RatingInvalid."""
    payload = rating_payload(number, step, score, text)

    def check(events: list[Event]) -> None:
        check_rating(number, step, when["at"], events)

    return record(book, number, E.RATED, payload=payload, check=check, **when)


def ratings_of(facts: Sequence[Fact]) -> tuple[Rating, ...]:
    """Every rating, in time order."""
    return tuple(
        Rating(Step.of(fact.payload["step"]), fact.payload["score"], fact.payload["text"], fact.at)
        for fact in facts
        if fact.type is E.RATED
    )


def rating_payload(number: str, step: Step, score: int, text: str) -> dict[str, Any]:
    """What the record of a rating carries; raises RatingInvalid."""
    if score not in SCORES:
        raise RatingInvalid(number=number, problem=f"分数是 {score}")
    if len(text.strip()) > LONGEST_TEXT:
        raise RatingInvalid(number=number, problem=f"评语有 {len(text.strip())} 个字，最多 {LONGEST_TEXT} 个")
    return {"step": step.value, "score": score, "text": text.strip()}


def check_rating(number: str, step: Step, at: datetime, events: Sequence[Event]) -> None:
    """Raise RatingInvalid when the step is not done by ``at``, or was rated before."""
    facts = facts_of(events)
    done = done_at(facts, high=registration_of(events).customer_class.high_voltage)
    if step not in done or done[step] > at:
        raise RatingInvalid(number=number, problem=f"环节“{step.label}”还没有完成")
    if any(each.step is step for each in ratings_of(facts)):
        raise RatingInvalid(number=number, problem=f"环节“{step.label}”已经评价过")


def done_at(facts: Sequence[Fact], *, high: bool) -> dict[Step, datetime]:
    """When each step the customer experiences was done; a step taken up anew counts by its last end.

    高压 customer works are done when the final inspection passed, 低压 ones when they are finished.
    """
    ends = {
        E.ACCEPTED: Step.APPLY,
        (E.FINAL_PASSED if high else E.WORKS_FINISHED): Step.WORKS,
        E.ENERGIZED: Step.ENERGIZE,
    }
    if high:
        ends[E.PLAN_REPLIED] = Step.REPLY
    return {ends[fact.type]: fact.at for fact in facts if fact.type in ends}
