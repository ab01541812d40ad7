"""The days of a clock as a strip: each day one cell, told by class, number and one character."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from limits.arrangement import DayKind
from limits.explanation import DayLine, DayRole
from limits.zone import local
from workflow.explaining import ExplainedClock

# X: beyond this a strip says less than the list below it; its middle is left out.
MOST_CELLS = 120
MARKS = {
    DayRole.START: "起",
    DayRole.COUNTED: "计",
    DayRole.REST: "休",
    DayRole.PAUSED: "停",
    DayRole.RESUMED: "复",
    DayRole.AHEAD: "",
}
LEGEND = (
    ("start", "起", "起算日，不计"),
    ("counted", "计", "计入"),
    ("makeup", "班", "调休上班，计入"),
    ("rest", "休", "休息日，不计"),
    ("paused", "停", "未计时"),
    ("late", "超", "超期"),
    ("ahead due", "到", "到期日"),
    ("ahead", "", "尚未到"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day. ``classes`` are of the style, ``mark`` the character that says the same without colour."""

    day: date
    classes: str
    mark: str
    month: str


def strip_of(explained: ExplainedClock, now: datetime) -> tuple[Cell, ...]:
    """The cells of a clock; of a very long one the last :data:`MOST_CELLS`."""
    return tuple(_cells(explained, local(now).date()))


def days_left_out(explained: ExplainedClock) -> int:
    """How many days lie before the strip."""
    return max(len(explained.explanation.days) - MOST_CELLS, 0)


def _cells(explained: ExplainedClock, today: date) -> Iterator[Cell]:
    month = 0
    for line in explained.explanation.days[-MOST_CELLS:]:
        kind, mark = _kind(explained, line)
        classes = [kind]
        if line.day == _due_on(explained):
            classes.append("due")
            mark = "到" if kind in ("ahead", "counted", "makeup") else mark
        if line.day == today:
            classes.append("today")
        if line.provisional:
            classes.append("provisional")
        label = f"{line.day.month}月" if line.day.month != month else ""
        month = line.day.month
        yield Cell(line.day, " ".join(classes), mark, label)


def _kind(explained: ExplainedClock, line: DayLine) -> tuple[str, str]:
    """The class and the character of a day; what is past the limit is late whatever else it is."""
    limit = explained.clock.standing.limit
    counted = line.role is DayRole.COUNTED
    if counted and limit is not None and line.used > limit:
        return "late", "超"
    fact = explained.clock.calendar.fact(line.day)
    if fact.kind is DayKind.MAKE_UP and (counted or line.role is DayRole.AHEAD):
        return ("makeup" if counted else "ahead"), "班"
    if line.role is DayRole.AHEAD and not fact.working:
        return "ahead rest", "休"
    return line.role.value, MARKS[line.role]


def _due_on(explained: ExplainedClock) -> date | None:
    """The due day, also of a clock that has stopped."""
    if explained.clock.standing.due_on is not None:
        return explained.clock.standing.due_on
    noted = (line.day for line in explained.explanation.days if "到期日，24 时截止" in line.notes)
    return next(noted, None)
