"""The group robots of one vendor as a setting: text in the environment, a table in the file.

Nothing but the position of an entry is ever told: where the “=” was forgotten, even the name is a key.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from alerts.senders.settings import Robot
from yekuo.setting_kinds import SET, Kind, Unfit

TOKEN = re.compile(r"[A-Za-z0-9_.~-]+")
Entry = tuple[str, str, str]


def robots(*, signed: bool) -> Kind:
    """``signed``: the vendor lets a robot have a secret that messages are signed with."""

    def parse(raw: object) -> Mapping[str, Robot]:
        found: dict[str, Robot] = {}
        for place, (name, token, secret) in enumerate(_entries(raw), start=1):
            _check(place, name, token=token, secret=secret, signed=signed)
            if name in found:
                raise Unfit(f"第 {place} 个机器人与前面的同名")
            found[name] = Robot(token, secret)
        return MappingProxyType(found)

    entry = "名称=令牌,加签密钥（不加签只写 名称=令牌）" if signed else "名称=密钥"
    return Kind(
        parse,
        f"若干个 {entry}，以半角“;”分开，令牌不是整个网址；文件中每个机器人一行",
        "城关=token-1,secret-1;湍东=token-2" if signed else "城关=key-1;湍东=key-2",
        shown=lambda value: f"{SET} {len(value)} 个" if value else "",
        hides=bool,
    )


def _entries(raw: object) -> Iterator[Entry]:
    if isinstance(raw, str):
        return _from_text(raw)
    if isinstance(raw, dict):
        return _from_table(raw)
    raise Unfit("既不是文字也不是表的值（不显示）")


def _from_text(text: str) -> Iterator[Entry]:
    entries = [each for each in text.split(";") if each.strip()]
    for place, entry in enumerate(entries, start=1):
        name, equals, rest = entry.partition("=")
        if not equals:
            raise Unfit(f"第 {place} 个机器人没有“=”（内容不显示）")
        token, _, secret = rest.partition(",")
        yield name.strip(), token.strip(), secret.strip()


def _from_table(table: dict[str, object]) -> Iterator[Entry]:
    for place, (name, value) in enumerate(table.items(), start=1):
        robot = {"token": value} if isinstance(value, str) else value
        if not isinstance(robot, dict) or not set(robot) <= {"token", "secret"}:
            raise Unfit(f"第 {place} 个机器人既不是文字，也不是 {{ token = …, secret = … }}（内容不显示）")
        token, secret = robot.get("token", ""), robot.get("secret", "")
        if not isinstance(token, str) or not isinstance(secret, str):
            raise Unfit(f"第 {place} 个机器人的令牌或加签密钥没有加引号（内容不显示）")
        yield name.strip(), token.strip(), secret.strip()


def _check(place: int, name: str, *, token: str, secret: str, signed: bool) -> None:
    if not name or not name.isprintable():
        raise Unfit(f"第 {place} 个机器人没有名称")
    if not TOKEN.fullmatch(token):
        raise Unfit(f"第 {place} 个机器人的令牌缺少或含有字母、数字和“-”“_”“.”“~”以外的字符（内容不显示）")
    if secret and not signed:
        raise Unfit(f"第 {place} 个机器人带了加签密钥，而这一家没有加签（内容不显示）")
    if not secret.isprintable() or " " in secret:
        raise Unfit(f"第 {place} 个机器人的加签密钥含有空格或换行（内容不显示）")
