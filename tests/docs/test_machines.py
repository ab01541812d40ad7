"""The charts in the document are those the running machines draw."""

import re

import pytest

from tests.docs.program import document
from workflow.chart import mermaid
from workflow.machine import StepMachine
from workflow.rules import load_rules
from yekuo.cli import main

CHARTS = re.findall(
    r"^## (\S+)\n\n```mermaid\n(.*?)```$", document("docs/machines.md"), re.MULTILINE | re.DOTALL
)


@pytest.mark.parametrize(("name", "high"), [("高压", True), ("低压", False)])
def test_the_document_shows_the_machine_that_runs(name: str, high: bool) -> None:
    machines = [rule for rule in load_rules().policies.machines if rule.high is high]
    newest = max(machines, key=lambda rule: rule.force.since)
    assert dict(CHARTS)[name] == mermaid(StepMachine(newest))


def test_the_command_prints_what_the_document_shows(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["machine"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == "\n".join(f"%% {name}\n{chart}" for name, chart in CHARTS) + "\n"
