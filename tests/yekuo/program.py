"""``yekuo`` as people and programs run it: real processes, forked from one already started or from nothing."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.yekuo import warm

COMMAND = "from yekuo.cli import main; main()"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("YEKUO_")},
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "PYTHONIOENCODING": "utf-8",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON value it must be."""
        assert self.out.endswith("\n")
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Standard output as one JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Warm:
    """``warm.py``: the program already started, for all commands but those that must be cold."""

    def __init__(self, folder: Path) -> None:
        self._out, self._err = folder / "out", folder / "err"
        self._process = subprocess.Popen(
            [sys.executable, warm.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )

    def run(self, arguments: list[str], environment: dict[str, str], folder: Path) -> Ran:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = [arguments, environment, str(folder), str(self._out), str(self._err)]
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Ran(code, self._out.read_text(encoding="utf-8"), self._err.read_text(encoding="utf-8"))

    def close(self) -> None:
        self._process.communicate()


def cold(arguments: list[str], environment: dict[str, str], folder: Path) -> Ran:
    """A command started from nothing."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=ENVIRONMENT | environment,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


Runner = Callable[[list[str], dict[str, str], Path], Ran]


@dataclass(frozen=True)
class Program:
    """``yekuo`` on one database, in one folder."""

    run: Runner
    url: str
    folder: Path

    def any(self, *arguments: str | Path, **environment: str) -> Ran:
        """Run a command, however it ends; never with a traceback."""
        told = {"YEKUO_DATABASE_URL": self.url, **environment}
        ran = self.run([str(each) for each in arguments], told, self.folder)
        assert "Traceback" not in ran.err, ran.err[-300:]
        return ran

    def __call__(self, *arguments: str | Path, code: int = 0, **environment: str) -> Ran:
        """Run a command that must end with ``code``."""
        ran = self.any(*arguments, **environment)
        assert ran.code == code, (ran.out[-800:], ran.err[-800:])
        return ran

    def refuses(self, error: str, *arguments: str | Path, **environment: str) -> str:
        """A command that is refused: exit 2, one Chinese sentence, nothing on standard output."""
        ran = self(*arguments, code=2, **environment)
        assert ran.out == ""
        assert ran.err.count("\n") == 1
        assert ran.err.startswith(f"错误［{error}］：")
        assert CHINESE.search(ran.err)
        return ran.err
