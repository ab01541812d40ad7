"""Where the program finds its database, its rules, its senders and its instants."""

import tomllib
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alerts.senders.settings import MailSettings, Robot, RobotSettings, SenderSettings, WebhookSettings
from limits.zone import SHANGHAI
from reports.masthead import Letterhead
from yekuo.setting_errors import SettingInvalid, SettingsFileMissing, SettingsFileUnreadable, SettingUnknown
from yekuo.setting_sources import read
from yekuo.setting_values import SETTINGS, built
from yekuo.settings import DateInvalid, InstantInvalid, Settings, parse_date, parse_instant

EVERYTHING = """
database_url = "sqlite:///x"
jurisdiction = "other"
desk_url = "http://desk.example.com/yekuo/"
reports_folder = "月报"
repeated_yellows = false
session_hours = 8
metrics_token = "m1"

[wecom]
base_url = "http://relay.example.com:8080/wecom/"
per_minute = 10
[wecom.robots]
"城关" = "key-1"
"湍东" = { token = "key-2" }

[dingtalk.robots]
"城关" = { token = "t1", secret = "s1" }

[feishu.robots]
"城关" = { token = "t2", secret = "s2" }

[mail]
host = "mail.example.com"
port = 465
security = "tls"
user = "yekuo"
password = " p=;, "
sender = "yekuo@example.com"
per_minute = 30

[webhook]
base_url = "https://hook.example.com"
secret = "s3"

[senders]
timeout = 2.5
attempts = 3

[report]
organisation = "示例县供电公司"
title = "{organisation}{year}年{number}{span}报"
number = "监督〔{year}〕{number}号"
signatories = "批准：甲、编制"
"""
TOLD = Settings(
    database_url="sqlite:///x",
    jurisdiction="other",
    desk_url="http://desk.example.com/yekuo",
    reports_folder=Path("月报"),
    repeated_yellows=False,
    session_hours=8,
    metrics_token="m1",  # noqa: S106 - nobody's
    senders=SenderSettings(
        wecom=RobotSettings(
            "http://relay.example.com:8080/wecom", {"城关": Robot("key-1"), "湍东": Robot("key-2")}, 10
        ),
        dingtalk=RobotSettings("https://oapi.dingtalk.com", {"城关": Robot("t1", "s1")}),
        feishu=RobotSettings("https://open.feishu.cn", {"城关": Robot("t2", "s2")}, 100),
        mail=MailSettings("mail.example.com", 465, "tls", "yekuo", " p=;, ", "yekuo@example.com", 30),
        webhook=WebhookSettings("https://hook.example.com", "s3"),
        timeout=2.5,
        attempts=3,
    ),
    report=Letterhead(
        "示例县供电公司",
        "{organisation}{year}年{number}{span}报",
        "监督〔{year}〕{number}号",
        "批准：甲、编制",
    ),
)


def settings_of(folder: Path, file: str = "", /, **environment: str) -> Settings:
    """The settings where ``yekuo.toml`` holds ``file``; WECOM_ROBOTS stands for YEKUO_WECOM_ROBOTS."""
    (folder / "yekuo.toml").write_text(file, encoding="utf-8")
    return read({f"YEKUO_{name}": value for name, value in environment.items()}, folder).settings()


# -- what is declared ------------------------------------------------------------------------------------------


def leaves(value: object, *before: str) -> Iterator[str]:
    for each in fields(value):  # type: ignore[arg-type]
        inner = getattr(value, each.name)
        if is_dataclass(inner) and not isinstance(inner, Robot):
            yield from leaves(inner, *before, each.name)
        else:
            yield ".".join((*before, each.name))


def test_every_field_has_its_setting() -> None:
    expected = {
        path if path.startswith("senders.") and path.count(".") == 1 else path.removeprefix("senders.")
        for path in leaves(Settings())
    }
    assert {each.key for each in SETTINGS} == expected
    assert len({each.environment for each in SETTINGS}) == len(SETTINGS)


def test_the_defaults_are_those_of_the_object() -> None:
    assert built({each.key: each.default for each in SETTINGS}) == Settings()


def test_every_example_and_default_is_one_that_is_taken(tmp_path: Path) -> None:
    for each in SETTINGS:
        found = read({each.environment: each.kind.example}, tmp_path).found
        assert [one.fault for one in found if one.setting is each] == [None], each.key
        if each.default not in ("", {}):
            assert each.kind.parse(each.default if not isinstance(each.default, Path) else str(each.default))


# -- where they come from --------------------------------------------------------------------------------------


def test_where_nothing_is_said_there_is_an_sqlite_file_and_the_shipped_jurisdiction(tmp_path: Path) -> None:
    found = read({}, tmp_path).settings()
    assert found == Settings()
    assert (found.database_url, found.jurisdiction) == ("sqlite:///yekuo.sqlite3", "neixiang")


def test_an_empty_value_is_as_if_not_set(tmp_path: Path) -> None:
    assert settings_of(tmp_path, 'desk_url = ""', DATABASE_URL="", WECOM_ROBOTS=" ", NO_SUCH="") == Settings()


def test_the_file_says_everything(tmp_path: Path) -> None:
    assert settings_of(tmp_path, EVERYTHING) == TOLD


def test_the_environment_says_the_same(tmp_path: Path) -> None:
    told = settings_of(
        tmp_path,
        DATABASE_URL="sqlite:///x",
        JURISDICTION="other",
        DESK_URL="http://desk.example.com/yekuo/",
        REPORTS_FOLDER="月报",
        REPEATED_YELLOWS="否",
        SESSION_HOURS="8",
        METRICS_TOKEN="m1",  # noqa: S106 - nobody's
        WECOM_BASE_URL="http://relay.example.com:8080/wecom/",
        WECOM_PER_MINUTE="10",
        WECOM_ROBOTS="城关=key-1; 湍东 = key-2;",
        DINGTALK_ROBOTS="城关=t1,s1",
        FEISHU_ROBOTS="城关=t2,s2",
        MAIL_HOST="mail.example.com",
        MAIL_PORT="465",
        MAIL_SECURITY="TLS",
        MAIL_USER="yekuo",
        MAIL_PASSWORD=" p=;, ",  # noqa: S106 - nobody's
        MAIL_SENDER="yekuo@example.com",
        MAIL_PER_MINUTE="30",
        WEBHOOK_BASE_URL="https://hook.example.com",
        WEBHOOK_SECRET="s3",  # noqa: S106 - likewise
        SENDERS_TIMEOUT="2.5",
        SENDERS_ATTEMPTS="3",
        REPORT_ORGANISATION="示例县供电公司",
        REPORT_TITLE="{organisation}{year}年{number}{span}报",
        REPORT_NUMBER="监督〔{year}〕{number}号",
        REPORT_SIGNATORIES="批准：甲、编制",
    )
    assert told == TOLD


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    found = settings_of(
        tmp_path, 'jurisdiction = "file"\nrepeated_yellows = false\n[mail]\nport = 0', MAIL_PORT="25"
    )
    assert (found.jurisdiction, found.repeated_yellows, found.senders.mail.port) == ("file", False, 25)


def test_nothing_else_in_the_environment_is_followed(tmp_path: Path) -> None:
    assert read({"DATABASE_URL": "x", "MAIL_HOST": "y"}, tmp_path).settings() == Settings()


def test_names_of_ours_that_are_no_settings_are_let_be(tmp_path: Path) -> None:
    assert settings_of(tmp_path, TEST_DATABASE_URL="postgresql://u:p@h/x") == Settings()


def test_a_file_may_be_named_and_the_one_at_hand_is_then_not_read(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(
        b"\xef\xbb\xbf" + "jurisdiction = '他处'".encode()
    )  # as Notepad does
    assert settings_of(tmp_path, "no toml", SETTINGS="mine.toml").jurisdiction == "他处"


def test_the_settings_are_frozen(tmp_path: Path) -> None:
    found = settings_of(tmp_path, EVERYTHING)
    with pytest.raises(FrozenInstanceError):
        found.jurisdiction = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        found.senders.wecom.robots["x"] = Robot("y")  # type: ignore[index]


# -- what is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        *(
            ("DESK_URL", url, "http://")
            for url in ("desk", "ftp://desk", "http://", "http://h:99999", "http://a b")
        ),
        *(("DESK_URL", url, "http://") for url in ("http://h:0", "http://h:x", "http://[::1", "//h")),
        *(
            ("MAIL_PORT", port, "1 到 65535")
            for port in ("0", "65536", "-1", "25.5", "二十五", "２５", "9" * 5000)
        ),
        *(("WECOM_PER_MINUTE", number, "的整数") for number in ("0", "-5", "many")),
        *(("SENDERS_ATTEMPTS", number, "1 到 100") for number in ("0", "101")),
        *(("SENDERS_TIMEOUT", number, "3600") for number in ("0", "-1", "inf", "nan", "3601", "1e3")),
        *(("REPEATED_YELLOWS", word, "true 或 false") for word in ("ja", "2", "on", "是的")),
        *(("MAIL_SECURITY", word, "starttls") for word in ("ssl", "yes")),
        *(
            ("MAIL_HOST", host, "主机名")
            for host in ("mail:25", "smtp://mail", "a b", "mail..example", "a\nb")
        ),
        *(
            ("MAIL_SENDER", address, "邮件地址")
            for address in ("yekuo", "a@b@c", "业扩 <a@b>", "a@b\nBcc: c@d")
        ),
        *(
            ("REPORT_NUMBER", pattern, "{year}")
            for pattern in ("{", "{}", "{month}号", "{year!r}", "{year:>9}", "{year.real}", "a\nb")
        ),
        ("JURISDICTION", "a\nb", "一行文字"),
        ("REPORTS_FOLDER", "a\0b", "文件夹"),
        ("REPORTS_FOLDER", "\udcff", "文件夹"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(
    tmp_path: Path, name: str, value: str, expected: str
) -> None:
    with pytest.raises(
        SettingInvalid, match=f"^设置 YEKUO_{name}（环境变量）不对：写的是“.+应为.+，例如 "
    ) as caught:
        settings_of(tmp_path, **{name: value})
    assert expected in caught.value.message
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 250


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("jurisdiction = 5", "jurisdiction"),
        ("repeated_yellows = 2", "repeated_yellows"),
        ("desk_url = ['http://h']", "desk_url"),
        ("database_url = {}", "database_url"),
        ("mail = 'mail.example.com'", "mail"),
        ("[[senders]]", "senders"),
        ("mail.port = true", "mail.port"),
        ("mail.port = 25.0", "mail.port"),
        (f"mail.port = 0x{'f' * 9000}", "mail.port"),
        ("mail.password = 123456", "mail.password"),
        ("senders.timeout = inf", "senders.timeout"),
        ("senders.timeout = true", "senders.timeout"),
        ("wecom.robots = 5", "wecom.robots"),
        ("wecom.robots = ['a']", "wecom.robots"),
        ("wecom.robots.a = 5", "wecom.robots"),
        ("wecom.robots.a = {key = 'x'}", "wecom.robots"),
        ("dingtalk.robots.a = {token = 'x', secret = 5}", "dingtalk.robots"),
        ("dingtalk.robots.a = {secret = 'x'}", "dingtalk.robots"),
    ],
)
def test_a_wrong_value_in_the_file_names_key_and_file(tmp_path: Path, line: str, name: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        settings_of(tmp_path, line)
    assert caught.value.message.startswith(f"设置 {name}（文件 {tmp_path / 'yekuo.toml'}）不对")
    assert len(caught.value.message) < 250 + len(str(tmp_path))


@pytest.mark.parametrize(
    ("robots", "said"),
    [
        ("key", "第 1 个机器人没有“=”"),
        ("城关=key;湍东", "第 2 个机器人没有“=”"),
        ("城关=", "第 1 个机器人的令牌缺少"),
        ("=key", "第 1 个机器人没有名称"),
        ("城关=a;湍东=b;城关=c", "第 3 个机器人与前面的同名"),
        ("城关=https://h/send?key=x", "不是整个网址"),
        ("城关=key,secret", "没有加签"),
        ("城关=a；湍东=b", "半角“;”"),
    ],
)
def test_robots_written_wrong_are_told_by_their_place(tmp_path: Path, robots: str, said: str) -> None:
    with pytest.raises(SettingInvalid, match="YEKUO_WECOM_ROBOTS") as caught:
        settings_of(tmp_path, WECOM_ROBOTS=robots)
    assert said in caught.value.message


def test_a_signed_robot_may_go_without_its_secret(tmp_path: Path) -> None:
    found = settings_of(tmp_path, FEISHU_ROBOTS="城关=t").senders.feishu.robots
    assert found == {"城关": Robot("t")}


def test_mail_without_a_sender_is_refused_before_the_first_message(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"^设置 YEKUO_MAIL_SENDER（环境变量）不对：写的是空值"):
        settings_of(tmp_path, MAIL_HOST="mail.example.com")
    with pytest.raises(SettingInvalid, match=r"^设置 mail\.sender（文件 "):
        settings_of(tmp_path, "mail.host = 'mail.example.com'")
    assert settings_of(tmp_path, MAIL_SENDER="a@b.example").senders.mail.host == ""


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("YEKUO_DATABASE", "YEKUO_DATABASE_URL"),
        ("YEKUO_MIAL_PORT", "YEKUO_MAIL_PORT"),
        ("yekuo_mail_port", "YEKUO_MAIL_PORT"),
        ("YEKUO_WECOM_ROBOT", "YEKUO_WECOM_ROBOTS"),
        ("YEKUO_QQ", ""),
        ("YEKUO_", ""),
    ],
)
def test_an_unknown_variable_is_refused_with_the_nearest_name(
    tmp_path: Path, name: str, nearest: str
) -> None:
    with pytest.raises(SettingUnknown, match=f"^没有叫 {name} 的设置（环境变量）") as caught:
        read({name: "x"}, tmp_path).settings()
    assert ("您是不是想写 " in caught.value.message) == bool(nearest)
    assert caught.value.facts["nearest"] == nearest
    assert "YEKUO_MAIL_PORT" in caught.value.message or "DATABASE" in nearest or "WECOM" in nearest


@pytest.mark.parametrize(
    ("line", "name", "nearest"),
    [
        ("juristiction = 'x'", "juristiction", "jurisdiction"),
        ("timeout = 5", "timeout", "senders.timeout"),
        ("mail.prot = 5", "mail.prot", "mail.port"),
        ("mial.port = 5", "mial", "mail"),
        ("'mail.port' = 5", '"mail.port"', "mail.port"),
        ("senders.time_out = 1", "senders.time_out", "senders.timeout"),
        ("mail.xyz = 'http://h'", "mail.xyz", ""),
        ('"a\\nb" = 5', r"a\nb", ""),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_name(
    tmp_path: Path, line: str, name: str, nearest: str
) -> None:
    with pytest.raises(SettingUnknown) as caught:
        settings_of(tmp_path, line)
    assert caught.value.message.startswith(f"没有叫 {name} 的设置（文件 ")
    assert caught.value.facts["nearest"] == nearest


def test_only_the_names_beside_the_nearest_are_told(tmp_path: Path) -> None:
    told = {
        line: read_known(tmp_path, f"{line} = 1") for line in ("mail.prot", "mail.xyz", "juristiction", "qq")
    }
    mail = [each.key for each in SETTINGS if each.table == "mail"]
    flat = [each.key for each in SETTINGS if not each.table]
    tables = ["wecom", "dingtalk", "feishu", "mail", "webhook", "senders", "report"]
    assert told["mail.prot"] == told["mail.xyz"] == mail
    assert told["juristiction"] == flat + tables
    assert told["qq"] == [each.key for each in SETTINGS] + tables


def read_known(folder: Path, file: str) -> list[str]:
    with pytest.raises(SettingUnknown) as caught:
        settings_of(folder, file)
    return str(caught.value.facts["known"]).split("、")


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileMissing, match=r"YEKUO_SETTINGS 所指的设置文件 .*nowhere\.toml 不存在"):
        read({"YEKUO_SETTINGS": "nowhere.toml"}, tmp_path).settings()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("jurisdiction = '内乡'".encode("gbk"), "第 17 个字节不是 UTF-8"),
        (b"[mail\nhost = 'x'", "第 1 行第 6 列"),
        (b"mail.password = 'x\ny = 1", "末尾处"),
        (b"a = 1\na = 2\nb = 3", "第 2 行"),
        (b"a = 'x", "没有写完"),
        (b"a = " + b"[" * 100_000, "TOML 的写法"),
        (b"a = " + b"9" * 100_000, "TOML 的写法"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_without_its_content(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "yekuo.toml").write_bytes(content)
    with pytest.raises(SettingsFileUnreadable, match=r"yekuo\.toml") as caught:
        read({}, tmp_path).settings()
    assert said in caught.value.message
    assert caught.value.message.isprintable()


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileUnreadable):
        read({"YEKUO_SETTINGS": "."}, tmp_path).settings()


def test_all_faults_are_kept(tmp_path: Path) -> None:
    (tmp_path / "yekuo.toml").write_text("[mail]\nport = 0\nhost = 'h'\nx = 1", encoding="utf-8")
    faults = read({"YEKUO_X": "1", "YEKUO_DESK_URL": "x"}, tmp_path).faults
    assert [(each.code, each.facts["name"]) for each in faults] == [
        ("setting_unknown", "YEKUO_X"),
        ("setting_unknown", "mail.x"),
        ("setting_invalid", "YEKUO_DESK_URL"),
        ("setting_invalid", "mail.port"),
        ("setting_invalid", "mail.sender"),
    ]


def test_the_file_of_this_test_says_every_setting_but_the_pace_of_the_rest() -> None:
    table = tomllib.loads(EVERYTHING)
    flat = {
        f"{k}.{i}" if isinstance(v, dict) else k
        for k, v in table.items()
        for i in (v if isinstance(v, dict) else [""])
    }
    missing = {each.key for each in SETTINGS} - flat
    assert missing == {
        *(
            "dingtalk.base_url",
            "dingtalk.per_minute",
            "feishu.base_url",
            "feishu.per_minute",
            "webhook.per_minute",
        )
    }


# -- instants and days -----------------------------------------------------------------------------------------


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T18:00", shanghai(2026, 11, 20, 18)),
        ("2026-11-20 18:00:30", shanghai(2026, 11, 20, 18, 0, 30)),
        (" 2026-11-20T18:00 ", shanghai(2026, 11, 20, 18)),
        ("2026-11-20T10:00+00:00", shanghai(2026, 11, 20, 18)),
        ("2026-11-20T10:00Z", shanghai(2026, 11, 20, 18)),
        ("2026-11-20T18:00+08:00", shanghai(2026, 11, 20, 18)),
        ("2026-11-20", shanghai(2026, 11, 20, 23, 59, 59)),
    ],
)
def test_an_instant_is_read_on_the_clock_of_shanghai(text: str, expected: datetime) -> None:
    found = parse_instant(text)
    assert found == expected
    assert found.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "昨天", "2026-13-01", "2026-02-30", "2026-11-20T25:00", "20日"),
        *("0001-01-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59+00:00"),
        *("2026-W39-4", "2026-W39-4T18:00", "20261120", "20261120T180000", "2026-11-20T18", "２０２６-11-20"),
    ],
)
def test_an_instant_that_is_none_is_told(text: str) -> None:
    with pytest.raises(InstantInvalid, match="北京时间"):
        parse_instant(text)


def test_no_instant_is_now() -> None:
    before = datetime.now(SHANGHAI)
    assert before <= parse_instant(None) <= datetime.now(SHANGHAI)


def test_a_day_is_read_as_people_write_it() -> None:
    assert parse_date(" 2026-09-24 ") == date(2026, 9, 24)


@pytest.mark.parametrize(
    "text", ["", "2026-02-29", "24.9.2026", "2026-9-24T10:00", "今天", "2026-W39-4", "20260924", "2026W394"]
)
def test_a_day_that_is_none_is_told(text: str) -> None:
    with pytest.raises(DateInvalid, match="应写成 2026-09-24"):
        parse_date(text)
