"""Every fault of a policy file is refused in one sentence: file, place, found, expected, example.

Whoever adds a refusal to the loader adds a file to ``broken``.
"""

from pathlib import Path

import pytest

from limits.files.policies import (
    Jurisdiction,
    JurisdictionUnknown,
    load_jurisdiction,
    load_policies,
    load_policy_file,
)
from limits.files.toml_reader import PolicyRefused
from limits.policy import NotStated
from tests.dates import on
from tests.limits.faults import EVENTS, broken_files, has_one_fault, refusal, refused_as_promised

FOLDER = Path(__file__).parent
SOUND = FOLDER / "sound.toml"
BROKEN = broken_files(FOLDER)


def test_the_sound_policy_is_taken() -> None:
    policy = load_policy_file(SOUND, EVENTS)
    assert [clock.name for clock in policy.clocks] == ["company_time", "reply", "whole"]
    assert (len(policy.machines), len(policy.checks), len(policy.class_rules)) == (2, 1, 1)
    assert (len(policy.escalations), len(policy.duties), len(policy.validities)) == (1, 2, 2)


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_a_fault_is_refused_with_all_that_is_needed_to_mend_it(file: Path) -> None:
    refused_as_promised(file)


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_a_broken_file_has_one_fault(file: Path) -> None:
    has_one_fault(file)


def test_the_broken_files_are_many() -> None:
    assert len(BROKEN) >= 16


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "gb18030.toml"
    file.write_bytes(SOUND.read_text(encoding="utf-8").encode("gb18030"))
    refused = refusal(file)
    assert refused.facts["file"] == "gb18030.toml"
    assert "UTF-8" in refused.message
    assert "另存为" in refused.message


def test_a_file_saved_by_a_windows_editor_is_taken(tmp_path: Path) -> None:
    """记事本 puts a byte order mark first and ends lines with CRLF; neither is a fault of the rules."""
    file = tmp_path / "notepad.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SOUND.read_bytes().replace(b"\n", b"\r\n"))
    assert len(load_policy_file(file, EVENTS).clocks) == 3


def test_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "empty.toml"
    file.touch()
    assert "document" in refusal(file).message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    refused = refusal(tmp_path / "local-nowhere.toml")
    assert "local-nowhere.toml" in refused.message
    assert "文件不存在" in refused.message


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    assert "folder.toml" in refusal(tmp_path / "folder.toml").message


def test_a_jurisdiction_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "here.toml").write_text("", encoding="utf-8")
    with pytest.raises(JurisdictionUnknown) as refused:
        load_jurisdiction("nowhere", tmp_path)
    assert "nowhere.toml" in refused.value.message
    assert "现有：here" in refused.value.message


def test_a_jurisdiction_without_a_calendar(tmp_path: Path) -> None:
    (tmp_path / "here.toml").write_text('label = "某县"\npolicies = ["sound"]\n', encoding="utf-8")
    with pytest.raises(PolicyRefused) as refused:
        load_jurisdiction("here", tmp_path)
    assert refused.value.facts["place"] == "calendar"


def test_two_files_with_the_same_clock(tmp_path: Path) -> None:
    """One application never has two clocks of one name in one layer."""
    for name in ("first", "second"):
        (tmp_path / f"{name}.toml").write_bytes(SOUND.read_bytes())
    both = Jurisdiction("here", "某县", "cn", ("first", "second"))
    with pytest.raises(PolicyRefused) as refused:
        load_policies(both, EVENTS, tmp_path)
    assert refused.value.facts["file"] == "first.toml、second.toml"
    assert "local.company_time" in str(refused.value.facts["place"])
    assert "同层同名" in refused.value.message


def test_the_same_clock_in_another_layer_stands_beside_it(tmp_path: Path) -> None:
    text = SOUND.read_text(encoding="utf-8")
    (tmp_path / "first.toml").write_text(text, encoding="utf-8")
    clocks_only = text.split("[[ladder]]")[0].replace('layer = "local"', 'layer = "company"')
    (tmp_path / "second.toml").write_text(clocks_only, encoding="utf-8")
    both = Jurisdiction("here", "某县", "cn", ("first", "second"))
    keys = [clock.key for clock in load_policies(both, EVENTS, tmp_path).clocks]
    assert keys == [
        f"{layer}.{name}" for layer in ("local", "company") for name in ("company_time", "reply", "whole")
    ]


def test_two_files_with_the_same_machine(tmp_path: Path) -> None:
    """The first found would win in silence: two files must not both say what the steps are."""
    text = SOUND.read_text(encoding="utf-8")
    (tmp_path / "first.toml").write_text(text, encoding="utf-8")
    head, rest = text.split("[[clock]]", 1)[0], "[[machine]]" + text.split("[[machine]]", 1)[1]
    (tmp_path / "second.toml").write_text(head + rest, encoding="utf-8")
    both = Jurisdiction("here", "某县", "cn", ("first", "second"))
    with pytest.raises(PolicyRefused):
        load_policies(both, EVENTS, tmp_path)


@pytest.mark.parametrize("table", ["escalation", "duty", "validity"])
def test_two_files_with_the_same_arrangement(tmp_path: Path, table: str) -> None:
    """Whom to tell, what comes round and how long a plan holds are said once for each day."""
    text = SOUND.read_text(encoding="utf-8")
    (tmp_path / "first.toml").write_text(text, encoding="utf-8")
    head = text.split("[[clock]]", 1)[0]
    end = {"escalation": "[[duty]]", "duty": "[[validity]]", "validity": "[[nothing]]"}[table]
    again = f"[[{table}]]" + text.split(f"[[{table}]]", 1)[1].split(end, 1)[0]
    (tmp_path / "second.toml").write_text(head + again, encoding="utf-8")
    both = Jurisdiction("here", "某县", "cn", ("first", "second"))
    with pytest.raises(PolicyRefused) as refused:
        load_policies(both, EVENTS, tmp_path)
    assert refused.value.facts["file"] == "first.toml、second.toml"
    assert str(refused.value.facts["place"]).split()[0] == table


def test_one_entry_may_follow_another(tmp_path: Path) -> None:
    """An escalation without a repeat takes over from the day after the last of the old one."""
    text = SOUND.read_text(encoding="utf-8")
    head, rest = text.split("[[escalation]]", 1)
    entry, tail = rest.split("[escalation.repeat]", 1)
    old = entry.replace("from = 2021-05-27", "from = 2021-05-27\nuntil = 2026-09-30")
    new = entry.replace("from = 2021-05-27", "from = 2026-10-01").replace(
        "order_limit = 3", "order_limit = 2"
    )
    repeat, tail = tail.split("[[duty]]", 1)
    entries = f"[[escalation]]{old}[escalation.repeat]{repeat}[[escalation]]{new}"
    (tmp_path / "first.toml").write_text(f"{head}{entries}[[duty]]{tail}", encoding="utf-8")
    policies = load_policies(Jurisdiction("here", "某县", "cn", ("first",)), EVENTS, tmp_path)
    before, after = policies.escalation(on("2026-09-30 三")), policies.escalation(on("2026-10-01 四"))
    assert (before.order_limit, after.order_limit) == (3, 2)
    assert before.repeat is not None
    assert after.repeat is None


def test_a_jurisdiction_that_does_not_say_whom_to_tell(tmp_path: Path) -> None:
    text = SOUND.read_text(encoding="utf-8").split("[[escalation]]", 1)[0]
    (tmp_path / "first.toml").write_text(text, encoding="utf-8")
    policies = load_policies(Jurisdiction("here", "某县", "cn", ("first",)), EVENTS, tmp_path)
    with pytest.raises(NotStated) as refused:
        policies.escalation(on("2026-11-20 五"))
    assert "没有告知规则" in refused.value.message
    assert policies.duties_on(on("2026-11-20 五")) == ()
    assert policies.validity(True, on("2026-11-20 五")) is None
