"""``yekuo alerts``, ``alert``, ``order``, ``deliveries``: as people type them; every fault in one sentence."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts.tables import handling
from limits.shipped import DATA
from tests.conftest import server_of_the_run
from tests.postgres import fresh_database
from tests.workflow.sample_ledger import LEDGER
from tests.yekuo.program import Program, Runner
from tests.yekuo.test_cli import AS_OF
from workflow import store

SAMPLE = DATA / "organisations" / "neixiang-sample.toml"
NUMBER = "4126092200104"
WHEN = ("--as-of", AS_OF)  # Friday 2026-11-20
MONDAY = ("--as-of", "2026-11-23T10:00")
FIRST = "督〔2026〕0001号"


def with_an_order(program: Program) -> Program:
    """The sample ledger with the sample organisation, and one order opened by hand."""
    program("init")
    program("import", LEDGER, *WHEN, "--refused", program.folder / "refused.xlsx", code=3)
    program("people", "import", SAMPLE, *WHEN)
    told = ("--ask", "请说明超期原因", "--actor", "指挥员甲")
    opened = program("order", "open", "--number", NUMBER, *told, "--days", "2", *WHEN)
    assert FIRST in opened.out
    return program


@pytest.fixture(scope="module")
def looked(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The same on SQLite, once; its tests change nothing."""
    folder = tmp_path_factory.mktemp("looked")
    return with_an_order(Program(runner, f"sqlite:///{(folder / 'yekuo.sqlite3').as_posix()}", folder))


@pytest.fixture(scope="module")
def stored(
    runner: Runner, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """The same on PostgreSQL, once, to be copied."""
    with fresh_database(server_of_the_run(request.config)) as url:
        yield with_an_order(Program(runner, url, tmp_path_factory.mktemp("stored")))


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Program]:
    """A copy for this test alone; once on each database."""
    if request.param == "sqlite":
        made: Program = request.getfixturevalue("looked")
        for part in made.folder.glob("yekuo.sqlite3*"):  # its log as well
            shutil.copy(part, tmp_path)
        yield replace(made, url=f"sqlite:///{(tmp_path / 'yekuo.sqlite3').as_posix()}", folder=tmp_path)
        return
    made = request.getfixturevalue("stored")
    template = str(sa.make_url(made.url).database)
    with fresh_database(server_of_the_run(request.config), template) as url:
        yield replace(made, url=url, folder=tmp_path)


def test_an_order_from_opening_to_acceptance(desk: Program) -> None:
    assert desk("order", "list", "--json", *WHEN).json["due_on"] == "2026-11-24"
    desk("order", "reply", "2026-1", "--actor", "所长", "--text", "已派人", *MONDAY)
    desk("order", "return", "2026-1", "--actor", "指挥员甲", "--text", "没有日期", *MONDAY)
    assert "已退回" in desk("order", "show", "2026-1", *MONDAY).out
    desk("order", "reply", FIRST, "--actor", "所长", "--text", "二十五日完成", *MONDAY)
    done = desk("order", "accept", "2026-1", "--actor", "指挥员甲", "--json", *MONDAY).json
    assert (done["act"], done["actor"], done["seq"]) == ("accepted", "指挥员甲", 5)
    told = desk("order", "show", "2026-1", "--json", *MONDAY).json
    assert (told["state"], told["used"], told["verdict"], len(told["acts"])) == ("accepted", 1, "met", 5)
    assert desk("order", "list", "--state", "待回复", "--json", *MONDAY).lines == []
    assert len(desk("order", "list", "--state", "accepted", "--json", *MONDAY).lines) == 1
    assert FIRST in desk("order", "list", *MONDAY).out
    desk("verify")


def test_an_order_is_printed(desk: Program) -> None:
    assert "督办单-2026-0001.html" in desk("order", "print", "2026-1", *WHEN).out
    written = (desk.folder / "督办单-2026-0001.html").read_text(encoding="utf-8")
    assert NUMBER in written
    chosen = desk.folder / "order.html"
    assert desk("order", "print", FIRST, "--out", chosen, "--json", *WHEN).json == {
        "number": FIRST,
        "file": str(chosen),
    }
    desk.refuses("order_file_unwritable", "order", "print", FIRST, "--out", desk.folder / "no" / "x", *WHEN)


def test_an_alarm_from_signing_to_closing(desk: Program) -> None:
    """The order's own levels stand in the list: blue, orange and, on the 25th, yellow."""
    later = ("--as-of", "2026-11-25T10:00")
    found = [each for each in desk("alerts", "--json", *later).lines if each["kind"] == "order"]
    which = str(found[0]["id"])
    assert (found[0]["number"], found[0]["order"], found[0]["state"]) == (NUMBER, FIRST, "new")
    desk("alert", "ack", which, "--actor", "所长", *later)
    desk("alert", "answer", which, "--actor", "客户经理", "--text", "表计缺货", *later)
    desk.refuses("alert_act_refused", "alert", "close", which, "--actor", "客户经理", "--text", "好", *later)
    done = desk("alert", "close", which, "--actor", "指挥员甲", "--text", "已核实", "--json", *later).json
    assert (done["id"], done["act"], done["seq"]) == (int(which), "closed", 3)
    closed = desk("alerts", "--state", "closed", "--level", "黄", "--number", NUMBER, "--json", *later).lines
    assert [each["id"] for each in closed] == [int(which)]
    assert "已闭环" in desk("alerts", "--unit", closed[0]["station"], *later).out


def test_the_messages_of_an_order(desk: Program) -> None:
    told = desk("deliveries", "--json").lines
    assert {each["channel"] for each in told} >= {"desk"}
    assert {each["state"] for each in desk("deliveries", "--state", "待发送", "--json").lines} <= {"pending"}
    assert told[0]["person"] in desk("deliveries").out
    desk.refuses("delivery_unknown", "delivery", "resend", "999999")
    desk.refuses("delivery_not_dead", "delivery", "resend", str(told[0]["id"]))


def test_a_record_changed_outside_is_found_by_verify(desk: Program) -> None:
    engine = store.open_engine(desk.url)
    with store.writing(engine) as connection:
        connection.execute(sa.update(handling).values(actor="别人"))
    engine.dispose()
    ran = desk("verify", code=1)
    assert "督办单 1 的第 1 号处理记录“下达”：哈希" in ran.out
    assert "哈希" in desk("verify", "--json", code=1).json["difference"]


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        ("alert_unknown", ("alert", "ack", "999999", "--actor", "甲")),
        ("id_invalid", ("alert", "ack", "甲", "--actor", "甲")),
        ("id_invalid", ("alert", "ack", "9" * 30, "--actor", "甲")),
        ("id_invalid", ("delivery", "resend", "²")),
        ("usage", ("alert", "ack", "1")),
        ("usage", ("alert", "answer", "1", "--actor", "甲")),
        ("word_unknown", ("alerts", "--state", "不知道")),
        ("word_unknown", ("alerts", "--level", "紫")),
        ("word_unknown", ("order", "list", "--state", "x")),
        ("word_unknown", ("deliveries", "--state", "x")),
        ("most_invalid", ("alerts", "--limit", "0")),
        ("most_invalid", ("order", "list", "--limit", "10001")),
        ("order_unknown", ("order", "show", "2026-2")),
        ("order_unknown", ("order", "reply", "没有", "--actor", "甲", "--text", "好")),
        ("order_act_refused", ("order", "accept", "2026-1", "--actor", "甲", "--as-of", "2026-11-23")),
        ("order_unaddressed", ("order", "open", "--ask", "说明", "--actor", "甲")),
        (
            "order_limit_invalid",
            ("order", "open", "--unit", "所", "--ask", "说", "--actor", "甲", "--days", "0"),
        ),
        ("application_unknown", ("order", "open", "--number", "x", "--ask", "说明", "--actor", "甲")),
        ("order_unreadable", ("order", "open", "--unit", "所", "--ask", " ", "--actor", "甲")),
        ("actor_missing", ("order", "open", "--unit", "所", "--ask", "说明", "--actor", " ")),
        ("text_unstorable", ("order", "open", "--unit", "所", "--ask", "说明", "--actor", "甲" * 65)),
        (
            "act_in_future",
            ("order", "reply", "2026-1", "--actor", "甲", "--text", "好", "--at", "2026-11-24", *MONDAY),
        ),
        (
            "act_too_early",
            ("order", "reply", "2026-1", "--actor", "甲", "--text", "好", "--at", "2026-11-01", *MONDAY),
        ),
    ],
)
def test_every_fault_is_one_sentence(looked: Program, error: str, arguments: tuple[str, ...]) -> None:
    looked.refuses(error, *arguments)
