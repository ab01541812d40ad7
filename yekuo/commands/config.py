"""What the settings are, where each comes from, and what is wrong with them."""

from typing import Any

import typer

from yekuo import desk
from yekuo.commands.options import Json
from yekuo.output import console, print_json, table
from yekuo.setting_sources import Found, Reading

FAULTY = "有误"


def register(app: typer.Typer) -> None:
    """Add the command of this module to ``app``."""
    app.command(help="现行的设置、各自的来源、不认识的设置；有错时退出码为 2。密码和密钥不显示。")(config)


def config(as_json: Json = False) -> int:
    """Show every setting; wrong ones do not stop this command, they are what it is for."""
    reading = desk.reading()
    if as_json:
        print_json(_told(reading))
    else:
        _show(reading)
    return 2 if reading.faults else 0


def _warnings(reading: Reading) -> list[str]:
    path = reading.file.path
    if not reading.exposed:
        return []
    return [f"设置文件 {path} 含有密码或密钥，而本机别的用户也能读它。请收紧权限：chmod 600 {path}"]


def _told(reading: Reading) -> dict[str, Any]:
    return {
        "file": str(reading.file.path) if reading.file.path else None,
        "settings": [_setting(each) for each in reading.found],
        "unknown": [
            {name: each.facts[name] for name in ("name", "source", "nearest")} for each in reading.unknown
        ],
        "faults": [{"code": each.code, "message": each.message} for each in reading.faults],
        "warnings": _warnings(reading),
    }


def _setting(found: Found) -> dict[str, Any]:
    secret = found.setting.kind.hides is not None
    native = not secret and isinstance(found.value, bool | int | float)
    return {
        "key": found.setting.key,
        "environment": found.setting.environment,
        "value": None if found.fault else found.value if native else found.shown,
        "source": found.source,
        "secret": secret,
        "label": found.setting.label,
    }


def _show(reading: Reading) -> None:
    out = console()
    rows = (
        (
            each.setting.key,
            each.setting.environment,
            FAULTY if each.fault else each.shown,
            each.source,
            each.setting.label,
        )
        for each in reading.found
    )
    out.print(table("设置", ("设置", "环境变量", "值", "来源", "说明"), rows))
    if reading.unknown:
        names = ([each.facts[name] for name in ("name", "source", "nearest")] for each in reading.unknown)
        out.print(table("不认识的设置", ("名称", "来源", "最接近的"), names))
    for fault in reading.faults:
        out.print(f"错误［{fault.code}］：{fault.message}", markup=False, soft_wrap=True)
    for warning in _warnings(reading):
        out.print(f"提醒：{warning}", markup=False, soft_wrap=True)
