"""What a reader has been told of a sealed period so far: by the seal itself, and by the sealed reports since."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from reports.corrections.changes import Change, read_back
from reports.periods import Period
from reports.sealing.chain import seals
from reports.sealing.known import Known
from reports.sealing.seal import Sealed, read_sealed
from workflow.past import Past

Changes = Mapping[str, Change]


def tells(period: Period, of: Period) -> bool:
    """Whether the report of one period tells of another: of each that ended by its own end."""
    return of != period and of.ends <= period.ends


def sealed_before(past: Past) -> Iterator[Sealed]:
    """Every sealed period, in the order of closing."""
    for row in seals(past.connection):
        if row.closed_at < past.at:
            yield read_sealed(past.connection, row)


class Heard(NamedTuple):
    """What a reader knows of a sealed period: which records, and how far its facts are not as they were sealed."""

    known: Known
    changes: Changes


def heard_of(seal: Sealed, reports: Sequence[Sealed]) -> Heard:
    """By the seal itself and by the sealed ones among ``reports`` that told of it since."""
    heard = Heard(seal.known, {})
    since = [
        each
        for each in reports
        if each.seal.seq > seal.seal.seq
        and each.seal.closed_at > seal.seal.closed_at
        and tells(each.period, seal.period)
        and "corrected" in each.facts.tables
    ]
    for each in sorted(since, key=lambda each: (each.known.last, each.seal.seq)):
        told = any(row["period"] == seal.seal.period for row in each.facts.tables["corrected"].dicts())
        heard = Heard(each.known, _told_by(each, seal.seal.period) if told else heard.changes)
    return heard


def _told_by(report: Sealed, period: str) -> Changes:
    rows: dict[str, list[tuple[str, str]]] = {}
    for row in report.facts.tables["corrected_rows"].dicts():
        if row["period"] == period:
            rows.setdefault(str(row["name"]), []).append((str(row["row"]), str(row["change"])))
    return {name: read_back(each) for name, each in rows.items()}
