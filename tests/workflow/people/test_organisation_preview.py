"""What an organisation file would change, seen before it does: the same that then comes."""

from pathlib import Path

import pytest

from tests.dates import at
from tests.workflow.organisation_files import COMPANY, person, written
from workflow import errors
from workflow.book import Book
from workflow.people.organisation_preview import ChangeKind, PersonChange, preview_organisation
from workflow.people.roster import import_organisation, people

NOW = at("2026-10-09 五 09:00")
HEAD = person("1", "东所长", "东岭供电所 station_head 2026-01-01", contacts='email = "head@example.invalid"')
LEADER = person("2", "领导", f"{COMPANY} leader 2026-01-01")


def test_nothing_is_written_and_the_import_writes_what_was_said(book: Book, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, LEADER)
    found = preview_organisation(book.engine, path, now=NOW)
    assert people(book.engine, NOW) == ()
    assert (ChangeKind.JOINED, "东岭供电所") in found.units
    assert found.people == (
        PersonChange("1", "东所长", ChangeKind.JOINED, ("新任 东岭供电所 所长（2026-01-01 起）",)),
        PersonChange("2", "领导", ChangeKind.JOINED, (f"新任 {COMPANY} 公司领导（2026-01-01 起）",)),
    )
    done = import_organisation(book.engine, path, now=NOW, actor="管理员")
    assert done.changed == found.rows
    again = preview_organisation(book.engine, path, now=NOW)
    assert (again.units, again.people, again.rows) == ((), (), 0)


def test_every_kind_of_change_is_said(book: Book, tmp_path: Path) -> None:
    import_organisation(book.engine, written(tmp_path, HEAD, LEADER), now=NOW, actor="管理员")
    moved = person(
        "1", "东所长改", "东岭供电所 account_manager 2026-10-01", contacts='email = "other@example.invalid"'
    )
    found = preview_organisation(book.engine, written(tmp_path, moved), now=NOW)
    changed, left = found.people
    assert (changed.code, changed.name, changed.effect) == ("1", "东所长改", ChangeKind.CHANGED)
    assert changed.said == (
        "姓名由东所长改为东所长改",
        "卸任 东岭供电所 所长（2026-01-01 起）",
        "新任 东岭供电所 客户经理（2026-10-01 起）",
        "联系方式有变动：邮件",
    )
    assert "invalid" not in "".join(changed.said), "an address is nobody else's business"
    assert left == PersonChange("2", "领导", ChangeKind.LEFT, (f"卸任 {COMPANY} 公司领导（2026-01-01 起）",))


def test_what_is_refused_is_refused_here_too(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("[[unit]]\nname = 1\n", encoding="utf-8")
    with pytest.raises(errors.OrganisationRefused, match=r"broken\.toml"):
        preview_organisation(book.engine, path, now=NOW)
