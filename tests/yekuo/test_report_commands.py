"""Closing a period and asking what if, as a person types it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limits.shipped import DATA
from reports.tables import sealed_period
from tests.limits.files.test_drafts import THRESHOLDS, TIGHTER, drafted
from tests.reports.books import AS_OF
from workflow import store
from workflow.book import Book
from workflow.ledger.importing import import_ledger
from workflow.rules import load_rules
from yekuo.cli import main

NOW = "2026-11-20T18:01"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Yekuo = Callable[..., Ran]


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with nothing closed."""
    path = tmp_path_factory.mktemp("filled") / "yekuo.sqlite3"
    shutil.copy(sqlite_template, path)
    engine = store.open_engine(f"sqlite:///{path.as_posix()}")
    import_ledger(Book(engine, load_rules()), DATA / "samples" / "ledger-2026.xlsx", now=AS_OF)
    engine.dispose()
    return path


@pytest.fixture
def url(filled: Path, tmp_path: Path) -> str:
    shutil.copy(filled, tmp_path / "yekuo.sqlite3")
    return f"sqlite:///{(tmp_path / 'yekuo.sqlite3').as_posix()}"


@pytest.fixture
def yekuo(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Yekuo:
    monkeypatch.setenv("YEKUO_DATABASE_URL", url)
    monkeypatch.setenv("YEKUO_REPORT_NUMBER", "监督〔{year}〕{number}号")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run


def test_a_period_is_closed_listed_and_verified(yekuo: Yekuo, url: str) -> None:
    assert "还没有封存" in yekuo("report", "sealed").out
    closed = yekuo("report", "close", "2026-10", "--actor", "张样", "--json").json
    assert (closed["period"], closed["closed_by"], closed["seq"]) == ("2026-10", "张样", 1)
    said = yekuo("report", "close", "2026-Q3")
    assert "2026年第三季度已由命令行封存" in said.out
    listed = yekuo("report", "sealed", "--json").json
    assert [each["period"] for each in listed] == ["2026-10", "2026-Q3"]
    assert listed[0] == closed
    assert listed[1]["prev_hash"] == closed["hash"]
    assert listed[1]["hash"] in said.out.replace("\n", "")
    assert "2026年10月" in yekuo("report", "sealed").out
    verified = yekuo("verify", "--json").json
    assert (verified["seals"], verified["seals_head"], verified["difference"]) == (2, listed[1]["hash"], None)
    engine = store.open_engine(url)
    with store.reading(engine) as connection:
        (masthead,) = connection.execute(
            sa.select(sealed_period.c.masthead).where(sealed_period.c.period == "2026-10")
        ).one()
    engine.dispose()
    assert json.loads(masthead)["number"] == "监督〔2026〕10号"


def test_a_document_is_held_against_the_seal(yekuo: Yekuo, tmp_path: Path) -> None:
    asked = ("report", "--month", "2026-10", "--format", "html", "--out")
    assert "未封存的报告" in yekuo(*asked, "前", "--as-of", NOW).out
    unsealed = yekuo("report", "verify", "前/report.html")
    assert (unsealed.code, "document_unsealed" in unsealed.err) == (2, True)
    closed = yekuo("report", "close", "2026-10", "--json").json
    assert "未封存的报告" in yekuo(*asked, "早", "--as-of", NOW).out
    assert "未封存的报告" not in yekuo(*asked, "后").out
    same = yekuo("report", "verify", "后/report.html", "--json")
    assert (same.code, same.json["likeness"], same.json["seal"]) == (0, "identical", closed["hash"])
    assert "逐字节相同" in yekuo("report", "verify", "后/report.html").out
    page = (tmp_path / "后" / "report.html").read_text(encoding="utf-8")
    (tmp_path / "改.html").write_text(
        page.replace("<td", "<td ", 1).replace("47户", "49户"), encoding="utf-8"
    )
    changed = yekuo("report", "verify", "改.html")
    assert (changed.code, "49户" in changed.out) == (1, True)
    (tmp_path / "另存.html").write_text(page.replace("<td", "<td ", 1), encoding="utf-8")
    unlike = yekuo("report", "verify", "另存.html")
    assert (unlike.code, "不一致" in unlike.out, "源文件第" in unlike.out) == (1, True, True)


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        ("period_not_over", ("report", "close", "9998")),
        ("period_invalid", ("report", "close", "2026-13")),
        ("period_missing", ("report",)),
        ("format_unknown", ("report", "--month", "2026-10", "--format", "odt")),
        ("document_kind_unknown", ("report", "verify", "新办法.toml")),
        ("draft_unplaced", ("whatif", "--policy", "新办法.toml", "--month", "2026-10")),
        ("policy_refused", ("whatif", "--policy", "没有.toml", "--month", "2026-10")),
        ("out_form_unknown", ("whatif", "--policy", "x.toml", "--month", "2026-10", "--out", "x.odt")),
        ("date_invalid", ("whatif", "--policy", "x.toml", "--month", "2026-10", "--on", "morgen")),
    ],
)
def test_what_is_refused(yekuo: Yekuo, tmp_path: Path, error: str, arguments: tuple[str, ...]) -> None:
    drafted(tmp_path, "新办法.toml", *TIGHTER)
    ran = yekuo(*arguments)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert ran.err.startswith(f"错误［{error}］：")


def test_a_period_closed_before_is_told_with_who_and_when(yekuo: Yekuo) -> None:
    """And nobody says when: a seal set with another day on it would hide what was recorded since."""
    closed = yekuo("report", "close", "2026-10", "--actor", "张样", "--json").json
    ran = yekuo("report", "close", "2026-10")
    assert ran.code == 2
    assert f"张样于 {closed['closed_at'][:16].replace('T', ' ')}" in ran.err
    assert "--as-of" in yekuo("report", "close", "2026-09", "--as-of", "2026-11-01").err


def test_verify_names_a_seal_that_was_changed(yekuo: Yekuo, url: str) -> None:
    yekuo("report", "close", "2026-10")
    engine = store.open_engine(url)
    with store.writing(engine) as connection:
        connection.execute(sa.update(sealed_period).values(closed_by="别人"))
    engine.dispose()
    ran = yekuo("verify")
    assert ran.code == 1
    assert "封存的报告期 2026-10" in ran.out


def test_what_if_on_the_screen_as_json_and_as_a_file(yekuo: Yekuo, tmp_path: Path) -> None:
    draft = drafted(tmp_path, "local-neixiang-草案.toml", *TIGHTER)
    asked = ("whatif", "--policy", draft, "--month", "2026-10", "--month", "2026-09", "--as-of", NOW)
    ran = yekuo(*asked, "--out", tmp_path / "测算.html")
    assert ran.code == 0
    assert "2026年9月、2026年10月" in ran.out
    assert "各供电所达标率：没有变化" in ran.out
    assert "结论改变的申请：没有" in ran.out
    assert "时限规则草案影响测算" in (tmp_path / "测算.html").read_text(encoding="utf-8")
    told = yekuo(*asked, "--json").json
    assert (told["changes"], told["file"]) == ([], None)
    assert 0 < told["differing"] < told["replayed"]


def test_what_if_of_thresholds_alone(yekuo: Yekuo, tmp_path: Path) -> None:
    (tmp_path / "门槛.toml").write_text(THRESHOLDS, encoding="utf-8")
    ran = yekuo("whatif", "--policy", "门槛.toml", "--month", "2026-10", "--as-of", NOW, "--out", "测算.xlsx")
    assert ran.code == 0
    assert "各层级、各类别达标率：没有变化" in ran.out
    assert "各层级预警告警" in ran.out
    assert (tmp_path / "测算.xlsx").read_bytes().startswith(b"PK")


def test_a_draft_that_says_nothing_new_points_at_the_day_it_takes_effect(
    yekuo: Yekuo, tmp_path: Path
) -> None:
    later = f'{TIGHTER[1]}\nwhen = {{ class = ["lv_micro"] }}\nfrom = 2027-01-01'
    old = f'{TIGHTER[0]}\nwhen = {{ class = ["lv_micro"] }}\nfrom = 2021-05-27'
    both = f"{old}\nuntil = 2026-12-31"
    draft = drafted(tmp_path, "local-neixiang.toml", old, both)
    text = draft.read_text(encoding="utf-8")
    end = text.index("[[clock.limit]]", text.index(both))
    cite = 'cite = { document = "34", clause = "草案", mark = "X" }\n\n'
    draft.write_text(f"{text[:end]}[[clock.limit]]\n{later}\n{cite}{text[end:]}", encoding="utf-8")
    asked = ("whatif", "--policy", draft, "--month", "2026-10", "--as-of", NOW)
    assert "--on" in yekuo(*asked).out
    ran = yekuo(*asked, "--on", "2027-01-04")
    assert "按 2027-01-04 有效的条目" in ran.out


def test_the_regulators_data_and_the_self_inspection(yekuo: Yekuo, tmp_path: Path) -> None:
    said = yekuo("report", "data", "--period", "2026-10", "--out", "out", "--as-of", NOW)
    assert "2026年10月受理或归档的申请 64 件" in said.out
    told = yekuo(
        "report", "self-inspection", "--period", "2026-10", "--out", "out", "--as-of", NOW, "--json"
    ).json
    assert told["files"] == [f"out/self-inspection-2026-10.{end}" for end in ("html", "docx", "xlsx")]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *(f"regulator-data-2026-10.{end}" for end in ("csv", "xlsx")),
        *(f"self-inspection-2026-10.{end}" for end in ("html", "docx", "xlsx")),
    }
    assert yekuo("report", "data", "--period", "十月").code == 2


def test_what_was_recorded_after_the_instant_is_left_out_and_said_so(yekuo: Yekuo) -> None:
    """The sample came in at 18:00; its October is on record from then on and not before."""
    wanted = ("report", "data", "--period", "2026-10", "--json", "--as-of")
    before, then = yekuo(*wanted, "2026-11-20T17:59:59"), yekuo(*wanted, "2026-11-20T18:00")
    assert before.json["rows"] == 0 < then.json["rows"]
    assert "有 240 件申请在统计时点 2026-11-20 17:59:59 以后还有新的登记" in before.err
    assert "以后还有新的登记" not in then.err
    assert "统计时点 2040-12-01 23:59:59 还没有到" in yekuo(*wanted, "2040-12-01").err
    assert yekuo(*wanted[:-1]).err == ""
