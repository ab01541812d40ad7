"""Has anybody changed an evaluation outside the software? Every chain, what it binds, and the result compared."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from limits.stations import StationStandard
from reports.periods import Period
from reports.stations.evaluation import evaluation_of
from reports.stations.kept import opening_payload
from reports.stations.records import Act, Record, record_hash, records
from reports.tables import station_evaluation, station_record
from workflow import store
from workflow.book import Book
from workflow.events import GENESIS


@dataclass(frozen=True, slots=True)
class EvaluationsVerified:
    """``head`` is over the last record of every evaluation, empty where there is none; ``difference`` the first."""

    evaluations: int
    head: str
    difference: str | None


def verify_evaluations(book: Book) -> EvaluationsVerified:
    """Check every chain of records and that each result is what its records make it."""
    with store.reading(book.engine) as connection:
        order = (station_evaluation.c.period, station_evaluation.c.station)
        rows = connection.execute(sa.select(station_evaluation).order_by(*order)).all()
        stray = _orphan(connection)
        difference = stray or next(_differences(connection, rows), None)
    head = hashlib.sha256()
    for row in rows:
        head.update(f"{row.period}\n{row.station}\n{row.head_hash}\n".encode())
    return EvaluationsVerified(len(rows), head.hexdigest() if rows else "", difference)


def _orphan(connection: sa.Connection) -> str | None:
    joined = station_record.outerjoin(
        station_evaluation, station_evaluation.c.id == station_record.c.evaluation_id
    )
    wanted = sa.select(station_record.c.evaluation_id).select_from(joined)
    stray = connection.execute(wanted.where(station_evaluation.c.id.is_(None)).limit(1)).scalar()
    return None if stray is None else f"供电所评价 {stray} 有记录，本身却已不存在。"


def _differences(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> Iterator[str]:
    for row in rows:
        place = f"{row.station} {row.period} 的评价"
        try:
            held = records(connection, [row.id]).get(row.id, [])
            problem = next(_chain(row, held), None) or _bound(row, held) or _result(row, held)
        except (ValueError, LookupError, TypeError) as error:
            problem = f"有读不出来的内容（{error}），被改动过。"
        if problem:
            yield f"{place}：{problem}"


def _chain(row: sa.Row[Any], held: Sequence[Record]) -> Iterator[str]:
    before = GENESIS
    for seq, each in enumerate(held, 1):
        if each.seq != seq:
            yield f"第 {seq} 号记录的序号为 {each.seq}，其间有记录被删除。"
        if each.prev_hash != before:
            yield f"第 {seq} 号记录“{each.act.label}”的前一哈希为 {each.prev_hash[:12]}…，应为 {before[:12]}…。"
        if each.hash != record_hash(each):
            yield f"第 {seq} 号记录“{each.act.label}”的哈希与内容不符，内容被改动过。"
        before = each.hash
    if (row.records, row.head_hash) != (len(held), before):
        yield f"登记有 {row.records} 条记录，实有 {len(held)} 条或末条被换过。"


def _bound(row: sa.Row[Any], held: Sequence[Record]) -> str:
    """The first record says whose evaluation it is, for when, and by which standard."""
    expected = opening_payload(row.station, row.period, row.standard)
    if not held or held[0].act is not Act.OPENED:
        return "没有建立记录，记录被删除过。"
    return "" if dict(held[0].payload) == expected else "供电所、评价期或评价标准与建立记录不符，被改动过。"


def _result(row: sa.Row[Any], held: Sequence[Record]) -> str:
    standard = StationStandard.from_payload(json.loads(row.standard))
    found = evaluation_of(row.station, Period.parse(row.period), standard, held, ())
    if found.result is None:
        return ""
    points = found.points
    grade = None if points is None else standard.grade(points).label
    said = (found.result.points, found.result.grade)
    return (
        ""
        if said == (points, grade)
        else f"结果为 {said[0]} 分、{said[1]}，按记录应为 {points} 分、{grade}。"
    )
