"""``yekuo user``: the first administrator and everybody after; no password is ever an argument."""

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from limits.shipped import DATA
from yekuo.cli import main

SAMPLE = DATA / "organisations" / "neixiang-sample.toml"
AS_OF = ("--as-of", "2026-11-20T18:00")  # Friday
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live for one test


@dataclass(frozen=True)
class Ran:
    """What a command printed."""

    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Its lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


User = Callable[..., Ran]


@pytest.fixture
def user(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> User:
    """``yekuo user`` with a password on standard input; in this process, for that very input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YEKUO_DATABASE_URL", f"sqlite:///{(tmp_path / 'yekuo.sqlite3').as_posix()}")

    def run(*arguments: str, password: str = PASSWORD, code: int = 0) -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        told = Ran(*capsys.readouterr())
        assert ended.value.code == code, told.err
        return told

    shutil.copy(sqlite_template, tmp_path / "yekuo.sqlite3")
    run("people", "import", str(SAMPLE), *AS_OF)
    return lambda *arguments, **more: run("user", *arguments, **more)


def test_the_first_administrator_needs_nobody(user: User) -> None:
    told = user("add", "Admin", "--post", "系统管理员", "--password-stdin")
    assert "已建立账户 admin" in told.out
    assert PASSWORD not in told.out + told.err
    (listed,) = user("list", "--json").lines
    assert (listed["login"], listed["post"], listed["unit"]) == ("admin", "administrator", "")


def test_a_persons_account_takes_name_and_station_from_the_organisation(user: User) -> None:
    done = user("add", "nx011", "--post", "所长", "--person", "NX011", "--password-stdin", "--json", *AS_OF)
    assert done.lines == [
        {"login": "nx011", "name": "赤眉所长甲", "post": "station_head", "unit": "赤眉供电所"}
    ]
    table = user("list", *AS_OF).out
    for word in ("nx011", "赤眉所长甲", "所长", "在用"):
        assert word in table


@pytest.mark.parametrize(
    ("arguments", "password", "refused"),
    [
        (("add", "x9", "--post", "皇帝", "--password-stdin"), PASSWORD, "post_unknown"),
        (("add", "x 9", "--post", "系统管理员", "--password-stdin"), PASSWORD, "login_invalid"),
        (("add", "x9", "--post", "系统管理员", "--password-stdin"), "short", "password_unfit"),
        (("add", "x9", "--post", "系统管理员", "--password-stdin"), "", "password_missing"),
        (("add", "x9", "--post", "系统管理员"), PASSWORD, "password_missing"),
        (("add", "x9", "--post", "客户", "--password-stdin"), PASSWORD, "account_unfit"),
        (
            ("add", "x9", "--post", "所长", "--person", "NX999", "--password-stdin"),
            PASSWORD,
            "person_unknown",
        ),
        (("passwd", "x9", "--password-stdin"), PASSWORD, "account_unknown"),
        (("disable", "x9"), "", "account_unknown"),
        (("end-sessions", "x9"), "", "account_unknown"),
    ],
)
def test_every_fault_is_one_sentence(
    user: User, arguments: tuple[str, ...], password: str, refused: str
) -> None:
    assert f"［{refused}］" in user(*arguments, password=password, code=2).err


def test_a_life_of_an_account(user: User) -> None:
    user("add", "nx013", "--post", "account_manager", "--person", "NX013", "--password-stdin", *AS_OF)
    assert "已重设" in user("passwd", "NX013", "--password-stdin", password="another password").out  # noqa: S106
    assert "公司领导" in user("post", "nx013", "--post", "公司领导").out
    assert "已停用" in user("disable", "nx013", *AS_OF).out
    assert "2026-11-20 停用" in user("list", *AS_OF).out
    assert "本来就已停用" in user("disable", "nx013").out
    assert "已启用" in user("enable", "nx013").out
    assert "0 个登录" in user("end-sessions", "nx013").out
