"""办电进度: what a customer sees of an application by its number and a code, without logging in (domain §9).

The code is made from the number and a secret of this database (HMAC-SHA256, 50 bits), so it is stored
nowhere and every application has one, imported ones too (X).  A wrong code and an unknown number are
answered alike; how often somebody may try is for the pages to limit.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import exc

from limits.clock import read
from limits.errors import YekuoError
from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import Status, Step
from limits.zone import local
from workflow import store
from workflow.book import Book
from workflow.events import EventType
from workflow.history import facts_of, known_at
from workflow.machine import SUSPENDED, machine_for
from workflow.projection import Projection, project
from workflow.ratings import done_at, ratings_of
from workflow.tables import secret

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U to be misread
CHARACTERS = 10
NAME = "progress"
# What people write for a letter or digit that is not in the alphabet.
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "　": ""})


class ProgressRefused(YekuoError):
    """没有与该申请编号和查询码相符的申请。请核对受理时告知的申请编号和 10 位查询码，或拨打 95598。"""

    code = "progress_refused"


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step; ``done_on`` None while it is open or where no day is known; ``score`` as the customer rated."""

    step: Step
    done: bool
    current: bool
    done_on: date | None
    score: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """An application as its customer sees it: nobody's address, nobody's name but the account manager's.

    ``due_on`` is None while nothing runs.
    """

    number: str
    status: Status
    suspended: bool
    accepted_on: date
    steps: tuple[StepLine, ...]
    due_on: date | None
    provisional: bool
    station: str
    manager: str


def customer_code(book: Book, number: str, now: datetime) -> str:
    """The code of application ``number``, ``7K2M9-Q4XTR``, to be told to its customer."""
    code = _code(progress_secret(book, now), number)
    return f"{code[: CHARACTERS // 2]}-{code[CHARACTERS // 2 :]}"


def progress(book: Book, number: str, code: str, now: datetime) -> Progress:
    """Application ``number`` for who knows its code; raises ProgressRefused.

    The code is judged before the number is looked up, so that an unknown number takes no shorter than a
    wrong code.
    """
    expected = _code(progress_secret(book, now), number)
    given = code.upper().translate(_MEANT)
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise ProgressRefused
    with store.reading(book.engine) as connection:
        application_id = store.find(connection, number)
        events = store.events_of(connection, application_id) if application_id is not None else []
    if not any(fact.type is EventType.ACCEPTED for fact in known_at(facts_of(events), now)):
        raise ProgressRefused
    return progress_of(book, number, project(events, book.rules, until=now), now)


def progress_of(book: Book, number: str, projected: Projection, now: datetime) -> Progress:
    """Application ``number``, as ``projected`` at ``now``, as its customer sees it; for who needs no code."""
    registration = projected.registration
    totals = [each for each in projected.clocks if each.bound.rule.role is ClockRole.TOTAL]
    # The layers stand in the order of the policies, the local one first: its total is what was promised here.
    total = next((each for each in totals if each.bound.rule.layer is Layer.LOCAL), next(iter(totals), None))
    reading = read(total.standing, book.rules.calendar, now) if total is not None else None
    return Progress(
        number=number,
        status=projected.status,
        suspended=bool(projected.position.flags & SUSPENDED),
        accepted_on=local(projected.accepted_at).date(),
        steps=_steps(book, projected),
        due_on=reading.due_on if reading else None,
        provisional=bool(reading and reading.provisional and reading.due_on),
        station=registration.station,
        manager=registration.manager,
    )


def progress_secret(book: Book, now: datetime) -> bytes:
    """The secret of this database; drawn when it is first asked for."""
    wanted = sa.select(secret.c.value).where(secret.c.name == NAME)
    with store.reading(book.engine) as connection:
        held = connection.execute(wanted).scalar()
    if held is None:
        row = {"name": NAME, "value": secrets.token_hex(32), "created_at": local(now)}
        try:
            with store.writing(book.engine) as connection:
                connection.execute(sa.insert(secret), [row])
        except exc.IntegrityError:
            pass  # another process drew it meanwhile: the unique name let one of the two in
        with store.reading(book.engine) as connection:
            held = connection.execute(wanted).scalar_one()
    return bytes.fromhex(held)


def _code(key: bytes, number: str) -> str:
    told = hmac.new(key, number.encode("utf-8", "replace"), hashlib.sha256).digest()
    bits = int.from_bytes(told[:8], "big")
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(CHARACTERS))


def _steps(book: Book, projected: Projection) -> tuple[StepLine, ...]:
    registration = projected.registration
    rule = machine_for(book.rules.policies, registration, local(projected.accepted_at).date()).rule
    steps = rule.steps_for(customer_works=registration.customer_works, proactive=registration.proactive)
    done = done_at(projected.facts, high=registration.customer_class.high_voltage)
    scores = {each.step: each.score for each in ratings_of(projected.facts)}
    here = rule.steps.index(projected.step) if projected.step in rule.steps else 0
    lines = []
    for step in steps:
        passed = step in done and (rule.steps.index(step) < here or step is Step.ENERGIZE)
        lines.append(
            StepLine(
                step=step,
                done=passed or rule.steps.index(step) < here,
                current=step is projected.step and not passed and projected.status is Status.OPEN,
                done_on=local(done[step]).date() if passed else None,
                score=scores.get(step),
            )
        )
    return tuple(lines)
