"""The help texts that typer makes itself, in Chinese."""

from typing import Any

import typer
from typer import rich_utils

rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
rich_utils.OPTIONS_PANEL_TITLE = "选项"
rich_utils.COMMANDS_PANEL_TITLE = "命令"
rich_utils.DEFAULT_STRING = "［默认：{}］"
rich_utils.REQUIRED_LONG_STRING = "［必填］"


class Formatter(typer.Context.formatter_class):  # type: ignore[valid-type,misc] # typer names no class for it
    """“用法：” before the usage line."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """As the base, but in Chinese."""
        super().write_usage(prog, args, prefix or "用法：")


class Context(typer.Context):
    """A context that helps in Chinese."""

    formatter_class = Formatter


def in_chinese(command: Any) -> Any:
    """``command`` with its own and its commands' usage and ``--help`` in Chinese."""
    command.context_class = Context
    command.options_metavar = "[选项]"
    option = command.get_help_option(Context(command))
    option.help, option.metavar = "显示这份说明。", " "  # else “<bool>”
    if hasattr(command, "commands"):
        command.subcommand_metavar = "命令 …"
        for each in command.commands.values():
            in_chinese(each)
    return command
