"""API tokens of an account, by whoever may run this on the machine."""

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
    from web.access.rights import Account, Right
    from web.access.tokens import Token

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="登录名", show_default=False)]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="令牌的名称", show_default=False)]


class ScopeUnknown(YekuoError):
    """没有叫“{scope}”的权限。这个账户的令牌可用的有：{known}。请改写后重试。"""

    code = "scope_unknown"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = typer.Typer(help="数据接口的令牌：供其他系统凭它读取和登记。", no_args_is_help=True)
    group.command(help="为账户建立令牌；令牌只显示这一次。")(add)
    group.command("list", help="账户的令牌；JSON 为每行一个。")(list_tokens)
    group.command(help="停用令牌。")(revoke)
    app.add_typer(group, name="token")


def add(
    login: Login,
    name: Name,
    scopes: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="权限，如 查看申请 或 read_applications；可写多次，不写为账户的全部",
            show_default=False,
        ),
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", help="有效天数，最多 366")] = 90,
    as_of: AsOf = None,
    actor: Actor = ACTOR,
    as_json: Json = False,
) -> int:
    """A new token; its word goes to standard output, and nowhere else."""
    from web.access import tokens

    engine, now = desk.open_book().engine, parse_instant(as_of)
    owner = tokens.owner_of(engine, login)
    allowed = tokens.allowed(owner)
    wanted = [_right(owner, each) for each in scopes] if scopes else list(allowed)
    made = tokens.issue(engine, owner, name, wanted, days, now, by=actor)
    if as_json:
        print_json(_json(made.token) | {"token": made.word})
        return 0
    console().print(
        f"已为 {owner.login} 建立令牌“{made.token.name}”，有效到 {made.token.expires_at:%Y-%m-%d %H:%M}。"
        "令牌如下，只显示这一次：",
        markup=False,
    )
    console().print(made.word, markup=False, soft_wrap=True)
    return 0


def list_tokens(login: Login, as_of: AsOf = None, as_json: Json = False) -> int:
    """Every token of the account."""
    from web.access import tokens

    engine, now = desk.open_book().engine, parse_instant(as_of)
    found = tokens.listed(engine, tokens.owner_of(engine, login).id)
    if as_json:
        for each in found:
            print_json(_json(each))
        return 0
    headings = ("名称", "权限", "建立", "到期", "最近使用", "状态")
    console().print(table("令牌", headings, (_row(each, now) for each in found)))
    return 0


def revoke(login: Login, name: Name, as_of: AsOf = None, actor: Actor = ACTOR) -> int:
    """Nobody comes by it any more."""
    from web.access import tokens

    engine, now = desk.open_book().engine, parse_instant(as_of)
    owner = tokens.owner_of(engine, login)
    for each in tokens.listed(engine, owner.id):
        if each.name == name:
            tokens.revoke(engine, owner, each.id, now, by=actor)
            console().print(f"已停用 {owner.login} 的令牌“{name}”。", markup=False)
            return 0
    raise tokens.TokenUnknown(which=name)


def _right(owner: "Account", text: str) -> "Right":
    from web.access import tokens

    allowed = tokens.allowed(owner)
    for each in allowed:
        if text.strip() in (each.label, each.value):
            return each
    raise ScopeUnknown(scope=text, known="、".join(each.label for each in allowed))


def _row(token: "Token", now: datetime) -> tuple[object, ...]:
    scopes = "、".join(each.label for each in token.scopes)
    state = "在用" if token.alive(now) else "已停用" if token.revoked_at else "已到期"
    return (
        token.name,
        scopes,
        _shown(token.created_at),
        _shown(token.expires_at),
        _shown(token.used_at),
        state,
    )


def _shown(at: datetime | None) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}" if at else "—"


def _json(token: "Token") -> dict[str, Any]:
    return {
        "name": token.name,
        "scopes": [each.value for each in token.scopes],
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "used_at": token.used_at.isoformat() if token.used_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }
