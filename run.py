#!/usr/bin/env python3
"""Sets up what is missing, then runs it: the one file a newcomer starts.

    python3 run.py demo              the whole of it on the shipped sample ledger
    python3 run.py test [...]        the tests (arguments go to pytest)
    python3 run.py setup             only set up
    python3 run.py COMMAND [...]     any command of `yekuo`

Standard library only.  It makes .venv beside itself from requirements.lock, every file checked against its
hash; with a folder ``wheelhouse`` here, from that alone and without a network.  A stamp in .venv, written
last, says for what it was made, so the next start goes straight on and a set-up cut short is begun again.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - older interpreters must still be told, so keep this file's syntax plain
    sys.exit(
        "需要 Python 3.11 或更高版本，当前是 %d.%d：请安装后改用 python3.11 run.py。"  # noqa: UP031
        "Python 3.11 or newer is needed, this is %d.%d." % (sys.version_info[:2] * 2)
    )

import hashlib
import importlib.util
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "made-for"
LOCK = HOME / "requirements.lock"
WHEELHOUSE = HOME / "wheelhouse"
WORKERS_AT_MOST = 8


class SetupFailed(Exception):
    """A step of the set-up ended with an error; carries what it printed."""


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help"}:
        print((__doc__ or "").split("\n\nStandard library")[0])
        return 0
    try:
        set_up()
    except SetupFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    word, rest = arguments[0], arguments[1:]
    if word == "setup":
        return 0
    if word == "test":
        os.chdir(HOME)
        # Some machines forbid it; of the hundreds of processes the tests start, each would compile everything.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        return run(BIN / "python", "-m", "pytest", *in_parallel(rest))
    return run(BIN / "yekuo", *(rest if word == "yekuo" else arguments))


def in_parallel(arguments: list[str]) -> list[str]:
    """pytest's arguments with one worker a core, unless they say otherwise or ask for the debugger.

    Each worker gets a stretch of the tests, so what a module shares is made once; who is done takes over.
    """
    if any(a.startswith(("-n", "--numprocesses", "--pdb", "--trace")) for a in arguments):
        return arguments
    return ["-n", str(min(os.cpu_count() or 1, WORKERS_AT_MOST) + 1), "--dist", "worksteal", *arguments]


def run(program: Path, *arguments: str) -> int:
    """Become ``program``, so that signals and exit codes are its own (Windows: wait for it)."""
    if os.name != "nt":
        os.execv(program, [str(program), *arguments])
    return subprocess.call([program, *arguments])


def set_up() -> None:
    """Make .venv unless it is there and made for just this; two at once: the second waits for the first."""
    if is_made():
        return
    with only_one():
        if not is_made():
            STAMP.unlink(missing_ok=True)
            make()
            unfinished = STAMP.with_suffix(".part")
            unfinished.write_text(wanted(), encoding="utf-8")
            unfinished.replace(STAMP)


def is_made() -> bool:
    try:
        return STAMP.read_text(encoding="utf-8") == wanted()
    except OSError:
        return False


def wanted() -> str:
    """What the set-up depends on: the lock, the project's description, the Python, and where it lies."""
    files = [LOCK.read_bytes(), (HOME / "pyproject.toml").read_bytes()]
    return hashlib.sha256(b"\0".join([*files, sys.version.encode(), os.fsencode(HOME)])).hexdigest()


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the set-up to one process.  The system frees the lock when its holder ends, however it ends.

    The steps inherit the lock: one that outlives a killed set-up still holds it while it writes into .venv.
    """
    with Path(HOME, ".venv.lock").open("w") as handle:
        os.set_inheritable(handle.fileno(), True)
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # tried for ten seconds; the other is still at it
                    continue
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def make() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupFailed(
            "这个 Python 缺少 ensurepip，不能建立虚拟环境：Debian/Ubuntu 请安装 python3-venv 后重试。\n"
            "This Python cannot make a virtual environment: install python3-venv and try again."
        )
    say("首次运行，正在准备环境，约一分钟 / setting up .venv, about a minute, once")
    do(sys.executable, "-m", "venv", "--clear", VENV)
    if not install_with_uv():
        say("改用 pip，约需两分钟 / going on with pip, about two minutes")
        do(*pip(), "--require-hashes", "-r", LOCK)
        do(*pip(), "--no-deps", "--no-build-isolation", "-e", HOME)
    say("环境就绪 / ready")


def pip() -> list[str | Path]:
    return [BIN / "python", "-m", "pip", "install", "-q", *from_wheelhouse()]


def from_wheelhouse(*options: str) -> list[str | Path]:
    """What tells an installer to take everything from ./wheelhouse; nothing when there is none."""
    return [*options, "--no-index", "--find-links", WHEELHOUSE] if WHEELHOUSE.is_dir() else []


def install_with_uv() -> bool:
    """Install everything with uv, ten times as fast as pip; False when uv cannot, for whatever reason."""
    uv: list[str | Path] = [BIN / "uv", "-q", "pip", "install", "--python", BIN / "python"]
    try:
        with tempfile.TemporaryDirectory() as folder:
            only_uv = Path(folder, "uv.txt")
            only_uv.write_text(locked("uv"), encoding="utf-8")
            do(*pip(), "--require-hashes", "-r", only_uv)
        do(*uv, *(from_wheelhouse("--offline") or mirror()), "--require-hashes", "-r", LOCK)
        do(*uv, "--offline", "--no-deps", "--no-build-isolation", "-e", HOME)
    except SetupFailed:
        return False
    return True


def locked(name: str) -> str:
    """The lock's lines for one package, with its hashes."""
    entry = re.compile(rf"^{re.escape(name)}==.*\n(?:[ \t].*\n)*", re.MULTILINE)
    found = entry.search(LOCK.read_text(encoding="utf-8"))
    if found is None:
        raise SetupFailed(f"requirements.lock 中没有 {name} / requirements.lock does not hold {name}")
    return found[0]


def mirror() -> list[str | Path]:
    """The package index pip is set to use: uv does not read pip's settings, and mirrors are common."""
    settings = do(BIN / "python", "-m", "pip", "config", "list")
    indexes = dict(re.findall(r"^(\S+)\.index-url='(.+)'$", settings, re.MULTILINE))
    index = indexes.get(":env:") or indexes.get("install") or indexes.get("global")
    return ["--default-index", index] if index and "UV_DEFAULT_INDEX" not in os.environ else []


def do(*command: str | Path) -> str:
    """Run one step quietly and return what it printed; on failure all of it is shown."""
    calm = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_INPUT": "1"}
    done = subprocess.run(
        command,
        cwd=HOME,
        env=os.environ | calm,
        stdin=subprocess.DEVNULL,
        close_fds=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise SetupFailed(
            f"$ {' '.join(map(str, command))}\n{done.stdout}\n"
            "准备环境的这一步失败（见上）：请检查网络，或把全部安装包放进 wheelhouse 文件夹，再试一次。\n"
            "This step of the set-up failed, see above: check the network or fill ./wheelhouse, and retry."
        )
    return done.stdout


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
