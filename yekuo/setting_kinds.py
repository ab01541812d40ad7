"""What a setting may be: how it is read, what is expected, and what of it may be shown.

A value comes as text from the environment or as what TOML knows from the file; one parser takes both.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.masthead import PLACES, fits

SET = "已设置"
LONGEST = 60
TRUE, FALSE = ("true", "1", "是"), ("false", "0", "否")
SECURITY = ("none", "starttls", "tls")
SECONDS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?")


class Unfit(Exception):
    """Not of this kind. ``came`` says what came in place of the value, where the value is not to be shown."""

    def __init__(self, came: str = "") -> None:
        super().__init__(came)
        self.came = came


def _plain(value: Any) -> str:
    return str(value)


@dataclass(frozen=True, slots=True)
class Kind:
    """``parse`` raises Unfit. A secret ``hides`` something: asked of a raw value, whether there is such in it."""

    parse: Callable[[object], Any]
    expected: str
    example: str
    shown: Callable[[Any], str] = _plain
    hides: Callable[[object], bool] | None = None


def written(raw: object) -> str:
    """What came, on one line of a bearable length."""
    if isinstance(raw, dict):
        return "一个表"
    if isinstance(raw, list):
        return "一个列表"
    if isinstance(raw, int) and abs(raw) >= 10**LONGEST:  # more digits than Python will write
        return "一个极大的整数"
    return f"“{one_line(str(raw))}”"


def one_line(text: str) -> str:
    """``text`` without line breaks and the like, cut where it gets too long."""
    escaped = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: LONGEST + 1]
    )
    return escaped if len(text) <= LONGEST else f"{escaped[:LONGEST]}…"


def text_of(raw: object) -> str:
    """Text for one line: a line break would be a header of its own in a mail or a request."""
    if not isinstance(raw, str) or not raw.isprintable():
        raise Unfit
    return raw.strip()


def _secret(raw: object) -> str:
    if not isinstance(raw, str) or not raw.isprintable():
        raise Unfit
    return raw


def _set(raw: object) -> bool:
    return bool(raw)


def _yes(raw: object) -> bool:
    word = str(raw).strip().lower() if isinstance(raw, str | int) else ""
    if word not in TRUE + FALSE:
        raise Unfit
    return word in TRUE


def _security(raw: object) -> str:
    word = text_of(raw).lower()
    if word not in SECURITY:
        raise Unfit
    return word


def _seconds(raw: object) -> float:
    if isinstance(raw, str) and SECONDS.fullmatch(raw.strip()):
        raw = float(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 < raw <= 3600:  # nan is not, either
        raise Unfit
    return float(raw)


def _pattern(raw: object) -> str:
    text = text_of(raw)
    if not fits(text):
        raise Unfit
    return text


def _signatories(raw: object) -> str:
    """Titles separated by 、, each with its name behind ： or none; another comma would make one of two."""
    text = text_of(raw)
    titles = [each.partition("：")[0].strip() for each in text.replace(":", "：").split("、")]
    if re.search("[,，;；]", text) or not all(titles):
        raise Unfit
    return text


def whole(low: int, high: int, example: int) -> Kind:
    """A whole number from ``low`` to ``high``."""

    def parse(raw: object) -> int:
        if isinstance(raw, str) and re.fullmatch("[0-9]{1,9}", raw.strip()):
            raw = int(raw)
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            raise Unfit
        return raw

    return Kind(parse, f" {low} 到 {high} 的整数", str(example))


TEXT = Kind(text_of, "一行文字", "yekuo")
PATTERN = Kind(
    _pattern,
    f"一行文字，其中可用 {'、'.join(f'{{{each}}}' for each in PLACES)}",
    "内电监{span}〔{year}〕{number}号",
)
SIGNATORIES = Kind(_signatories, "签署的职务，以顿号分开，姓名写在冒号后", "批准、审核、编制：姓名")
FOLDER = Kind(lambda raw: Path(text_of(raw)), "文件夹的路径", "reports")
BOOLEAN = Kind(
    _yes, " true 或 false（也可写 1、0、是、否）", "true", shown=lambda value: "是" if value else "否"
)
PORT = whole(1, 65535, 465)
PER_MINUTE = whole(1, 1_000_000, 20)
ATTEMPTS = whole(1, 100, 8)
SESSION_HOURS = whole(1, 720, 12)
TIMEOUT = Kind(_seconds, "大于 0、不超过 3600 的秒数", "30")
MAIL_SECURITY = Kind(_security, f"下列之一：{'、'.join(SECURITY)}", "tls")
SECRET = Kind(_secret, "一行文字", '"…"', shown=lambda value: SET if value else "", hides=_set)
