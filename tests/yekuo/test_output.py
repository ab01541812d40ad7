"""Where the output goes, or cannot: closed, full, in another encoding; and what comes in that is no text."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.yekuo.program import Runner

ROOT = Path(__file__).parents[2]
PROGRAM = shlex.join([sys.executable, "-c", "from yekuo.cli import main; main()"])
DUE = "due 2026-09-24 16"  # Thursday
UNWRITABLE = "错误［output_unwritable］：结果写不出去（No space left on device）。请"
full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


def shell(line: str, folder: Path, **environment: str) -> tuple[int, bytes, str]:
    """The program with ``line`` behind it, as a shell runs it: exit code and what was said."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("YEKUO_", "PYTHON"))}
    done = subprocess.run(
        ["bash", "-c", f"{PROGRAM} {line}"],
        capture_output=True,
        cwd=folder,
        env={**given, "PYTHONPATH": str(ROOT), **environment},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode("utf-8")


@pytest.mark.parametrize(
    ("line", "code"),
    [(f"{DUE} >&-", 0), ("policy >&- 2>&-", 0), ("due x 16 2>&-", 2), ("due x 16 >&- 2>&-", 2)],
)
def test_a_closed_stream_is_no_fault(tmp_path: Path, line: str, code: int) -> None:
    assert shell(line, tmp_path) == (code, b"", "")


@full
@pytest.mark.parametrize("command", [DUE, f"{DUE} --json", "policy", "machine", "due --help"])
def test_a_full_disk_is_told_in_one_sentence(tmp_path: Path, command: str) -> None:
    code, _, said = shell(f"{command} >/dev/full", tmp_path)
    assert code == 2
    assert said.startswith(UNWRITABLE)
    assert said.count("\n") == 1


@full
@pytest.mark.parametrize(
    "line", ["due x 16 2>/dev/full", "due x 16 --json >/dev/full 2>&1", f"{DUE} >/dev/full 2>&1"]
)
def test_where_not_even_the_refusal_can_be_written_the_exit_code_tells(tmp_path: Path, line: str) -> None:
    assert shell(line, tmp_path) == (2, b"", "")


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
def test_a_redirect_is_utf_8_whatever_the_system_writes(tmp_path: Path, encoding: str) -> None:
    """A redirect on a Chinese Windows is GBK by default, which has no ⌈."""
    code, out, said = shell("policy --on 2026-10-08", tmp_path, PYTHONIOENCODING=encoding)
    assert (code, said) == (0, "")
    assert "⌈1/2·L⌉" in out.decode("utf-8")


def test_an_argument_that_is_no_text_is_refused(tmp_path: Path) -> None:
    code, out, said = shell("explain $'\\xff' --json", tmp_path)
    assert code == 2
    told = json.loads(out)["error"]
    assert told["code"] == "argument_unreadable"
    assert told["message"].startswith("第 2 个参数“")
    assert said == f"错误［argument_unreadable］：{told['message']}\n"


def test_what_the_surroundings_say_in_no_text_is_escaped(tmp_path: Path) -> None:
    code, out, said = shell("applications", tmp_path, YEKUO_DATABASE_URL="\udcff")
    assert (code, out) == (2, b"")
    assert r"\udcff" in said


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (f"due 2026-09-24 {'9' * 5000}", "days_invalid"),
        (f"due 2026-09-24 {'0' * 5000}", "days_invalid"),
        ("due 2026-W39-4 16", "date_invalid"),
        ("due 9998-12-31 1000", "calendar_range"),
        ("policy --on 20261008", "date_invalid"),
    ],
)
def test_an_extreme_argument_is_refused_in_one_short_sentence(
    runner: Runner, tmp_path: Path, command: str, code: str
) -> None:
    ran = runner(command.split(), {}, tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"错误［{code}］：")
    assert ran.err.count("\n") == 1
    assert len(ran.err) < 200


HELPED = ["", "due", "import", "calendar", "calendar import", "report", "sample", "config", "scheduler"]
HELPED += ["jobs", "alerts", "alert answer", "delivery resend", "order open", "duty done", "people away"]


@pytest.mark.parametrize("command", HELPED)
def test_the_help_is_in_chinese(runner: Runner, tmp_path: Path, command: str) -> None:
    ran = runner([*command.split(), "--help"], {}, tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "用法：yekuo" in ran.out
    for english in ("Usage", "OPTIONS", "ARGS", "Show this", "<bool>", "default", "required"):
        assert english not in ran.out
