"""Real processes that write to one database at once, or are killed on the way. Run, never imported.

``python children.py`` loads the rules once and then reads one JSON line after another: a database and a
list of jobs to be done by as many processes at the same moment.  It answers each with a list of outcomes.
A job is ``{"do": …, "kill_at": n}`` (SIGKILL to itself at the n-th point between two statements),
``{"do": …, "kill_after": seconds}`` (SIGKILL from its parent) or ``{"do": …}``.  Forking makes a hundred
deaths cost seconds instead of minutes.
"""

import json
import os
import select
import signal
import sys
import traceback
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg  # noqa: F401 - imported before the fork, so that no child has to
import sqlalchemy as sa

from limits.errors import YekuoError
from limits.terms import CustomerClass, Supplies, Voltage
from workflow import assignment, cases, store
from workflow.book import Book
from workflow.history import Registration
from workflow.ledger.importing import import_ledger
from workflow.rules import Rules, load_rules

REGISTRATION = Registration(
    unit="示例县供电公司",
    station="东岭供电所",
    customer="客户甲",
    address="东岭镇5号",
    customer_class=CustomerClass.HV_ORDINARY,
    voltage=Voltage.KV10,
    supplies=Supplies.SINGLE,
    capacity=Decimal(500),
    customer_works=True,
)


class Points:
    """The places between statements: before each, before a commit, and after everything."""

    def __init__(self, engine: sa.Engine, kill_at: int | None) -> None:
        self.passed, self._kill_at = 0, kill_at
        sa.event.listen(engine, "before_cursor_execute", self._point)
        sa.event.listen(engine, "commit", self._point)
        sa.event.listen(engine, "checkin", self._point)

    def _point(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def do(book: Book, job: dict[str, Any]) -> dict[str, Any]:
    """One job; what it answered."""
    now = datetime.fromisoformat(job["now"])
    when: cases.When = {
        "at": datetime.fromisoformat(job.get("at", job["now"])),
        "now": now,
        "actor": job["actor"],
    }
    if job["do"] == "import":
        done = import_ledger(book, Path(job["path"]), now=now)
        return {"accepted": done.accepted, "updated": done.updated, "unchanged": done.unchanged}
    if job["do"] == "accept":
        recorded = cases.accept(
            book, job["number"], REGISTRATION, applied_at=when["at"] - timedelta(hours=1), **when
        )
    elif job["do"] == "claim":
        recorded = assignment.claim(book, job["number"], manager=job["manager"], **when)
    else:
        recorded = getattr(cases, job["do"])(book, job["number"], **when)
    return {"seq": recorded.event.seq}


def child(url: str, rules: Rules, job: dict[str, Any], ready: int, start: int, answer: int) -> None:
    """In the forked process: connect, wait for the start, do the job, answer, leave at once."""
    told: dict[str, Any] = {"actor": job["actor"]}
    try:
        book = Book(store.open_engine(url), rules)
        with book.engine.connect():
            pass  # the connection is in the pool: what races is the work, not the log-in
        points = Points(book.engine, job.get("kill_at"))
        os.write(ready, b".")
        os.read(start, 1)
        told |= do(book, job)
        told["points"] = points.passed
    except YekuoError as error:
        told |= {"refused": error.code, "message": error.message}
    except BaseException:  # noqa: BLE001 - whatever it was, the parent must hear of it
        told["crashed"] = traceback.format_exc()
    os.write(answer, json.dumps(told).encode())
    os._exit(0)


def at_once(url: str, rules: Rules, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Do ``jobs`` in as many processes, let go at one moment."""
    start_read, start_write = os.pipe()
    ready_read, ready_write = os.pipe()
    running = []
    for job in jobs:
        answer_read, answer_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(start_write)
            child(url, rules, job, ready_write, start_read, answer_write)
        os.close(answer_write)
        running.append((job, pid, answer_read))
    for unused in (start_read, ready_write):
        os.close(unused)
    waiting = len(jobs)
    while waiting and (heard := os.read(ready_read, waiting)):
        waiting -= len(heard)
    for done in (start_write, ready_read):
        os.close(done)
    return [outcome(*each) for each in running]


def outcome(job: dict[str, Any], pid: int, answer: int) -> dict[str, Any]:
    if "kill_after" in job and not select.select([answer], [], [], job["kill_after"])[0]:
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(answer, "rb") as told:
        said = told.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return {"killed": os.WTERMSIG(status)}
    found: dict[str, Any] = json.loads(said)
    return found


def main() -> None:
    rules = load_rules()
    for line in sys.stdin:
        url, jobs = json.loads(line)
        sys.stdout.write(json.dumps(at_once(url, rules, jobs)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
