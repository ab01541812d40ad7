"""A form of an action: its fields as they are shown, and what was typed read back as the use case takes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from limits.terms import ApplicationKind, CustomerClass, Supplies, Supporting, Term, Voltage
from limits.zone import SHANGHAI, local
from workflow.actions import Action, ActionIncomplete, FieldKind
from workflow.history import LABELS, Registration

AT = "at"
CHANGE = "change_"
# The account manager changes by 移交, never by an amendment at the desk.
FIXED = frozenset({"manager"})
WORDS: Mapping[str, type[Term]] = {
    "customer_class": CustomerClass,
    "voltage": Voltage,
    "supplies": Supplies,
    "kind": ApplicationKind,
    "supporting": Supporting,
}
YES, NO = "true", "false"
YES_NO = ((YES, "是"), (NO, "否"))
NUMBERS = {"copies": 1}
# X: what lies outside is a slip of the keyboard, not a day of any application.
YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Input:
    """One control: ``kind`` of FieldKind, ``value`` as typed, ``hints`` offered for a free text."""

    name: str
    label: str
    kind: FieldKind
    required: bool
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    hints: tuple[str, ...] = ()


def inputs(
    action: Action,
    registration: Registration,
    typed: Mapping[str, str],
    people: Mapping[str, Sequence[str]],
    records: tuple[tuple[str, str], ...],
) -> list[Input]:
    """The controls of ``action`` with what was ``typed``; ``people`` are suggested by field."""
    found: list[Input] = []
    for field in action.fields:
        if field.kind is FieldKind.CHANGES:
            found += _changes(registration, typed)
            continue
        choices = records if field.kind is FieldKind.RECORD else field.choices
        if field.kind is FieldKind.YES_NO:
            choices = YES_NO
        default = str(NUMBERS.get(field.name, NO if field.kind is FieldKind.YES_NO else ""))
        value, hints = typed.get(field.name, default), tuple(people.get(field.name, ()))
        found.append(Input(field.name, field.label, field.kind, field.required, value, choices, hints))
    return found


def payload_of(action: Action, registration: Registration, typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the arguments of the use case; raises ActionIncomplete with every fault at once."""
    told: dict[str, Any] = {}
    faults: list[str] = []
    for field in action.fields:
        if field.kind is FieldKind.CHANGES:
            try:
                told[field.name] = changes_of(registration, typed)
            except ValueError:
                faults.append(f"“{field.label}”写法不对")
            continue
        text = typed.get(field.name, "").strip()
        if not text:
            faults += [f"没有填写“{field.label}”"] if field.required else []
            continue
        try:
            told[field.name] = _READ.get(field.kind, str)(text)
        except (ValueError, InvalidOperation, OverflowError):
            faults.append(f"“{field.label}”写法不对")
        else:
            if field.choices and text not in dict(field.choices):
                faults.append(f"“{field.label}”不在可选范围内")
    if faults:
        raise _incomplete(action, "；".join(faults))
    return told


def instant_of(action: Action, typed: Mapping[str, str], now: datetime) -> datetime:
    """When it happened; the minute that runs is now, so that it follows what was recorded a moment ago."""
    try:
        at = _instant(typed.get(AT, "").strip())
    except (ValueError, OverflowError) as error:
        raise _incomplete(action, "没有写发生时间，或时间写法不对") from error
    minute = local(now).replace(second=0, microsecond=0)
    return local(now) if at == minute else at


def shown_instant(at: datetime) -> str:
    """An instant as a form carries it."""
    return f"{local(at).replace(tzinfo=None).isoformat()}"


def changes_of(registration: Registration, typed: Mapping[str, str]) -> dict[str, Any]:
    """What differs from the registration as it stands; raises ValueError where neither yes nor no was told."""
    held = registration.to_payload()
    changed: dict[str, Any] = {}
    for name in LABELS:
        text = typed.get(CHANGE + name)
        if text is None or name in FIXED:
            continue
        value: object = _yes(text) if isinstance(held[name], bool) else text.strip()
        if name == "capacity" and _same_number(text, held[name]):
            continue
        if value != held[name]:
            changed[name] = value
    return changed


def _changes(registration: Registration, typed: Mapping[str, str]) -> list[Input]:
    found = []
    for name, value in registration.to_payload().items():
        if name in FIXED:
            continue
        truth = isinstance(value, bool)
        text = (YES if value else NO) if truth else str(value)
        choices = YES_NO if truth else tuple((each.value, each.label) for each in WORDS.get(name, ()))
        kind = FieldKind.CHOICE if choices else FieldKind.TEXT
        given = typed.get(CHANGE + name, text)
        found.append(Input(CHANGE + name, LABELS[name], kind, False, given, choices))
    return found


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.year not in YEARS:
        raise ValueError(text)
    return found.replace(tzinfo=SHANGHAI) if found.tzinfo is None else local(found)


def _day(text: str) -> date:
    found = date.fromisoformat(text)
    if found.year not in YEARS:
        raise ValueError(text)
    return found


def _yes(text: str) -> bool:
    if text not in (YES, NO):
        raise ValueError(text)
    return text == YES


def _same_number(text: str, held: object) -> bool:
    try:
        return Decimal(text.strip()) == Decimal(str(held))
    except InvalidOperation:
        return False


def _incomplete(action: Action, problem: str) -> ActionIncomplete:
    asked = "、".join(("发生时间", *(each.label for each in action.fields)))
    return ActionIncomplete(action=action.label, problem=problem, fields=asked)


_READ: Mapping[FieldKind, Callable[[str], Any]] = {
    FieldKind.DATE: _day,
    FieldKind.INSTANT: _instant,
    FieldKind.NUMBER: int,
    FieldKind.RECORD: int,
    FieldKind.YES_NO: _yes,
}
