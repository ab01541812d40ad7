"""The command line. Every fault a person can meet ends in one Chinese sentence on standard error.

Exit codes: 0 done; 1 ``verify`` found a difference; 2 refused, with the reason; 3 ``import`` refused
rows; 130 interrupted.
"""

import re
import sys

import typer

from limits.errors import YekuoError
from yekuo.commands import (
    alerts,
    calendar,
    config,
    demo,
    duties,
    jobs,
    ledger,
    look,
    orders,
    people,
    policy,
    report,
    serve,
    stations,
    token,
    user,
    whatif,
)
from yekuo.helping import in_chinese
from yekuo.output import OutputUnwritable, give_up, prepare_streams, print_json, say_error

app = typer.Typer(
    name="yekuo",
    help="业扩：业扩报装“获得电力”时限引擎。时间一律为北京时间。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
GROUPS = (
    ledger, look, policy, report, whatif, alerts, orders, duties, stations, calendar, people, user, token,
    config, jobs, serve, demo,
)  # fmt: skip
for group in GROUPS:
    group.register(app)

USAGE = {
    "NoSuchOption": "没有这个选项",
    "MissingParameter": "缺少参数",
    "BadParameter": "参数的值不对",
    "BadOptionUsage": "选项用法不对",
}
QUOTED = re.compile(r"'([^']*)'")
UNDECODED = re.compile("[\ud800-\udfff]")


class ArgumentUnreadable(YekuoError):
    """第 {place} 个参数“{text}”含有不是文字的字节。请改用 UTF-8 编码重新输入。"""

    code = "argument_unreadable"


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    prepare_streams()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        code = _reader_left()
    except OSError as error:
        if error.filename is not None:  # not the output, but a file nobody has thought of
            raise
        give_up(sys.stdout)
        unwritable = OutputUnwritable(reason=error.strerror or error)
        code = _refuse(unwritable.code, unwritable.message, as_json=False)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    command = in_chinese(typer.main.get_command(app))
    try:
        _refuse_undecoded(arguments)
        result = command.main(arguments, prog_name="yekuo", standalone_mode=False)
    except YekuoError as error:
        return _refuse(error.code, error.message, as_json="--json" in arguments)
    except (KeyboardInterrupt, typer.Abort):
        return _say("已中断。已提交的批次保留，重新运行会接着做。", 130)
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # typer's own way of telling it
            return _reader_left()
        raise
    except Exception as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            return 0  # the help has been shown
        if not hasattr(error, "format_message"):
            raise
        return _refuse("usage", _usage(error), as_json="--json" in arguments)
    return result if isinstance(result, int) else 0


def _reader_left() -> int:
    """``yekuo applications | head``: what the reader did not want is not an error."""
    give_up(sys.stdout)
    return 0


def _refuse_undecoded(arguments: list[str]) -> None:
    """An argument in another encoding comes as lone surrogates, which no database takes."""
    for place, text in enumerate(arguments, start=1):
        if UNDECODED.search(text):
            raise ArgumentUnreadable(place=place, text=UNDECODED.sub("�", text))


def _usage(error: Exception) -> str:
    """The parser's English as one Chinese sentence with the word it is about."""
    original = error.format_message()  # type: ignore[attr-defined]
    told = USAGE.get(type(error).__name__, "命令写法有误")
    if "No such command" in original:
        told = "没有这个命令"
    word = QUOTED.search(original)
    option = getattr(error, "option_name", "")  # its message lists others as well
    named = option or (word[1] if word else original.strip().rsplit(": ", 1)[-1])
    return f"{told}“{named}”。请运行 yekuo --help 或 yekuo 命令 --help 查看用法。"


def _refuse(code: str, message: str, *, as_json: bool) -> int:
    if as_json:
        print_json({"error": {"code": code, "message": message}})
    return _say(f"错误［{code}］：{message}", 2)


def _say(message: str, code: int) -> int:
    say_error(message)
    return code
