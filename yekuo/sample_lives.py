"""Inventing the lives of applications, step by step as domain §3 has them, for the sample ledger.

Nothing here is a rule: the figures say how long things usually take, so that a sample looks like a county's
year.  Moments are whole minutes (``ordinal day * 1440 + minute``): a ledger has millions of them.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime

from limits.calendar import Calendar
from limits.terms import ApplicationKind, CustomerClass, Status, Supplies, Supporting, Voltage
from limits.zone import local
from workflow.events import EventType

Moment = int
DAY = 1440
TOWNS = ("东岭", "西河", "南坪", "北桥", "中湾")
CHANNELS = ("网上国网", "营业厅", "电话预约")
CLASSES = {
    CustomerClass.LV_RESIDENT: 39,
    CustomerClass.LV_OTHER: 22,
    CustomerClass.LV_MICRO: 15,
    CustomerClass.HV_ORDINARY: 17,
    CustomerClass.HV_IMPORTANT: 5,
    CustomerClass.HV_TRANSFER: 2,
}
CAPACITIES = {
    CustomerClass.LV_RESIDENT: (4, 8, 12),
    CustomerClass.LV_OTHER: (8, 12, 30, 60, 100),
    CustomerClass.LV_MICRO: (12, 30, 60, 100, 160),
    CustomerClass.HV_ORDINARY: (200, 315, 400, 630, 1000, 2000),
    CustomerClass.HV_IMPORTANT: (400, 630, 1000, 2000, 8000),
    CustomerClass.HV_TRANSFER: (315, 630, 1000),
}
WHOLE = {CustomerClass.LV_RESIDENT: 2, CustomerClass.LV_OTHER: 2, CustomerClass.LV_MICRO: 15}
SUPPORTING_LV = {CustomerClass.LV_RESIDENT: 3, CustomerClass.LV_OTHER: 3, CustomerClass.LV_MICRO: 13}
SUPPORTING_HV = {
    Voltage.KV10: {
        Supporting.TEE_LINE: 7,
        Supporting.OVERHEAD_LINE: 20,
        Supporting.RING_CABINET: 30,
        Supporting.SWITCHING_STATION: 50,
        Supporting.SUBSTATION_BAY: 60,
    },
    Voltage.KV35: {Supporting.OVERHEAD_LINE: 90, Supporting.SUBSTATION_BAY: 60},
}
LATE = 0.13  # of the applications are slow somewhere; some are then cut short by the end of the sample


@dataclass(slots=True)
class Life:
    """One application: what it is and what happened to it, up to the end of the sample."""

    number: str
    customer: str
    town: str
    street: int
    manager: str
    channel: str
    customer_class: CustomerClass
    voltage: Voltage
    supplies: Supplies
    capacity: int
    kind: ApplicationKind
    proactive: bool
    boundary: bool
    customer_works: bool
    supporting: Supporting
    times: dict[EventType, Moment] = field(default_factory=dict)
    contract_on: date | None = None
    suspension: tuple[Moment, Moment | None] | None = None
    status: Status = Status.OPEN


def moment_of(at: datetime) -> Moment:
    at = local(at)
    return at.toordinal() * DAY + at.hour * 60 + at.minute


class Lives:
    """Draws lives, each accepted no earlier than the day of the one before; equal seeds draw equal lives."""

    def __init__(self, *, rows: int, seed: int, as_of: datetime, span_days: int, calendar: Calendar) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a sample that repeats, not a secret
        self._rows, self._span = rows, span_days
        self._end = moment_of(as_of)
        self._calendar = calendar
        self._classes = [each for each, share in CLASSES.items() for _ in range(share)]

    def draw(self, serial: int) -> Life:
        """The ``serial``-th application (from 0), cut off at the end of the sample."""
        pick = self._random.choice
        accepted = self._acceptance(serial)
        of_class = pick(self._classes)
        high = of_class.high_voltage
        voltage = self._voltage(high)
        boundary = of_class is CustomerClass.LV_MICRO or (high and self._chance(0.3))
        day = date.fromordinal(accepted // DAY)
        town = pick(TOWNS)
        life = Life(
            number=f"99{day:%y%m%d}{serial + 1:05d}",
            customer=f"客户{serial + 1:05d}",
            town=town,
            street=self._random.randrange(1, 10000),
            manager=f"{town}经理{pick('甲乙丙')}",
            channel=pick(CHANNELS),
            customer_class=of_class,
            voltage=voltage,
            supplies=Supplies.DOUBLE if high and self._chance(0.2) else Supplies.SINGLE,
            capacity=pick(CAPACITIES[of_class]),
            kind=ApplicationKind.INCREASE if self._chance(0.28) else ApplicationKind.NEW,
            proactive=self._chance(0.06),
            boundary=boundary,
            customer_works=not boundary
            and (high or (of_class is CustomerClass.LV_OTHER and self._chance(0.35))),
            supporting=self._supporting(high, voltage),
        )
        life.times[EventType.APPLIED] = accepted - self._random.randrange(5, 300)
        life.times[EventType.ACCEPTED] = accepted
        walk = _Walk(life, self._random, self._calendar)
        if high:
            walk.high_voltage()
        else:
            walk.low_voltage()
        self._close(life)
        return life

    def _acceptance(self, serial: int) -> Moment:
        """Spread evenly, any day of the week, from morning to evening, never after the end."""
        ahead = (self._rows - 1 - serial) * self._span // self._rows
        day = self._end // DAY - ahead
        return min(
            day * DAY + self._random.randrange(8 * 60, 20 * 60), self._end - self._random.randrange(5, 60)
        )

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _voltage(self, high: bool) -> Voltage:
        if high:
            return Voltage.KV35 if self._chance(0.1) else Voltage.KV10
        return Voltage.V220 if self._chance(0.45) else Voltage.V380

    def _supporting(self, high: bool, voltage: Voltage) -> Supporting:
        if not self._chance(0.3):
            return Supporting.NONE
        return self._random.choice(list(SUPPORTING_HV[voltage])) if high else Supporting.LOW_VOLTAGE

    def _close(self, life: Life) -> None:
        """Drop what lies after the end; what is left says how the application stands."""
        end = self._end
        if self._chance(0.012):
            end = self._give_up(life)
        life.times = {
            kind: at for kind, at in life.times.items() if at <= end or kind is EventType.TERMINATED
        }
        if life.suspension is not None:
            paused, resumed = life.suspension
            life.suspension = (
                None if paused > end else (paused, resumed if resumed and resumed <= end else None)
            )
        if EventType.ARCHIVED in life.times:
            life.status = Status.ARCHIVED

    def _give_up(self, life: Life) -> Moment:
        """The customer withdraws on the way; returns the moment after which nothing happens any more."""
        latest = min(self._end, life.times[EventType.ENERGIZED] - 1)
        at = life.times[EventType.ACCEPTED] + self._random.randrange(1, 30 * DAY)
        if at >= latest:
            return self._end
        life.times[EventType.TERMINATED] = at
        life.status = Status.VOIDED if self._chance(0.15) else Status.TERMINATED
        return at


class _Walk:
    """Walks one life along its steps; ``at`` is where it stands."""

    def __init__(self, life: Life, draw: random.Random, calendar: Calendar) -> None:
        self._life, self._random, self._calendar = life, draw, calendar
        self._at = life.times[EventType.ACCEPTED]
        stages = 6 if life.customer_class.high_voltage else 1
        self._slow = draw.randrange(stages) if draw.random() < LATE else -1
        self._pause_before = draw.choice(list(_PAUSABLE)) if draw.random() < 0.05 else None

    def low_voltage(self) -> None:
        """受理 → (客户工程 | 配套工程) → 装表接电 → 归档; no design review, no inspection."""
        life = self._life
        supported = life.supporting is not Supporting.NONE
        usual = WHOLE[life.customer_class]
        whole = self._within(max(usual, 5) if supported else usual, stage=0)
        if life.customer_works:
            self._go(EventType.WORKS_STARTED, self._between(0, 2))
            self._go(EventType.WORKS_FINISHED, self._between(2, 10))
        if supported:
            waited = min(whole, 1)
            built = self._random.randint(0, min(SUPPORTING_LV[life.customer_class], whole - waited))
            self._go(EventType.SUPPORTING_STARTED, waited)
            self._go(EventType.SUPPORTING_FINISHED, built)
            whole -= waited + built
        self._go(EventType.ENERGIZED, whole)
        self._go(EventType.ARCHIVED, self._between(1, 3))

    def high_voltage(self) -> None:
        """受理 → 方案答复 → 客户工程（设计审查、中间检查、竣工检验） → 手续 → 装表接电 → 归档."""
        self._go(EventType.PLAN_REPLIED, self._within(10, stage=0))
        supported = self._support()
        if self._life.customer_works:
            self._works()
        self._at = max(self._at, supported)
        self._go(EventType.FORMALITIES_DONE, self._between(1, 5))
        self._go(EventType.ENERGIZED, self._within(3, stage=4))
        self._go(EventType.ARCHIVED, self._between(1, 4))

    def _works(self) -> None:
        # 普通 has only the final inspection; 重要 and 资产移交 have all three [34].
        checked = self._life.customer_class is not CustomerClass.HV_ORDINARY
        if checked:
            self._go(EventType.DESIGN_SUBMITTED, self._between(3, 15))
            self._go(EventType.DESIGN_PASSED, self._within(3, stage=1))
        self._go(EventType.WORKS_STARTED, self._between(1, 6))
        if checked:
            self._go(EventType.INTERIM_REQUESTED, self._between(4, 12))
            inspected = self._within(2, stage=2)
            self._go(EventType.INTERIM_STARTED, inspected // 2)
            self._go(EventType.INTERIM_PASSED, inspected - inspected // 2)
        self._go(EventType.WORKS_FINISHED, self._between(5, 22))
        self._go(EventType.COMPLETION_REPORTED, self._between(0, 2))
        inspected = self._within(3, stage=3)
        self._go(EventType.FINAL_STARTED, inspected // 2)
        self._go(EventType.FINAL_PASSED, inspected - inspected // 2)

    def _support(self) -> Moment:
        """The company's own works run beside the customer's; returns when they are done."""
        life = self._life
        if life.supporting is Supporting.NONE:
            return self._at
        usual = SUPPORTING_HV[life.voltage][life.supporting]
        started = self._later(self._at, self._between(1, 5))
        finished = self._later(started, self._within(usual, stage=5))
        life.times[EventType.SUPPORTING_STARTED] = started
        life.times[EventType.SUPPORTING_FINISHED] = finished
        if self._random.random() < 0.7:
            life.contract_on = self._calendar.add(date.fromordinal(started // DAY), usual)
        return finished

    def _go(self, kind: EventType, days: int) -> None:
        if kind is self._pause_before:
            self._pause()
        self._at = self._later(self._at, days)
        self._life.times[kind] = self._at

    def _pause(self) -> None:
        paused = self._at + self._random.randrange(10, 180)
        self._at = self._later(paused, self._between(2, 15))
        self._life.suspension = (paused, self._at)

    def _within(self, limit: int, *, stage: int) -> int:
        """Working days a stage takes: mostly well inside its limit, beyond it when it is the slow one."""
        if stage == self._slow:
            return limit + self._between(1, 4)
        return int(limit * self._random.triangular(0.2, 1.0, 0.5))

    def _between(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def _later(self, at: Moment, days: int) -> Moment:
        """``days`` working days on, in office hours; 0 is a little later the same day."""
        if days == 0:
            return at + self._random.randrange(5, 90)
        day = self._calendar.add(date.fromordinal(at // DAY), days)
        return day.toordinal() * DAY + self._random.randrange(8 * 60, 18 * 60)


_PAUSABLE = (EventType.PLAN_REPLIED, EventType.WORKS_FINISHED, EventType.ENERGIZED)
