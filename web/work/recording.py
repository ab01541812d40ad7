"""Which of the actions an account may record, and the address each has."""

from dataclasses import dataclass

from web.access.rights import RECORDING, Account, Right, may
from workflow.actions import Action
from workflow.events import EventType

# What is not done here: taking is done in the pool, rating by the customer.
ELSEWHERE = frozenset({"claim", "rate"})


@dataclass(frozen=True, slots=True)
class Doable:
    """An action as this account finds it; ``reasons`` are empty when it can be done now."""

    action: Action
    slug: str
    reasons: tuple[str, ...]


def slug_of(action: Action) -> str:
    """The word of an action in an address: the fact it records, or how an owner is given."""
    return action.name if action.event_type is EventType.ASSIGNED else action.event_type.value


def right_of(event_type: EventType) -> Right:
    """The right it takes to record ``event_type``."""
    return RECORDING[event_type]


def doable(account: Account, actions: tuple[Action, ...]) -> list[Doable]:
    """The actions of an application as ``account`` may do them, in the order of its life."""
    return [
        Doable(each, slug_of(each), each.reasons + _missing(account, each))
        for each in actions
        if each.name not in ELSEWHERE
    ]


def action_paths(account: Account) -> dict[EventType, str]:
    """The word of the address for each fact that ``account`` may record."""
    return {
        event_type: event_type.value
        for event_type, right in RECORDING.items()
        if event_type is not EventType.ASSIGNED and may(account, right)
    }


def _missing(account: Account, action: Action) -> tuple[str, ...]:
    right = right_of(action.event_type)
    return () if may(account, right) else (f"您的岗位没有“{right.label}”的权限",)
