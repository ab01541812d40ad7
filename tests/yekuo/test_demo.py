"""``yekuo demo``: all of it on the shipped sample, in a folder of its own, twice the same."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from yekuo.cli import main; main()", "demo", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def demo(folder: Path) -> str:
    """Run the demo where nothing else is; what it printed."""
    done = run(folder)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def test_the_demo_shows_everything_and_ends_with_a_summary_a_person_can_read(tmp_path: Path) -> None:
    said = demo(tmp_path)
    for words in (
        "新受理 240 件，更新 0 件，未变 0 件，退回 24 行。",
        "yekuo explain 4126092200104 --clock local.reply",
        "到期日 2026-10-23（周五）",
        "一致：240 件申请",
        "共 240 件：",
    ):
        assert words in said.replace("\n", "")
    made = {path.name for path in (tmp_path / "demo").iterdir()}
    assert {"yekuo.sqlite3", "台账-退回.xlsx", "report.json", "report.xlsx", "report.html"} <= made
    assert json.loads((tmp_path / "demo" / "report.json").read_text(encoding="utf-8"))["month"] == "2026-10"
    assert {path.name for path in tmp_path.iterdir()} == {"demo"}

    again = demo(tmp_path)
    assert re.sub(r"\s", "", again) == re.sub(r"\s", "", said)


@pytest.mark.parametrize("folder", [os.devnull, "文件", "文件/里面", "占用", "问?号", "长" * 300])
def test_a_folder_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, folder: str) -> None:
    (tmp_path / "文件").touch()
    (tmp_path / "占用" / "yekuo.sqlite3").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    done = run(tmp_path, "--folder", folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch("错误［demo_folder_unusable］：演示文件夹“.+”不能用（.+）。请.+。\n", done.stderr)
    assert sorted(tmp_path.rglob("*")) == before
