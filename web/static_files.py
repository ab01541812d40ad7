"""The desk's own style and script, served under an address that changes with their content."""

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from web import errors
from web.access.admission import public

FOLDER = Path(__file__).resolve().parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file with the digest of what is in it."""

    content: bytes
    digest: str
    kind: str


@cache
def files() -> dict[str, StaticFile]:
    """Everything in the folder, by name; read once."""
    return {path.name: _read(path) for path in FOLDER.iterdir() if path.is_file()}


def address_of(name: str) -> str:
    """The address of file ``name``: another content, another address, so that it may be kept for ever."""
    return f"/static/{files()[name].digest}/{name}"


@router.get(
    "/static/{digest}/{name}",
    dependencies=[public("样式和脚本，没有业务内容", by_form=False)],
    include_in_schema=False,
)
def static_file(request: Request, digest: str, name: str) -> Response:
    """A file; one asked for by the digest of another release is given as it is now, and not kept."""
    found = files().get(name)
    if found is None:
        raise errors.PageUnknown
    tag = f'"{found.digest}"'
    headers = {"ETag": tag, "Cache-Control": FOR_EVER if digest == found.digest else "no-cache"}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.kind)


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return StaticFile(content, hashlib.sha256(content).hexdigest()[:16], kind)
