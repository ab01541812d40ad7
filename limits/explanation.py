"""Why a clock says what it says: day by day which days counted, which did not and why, with the clauses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from limits.calendar import Calendar
from limits.clock import Crossing, Standing, Track, read
from limits.spans import Interval
from limits.terms import Term, Unit
from limits.zone import local, midnight

WEEKDAYS = "一二三四五六日"
START_RULE = "《民法典》第二百零一条：按照日计算期间的，开始的当日不计入，自下一日开始计算"
END_RULE = "《民法典》第二百零三条：期间的最后一日的截止时间为二十四时"
PAUSE_RULE = "暂停与恢复：恢复当日不计，自下一个工作日续计；同一日内的暂停与恢复不影响用时"


class DayRole(Term):
    """What a day was to a clock."""

    START = "start", "起算日"
    COUNTED = "counted", "计入"
    REST = "rest", "休息日"
    PAUSED = "paused", "未计时"
    RESUMED = "resumed", "恢复日"
    AHEAD = "ahead", "尚未到"


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day: its role, the used days at its end, and what is to be said of it."""

    day: date
    role: DayRole
    used: int
    text: str
    notes: tuple[str, ...] = ()
    provisional: bool = False

    @property
    def weekday(self) -> str:
        return f"周{WEEKDAYS[self.day.weekday()]}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """``days`` from the start to the end, or to the due day while running; ``sources`` without repeats."""

    days: tuple[DayLine, ...]
    conclusion: str
    sources: tuple[str, ...]


Break = tuple[Interval, str]


def weekday_of(day: date) -> str:
    """``2026-10-23`` → ``2026-10-23（周五）``."""
    return f"{day.isoformat()}（周{WEEKDAYS[day.weekday()]}）"


def explain(
    track: Track,
    standing: Standing,
    crossings: Sequence[Crossing],
    breaks: Sequence[Break],
    calendar: Calendar,
    now: datetime,
) -> Explanation:
    """Tell the whole of ``track`` at ``now``. ``breaks`` say whose the time between its spans was."""
    days = (
        ()
        if standing.unit is Unit.MINUTE
        else tuple(_days(track, standing, crossings, breaks, calendar, now))
    )
    sources = [START_RULE, END_RULE]
    if any(line.role in (DayRole.PAUSED, DayRole.RESUMED) for line in days):
        sources.append(PAUSE_RULE)
    sources += [calendar.fact(line.day).source for line in days]
    return Explanation(
        days=days,
        conclusion=_conclusion(standing, calendar, now),
        sources=tuple(dict.fromkeys(source for source in sources if source)),
    )


def _days(
    track: Track,
    standing: Standing,
    crossings: Sequence[Crossing],
    breaks: Sequence[Break],
    calendar: Calendar,
    now: datetime,
) -> Iterator[DayLine]:
    first = local(track.spans[0].start).date()
    today = local(now).date()
    used = 0
    for offset in range((_last(track, standing, today) - first).days + 1):
        day = first + timedelta(days=offset)
        role = _role(track, day, first, today, calendar)
        if role is DayRole.COUNTED or (role is DayRole.AHEAD and calendar.is_workday(day)):
            used += 1
        will = "将" if day > today else ""
        reached = [f"{will}达到{each.level.label}色级别" for each in crossings if each.on == day]
        reached += _due_notes(standing, day, role, used)
        text = _said(role, day, breaks, calendar)
        yield DayLine(day, role, used, text, tuple(reached), calendar.provisional(day))


def _due_notes(standing: Standing, day: date, role: DayRole, used: int) -> Iterator[str]:
    """The due day, also of a clock that has stopped, and how far beyond it a counted day lies."""
    reached = role in (DayRole.COUNTED, DayRole.AHEAD) and used == standing.limit
    if day == standing.due_on or (standing.due_on is None and reached):
        yield "到期日，24 时截止"
    if role is DayRole.COUNTED and standing.limit is not None and used > standing.limit:
        yield f"超期第 {used - standing.limit} 个工作日"


def _last(track: Track, standing: Standing, today: date) -> date:
    if standing.due_on is not None:
        return max(standing.due_on, today)
    end = track.stopped_at or track.cut_at
    return max(local(end).date(), local(track.spans[0].start).date()) if end else today


def _role(track: Track, day: date, first: date, today: date, calendar: Calendar) -> DayRole:
    for span in track.spans:
        start, end = local(span.start).date(), span.end and local(span.end).date()
        if start < day and (end is None or day <= end):
            if day > today:
                return DayRole.AHEAD
            return DayRole.COUNTED if calendar.is_workday(day) else DayRole.REST
    if day == first:
        return DayRole.START
    resumed = any(local(span.start).date() == day for span in track.spans)
    return DayRole.RESUMED if resumed else DayRole.PAUSED


def _said(role: DayRole, day: date, breaks: Sequence[Break], calendar: Calendar) -> str:
    fact = calendar.fact(day)
    kind = f"{fact.kind.label}（{fact.name}）" if fact.name else fact.kind.label
    if role is DayRole.START:
        return "起算当日不计"
    if role is DayRole.RESUMED:
        return "恢复计时当日不计"
    if role is DayRole.PAUSED:
        return _whose(day, breaks)
    if role is DayRole.AHEAD:
        return f"{kind}，{'将计入' if fact.working else '不计'}"
    return f"{kind}，{'计入' if role is DayRole.COUNTED else '不计'}"


def _whose(day: date, breaks: Sequence[Break]) -> str:
    noon = midnight(day) + timedelta(hours=12)
    for (start, end), label in breaks:
        if local(start).date() <= day and (end is None or noon <= end or local(end).date() == day):
            return f"不计：{label}"
    return "不计：不在供电企业办理环节"


def _conclusion(standing: Standing, calendar: Calendar, now: datetime) -> str:
    reading = read(standing, calendar, now)
    unit = standing.unit.label
    if standing.limit is None:
        return f"已用 {reading.used} {unit}；规则中没有这类工程的时限，不作评判。"
    told = f"时限 {standing.limit} {unit}，已用 {reading.used} {unit}，{reading.verdict.label if reading.verdict else ''}"
    if standing.due_on is not None:
        told += f"；到期日 {weekday_of(standing.due_on)}"
    elif not standing.running and standing.final is None:
        told += f"；当前没有计时，恢复后还剩 {reading.left} {unit}，暂停期间没有到期日"
    if reading.provisional:
        through = calendar.published_through
        told += f"（暂定：{through.year + 1} 年起的放假安排尚未公布，公布后重算）"
    return told + "。"
