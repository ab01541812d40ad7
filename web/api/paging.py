"""Pages of a list by key: an opaque word that says after which row the next page begins."""

import base64
import json
from typing import Annotated

from fastapi import Query

from web.api.models import MOST_ROWS, ROWS
from workflow.queue import CursorInvalid

ACursor = Annotated[
    str | None, Query(alias="cursor", description="上一页给出的 next；不写从头开始", examples=[None])
]
ALimit = Annotated[int, Query(alias="limit", ge=1, le=MOST_ROWS, description="一页最多几项", examples=[ROWS])]


def written(*place: str | int) -> str:
    """The place of a row in the order of its list, as one opaque word."""
    told = json.dumps(place, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read(text: str, *kinds: type[str | int]) -> tuple[str | int, ...]:
    """The inverse of :func:`written`, each part of the kind told; raises CursorInvalid for anything else.

    >>> read(written("2026-11-20", 7), str, int)
    ('2026-11-20', 7)
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        place = json.loads(base64.b64decode(padded, b"-_", validate=True))
        fits = len(place) == len(kinds) and all(map(_fits, place, kinds))
    except (ValueError, TypeError, RecursionError) as error:
        raise CursorInvalid(cursor=text[:40]) from error
    if not isinstance(place, list) or not fits:
        raise CursorInvalid(cursor=text[:40])
    return tuple(place)


def _fits(part: object, kind: type[str | int]) -> bool:
    """Whether a database can be asked for ``part``."""
    if isinstance(part, str):
        return kind is str and "\0" not in part and not any("\ud800" <= each <= "\udfff" for each in part)
    return kind is int and type(part) is int and abs(part) < 2**63
