"""The one command a newcomer types: what it does before there is anything to run."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(tmp_path: Path) -> ModuleType:
    """run.py as a module, in a checkout of its own with nothing set up."""
    for name in ("run.py", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    spec = spec_from_file_location("run", tmp_path / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_a_word_it_explains_itself_and_sets_up_nothing(tmp_path: Path, run: ModuleType) -> None:
    answer = subprocess.run(
        [sys.executable, tmp_path / "run.py"], capture_output=True, encoding="utf-8", check=True
    )
    assert "python3 run.py demo" in answer.stdout
    assert not run.VENV.exists()


def test_tests_run_in_parallel_unless_told_otherwise(run: ModuleType) -> None:
    assert run.in_parallel(["tests/limits"])[0] == "-n"
    assert run.in_parallel(["-n0", "tests/limits"]) == ["-n0", "tests/limits"]
    assert run.in_parallel(["--pdb"]) == ["--pdb"]


def test_the_stamp_is_good_only_for_what_it_was_made_for(tmp_path: Path, run: ModuleType) -> None:
    assert not run.is_made()
    run.VENV.mkdir()
    run.STAMP.write_text(run.wanted(), encoding="utf-8")
    assert run.is_made()
    with (tmp_path / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# renewed\n")
    assert not run.is_made()


def test_a_step_that_fails_shows_all_it_printed_and_what_to_do(run: ModuleType) -> None:
    with pytest.raises(run.SetupFailed, match=r"(?s)broken pipe.*wheelhouse"):
        run.do(sys.executable, "-c", "import sys; print('broken pipe'); sys.exit(1)")


def test_a_set_up_that_fails_leaves_no_stamp(
    tmp_path: Path, run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """With an empty wheelhouse nothing can be installed; the next start must begin again."""
    (tmp_path / "wheelhouse").mkdir()
    assert run.main(["setup"]) == 1
    assert "wheelhouse" in capsys.readouterr().err
    assert not run.is_made()


def test_uv_comes_from_the_lock_with_its_hashes(run: ModuleType) -> None:
    entry = run.locked("uv")
    assert entry.startswith("uv==")
    assert entry.count("--hash=sha256:") > 1
    assert entry.count("==") == 1
