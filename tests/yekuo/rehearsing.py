"""The program itself, waiting for a word before it begins. Run, never imported.

``python rehearsing.py scheduler --as-of …`` loads what the command needs, says ``ready``, and runs the command
line as it was given as soon as a line comes in: so several processes begin at the same moment, and their
rehearsal clocks tell the same time.
"""

import sys
from importlib import import_module

from workflow.rules import load_rules
from yekuo.cli import main
from yekuo.scheduler import wall_clock
from yekuo.settings import Settings
from yekuo.work import jobs_for

# What a scheduler imports, at the latest, when it begins to work.
LATE = ("psycopg", "alerts.messages.delivering", "reports.issuing", "workflow.verify", "yekuo.live_book")


def load() -> None:
    for name in LATE:
        import_module(name)
    load_rules()
    jobs_for(Settings(), wall_clock)


if __name__ == "__main__":
    load()
    print("ready", flush=True)  # noqa: T201 - it speaks to its parent
    if sys.stdin.readline():
        main()
