"""Reading a TOML table key by key, so that every refusal can name the file, the place, what was
found, what was expected and an example."""

import json
import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, NoReturn, Self, TypeVar

from limits.errors import YekuoError

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
R = TypeVar("R", bound="Reader")


class PolicyRefused(YekuoError):
    """规则文件 {file} 的 {place}：{found}；应为：{expected}。例：{example}"""

    code = "policy_refused"


class Reader:
    """One TOML table being read; ``close`` refuses the keys nobody asked for.

    Each kind of mistake has its error, all with the same facts; files of another sort raise their own.
    """

    unreadable: ClassVar[type[YekuoError]] = PolicyRefused
    missing: ClassVar[type[YekuoError]] = PolicyRefused
    unknown: ClassVar[type[YekuoError]] = PolicyRefused
    wrong: ClassVar[type[YekuoError]] = PolicyRefused

    def __init__(self, table: dict[str, Any], *, file: str, place: str) -> None:
        self.file, self.place = file, place
        self._table = dict(table)
        self._asked: list[str] = []

    def refuse(
        self,
        found: str,
        expected: str,
        example: str,
        *,
        at: str = "",
        error: type[YekuoError] | None = None,
    ) -> NoReturn:
        """Raise the refusal for this place (or for key ``at`` within it); ``error``: not a wrong value."""
        place = f"{self.place}.{at}" if at and self.place else at or self.place or "文件开头"
        raise (error or self.wrong)(
            file=self.file, place=place, found=found, expected=expected, example=example
        )

    def take(self, key: str, kind: type[T], example: str, default: T | None = None) -> T:
        """The value of ``key``; refused when missing (and no default) or of another type."""
        value = self.maybe(key, kind, example)
        if value is not None:
            return value
        if default is None:
            self.refuse(f"缺少 {key}", _KINDS[kind], f"{key} = {example}", at=key, error=self.missing)
        return default

    def maybe(self, key: str, kind: type[T], example: str) -> T | None:
        """The value of ``key`` or None when absent."""
        self._asked.append(key)
        if key not in self._table:
            return None
        value = self._table.pop(key)
        fits = isinstance(value, kind) and not (kind is not bool and isinstance(value, bool))
        if not fits or (kind is date and isinstance(value, datetime)):
            self.refuse(f"{key} = {_written(value)}", _KINDS[kind], f"{key} = {example}", at=key)
        return value  # type: ignore[no-any-return]

    def enum(self, key: str, kind: type[E], default: E | None = None) -> E:
        """A word of ``kind``; refused with the list of words."""
        example = f'"{next(iter(kind)).value}"'
        word = self.maybe(key, str, example) if default is not None else self.take(key, str, example)
        return default if word is None and default is not None else self.word(key, word or "", kind)

    def words(self, key: str, kind: type[E]) -> tuple[E, ...] | None:
        """A non-empty list of words of ``kind``, or None when absent."""
        example = f'["{next(iter(kind)).value}"]'
        listed = self.maybe(key, list, example)
        if listed is None:
            return None
        if not listed or len(set(map(str, listed))) != len(listed):
            self.refuse(f"{key} = {_written(listed)}", "不为空、不重复的列表", f"{key} = {example}", at=key)
        return tuple(self.word(key, each, kind) for each in listed)

    def word(self, key: str, value: object, kind: type[E]) -> E:
        found = next((member for member in kind if member.value == value), None)
        if found is None:
            allowed = "、".join(str(member.value) for member in kind)
            first = next(iter(kind)).value
            self.refuse(f"{key} 中有 {_written(value)}", f"下列之一：{allowed}", f'{key} = "{first}"', at=key)
        return found

    def tables(self, key: str) -> list[Self]:
        """The readers of ``[[key]]``, empty when absent."""
        self._asked.append(key)
        listed = self._table.pop(key, [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            self.refuse(f"{key} = {_written(listed)}", "表的数组", f"[[{key}]]", at=key)
        return [self._inner(each, f"{key}[{index}]") for index, each in enumerate(listed, 1)]

    def some(self, key: str, example: str) -> list[Self]:
        """The readers of ``[[key]]``; refused when there is none."""
        absent = key not in self._table
        return self.tables(key) or self.refuse(
            f"缺少 {key}", "至少一条", example, at=key, error=self.missing if absent else self.wrong
        )

    def table(self, key: str) -> Self | None:
        """The reader of ``[key]``, None when absent."""
        inner = self.maybe(key, dict, "{ … }")
        return None if inner is None else self._inner(inner, key)

    def left(self) -> list[str]:
        """The keys not yet taken."""
        return list(self._table)

    def close(self) -> None:
        """Refuse what nobody asked for: a misspelt key must never be ignored."""
        if self._table:
            unknown = "、".join(self._table)
            known = "、".join(dict.fromkeys(self._asked))
            advice = "请改正拼写或删去该键"
            self.refuse(f"不认识的键 {unknown}", f"只能有：{known}", advice, error=self.unknown)

    def _inner(self, table: dict[str, Any], name: str) -> Self:
        place = f"{self.place}.{name}" if self.place else name
        return type(self)(table, file=self.file, place=place)


_KINDS: dict[type, str] = {
    str: "文字",
    int: "整数",
    bool: "true 或 false",
    date: "日期",
    list: "列表",
    dict: "表",
}


def _written(value: object) -> str:
    """A value as it stands in a file, in one line."""
    if isinstance(value, dict):
        return "{ … }"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)


def open_toml(path: Path, parse: Callable[[Reader], T]) -> T:
    """Parse the file at ``path`` with ``parse``; every fault is a PolicyRefused naming the file."""
    return parse_toml(path.name, read_file(path, Reader), parse, Reader)


def read_file(path: Path, kind: type[Reader]) -> bytes:
    """The bytes of a file, or the refusal of ``kind``."""
    try:
        return path.read_bytes()
    except OSError as error:
        absent = isinstance(error, FileNotFoundError)
        found = "文件不存在" if absent else f"文件无法读取（{error.strerror}）"
        reader = kind({}, file=path.name, place="")
        return reader.refuse(found, "一个 TOML 文件", path.name, error=kind.unreadable)


def parse_toml(file: str, content: bytes, parse: Callable[[R], T], kind: type[R]) -> T:
    """Parse ``content`` with ``parse``; every fault is an error of ``kind`` naming ``file``."""
    reader = kind({}, file=file, place="")
    try:
        text = content.decode("utf-8-sig")
        reader = kind(tomllib.loads(text), file=file, place="")
    except UnicodeDecodeError as error:
        found = f"第 {error.start + 1} 个字节不是 UTF-8 编码"
        reader.refuse(found, "UTF-8 编码的文本，请另存为 UTF-8", "编码 UTF-8", error=kind.unreadable)
    except tomllib.TOMLDecodeError as error:
        found = f"不是合法的 TOML（{_spot(str(error), text)}）"
        reader.refuse(found, "合法的 TOML：键不重复、日期存在", "from = 2021-05-27", error=kind.unreadable)
    parsed = parse(reader)
    reader.close()
    return parsed


def _spot(message: str, text: str) -> str:
    """The parser's own "(at line 3, column 8)" in Chinese, with the line itself."""
    found = re.search(r"at line (\d+), column (\d+)", message)
    if found is None:
        return "末尾，没有写完或写了两次"
    line = "".join(filter(str.isprintable, text.split("\n")[int(found[1]) - 1])).strip()
    return f"第 {found[1]} 行第 {found[2]} 列：“{line}”"
