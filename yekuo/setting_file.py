"""The settings file: a flat list of ``table.name`` and what stands there, or why it cannot be read."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from limits.errors import YekuoError
from yekuo.setting_errors import SettingInvalid, SettingsFileMissing, SettingsFileUnreadable
from yekuo.setting_values import TABLES

NAMED_BY = "YEKUO_SETTINGS"
USUAL = "yekuo.toml"
PLACE = re.compile(r"at line ([0-9]+), column ([0-9]+)")


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """``path`` is None where no file was found; ``entries`` are raw and may be secret."""

    path: Path | None = None
    entries: Mapping[str, object] = field(default_factory=dict, repr=False)
    faults: tuple[YekuoError, ...] = ()

    @property
    def label(self) -> str:
        """The file as a source."""
        return f"文件 {self.path}"

    @property
    def readable_by_others(self) -> bool:
        """Whether other users of this machine may read it; only POSIX tells in its mode."""
        return self.path is not None and os.name == "posix" and bool(self.path.stat().st_mode & 0o077)


def read_file(environment: Mapping[str, str], folder: Path) -> SettingsFile:
    """The file YEKUO_SETTINGS names, else ``yekuo.toml`` in ``folder`` if it is there."""
    named = environment.get(NAMED_BY, "").strip()
    path = folder / (named or USUAL)
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return SettingsFile(faults=(SettingsFileMissing(path=path),) if named else ())
    except (OSError, ValueError, RecursionError) as error:
        return SettingsFile(faults=(SettingsFileUnreadable(path=path, reason=_reason(error)),))
    faults = tuple(_not_a_table(key, path) for key in TABLES if not isinstance(table.get(key, {}), dict))
    return SettingsFile(path, dict(_flat(table)), faults)


def _reason(error: Exception) -> str:
    """Where the fault is and never what stands there: it may be a password."""
    if isinstance(error, OSError):
        return error.strerror or "无法打开"
    if isinstance(error, UnicodeDecodeError):
        return f"第 {error.start + 1} 个字节不是 UTF-8，请另存为 UTF-8"
    place = PLACE.search(str(error))
    return (
        f"第 {place[1]} 行第 {place[2]} 列不合 TOML 的写法"
        if place
        else "末尾处不合 TOML 的写法，例如没有写完"
    )


def _flat(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if key in TABLES:
            if isinstance(value, dict):
                yield from ((f"{key}.{inner}", each) for inner, each in value.items())
        else:
            # A quoted key with a dot is no table and must not pass for one.
            yield f'"{key}"' if "." in key else key, value


def _not_a_table(key: str, path: Path) -> SettingInvalid:
    return SettingInvalid(
        name=key, source=f"文件 {path}", came="别的东西（不显示）", expected="一个表", example=f"[{key}]"
    )
