"""Reading a TOML table key by key, so that every refusal can name the file, the place, what was
found, what was expected and an example."""

import tomllib
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from limits.errors import YekuoError

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


class PolicyRefused(YekuoError):
    """规则文件 {file} 的 {place}：{found}；应为：{expected}。例：{example}"""

    code = "policy_refused"


class Reader:
    """One TOML table being read; ``close`` refuses the keys nobody asked for."""

    def __init__(self, table: dict[str, Any], *, file: str, place: str) -> None:
        self.file, self.place = file, place
        self._table = dict(table)
        self._asked: list[str] = []

    def refuse(self, found: str, expected: str, example: str, *, at: str = "") -> NoReturn:
        """Raise the refusal for this place (or for key ``at`` within it)."""
        place = f"{self.place}.{at}" if at and self.place else at or self.place or "文件开头"
        raise PolicyRefused(file=self.file, place=place, found=found, expected=expected, example=example)

    def take(self, key: str, kind: type[T], example: str, default: T | None = None) -> T:
        """The value of ``key``; refused when missing (and no default) or of another type."""
        value = self.maybe(key, kind, example)
        if value is not None:
            return value
        if default is None:
            self.refuse(f"缺少 {key}", f"{_KINDS[kind]}", f"{key} = {example}", at=key)
        return default

    def maybe(self, key: str, kind: type[T], example: str) -> T | None:
        """The value of ``key`` or None when absent."""
        self._asked.append(key)
        if key not in self._table:
            return None
        value = self._table.pop(key)
        fits = isinstance(value, kind) and not (kind is not bool and isinstance(value, bool))
        if not fits or (kind is date and isinstance(value, datetime)):
            self.refuse(f"{key} = {value!r}", _KINDS[kind], f"{key} = {example}", at=key)
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
            self.refuse(f"{key} = {listed!r}", "不为空、不重复的列表", f"{key} = {example}", at=key)
        return tuple(self.word(key, each, kind) for each in listed)

    def word(self, key: str, value: object, kind: type[E]) -> E:
        found = next((member for member in kind if member.value == value), None)
        if found is None:
            allowed = "、".join(str(member.value) for member in kind)
            first = next(iter(kind)).value
            self.refuse(f"{key} 中有 {value!r}", f"下列之一：{allowed}", f'{key} = "{first}"', at=key)
        return found

    def tables(self, key: str) -> list["Reader"]:
        """The readers of ``[[key]]``, empty when absent."""
        listed = self.maybe(key, list, f"[[{key}]]") or []
        for each in listed:
            if not isinstance(each, dict):
                self.refuse(f"{key} = {listed!r}", "表的数组", f"[[{key}]]", at=key)
        return [self._inner(each, f"{key}[{index}]") for index, each in enumerate(listed, 1)]

    def table(self, key: str) -> "Reader | None":
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
            self.refuse(f"不认识的键 {unknown}", f"只能有：{known}", "请改正拼写或删去该键")

    def _inner(self, table: dict[str, Any], name: str) -> "Reader":
        place = f"{self.place}.{name}" if self.place else name
        return Reader(table, file=self.file, place=place)


_KINDS: dict[type, str] = {
    str: "文字",
    int: "整数",
    bool: "true 或 false",
    date: "日期",
    list: "列表",
    dict: "表",
}


def open_toml(path: Path, parse: Callable[[Reader], T]) -> T:
    """Parse the file at ``path`` with ``parse``; every fault is a PolicyRefused naming the file."""
    reader = Reader({}, file=path.name, place="")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = Reader(tomllib.loads(text), file=path.name, place="")
    except FileNotFoundError:
        reader.refuse("文件不存在", "一个 TOML 规则文件", str(path.name))
    except OSError as error:
        reader.refuse(f"文件无法读取（{error.strerror}）", "一个 TOML 规则文件", str(path.name))
    except UnicodeDecodeError as error:
        reader.refuse(f"第 {error.start} 字节不是 UTF-8", "UTF-8 编码的文本", "请另存为 UTF-8")
    except tomllib.TOMLDecodeError as error:
        reader.refuse(f"不是合法的 TOML（{error}）", "合法的 TOML：键不重复、日期存在", "from = 2021-05-27")
    parsed = parse(reader)
    reader.close()
    return parsed
