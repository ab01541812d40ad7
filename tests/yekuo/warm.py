"""The program started once and forked for each command: a real process each time, without its start-up.

``python warm.py`` reads one JSON line after another, ``[arguments, environment, folder, out, err]``, and
answers with the exit code. The two streams go to the files ``out`` and ``err``.
"""

import json
import os
import sys
import traceback
from importlib import import_module

from workflow.rules import load_rules
from yekuo.cli import main

# What most commands import when they begin to work; here before the fork, so that none has to.
LATE = (
    "alembic.autogenerate",
    "alembic.command",
    "alembic.config",
    "alerts.answers",
    "alerts.duties.doing",
    "alerts.duties.facts",
    "alerts.listing",
    "alerts.messages.outbox",
    "alerts.orders.acts",
    "alerts.orders.listing",
    "alerts.orders.telling",
    "alerts.verify",
    "psycopg",
    "python_calamine",
    "reports.issuing",
    "reports.sealing.check",
    "reports.stations.verify",
    "sqlalchemy.dialects.sqlite",
    "sqlite3",
    "workflow.explaining",
    "workflow.ledger.importing",
    "workflow.ledger.refused",
    "workflow.listing",
    "workflow.people.organisation",
    "workflow.people.organisation_file",
    "workflow.people.roster",
    "workflow.publishing",
    "workflow.verify",
    "xlsxwriter",
    "yekuo.database",
    "yekuo.sample",
)


def child(arguments: list[str], environment: dict[str, str], folder: str, out: str, err: str) -> None:
    """In the forked process: become the command."""
    for stream, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.environ.update(environment)
    os.chdir(folder)
    code = 1
    try:
        main(arguments)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:  # noqa: BLE001 - whatever it was, the test must see it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            child(*job)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    for late in LATE:
        import_module(late)
    load_rules()
    serve()
