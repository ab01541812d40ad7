"""Accounts of the desk. Whoever may run this on the machine needs no account to make the first one."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from limits.errors import YekuoError
from limits.zone import local
from yekuo import desk
from yekuo.commands.options import ACTOR, Actor, AsOf, Json
from yekuo.output import console, print_json, table
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from web.access.account_list import AccountView
    from web.access.rights import Role

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="登录名，例如工号", show_default=False)]
PostText = Annotated[
    str,
    typer.Option("--post", metavar="POST", help="岗位，如 客户经理、所长、系统管理员", show_default=False),
]
UnitName = Annotated[
    str,
    typer.Option("--unit", metavar="NAME", help="供电所；写了工号的可以不写，按任职取", show_default=False),
]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", metavar=" ", help="从标准输入读一行作密码，供脚本使用")
]
PROMPT, AGAIN = "密码（不显示）", "再输一次"


class PostUnknown(YekuoError):
    """没有叫“{post}”的岗位。可用的有：{known}。请改写后重试。"""

    code = "post_unknown"


class PasswordMissing(YekuoError):
    """没有读到密码：{problem}。请在终端里输入，或用 --password-stdin 从标准输入给一行。"""

    code = "password_missing"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = typer.Typer(help="工作台的账户。密码从终端或标准输入读取，从不写在命令里。", no_args_is_help=True)
    group.command(help="新建账户；第一个系统管理员也这样建。")(add)
    group.command("list", help="全部账户；JSON 为每行一个。")(list_users)
    group.command(help="重设密码；同时解除锁定，结束已有的登录。")(passwd)
    group.command(help="改岗位和单位。")(post)
    group.command(help="停用账户，结束已有的登录。")(disable)
    group.command(help="重新启用账户。")(enable)
    group.command("end-sessions", help="结束账户已有的全部登录。")(end_sessions)
    app.add_typer(group, name="user")


def add(
    login: Login,
    post: PostText,
    code: Annotated[
        str | None, typer.Option("--person", metavar="CODE", help="工号：账户是谁的", show_default=False)
    ] = None,
    unit: UnitName = "",
    password_stdin: FromStdin = False,
    as_of: AsOf = None,
    actor: Actor = ACTOR,
    as_json: Json = False,
) -> int:
    """A new account."""
    from web.access.accounts import create

    engine = desk.open_book().engine
    role, now = _role(post), parse_instant(as_of)
    made = create(
        engine, login, _password(from_stdin=password_stdin), role,
        unit_name=unit, code=code, now=now, by=actor,
    )  # fmt: skip
    if as_json:
        print_json({"login": made.login, "name": made.name, "post": made.role.value, "unit": made.unit})
        return 0
    where = f"，{made.unit}" if made.unit else ""
    return _say(f"已建立账户 {made.login}：{made.name}，{made.role.label}{where}。")


def list_users(as_of: AsOf = None, as_json: Json = False) -> int:
    """Every account."""
    from web.access.account_list import listed

    now = parse_instant(as_of)
    found = listed(desk.open_book().engine, now)
    if as_json:
        for each in found:
            print_json(_json(each))
        return 0
    headings = ("登录名", "姓名", "岗位", "单位", "状态", "登录数>", "建立")
    console().print(table("账户", headings, (_row(each, now) for each in found)))
    return 0


def passwd(login: Login, password_stdin: FromStdin = False, as_of: AsOf = None, actor: Actor = ACTOR) -> int:
    """Another password."""
    from web.access.accounts import refined, set_password

    engine = desk.open_book().engine
    new = _password(from_stdin=password_stdin)
    set_password(engine, login, new, now=parse_instant(as_of), by=actor)
    return _say(f"已重设 {refined(login)} 的密码，原有的登录已结束。")


def post(login: Login, post: PostText, unit: UnitName = "", as_of: AsOf = None, actor: Actor = ACTOR) -> int:
    """Another post."""
    from web.access.accounts import set_role

    engine, role, now = desk.open_book().engine, _role(post), parse_instant(as_of)
    done = set_role(engine, login, role, unit_name=unit, now=now, by=actor)
    return _say(f"{done.login} 现在是{done.role.label}{'，' if done.unit else ''}{done.unit}。")


def disable(login: Login, as_of: AsOf = None, actor: Actor = ACTOR) -> int:
    """Close the way in."""
    from web.access.accounts import disable, refined

    done = disable(desk.open_book().engine, login, parse_instant(as_of), by=actor)
    return _say(f"已停用 {refined(login)}，其登录已结束。" if done else f"{refined(login)} 本来就已停用。")


def enable(login: Login, as_of: AsOf = None, actor: Actor = ACTOR) -> int:
    """Open it again."""
    from web.access.accounts import enable, refined

    done = enable(desk.open_book().engine, login, parse_instant(as_of), by=actor)
    return _say(f"已启用 {refined(login)}。" if done else f"{refined(login)} 本来就没有停用。")


def end_sessions(login: Login, as_of: AsOf = None, actor: Actor = ACTOR) -> int:
    """End whatever is open."""
    from web.access.accounts import end_sessions, refined

    count = end_sessions(desk.open_book().engine, login, parse_instant(as_of), by=actor)
    return _say(f"已结束 {refined(login)} 的 {count} 个登录。")


def _say(sentence: str) -> int:
    console().print(sentence, markup=False)
    return 0


def _password(*, from_stdin: bool) -> str:
    """The password, from a terminal twice and unseen, or one line of standard input."""
    if from_stdin:
        line = sys.stdin.readline()
        if not line.strip():
            raise PasswordMissing(problem="标准输入是空的")
        return line.rstrip("\r\n")
    if not sys.stdin.isatty():
        raise PasswordMissing(problem="标准输入不是终端")
    from getpass import getpass

    password = getpass(f"{PROMPT}：")
    if getpass(f"{AGAIN}：") != password:
        raise PasswordMissing(problem="两次输入不一样")
    return password


def _role(text: str) -> "Role":
    from web.access.rights import Role

    for each in Role:
        if text.strip() in (each.label, each.value):
            return each
    raise PostUnknown(post=text, known="、".join(each.label for each in Role if each is not Role.CUSTOMER))


def _row(view: "AccountView", now: datetime) -> tuple[object, ...]:
    account = view.account
    made = f"{local(view.created_at):%Y-%m-%d %H:%M}"
    return (
        account.login, account.name, account.role.label, account.unit, _state(view, now), view.sessions, made,
    )  # fmt: skip


def _state(view: "AccountView", now: datetime) -> str:
    if view.disabled_at is not None:
        return f"{local(view.disabled_at):%Y-%m-%d} 停用"
    if view.locked_until is not None and view.locked_until > now:
        return f"锁定到 {local(view.locked_until):%H:%M}"
    return "在用"


def _json(view: "AccountView") -> dict[str, Any]:
    account = view.account
    return {
        "login": account.login,
        "name": account.name,
        "post": account.role.value,
        "unit": account.unit,
        "created_at": local(view.created_at).isoformat(),
        "disabled_at": view.disabled_at.isoformat() if view.disabled_at else None,
        "locked_until": view.locked_until.isoformat() if view.locked_until else None,
        "sessions": view.sessions,
    }
