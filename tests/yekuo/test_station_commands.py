"""``yekuo station``: an evaluation as people type it."""

from pathlib import Path

import pytest

from alerts.duties.doing import done, duties
from alerts.duties.facts import duty_facts
from alerts.duties.opening import open_rounds
from reports.periods import Period
from reports.stations.evaluating import review, score
from reports.stations.judging import Judgement
from reports.stations.kept import Case, evaluation
from tests.alerts.company import CITY, EAST, found
from tests.dates import at
from tests.yekuo.program import Program
from workflow import store
from workflow.book import Book
from workflow.rules import load_rules

WHICH = (CITY, "2026-H2")
STATION_SAYS = ("--actor", "赵六", "--as-of", "2026-12-30T17:00")
OTHER_SAYS = ("--actor", "孙八", "--as-of", "2026-12-31T09:00")
LATER = ("--as-of", "2027-01-05T09:00")


def book_of(program: Program) -> Book:
    return Book(store.open_engine(program.url), load_rules())


@pytest.fixture
def opened(program: Program, tmp_path: Path) -> Program:
    program("init")
    found(book_of(program), tmp_path, now=at("2026-12-01 二 09:00")).engine.dispose()
    said = program("station", "evaluate", *WHICH, "--actor", "管理员", "--as-of", "2026-07-01T09:00").out
    assert "城关供电所2026年下半年的评价，共 27 项" in said
    return program


def attend(book: Book) -> None:
    """What fell due since the station is on record, in December, is opened and done on the 30th."""
    now = at("2026-12-30 三 12:00")
    with store.writing(book.engine) as connection:
        open_rounds(connection, book, now)
    for each in duties(book, now, CITY):
        done(book, each.id, at=now, now=now, actor="李四", evidence="纪要")


def judge_the_others(book: Book) -> None:
    """What the same two people find of the 26 other items."""
    case = Case(book, CITY, Period.parse("2026-H2"), duty_facts)
    now = at("2026-12-31 四 10:00")
    for each in evaluation(case, now).items[1:]:
        judged = Judgement(each.item.no, each.item.points, "会议纪要")
        score(case, judged, now=now, actor="赵六")
        review(case, judged, now=now, actor="孙八")
    book.engine.dispose()


def test_from_scores_to_the_papers(opened: Program) -> None:
    said = opened("station", "score", *WHICH, "1", "4", "--evidence", "现场照片", *STATION_SAYS).out
    assert "第 1 项自评 4 分，已登记。" in said
    assert "还有 26 项没有复核" in opened("station", "review", *WHICH, "1", "4", *OTHER_SAYS).out
    book = book_of(opened)
    attend(book)
    judge_the_others(book)
    closed = opened("station", "close", *WHICH, "--actor", "孙八", *LATER).out
    assert "得 110 分，评定为示范型" in closed
    shown = opened("station", "show", *WHICH, "--out", "papers", "--json", *LATER).json
    assert shown["result"] == {
        "points": 110,
        "grade": "示范型",
        "text": "",
        "actor": "孙八",
        "at": "2027-01-05T09:00:00+08:00",
    }
    names = {path.name for path in (opened.folder / "papers").iterdir()}
    assert names == {f"evaluation-城关供电所-2026-H2.{end}" for end in ("html", "docx", "xlsx")}
    page = (opened.folder / "papers" / "evaluation-城关供电所-2026-H2.html").read_text(encoding="utf-8")
    assert "示范型" in page
    assert "尚未封存" not in page
    public = opened("station", "show", *WHICH, "--out", "papers", "--public", *LATER).out
    assert "evaluation-城关供电所-2026-H2-public.html" in public
    assert "由孙八于 2027-01-05 09:00 评定" in opened("station", "show", *WHICH, *LATER).out
    assert "示范型" in opened("station", "show", *LATER).out
    told = opened("verify", "--json").json
    assert (told["evaluations"], told["difference"]) == (1, None)


def test_words_alone_do_not_make_up_for_what_nobody_recorded(opened: Program) -> None:
    """The scheduler never ran: December's meeting is on no record."""
    scored = ("station", "score", *WHICH, "13", "3", "--evidence", "已开会", "--actor", "赵六")
    told = opened.refuses("score_unsupported", *scored, *LATER)
    assert "（无登记：2026-12），最多得 0 分" in told
    shown = opened("station", "show", *WHICH, "--json", *LATER).json
    (item,) = (each for each in shown["items"] if each["no"] == 13)
    assert (item["most"], item["duties"]) == (0, {"due": 1, "late": [], "unrecorded": ["2026-12"]})
    assert "应做 1 次，按时 0 次，无登记 1 次" in opened("station", "show", *WHICH, *LATER).out.replace(
        "\n", ""
    )


def test_refused(opened: Program) -> None:
    opened.refuses("evaluation_opened", "station", "evaluate", *WHICH, *STATION_SAYS)
    opened.refuses("evaluation_unknown", "station", "show", EAST, "2026-H2", *LATER)
    opened.refuses("period_invalid", "station", "show", CITY, "下半年", *LATER)
    opened.refuses("score_not_allowed", "station", "score", *WHICH, "4", "5", *STATION_SAYS)
    opened.refuses("usage", "station", "score", *WHICH, "四", "5", *STATION_SAYS)
    opened.refuses("usage", "station", "show", CITY, *LATER)
    opened.refuses("not_self_scored", "station", "review", *WHICH, "4", "6", *OTHER_SAYS)
    assert opened("station", "show", "--json", "--as-of", "2026-06-30").lines == []
