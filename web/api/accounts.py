"""账户: who may come in, made and changed by those who manage accounts."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from web.access import accounts
from web.access.account_acts import AccountAct, noted
from web.access.account_list import AccountState, AccountView, listed, view_of
from web.access.admission import needs
from web.access.passwords import LONGEST, SHORTEST
from web.access.rights import Account, Right
from web.api import routing
from web.api.doing import AKey, recorded, recording
from web.api.models import ROWS, Model, Moment, Page, Text
from web.api.paging import ACursor, ALimit, after_id, told
from web.api.shapes import AccountRole
from web.desk import ADesk, Desk
from web.work.cursors import read, written

router = routing.router("账户")
AnAdministrator = Annotated[Account, needs(Right.MANAGE_ACCOUNTS)]
ALogin = Annotated[Text, Path(description="登录名", max_length=64, examples=["lisi"])]


class AccountOut(Model):
    """One account. No password can be read."""

    login: str = Field(description="登录名", examples=["lisi"])
    name: str = Field(description="姓名；账户不属于某人时为登录名", examples=["李四"])
    code: str = Field(description="工号；账户不属于某人时为空", examples=["nx001"])
    role: AccountRole = Field(description="岗位")
    unit: str = Field(description="看到哪个供电所；不分供电所时为空", examples=["城关供电所"])
    state: AccountState = Field(description="状态")
    created_at: Moment = Field(description="建立的时间")
    disabled_at: Moment | None = Field(description="停用的时间；没有停用时为 null", examples=[None])
    locked_until: Moment | None = Field(description="锁定到什么时候；没有锁定过时为 null", examples=[None])
    sessions: int = Field(description="现在有几处登录", examples=[1])
    seen_at: Moment | None = Field(description="最近一次使用登录的时间；从未登录时为 null")


class AccountActOut(Model):
    """One thing done to an account; never edited."""

    id: int = Field(description="编号", examples=[7])
    act: AccountAct = Field(description="事项")
    detail: str = Field(
        description="内容；没有时为空", examples=["由客户经理（城关供电所）改为所长（城关供电所）"]
    )
    actor: str = Field(
        description="经办人的登录名；在服务器上用命令办理的为命令里写明的名称", examples=["admin"]
    )
    at: Moment = Field(description="时间")


class Password(Model):
    """A password; it is in no answer and in no record."""

    password: Text = Field(
        description="密码，不能与登录名相同",
        min_length=SHORTEST,
        max_length=LONGEST,
        examples=["苹果-梯子-四十二-风筝"],
    )


class Standing(Model):
    """The post of an account."""

    role: AccountRole = Field(description="岗位", examples=["station_head"])
    unit: Text = Field(
        "",
        description="看到哪个供电所；不写时，本所的岗位取这个人任职的供电所",
        max_length=128,
        examples=["城关供电所"],
    )


class AccountIn(Standing, Password):
    """A new account."""

    login: Text = Field(
        description="登录名：2 到 64 个英文字母、数字或 . _ -",
        min_length=2,
        max_length=64,
        examples=["zhaoliu"],
    )
    code: Text | None = Field(
        None, description="这个账户是谁的：工号；不属于某人时不写", max_length=64, examples=["nx006"]
    )


CHANGE, SWITCH = recording(AccountOut), recording(AccountOut, body=False)


@router.get("/accounts", summary="账户，按登录名")
def account_list(
    desk: ADesk,
    _: AnAdministrator,
    text: Annotated[Text | None, Query(description="登录名、姓名或单位的一部分")] = None,
    role: Annotated[AccountRole | None, Query(description="岗位")] = None,
    state: Annotated[AccountState | None, Query(description="状态")] = None,
    cursor: ACursor = None,
    limit: ALimit = ROWS,
) -> Page[AccountOut]:
    """Every account."""
    after = str(read(cursor, str)[0]) if cursor is not None else ""
    found = listed(
        desk.engine, desk.now(), text=text or "", role=role, state=state, after=after, limit=limit + 1
    )
    following = written(found[limit - 1].account.login) if len(found) > limit else None
    return Page(items=tuple(_out(desk, each) for each in found[:limit]), next=following)


@router.get("/accounts/{login}", summary="一个账户", responses=routing.refusals(404))
def one_account(desk: ADesk, _: AnAdministrator, login: ALogin) -> AccountOut:
    """One account."""
    return _one(desk, login)


@router.get(
    "/accounts/{login}/acts", summary="一个账户的改动记录，最新的在前", responses=routing.refusals(404)
)
def account_acts(
    desk: ADesk, _: AnAdministrator, login: ALogin, cursor: ACursor = None, limit: ALimit = ROWS
) -> Page[AccountActOut]:
    """What was done to the account, and by whom."""
    found = view_of(desk.engine, login, desk.now()).account
    return told(AccountActOut, noted(desk.engine, found.id, after=after_id(cursor), limit=limit))


@router.post(
    "/accounts",
    summary="建立账户",
    description="密码不参与 Idempotency-Key 的内容比对。",
    **CHANGE,
)
def create(desk: ADesk, account: AnAdministrator, body: AccountIn, key: AKey) -> Response:
    """A new account."""
    made = (body.login, body.password, body.role)
    act = partial(accounts.create, desk.engine, *made, unit_name=body.unit, code=body.code, by=account)
    return _done(desk, account, key, "accounts", body.login, body, act)


@router.post(
    "/accounts/{login}/role",
    summary="调整岗位",
    description="自下一次请求起生效。不能改自己的账户，也不能让系统里没有系统管理员。",
    **CHANGE,
)
def set_role(desk: ADesk, account: AnAdministrator, login: ALogin, body: Standing, key: AKey) -> Response:
    """Another post."""
    act = partial(accounts.set_role, desk.engine, login, body.role, unit_name=body.unit, by=account)
    return _done(desk, account, key, f"accounts/{login}/role", login, body, act)


@router.post(
    "/accounts/{login}/password",
    summary="重设密码",
    description="同时解除锁定，结束这个账户的全部登录。密码不参与 Idempotency-Key 的内容比对。",
    **CHANGE,
)
def set_password(desk: ADesk, account: AnAdministrator, login: ALogin, body: Password, key: AKey) -> Response:
    """A new password for somebody who has forgotten the old one."""
    act = partial(accounts.set_password, desk.engine, login, body.password, by=account)
    return _done(desk, account, key, f"accounts/{login}/password", login, body, act)


@router.post(
    "/accounts/{login}/disable",
    summary="停用账户",
    description="同时结束它的全部登录。不能停用自己的账户，也不能停用最后一个系统管理员。",
    **SWITCH,
)
def disable(desk: ADesk, account: AnAdministrator, login: ALogin, key: AKey) -> Response:
    """Nobody comes in by it any more."""
    act = partial(accounts.disable, desk.engine, login, by=account)
    return _done(desk, account, key, f"accounts/{login}/disable", login, None, act)


@router.post(
    "/accounts/{login}/enable",
    summary="启用账户",
    **SWITCH,
)
def enable(desk: ADesk, account: AnAdministrator, login: ALogin, key: AKey) -> Response:
    """The way in is open again."""
    act = partial(accounts.enable, desk.engine, login, by=account)
    return _done(desk, account, key, f"accounts/{login}/enable", login, None, act)


@router.post(
    "/accounts/{login}/end-sessions",
    summary="结束全部登录",
    **SWITCH,
)
def end_sessions(desk: ADesk, account: AnAdministrator, login: ALogin, key: AKey) -> Response:
    """Whoever is in by it is out."""
    act = partial(accounts.end_sessions, desk.engine, login, by=account)
    return _done(desk, account, key, f"accounts/{login}/end-sessions", login, None, act)


def _done(
    desk: Desk,
    account: Account,
    key: str,
    route: str,
    login: str,
    body: Model | None,
    act: Callable[..., object],
) -> Response:
    """What is kept of the request to tell a repeat by is a plain digest: no password goes into it."""

    def done() -> AccountOut:
        act(now=desk.now())
        return _one(desk, login)

    contents = body.model_dump(mode="json", exclude={"password"}) if body is not None else {}
    return recorded(desk, account, key, route, contents, done)


def _one(desk: Desk, login: str) -> AccountOut:
    return _out(desk, view_of(desk.engine, login, desk.now()))


def _out(desk: Desk, view: AccountView) -> AccountOut:
    return AccountOut(
        login=view.account.login,
        name=view.account.name,
        code=view.code,
        role=view.account.role,
        unit=view.account.unit,
        state=view.state(desk.now()),
        created_at=view.created_at,
        disabled_at=view.disabled_at,
        locked_until=view.locked_until,
        sessions=view.sessions,
        seen_at=view.seen_at,
    )
