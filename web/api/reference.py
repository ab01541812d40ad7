"""The document and the pages that show it, which load nothing from elsewhere."""

from functools import cache
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from web import errors
from web.access.admission import public
from web.api.document import openapi
from web.api.routing import tagged
from web.rendering import render

router = APIRouter(include_in_schema=False, dependencies=[public("接口的写法，没有业务内容")])
# Swagger UI as the package ships it, its name with its kind.
FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
FOLDER = Path(fastapi_offline.__file__).resolve().parent / "static"
# Its pictures are written into its style.
POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)


@router.get("/openapi.json")
def document(request: Request) -> Response:
    """The document."""
    return tagged(request, JSONResponse(openapi(request.app)))


@router.get("/docs")
def page(request: Request) -> HTMLResponse:
    """The document as a page that can also try what it tells."""
    return render(request, "api.html", headers={"Content-Security-Policy": POLICY})


@router.get("/docs/{name}")
def part(name: str) -> Response:
    """A file of the page."""
    if name not in FILES:
        raise errors.PageUnknown
    return Response(
        _content(name), media_type=FILES[name], headers={"Cache-Control": "public, max-age=86400"}
    )


@cache
def _content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
