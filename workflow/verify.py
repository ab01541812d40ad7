"""Has anybody changed the ledger outside the software? The chain and every row, rebuilt and compared."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from limits.terms import Level
from workflow import errors, store
from workflow.book import Book
from workflow.events import GENESIS, Event, event_hash
from workflow.history import LABELS as REGISTERED
from workflow.projection import Changes, ClockRow, Projection, ThresholdRow, changes, project
from workflow.rules import Rules
from workflow.tables import application, calendar_notice, clock, event, threshold

PAGE = 500
LABELS = {
    **REGISTERED,
    "status": "状态",
    "state": "流程位置",
    "flags": "流程标记",
    "step": "环节",
    "accepted_at": "受理时间",
    "archived_at": "归档时间",
    "ended_at": "终止或作废时间",
    "last_at": "最近事项时间",
    "blue_at": "蓝色起始时刻",
    "orange_at": "橙色起始时刻",
    "yellow_at": "黄色起始时刻",
    "red_at": "红色起始时刻",
    "events": "记录数",
    "head_hash": "末条哈希",
    "role": "计时性质",
    "limit_value": "时限",
    "used": "已用",
    "started_at": "起算时间",
    "resumed_at": "恢复计时时间",
    "due_at": "到期时刻",
    "late_at": "超期时刻",
    "paused_at": "暂停时间",
    "stopped_at": "停止时间",
    "cut_at": "终止时间",
    "verdict": "结论",
    "recorded_at": "登记时间",
    "superseded_at": "被取代时间",
}
CLOCK_LABELS = {**LABELS, "unit": "计时单位"}


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that is not as the records say."""

    number: str
    place: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"申请 {self.number} 的{self.place}：数据库中为 {self.found}，按记录应为 {self.expected}。"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared; ``head`` is the hash over every application's last record, by number."""

    applications: int
    events: int
    clocks: int
    head: str
    difference: Difference | None


def verify(book: Book, progress: Callable[[int, int], None] | None = None) -> Verified:
    """Check every chain, rebuild every clock and level, and stop at the first difference."""
    seen = _Seen()
    with store.reading(book.engine) as connection:
        head = ledger_head(connection)
        try:
            found = _first_difference(connection, book.rules, seen, progress)
        except errors.RecordUnreadable as error:
            found = _unreadable(connection, error.facts)
        except (ValueError, ArithmeticError, LookupError) as error:
            after = f"（第 {seen.applications} 件之后）"
            found = Difference(after, "数据库内容", f"读不出来的值（{error}）", "可读的值，内容被改动过")
    return Verified(seen.applications, seen.events, seen.clocks, head, found)


@dataclass
class _Seen:
    """What has been compared so far."""

    applications: int = 0
    events: int = 0
    clocks: int = 0


def _first_difference(
    connection: sa.Connection, rules: Rules, seen: _Seen, progress: Callable[[int, int], None] | None
) -> Difference | None:
    total = connection.execute(sa.select(sa.func.count()).select_from(application)).scalar() or 0
    for row, held in _applications(connection):
        difference = _check(row, held, rules)
        seen.applications += 1
        seen.events += len(held.events)
        seen.clocks += len(held.clocks)
        if difference is not None:
            return difference
        if progress is not None:
            progress(seen.applications, total)
    return _orphan(connection) or _altered_notice(connection)


def ledger_head(connection: sa.Connection) -> str:
    """The hash over every application's number, count of records and last hash, by number."""
    columns = (application.c.number, application.c.events, application.c.head_hash)
    return head_over(connection.execute(sa.select(*columns).order_by(application.c.number)))


def head_over(rows: Iterable[Any]) -> str:
    """The same over ``rows`` of number, events and head_hash, by number."""
    head = sha256()
    for row in rows:
        head.update(f"{row.number}\n{row.events}\n{row.head_hash}\n".encode())
    return head.hexdigest()


@dataclass(frozen=True)
class _Held:
    events: list[Event]
    clocks: list[ClockRow]
    thresholds: list[ThresholdRow]


def _applications(connection: sa.Connection) -> Iterator[tuple[sa.Row[Any], _Held]]:
    after = ""
    while True:
        wanted = sa.select(application).where(application.c.number > after)
        rows = connection.execute(wanted.order_by(application.c.number).limit(PAGE)).all()
        ids = [row.id for row in rows]
        events = store.events_by(connection, ids)
        clocks = store.clocks_by(connection, ids)
        thresholds = store.thresholds_by(connection, ids)
        for row in rows:
            yield row, _Held(events.get(row.id, []), clocks.get(row.id, []), thresholds.get(row.id, []))
        if len(rows) < PAGE:
            return
        after = rows[-1].number


def _unreadable(connection: sa.Connection, facts: Mapping[str, Any]) -> Difference:
    wanted = sa.select(application.c.number).where(application.c.id == facts["application_id"])
    number = connection.execute(wanted).scalar() or f"（内部编号 {facts['application_id']}）"
    return Difference(number, f"第 {facts['seq']} 号记录", "读不出来的内容", "一条可读的记录，内容被改动过")


def _check(row: sa.Row[Any], held: _Held, rules: Rules) -> Difference | None:
    broken = _check_chain(row.number, held.events)
    if broken is not None:
        return broken
    rebuilt = rebuild(held.events, rules)
    return next(_compare(row, held, rebuilt), None)


def _check_chain(number: str, events: Sequence[Event]) -> Difference | None:
    before = GENESIS
    for seq, each in enumerate(events, 1):
        place = f"第 {seq} 号记录“{each.type.label}”"
        if each.seq != seq:
            return Difference(number, place, f"序号 {each.seq}", f"序号 {seq}，其间有记录被删除")
        if each.prev_hash != before:
            return Difference(number, place, f"前一记录哈希 {each.prev_hash[:12]}…", f"{before[:12]}…")
        expected = event_hash(number, each)
        if each.hash != expected:
            return Difference(number, place, f"哈希 {each.hash[:12]}…", f"{expected[:12]}…，内容被改动过")
        before = each.hash
    return None if events else Difference(number, "记录", "没有任何记录", "至少有受理记录")


@dataclass
class Rebuilt:
    """Every row of one application as its records make it."""

    projected: Projection
    clocks: dict[tuple[str, str, int], ClockRow]
    thresholds: dict[tuple[str, str, str, datetime], ThresholdRow]


def rebuild(events: Sequence[Event], rules: Rules) -> Rebuilt:
    """Replay the records as they were written, those written at one instant together."""
    clocks: dict[tuple[str, str, int], ClockRow] = {}
    thresholds: dict[tuple[str, str, str, datetime], ThresholdRow] = {}
    seen: list[Event] = []
    projected: Projection | None = None
    for recorded_at, together in groupby(events, key=lambda each: each.recorded_at):
        seen += together
        projected = project(seen, rules)
        latest = store.latest(clocks.values())
        _apply(clocks, thresholds, changes(projected.clocks, latest, thresholds.values(), recorded_at))
    if projected is None:
        raise ValueError("no records")
    return Rebuilt(projected, clocks, thresholds)


def _apply(
    clocks: dict[tuple[str, str, int], ClockRow],
    thresholds: dict[tuple[str, str, str, datetime], ThresholdRow],
    changed: Changes,
) -> None:
    for row in (*changed.superseded, *changed.updated, *changed.inserted):
        clocks[row.layer, row.name, row.version] = row
    for level in changed.removed:
        del thresholds[level.key]
    for level in (*changed.crossed, *changed.withdrawn, *changed.restored):
        thresholds[level.key] = level


def _compare(row: sa.Row[Any], held: _Held, rebuilt: Rebuilt) -> Iterator[Difference]:
    for name, expected in store.application_values(rebuilt.projected, held.events).items():
        if (found := getattr(row, name)) != expected:
            yield Difference(row.number, f"“{LABELS[name]}”", _said(found), _said(expected))
    held_clocks = {(each.layer, each.name, each.version): each for each in held.clocks}
    for clock_key in sorted(held_clocks.keys() | rebuilt.clocks.keys()):
        yield from _compare_clock(
            row.number, clock_key, held_clocks.get(clock_key), rebuilt.clocks.get(clock_key)
        )
    held_levels = {each.key: each for each in held.thresholds}
    for key in sorted(held_levels.keys() | rebuilt.thresholds.keys()):
        found_level, wanted = held_levels.get(key), rebuilt.thresholds.get(key)
        if found_level != wanted and not (wanted is None and _kept_for_who_was_told(found_level)):
            place = f"计时 {key[0]}.{key[1]} {Level.of(key[2]).label}色级别（{key[3]:%Y-%m-%d}）"
            yield Difference(row.number, place, _level_said(found_level), _level_said(wanted))


def _compare_clock(
    number: str, key: tuple[str, str, int], found: ClockRow | None, expected: ClockRow | None
) -> Iterator[Difference]:
    place = f"计时 {key[0]}.{key[1]} 第 {key[2]} 版"
    if found is None or expected is None:
        yield Difference(
            number, place, "没有此行" if found is None else "有此行", "没有" if expected is None else "有"
        )
        return
    for name in ClockRow.__dataclass_fields__:
        if getattr(found, name) != getattr(expected, name):
            yield Difference(
                number,
                f"{place}“{CLOCK_LABELS.get(name, name)}”",
                _said(getattr(found, name)),
                _said(getattr(expected, name)),
            )


def _kept_for_who_was_told(level: ThresholdRow | None) -> bool:
    """A sweep whose clock was ahead told of a level that a record then undid: withdrawn, not deleted."""
    return (
        level is not None
        and level.swept_by is not None
        and level.withdrawn_at is not None
        and level.withdrawn_at < level.crosses_at
    )


def _level_said(row: ThresholdRow | None) -> str:
    if row is None:
        return "没有"
    return "已撤销" if row.withdrawn_at else "有"


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "空" if value is None else str(value)


def _orphan(connection: sa.Connection) -> Difference | None:
    """Records whose application is gone."""
    for table, name in ((event, "记录"), (clock, "计时"), (threshold, "级别")):
        stray = connection.execute(
            sa.select(table.c.application_id)
            .outerjoin(application, application.c.id == table.c.application_id)
            .where(application.c.id.is_(None))
            .limit(1)
        ).scalar()
        if stray is not None:
            return Difference(f"（内部编号 {stray}）", name, "有行", "申请已不存在，不应有行")
    return None


def _altered_notice(connection: sa.Connection) -> Difference | None:
    """An imported calendar notice that is not what was imported."""
    for row in connection.execute(sa.select(calendar_notice).order_by(calendar_notice.c.imported_at)):
        digest = sha256(row.content.encode()).hexdigest()
        if digest != row.digest:
            expected = f"摘要 {row.digest[:12]}…，内容被改动过"
            return Difference("（放假安排）", f"文件 {row.file}", f"摘要 {digest[:12]}…", expected)
    return None
