"""What can be done about an alarm or an order: each act a form, at an address and with a right of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from alerts.kinds import Act
from limits.errors import YekuoError
from web.access.admission import ASession, needs
from web.access.rights import Account, Right
from web.desk import ADesk, Desk
from web.pages.fields import AText
from web.work import filled


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act: ``path`` ends its address, ``label`` is what is asked for, ``needed`` whether it must be said."""

    act: Act
    right: Right
    path: str
    label: str
    about: str
    needed: bool = True


# Does the act on what the address names, and returns the page it is seen on.
Do = Callable[[Desk, Account, Any, Act, datetime | None, str], str]


def serve(
    router: APIRouter,
    address: str,
    forms: Iterable[ActForm],
    *,
    which: Callable[..., Any],
    do: Do,
    page: Callable[..., Response],
) -> None:
    """Each of ``forms`` below ``address``; ``which`` reads from the address what it is about.

    Refused, ``page(request, desk, account, which, refused=…, typed=…)`` comes back with what was typed.
    """
    for form in forms:
        _serve(router, f"{address}/{form.path}", form, which, do, page)


def _serve(
    router: APIRouter,
    address: str,
    form: ActForm,
    which: Callable[..., Any],
    do: Do,
    page: Callable[..., Response],
) -> None:
    @router.post(address)
    def take(
        request: Request,
        desk: ADesk,
        account: Annotated[Account, needs(form.right)],
        _: ASession,
        about: Annotated[Any, Depends(which)],
        at: AText = "",
        text: AText = "",
    ) -> Response:
        try:
            seen_at = do(desk, account, about, form.act, filled.moment("发生时间", at), text)
        except YekuoError as refused:
            typed = {"act": form.act.value, "at": at, "text": text}
            return page(request, desk, account, about, refused=refused, typed=typed)
        return RedirectResponse(f"{seen_at}?done={form.act.value}", 303)
