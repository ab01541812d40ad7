"""The place in a list as one opaque word: after which row the next page begins."""

import base64
import json
from datetime import datetime

from alerts.listing import AlertKey, AlertView
from workflow.queue import CursorInvalid
from workflow.tables import speakable


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


def id_in(text: str) -> int:
    """The id of the row in whose place :func:`written` put nothing else; raises CursorInvalid."""
    return int(read(text, int)[0])


def alert_cursor(view: AlertView) -> str:
    """What the page after ``view`` is asked for by."""
    reached_at, alert_id = view.key
    return written(reached_at.isoformat(), alert_id)


def alert_key(text: str) -> AlertKey:
    """The inverse of :func:`alert_cursor`; raises CursorInvalid for anything else."""
    told, alert_id = read(text, str, int)
    try:
        reached_at = datetime.fromisoformat(str(told))
    except ValueError as error:
        raise CursorInvalid(cursor=text[:40]) from error
    if reached_at.tzinfo is None or not 1 < reached_at.year < 9999:  # else no database has the instant
        raise CursorInvalid(cursor=text[:40])
    return reached_at, int(alert_id)


def _fits(part: object, kind: type[str | int]) -> bool:
    """Whether a database can be asked for ``part``."""
    if isinstance(part, str):
        return kind is str and speakable(part)
    return kind is int and type(part) is int and abs(part) < 2**63
