"""The desk in numbers, for Prometheus: requests, open applications by level, messages by state, job lag."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from alerts.jobs.watch import job_states
from alerts.kinds import DeliveryState
from alerts.levels import ranked
from alerts.tables import delivery
from limits.clock import RANKS
from limits.terms import Level, Status
from web.desk import Desk
from workflow import store
from workflow.tables import application, threshold

NO_LEVEL = "none"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What one process counts itself; what the database knows is asked for when somebody reads it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "yekuo_requests", "答复的请求数", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "yekuo_request_seconds", "答复一个请求用的秒数", ("route",),
            buckets=BUCKETS, registry=self._registry,
        )  # fmt: skip

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; ``route`` is its template, or there would be a series for every number."""
        known = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "OTHER"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def read(self, desk: Desk) -> bytes:
        """Everything in Prometheus' text format."""
        registry = CollectorRegistry()
        registry.register(_Collected(self._registry, _of_database(desk, desk.now())))
        return generate_latest(registry)


class _Collected:
    """Two sources as one collector."""

    def __init__(self, registry: CollectorRegistry, found: Iterable[Metric]) -> None:
        self._registry, self._found = registry, tuple(found)

    def collect(self) -> Iterator[Metric]:
        """As prometheus_client asks."""
        yield from self._registry.collect()
        yield from self._found


def _of_database(desk: Desk, now: datetime) -> Iterator[Metric]:
    with store.reading(desk.engine) as connection:
        levels = _open_by_level(connection, now)
        counted = sa.select(delivery.c.state, sa.func.count()).group_by(delivery.c.state)
        states = {row[0]: row[1] for row in connection.execute(counted)}
    opened = GaugeMetricFamily("yekuo_open_applications", "在途申请数，按已达到的最高级别", labels=["level"])
    for level, count in levels.items():
        opened.add_metric([level], count)
    yield opened
    outbox = GaugeMetricFamily("yekuo_outbox_messages", "消息数，按状态", labels=["state"])
    for state in DeliveryState:
        outbox.add_metric([state.value], states.get(state.value, 0))
    yield outbox
    lag = GaugeMetricFamily("yekuo_job_lag_seconds", "自动任务落后的秒数，0 为没有落后", labels=["job"])
    for each in job_states(desk.engine, desk.jobs, now, desk.book.rules.calendar):
        since = each.overdue.since if each.overdue else now
        lag.add_metric([each.job.name], (now - since).total_seconds())
    yield lag


def _open_by_level(connection: sa.Connection, now: datetime) -> dict[str, int]:
    """Open applications by the highest level any clock of theirs has reached."""
    ranks = ranked(threshold.c.level)
    reached = (
        sa.select(threshold.c.application_id, sa.func.max(ranks).label("rank"))
        .join(application, application.c.id == threshold.c.application_id)
        .where(
            application.c.status == Status.OPEN.value,
            threshold.c.crosses_at <= now,
            threshold.c.withdrawn_at.is_(None),
        )
        .group_by(threshold.c.application_id)
        .subquery()
    )
    wanted = sa.select(reached.c.rank, sa.func.count()).group_by(reached.c.rank)
    by_rank = {row[0]: row[1] for row in connection.execute(wanted)}
    everything = connection.scalar(
        sa.select(sa.func.count()).select_from(application).where(application.c.status == Status.OPEN.value)
    )
    found = {level.value: by_rank.get(RANKS[level], 0) for level in Level}
    return found | {NO_LEVEL: (everything or 0) - sum(found.values())}
