"""A notice that another process imports is seen; as long as none is, nothing is built anew."""

from datetime import date
from pathlib import Path

import pytest

from tests.dates import at
from workflow import store
from workflow.book import Book
from workflow.publishing import import_notice
from workflow.rules import Rules, load_rules
from yekuo.live_book import LiveBook

NOW = at("2026-11-20 五 09:00")
NOTICE = """
label = "虚构的二〇二七年"
extends = "cn"
[[year]]
year = 2027
notice = "虚构的放假安排"
mark = "X"
holidays = [{ name = "元旦", from = 2027-01-01, to = 2027-01-05 }]
"""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


def test_an_imported_notice_is_seen(migrated_url: str, rules: Rules, tmp_path: Path) -> None:
    engine, elsewhere = store.open_engine(migrated_url), store.open_engine(migrated_url)
    live = LiveBook(engine, rules)
    before = live.current()
    assert live.current() is before
    assert before.rules.calendar.published_through == date(2026, 12, 31)

    file = tmp_path / "2027.toml"
    file.write_text(NOTICE, encoding="utf-8")
    import_notice(Book(elsewhere, rules), file, now=NOW, actor="甲")
    after = live.current()
    assert after.rules.calendar.published_through == date(2027, 12, 31)
    assert live.current() is after
    engine.dispose()
    elsewhere.dispose()
