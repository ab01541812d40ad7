"""A scheduler process with jobs of its own, all on one rehearsal clock. Run, never imported.

``python scheduling.py '{"url": …, "start": …, "until": …, "speed": …, "blocks": "FILE" or null}'`` loads
everything, says ``ready``, and begins at the instant of the wall clock it then reads from standard input, so
that all processes tell the same time.  What it does leaves one row a run in the table ``effect``, which has
no key: what is done twice is there twice.  With ``blocks`` the first run it gets is left in the middle of
its transaction: it writes slot and shard into FILE and waits to be killed.
"""

import json
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import sqlalchemy as sa

from alerts.jobs.running import Job, Run
from alerts.jobs.slots import Schedule
from workflow import store
from workflow.rules import load_rules
from workflow.tables import Instant
from yekuo.live_book import LiveBook
from yekuo.scheduler import Scheduler, run_until_stopped

WORK_TAKES = 0.02
LEASE = timedelta(minutes=5)  # a second of the wall clock
effect = sa.Table(
    "effect",
    sa.MetaData(),
    sa.Column("job", sa.String(32)),
    sa.Column("slot", Instant),
    sa.Column("shard", sa.Integer),
    sa.Column("owner", sa.String(64)),
    sa.Column("fence", sa.Integer),
)


@dataclass
class Worker:
    """What the jobs do."""

    blocks: Path | None

    def work(self, run: Run) -> str:
        time.sleep(WORK_TAKES)
        with run.effect() as connection:
            row = {
                "job": run.job,
                "slot": run.slot,
                "shard": run.shard,
                "owner": run.owner,
                "fence": run.fence,
            }
            connection.execute(sa.insert(effect), [row])
            if self.blocks is not None:
                told = {"job": run.job, "slot": run.slot.isoformat(), "shard": run.shard, "owner": run.owner}
                begun = self.blocks.with_suffix(".tmp")
                begun.write_text(json.dumps(told), encoding="utf-8")
                begun.replace(self.blocks)
                Event().wait()
        return "完成"

    @property
    def jobs(self) -> list[Job]:
        every_minute, every_five = Schedule(), Schedule(minute="*/5")
        return [
            Job("sweep", "扫描", every_minute, self.work, shards=4, lease=LEASE),
            Job("close", "关账", every_five, self.work, catch_up=True, lease=LEASE),
        ]


def main(told: dict[str, Any]) -> None:
    live = LiveBook(store.open_engine(told["url"]), load_rules())
    start, until = (datetime.fromisoformat(told[name]) for name in ("start", "until"))
    worker = Worker(Path(told["blocks"]) if told["blocks"] else None)
    print("ready", flush=True)  # noqa: T201 - it speaks to its parent
    begun = float(sys.stdin.readline())

    def clock() -> datetime:
        return min(start + timedelta(seconds=(time.time() - begun) * told["speed"]), until)

    scheduler = Scheduler(live, worker.jobs, clock, speed=told["speed"])
    run_until_stopped(scheduler, clock, until)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
