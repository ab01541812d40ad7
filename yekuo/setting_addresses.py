"""Addresses as settings: of the web, of a mail server, of a mailbox, of the database."""

import re

from yekuo.setting_kinds import Kind, Unfit, text_of

HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")
ADDRESS = re.compile(r"[^@\s<>,;:]+@[^@\s<>,;:]+")
# Exactly one place for a password, so that it can be told from the rest: no “@”, “/” or “?” within it.
DATABASE = re.compile(
    r"(?P<head>[\w+]+://[^:/@?]*)(?P<password>:[^@/?]*)?"
    r"(?P<tail>@(?:\[[0-9A-Fa-f:.]+\]|[^:/@?]*)(?::[0-9]+)?(?:/[^@?]*)?(?:\?[^@]*)?)"
)
NO_USER = re.compile(r"[\w+]+://(?:\[[0-9A-Fa-f:.]+\]|[^:/@?]*)(?::[0-9]+)?(?:/[^@?]*)?(?:\?[^@]*)?")


def _address(raw: object) -> str:
    text = text_of(raw)
    if not ADDRESS.fullmatch(text):
        raise Unfit
    return text


def _host(raw: object) -> str:
    from ipaddress import IPv6Address

    text = text_of(raw)
    try:
        sound = bool(HOST.fullmatch(text) or IPv6Address(text))
    except ValueError:
        sound = False
    if not sound:
        raise Unfit
    return text


def _url(raw: object) -> str:
    """The base that paths are added to. What could carry a key or a password is refused unseen."""
    from urllib.parse import urlsplit

    text = text_of(raw)
    if re.search(r"[?#@]", text):
        raise Unfit("带有“?”“#”或“@”的网址（可能含密钥，不显示）")
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s\\]", text):
        raise Unfit
    return text.rstrip("/")


def _robot_url(raw: object) -> str:
    """People copy the whole address of a robot from its vendor's page; its last part is the key."""
    url = _url(raw)
    if re.search("/hook/|/robot/send|/webhook/send", url):
        raise Unfit("一个机器人的完整网址（含密钥，不显示）")
    return url


def _database(raw: object) -> str:
    """A database address is judged by the store, but only one whose password can be told gets that far."""
    if not isinstance(raw, str):
        raise Unfit
    text = raw.strip()
    if text.startswith("sqlite:///") or not re.search("[:@]", text):
        return text
    if not (DATABASE.fullmatch(text) or NO_USER.fullmatch(text)):
        raise Unfit("认不出哪一段是密码的地址（不显示）")
    if "password" in text.partition("?")[2].lower():
        raise Unfit("密码写在“?”之后的地址（不显示）")
    return text


def _without_password(url: str) -> str:
    found = DATABASE.fullmatch(url)
    return f"{found['head']}:***{found['tail']}" if found and found["password"] else url


def _has_password(raw: object) -> bool:
    """Whether somebody seems to have written one, in its place or not."""
    return isinstance(raw, str) and not raw.strip().startswith("sqlite:///") and ("@" in raw or "?" in raw)


URL = Kind(_url, "以 http:// 或 https:// 开头、带主机名的网址（不带“?”“#”“@”）", "http://10.0.0.8:8000")
ROBOT_URL = Kind(_robot_url, "机器人网址中主机名为止的一段，或内网转发的网址", "http://10.0.0.8:8080")
MAIL_HOST = Kind(_host, "邮件服务器的主机名或 IP 地址（不带端口）", "mail.example.com")
MAIL_ADDRESS = Kind(_address, "一个邮件地址", "yekuo@example.com")
DATABASE_URL = Kind(
    _database,
    " sqlite:///文件路径 或 postgresql+psycopg://用户:密码@主机/库名（密码中的“@”“/”“?”写成 %40、%2F、%3F）",
    "sqlite:///yekuo.sqlite3",
    shown=_without_password,
    hides=_has_password,
)
