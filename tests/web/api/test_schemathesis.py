"""The document held against the API: whatever is sent, the answer is one the document tells (schemathesis).

Its engine makes, of each operation's schema, requests that fit and requests that do not: the examples, every
boundary of every field, and some at random.  It is run inside a test, because all of that would else be made
whenever tests are collected.
"""

import copy
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.generation.case import Case
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario
from schemathesis.hooks import HookContext
from starlette.types import Receive, Scope, Send

from alerts.duties.facts import duty_facts
from alerts.duties.opening import open_rounds
from reports.periods import Period
from reports.stations import evaluating, kept
from tests.alerts.company import CITY, CODES
from tests.web.browser import PASSWORD
from tests.web.conftest import LOGINS, NOW, Source
from tests.web.desk_work import accept, company_in
from web.access import accounts, once, tokens
from web.access.admission import Needs
from web.access.rights import Right, Role
from web.api.document import openapi
from web.app import create_app
from web.routes import routes_of
from web.settings import WebSettings
from workflow import store
from workflow.book import Book
from workflow.rules import Rules

# Between them they have every right a program can have; each right is tried by the first who has it.
WHO = ("lisi", "zhaoliu", "sunba", "wushi", "admin")
# The first is the number that stands in the document's examples.
NUMBERS = ("NX20261102001", "A/2")
CONFIG: dict[str, Any] = {
    "generation": {"mode": "all", "deterministic": True, "max-examples": 4, "database": "none"},
    "phases": {
        "stateful": {"enabled": False},
        "coverage": {"unexpected-methods": ["OPTIONS", "PUT"]},
    },
    "checks": {
        # Whether a date, a person or a number fits is for the rules to say, not for the document: 422.
        "positive_data_acceptance": {"enabled": False},
        # Strangers have a test of their own.
        "ignored_auth": {"enabled": False},
    },
}
BRIEFLY = {"phases": {name: {"enabled": False} for name in ("stateful", "coverage", "fuzzing")}}
# Of one test each, for workers to share.
PARTS = 4
Key = tuple[str, str]


@pytest.fixture(scope="module")
def book(rules: Rules, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A company with applications to be asked about."""
    with company_in(tmp_path_factory.mktemp("api"), sqlite_template, rules) as made:
        for number in NUMBERS:
            accept(made, number)
        accept(made, "P4", manager="")
        case = kept.Case(made, CITY, Period.parse("2026-H2"), duty_facts)
        evaluating.open_evaluation(case, now=NOW, actor="管理员")
        with store.writing(made.engine) as connection:
            open_rounds(connection, made, NOW)
        yield made


@pytest.fixture(scope="module")
def app(book: Book) -> FastAPI:
    """The app over it; a stream says what it has, and ends."""
    made = create_app(Source(book), lambda: NOW, WebSettings())
    made.state.desk.stopping.set()
    return made


@pytest.fixture(scope="module")
def words(book: Book) -> dict[Right, str]:
    """By right, the token of the first who has it."""
    # Whom the examples of the document speak of: what becomes of that account is nobody's loss here.
    accounts.create(book.engine, "lisi", PASSWORD, Role.REGULATOR, now=NOW, by="管理员")
    made: dict[Right, str] = {}
    for login in WHO:
        role, name, unit = LOGINS[login]
        owner = accounts.create(
            book.engine, f"program.{login}", PASSWORD, role,
            unit_name=unit, code=CODES[name] if name else None, now=NOW, by="管理员",
        )  # fmt: skip
        rights = tokens.allowed(owner)
        word = tokens.issue(book.engine, owner, "all", rights, 90, NOW).word
        made = dict.fromkeys(rights, word) | made
    return made


def operations_of(app: FastAPI) -> dict[Key, Right | None]:
    """The right each operation needs, by path and method as the document writes them."""
    return {
        (route.path.replace(":path}", "}"), method.lower()): next(
            (gate.right for gate in route.gates if isinstance(gate, Needs)), None
        )
        for route in routes_of(app)
        for method in route.methods
        if route.path.startswith("/api/v1/")
    }


class Bearing:
    """``app`` as it is for whoever carries ``word``, or for a stranger.

    A key that would do is drawn anew: else all but the first request with the document's own would be refused.
    """

    def __init__(self, app: FastAPI, word: str | None) -> None:
        self.app, self.word, self.sent = app, word, count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every request comes with the token and with no other."""
        if scope["type"] == "http":
            headers = [
                (name, b"key-of-request-%06d" % next(self.sent) if fits(name, value) else value)
                for name, value in scope["headers"]
                if name != b"authorization"
            ]
            if self.word is not None:
                headers.append((b"authorization", f"Bearer {self.word}".encode()))
            scope = {**scope, "headers": headers}
        await self.app(scope, receive, send)


def fits(name: bytes, value: bytes) -> bool:
    """Whether a header is a good ``Idempotency-Key``."""
    return name == b"idempotency-key" and re.fullmatch(once.PATTERN.encode(), value) is not None


def tried(
    app: FastAPI,
    document: Mapping[str, Any],
    keys: Collection[Key],
    word: str | None,
    config: Mapping[str, Any] = CONFIG,
) -> tuple[set[int], list[str]]:
    """The statuses that came from the operations ``keys``, and what was wrong with the answers."""
    loaded = schemathesis.openapi.from_dict(dict(document), config=SchemathesisConfig.from_dict(dict(config)))
    loaded.app = Bearing(app, word)
    loaded.hook("filter_case")(one_wrong_type())
    schema = loaded.include(func=lambda context: (context.operation.path, context.operation.method) in keys)
    statuses: set[int] = set()
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            answers = [each.response for each in event.recorder.interactions.values()]
            statuses |= {int(each.status_code) for each in answers if each is not None}
            wrong += [
                f"{event.recorder.label}: {check.failure_info.failure.title}\n"
                f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
        elif isinstance(event, events.NonFatalError):
            wrong.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            wrong.append(repr(event.exception))
    return statuses, wrong


def one_wrong_type() -> Callable[[HookContext, Case[Any]], bool]:
    """Of the six or so types a field does not have, one is sent: half of all requests would be these."""
    seen: set[object] = set()

    def first(_: HookContext, case: Case[Any]) -> bool:
        about = case.meta.phase.data if case.meta is not None else None
        if not isinstance(about, CoveragePhaseData) or about.scenario is not CoverageScenario.INCORRECT_TYPE:
            return True
        field = (case.method, case.path, about.parameter_location, about.parameter, about.location)
        known = len(seen)
        seen.add(field)
        return len(seen) > known

    return first


@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_told(app: FastAPI, words: Mapping[Right, str], part: int) -> None:
    document, needed = openapi(app), operations_of(app)
    # What is done to one account is apart from the list of accounts: its engine sends what it was told before,
    # and would put out those by whom it comes.
    by_word: dict[tuple[str, bool], set[Key]] = {}
    keys = sorted((path, method) for path, methods in document["paths"].items() for method in methods)
    assert len(keys) > 40
    for key in keys[part::PARTS]:
        word = words.get(needed[key] or Right.READ_POLICIES, words[Right.READ_POLICIES])
        by_word.setdefault((word, "{login}" in key[0]), set()).add(key)
    for (word, _), its in by_word.items():
        statuses, wrong = tried(app, document, its, word)
        assert not wrong, "\n\n".join(wrong[:5])
        assert 401 not in statuses, its


def test_a_stranger_is_told_so(app: FastAPI) -> None:
    document, needed = openapi(app), operations_of(app)
    guarded = {key for key, right in needed.items() if right is not None}
    statuses, wrong = tried(app, document, guarded, None, {**CONFIG, **BRIEFLY})
    assert not wrong, "\n\n".join(wrong[:5])
    assert statuses == {401}


def test_it_can_fail(app: FastAPI, words: Mapping[Right, str]) -> None:
    """A document that tells less than the API answers is found out."""
    path = "/api/v1/applications/{number}"
    word, document = words[Right.READ_APPLICATIONS], openapi(app)
    assert tried(app, document, {(path, "get")}, word) == ({200, 304, 404, 405}, [])
    silent, other = copy.deepcopy(document), copy.deepcopy(document)
    del silent["paths"][path]["get"]["responses"]["404"]
    assert "Undocumented status code" in str(tried(app, silent, {(path, "get")}, word)[1])
    other["components"]["schemas"]["ApplicationOut"]["properties"]["number"]["type"] = "integer"
    assert "violates schema" in str(tried(app, other, {(path, "get")}, word)[1])
