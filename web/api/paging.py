"""Lists of the API, a page at a time."""

from typing import Annotated, Any, TypeVar

from fastapi import Query

from web.api.models import MOST_ROWS, ROWS, Model, Page
from web.work.cursors import id_in, written
from workflow import paging

M = TypeVar("M", bound=Model)
ACursor = Annotated[
    str | None, Query(alias="cursor", description="上一页给出的 next；不写从头开始", examples=[None])
]
ALimit = Annotated[int, Query(alias="limit", ge=1, le=MOST_ROWS, description="一页最多几项", examples=[ROWS])]


def after_id(cursor: str | None) -> int | None:
    """After which row a list by id goes on, None: from its beginning. Raises CursorInvalid."""
    return id_in(cursor) if cursor is not None else None


def told(kind: type[M], found: paging.Page[Any]) -> Page[M]:
    """What was found, each as a ``kind``."""
    following = written(found.next) if found.next is not None else None
    return Page(items=tuple(map(kind.model_validate, found.rows)), next=following)
