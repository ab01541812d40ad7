"""供电所评价 at the desk: opened, scored, reviewed by another, decided; nobody sees another station's."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from alerts.duties import doing
from alerts.duties.facts import duty_facts
from alerts.duties.opening import open_rounds
from alerts.duties.rounds import Round
from reports.periods import Period
from reports.stations import evaluating
from reports.stations.evaluation import Evaluation
from reports.stations.judging import Judgement
from reports.stations.kept import Case, evaluation
from tests.alerts.company import CITY, EAST, on_record
from tests.dates import at
from tests.web.conftest import NOW, Clock
from tests.web.entering import entered
from web.access.once import new_key
from workflow import store
from workflow.book import Book

# The records themselves are tried on both databases, in tests/reports/stations.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
OVER, RUNNING = Period.parse("2026-H1"), Period.parse("2026-H2")
MEETING, LEDGER, VILLAGE, PEOPLE = 9, 10, 1, 4


@pytest.fixture(autouse=True)
def _new(book: Book) -> None:
    """The stations are on record since this month: what comes round was not yet due."""
    on_record(book, at("2026-11-02 一 09:00"))


def case_of(book: Book, period: Period = OVER, station: str = CITY) -> Case:
    return Case(book, station, period, duty_facts)


def path_of(period: Period = OVER, station: str = CITY, end: str = "") -> str:
    return f"/stations/{period}/{quote(station, safe='')}{end}"


def opened(book: Book, period: Period = OVER, station: str = CITY) -> Case:
    case = case_of(book, period, station)
    evaluating.open_evaluation(case, now=NOW, actor="吴十")
    return case


def scored(case: Case) -> list[Judgement]:
    """All items scored by the station's head, all points but the bonus."""
    own = [
        Judgement(each.item.no, 0 if each.item.no > 25 else each.item.points, "会议纪要")
        for each in evaluation(case, NOW).items
    ]
    evaluating.score(case, *own, now=NOW, actor="赵六")
    return own


def held(case: Case) -> Evaluation:
    return evaluation(case, NOW)


def filled(page: str) -> dict[str, str]:
    """The form of ``page`` as a browser would send it back untouched."""
    made = dict(re.findall('type="hidden" name="(form_key|seen)" value="([^"]+)"', page))
    for name, choices in re.findall(
        r'<select id="[^"]+" name="(points_\d+)".*?>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.findall(r'value="(\d+)" selected', choices)
        made[name] = chosen[0] if chosen else ""
    for name, said in re.findall(r'<textarea id="[^"]+" name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        made[name] = unescape(said)
    return made


def test_opened_once_from_the_list(desk: FastAPI, book: Book) -> None:
    head = entered(desk, "zhaoliu")
    page = head.get(f"/stations?period={OVER}").text
    assert re.findall('data-label="供电所"[^>]*>([^<]+)<', page) == [CITY], "own station only"
    assert "未建立" in page
    form = {"period": str(OVER), "station": CITY, "form_key": new_key()}
    done = head.post("/stations", form)
    assert (done.status_code, done.headers["location"]) == (303, path_of(end="?done=opened"))
    assert head.post("/stations", form).headers["location"] == done.headers["location"]
    assert len(held(case_of(book)).records) == 1
    assert "已建立。" in head.get(done.headers["location"]).text
    again = head.post("/stations", form | {"form_key": new_key()})
    assert (again.status_code, "每个评价期只有一份" in again.text) == (409, True)
    page = entered(desk, "wushi").get("/stations").text
    assert re.findall('data-label="供电所"[^>]*>(?:<a[^>]*>)?([^<]+)<', page) == [EAST, CITY]
    assert page.count(">建立评价<") == 1


def test_what_cannot_be_opened(desk: FastAPI) -> None:
    judge = entered(desk, "wushi")
    for period, station, status, said in (
        ("2026-10", CITY, 422, "请写半年 2026-H1"),
        ("2025-H2", CITY, 422, "没有生效的供电站所评价标准"),
        ("2027", CITY, 422, "2027年"),
        ("2026-H1", "西岭供电所", 404, "没有这个页面"),
        ("x", CITY, 404, "没有这个页面"),
    ):
        answer = judge.post("/stations", {"period": period, "station": station, "form_key": new_key()})
        assert (answer.status_code, said in answer.text) == (status, True), (period, station)


def test_a_self_score_is_filled_from_the_duties_and_kept_when_refused(desk: FastAPI, book: Book) -> None:
    on_record(book, at("2026-06-10 三 09:00"))
    with store.writing(book.engine) as connection:
        open_rounds(connection, book, at("2026-06-11 四 06:00"))
    for item, day in ((MEETING, "2026-06-22 一 09:00"), (LEDGER, "2026-07-03 五 09:00")):
        doing.done(book, Round(item, CITY, "2026-06"), at=at(day), now=at(day), actor="李四", evidence="纪要")
    case, head = opened(book, OVER), entered(desk, "zhaoliu")
    form = filled(head.get(path_of(OVER, end="/score")).text)
    assert (form[f"points_{MEETING}"], form[f"points_{LEDGER}"], form[f"points_{VILLAGE}"]) == ("4", "0", "")
    page = head.get(path_of(OVER)).text
    assert "周期事项应做 1 次，按时 0 次，未按时 1 次" in page
    assert '2026年6月：2026-06-30（周二）到期，2026-07-03 09:00 完成，<strong class="over">逾期完成' in page

    wrong = form | {
        f"points_{LEDGER}": "4",
        f"points_{VILLAGE}": "4",
        f"said_{PEOPLE}": "",
        "said_2": "发票<b>",
    }
    wrong |= {"points_2": "4"}
    answer = head.post(path_of(OVER, end="/score"), wrong)
    assert answer.status_code == 422
    assert answer.text.count("没有写依据") == 1, "at the item, which is named above"
    assert "有 1 次没有按时完成（2026-06），最多得 0 分" in answer.text
    assert 'href="#item-1">1</a>、<a href="#item-10">10</a>' in answer.text
    kept = filled(answer.text)
    assert {name: kept[name] for name in wrong if name != "form_key"} == {
        name: value for name, value in wrong.items() if name != "form_key"
    }
    assert len(held(case).records) == 1, "all or nothing"

    right = kept | {f"points_{LEDGER}": "0", f"said_{VILLAGE}": "现场照片"}
    done = head.post(path_of(OVER, end="/score"), right)
    assert (done.status_code, done.headers["location"]) == (303, path_of(OVER, end="?done=scored"))
    assert head.post(path_of(OVER, end="/score"), right).headers["location"] == done.headers["location"]
    own = {each.item.no: each.own for each in held(case).items if each.own}
    given = {no: (each.points, each.evidence) for no, each in own.items()}
    assert (given[VILLAGE], given[2]) == ((4, "现场照片"), (4, "发票<b>"))
    assert given[MEETING] == (4, "周期事项应做 1 次，按时 1 次"), "as the duties have it"
    assert given[LEDGER] == (0, "周期事项应做 1 次，按时 0 次，未按时 1 次")
    assert {each.actor for each in own.values()} == {"赵六"}
    untouched = filled(head.get(path_of(OVER, end="/score")).text)
    answer = head.post(path_of(OVER, end="/score"), untouched)
    assert (answer.status_code, "与已登记的相同" in answer.text) == (422, True)
    half = untouched | {"said_3": "有桌椅"}
    answer = head.post(path_of(OVER, end="/score"), half)
    assert (answer.status_code, "第 3 项写了说明，没有选得分" in answer.text) == (422, True)
    assert filled(answer.text)["said_3"] == "有桌椅"


def test_what_nobody_recorded_is_said_and_caps_the_score(desk: FastAPI, book: Book) -> None:
    """On record since 10 June, and no round was ever opened: 无登记, in the form, on the page and on paper."""
    on_record(book, at("2026-06-10 三 09:00"))
    case, head = opened(book), entered(desk, "zhaoliu")
    page = head.get(path_of(end="/score")).text
    assert filled(page)[f"points_{MEETING}"] == "0"
    assert "周期事项应做 1 次，按时 0 次，无登记 1 次" in page
    assert "2026年6月：2026-06-30（周二）到期，" + '<strong class="over">无登记</strong>' in page
    form = filled(page) | {f"points_{MEETING}": "4", f"said_{MEETING}": "已开会"}
    answer = head.post(path_of(end="/score"), form)
    assert (answer.status_code, "没有按时完成（无登记：2026-06），最多得 0 分" in answer.text) == (422, True)
    assert len(held(case).records) == 1
    page = head.get(path_of()).text
    assert "城关供电所自 2026-06-10（周三） 起在册，此前的周期不计。" in page
    assert "无登记" in head.get(path_of(end="/page")).text


def test_reviewed_by_another_and_decided(desk: FastAPI, book: Book, clock: Clock) -> None:
    case, judge = opened(book), entered(desk, "wushi")
    assert "还没有自评，不能复核" in judge.get(path_of(end="/review")).text
    own = scored(case)
    form = filled(judge.get(path_of(end="/review")).text)
    assert not any(value for name, value in form.items() if name.startswith("points_")), (
        "it is for the judge to say"
    )
    unseen = {name: value for name, value in form.items() if name != "seen"} | {"points_1": "4"}
    assert "表单里没有记录数" in judge.post(path_of(end="/review"), unseen).text
    form |= {f"points_{each.item}": str(each.points) for each in own} | {f"points_{PEOPLE}": "3"}
    answer = judge.post(path_of(end="/review"), form)
    assert (answer.status_code, "自评 6 分、复核 3 分，没有写理由" in answer.text) == (422, True)
    form = filled(answer.text) | {f"said_{PEOPLE}": "少一名监督员"}

    evaluating.score(case, Judgement(VILLAGE, 0, "撤了"), now=NOW, actor="赵六")
    answer = judge.post(path_of(end="/review"), form)
    assert (answer.status_code, "打开以后又有了新的登记" in answer.text) == (409, True), "judged unseen"
    form = filled(answer.text) | {f"points_{VILLAGE}": "0"}
    done = judge.post(path_of(end="/review"), form)
    assert (done.status_code, done.headers["location"]) == (303, path_of(end="?done=reviewed"))

    page = judge.get(path_of(end="/close")).text
    assert ">评定为示范型<" in page
    result = filled(page) | {"text": "制度健全\r\n继续"}
    done = judge.post(path_of(end="/close"), result)
    assert (done.status_code, done.headers["location"]) == (303, path_of(end="?done=closed"))
    assert judge.post(path_of(end="/close"), result).headers["location"] == done.headers["location"]
    found = held(case).result
    assert found is not None
    assert (found.points, found.grade, found.actor) == (93, "示范型", "wushi")
    page = judge.get(done.headers["location"]).text
    assert "已评定" in page
    assert "制度健全" in page
    assert '/score"' not in page
    clock.move(minutes=1)
    answer = judge.post(path_of(end="/review"), form | {"form_key": new_key()})
    assert (answer.status_code, "此后不再变动" in answer.text) == (409, True)


def test_what_is_impossible_says_why(desk: FastAPI, book: Book) -> None:
    case, judge = opened(book, RUNNING), entered(desk, "wushi")
    own = scored(case)
    page = judge.get(path_of(RUNNING)).text
    assert f'href="{path_of(RUNNING, end="/review")}"' in page
    assert "现在不能评定：2026年下半年到 2027-01-01 00:00 才结束" in page
    early = judge.get(path_of(RUNNING, end="/close")).text
    assert "才结束" in early
    assert 'name="seen"' not in early
    answer = judge.post(path_of(RUNNING, end="/close"), {"seen": "28", "form_key": new_key()})
    assert (answer.status_code, "才结束" in answer.text) == (409, True)
    evaluating.score(case, own[0], now=NOW, actor="wushi")
    assert "现在不能复核：wushi在这份评价里已经自评，不能再复核" in judge.get(path_of(RUNNING)).text
    answer = judge.post(
        path_of(RUNNING, end="/review"), {"seen": "29", "points_1": "4", "form_key": new_key()}
    )
    assert (answer.status_code, filled(answer.text)["points_1"]) == (409, "4")
    assert "表单的标识缺失" in judge.post(path_of(RUNNING, end="/review")).text
    assert len(held(case).records) == 29


def test_anothers_is_not_there(desk: FastAPI, book: Book) -> None:
    opened(book, OVER, EAST)
    opened(book)
    head, judge = entered(desk, "zhaoliu"), entered(desk, "wushi")
    for end in ("", "/score", "/page", "/file/xlsx"):
        theirs, none = head.get(path_of(OVER, EAST, end)), head.get(path_of(OVER, "西岭供电所", end))
        assert (theirs.status_code, theirs.text) == (404, none.text.replace(quote("西岭"), quote("东岭"))), (
            end
        )
        assert head.get(path_of(OVER, CITY, end)).status_code == 200, end
    form = {"seen": "1", "points_1": "4", "said_1": "x", "form_key": new_key()}
    assert head.post(path_of(OVER, EAST, "/score"), form).status_code == 404
    opening = {"period": str(RUNNING), "station": EAST, "form_key": new_key()}
    assert head.post("/stations", opening).status_code == 404
    assert judge.get(path_of(OVER, EAST)).status_code == 200
    for period in ("2026-10", "2025-H1", "x"):
        assert judge.get(f"/stations/{period}/{quote(CITY)}").status_code == 404, period
    assert judge.get(path_of(end="/file/doc")).status_code == 404


def test_who_reads_no_application_is_told_no_names_and_no_words(desk: FastAPI, book: Book) -> None:
    case = opened(book)
    scored(case)
    evaluating.review(case, Judgement(PEOPLE, 3, "少一名监督员"), now=NOW, actor="吴十")
    leader, regulator = entered(desk, "sunba"), entered(desk, "regulator")
    assert "/score" not in leader.get(path_of()).text, "reads only"
    for end in ("", "/page", "/file/html"):
        whole, public = leader.get(path_of(end=end)).text, regulator.get(path_of(end=end)).text
        for word in ("赵六", "吴十", "会议纪要", "少一名监督员"):
            assert word in whole, (end, word)
            assert word not in public, (end, word)
        assert "客户经理、廉政监督员各一名" in public
    assert regulator.get(path_of(end="/page?edition=full")).status_code == 403
    name = leader.get(path_of(end="/file/xlsx")).headers["content-disposition"]
    assert quote(f"供电所评价-{CITY}-2026-H1.xlsx") in name
    assert quote("公开版") in regulator.get(path_of(end="/file/xlsx")).headers["content-disposition"]


def test_the_list_is_of_the_period_last_evaluated(desk: FastAPI, book: Book) -> None:
    leader = entered(desk, "sunba")
    assert '<option value="2026-H2" selected>' in leader.get("/stations").text
    scored(opened(book))
    page = leader.get("/stations").text
    assert re.findall('<option value="([^"]+)"', page) == ["2026-H2", "2026", "2026-H1"]
    assert '<option value="2026-H1" selected>' in page
    assert "27/27 项，100 分" in page
    assert "已自评" in page
    assert leader.get("/stations?period=x").status_code == 422
