"""What the READMEs promise is there: their commands, options, links, settings and JSON."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from limits.shipped import DATA
from tests.docs.program import ROOT, document
from yekuo.cli import app, main
from yekuo.setting_sources import NOT_SETTINGS
from yekuo.setting_values import SETTINGS

READMES = ["README.md", "README.zh-CN.md"]
PAGES = [*READMES, "CHANGELOG.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
README = document("README.md")
COMMAND = typer.main.get_command(app)
OWN_WORDS = {"test", "setup"}  # those of run.py
AS_OF = "2026-11-20T18:00"
LEDGER = """\
申请编号,客户类别,供电电压,报装容量,受理时间,方案答复时间,客户经理,备注
A1,高压普通,10kV,500,2026-10-09 09:00,2026-10-08 09:00,李四,
A2,高压普通,10kV,-5,2026-10-09 09:00,,李四,
"""


def written_commands(text: str) -> Iterator[list[str]]:
    """The words of every command in fenced blocks and in `code`, after ``yekuo`` or ``run.py``."""
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    for line in [*lines, *re.findall(r"`([^`\n]+)`", text)]:
        found = re.match(r"(?:\$ )?(?:\S*/)?(?:python3 run\.py|yekuo) (.+)", line.split("  ")[0])
        if found and re.match("[a-z]", found[1]):
            yield shlex.split(found[1])


def named_commands(group: Any, *before: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from named_commands(command, *before, name)
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield *before, name


def resolved(words: list[str]) -> tuple[Any, list[str]]:
    command: Any = COMMAND
    rest = list(words)
    while hasattr(command, "commands"):
        if command.invoke_without_command and (not rest or rest[0].startswith("-")):
            break
        assert rest, f"{' '.join(words)} 不完整"
        assert rest[0] in command.commands, f"没有命令 yekuo {' '.join(words)}"
        command = command.commands[rest.pop(0)]
    return command, rest


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists_with_its_options(page: str) -> None:
    for words in written_commands(document(page)):
        if words[0] in OWN_WORDS:
            continue
        command, rest = resolved(words)
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        assert {word for word in rest if word.startswith("-")} - known == set(), f"yekuo {' '.join(words)}"


@pytest.mark.parametrize("page", READMES)
def test_a_readme_has_commands_at_all(page: str) -> None:
    assert ["demo"] in list(written_commands(document(page)))
    assert ["test"] in list(written_commands(document(page)))


def test_the_readme_names_every_command() -> None:
    written = [tuple(words) for words in written_commands(README)]
    missing = [name for name in named_commands(COMMAND) if not any(w[: len(name)] == name for w in written)]
    assert missing == []


def test_the_readme_names_every_setting() -> None:
    used = {each.environment for each in SETTINGS} | set(NOT_SETTINGS)
    assert set(re.findall(r"^\| `(YEKUO_[A-Z_]+)` \|", README, re.MULTILINE)) == used


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", document(page))
    assert [each for each in targets if not ((ROOT / page).parent / each).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_host_or_a_place(page: str) -> None:
    text = document(page).replace("sqlite:///", "").replace("postgresql+psycopg://user@machine/name", "")
    text = text.replace("postgresql+psycopg://用户@主机/库名", "").replace("http://127.0.0.1:8000", "")
    text = re.sub(r"http://[a-z]+\.example\.com\b", "", text)  # RFC 2606: nobody's
    assert re.findall(r"\w+://\S+|(?<![\w.])/(?:home|root|tmp|usr|work)/\S*", text) == []


def shape(value: object) -> object:
    """Which keys a JSON value has, however deep; Chinese keys are data, a list is its first element."""
    if isinstance(value, dict):
        if value and not any(key.isascii() for key in value):
            return {"…": shape(next(iter(value.values())))}
        if set(value) <= {"local", "company", "national", "regulator"}:
            return {"layer": shape(next(iter(value.values())))}
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return "…"


def written(name: str) -> Any:
    found = re.search(rf"<!-- shape: {re.escape(name)} -->\n```json\n(.*?)```", README, re.DOTALL)
    assert found is not None, name
    return json.loads(found[1])


def written_shape(name: str) -> object:
    return shape(written(name))


def report_shape(told: dict[str, Any]) -> object:
    """Of a report every form a part has, and of its facts the one table the readme shows."""
    forms = {part["form"]: shape(part) for each in told["sections"] for part in each["parts"]}
    facts = {**told["facts"], "tables": {"kept": told["facts"]["tables"]["kept"]}}
    sections = [{**told["sections"][0], "parts": []}]
    return [shape({**told, "sections": sections, "facts": facts}), forms]


@pytest.fixture
def yekuo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Runs a command on a database of this test and gives the lines it printed as JSON."""
    monkeypatch.setenv("YEKUO_DATABASE_URL", sqlite_url)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, ends: int = 0) -> list[Any]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--json"])
        assert ended.value.code == ends
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    run("init")
    return run


def test_due_prints_what_the_readme_shows(yekuo: Any) -> None:
    (told,) = yekuo("due", "2026-09-24", "16")
    assert shape(told) == written_shape("due")


def test_import_prints_what_the_readme_shows(yekuo: Any, tmp_path: Path) -> None:
    (tmp_path / "台账.csv").write_text(LEDGER, encoding="utf-8")
    (told,) = yekuo("import", "台账.csv", "--as-of", AS_OF, ends=3)
    assert shape(told) == written_shape("import")


def test_applications_and_report_print_what_the_readme_shows(yekuo: Any, tmp_path: Path) -> None:
    sample = str(DATA / "samples" / "ledger-2026.xlsx")
    yekuo("import", sample, "--as-of", AS_OF, "--refused", "退回.xlsx", ends=3)
    lines = yekuo("applications", "--as-of", AS_OF)
    assert shape(lines[0]) == written_shape("applications")
    (told,) = yekuo("report", "--month", "2026-10", "--as-of", AS_OF, "--out", "十月")
    assert {Path(each) for each in told.pop("files")} == set(Path("十月").iterdir())
    assert json.loads((tmp_path / "十月" / "report.json").read_text("utf-8")) == told
    assert report_shape(told) == report_shape(written("report.json"))


def test_alerts_and_orders_print_what_the_readme_shows(yekuo: Any) -> None:
    yekuo("people", "import", str(DATA / "organisations" / "neixiang-sample.toml"), "--as-of", AS_OF)
    sample = str(DATA / "samples" / "ledger-2026.xlsx")
    yekuo("import", sample, "--as-of", AS_OF, "--refused", "退回.xlsx", ends=3)
    yekuo("sweep", "--as-of", AS_OF)
    told = next(
        each for each in yekuo("alerts", "--as-of", AS_OF, "--level", "红") if "sent" in each["deliveries"]
    )
    yekuo("alert", "ack", str(told["id"]), "--actor", told["manager"], "--as-of", AS_OF)
    signed = yekuo("alerts", "--as-of", AS_OF, "--state", "已签收")
    assert [shape(each) for each in signed] == [written_shape("alerts")]
    later = "2026-11-25T09:00"
    for order in yekuo("order", "list", "--as-of", later):
        assert shape(order) == written_shape("order list")
