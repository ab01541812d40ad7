"""What is sent, how it went, and what every sender can do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from limits.terms import Level


class OutcomeState(Enum):
    """How one attempt ended: it arrived, is worth another, or never will arrive like this."""

    SENT = "sent"
    RETRY = "retry"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person. ``id`` is the same when it is sent again.

    ``facts`` is the same for programs, in JSON values.
    """

    id: str
    title: str
    text: str
    level: Level | None = None
    link: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``text`` is the Chinese reason, ``code`` the one for programs; ``retry_after`` in seconds.

    Neither ever holds anything a receiver said in its own words: that could be a key.
    """

    state: OutcomeState
    code: str = ""
    text: str = ""
    retry_after: float | None = None


SENT = Outcome(OutcomeState.SENT)


def retry(code: str, text: str, after: float | None = None) -> Outcome:
    """It did not arrive and may arrive later."""
    return Outcome(OutcomeState.RETRY, code, text, after)


def dead(code: str, text: str) -> Outcome:
    """It will not arrive until somebody mends what ``text`` says."""
    return Outcome(OutcomeState.DEAD, code, text)


class Sender(Protocol):
    """One channel. Safe to use from several threads."""

    @property
    def per_minute(self) -> int:
        """How many messages one robot may send in a minute."""
        ...

    def robot(self, address: str) -> str:
        """Who sends to ``address``: what the messages of a minute are counted by."""
        ...

    def send(self, address: str, message: Message) -> Outcome:
        """Try once; never raises for what a receiver or the network does."""
        ...
