"""What people send to break in: SQL, markup, line breaks, paths, formulas, other people's ids, and sheer size.

Every route of the app is walked, so that one added tomorrow is tried, or a test here says that it is not.
"""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from alerts.answers import answer
from alerts.duties.doing import done, duties
from alerts.duties.facts import duty_facts
from alerts.duties.opening import open_rounds
from alerts.listing import alerts
from alerts.orders.acts import open_order, reply
from alerts.orders.listing import orders
from limits.terms import Step
from reports.periods import Period
from reports.stations.evaluating import open_evaluation, review, score
from reports.stations.judging import Judgement
from reports.stations.kept import Case
from tests.alerts.company import CITY, CODES, COMPANY, EAST, found
from tests.alerts.telling import sweep
from tests.dates import at
from tests.postgres import Reused
from tests.web.browser import PASSWORD, Browser
from tests.web.centre_world import OURS, THEIRS, filled, order
from tests.web.conftest import LOGINS, NOW, Source
from tests.web.desk_work import accept, company_in
from tests.web.entering import entered
from web.access import accounts, tokens
from web.access.admission import Needs
from web.access.rights import MATRIX, REACH, Account, Reach, Right, Role
from web.access.sessions import known
from web.app import create_app
from web.routes import routes_of
from web.settings import WebSettings
from web.tables import account, session
from web.work import views
from web.work.queue_filters import FILTERS
from workflow import cases, documents, ratings, store
from workflow.book import Book
from workflow.people.roster import import_organisation, record_absence
from workflow.people.tables import absence
from workflow.progress import customer_code
from workflow.rules import Rules
from workflow.tables import application, event

HALF = Period.parse("2026-H2")
PARAMETER = re.compile(r"{(\w+)(?::path)?}")
SURROGATE = "%ED%A0%80"  # half a letter, as no UTF-8 has it
MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
FORMULA = "=HYPERLINK(A1)"
ATTACKS = {
    "sql": quote("' OR '1'='1' UNION SELECT password FROM account; --", safe=""),
    "nul": "a%00b",
    "surrogate": SURROGATE,
    "long": quote("长" * 2000),  # an address of three such parts is the longest a client sends
    "number": "9" * 40,
    "negative": "-1",
    "markup": quote(MARKUP, safe=""),
    "line break": "x%0d%0aSet-Cookie:%20evil=1",
    "path": "..%2f..%2f..%2fetc%2fpasswd",
    "dots": "../../../etc/passwd",
}
# What only the pages see is tried over one database; what reaches the database, over both.
OF_PAGES = {"negative", "markup", "line break", "path", "dots"}
# Who asks: for each right the first who has it, from the narrowest sight to the widest.
ASKING = ("lisi", "clerk", "zhaoliu", "sunba", "zhoujiu", "wushi", "admin", "regulator")
# They change who is asking, and are tried on their own.
APART = {"/logout", "/account/password", "/account/sessions/others/end"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def book(
    request: pytest.FixtureRequest, rules: Rules, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Book]:
    """Two stations, each with an application, alarms, an order and people."""
    folder = tmp_path_factory.mktemp("attacked")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "yekuo.sqlite3")
        url = f"sqlite:///{(folder / 'yekuo.sqlite3').as_posix()}"
    else:
        migrated: Reused = request.getfixturevalue("postgres_migrated")
        url = migrated.fresh()
    engine = store.open_engine(url)
    made = filled(found(Book(engine, rules), folder))
    yield made
    engine.dispose()


@pytest.fixture(scope="module")
def app(book: Book) -> FastAPI:
    made = create_app(Source(book), lambda: NOW, WebSettings())
    made.state.desk.stopping.set()  # a stream says what it has, and ends
    return made


@pytest.fixture(scope="module")
def people(app: FastAPI) -> dict[str, Browser]:
    return {login: entered(app, login) for login in LOGINS}


def logins_with(right: Right) -> list[str]:
    return [each for each in ASKING if right in MATRIX[LOGINS[each][0]]]


def attacks(book: Book) -> dict[str, str]:
    """What is tried over the database of ``book``."""
    one = book.engine.dialect.name == "sqlite"
    return {what: attack for what, attack in ATTACKS.items() if one or what not in OF_PAGES}


def put(path: str, values: Mapping[str, str]) -> str:
    """The address of ``path`` with a value for each of its parameters."""
    return PARAMETER.sub(lambda found: values[found[1]], path)


def asked_by(app: FastAPI, kind: str) -> dict[Any, list[str]]:
    """The fields each endpoint takes: ``query_params`` or ``body_params``."""
    found = {}
    for each in iter_route_contexts(app.routes):
        dependant = getattr(each, "dependant", None)
        found[each.endpoint] = sorted(field.alias for field in getattr(dependant, kind, ()))
    return found


def asker(people: dict[str, Browser], route: Any, stranger: Browser) -> Browser:
    (gate,) = route.gates
    return people[logins_with(gate.right)[0]] if isinstance(gate, Needs) else stranger


def send(visitor: Browser, method: str, address: str, **more: Any) -> httpx.Response:
    return visitor.ask(method, address, headers={"X-CSRF-Token": visitor.token}, **more)


def refused_well(answer: httpx.Response, about: object) -> None:
    """An answer in our words, with nothing of what was sent in its headers or alive in its page."""
    assert answer.status_code < 500, (about, answer.text[:500])
    assert "evil" not in answer.headers.get("set-cookie", ""), about
    assert "\n" not in answer.headers.get("location", ""), about
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "<script>alert" not in answer.text, about
        assert "<img src=x" not in answer.text, about
    if answer.status_code >= 400 and answer.text:
        assert re.search("[一-鿿]", answer.text), (about, answer.text[:300])
        assert "root:" not in answer.text
    assert "scrypt" not in answer.text
    assert "$argon2" not in answer.text, about


def stranger_of(app: FastAPI) -> Browser:
    made = Browser(app)
    made.get("/progress")
    return made


def rows(book: Book) -> tuple[int, ...]:
    with store.reading(book.engine) as connection:
        return tuple(
            connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (application, event, account, absence)
        )


def test_whatever_is_put_into_an_address(app: FastAPI, book: Book, people: dict[str, Browser]) -> None:
    """In the place of every number, name and id: not found or refused, and nothing changes."""
    before, stranger = rows(book), stranger_of(app)
    for route in routes_of(app):
        names = PARAMETER.findall(route.path)
        if not names:
            continue
        visitor = asker(people, route, stranger)
        for what, attack in attacks(book).items():
            address = put(route.path, dict.fromkeys(names, attack))
            for method in route.methods:
                answer = send(visitor, method, address)
                refused_well(answer, (method, route.path, what))
                assert answer.status_code >= 400, (method, route.path, what, answer.status_code)
    assert rows(book) == before


def test_whatever_is_asked_for(app: FastAPI, book: Book, people: dict[str, Browser]) -> None:
    """In every filter, search and cursor."""
    before, stranger, tried = rows(book), stranger_of(app), set[str]()
    declared = asked_by(app, "query_params")
    for route in routes_of(app):
        if "GET" not in route.methods or PARAMETER.search(route.path):
            continue
        names = set(declared[route.endpoint])
        if route.path == "/queue":
            names |= {*FILTERS, "after", "view"}
        visitor = asker(people, route, stranger)
        for name in sorted(names):
            tried.add(f"{route.path} {name}")
            for what, attack in attacks(book).items():
                answer = send(visitor, "GET", f"{route.path}?{name}={attack}")
                refused_well(answer, (route.path, name, what))
                if what == "sql" and name in ("text", "number", "unit", "manager", "station"):
                    for number in (OURS, THEIRS):
                        assert f">{number}<" not in answer.text, (route.path, name)
    assert len(tried) > 30
    assert {"/queue text", "/alerts unit", "/orders number", "/accounts text", "/findings number"} <= tried
    assert rows(book) == before


def test_whatever_is_written_in_a_form(app: FastAPI, book: Book, people: dict[str, Browser]) -> None:
    """In every field of every form, one after another, with what else is asked for left out."""
    stranger, tried = stranger_of(app), 0
    own = {"number": OURS, "alert_id": str(next(alerts_of(book, OURS))), "word": "suspended", "code": "0001"}
    declared = asked_by(app, "body_params")
    for route in routes_of(app):
        if "POST" not in route.methods or route.path in APART or route.path.startswith("/api/"):
            continue
        address = PARAMETER.sub(lambda found: own.get(found[1], "1"), route.path)
        names = set(declared[route.endpoint])
        names |= (
            {"at", "reason", "evidence", "approver", "stage", "form_key"} if "do/" in route.path else set()
        )
        visitor = asker(people, route, stranger)
        for name in sorted(names):
            for what in attacks(book).keys() - {"sql", "negative", "path", "dots"}:
                tried += 1
                body = f"csrf={visitor.token}&{name}={ATTACKS[what]}".encode()
                kind = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": visitor.token}
                answer = visitor.ask("POST", address, content=body, headers=kind)
                refused_well(answer, (route.path, name, what))
    assert tried > 100


def test_whatever_a_program_sends(app: FastAPI, people: dict[str, Browser]) -> None:
    """Half letters and NUL in JSON, JSON that is none, and one that is nested without end."""
    stranger = stranger_of(app)
    bodies = (
        b'{"text": "\\ud800", "at": "\\u0000", "number": "\\ud800"}',
        b"[" * 20_000,
        b"\xff\xfe{",
        b'"x"',
        b"",
    )
    for route in routes_of(app):
        if not route.path.startswith("/api/v1/") or "POST" not in route.methods:
            continue
        address = PARAMETER.sub(lambda found: OURS if found[1] == "number" else "1", route.path)
        visitor = asker(people, route, stranger)
        for body in bodies:
            headers = {
                "Content-Type": "application/json",
                "X-CSRF-Token": visitor.token,
                "Idempotency-Key": "0123456789abcdef" + str(len(body)),
            }
            answer = visitor.ask("POST", address, content=body, headers=headers)
            refused_well(answer, (route.path, body[:20]))


OUTSIDE = (
    "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "\\\\evil.example",
    "/\t/evil.example", "/\r\nSet-Cookie: evil=1", " //evil.example", "evil.example", "/\0//evil.example",
)  # fmt: skip


def test_where_to_go_after_the_door_is_within_the_desk(evil: FastAPI) -> None:
    book: Book = evil.state.desk.book
    accounts.create(book.engine, "somebody", PASSWORD, Role.REGULATOR, now=NOW, by="管理员")
    for path in OUTSIDE:
        visitor = Browser(evil)
        page = visitor.get("/login", params={"next": path})
        assert page.status_code == 200, path
        assert "evil.example" not in page.text, path
        refused_well(page, path)
        came = visitor.post("/login", {"login": "somebody", "password": PASSWORD, "next": path})
        assert (came.status_code, came.headers["location"]) == (303, "/"), path
        assert "evil" not in came.headers["set-cookie"]
        assert visitor.get("/login", params={"next": path}).headers.get("location", "/") == "/", path


def test_a_download_is_named_by_us(people: dict[str, Browser], book: Book) -> None:
    visitor = people["sunba"]
    number = order(book, application_number=OURS)
    for path in ("/reports/2026-11/file/xlsx", "/reports/2026-11/file/json"):
        told = visitor.get(path).headers["content-disposition"]
        assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w%.-]+", told), told
    for path in (
        "/reports/2026-11%22;x=/file/xlsx",
        "/reports/2026-11%0d%0aX-Evil:1/file/xlsx",
        "/reports/..%2f2026-11/file/json",
    ):
        assert visitor.get(path).status_code in (404, 422), path
    assert "督" in visitor.get(f"/orders/{quote(number)}/print").text


def alerts_of(book: Book, number: str) -> Iterator[int]:
    return (each.id for each in alerts(book, NOW, number=number))


# The parameters that name a thing of somebody, and those that name what is nobody's.
NOBODYS = {
    "/static/{digest}/{name}",
    "/calendar/{year}",
    "/reports/{period}",
    "/reports/{period}/page",
    "/reports/{period}/file/{form}",
    "/reports/{period}/close",
    "/api/v1/docs/{name}",
    "/api/v1/calendar/{year}",
    "/api/v1/reports/{period}",
    "/api/v1/reports/{period}/files/{form}",
    "/api/v1/reports/{period}/close",
    "/api/v1/public/stations/{station}/managers",
}


def foreign_of(book: Book, theirs: Account, of_order: str) -> dict[str, str]:
    """What is another's, by the name of the parameter."""
    engine = book.engine
    views.save(engine, theirs, "他人的视图", {"text": "x"}, NOW)
    token = tokens.issue(engine, theirs, "他人的令牌", [Right.READ_REPORTS], 5, NOW).token
    record_absence(
        engine, CODES["王五"], from_at=NOW, to_at=NOW + timedelta(days=2), stand_in=None, reason="x",
        now=NOW, actor="孙八",
    )  # fmt: skip
    open_evaluation(Case(book, EAST, HALF, duty_facts), now=NOW, actor="孙八")
    with store.writing(engine) as connection:
        open_rounds(connection, book, NOW)
    with store.reading(engine) as connection:
        absent = connection.scalar(sa.select(sa.func.max(absence.c.id)))
        inside = connection.scalar(sa.select(session.c.id).where(session.c.account_id == theirs.id))
    return {
        "number": THEIRS,
        "order": of_order,
        "alert_id": str(next(alerts_of(book, THEIRS))),
        "duty_id": str(duties(book, NOW, EAST)[0].id),
        "code": CODES["王五"],
        "absence_id": str(absent),
        "session_id": str(inside),
        "token_id": str(token.id),
        "view_id": str(views.views(engine, theirs)[0].id),
        "login": "sunba",
        "word": "suspended",
        "act": "password",
        "period": "2026-H2",
        "station": EAST,
        "form": "html",
    }


def test_what_is_anothers_is_not_there(app: FastAPI, book: Book, people: dict[str, Browser]) -> None:
    """Every route with an id or number in it, asked by whoever has the right but not the sight."""
    theirs = known(book.engine, "token of sunba", NOW)
    assert theirs is not None
    foreign = foreign_of(book, theirs.account, order(book, unit=EAST))
    own = {"session_id", "token_id", "view_id"}
    told = {
        each.endpoint: _body(each) for each in iter_route_contexts(app.routes) if "{" in (each.path or "")
    }
    walked, before = set[str](), rows(book)
    for route in routes_of(app):
        names = PARAMETER.findall(route.path)
        if not names or route.path in NOBODYS:
            continue
        assert set(names) <= set(foreign), f"{route.path} is not in this test"
        (gate,) = route.gates
        assert isinstance(gate, Needs), route.path
        narrow = [
            each
            for each in logins_with(gate.right)
            if set(names) & own or REACH[LOGINS[each][0]] in (Reach.OWN, Reach.STATION)
        ]
        narrow = [each for each in narrow if each != "sunba"]
        values = foreign | ({"number": foreign["order"]} if "/orders/" in route.path else {})
        if not narrow:  # who has the right sees the whole company: what is nobody's then
            narrow = logins_with(gate.right)[:1]
            values = dict.fromkeys(values, "999999") | {"login": "nobody", "act": values["act"]}
        address = put(route.path, {name: quote(value, safe="") for name, value in values.items()})
        for method in route.methods:
            answer = _asked(people[narrow[0]], method, address, told[route.endpoint])
            walked.add(route.path)
            assert answer.status_code == 404, (narrow[0], method, route.path, answer.text[:400])
            assert "振兴" not in answer.text
    assert len(walked) > 40
    assert rows(book) == before


# What a form or a body must say before anybody looks where it is to go.
SAID: dict[str, Any] = {
    "at": "2026-11-20T17:00:00+08:00", "fields": {"reason": "x", "evidence": "x", "approver": "赵六"}, "text": "x",
    "from_at": "2026-11-21T08:00:00+08:00", "to_at": "2026-11-22T08:00:00+08:00", "reason": "x",
    "role": "regulator", "password": "correct horse", "manager": "李四", "stage": "preview", "act": "delete",
    "form_key": "k" * 20, "name": "x", "scores": [{"item": 1, "points": 4, "evidence": "x"}],
    "evidence": "x",
}  # fmt: skip


def _body(context: Any) -> dict[str, Any] | None:
    """What a program must send there; None where it is a form."""
    fields = getattr(getattr(context, "dependant", None), "body_params", ())
    models = [getattr(each.field_info.annotation, "model_fields", None) for each in fields]
    if not context.path.startswith("/api/"):
        return None
    return {
        name: SAID[name] for model in models if model for name, field in model.items() if field.is_required()
    }


def _asked(visitor: Browser, method: str, address: str, body: dict[str, Any] | None) -> httpx.Response:
    headers = {"X-CSRF-Token": visitor.token, "Idempotency-Key": "k" * 20}
    if method == "GET":
        return visitor.ask(method, address)
    if body is None:
        form = {name: each for name, each in SAID.items() if isinstance(each, str)}
        return visitor.ask(method, address, headers=headers, data=form)
    return visitor.ask(method, address, headers=headers, json=body)


@pytest.fixture(scope="module")
def evil(sqlite_template: Path, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """A company in which every name, reason and note is markup or a formula."""
    folder = tmp_path_factory.mktemp("evil")
    with company_in(folder, sqlite_template, rules) as made:
        _write_evil(made, folder)
        app = create_app(Source(made), lambda: NOW, WebSettings())
        app.state.desk.stopping.set()
        for login in LOGINS:
            entered(app, login)
        yield app


def _write_evil(book: Book, folder: Path) -> None:
    written = (folder / "organisation.toml").read_text(encoding="utf-8")
    name = json.dumps("东岭" + MARKUP, ensure_ascii=False)
    (folder / "evil.toml").write_text(
        written.replace(f'"{EAST}"', name).replace('"钱七"', json.dumps("钱七" + MARKUP, ensure_ascii=False)),
        encoding="utf-8",
    )
    import_organisation(book.engine, folder / "evil.toml", now=at("2026-01-06 二 09:00"), actor=MARKUP)
    when, later = at("2026-11-16 一 09:00"), at("2026-11-17 二 09:00")
    accept(book, "E-1", at("2026-11-02 一 09:00"), customer=MARKUP, address=MARKUP, channel=MARKUP)
    accept(book, "E-2", when, customer=FORMULA, address="@SUM(1)", manager="", station="东岭" + MARKUP)
    accept(
        book,
        "E-3",
        when,
        customer="+1",
        address="-1",
        station=EAST + MARKUP,
        unit=COMPANY,
        manager="王五" + MARKUP,
    )
    documents.receive(
        book, "E-1", kind="business_licence", note=MARKUP, at=when, now=when, actor="柜台" + MARKUP
    )
    cases.suspend(
        book, "E-1", reason=MARKUP, evidence=MARKUP, approver="赵六" + MARKUP, at=when, now=when, actor="李四"
    )
    cases.resume(book, "E-1", at=later, now=later, actor="李四")
    cases.terminate(book, "E-3", reason=MARKUP, at=later, now=later, actor="王五" + MARKUP)
    sweep(book, at("2026-11-20 五 12:00"))
    first = next(alerts_of(book, "E-1"))
    answer(book, first, actor="李四", at=NOW, now=NOW, text=MARKUP)
    number = open_order(
        book, ask=MARKUP, actor="孙八", at=NOW, now=NOW, limit=3, application_number="E-1"
    ).number
    reply(book, number, actor="赵六", at=NOW, now=NOW, text=MARKUP)
    record_absence(
        book.engine, CODES["李四"], from_at=NOW, to_at=NOW + timedelta(days=1), stand_in=CODES["赵六"],
        reason=MARKUP, now=NOW, actor="赵六",
    )  # fmt: skip
    with store.writing(book.engine) as connection:
        open_rounds(connection, book, NOW)
    for each in duties(book, NOW, "东岭" + MARKUP)[:1]:
        done(book, each.id, at=NOW, now=NOW, actor="钱七" + MARKUP, evidence=MARKUP)
    case = Case(book, "东岭" + MARKUP, HALF, duty_facts)
    open_evaluation(case, now=NOW, actor="钱七" + MARKUP)
    score(case, Judgement(1, 4, MARKUP), now=NOW, actor="钱七" + MARKUP)
    review(case, Judgement(1, 0, MARKUP), now=NOW, actor=MARKUP)
    ratings.rate(book, "E-1", step=Step.APPLY, score=1, text=MARKUP, at=NOW, now=NOW, actor="客户")


def test_what_was_written_is_shown_as_text_on_every_page(evil: FastAPI) -> None:
    book: Book = evil.state.desk.book
    people = {login: entered_again(evil, login) for login in LOGINS}
    views_of = known(book.engine, "token of lisi", NOW)
    assert views_of is not None
    views.save(book.engine, views_of.account, MARKUP[:30], {"text": MARKUP}, NOW)
    tokens.issue(book.engine, views_of.account, MARKUP[:40], [Right.READ_REPORTS], 5, NOW)
    with store.reading(book.engine) as connection:
        numbers = {"number": ["E-1", "E-2", "E-3"], "alert_id": list(map(str, alerts_of(book, "E-1")))[:3]}
        absent = connection.scalar(sa.select(sa.func.max(absence.c.id)))
    of_order = _orders(book)
    own = {
        "code": [CODES["李四"], CODES["钱七"]], "year": ["2026"], "period": ["2026-11"], "form": ["html"],
        "word": ["suspended", "amended", "corrected"],
        "login": ["lisi", "zhaoliu"], "act": ["password", "disable"], "absence_id": [str(absent)],
        "duty_id": [str(each.id) for each in duties(book, NOW, "东岭" + MARKUP, open_only=False)[:2]],
        "station": [CITY, "东岭" + MARKUP], "digest": ["x"], "name": ["desk.css"],
    }  # fmt: skip
    shown = 0
    for route in routes_of(evil):
        if "GET" not in route.methods:
            continue
        values = own | numbers | ({"number": of_order} if "/orders/" in route.path else {})
        if "/stations/{period}" in route.path:
            values |= {"period": ["2026-H2"] * 2}
        for login, visitor in people.items():
            (gate,) = route.gates
            if isinstance(gate, Needs) and gate.right not in MATRIX[LOGINS[login][0]]:
                continue
            if not isinstance(gate, Needs) and login != "lisi":
                continue
            for address in _addresses(route.path, values):
                page = visitor.get(address)
                of_program = address.startswith("/api/")  # JSON, and no page
                assert page.status_code < 500, (address, page.text[:300])
                kind = page.headers.get("content-type", "")
                if kind.startswith("text/html") or (kind.startswith("text/event-stream") and not of_program):
                    assert "<script>alert" not in page.text, (login, address)
                    assert "<img src=x" not in page.text, (login, address)
                    assert "\"'>" not in page.text, (login, address)
                    shown += "&lt;script&gt;alert" in page.text
    assert shown > 25
    stranger = Browser(evil)
    stranger.get("/progress")
    for number in ("E-1", "E-2"):
        page = stranger.post("/progress", {"number": number, "code": customer_code(book, number, NOW)})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text, "the name of the station"


def _orders(book: Book) -> list[str]:
    return [each.number for each in orders(book, NOW)]


def _addresses(path: str, values: dict[str, list[str]]) -> list[str]:
    """``path`` with the values of its parameters in turn."""
    names = PARAMETER.findall(path)
    longest = max((len(values[name]) for name in names), default=1)
    return [
        put(path, {name: quote(values[name][i % len(values[name])], safe="") for name in names})
        for i in range(longest)
    ]


def test_no_cell_of_a_workbook_is_a_formula_somebody_wrote(evil: FastAPI) -> None:
    visitor = entered_again(evil, "sunba")
    made = visitor.get("/reports/2026-11/file/xlsx")
    assert made.status_code == 200
    with zipfile.ZipFile(io.BytesIO(made.content)) as book:
        sheets = [each for each in book.namelist() if each.startswith("xl/worksheets/sheet")]
        parts = {
            each: book.read(each).decode() for each in book.namelist() if each.endswith((".xml", ".rels"))
        }
    formulas = [each for name in sheets for each in re.findall("<f[ >].*?</f>", parts[name])]
    assert [each for each in formulas if "HYPERLINK" in each or "SUM(1)" in each] == []
    assert not any('TargetMode="External"' in part for part in parts.values()), (
        "links lead within the book only"
    )


def entered_again(app: FastAPI, login: str) -> Browser:
    visitor = Browser(app)
    visitor.wear(f"token of {login}")
    visitor.token = f"csrf of {login}"
    return visitor
