"""周期事项 at the desk: seen by whom they concern, done once, with evidence, by the post that does them."""

import re

import pytest
from fastapi import FastAPI

from alerts.duties.listing import DutyEntry, DutyState, entries
from alerts.duties.opening import open_rounds
from alerts.listing import alerts
from limits.terms import Post, Verdict
from tests.alerts.company import CITY, EAST, on_record
from tests.dates import at
from tests.web.conftest import NOW, Clock
from tests.web.entering import entered
from web.access.once import new_key
from workflow import store
from workflow.book import Book

# The records themselves are tried on both databases, in tests/alerts/duties.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
MEETING, PUBLISHED, GROUP = 9, 12, 13  # of the account manager, the station's head, the integrity supervisor


@pytest.fixture(autouse=True)
def _opened(book: Book) -> None:
    """On record since October, opened first in November."""
    on_record(book, at("2026-10-08 四 09:00"))
    with store.writing(book.engine) as connection:
        open_rounds(connection, book, at("2026-11-02 一 06:00"))


def of(book: Book, item: int, unit: str = CITY, period: str = "2026-11") -> DutyEntry:
    (found,) = (
        each
        for each in entries(book, NOW, state=DutyState.ALL, unit=unit, limit=500).rows
        if (each.view.item, each.view.period) == (item, period)
    )
    return found


def address(entry: DutyEntry, end: str = "") -> str:
    return f"/duties/{entry.view.id}{end}"


def form(**changed: str) -> dict[str, str]:
    return {"at": "2026-11-19T15:00", "evidence": "会议纪要 11 号", "form_key": new_key()} | changed


def test_each_sees_what_concerns_them(desk: FastAPI, book: Book) -> None:
    seen = {}
    for login in ("lisi", "zhaoliu", "wushi", "sunba", "zhoujiu"):
        page = entered(desk, login).get("/duties?state=all").text
        ids = set(map(int, re.findall(r'href="/duties/(\d+)"', page)))
        rows = [each.view for each in entries(book, NOW, state=DutyState.ALL, limit=500).rows]
        seen[login] = {(each.unit, each.post) for each in rows if each.id in ids}
        assert ("登记完成</a>" in page) is (login not in ("sunba", "zhoujiu")), login
    everything = {
        (unit, post)
        for unit in (CITY, EAST)
        for post in (Post.ACCOUNT_MANAGER, Post.STATION_HEAD, Post.INTEGRITY)
    }
    assert seen["lisi"] == {(CITY, Post.ACCOUNT_MANAGER)}
    assert seen["zhaoliu"] == {each for each in everything if each[0] == CITY}
    assert seen["wushi"] == seen["sunba"] == seen["zhoujiu"] == everything
    for login in ("clerk", "admin", "regulator"):
        visitor = entered(desk, login)
        assert visitor.get("/duties").status_code == 403, login
        assert 'href="/duties"' not in visitor.get("/").text, login


def test_what_is_due_when_and_what_is_late(desk: FastAPI, book: Book, clock: Clock) -> None:
    head = entered(desk, "zhaoliu")
    page = head.get("/duties").text
    assert "2026-11-30（周一）" in page
    assert "还剩 6 个工作日" in page
    assert '<strong class="over">已逾期 15 个工作日</strong>' in page
    late = head.get("/duties?state=overdue").text
    assert "2026年10月" in late
    assert "2026年11月" not in late
    assert "没有符合条件的周期事项" in head.get("/duties?state=done").text
    assert head.get("/duties?state=x").status_code == 422
    assert head.get("/duties?after=x").status_code == 422
    clock.move(days=10)
    assert "今天到期" in entered(desk, "lisi").get(address(of(book, MEETING))).text


def test_done_once_with_who_and_when(desk: FastAPI, book: Book) -> None:
    entry, manager = of(book, MEETING), entered(desk, "lisi")
    page = manager.get(address(entry)).text
    assert 'max="2026-11-20T18:00"' in page
    assert 'min="2026-11-01T00:00"' in page
    sent = form(evidence="纪要 <b>11</b> 号")
    answer = manager.post(address(entry, "/done"), sent)
    assert (answer.status_code, answer.headers["location"]) == (303, address(entry, "?done=done"))
    assert manager.post(address(entry, "/done"), sent).headers["location"] == answer.headers["location"]
    made = of(book, MEETING)
    assert (made.view.state, made.view.done_at) == (Verdict.MET, at("2026-11-19 四 15:00"))
    assert (made.actor, made.evidence, made.recorded_at) == ("李四", "纪要 <b>11</b> 号", NOW)
    page = manager.get(answer.headers["location"]).text
    for word in (
        "已登记完成。",
        "按时完成",
        "2026-11-19 15:00",
        "李四，2026-11-20 18:00",
        "纪要 &lt;b&gt;11&lt;/b&gt; 号",
    ):
        assert word in page, word
    assert "<textarea" not in page
    done = entered(desk, "sunba").get("/duties?state=done").text
    assert "李四" in done
    assert "登记完成</a>" not in done
    again = manager.post(address(entry, "/done"), form())
    assert (again.status_code, "不能再登记一次" in again.text) == (409, True)


def test_without_a_time_it_is_now_and_late_is_said(desk: FastAPI, book: Book) -> None:
    entry = of(book, MEETING, period="2026-10")
    entered(desk, "zhaoliu").post(address(entry, "/done"), form(at=""))
    assert of(book, MEETING, period="2026-10").view.done_at == NOW
    assert "逾期完成" in entered(desk, "lisi").get(address(entry)).text


def test_refused_with_what_was_typed(desk: FastAPI, book: Book) -> None:
    entry, head = of(book, PUBLISHED), entered(desk, "zhaoliu")
    for changed, said in (
        ({"evidence": " "}, "没有写依据"),
        ({"at": "2026-11-20T18:01"}, "2026-11-20 18:01"),
        ({"at": "2026-10-31T23:59"}, "从 2026-11-01 开始"),
        ({"at": "昨天"}, "写法不对"),
        ({"evidence": "长" * 2001}, "2000"),
        ({"form_key": ""}, "表单的标识缺失"),
    ):
        sent = form(**changed)
        answer = head.post(address(entry, "/done"), sent)
        assert (answer.status_code, said in answer.text) == (422, True), changed
        assert sent["evidence"].strip() in answer.text
        assert f'value="{sent["at"]}"' in answer.text
    assert of(book, PUBLISHED) == entry


def test_another_post_does_not_say_so(desk: FastAPI, book: Book) -> None:
    """The integrity supervisor records what is his; the station's head all of the station; nobody another's."""
    judge, head, manager = entered(desk, "wushi"), entered(desk, "zhaoliu"), entered(desk, "lisi")
    page = judge.get(address(of(book, PUBLISHED))).text
    assert ("由城关供电所的所长登记完成" in page, "<textarea" in page) == (True, False)
    answer = judge.post(address(of(book, PUBLISHED), "/done"), form())
    assert (answer.status_code, "由所长完成" in answer.text) == (403, True)
    assert judge.post(address(of(book, GROUP, EAST), "/done"), form()).status_code == 303
    assert head.post(address(of(book, GROUP), "/done"), form()).status_code == 303
    for visitor, entry in (
        (manager, of(book, PUBLISHED)),
        (head, of(book, MEETING, EAST)),
        (manager, of(book, MEETING, EAST)),
    ):
        assert visitor.get(address(entry)).status_code == 404
        assert visitor.post(address(entry, "/done"), form()).status_code == 404
        assert visitor.get("/duties/999999").status_code == 404
    assert entered(desk, "sunba").post(address(of(book, PUBLISHED), "/done"), form()).status_code == 403
    assert of(book, PUBLISHED).view.done_at is None
    assert of(book, MEETING, EAST).view.done_at is None


def test_an_alarm_of_a_duty_leads_to_it(desk: FastAPI, book: Book) -> None:
    due = of(book, MEETING)
    alarm = next(each for each in alerts(book, NOW) if each.duty == due.view.id)
    page = entered(desk, "zhaoliu").get(f"/alerts/{alarm.id}").text
    assert f'href="{address(due)}"' in page
