"""The matrix, and every route held against it."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from limits.terms import Post
from tests.docs.program import document
from tests.web.browser import Browser
from tests.web.conftest import LOGINS
from tests.web.entering import entered
from web.access.admission import Needs, Public
from web.access.permissions_doc import permissions
from web.access.rights import MATRIX, REACH, RECORDING, Reach, Right, Role
from web.app import create_app
from web.desk import Desk
from web.routes import routes_of
from workflow.events import EventType

BY_OTHERS = {EventType.RESCHEDULED, EventType.RATED}  # the program and the customer
# Who may do what is asked of no database: one will do.
on_sqlite = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def test_every_post_is_a_role_of_the_same_word() -> None:
    assert {each.value: each.label for each in Post}.items() <= {r.value: r.label for r in Role}.items()


def test_the_matrix_and_the_reach_know_every_role() -> None:
    assert set(MATRIX) == set(REACH) == set(Role)


def test_no_right_is_nobodys() -> None:
    assert set().union(*MATRIX.values()) == set(Right)


def test_who_sees_no_application_may_do_nothing_with_one() -> None:
    """Of those who do nothing but read, and of none who reads nothing."""
    about_applications = {Right.READ_APPLICATIONS, *RECORDING.values(), Right.CLAIM, Right.APPROVE_SUSPENSION}
    for role, granted in MATRIX.items():
        if REACH[role] is Reach.NONE:
            assert not granted & about_applications, role
        else:
            assert Right.READ_APPLICATIONS in granted, role


def test_the_regulator_changes_nothing_and_the_integrity_supervisor_no_application() -> None:
    changing = {r for r in Right if not r.value.startswith(("read_", "sign_in", "watch", "use_api"))}
    assert not MATRIX[Role.REGULATOR] & changing
    own = {Right.OPEN_EVALUATIONS, Right.JUDGE_EVALUATIONS, Right.RECORD_DUTIES}
    assert MATRIX[Role.INTEGRITY] & changing == own


def test_who_scores_a_station_does_not_review_it() -> None:
    scoring = {role for role, granted in MATRIX.items() if Right.SCORE_EVALUATIONS in granted}
    judging = {role for role, granted in MATRIX.items() if Right.JUDGE_EVALUATIONS in granted}
    assert (scoring, judging) == ({Role.STATION_HEAD}, {Role.INTEGRITY})


def test_every_fact_takes_a_right() -> None:
    assert set(RECORDING) == set(EventType) - BY_OTHERS


@on_sqlite
def test_every_route_declares_one_thing(desk: FastAPI) -> None:
    found = list(routes_of(desk))
    assert len(found) > 10
    assert [each for each in found if len(each.gates) != 1] == []
    assert [
        each.path for each in found for gate in each.gates if isinstance(gate, Public) and not gate.reason
    ] == []


def test_a_route_that_declares_nothing_is_found(still: Desk) -> None:
    app = create_app(still.source, still.clock, still.settings)
    app.add_api_route("/forgotten", lambda: "everything", methods=["GET"])
    assert [each.path for each in routes_of(app) if len(each.gates) != 1] == ["/forgotten"]


@on_sqlite
def test_the_document_is_the_matrix_and_the_routes(desk: FastAPI) -> None:
    """Renew it with ``python -m web.access.permissions_doc > docs/permissions.md``."""
    assert document("docs/permissions.md") == permissions(desk)


def asked_of(desk: FastAPI) -> Iterator[tuple[str, str, Right]]:
    """Every method and path with the right it takes; the way out is left alone, it would end the session."""
    desk.state.desk.stopping.set()  # a stream says what it has, and ends
    for route in routes_of(desk):
        (gate,) = route.gates
        if isinstance(gate, Needs) and route.path != "/logout":
            for method in route.methods:
                yield method, route.path.replace("{session_id}", "999999"), gate.right


@on_sqlite
def test_every_route_sends_a_stranger_to_the_door(desk: FastAPI, browser: Browser) -> None:
    for method, path, _ in asked_of(desk):
        assert browser.ask(method, path).status_code in (303, 401), path


@on_sqlite
@pytest.mark.parametrize(
    "login", ["admin", "lisi", "zhaoliu", "zhoujiu", "sunba", "clerk", "wushi", "regulator"]
)
def test_every_route_refuses_whoever_has_not_its_right(desk: FastAPI, login: str) -> None:
    """Everybody else is told, and nothing in between leaks a page."""
    browser, granted = entered(desk, login), MATRIX[LOGINS[login][0]]
    for method, path, right in asked_of(desk):
        status = browser.ask(method, path, headers={"X-CSRF-Token": browser.token}).status_code
        assert (status == 403) is (right not in granted), (path, status)
