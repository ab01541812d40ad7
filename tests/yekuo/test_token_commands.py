"""``yekuo token``: made, listed and revoked on the machine."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from yekuo.cli import main

AS_OF = ("--as-of", "2026-11-20T18:00")  # Friday
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Any command, with an administrator there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YEKUO_DATABASE_URL", f"sqlite:///{(tmp_path / 'yekuo.sqlite3').as_posix()}")
    import io

    def command(*arguments: str, code: int = 0) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        told = capsys.readouterr()
        assert ended.value.code == code, told.err
        return told.out + told.err

    command("init")
    command("user", "add", "admin", "--post", "系统管理员", "--password-stdin", *AS_OF)
    return command


def test_a_token_from_its_making_to_its_end(run: Run) -> None:
    made = run(
        "token", "add", "admin", "--name", "对接", "--scope", "查看规则、日历与计算器", "--days", "30", *AS_OF
    )
    assert "有效到 2026-12-20 18:00" in made
    word = made.split()[-1]
    listed = json.loads(run("token", "list", "admin", "--json", *AS_OF))
    assert (listed["name"], listed["scopes"], listed["revoked_at"]) == ("对接", ["read_policies"], None)
    assert word not in json.dumps(listed)
    assert "在用" in run("token", "list", "admin", *AS_OF)
    assert "已停用 admin 的令牌“对接”" in run("token", "revoke", "admin", "--name", "对接", *AS_OF)
    assert "token_unknown" in run("token", "revoke", "admin", "--name", "没有", code=2)
    every = json.loads(run("token", "add", "admin", "--name", "全部", "--json", *AS_OF))
    assert set(every["scopes"]) == {"read_policies", "manage_people", "manage_accounts", "read_audit"}
    assert len(every["token"]) > 40


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nobody", "--name", "x"), "account_unknown"),
        (("admin", "--name", "x", "--scope", "accept"), "scope_unknown"),
        (("admin", "--name", "x", "--days", "0"), "token_refused"),
    ],
)
def test_a_token_that_cannot_be(run: Run, arguments: tuple[str, ...], code: str) -> None:
    assert code in run("token", "add", *arguments, code=2)
