"""The two machines, high and low voltage: which facts may follow which (domain §3).

The state says what the application waits for; what goes on beside it (inspections, supporting
works, a suspension) is a bit of ``flags``.  Lateness is never a state.  Guards are asked before a
move, never after: an exception in ``after`` would leave the new state behind.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from transitions import Machine

from limits.errors import YekuoError
from limits.policy import Check, MachineRule, PolicySet
from limits.terms import CustomerClass, Status, Step, Term
from workflow.events import EventType
from workflow.history import Fact, Registration

E = EventType


class State(Term):
    """What the application waits for."""

    APPLY = "apply", "待受理"
    REPLY = "reply", "待答复供电方案"
    WORKS = "works", "客户工程实施中"
    ENERGIZE = "energize", "待装表接电"
    ENERGIZED = "energized", "已接电待归档"
    ARCHIVED = "archived", "已归档"
    TERMINATED = "terminated", "已终止"
    VOIDED = "voided", "已作废"

    @property
    def status(self) -> Status:
        return _STATUS.get(self, Status.OPEN)


_STATUS = {
    State.ARCHIVED: Status.ARCHIVED,
    State.TERMINATED: Status.TERMINATED,
    State.VOIDED: Status.VOIDED,
}
_ORDER = {state: index for index, state in enumerate(State)}
OPEN_STATES = (State.REPLY, State.WORKS, State.ENERGIZE, State.ENERGIZED)

HAS_WORKS, HAS_DESIGN, HAS_INTERIM, HAS_FINAL = 1, 2, 4, 8
SUSPENDED = 16
WORKS_STARTED, WORKS_FINISHED = 32, 64
DESIGN_OPEN, DESIGN_PASSED = 128, 256
INTERIM_OPEN, INTERIM_PASSED = 512, 1024
FINAL_OPEN, FINAL_PASSED = 2048, 4096
FORMALITIES = 8192
SUPPORTING_OPEN, SUPPORTING_FINISHED = 16384, 32768
CONSTRAINED, APPROVALS_OPEN = 65536, 131072
INTERIM_SEEN, FINAL_SEEN = 262144, 524288


@dataclass(slots=True)
class Position:
    """Where an application stands: the light row the machine moves."""

    state: str
    flags: int = 0


@dataclass(frozen=True)
class Guard:
    """A condition before a move and, when it fails, the reason in Chinese."""

    holds: Callable[[int], bool]
    reason: str


@dataclass(frozen=True)
class Move:
    """One row of the machine: in which states a fact is possible, on what conditions, what it sets."""

    event: EventType
    sources: tuple[State, ...]
    guards: tuple[Guard, ...] = ()
    sets: int = 0
    clears: int = 0
    leaves: Step | None = None
    lands: State | None = None


class MoveRefused(YekuoError):
    """申请 {number} 现在不能登记“{event}”：{reasons}。请先核对该申请的进度；若原记录有误，请用“更正”并写明原因。"""

    code = "move_refused"


def _has(bit: int, reason: str) -> Guard:
    return Guard(lambda flags: bool(flags & bit), reason)


def _hasnt(bit: int, reason: str) -> Guard:
    return Guard(lambda flags: not flags & bit, reason)


def _unless(bit: int, other: int, reason: str) -> Guard:
    """``bit`` demands ``other``."""
    return Guard(lambda flags: not flags & bit or bool(flags & other), reason)


AWAKE = _hasnt(SUSPENDED, "申请处于挂起状态，须先恢复")


def _moves(*, high: bool) -> Iterator[Move]:
    yield from _before_and_beside()
    yield from _inspections(high=high)
    works, energize = (State.WORKS,), (State.ENERGIZE,)
    if high:
        yield Move(E.PLAN_APPROVED, (State.REPLY,), (AWAKE,))
        yield Move(E.PLAN_REPLIED, (State.REPLY,), (AWAKE,), leaves=Step.REPLY)
    else:
        yield Move(E.PLAN_REPLIED, (State.WORKS, State.ENERGIZE), (AWAKE,))
    yield Move(E.WORKS_STARTED, works, (AWAKE, _hasnt(WORKS_STARTED, "客户工程已开工")), WORKS_STARTED)
    done = (
        AWAKE,
        _has(WORKS_STARTED, "客户工程尚未开工"),
        _hasnt(WORKS_FINISHED, "客户工程已完工"),
        _hasnt(DESIGN_OPEN | INTERIM_OPEN, "设计审查或中间检查尚未出具意见"),
    )
    yield Move(E.WORKS_FINISHED, works, done, WORKS_FINISHED, leaves=None if high else Step.WORKS)
    yield Move(E.FORMALITIES_DONE, energize, (AWAKE, _hasnt(FORMALITIES, "手续已办结")), FORMALITIES)
    ready: tuple[Guard, ...] = (AWAKE, _hasnt(SUPPORTING_OPEN, "配套工程尚未完工"))
    if high:
        ready += (_has(FORMALITIES, "手续尚未办结"),)
    yield Move(E.ENERGIZED, energize, ready, leaves=Step.ENERGIZE)
    yield Move(E.ARCHIVED, (State.ENERGIZED,), (AWAKE,), lands=State.ARCHIVED)


def _before_and_beside() -> Iterator[Move]:
    """Acceptance and what came before it; what may happen beside any open step."""
    for early in (E.BOOKED, E.DISPATCHED, E.RECEIVED, E.ENTERED, E.APPLIED):
        yield Move(early, (State.APPLY,))
    yield Move(E.ACCEPTED, (State.APPLY,), leaves=Step.APPLY)
    for beside in (E.ASSIGNED, E.DOCUMENT_RECEIVED):
        yield Move(beside, OPEN_STATES)
    # The last step is done when nothing is left to do: a customer judges it afterwards.
    yield Move(E.RATED, (*OPEN_STATES, State.ARCHIVED))
    idle = _hasnt(SUPPORTING_OPEN | SUPPORTING_FINISHED, "配套工程已开工")
    busy = _has(SUPPORTING_OPEN, "配套工程没有在建")
    yield Move(E.SUPPORTING_STARTED, OPEN_STATES[:3], (AWAKE, idle), SUPPORTING_OPEN)
    yield Move(E.SUPPORTING_FINISHED, OPEN_STATES, (AWAKE, busy), SUPPORTING_FINISHED, SUPPORTING_OPEN)
    yield Move(E.CONTRACT_AGREED, OPEN_STATES, (_hasnt(SUPPORTING_FINISHED, "配套工程已完工"),))
    found = _has(CONSTRAINED, "没有登记过电网受限")
    yield Move(E.CONSTRAINT_FOUND, OPEN_STATES, (_hasnt(CONSTRAINED, "受限清单待上报"),), CONSTRAINED)
    yield Move(E.CONSTRAINT_REPORTED, OPEN_STATES, (found,), 0, CONSTRAINED)
    sent = _has(APPROVALS_OPEN, "没有在办的政府审批")
    yield Move(E.APPROVALS_SUBMITTED, OPEN_STATES, (_hasnt(APPROVALS_OPEN, "政府审批在办"),), APPROVALS_OPEN)
    yield Move(E.APPROVALS_GRANTED, OPEN_STATES, (sent,), 0, APPROVALS_OPEN)
    yield Move(E.SUSPENDED, OPEN_STATES, (_hasnt(SUSPENDED, "申请已处于挂起状态"),), SUSPENDED)
    yield Move(E.RESUMED, OPEN_STATES, (_has(SUSPENDED, "申请没有挂起"),), 0, SUSPENDED)
    yield Move(E.TERMINATED, OPEN_STATES, lands=State.TERMINATED)
    yield Move(E.VOIDED, (State.APPLY, *OPEN_STATES), lands=State.VOIDED)


def _inspections(*, high: bool) -> Iterator[Move]:
    """低压 has none; 高压普通 only the final one; 重要 and 资产移交 all three, each opinion given once."""
    if not high:
        return
    works = (State.WORKS,)
    asked: tuple[Guard, ...] = (
        AWAKE,
        _has(HAS_DESIGN, "该类客户不作设计审查"),
        _hasnt(DESIGN_OPEN, "设计正在审查"),
    )
    yield Move(E.DESIGN_SUBMITTED, works, (*asked, _hasnt(DESIGN_PASSED, "设计审查已合格")), DESIGN_OPEN)
    running = (AWAKE, _has(DESIGN_OPEN, "没有在审的设计"))
    yield Move(E.DESIGN_FAILED, works, running, 0, DESIGN_OPEN)
    yield Move(E.DESIGN_PASSED, works, running, DESIGN_PASSED, DESIGN_OPEN)
    asked = (
        AWAKE,
        _has(HAS_INTERIM, "该类客户不作中间检查"),
        _unless(HAS_DESIGN, DESIGN_PASSED, "设计审查尚未合格"),
        _hasnt(INTERIM_OPEN, "中间检查已在办"),
        _hasnt(INTERIM_PASSED, "中间检查已合格"),
    )
    yield Move(E.INTERIM_REQUESTED, works, asked, INTERIM_OPEN, INTERIM_SEEN)
    running = (AWAKE, _has(INTERIM_OPEN, "没有在办的中间检查"))
    yield Move(E.INTERIM_STARTED, works, (*running, _hasnt(INTERIM_SEEN, "中间检查已开始")), INTERIM_SEEN)
    yield Move(E.INTERIM_FAILED, works, running, 0, INTERIM_OPEN | INTERIM_SEEN)
    yield Move(E.INTERIM_PASSED, works, running, INTERIM_PASSED, INTERIM_OPEN)
    asked = (
        AWAKE,
        _has(HAS_FINAL, "该类客户不作竣工检验"),
        _has(WORKS_FINISHED, "客户工程尚未完工"),
        _unless(HAS_DESIGN, DESIGN_PASSED, "设计审查尚未合格"),
        _unless(HAS_INTERIM, INTERIM_PASSED, "中间检查尚未合格"),
        _hasnt(FINAL_OPEN, "竣工检验已在办"),
    )
    yield Move(E.COMPLETION_REPORTED, works, asked, FINAL_OPEN, FINAL_SEEN)
    running = (AWAKE, _has(FINAL_OPEN, "没有在办的竣工检验"))
    yield Move(E.FINAL_STARTED, works, (*running, _hasnt(FINAL_SEEN, "竣工检验已开始")), FINAL_SEEN)
    yield Move(E.FINAL_FAILED, works, running, 0, FINAL_OPEN | FINAL_SEEN)
    yield Move(E.FINAL_PASSED, works, running, FINAL_PASSED, FINAL_OPEN, leaves=Step.WORKS)


class StepMachine:
    """One machine, built from the policy's steps; the machine that runs is the one that is drawn."""

    def __init__(self, rule: MachineRule) -> None:
        self.rule = rule
        self.moves = {move.event: move for move in _moves(high=rule.high)}
        states = [state.value for state in State if self._has(state)]
        self.machine = Machine(
            model=None,
            states=states,
            initial=State.APPLY.value,
            transitions=list(self._transitions()),
            auto_transitions=False,
            queued=False,
        )

    def can_advance(self, position: Position, event: EventType) -> list[str]:
        """Why ``event`` is not possible now; empty when it is."""
        move = self.moves.get(event)
        if move is None:
            return [f"{'高压' if self.rule.high else '低压'}流程没有“{event.label}”"]
        if position.state not in move.sources:
            return [f"当前为“{State.of(position.state).label}”"]
        return [guard.reason for guard in move.guards if not guard.holds(position.flags)]

    def advance(self, position: Position, event: EventType, *, number: str) -> None:
        """Move ``position``; raises :class:`MoveRefused` with every reason and changes nothing."""
        reasons = self.can_advance(position, event)
        if reasons or not self.machine.events[event].trigger(position, position):
            raise MoveRefused(number=number, event=event.label, reasons="；".join(reasons))

    def force(self, position: Position, event: EventType) -> None:
        """Take a fact that cannot be (domain §12: taken, and found), never moving backwards."""
        move = self.moves.get(event)
        if move is None:
            return
        position.flags = (position.flags | move.sets) & ~move.clears
        lands = self._lands(move, works=bool(position.flags & HAS_WORKS))
        if lands is not None and _ORDER[lands] > _ORDER[State.of(position.state)]:
            position.state = lands.value

    def start(self, registration: Registration, checks: Iterable[Check]) -> Position:
        """A new application before acceptance."""
        held = set(checks)
        flags = HAS_WORKS if registration.customer_works else 0
        for check, bit in _CHECK_BITS.items():
            flags |= bit if check in held else 0
        return Position(State.APPLY.value, flags)

    def _transitions(self) -> Iterator[dict[str, object]]:
        for move in self.moves.values():
            common = {
                "trigger": move.event.value,
                "before": [_setter(move)] if move.sets or move.clears else [],
            }
            guards = [_condition(guard) for guard in move.guards]
            splits = self._lands(move, works=True) is not self._lands(move, works=False)
            for source in filter(self._has, move.sources):
                for works in (True, False) if splits else (True,):
                    lands = self._lands(move, works=works)
                    wanted = [_WITH_WORKS if works else _WITHOUT_WORKS] if splits else []
                    yield {
                        **common,
                        "source": source.value,
                        "dest": lands.value if lands else None,
                        "conditions": wanted + guards,
                    }

    def _lands(self, move: Move, *, works: bool) -> State | None:
        if move.lands is not None or move.leaves is None:
            return move.lands
        after = self.rule.steps[self.rule.steps.index(move.leaves) + 1 :]
        following = next((step for step in after if works or step is not Step.WORKS), None)
        return State.ENERGIZED if following is None else State.of(following.value)

    def _has(self, state: State) -> bool:
        steps = {step.value for step in self.rule.steps}
        return state.value in steps or state.value not in {step.value for step in Step}


_CHECK_BITS = {
    Check.DESIGN_REVIEW: HAS_DESIGN,
    Check.INTERIM_INSPECTION: HAS_INTERIM,
    Check.FINAL_INSPECTION: HAS_FINAL,
}


def _condition(guard: Guard) -> Callable[[Position], bool]:
    holds = guard.holds
    return lambda position: holds(position.flags)


def _setter(move: Move) -> Callable[[Position], None]:
    sets, keeps = move.sets, ~move.clears

    def set_flags(position: Position) -> None:
        position.flags = (position.flags | sets) & keeps

    return set_flags


_WITH_WORKS = _condition(_has(HAS_WORKS, ""))
_WITHOUT_WORKS = _condition(_hasnt(HAS_WORKS, ""))


@cache
def _built(rule: MachineRule) -> StepMachine:
    return StepMachine(rule)


def machine_for(policies: PolicySet, registration: Registration, on: date) -> StepMachine:
    """The machine of this application: the rule in force on its acceptance date."""
    return machine_of(policies, registration.customer_class, on)


def machine_of(policies: PolicySet, customer_class: CustomerClass, on: date) -> StepMachine:
    """The machine of a class accepted on ``on``."""
    return _built(policies.machine(high=customer_class.high_voltage, on=on))


# What brings an application on, the first that is possible. The end of what was begun comes before its
# beginning, and the design before the works.
_ONWARD = {
    True: (
        *(E.ACCEPTED, E.RESUMED, E.PLAN_REPLIED, E.DESIGN_PASSED, E.DESIGN_SUBMITTED, E.WORKS_STARTED),
        *(E.INTERIM_STARTED, E.INTERIM_PASSED, E.INTERIM_REQUESTED, E.WORKS_FINISHED),
        *(E.FINAL_STARTED, E.FINAL_PASSED, E.COMPLETION_REPORTED),
        *(E.FORMALITIES_DONE, E.SUPPORTING_FINISHED, E.ENERGIZED, E.ARCHIVED),
    ),
    False: (
        *(E.ACCEPTED, E.RESUMED, E.WORKS_STARTED, E.WORKS_FINISHED),
        *(E.SUPPORTING_FINISHED, E.ENERGIZED, E.ARCHIVED),
    ),
}


def next_move(machine: StepMachine, position: Position) -> EventType | None:
    """The one fact that would bring the application on; None where nothing would."""
    return next(
        (event for event in _ONWARD[machine.rule.high] if not machine.can_advance(position, event)), None
    )


@dataclass(frozen=True, slots=True)
class Impossible:
    """A fact that was taken although the machine refuses it."""

    fact: Fact
    reasons: tuple[str, ...]


def replay(
    machine: StepMachine, position: Position, facts: Iterable[Fact]
) -> tuple[Step | None, list[Impossible]]:
    """Carry ``position`` through a history; the last open step, and what could not be."""
    impossible = []
    step: Step | None = None
    for fact in facts:
        reasons = machine.can_advance(position, fact.type)
        if reasons:
            impossible.append(Impossible(fact, tuple(reasons)))
            machine.force(position, fact.type)
        else:
            machine.machine.events[fact.type].trigger(position, position)
        step = step_of(position) or step
    return step, impossible


_STEPS = {**{step.value: step for step in Step}, State.ENERGIZED.value: Step.ENERGIZE}


def step_of(position: Position) -> Step | None:
    """The customer's step of an open state; energized is still the last step until it is archived."""
    return _STEPS.get(position.state)
