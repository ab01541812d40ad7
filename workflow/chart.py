"""The machine as a Mermaid chart: drawn from the transitions that run, so it cannot say otherwise.

Ids are ASCII and labels Chinese, because Mermaid breaks on Chinese ids.
"""

from collections import defaultdict
from collections.abc import Iterator

from workflow.events import RANK, EventType
from workflow.machine import HAS_WORKS, Position, State, StepMachine

PER_LINE = 4


def mermaid(machine: StepMachine) -> str:
    """The chart of one machine, ending in a newline."""
    return "\n".join(_lines(machine)) + "\n"


def _lines(machine: StepMachine) -> Iterator[str]:
    yield "stateDiagram-v2"
    states = list(machine.machine.states)
    for name in states:
        yield f'    state "{State.of(name).label}" as {name}'
    yield f"    [*] --> {machine.machine.initial}"
    beside: dict[str, list[EventType]] = defaultdict(list)
    for source, dest, label in _moves(machine, beside):
        yield f"    {source} --> {dest} : {label}"
    for name in states:
        if beside[name]:
            yield f"    note right of {name}"
            labels = [event.label for event in sorted(beside[name], key=RANK.__getitem__)]
            for start in range(0, len(labels), PER_LINE):
                yield f"        {'、'.join(labels[start : start + PER_LINE])}"
            yield "    end note"
    for name in states:
        if State.of(name).status.value != "open":
            yield f"    {name} --> [*]"


def _moves(machine: StepMachine, beside: dict[str, list[EventType]]) -> Iterator[tuple[str, str, str]]:
    """The moves between states; what happens within one state is collected in ``beside``."""
    for name, event in machine.machine.events.items():
        event_type = EventType.of(name)
        for source, transitions in event.transitions.items():
            dests = {transition.dest for transition in transitions}
            for transition in transitions:
                if transition.dest is None:
                    if event_type not in beside[source]:
                        beside[source].append(event_type)
                    continue
                label = event_type.label
                if len(dests) > 1:
                    asks = transition.conditions[0].func
                    works = callable(asks) and asks(Position(source, HAS_WORKS))
                    label += "（有客户工程）" if works else "（无客户工程）"
                yield source, transition.dest, label
