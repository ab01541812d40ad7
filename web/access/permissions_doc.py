"""``docs/permissions.md``, made of the matrix and of what every route declares.

``python -m web.access.permissions_doc > docs/permissions.md`` renews it; a test compares the two.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from fastapi import FastAPI

from web.access.admission import Needs, Public
from web.access.rights import MATRIX, REACH, RECORDING, Right, Role
from web.app import create_app
from web.routes import routes_of
from web.settings import WebSettings
from workflow.book import Book
from workflow.rules import load_rules

INTRODUCTION = """\
# Permissions

Who may do what at the desk. This document is made of the program (`web/access/rights.py` and the routes) by
`python -m web.access.permissions_doc > docs/permissions.md`; a test holds it against both.

Every account has one post. The posts are those of the organisation; `administrator` looks after people and
accounts and reads no application. A customer has no account: the public pages ask for no log-in. An API token
has the rights it was made for, and never more than its account.

A row outside what an account sees does not exist for it: the answer is 404, as for a number that was never given.
"""


def permissions(app: FastAPI) -> str:
    """The whole document."""
    parts = (INTRODUCTION, *_reach(), *_matrix(), *_recording(), *_routes(app))
    return "\n".join(parts) + "\n"


def _reach() -> Iterator[str]:
    yield "## Which applications a post sees\n"
    yield from _table(("岗位", "Role", "看到"), ((r.label, f"`{r}`", REACH[r].label) for r in Role))


def _matrix() -> Iterator[str]:
    yield "\n## Which post has which right\n"
    headings = ("权限", "Right", *(role.label for role in Role))
    rows = ((right.label, f"`{right}`", *_marks(right)) for right in Right)
    yield from _table(headings, rows)


def _marks(right: Right) -> Iterator[str]:
    return ("●" if right in MATRIX[role] else "" for role in Role)


def _recording() -> Iterator[str]:
    yield "\n## Which right records which fact\n"
    yield "What is not here comes from the program (到期日重算) or from the customer (客户评价). Taking an application\n"
    yield "oneself (确定客户经理 to oneself) takes 抢单.\n"
    rows = ((event.label, f"`{event}`", right.label) for event, right in RECORDING.items())
    yield from _table(("事项", "Event", "权限"), rows)


def _routes(app: FastAPI) -> Iterator[str]:
    yield "\n## What every route asks for\n"
    yield "公开 needs no account, with the reason.\n"
    yield from _table(("Route", "Method", "权限"), sorted(_declared(app)))


def _declared(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    for route in routes_of(app):
        for method in route.methods:
            yield f"`{route.path}`", method, "；".join(_said(gate) for gate in route.gates)


def _said(gate: Needs | Public) -> str:
    return gate.right.label if isinstance(gate, Needs) else f"公开：{gate.reason}"


def _table(headings: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


class _NoBook:
    """The routes are there without a book."""

    engine = sa.create_engine("sqlite://")

    def current(self) -> Book:
        """Never asked for."""
        return Book(self.engine, load_rules())


def main() -> None:
    """Print the document."""
    app = create_app(_NoBook(), lambda: datetime.min.replace(tzinfo=UTC), WebSettings())
    sys.stdout.write(permissions(app))


if __name__ == "__main__":
    main()
