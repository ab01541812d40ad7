"""How instants, due dates and clocks are said in a message."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from limits.calendar import Calendar
from limits.clock import Reading, Standing, read
from limits.explanation import weekday_of
from limits.terms import Level, Unit, Verdict
from limits.zone import local, midnight

WARNINGS = {Level.BLUE, Level.ORANGE}


def level_word(level: Level) -> str:
    """蓝、橙 are warnings while there is time; 黄、红 are alarms after the limit (内电〔2021〕34号).

    >>> level_word(Level.BLUE), level_word(Level.RED)
    ('蓝色预警', '红色告警')
    """
    return f"{level.label}色{'预警' if level in WARNINGS else '告警'}"


def day_of(at: datetime) -> str:
    """An instant at midnight is a day; any other has its minute."""
    at = local(at)
    day = weekday_of(at.date())
    return day if at == midnight(at.date()) else f"{day}{at:%H:%M}"


def due_of(due_at: datetime, calendar: Calendar) -> str:
    """By when: the midnight that ends a day is told as that day (民法典第二百零三条)."""
    at = local(due_at)
    day = at.date()
    if at == midnight(day):
        day -= timedelta(days=1)
        told = weekday_of(day)
    else:
        told = day_of(at)
    return told + provisional_of(day, calendar)


def provisional_of(day: date, calendar: Calendar) -> str:
    """暂定 is said wherever a date beyond the last published year is shown (domain §5.6)."""
    if not calendar.provisional(day):
        return ""
    return f"，暂定（{calendar.published_through.year + 1} 年起的放假安排尚未公布，公布后重算）"


@dataclass(frozen=True, slots=True)
class ToldClock:
    """One clock read at ``now``, and how that is said."""

    standing: Standing
    calendar: Calendar
    now: datetime

    @property
    def reading(self) -> Reading:
        return read(self.standing, self.calendar, self.now)

    @property
    def state(self) -> str:
        """Where it stands, in a few characters: 还剩 3 个工作日, 今日到期, 已超期 1 个工作日 …"""
        reading, standing = self.reading, self.standing
        if standing.limit is None:
            return "没有时限"
        if reading.verdict in (Verdict.MET, Verdict.LATE):
            return "按时办结" if reading.verdict is Verdict.MET else "超期办结"
        if reading.verdict is Verdict.TERMINATED:
            return "申请已终止"
        if reading.verdict is Verdict.OPEN_LATE:
            over = reading.used - standing.limit
            return f"已超期 {over} {standing.unit.label}" if over > 0 else "已超期"
        if standing.unit is Unit.WORKING_DAY and reading.due_on == local(self.now).date():
            return "今日到期"
        paused = "" if reading.running else "计时暂停，"
        return f"{paused}还剩 {reading.left} {standing.unit.label}"

    @property
    def due(self) -> str:
        """When it is due; a clock that stands still has no due date (domain §5.4)."""
        standing = self.standing
        if standing.due_at is not None:
            return due_of(standing.due_at, self.calendar)
        if standing.stopped_at is not None:
            return f"计时已于 {day_of(standing.stopped_at)} 结束"
        if standing.cut_at is not None:
            return f"计时已随申请于 {day_of(standing.cut_at)} 终止"
        since = f"自 {day_of(standing.paused_at)} 起" if standing.paused_at else ""
        return f"计时{since}暂停，恢复后再定"
