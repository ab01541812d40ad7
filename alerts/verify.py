"""Has anybody changed what people were told, or did, outside the software? Every chain and list compared.

What a chain alone cannot show is that its last records were cut off; of orders and duties the row beside it
shows that, because state, due date and completion are what the records make of them.
"""

import hashlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts.handlings import TABLES, Handled, Subject, handled, handled_hash, last, record_of
from alerts.kinds import Act, AlertKind
from alerts.orders.clock import clock_of
from alerts.orders.rows import ORDERS, opening_text
from alerts.tables import alert, duty, handling, supervision_order
from limits.terms import Level
from workflow import store
from workflow.book import Book
from workflow.events import GENESIS
from workflow.rules import Rules
from workflow.tables import application, threshold

PAGE = 500


def verify_handlings(book: Book) -> str | None:
    """The first thing that is not as the records say, as one sentence; None when there is none."""
    with store.reading(book.engine) as connection, closing(_differences(connection, book.rules)) as found:
        try:
            return next(found, None)
        except (ValueError, LookupError) as error:
            return f"处理记录中有读不出来的内容（{error}），被改动过。"


def handlings_head(connection: sa.Connection) -> str:
    """The hash over every chain's last record; kept elsewhere, it shows also what was cut off or taken away."""
    head = hashlib.sha256()
    wanted = sa.select(handling.c.subject, handling.c.subject_id, handling.c.seq, handling.c.hash)
    for row in connection.execute(wanted.order_by(*wanted.selected_columns[:3])):
        head.update(f"{row.subject}\n{row.subject_id}\n{row.seq}\n{row.hash}\n".encode())
    return head.hexdigest()


def _differences(connection: sa.Connection, rules: Rules) -> Generator[str]:
    yield from _untaken(connection)
    yield from _altered(connection)
    yield from _chains(connection)
    for subject in Subject:
        yield from _orphans(connection, subject)
    for order, records in _pages(connection, ORDERS, supervision_order, Subject.ORDER):
        yield from _order_differences(order, records, rules)
    for row, records in _pages(connection, sa.select(duty), duty, Subject.DUTY):
        done = last(records, Act.DONE)
        yield from _differs(f"周期事项 {row.id}", "完成时间", row.done_at, done.at if done else None)


def _untaken(connection: sa.Connection) -> Iterator[str]:
    """Every level that a sweep took stands on the list of alarms."""
    stray = connection.execute(
        sa.select(threshold.c.level, threshold.c.crosses_at, application.c.number)
        .select_from(
            threshold.join(application, application.c.id == threshold.c.application_id).outerjoin(
                alert, sa.and_(alert.c.threshold_id == threshold.c.id, alert.c.kind == AlertKind.LEVEL.value)
            )
        )
        .where(threshold.c.swept_by.is_not(None), alert.c.id.is_(None))
        .limit(1)
    ).first()
    if stray is not None:
        level = Level.of(stray.level).label
        yield f"申请 {stray.number} 于 {stray.crosses_at:%Y-%m-%d} 达到的{level}色级别不在预警告警清单中，被删除过。"


def _altered(connection: sa.Connection) -> Iterator[str]:
    """Every level on the list is the one that was reached, at the instant at which it was."""
    same = (
        (alert.c.level, threshold.c.level),
        (alert.c.reached_at, threshold.c.crosses_at),
        (alert.c.application_id, threshold.c.application_id),
        (alert.c.layer, threshold.c.layer),
        (alert.c.name, threshold.c.name),
    )
    differs = [sa.or_(mine != theirs, mine.is_(None)) for mine, theirs in same]
    found = connection.scalar(
        sa.select(alert.c.id)
        .select_from(alert.outerjoin(threshold, threshold.c.id == alert.c.threshold_id))
        .where(
            alert.c.kind == AlertKind.LEVEL.value,
            sa.or_(threshold.c.id.is_(None), threshold.c.swept_by.is_(None), *differs),
        )
        .order_by(alert.c.id)
        .limit(1)
    )
    if found is not None:
        yield f"预警告警 {found} 与它所依据的级别不一致，被改动过。"


def _chains(connection: sa.Connection) -> Iterator[str]:
    """Every record in the order of its chain; one at a time, however many there are."""
    wanted = sa.select(handling).order_by(handling.c.subject, handling.c.subject_id, handling.c.seq)
    about: tuple[Subject, int] | None = None
    seq, prev_hash = 0, GENESIS
    with connection.execute(wanted, execution_options={"yield_per": PAGE}) as rows:
        for row in rows:
            record = record_of(row)
            if (record.subject, record.subject_id) != about:
                about, seq, prev_hash = (record.subject, record.subject_id), 0, GENESIS
            seq += 1
            yield from _broken(record, seq, prev_hash)
            prev_hash = record.hash


def _broken(record: Handled, seq: int, prev_hash: str) -> Iterator[str]:
    place = f"{record.subject.label} {record.subject_id} 的第 {seq} 号处理记录"
    if record.seq != seq:
        yield f"{place}：数据库中序号为 {record.seq}，其间有记录被删除。"
    if record.prev_hash != prev_hash:
        yield f"{place}“{record.act.label}”：前一记录哈希为 {record.prev_hash[:12]}…，应为 {prev_hash[:12]}…。"
    expected = handled_hash(record)
    if record.hash != expected:
        yield f"{place}“{record.act.label}”：哈希为 {record.hash[:12]}…，应为 {expected[:12]}…，内容被改动过。"


def _orphans(connection: sa.Connection, subject: Subject) -> Iterator[str]:
    table = TABLES[subject]
    stray = connection.scalar(
        sa.select(handling.c.subject_id)
        .select_from(handling.outerjoin(table, table.c.id == handling.c.subject_id))
        .where(handling.c.subject == subject.value, table.c.id.is_(None))
        .limit(1)
    )
    if stray is not None:
        yield f"{subject.label} {stray} 有处理记录，本身却已不存在。"


def _pages(
    connection: sa.Connection, wanted: sa.Select[Any], table: sa.Table, subject: Subject
) -> Iterator[tuple[sa.Row[Any], Sequence[Handled]]]:
    """Every row of ``table`` with its records."""
    after = 0
    while True:
        rows = connection.execute(wanted.where(table.c.id > after).order_by(table.c.id).limit(PAGE)).all()
        records = handled(connection, subject, [row.id for row in rows])
        for row in rows:
            yield row, records.get(row.id, [])
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _order_differences(order: sa.Row[Any], records: Sequence[Handled], rules: Rules) -> Iterator[str]:
    place = f"督办单 {order.number}"
    if not records or records[0].act is not Act.OPENED:
        yield f"{place} 没有下达记录，记录被删除过。"
        return
    opened, clock = records[0], clock_of(records, order.limit_value, rules)
    expected: tuple[tuple[str, object, object], ...] = (
        ("下达内容", opening_text(order), opened.text),
        ("下达人", order.opened_by, opened.actor),
        ("下达时间", order.opened_at, opened.at),
        ("状态", order.state, clock.state.value),
        ("到期时刻", order.due_at, clock.standing.due_at),
    )
    for what, found, wanted in expected:
        yield from _differs(place, what, found, wanted)


def _differs(place: str, what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{place} 的“{what}”：数据库中为 {_said(found)}，按记录应为 {_said(expected)}。"


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "空" if value is None else str(value)
