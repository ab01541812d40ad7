"""The commands as people and programs run them: real processes, exit codes, one sentence for every fault."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.workflow.sample_ledger import LEDGER, NOT_IN_TRUTH, TRUTH
from tests.yekuo.program import COMMAND, ENVIRONMENT, Program, Runner, cold
from workflow import store
from workflow.tables import clock
from yekuo.database import HEAD

ROOT = Path(__file__).parents[2]
AS_OF = "2026-11-20T18:00"  # Friday


def words(arguments: object) -> str | None:
    """A command line as the name of its test."""
    return " ".join(arguments) if isinstance(arguments, tuple) else None


@pytest.fixture
def ready_file(runner: Runner, sqlite_template: Path, tmp_path: Path) -> Program:
    """The same on SQLite alone, where the database is not what is asked about."""
    path = tmp_path / "yekuo.sqlite3"
    shutil.copy(sqlite_template, path)
    return Program(runner, f"sqlite:///{path.as_posix()}", tmp_path)


@pytest.fixture(scope="module")
def filled(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program on the sample ledger as of Friday 2026-11-20; its tests only look."""
    folder = tmp_path_factory.mktemp("filled")
    found = Program(runner, f"sqlite:///{(folder / 'yekuo.sqlite3').as_posix()}", folder)
    found("init")
    found("import", LEDGER, "--as-of", AS_OF, "--refused", folder / "refused.xlsx", code=3)
    return found


@pytest.fixture
def bare(tmp_path: Path) -> Program:
    """The program where there is no database at all; every command from nothing."""
    return Program(cold, f"sqlite:///{(tmp_path / 'none.sqlite3').as_posix()}", tmp_path)


@pytest.fixture
def nowhere(runner: Runner, bare: Program) -> Program:
    """The same, started warm."""
    return replace(bare, run=runner)


# -- the ledger in, and out again ----------------------------------------------------------------------


def test_the_sample_goes_in_and_comes_out_true(program: Program) -> None:
    assert program("init", "--json").json == {
        "database": program.url.replace("postgres:@", "postgres@"),
        "before": None,
        "revision": HEAD,
    }
    refused = program.folder / "refused.xlsx"
    done = program("import", LEDGER, "--as-of", AS_OF, "--refused", refused, "--json", code=3).json
    assert {name: done[name] for name in ("accepted", "updated", "unchanged", "refused")} == {
        "accepted": 240,
        "updated": 0,
        "unchanged": 0,
        "refused": 24,
    }
    assert done["refused_file"] == str(refused)
    assert refused.stat().st_size > 5000
    told = sorted((each["reasons"][0]["code"], str(each["number"])) for each in done["refusals"])
    assert told == sorted((each["kind"], str(each["number"])) for each in TRUTH["rejected"])

    found = {each["number"]: each for each in program("applications", "--as-of", AS_OF, "--json").lines}
    assert found.keys() == TRUTH["applications"].keys()
    for number, truth in TRUTH["applications"].items():
        local = [
            each
            for each in found[number]["clocks"]
            if each["layer"] == "local" and each["name"] != NOT_IN_TRUTH
        ]
        clocks = {
            each["name"]: {
                "limit": each["limit"],
                "used": each["used"],
                "verdict": str(each["verdict"]),
                "running": each["running"],
                "due": each["due_on"],
            }
            for each in local
        }
        levels = [
            [each["name"], level["level"], level["crossed_on"]] for each in local for level in each["levels"]
        ]
        assert (clocks, sorted(levels)) == (truth["clocks"], sorted(truth["alerts"])), number

    again = program("import", LEDGER, "--as-of", AS_OF, "--refused", refused, "--json", code=3).json
    assert (again["accepted"], again["updated"], again["unchanged"], again["findings"]) == (0, 0, 240, [])
    checked = program("verify", "--json").json
    assert (checked["applications"], checked["difference"]) == (240, None)
    assert re.fullmatch("[0-9a-f]{64}", checked["head"])


def test_a_ledger_without_bad_rows_ends_with_zero_and_no_file(ready: Program) -> None:
    made = ready("sample", "--rows", "30", "--seed", "5", "--out", "good.xlsx")
    assert "good.xlsx" in made.out
    done = ready("import", "good.xlsx", "--as-of", AS_OF, "--json").json
    assert (done["accepted"], done["refused"], done["refused_file"]) == (30, 0, None)
    assert list(ready.folder.glob("*退回*")) == []


def test_refused_rows_are_written_beside_the_ledger(ready: Program) -> None:
    ready("sample", "--rows", "10", "--bad", "3", "--out", "some.xlsx")
    said = ready("import", "some.xlsx", "--as-of", AS_OF, code=3).out
    assert "退回 3 行" in said
    assert (ready.folder / "some-退回.xlsx").exists()


def test_init_twice_says_so(program: Program) -> None:
    assert "已建立" in program("init").out
    assert "已是最新" in program("init").out


def test_a_tampered_ledger_ends_with_one_and_names_the_difference(ready: Program) -> None:
    ready("sample", "--rows", "20", "--out", "good.xlsx")
    ready("import", "good.xlsx", "--as-of", AS_OF)
    engine = store.open_engine(ready.url)
    with engine.begin() as connection:
        connection.execute(sa.update(clock).values(used=99))
    engine.dispose()
    said = ready("verify", code=1).out
    assert said.startswith("不一致：申请 ")
    assert "数据库中为 99" in said.replace("\n", "")
    told = ready("verify", "--json", code=1).json
    assert "数据库中为 99" in told["difference"]


# -- looking -----------------------------------------------------------------------------------------------


NUMBER = "4126092200104"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("verify",), "一致：240 件申请"),
        (("applications", "--as-of", AS_OF), NUMBER),
        (("explain", NUMBER, "--as-of", AS_OF), "逐日"),
        (("explain", NUMBER, "--clock", "reply", "--as-of", AS_OF), "《民法典》第二百零三条"),
        (("explain", NUMBER, "--clock", "local.reply", "--as-of", AS_OF), "时限 10 个工作日"),
        (("due", "2026-09-24", "16"), "2026-10-23（周五）"),
        (("due", "2026-12-25", "16"), "暂定"),
        (("policy",), "供电方案答复"),
        (("policy", "--on", "2026-10-01"), "2026-10-01（周四）"),
        (("policy", "--on", "2004-01-01"), "2004-01-01（周四）"),
        (("policy", "--on", "2004-01-01"), "供电方案有效期"),
        (("policy", "--on", "2026-11-20"), "工作时间：工作日 08:30 至 18:00"),
        (("policy", "--on", "2026-11-20"), "再告知公司领导"),
        (("policy", "--on", "2026-11-20"), "连续 3 次黄色，按红色处理"),
        (("policy", "--on", "2026-11-20"), "监督小组向纪委报告"),
        (("policy", "--on", "2026-11-20"), "到期前 10 日"),
        (("policy", "--on", "2026-11-20"), "综合时限达标率"),
        (("policy", "--on", "2026-11-20"), "60 分及以上为标准型，不足的为不合格"),
        (("machine",), "stateDiagram-v2"),
        (("--help",), "applications"),
        (("import", "--help"), "--as-of"),
    ],
    ids=words,
)
def test_a_command_for_people_answers(filled: Program, arguments: tuple[str, ...], expected: str) -> None:
    ran = filled(*arguments)
    assert expected in ran.out
    assert ran.err == ""


def test_the_figures_do_not_depend_on_where_or_how_wide_the_screen_is(filled: Program) -> None:
    narrow = filled("applications", "--as-of", AS_OF, COLUMNS="40").out
    assert narrow.count("…") == 0
    assert NUMBER in narrow


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (("verify",), {"applications", "events", "clocks", "head", "difference"}),
        (("explain", NUMBER, "--as-of", AS_OF), {"number", "class", "status", "clocks"}),
        (("explain", NUMBER, "--clock", "reply", "--as-of", AS_OF), {"number", "class", "status", "clocks"}),
        (("due", "2026-09-24", "16"), {"due_on", "provisional"}),
        (
            ("policy", "--on", "2026-10-01"),
            {"on", "jurisdiction", "limits", "escalation", "duties", "validities"},
        ),
        (("init",), {"database", "before", "revision"}),
    ],
    ids=words,
)
def test_a_command_for_programs_answers_in_json_and_nothing_else(
    filled: Program, arguments: tuple[str, ...], keys: set[str]
) -> None:
    ran = filled(*arguments, "--json")
    assert keys <= ran.json.keys()
    assert ran.err == ""


def test_the_policy_says_who_is_told_what_comes_round_and_how_long_a_plan_holds(filled: Program) -> None:
    told = filled("policy", "--on", "2026-11-20", "--json").json
    escalation = told["escalation"]
    assert [each["level"] for each in escalation["tell"]] == ["blue", "orange", "yellow", "red"]
    assert escalation["tell"][2]["climbs_to"] == ["leader"]
    assert escalation["repeat"]["times"] == 3
    assert (len(told["duties"]), [each["months"] for each in told["validities"]]) == (13, [12, 3])
    standard = told["standard"]
    assert (sum(each["points"] for each in standard["items"]), standard["cite"][2]) == (110, "P")
    assert {"on_time", "composite"} <= {each["name"] for each in told["indicators"]}
    assert {each["value"] for each in told["services"]} == {1, 5, 7}
    dated = (*told["duties"], *told["validities"], *told["services"], *told["indicators"])
    for entry in (escalation, escalation["repeat"], *dated):
        assert entry["document"]
        assert entry["mark"] in "PSDX"


def test_a_day_before_any_rule_has_nobody_to_tell(filled: Program) -> None:
    told = filled("policy", "--on", "1996-10-07", "--json").json
    assert (told["escalation"], told["standard"]) == (None, None)
    assert [told[name] for name in ("duties", "validities", "services", "indicators")] == [[], [], [], []]


def test_every_command_of_the_list_takes_json(filled: Program) -> None:
    made = filled("sample", "--rows", "3", "--out", filled.folder / "three.xlsx", "--json")
    assert made.json
    drawn = filled("machine", "--json")
    assert "stateDiagram-v2" in drawn.out
    assert drawn.json


def test_the_calculator_gives_the_published_vectors(filled: Program) -> None:
    assert filled("due", "2026-09-24", "16", "--json").json == {"due_on": "2026-10-23", "provisional": False}
    assert filled("due", "2026-02-14", "2", "--json").json == {"due_on": "2026-02-25", "provisional": False}
    beyond = filled("due", "2026-12-20", "16", "--json").json
    assert beyond["provisional"] is True


def test_an_application_an_object_a_line(filled: Program) -> None:
    found = filled("applications", "--as-of", AS_OF, "--json").lines
    assert len(found) == 240
    assert {"number", "class", "status", "step", "clocks"} <= found[0].keys()
    clocks = [each for application in found for each in application["clocks"]]
    wanted = {
        "layer",
        "name",
        "limit",
        "unit",
        "used",
        "verdict",
        "running",
        "due_on",
        "provisional",
        "levels",
    }
    assert all(wanted <= each.keys() for each in clocks)
    assert {each["verdict"] for each in clocks} <= {"met", "late", "open", "open_late", "terminated", None}
    assert {each["layer"] for each in clocks} == {"local", "company", "national", "regulator"}


def test_an_earlier_instant_sees_less(filled: Program) -> None:
    earlier = filled("applications", "--as-of", "2026-09-01", "--json").lines
    assert 0 < len(earlier) < 240
    assert filled("applications", "--as-of", "2026-09-01T23:59:59+08:00", "--json").lines == earlier
    assert filled("applications", "--as-of", "2020-01-01", "--json").out == ""


def test_a_month_is_written_in_every_format(filled: Program) -> None:
    out = filled.folder / "月报"
    told = filled("report", "--month", "2026-10", "--as-of", AS_OF, "--out", out, "--json").json
    written = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert {path.name for path in out.iterdir()} == {
        f"report.{each}" for each in ("json", "xlsx", "html", "docx", "pdf")
    }
    assert {Path(each).name for each in told.pop("files")} == {path.name for path in out.iterdir()}
    assert told == written
    [truth] = [each for each in TRUTH["indicators"] if each["month"] == "2026-10"]
    facts = {
        name: [dict(zip(each["columns"], row, strict=True)) for row in each["rows"]]
        for name, each in told["facts"]["tables"].items()
    }
    for move in ("accepted", "archived"):
        assert sum(row["n"] for row in facts["counts"] if row["move"] == move) == sum(truth[move].values())
    kept = [row for row in facts["kept"] if row["rule"] == "local.total"]
    assert sum(row["met"] for row in kept) == sum(truth["on_time"].values())
    said = filled(
        "report", "--month", "2026-10", "--as-of", AS_OF, "--out", out, "--format", "html", "--public"
    )
    assert "未封存的报告" in said.out
    assert "report-public.html" in said.out.replace("\n", "")


def test_the_reader_of_a_pipe_may_leave(filled: Program) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "applications", "--as-of", AS_OF, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT | {"YEKUO_DATABASE_URL": filled.url},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"{")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


# -- one sentence ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "arguments", "said"),
    [
        ("application_unknown", ("explain", "9999"), "9999"),
        ("clock_unknown", ("explain", NUMBER, "--clock", "nap", "--as-of", AS_OF), "local.reply"),
        ("date_invalid", ("due", "2026-02-30", "5"), "2026-02-30"),
        ("date_invalid", ("policy", "--on", "昨天"), "昨天"),
        ("days_invalid", ("due", "2026-09-24", "很多"), "很多"),
        ("days_invalid", ("due", "2026-09-24", "1.5"), "1.5"),
        ("days_invalid", ("due", "2026-09-24", "999999999999"), "999999999999"),
        ("calendar_range", ("due", "1999-09-24", "5"), "1999-09-24"),
        ("instant_invalid", ("applications", "--as-of", "2026-13-01"), "2026-13-01"),
        ("instant_invalid", ("applications", "--as-of", ""), "北京时间"),
        ("usage", ("verifi",), "verifi"),
        ("usage", ("due", "--nope"), "--nope"),
        ("usage", ("due",), "START"),
        ("usage", ("due", "2026-09-24", "16", "17"), "17"),
        ("period_invalid", ("report", "--month", "2026-13"), "2026-13"),
        ("period_not_begun", ("report", "--month", "2026-12", "--as-of", AS_OF), "2026年12月"),
        ("rows_invalid", ("sample", "--rows", "0", "--out", "x.xlsx"), "0"),
        ("bad_rows_invalid", ("sample", "--bad", "-3", "--out", "x.xlsx"), "-3"),
        ("bad_rows_invalid", ("sample", "--bad", "1000001", "--out", "x.xlsx"), "1000001"),
        ("ledger_missing", ("import", "没有.xlsx"), "没有.xlsx"),
        ("jurisdiction_unknown", ("due", "2026-09-24", "16", "JURISDICTION=nowhere"), "nowhere"),
    ],
    ids=str,
)
def test_a_fault_is_one_sentence(filled: Program, code: str, arguments: tuple[str, ...], said: str) -> None:
    words = [each for each in arguments if "=" not in each]
    environment = {
        f"YEKUO_{name}": value for name, _, value in (each.partition("=") for each in arguments) if value
    }
    assert said in filled.refuses(code, *words, **environment)


@pytest.mark.parametrize(
    "as_of", ["0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31T23:59+00:00", "0001-01-01T00:00+14:00"]
)
def test_an_instant_at_the_end_of_time_is_answered(filled: Program, as_of: str) -> None:
    assert filled.any("applications", "--as-of", as_of, "--json").code in (0, 2)


def test_a_fault_for_programs_is_json_as_well(filled: Program) -> None:
    ran = filled("explain", "9999", "--json", code=2)
    assert ran.json["error"]["code"] == "application_unknown"
    assert ran.json["error"]["message"] in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("code", "name", "content"),
    [
        ("ledger_unreadable", "notes.xlsx", "不是表格".encode()),
        ("ledger_empty", "empty.xlsx", b""),
        ("ledger_encoding", "wrong.csv", "申请编号".encode() + b"\xff\xff\n" * 30),
        ("ledger_no_heading", "other.csv", "姓名,电话\n张三,1\n".encode("gb18030")),
        ("ledger_is_folder", "folder", None),
    ],
    ids=str,
)
def test_a_file_that_is_no_ledger_is_one_sentence_and_changes_nothing(
    filled: Program, code: str, name: str, content: bytes | None
) -> None:
    file = filled.folder / name
    if content is None:
        file.mkdir(exist_ok=True)
    else:
        file.write_bytes(content)
    before = filled("verify", "--json").json
    assert name in filled.refuses(code, "import", file, "--as-of", AS_OF)
    assert filled("verify", "--json").json == before


NEEDS_DATABASE = [
    ("import", str(LEDGER)),
    ("applications",),
    ("explain", "1"),
    ("verify",),
    ("report", "--month", "2026-10"),
]


@pytest.mark.parametrize("arguments", NEEDS_DATABASE, ids=words)
def test_before_init_every_command_that_needs_a_database_says_so(
    program: Program, arguments: tuple[str, ...]
) -> None:
    assert "请先运行 yekuo init" in program.refuses("store_not_ready", *arguments)


def test_looking_where_there_is_no_database_makes_none(nowhere: Program) -> None:
    nowhere.refuses("store_not_ready", "verify")
    assert list(nowhere.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "url"),
    [
        ("database_url_invalid", "nonsense"),
        ("database_url_invalid", "mysql://root@localhost/x"),
        ("store_unreachable", "sqlite:////nonexistent-folder/x.sqlite3"),
        ("store_unreachable", "postgresql+psycopg://user:geheim@127.0.0.1:9/x"),
    ],
)
@pytest.mark.parametrize("command", ["init", "verify"])
def test_a_database_that_cannot_be_used_is_one_sentence_without_the_password(
    nowhere: Program, code: str, url: str, command: str
) -> None:
    said = nowhere.refuses(code, command, YEKUO_DATABASE_URL=url)
    assert "geheim" not in said


def test_a_file_that_is_no_database_is_one_sentence(nowhere: Program) -> None:
    file = nowhere.folder / "notes.txt"
    file.write_text("不是数据库\n" * 400, encoding="utf-8")
    ran = nowhere("init", code=2, YEKUO_DATABASE_URL=f"sqlite:///{file.as_posix()}")
    assert ran.err.count("\n") == 1
    assert file.read_text(encoding="utf-8") == "不是数据库\n" * 400


def test_without_a_command_the_help_is_shown(nowhere: Program) -> None:
    ran = nowhere()
    assert "applications" in ran.out
    assert ran.err == ""


def test_no_database_is_needed_for_rules_and_dates(bare: Program) -> None:
    for arguments in (("due", "2026-09-24", "16"), ("policy",), ("machine",)):
        assert bare(*arguments).err == ""
    assert list(bare.folder.iterdir()) == []


# -- the machines -------------------------------------------------------------------------------------------------


def test_the_machines_in_the_documents_are_those_that_run(bare: Program) -> None:
    drawn = bare("machine").out
    charts = [chart.strip() for chart in re.split(r"^%%.*$", drawn, flags=re.MULTILINE) if chart.strip()]
    assert len(charts) == 2
    shown = (ROOT / "docs" / "machines.md").read_text(encoding="utf-8")
    for chart in charts:
        assert chart.startswith("stateDiagram-v2")
        assert chart in shown
        ids = re.findall(r"^ *([^ ]+) --> ", chart, flags=re.MULTILINE)
        assert len(ids) > 10
        assert all(each.isascii() for each in ids)


# -- where refused rows go -----------------------------------------------------------------------------------


def test_refused_rows_are_not_written_over_those_of_an_earlier_import(ready_file: Program) -> None:
    """Somebody may be mending them."""
    ready_file("sample", "--rows", "10", "--bad", "3", "--out", "some.xlsx")
    mended = ready_file.folder / "some-退回.xlsx"
    mended.write_bytes(b"mended by hand")
    for name in ("some-退回2.xlsx", "some-退回3.xlsx"):
        done = ready_file("import", "some.xlsx", "--as-of", AS_OF, "--json", code=3).json
        assert Path(done["refused_file"]).name == name
        assert (ready_file.folder / name).exists()
    assert mended.read_bytes() == b"mended by hand"


@pytest.mark.parametrize("spelled", ["some.xlsx", "./some.xlsx", "down/../some.xlsx", "same.xlsx"])
def test_refused_rows_are_never_written_over_the_ledger(ready_file: Program, spelled: str) -> None:
    ready_file("sample", "--rows", "10", "--bad", "3", "--out", "some.xlsx")
    ledger = ready_file.folder / "some.xlsx"
    (ready_file.folder / "down").mkdir()
    (ready_file.folder / "same.xlsx").hardlink_to(ledger)
    before = ledger.read_bytes()
    told = ready_file.refuses(
        "refused_file_is_ledger", "import", ledger, "--as-of", AS_OF, "--refused", ready_file.folder / spelled
    )
    assert "some.xlsx" in told or "same.xlsx" in told
    assert ledger.read_bytes() == before
    assert ready_file("applications", "--json", "--as-of", AS_OF).lines == []
