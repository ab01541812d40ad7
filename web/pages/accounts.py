"""账户: who may come in and as what; made, changed and ended by a system administrator (issue 4 point 8)."""

from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.errors import YekuoError
from web import errors
from web.access import accounts, once, passwords
from web.access.account_acts import AccountAct, noted
from web.access.account_list import AccountState, listed, view_of
from web.access.admission import ASession, needs
from web.access.rights import REACH, Account, Right, Role
from web.desk import ADesk, Desk
from web.pages.fields import AText
from web.paths import asking
from web.problems import form_page
from web.rendering import render
from web.work import filled
from workflow import store
from workflow.people.organisation import UnitKind
from workflow.people.tables import unit as unit_table

router = APIRouter(include_in_schema=False)
PATH = "/accounts"
PAGE = 50
LONGEST_TEXT = 64
ROLES = tuple(each for each in Role if each is not Role.CUSTOMER)
AnAdministrator = Annotated[Account, needs(Right.MANAGE_ACCOUNTS)]
BLANK = {"login": "", "role": "", "code": "", "unit": ""}


# What cannot be taken back, and so is asked about first.
ABOUT = {
    AccountAct.PASSWORD: "原来的密码立即失效，全部登录结束，锁定解除。新密码由系统产生，只显示一次。",
    AccountAct.DISABLE: "立即不能登录，全部登录结束，接口令牌不能用。以后可以重新启用，已结束的登录不会恢复。",
    AccountAct.END: "已登录的地方都要重新登录，正在填写的内容会丢失。",
}
DONE = {
    "made": "账户已建立。初始密码只显示一次；没有记下请重设密码。",
    "password": "密码已重设。新密码只显示一次；没有记下请再次重设。",
    "role": "岗位和单位已修改，从下一次操作起生效。",
    "disable": "已停用，全部登录已结束。",
    "enable": "已启用。",
    "end": "全部登录已结束。",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A password just drawn; it is on no other page and in no record."""

    login: str
    password: str


@router.get(PATH)
def account_list(
    request: Request,
    desk: ADesk,
    _: AnAdministrator,
    text: str = "",
    role: str = "",
    state: str = "",
    after: str = "",
) -> HTMLResponse:
    """The accounts by login."""
    asked = {"text": text, "role": role, "state": state}
    found = listed(
        desk.engine,
        desk.now(),
        text=filled.text("登录名、姓名或单位", text[:LONGEST_TEXT]) or "",
        role=filled.term(Role, "岗位", role),
        state=filled.term(AccountState, "状态", state),
        after=filled.text("翻页标记", after[:LONGEST_TEXT]) or "",
        limit=PAGE + 1,
    )
    following = asked | {"after": found[PAGE - 1].account.login} if len(found) > PAGE else None
    return render(
        request,
        "accounts.html",
        views=found[:PAGE],
        next=asking(PATH, following) if following else "",
        first=asking(PATH, asked) if after else "",
        asked=asked,
        narrowed=any(asked.values()),
        roles=ROLES,
        states=list(AccountState),
        page=PAGE,
    )


@router.get(f"{PATH}/new")
def new_account(request: Request, desk: ADesk, _: AnAdministrator) -> HTMLResponse:
    """The form of a new account."""
    return _form(request, desk)


@router.post(PATH)
def create(
    request: Request,
    desk: ADesk,
    account: AnAdministrator,
    _: ASession,
    login: AText = "",
    role: AText = "",
    code: AText = "",
    unit: AText = "",
    form_key: AText = "",
) -> Response:
    """A new account, once; its password is shown with this answer and never again."""
    typed = {"login": login, "role": role, "code": code, "unit": unit}
    drawn: list[Drawn] = []

    def act() -> str:
        password = passwords.drawn()
        made = _create(desk, account, typed, password)
        drawn.append(Drawn(made.login, password))
        return f"{_path(made.login)}?done=made"

    try:
        address = once.once(desk.engine, account, form_key, PATH, typed, desk.now(), act)
    except YekuoError as refused:
        return _form(request, desk, refused=refused, typed=typed)
    return _shown(request, drawn, address, "账户已建立")


@router.get(f"{PATH}/of/{{login}}")
def account_page(
    request: Request, desk: ADesk, account: AnAdministrator, login: str, done: str = ""
) -> HTMLResponse:
    """One account and what can be done with it."""
    return _page(request, desk, account, login, done=DONE.get(done, ""))


@router.post(f"{PATH}/of/{{login}}/role")
def set_role(
    request: Request,
    desk: ADesk,
    account: AnAdministrator,
    _: ASession,
    login: str,
    role: AText = "",
    unit: AText = "",
) -> Response:
    """Another post or unit."""
    try:
        accounts.set_role(desk.engine, login, _role(role), unit_name=_unit(unit), now=desk.now(), by=account)
    except YekuoError as refused:
        return _page(request, desk, account, login, refused=refused, typed={"role": role, "unit": unit})
    return RedirectResponse(f"{_path(login)}?done=role", 303)


@router.post(f"{PATH}/of/{{login}}/enable")
def enable(desk: ADesk, account: AnAdministrator, _: ASession, login: str) -> Response:
    """The way in is open again."""
    accounts.enable(desk.engine, login, desk.now(), by=account)
    return RedirectResponse(f"{_path(login)}?done=enable", 303)


@router.get(f"{PATH}/of/{{login}}/{{act}}")
def confirm_page(request: Request, desk: ADesk, _: AnAdministrator, login: str, act: str) -> HTMLResponse:
    """What will happen, before it does."""
    return _confirm(request, desk, login, _act(act))


@router.post(f"{PATH}/of/{{login}}/{{act}}")
def confirmed(
    request: Request,
    desk: ADesk,
    account: AnAdministrator,
    _: ASession,
    login: str,
    act: str,
    form_key: AText = "",
) -> Response:
    """Do it, once."""
    which, drawn = _act(act), list[Drawn]()
    login = view_of(desk.engine, login, desk.now()).account.login

    def do() -> str:
        drawn.extend(_do(desk, account, login, which))
        return f"{_path(login)}?done={which.value}"

    try:
        route = f"{PATH}/{which.value}"
        address = once.once(desk.engine, account, form_key, route, {"login": login}, desk.now(), do)
    except YekuoError as refused:
        return _confirm(request, desk, login, which, refused=refused)
    return _shown(request, drawn, address, "密码已重设")


def _do(desk: Desk, account: Account, login: str, act: AccountAct) -> list[Drawn]:
    now = desk.now()
    if act is AccountAct.DISABLE:
        accounts.disable(desk.engine, login, now, by=account)
    elif act is AccountAct.END:
        accounts.end_sessions(desk.engine, login, now, by=account)
    else:
        password = passwords.drawn()
        accounts.set_password(desk.engine, login, password, now=now, by=account)
        return [Drawn(login, password)]
    return []


def _create(desk: Desk, account: Account, typed: dict[str, str], password: str) -> Account:
    return accounts.create(
        desk.engine,
        typed["login"],
        password,
        _role(typed["role"]),
        unit_name=_unit(typed["unit"]),
        code=filled.text("工号", typed["code"]),
        now=desk.now(),
        by=account,
    )


def _shown(request: Request, drawn: list[Drawn], address: str, title: str) -> Response:
    """The page with the password where one was drawn: it must not stand in an address to be redirected to."""
    if not drawn:
        return RedirectResponse(address, 303)
    return render(request, "account_password.html", drawn=drawn[0], title=title)


def _role(given: str) -> Role:
    found = filled.term(Role, "岗位", given)
    if found is None:
        raise errors.RequestInvalid(problems="没有选择岗位")
    return found


def _unit(given: str) -> str:
    return filled.text("供电所", given) or ""


def _act(given: str) -> AccountAct:
    for each in ABOUT:
        if given == each.value:
            return each
    raise errors.PageUnknown


def _path(login: str) -> str:
    return f"{PATH}/of/{accounts.refined(login)}"


def _page(
    request: Request,
    desk: Desk,
    account: Account,
    login: str,
    *,
    done: str = "",
    refused: YekuoError | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    now = desk.now()
    view = view_of(desk.engine, login, now)
    held = {"role": view.account.role.value, "unit": view.account.unit}
    return form_page(
        request,
        "account_of.html",
        refused,
        view=view,
        state=view.state(now),
        disabled=AccountState.DISABLED,
        own=view.account.id == account.id,
        acts=[each for each in ABOUT if not _idle(each, view.state(now), view.sessions)],
        history=noted(desk.engine, view.account.id, limit=PAGE),
        page=PAGE,
        **_choices(desk),
        typed=held | (typed or {}),
        done=done,
    )


def _idle(act: AccountAct, state: AccountState, sessions: int) -> bool:
    """Whether it would change nothing."""
    return {AccountAct.DISABLE: state is AccountState.DISABLED, AccountAct.END: not sessions}.get(act, False)


def _confirm(
    request: Request, desk: Desk, login: str, act: AccountAct, *, refused: YekuoError | None = None
) -> HTMLResponse:
    return form_page(
        request,
        "account_confirm.html",
        refused,
        view=view_of(desk.engine, login, desk.now()),
        act=act,
        about=ABOUT[act],
    )


def _form(
    request: Request,
    desk: Desk,
    *,
    refused: YekuoError | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    return form_page(
        request,
        "account_new.html",
        refused,
        typed=typed or BLANK,
        **_choices(desk),
    )


def _choices(desk: Desk) -> dict[str, Any]:
    """What a post and a station are chosen from."""
    wanted = sa.select(unit_table.c.name).where(
        unit_table.c.kind == UnitKind.STATION.value, unit_table.c.parent_id.is_not(None)
    )
    with store.reading(desk.engine) as connection:
        stations = list(connection.scalars(wanted.order_by(unit_table.c.id)))
    return {"roles": [(each, REACH[each]) for each in ROLES], "stations": stations}
