"""The own tokens. Only a person at a page makes them: a token makes no token."""

from typing import Annotated

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from limits.zone import local
from web.access import tokens
from web.access.admission import needs
from web.access.rights import Account, Right
from web.api.models import Model, Moment, Text, Whole
from web.api.routing import TO_A_BODY, refusals
from web.api.routing import router as api_router
from web.desk import ADesk

router = api_router("令牌")
AnOwner = Annotated[Account, needs(Right.USE_API)]


class TokenOut(Model):
    """A token without its word."""

    id: int = Field(description="编号", examples=[3])
    name: str = Field(description="名称", examples=["生产系统对接"])
    scopes: tuple[Right, ...] = Field(description="权限", examples=[["read_applications"]])
    created_at: Moment = Field(description="建立时间")
    expires_at: Moment = Field(description="到期时间")
    used_at: Moment | None = Field(description="最近使用", examples=[None])
    revoked_at: Moment | None = Field(description="停用时间", examples=[None])


class IssuedOut(TokenOut):
    """A new token with its word."""

    token: str = Field(
        description="令牌，只显示这一次", examples=["wq3cVb0kq8tV6b1b8oYxGd0mV2a4s6c8e0g2i4k6m8o"]
    )


class TokenIn(Model):
    """What a token is to be."""

    name: Text = Field(
        description="名称，不能与以前的重复", examples=["生产系统对接"], max_length=tokens.LONGEST_NAME
    )
    scopes: tuple[Right, ...] = Field(description="权限，不多于自己有的", examples=[["read_applications"]])
    days: Whole = Field(tokens.DAYS, description="有效天数", ge=1, le=tokens.MOST_DAYS)


@router.get("/tokens", summary="自己的令牌", description="凭浏览器登录，不能凭令牌。")
def own(desk: ADesk, account: AnOwner) -> tuple[TokenOut, ...]:
    """Every token of the account."""
    return tuple(TokenOut.model_validate(each) for each in tokens.listed(desk.engine, account.id))


@router.post(
    "/tokens",
    summary="申请令牌",
    description="凭浏览器登录，不能凭令牌。名称不重复，所以不用 Idempotency-Key。",
    status_code=201,
    responses=refusals(*TO_A_BODY, 409),
)
def issue(desk: ADesk, account: AnOwner, body: TokenIn) -> IssuedOut:
    """A token; its word is told here and never again."""
    made = tokens.issue(desk.engine, account, body.name, body.scopes, body.days, local(desk.now()))
    told = TokenOut.model_validate(made.token)
    return IssuedOut(**dict(told), token=made.word)


@router.delete(
    "/tokens/{token_id}",
    summary="停用令牌",
    description="凭浏览器登录，不能凭令牌。",
    status_code=204,
    responses=refusals(404),
)
def revoke(desk: ADesk, account: AnOwner, token_id: Annotated[int, Path(ge=1, lt=2**63)]) -> Response:
    """End it."""
    tokens.revoke(desk.engine, account, token_id, desk.now())
    return Response(status_code=204)
