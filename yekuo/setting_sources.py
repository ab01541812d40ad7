"""Where each setting comes from: the environment before the file before the default.

Everything is read and every fault kept, so that ``yekuo config`` can show all of it; only asking for the
settings raises.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from limits.errors import YekuoError
from yekuo.setting_errors import SettingInvalid, SettingUnknown
from yekuo.setting_file import NAMED_BY, SettingsFile, read_file
from yekuo.setting_kinds import Unfit, one_line, written
from yekuo.setting_values import PREFIX, SETTINGS, TABLES, Setting, built
from yekuo.settings import Settings

ENVIRONMENT = "环境变量"
DEFAULT = "默认"
NOT_SETTINGS = (NAMED_BY, "YEKUO_TEST_DATABASE_URL")  # ours, but nothing a run depends on


@dataclass(frozen=True, slots=True)
class Found:
    """A setting with what is in effect; ``name`` is how its source calls it. ``fault``: the default stands in."""

    setting: Setting
    value: Any = field(repr=False)
    source: str
    name: str
    fault: SettingInvalid | None = None

    @property
    def shown(self) -> str:
        """The value as people may see it."""
        return self.setting.kind.shown(self.value)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was found, good and bad."""

    found: tuple[Found, ...]
    faults: tuple[YekuoError, ...]
    file: SettingsFile

    def settings(self) -> Settings:
        """The settings; raises the first fault, for nothing starts on settings that are wrong."""
        if self.faults:
            raise self.faults[0]
        return built({each.setting.key: each.value for each in self.found})

    @property
    def unknown(self) -> tuple[SettingUnknown, ...]:
        """The names nobody knows."""
        return tuple(each for each in self.faults if isinstance(each, SettingUnknown))

    @property
    def exposed(self) -> bool:
        """Whether the file has a secret in it and other users of the machine may read it."""
        entries = self.file.entries
        hidden = (each.kind.hides(entries.get(each.key)) for each in SETTINGS if each.kind.hides)
        return any(hidden) and self.file.readable_by_others


def read(environment: Mapping[str, str], folder: Path) -> Reading:
    """Read ``environment`` and the file it names, else ``yekuo.toml`` in ``folder``."""
    file = read_file(environment, folder)
    found = tuple(_find(each, environment, file) for each in SETTINGS)
    wrong = (each.fault for each in found if each.fault is not None)
    faults = (*file.faults, *_unknown(environment, file), *wrong, *_sender_missing(found))
    return Reading(found, faults, file)


def _find(setting: Setting, environment: Mapping[str, str], file: SettingsFile) -> Found:
    candidates = (
        (environment.get(setting.environment), ENVIRONMENT, setting.environment),
        (file.entries.get(setting.key), file.label, setting.key),
    )
    for raw, source, name in candidates:
        if _is_set(raw):
            return _parsed(setting, raw, source=source, name=name)
    return Found(setting, setting.default, DEFAULT, setting.key)


def _is_set(raw: object) -> bool:
    """X an empty value is as if not set, as with the programs around us."""
    return raw is not None and not (isinstance(raw, str) and not raw.strip())


def _parsed(setting: Setting, raw: object, *, source: str, name: str) -> Found:
    kind = setting.kind
    try:
        return Found(setting, kind.parse(raw), source, name)
    except Unfit as unfit:
        came = unfit.came or ("一个不能用的值（内容保密，不显示）" if kind.hides else written(raw))
    fault = SettingInvalid(name=name, source=source, came=came, expected=kind.expected, example=kind.example)
    return Found(setting, setting.default, source, name, fault)


def _sender_missing(found: Iterable[Found]) -> Iterator[SettingInvalid]:
    """A mail has a sender: the host alone would fail at the first message instead of now."""
    by_key = {each.setting.key: each for each in found}
    host, sender = by_key["mail.host"], by_key["mail.sender"]
    if host.value and not sender.value and sender.fault is None:
        from_environment = host.source == ENVIRONMENT
        yield SettingInvalid(
            name=sender.setting.environment if from_environment else sender.setting.key,
            source=host.source,
            came="空值",
            expected=f"{sender.setting.kind.expected}（设了 {host.name} 就要有发件地址）",
            example=sender.setting.kind.example,
        )


def _unknown(environment: Mapping[str, str], file: SettingsFile) -> Iterator[SettingUnknown]:
    """A name that is misspelt must never be ignored: the default would hold and nobody would know."""
    variables = {each.environment: each.table for each in SETTINGS}
    for name in sorted(environment):
        ours = name.upper().startswith(PREFIX) and name not in (*variables, *NOT_SETTINGS)
        if ours and _is_set(environment[name]):
            yield _no_such(name, ENVIRONMENT, variables)
    keys = {each.key: each.table for each in SETTINGS}
    for key in file.entries:
        if key not in keys:
            table = key.partition(".")[0]
            within = {name: its for name, its in keys.items() if its == table}
            yield _no_such(key, file.label, within or keys | dict.fromkeys(TABLES, ""))


def _no_such(name: str, source: str, known: Mapping[str, str]) -> SettingUnknown:
    """``known``: names and the table each stands in; only those beside the nearest are told."""
    from difflib import get_close_matches

    bare = {each.lower().removeprefix(PREFIX.lower()): each for each in known}
    close = get_close_matches(name.lower().removeprefix(PREFIX.lower()), bare, n=1)
    nearest = bare[close[0]] if close else ""
    beside = (each for each in known if not nearest or known[each] == known[nearest])
    return SettingUnknown(
        name=one_line(name),
        source=source,
        hint=f"，您是不是想写 {nearest}" if nearest else "",
        known="、".join(beside),
        nearest=nearest,
    )
