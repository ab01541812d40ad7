"""The house stands as designed: its folders, its names, its lock, its wheel, and nothing from elsewhere."""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["limits", "workflow", "alerts", "reports", "web", "yekuo"]
OWN_NAMES = {*PACKAGES, "data", "tests", "benchmarks"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def ours(*folders: str, suffixes: Iterable[str] = ("",)) -> list[Path]:
    """The project's own files in ``folders``, leaving out what Python writes beside them."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    return [p for p in found if "__pycache__" not in p.parts and p.name.endswith(tuple(suffixes))]


def intruders(installed: Iterable[Distribution]) -> Iterator[str]:
    """Other distributions that would answer to one of our import names."""
    for distribution in installed:
        if distribution.name != "yekuo":
            for name in sorted(
                {Path(file).parts[0].removesuffix(".py") for file in distribution.files or []}
            ):
                if name in OWN_NAMES:
                    yield f"{distribution.name} {distribution.version} 占用了顶层名称 {name}，请卸载"


@pytest.mark.parametrize("folder", sorted(OWN_NAMES))
def test_the_folders_of_the_design_are_there(folder: str) -> None:
    assert (ROOT / folder).is_dir()


def test_every_top_level_package_is_known_here() -> None:
    """A new one joins the import contracts, the wheel and this list."""
    assert sorted(path.parent.name for path in ROOT.glob("*/__init__.py")) == sorted(PACKAGES)
    assert PROJECT["tool"]["importlinter"]["root_packages"] == PACKAGES
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [*PACKAGES, "data"]


def test_no_other_distribution_has_our_names() -> None:
    """PyPI's `limits` (slowapi and flask-limiter pull it in) would hide ours without a word."""
    assert list(intruders(distributions())) == []


def test_an_intruder_is_named(tmp_path: Path) -> None:
    (tmp_path / "limits").mkdir()
    (tmp_path / "limits" / "__init__.py").touch()
    record = tmp_path / "limits-5.6.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: limits\nVersion: 5.6.0\n")
    (record / "RECORD").write_text("limits/__init__.py,,\nlimits-5.6.0.dist-info/METADATA,,\n")
    assert list(intruders(distributions(path=[str(tmp_path)]))) == [
        "limits 5.6.0 占用了顶层名称 limits，请卸载"
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_installed_names_lead_to_this_checkout(package: str, tmp_path: Path) -> None:
    """Asked from elsewhere and without PYTHONPATH, as the `yekuo` command does."""
    command = [sys.executable, "-I", "-c", f"import {package}; print({package}.__file__)"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == str(ROOT / package / "__init__.py"), (
        answer.stderr + "请先运行 python3 run.py setup"
    )


def test_the_lock_names_no_host_and_no_place() -> None:
    assert "://" not in LOCK
    assert [line for line in LOCK.splitlines() if line.startswith("-")] == []
    assert [comment for comment in re.findall("#(.*)", LOCK) if "/" in comment] == []
    assert not (ROOT / "uv.lock").exists()


def test_the_lock_pins_everything_by_hash_and_never_the_other_limits() -> None:
    entries = re.split(r"^(?=\w)", LOCK, flags=re.MULTILINE)[1:]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "limits" not in {entry.split("==")[0] for entry in entries}
    assert "limits<0.0.1" in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    "wanted", [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]], ids=str
)
def test_the_lock_answers_what_the_project_asks_for(wanted: str) -> None:
    """Otherwise renew it: CONTRIBUTING.md has the command."""
    requirement = Requirement(wanted)
    pins = [Requirement(line.rstrip(" \\")) for line in re.findall(r"^\w.*==.*$", LOCK, re.MULTILINE)]
    versions = [
        next(iter(pin.specifier)).version
        for pin in pins
        if pin.name == requirement.name and (pin.marker is None or pin.marker.evaluate())
    ]
    assert len(versions) == 1
    assert requirement.specifier.contains(versions[0])


def test_no_page_loads_anything_from_another_host() -> None:
    """Users have no internet: whatever a page needs, it brings along."""
    pages = ours(*PACKAGES, "data", "docs", suffixes=(".html", ".css", ".js", ".svg", ".j2", ".jinja"))
    foreign = re.compile(
        r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?\s*(?:https?:)?//|@import"""
    )
    assert [str(page) for page in pages if foreign.search(page.read_text(encoding="utf-8"))] == []


def test_nothing_reaches_outside_the_project() -> None:
    outside = re.compile(r"\.\./share[d]")  # written so that this file does not find itself
    files = ours(*PACKAGES, "tests", "benchmarks", suffixes=(".py", ".toml", ".html", ".j2", ".sql"))
    assert [str(file) for file in files if outside.search(file.read_text(encoding="utf-8"))] == []


def test_nobody_below_the_edge_reads_the_clock() -> None:
    """One instant, passed in: limits and workflow are told `now`."""
    reads = re.compile(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(|\btime\.time\(")
    files = ours("limits", "workflow", suffixes=(".py",))
    assert [str(file) for file in files if reads.search(file.read_text(encoding="utf-8"))] == []


def test_no_package_hides_among_the_tests() -> None:
    assert ours("tests", suffixes=("__init__.py",)) == []


def test_the_wheel_holds_the_packages_and_the_data(tmp_path: Path) -> None:
    """`limits.shipped.DATA` finds the data beside the packages, in a checkout and in a wheel alike."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("yekuo-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        (metadata,) = (name for name in held if name.endswith(".dist-info/METADATA"))
        assert "Classifier: Private :: Do Not Upload" in archive.read(metadata).decode()
    expected = {path.relative_to(ROOT).as_posix() for path in ours(*PACKAGES, "data")}
    assert expected - held == set()
