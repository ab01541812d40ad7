"""``yekuo config``: every setting with its source, what is wrong, and never a secret."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow import store
from yekuo.cli import main
from yekuo.setting_sources import Reading, read
from yekuo.setting_values import SETTINGS

ROOT = Path(__file__).parents[2]
SURROUNDINGS = {name: value for name, value in os.environ.items() if not name.startswith("YEKUO_")}
posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are a POSIX matter")


def ran(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """``yekuo`` in a process of its own; WECOM_ROBOTS stands for YEKUO_WECOM_ROBOTS."""
    done = subprocess.run(
        [sys.executable, "-c", "from yekuo.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=SURROUNDINGS
        | {"PYTHONPATH": str(ROOT)}
        | {f"YEKUO_{name}": value for name, value in environment.items()},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def here(
    folder: Path, words: list[str], environment: Mapping[str, str] | None = None, file: bytes = b""
) -> tuple[int, str, str]:
    """``yekuo`` in this process, where ``yekuo.toml`` holds ``file``."""
    (folder / "yekuo.toml").write_bytes(file)
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        for name, value in (environment or {}).items():
            patch.setenv(f"YEKUO_{name}", value)
        with pytest.raises(SystemExit) as ended:
            main(words)
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue(), err.getvalue()


def told(folder: Path, code: int = 0, file: bytes = b"", **environment: str) -> Any:
    """What ``yekuo config --json`` says."""
    ended, out, err = here(folder, ["config", "--json"], environment, file)
    assert (ended, err) == (code, "")
    return json.loads(out)


def setting(answer: Any, key: str) -> Any:
    (found,) = (each for each in answer["settings"] if each["key"] == key)
    return found


# -- what is shown ---------------------------------------------------------------------------------------------


def test_every_setting_is_there_with_its_variable_and_its_default(tmp_path: Path) -> None:
    answer = told(tmp_path)
    assert [each["key"] for each in answer["settings"]] == [each.key for each in SETTINGS]
    assert {each["source"] for each in answer["settings"]} == {"默认"}
    assert setting(answer, "mail.port") == {
        "key": "mail.port",
        "environment": "YEKUO_MAIL_PORT",
        "value": 25,
        "source": "默认",
        "secret": False,
        "label": "邮件服务器的端口",
    }
    assert setting(answer, "repeated_yellows")["value"] is True
    assert (answer["unknown"], answer["faults"], answer["warnings"]) == ([], [], [])


def test_each_value_says_where_it_came_from(tmp_path: Path) -> None:
    file = b"jurisdiction = 'a'\n[mail]\nport = 465\n[senders]\ntimeout = 5\n"
    answer = told(tmp_path, file=file, MAIL_PORT="25", WECOM_ROBOTS="a=geheim;b=geheim")
    sources = {key: setting(answer, key)["source"] for key in ("mail.port", "senders.timeout", "desk_url")}
    assert sources == {"mail.port": "环境变量", "senders.timeout": "文件 yekuo.toml", "desk_url": "默认"}
    assert setting(answer, "mail.port")["value"] == 25
    assert setting(answer, "wecom.robots")["value"] == "已设置 2 个"
    assert answer["file"] == "yekuo.toml"


def test_the_table_says_the_same(tmp_path: Path) -> None:
    code, out, err = here(tmp_path, ["config"], {"WEBHOOK_SECRET": "geheim"}, b"repeated_yellows = false")
    assert (code, err) == (0, "")
    (yellows,) = (line for line in out.splitlines() if "YEKUO_REPEATED_YELLOWS" in line)
    assert [each.strip() for each in yellows.split("│")[3:5]] == ["否", "文件 yekuo.toml"]
    (secret,) = (line for line in out.splitlines() if "YEKUO_WEBHOOK_SECRET" in line)
    assert [each.strip() for each in secret.split("│")[3:5]] == ["已设置", "环境变量"]
    assert "不认识的设置" not in out


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////home/a@b:c/x.sqlite3", "sqlite:////home/a@b:c/x.sqlite3"),
        ("postgresql+psycopg://user:geheim@h:5432/x", "postgresql+psycopg://user:***@h:5432/x"),
        ("postgresql+psycopg://user:geheim@[::1]/x?sslmode=require", "postgresql+psycopg://user:***@[::1]/x?sslmode=require"),
        ("postgresql+psycopg://user@h/x", "postgresql+psycopg://user@h/x"),
        ("postgresql+psycopg:///x?host=h", "postgresql+psycopg:///x?host=h"),
        ("nonsense", "nonsense"),
    ],
)  # fmt: skip
def test_a_database_is_shown_without_its_password(tmp_path: Path, url: str, shown: str) -> None:
    assert setting(told(tmp_path, DATABASE_URL=url), "database_url")["value"] == shown


def test_all_that_is_wrong_is_shown_at_once(tmp_path: Path) -> None:
    answer = told(
        tmp_path, 2, b"juristiction = 'x'\n[mail]\nhost = 'h'\nport = 0", MIAL_HOST="x", DESK_URL="x"
    )
    assert answer["unknown"] == [
        {"name": "YEKUO_MIAL_HOST", "source": "环境变量", "nearest": "YEKUO_MAIL_HOST"},
        {"name": "juristiction", "source": "文件 yekuo.toml", "nearest": "jurisdiction"},
    ]
    codes = [each["code"] for each in answer["faults"]]
    assert codes == ["setting_unknown"] * 2 + ["setting_invalid"] * 3
    assert setting(answer, "mail.port")["value"] is None
    code, out, _ = here(tmp_path, ["config"], {"MIAL_HOST": "x"}, b"mail.port = 0")
    assert code == 2
    assert out.count("错误［") == 2
    assert "不认识的设置" in out
    assert "有误" in out


@pytest.mark.parametrize("file", [b"[mail", b"\xff\xfe"])
def test_a_broken_file_is_shown_with_what_else_there_is(tmp_path: Path, file: bytes) -> None:
    answer = told(tmp_path, 2, file, JURISDICTION="other")
    assert [each["code"] for each in answer["faults"]] == ["settings_file_unreadable"]
    assert setting(answer, "jurisdiction")["value"] == "other"


@posix
def test_a_file_with_a_secret_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    def warned(mode: int, content: bytes) -> bool:
        (tmp_path / "yekuo.toml").touch()
        (tmp_path / "yekuo.toml").chmod(mode)
        (warning,) = told(tmp_path, file=content)["warnings"] or [""]
        assert "geheim" not in warning
        return "chmod 600 yekuo.toml" in warning

    secrets = (
        b"mail.password = 'geheim'",
        b"wecom.robots.a = 'geheim'",
        b"database_url = 'postgresql+psycopg://u:geheim@h/x'",
    )
    assert [warned(0o644, each) for each in secrets] == [True, True, True]
    assert [warned(0o640, each) for each in secrets] == [True, True, True]
    assert [warned(0o600, each) for each in secrets] == [False, False, False]
    assert not warned(0o644, b"mail.port = 465\nmail.password = ''\ndatabase_url = 'sqlite:///x'")


def test_its_help_is_in_chinese(tmp_path: Path) -> None:
    code, out, _ = here(tmp_path, ["config", "--help"])
    assert code == 0
    assert "密码和密钥不显示" in out
    assert "Show this" not in out


# -- a start that is refused -----------------------------------------------------------------------------------


def test_a_wrong_setting_stops_the_start_in_one_sentence(tmp_path: Path) -> None:
    code, out, err = ran(tmp_path, "verify", MAIL_PORT="fünf")
    assert (code, out) == (2, "")
    assert err == (
        "错误［setting_invalid］：设置 YEKUO_MAIL_PORT（环境变量）不对：写的是“fünf”，应为 1 到 65535 的整数，"
        "例如 465。请改正后重试；yekuo config 列出全部设置。\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_setting_in_the_file_stops_it_too(tmp_path: Path) -> None:
    (tmp_path / "yekuo.toml").write_text("[mail]\nprot = 25\n", encoding="utf-8")
    code, out, err = ran(tmp_path, "due", "2026-09-24", "16")  # Thursday
    assert (code, out) == (2, "")
    assert err.startswith(
        "错误［setting_unknown］：没有叫 mail.prot 的设置（文件 yekuo.toml），您是不是想写 mail.port，"
    )
    assert err.count("\n") == 1
    code, out, err = ran(tmp_path, "config", "--json")
    assert (code, err) == (2, "")
    assert [each["name"] for each in json.loads(out)["unknown"]] == ["mail.prot"]


def test_what_is_needed_for_settings_is_quick_to_import() -> None:
    code = "import sys, yekuo.setting_sources; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(done.stdout.split())
    assert "tomllib" in loaded
    assert loaded & {"httpx", "sqlalchemy", "jinja2", "pandas", "pydantic", "apscheduler", "smtplib"} == set()


# -- secrets ---------------------------------------------------------------------------------------------------

SECRETS = st.text("JQXZjqxz", min_size=12, max_size=20)  # letters no word of ours has five of in a row
PIECE = 5  # a secret that is shown in part is shown

ROBOTS = (
    *("a={}", "a={},{}", "{}", "{};a=b", "={}", "a=b;{}", "a=http://h/send?key={}", "a={}\n", "a={};a={}"),
    *("a={} x", "a=b,{} x", "a,{}", "a={},{},{}", "a:{}", "a=＝{}"),
)
VARIABLES = {
    "DATABASE_URL": (
        *("postgresql+psycopg://u:{}@h/x", "postgresql+psycopg://u:{}@h:port/x", "postgres:u:{}@h", "u:{}@h"),
        *("postgresql+psycopg://u:a@{}@h/x", "postgresql+psycopg://u:a/{}@h/x", "postgresql://u:a?{}@h/x"),
        *("postgresql://h/x?password={}", "postgresql://h/x?sslpassword={}", "postgresql://u:{}"),
        *("postgresql://u:{}@h:99999/x", "mysql://u:{}@h/x", "postgresql://:{}@/x", "postgresql://u:{}@h\n"),
    ),
    "WECOM_ROBOTS": ROBOTS,
    "FEISHU_ROBOTS": ROBOTS,
    "DINGTALK_ROBOTS": ROBOTS,
    "MAIL_PASSWORD": ("{}", "{}\n", " {}", "\udcff{}"),
    "WEBHOOK_SECRET": ("{}", "{}\r"),
    "WECOM_BASE_URL": ("https://h/send?key={}", "https://u:{}@h", "https://h/#{}"),
    "FEISHU_BASE_URL": ("https://open.example.com/open-apis/bot/v2/hook/{}",),
    "WEBHOOK_BASE_URL": ("https://u:{}@h/",),
    "DESK_URL": ("https://u:{}@h/",),
}
FILES = [
    *("database_url = 'postgresql+psycopg://u:<>@h/x'", "database_url = ['<>']", "database_url = 'u:<>@h'"),
    *(
        "[wecom.robots]\na = '<>'",
        "[wecom.robots]\na = {token = '<>', secret = '<>'}",
        "wecom.robots = '<>'",
    ),
    *(
        "[feishu.robots]\na = {token = '<>', secret = '<>'}",
        "[feishu.robots]\na = {token = '<>', key = 1}",
    ),
    *("[feishu.robots]\na = ['<>']", "[feishu]\nrobots = ['<>']", "feishu = '<>'", "[[feishu]]\nx = '<>'"),
    *(
        "mail.password = '<>'",
        "mail.password = ['<>']",
        "mail.password = '<>",
        "mail.password = <>",
        "mail = '<>'",
    ),
    *("mail.password = '<>' x", 'mail.password = "\\<>"', "mail.pasword = '<>'", "webhook.secret = '<>'"),
]


@settings(max_examples=40)
@given(
    secret=SECRETS, chosen=st.fixed_dictionaries({name: st.sampled_from(t) for name, t in VARIABLES.items()})
)
def test_no_output_has_a_secret_of_the_environment(
    tmp_path_factory: pytest.TempPathFactory, secret: str, chosen: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("config")
    environment = {name: template.replace("{}", secret) for name, template in chosen.items()}
    for words in (["config"], ["config", "--json"]):
        _, out, err = here(folder, words, environment)
        assert_unseen(secret, out, err)
    assert_reading_unseen(
        secret, read({f"YEKUO_{name}": value for name, value in environment.items()}, folder)
    )


@settings(max_examples=40)
@given(secret=SECRETS, template=st.sampled_from(FILES))
def test_no_output_has_a_secret_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, secret: str, template: str
) -> None:
    folder = tmp_path_factory.mktemp("config")
    for words in (["config"], ["config", "--json"], ["due", "2026-09-24", "16"]):  # Thursday
        _, out, err = here(folder, words, file=template.replace("<>", secret).encode())
        assert_unseen(secret, out, err)
    assert_reading_unseen(secret, read({}, folder))


@pytest.mark.parametrize(
    ("name", "template"), [(name, t) for name, every in VARIABLES.items() for t in every]
)
def test_no_value_alone_is_told(tmp_path: Path, name: str, template: str) -> None:
    value = template.replace("{}", "QXZJQXZJQXZJ")
    assert_reading_unseen("QXZJQXZJQXZJ", read({f"YEKUO_{name}": value}, tmp_path))


def assert_unseen(secret: str, *texts: str) -> None:
    pieces = {secret[start : start + PIECE] for start in range(len(secret) - PIECE + 1)}
    for text in texts:
        assert [each for each in pieces if each in text] == [], text


def assert_reading_unseen(secret: str, reading: Reading) -> None:
    assert_unseen(secret, repr(reading), *(repr(each) + repr(each.facts) for each in reading.faults))
    assert_unseen(secret, *(each.shown for each in reading.found))
    if not reading.faults:
        assert_unseen(secret, repr(reading.settings()))
        assert_unseen(secret, store.shown(reading.settings().database_url))
