"""人员: each manages the own part, an absence is recorded once and ended, and what was typed stays."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.alerts.company import CITY, CODES, COMPANY, EAST
from tests.web.browser import Browser
from tests.web.conftest import NOW, Clock
from tests.web.desk_work import accept
from tests.web.entering import entered
from web.access.once import new_key
from web.pages import people as people_pages
from workflow.book import Book
from workflow.people.absences import absences
from workflow.people.roster import import_organisation, people

OURS, OTHER, HEAD = CODES["李四"], CODES["王五"], CODES["赵六"]
AWAY = {"from_at": "2026-11-20T17:00", "to_at": "2026-11-27T00:00", "stand_in": HEAD, "reason": "年休假"}


def form() -> dict[str, str]:
    """An absence, as a form just opened sends it."""
    return AWAY | {"form_key": new_key()}


@pytest.fixture
def head(desk: FastAPI) -> Browser:
    """所长 of the town station."""
    return entered(desk, "zhaoliu")


@pytest.fixture
def leader(desk: FastAPI) -> Browser:
    """A leader of the company."""
    return entered(desk, "sunba")


def told(book: Book, code: str = OURS) -> list[tuple[str | None, str, str]]:
    return [(each.stand_in, each.reason, each.actor) for each in absences(book.engine, NOW, code=code).rows]


def test_each_sees_the_own_part_with_posts_and_loads(book: Book, head: Browser, leader: Browser) -> None:
    accept(book, "A1")
    accept(book, "B2", station=EAST)  # another 李四's, of another station
    page = head.get("/people").text
    assert "共 2 人" in page
    assert f"{CITY} 客户经理" in page
    assert '1 件 <span class="soft">630 kVA/kW</span>' in page
    assert "王五" not in page
    assert "导入组织机构" not in page
    whole = leader.get("/people").text
    assert "共 6 人" in whole
    assert "导入组织机构" in whole
    assert leader.get("/people", params={"station": EAST}).text.count("/people/person/") == 2
    assert leader.get("/people", params={"text": "孙"}).text.count("/people/person/") == 1
    assert COMPANY in whole


def test_somebody_of_another_station_is_not_there(book: Book, head: Browser) -> None:
    absent = head.get("/people/person/9999")
    for path in (f"/people/person/{OTHER}", "/people/person/9999", "/people/person/%00"):
        assert head.get(path).status_code == 404, path
    assert head.get(f"/people/person/{OTHER}").text.replace(OTHER, "9999") == absent.text
    head.get(f"/people/person/{OURS}")
    assert head.post(f"/people/away/{OTHER}", form()).status_code == 404
    assert head.post(f"/people/back/1/{OTHER}").status_code == 404
    assert told(book, OTHER) == []


def test_an_absence_is_recorded_once_and_ended(book: Book, head: Browser, clock: Clock) -> None:
    head.get(f"/people/person/{OURS}")
    sent = form()
    for _ in range(2):
        done = head.post(f"/people/away/{OURS}", sent)
        assert (done.status_code, done.headers["location"]) == (303, f"/people/person/{OURS}?done=away")
    assert told(book) == [("赵六", "年休假", "赵六")]
    page = head.get(f"/people/person/{OURS}").text
    assert "离岗到 2026-11-27 00:00，由赵六代岗" in page
    assert "现在离岗 1 人" in head.get("/people?away=1").text
    assert "年休假" in head.get("/people/absences").text
    (recorded,) = absences(book.engine, NOW).rows
    clock.move(hours=2)
    head.get(f"/people/person/{OURS}")
    assert head.post(f"/people/back/{recorded.id}/{OURS}").status_code == 303
    assert absences(book.engine, clock()).rows[0].to_at == NOW + timedelta(hours=2)
    over = head.post(f"/people/back/{recorded.id}/{OURS}")
    assert over.status_code == 422
    assert "没有离岗" in over.text


def test_what_was_typed_stays_when_refused(book: Book, head: Browser) -> None:
    for changed, said in (
        ({"to_at": ""}, "没有填写离岗的起止时间"),
        ({"to_at": "2026-11-20T16:00"}, "不晚于起"),
        ({"from_at": "yesterday"}, "写法不对"),
        ({"reason": "  "}, "没有写事由"),
        ({"stand_in": OURS}, "代岗人就是本人"),
        ({"stand_in": OTHER}, f"不是{CITY}在职人员的工号"),
        ({"stand_in": "9999"}, f"不是{CITY}在职人员的工号"),
    ):
        sent = form() | {"reason": "去<培训>"} | changed
        answer = head.post(f"/people/away/{OURS}", sent)
        assert answer.status_code == 422, changed
        assert said in answer.text
        for name in ("from_at", "to_at", "stand_in"):
            assert f'value="{sent[name]}"' in answer.text, changed
        assert "去<培训>" not in answer.text
    assert told(book) == []


def test_page_after_page_everybody_once(leader: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_pages, "PAGE", 4)
    first = leader.get("/people").text
    assert first.count("/people/person/") == 4
    assert f'href="/people?after={CODES["钱七"]}" rel="next"' in first
    second = leader.get("/people", params={"after": CODES["钱七"]}).text
    assert second.count("/people/person/") == 2
    assert "后面 4 人" not in second


def test_who_left_is_in_the_records_and_nowhere_else(book: Book, leader: Browser, tmp_path: Path) -> None:
    leader.get(f"/people/person/{OURS}")
    assert leader.post(f"/people/away/{OURS}", form()).status_code == 303
    path = tmp_path / "organisation.toml"
    kept = (
        path.read_text(encoding="utf-8")
        .replace('name = "李四"', 'name = "李新"')
        .replace(f'code = "{OURS}"', 'code = "0042"')
    )
    path.write_text(kept, encoding="utf-8")
    import_organisation(book.engine, path, now=NOW, actor="管理员")
    assert {each.name for each in people(book.engine, NOW)} >= {"李新"}
    page = leader.get("/people/absences").text
    assert "李四" in page
    assert "已不任职" in page
    assert f"/people/person/{OURS}" not in page
    assert leader.get(f"/people/person/{OURS}").status_code == 404
