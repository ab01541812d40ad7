"""The evaluation of a station: scored by one, reviewed by another, and never more than its duties support."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from alerts.duties import doing
from alerts.duties.facts import duty_facts
from alerts.duties.opening import open_rounds
from alerts.duties.rounds import Round
from limits.duties import rounds_between
from limits.errors import YekuoError
from limits.force import Force
from limits.zone import local
from reports.documents.public import public_edition
from reports.errors import PeriodNotBegun
from reports.paper import Paper, Table
from reports.periods import Period
from reports.stations import errors, evaluating, judging
from reports.stations.evaluation import Evaluation
from reports.stations.judging import Judgement
from reports.stations.kept import Case, evaluation, evaluations
from reports.stations.paper import evaluation_paper
from reports.stations.records import Act
from reports.stations.verify import verify_evaluations
from reports.tables import station_evaluation, station_record
from tests.alerts.company import CITY, EAST, found, on_record
from tests.dates import at, on
from tests.workflow.histories import ORDINARY, accept
from workflow import store
from workflow.book import Book
from workflow.errors import TextUnstorable
from workflow.people.roster import import_organisation
from workflow.rules import load_rules

HALF = Period.parse("2026-H2")
OPENED = at("2026-07-01 三 09:00")
DONE = at("2026-12-30 三 17:00")
OVER = at("2027-01-05 二 09:00")
MONTHLY = tuple(f"2026-{month:02}" for month in range(7, 13))
MEETING, LEDGER, PUBLISHED, PEOPLE, VILLAGE, PRAISED = 9, 10, 12, 4, 1, 26
COMPLAINT, GROUP = 23, 13


@cache
def rhythm() -> Sequence[tuple[int, str, str, str, str]]:
    """Every round that falls due in the half-year: item, name, what it is, first and last day."""
    found_ = rounds_between(load_rules().policies.duties, HALF.begins.date(), on("2026-12-31 四"))
    return [
        (item, name, rule.label, when.opens_on.isoformat(), when.due_on.isoformat())
        for (item, name), (rule, when) in found_.items()
    ]


def duties(*missing: tuple[int, str], absent: tuple[tuple[int, str], ...] = ()) -> Any:
    """What comes round in the half-year; those of ``missing`` were done too late, of those of ``absent`` is no row."""

    def told(_: sa.Connection, begins: datetime, ends: datetime, as_of: datetime) -> Any:
        assert (begins, ends) == (HALF.begins, HALF.ends)
        rows = [
            (
                *(item, CITY, name, label, opens_on, due_on),
                *(f"{opens_on}T10:00:00+08:00", "late" if (item, name) in missing else "met"),
            )
            for item, name, label, opens_on, due_on in rhythm()
            if opens_on <= f"{local(as_of):%Y-%m-%d}" and (item, name) not in absent
        ]
        columns = ("item", "station", "round", "label", "opens_on", "due_on", "done_at", "state")
        another = (MEETING, EAST, "2026-07", "月度事项", "2026-07-01", "2026-07-31", None, "open_late")
        return {"duties": (columns, [*rows, another])}

    return told


@pytest.fixture
def case(file_book: Book, tmp_path: Path) -> Case:
    return Case(found(file_book, tmp_path), CITY, HALF, duties())


def opened(case: Case) -> Case:
    evaluating.open_evaluation(case, now=OPENED, actor="管理员")
    return case


def scored(case: Case, item: int, points: int, actor: str = "赵六", **more: Any) -> Evaluation:
    judged = Judgement(item, points, more.get("evidence", "会议纪要"))
    return evaluating.score(case, judged, now=more.get("now", DONE), actor=actor)


def reviewed(case: Case, item: int, points: int, actor: str = "孙八", **more: Any) -> Evaluation:
    judged = Judgement(item, points, more.get("evidence", ""))
    return evaluating.review(case, judged, now=more.get("now", DONE), actor=actor)


def everything(case: Case) -> Evaluation:
    """All 27 items: everything there is but the bonus of item 27."""
    for each in evaluation(case, OPENED).items:
        points = 0 if each.item.no == 27 else each.item.points
        scored(case, each.item.no, points)
        result = reviewed(case, each.item.no, points)
    return result


def tables_of(paper_: Paper) -> dict[str, Table]:
    return {each.name: each for each in paper_.tables()}


def refusal(refused: pytest.ExceptionInfo[Any]) -> str:
    assert isinstance(refused.value, YekuoError)
    return refused.value.message


# -- on both databases ----------------------------------------------------------------------------


def test_from_opening_to_the_result(book: Book, tmp_path: Path) -> None:
    case = opened(Case(found(book, tmp_path), CITY, HALF, duties()))
    held = everything(case)
    assert (held.own_points, held.points, held.unreviewed) == (105, 105, ())
    closed = evaluating.close(case, now=OVER, actor="孙八", text="制度健全")
    assert closed.result is not None
    assert (closed.result.points, closed.result.grade) == (105, "示范型")
    assert (closed.result.actor, closed.result.at, closed.result.text) == ("孙八", OVER, "制度健全")
    kept = evaluation(case, OVER)
    assert kept == closed
    assert len(kept.records) == 1 + 27 * 2 + 1
    assert verify_evaluations(book).difference is None


def test_of_two_who_open_at_once_one_is_told(book: Book, tmp_path: Path) -> None:
    case = Case(found(book, tmp_path), CITY, HALF, duties())

    def open_it(actor: str) -> str:
        try:
            evaluating.open_evaluation(case, now=OPENED, actor=actor)
        except errors.EvaluationOpened as refused:
            return refused.code
        return "opened"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(open_it, ("甲", "乙"))) == ["evaluation_opened", "opened"]
    assert len(evaluation(case, OPENED).records) == 1


def test_of_two_who_write_at_once_both_are_in_the_chain(book: Book, tmp_path: Path) -> None:
    case = opened(Case(found(book, tmp_path), CITY, HALF, duties()))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda item: scored(case, item, 4), (1, 2, 9, 10)))
    assert [each.seq for each in evaluation(case, DONE).records] == [1, 2, 3, 4, 5]
    assert verify_evaluations(book).difference is None


# -- the rules ------------------------------------------------------------------------------------


def test_what_duties_say_need_not_be_written_again(case: Case) -> None:
    (view,) = (
        each for each in scored(opened(case), MEETING, 4, evidence="").items if each.item.no == MEETING
    )
    assert view.own is not None
    assert view.own.evidence == view.evidence == "周期事项应做 6 次，按时 6 次"


def test_without_duties_evidence_is_written(case: Case) -> None:
    with pytest.raises(errors.ScoreEvidenceMissing):
        scored(opened(case), VILLAGE, 4, evidence=" ")


@pytest.mark.parametrize(
    ("item", "points", "allowed"),
    [(PEOPLE, 5, "6、3、0"), (VILLAGE, 2, "4、0"), (PRAISED, 10, "5、0"), (COMPLAINT, -5, "5、0")],
)
def test_a_score_the_rule_cannot_give(case: Case, item: int, points: int, allowed: str) -> None:
    with pytest.raises(errors.ScoreNotAllowed) as refused:
        scored(opened(case), item, points)
    assert f"应为 {allowed} 之一" in refusal(refused)


@pytest.mark.parametrize(
    ("item", "missing", "most"), [(MEETING, 1, 0), (PUBLISHED, 1, 6), (PUBLISHED, 3, 2), (PUBLISHED, 6, 0)]
)
def test_no_more_than_the_duties_done_in_time_support(case: Case, item: int, missing: int, most: int) -> None:
    """A round done late is missing (X): all or nothing is nothing, −2 each is −2 each."""
    late = replace(case, duties=duties(*((item, name) for name in MONTHLY[:missing])))
    opened(late)
    with pytest.raises(errors.ScoreUnsupported) as refused:
        scored(late, item, most + (4 if item == MEETING else 2))
    assert f"最多得 {most} 分" in refusal(refused)
    assert MONTHLY[0] in refusal(refused)
    assert scored(late, item, most).find(item).own.points == most  # type: ignore[union-attr]


def test_a_round_missed_after_the_review_is_seen_when_the_result_is_given(case: Case) -> None:
    everything(opened(case))
    late = replace(case, duties=duties((MEETING, "2026-12")))
    with pytest.raises(errors.ScoreUnsupported):
        evaluating.close(late, now=OVER, actor="孙八")


def test_who_scored_neither_reviews_nor_gives_the_result(case: Case) -> None:
    scored(opened(case), VILLAGE, 4, actor="赵六")
    scored(case, PEOPLE, 6, actor="钱七")
    for actor in ("赵六", " 赵 六", "钱七"):
        with pytest.raises(errors.EvaluatorConflict):
            reviewed(case, VILLAGE, 4, actor=actor)
        with pytest.raises(errors.EvaluatorConflict):
            evaluating.close(case, now=OVER, actor=actor)
    reviewed(case, VILLAGE, 4, actor="孙八")
    with pytest.raises(errors.EvaluatorConflict) as refused:
        scored(case, PEOPLE, 3, actor="孙八")
    assert "已经复核，不能再自评" in refusal(refused)


def test_a_correction_is_a_new_record_and_wants_a_new_review(case: Case) -> None:
    scored(opened(case), PEOPLE, 6)
    reviewed(case, PEOPLE, 6)
    held = scored(case, PEOPLE, 3, evidence="少一名监督员")
    assert PEOPLE in held.unreviewed
    assert [each.payload.get("points") for each in held.records] == [None, 6, 6, 3]
    again = reviewed(case, PEOPLE, 0, evidence="两名都没有").find(PEOPLE)
    assert again is not None
    assert again.own is not None
    assert again.review is not None
    assert (again.own.points, again.review.points) == (3, 0)


def test_a_review_that_differs_says_why(case: Case) -> None:
    scored(opened(case), PEOPLE, 6)
    with pytest.raises(errors.ReviewReasonMissing):
        reviewed(case, PEOPLE, 3)
    with pytest.raises(errors.NotSelfScored):
        reviewed(case, VILLAGE, 4)


def test_several_are_put_on_record_together_or_none_is(case: Case) -> None:
    opened(case)
    with pytest.raises(errors.ScoreNotAllowed):
        evaluating.score(
            case, Judgement(VILLAGE, 4, "照片"), Judgement(PEOPLE, 5, "x"), now=DONE, actor="赵六"
        )
    assert len(evaluation(case, DONE).records) == 1
    right = (Judgement(VILLAGE, 4, "照片"), Judgement(PEOPLE, 6, "任命书"))
    assert [each.item for each in evaluating.score(case, *right, now=DONE, actor="赵六").records] == [
        None,
        1,
        4,
    ]
    assert verify_evaluations(case.book).difference is None


def test_who_judged_something_else_than_stands_there_is_told(case: Case) -> None:
    scored(opened(case), VILLAGE, 4)
    with pytest.raises(errors.EvaluationMoved):
        evaluating.review(case, Judgement(VILLAGE, 4), now=DONE, actor="孙八", seen=1)
    assert evaluating.review(case, Judgement(VILLAGE, 4), now=DONE, actor="孙八", seen=2).find(VILLAGE).review  # type: ignore[union-attr]


def test_what_stands_in_the_way_is_told_beforehand(case: Case) -> None:
    scored(opened(case), VILLAGE, 4)
    held = evaluation(case, DONE)
    told = {
        (act, actor): getattr(judging.hindrance(held, act, actor=actor, now=DONE), "code", None)
        for act in (Act.SCORED, Act.REVIEWED, Act.CLOSED)
        for actor in ("赵六", "孙八")
    }
    assert told == {
        (Act.SCORED, "赵六"): None,
        (Act.SCORED, "孙八"): None,
        (Act.REVIEWED, "赵六"): "evaluator_conflict",
        (Act.REVIEWED, "孙八"): None,
        (Act.CLOSED, "赵六"): "evaluator_conflict",
        (Act.CLOSED, "孙八"): "evaluation_not_over",
    }
    wrong = [Judgement(VILLAGE, 4), Judgement(PEOPLE, 5, "x"), Judgement(MEETING, 4)]
    assert {no: each.code for no, each in judging.faults(held, Act.SCORED, wrong).items()} == {
        VILLAGE: "score_evidence_missing",
        PEOPLE: "score_not_allowed",
    }


def test_no_result_before_every_item_is_reviewed_and_the_period_over(case: Case) -> None:
    everything(opened(case))
    with pytest.raises(errors.EvaluationNotOver):
        evaluating.close(case, now=DONE, actor="孙八")
    scored(case, VILLAGE, 0)
    with pytest.raises(errors.ReviewsMissing) as refused:
        evaluating.close(case, now=OVER, actor="孙八")
    assert "第 1 项没有复核" in refusal(refused)


def test_a_result_is_final_and_keeps_the_duties_it_was_given_on(case: Case) -> None:
    everything(opened(case))
    closed = evaluating.close(case, now=OVER, actor="孙八")
    with pytest.raises(errors.EvaluationClosed) as refused:
        scored(case, VILLAGE, 0, now=OVER)
    assert "评定为示范型" in refusal(refused)
    otherwise = replace(case, duties=duties((MEETING, "2026-07")))
    assert evaluation(otherwise, OVER).rounds == closed.rounds
    assert evaluation(otherwise, DONE).rounds != closed.rounds
    assert evaluation(case, DONE).result is None


def test_refused_before_anything_is_written(case: Case) -> None:
    with pytest.raises(errors.EvaluationUnknown):
        scored(case, VILLAGE, 4)
    for text, error in (
        ("2026-Q3", errors.EvaluationPeriodInvalid),
        ("2025-H2", errors.StandardMissing),
        ("2027", PeriodNotBegun),
    ):
        with pytest.raises(error):
            opened(replace(case, period=Period.parse(text)))
    with pytest.raises(errors.StationUnknown) as refused:
        opened(replace(case, station="东陵供电所"))
    assert EAST in refusal(refused)
    with pytest.raises(errors.EvaluatorMissing):
        evaluating.open_evaluation(case, now=OPENED, actor=" ")
    opened(case)
    with pytest.raises(errors.StationItemUnknown):
        scored(case, 28, 4)
    with pytest.raises(errors.EvaluationRecordEarly):
        scored(case, VILLAGE, 4, now=at("2026-06-30 二 18:00"))
    for text in ("字" * 2001, "空\0字符", "半个字\ud800"):
        with pytest.raises(TextUnstorable):
            scored(case, VILLAGE, 4, evidence=text)
    assert len(evaluation(case, OVER).records) == 1


def test_as_it_stood(case: Case) -> None:
    scored(opened(case), VILLAGE, 4)
    assert evaluation(case, OPENED).own_points is None
    assert [each.act for each in evaluation(case, OPENED).records] == [Act.OPENED]
    assert [each.station for each in evaluations(case.book, case.duties, OPENED)] == [CITY]
    before = at("2026-06-30 二 18:00")
    assert evaluations(case.book, case.duties, before) == []
    with pytest.raises(errors.EvaluationUnknown):
        evaluation(case, before)


def test_evidence_from_the_duties_people_did(file_book: Book, tmp_path: Path) -> None:
    """October done late, November in time, December still open and missed in the end."""
    book = found(file_book, tmp_path, now=at("2026-10-08 四 05:00"))
    for day in ("2026-10-08 四", "2026-11-02 一", "2026-12-01 二"):
        open_on(book, day)
    for name, day in (("2026-10", "2026-11-03 二"), ("2026-11", "2026-11-30 一")):
        finish(book, name, day)
    case = opened(Case(book, CITY, HALF, duty_facts))
    assert [
        states(case, when) for when in ("2026-11-01 日 09:00", "2026-12-31 四 23:00", "2027-01-01 五 00:00")
    ] == [["open_late", "open"], ["late", "met", "open"], ["late", "met", "open_late"]]


# -- what nobody recorded -------------------------------------------------------------------------


def open_on(book: Book, day: str) -> None:
    with store.writing(book.engine) as connection:
        open_rounds(connection, book, at(f"{day} 06:00"))


def finish(book: Book, name: str, day: str, item: int = MEETING) -> None:
    done = at(f"{day} 23:59")
    doing.done(book, Round(item, CITY, name), at=done, now=done, actor="李四", evidence="纪要")


def states(case: Case, when: str, item: int = MEETING) -> list[str]:
    rounds = [each for each in evaluation(case, at(when)).rounds if each.item == item]
    return ["无登记" if each.unrecorded else str(each.state) for each in rounds]


def test_a_round_nobody_opened_counts_like_one_that_was_missed(case: Case) -> None:
    """Words alone do not make up for it, neither when scored nor when reviewed nor when the result is given."""
    gap = opened(replace(case, duties=duties(absent=((GROUP, "2026-08"), (PUBLISHED, "2026-09")))))
    with pytest.raises(errors.ScoreUnsupported) as refused:
        scored(gap, GROUP, 3, evidence="已开会")
    assert "有 1 次没有按时完成（无登记：2026-08），最多得 0 分" in refusal(refused)
    assert "“周期事项”页面补登" in refusal(refused)
    held = scored(gap, GROUP, 0).find(GROUP)
    assert held is not None
    assert held.evidence == "周期事项应做 6 次，按时 5 次，无登记 1 次"
    with pytest.raises(errors.ScoreUnsupported):
        reviewed(gap, GROUP, 3, evidence="会议记录在案")
    assert scored(gap, PUBLISHED, 6).find(PUBLISHED).own.points == 6  # type: ignore[union-attr]
    told = evaluation_paper(evaluation(gap, DONE), "示例县供电公司", DONE)
    rows = {(row[0], row[2]): row[-1] for row in tables_of(told)["周期事项"].rows}
    assert (rows[GROUP, "2026-08"], rows[GROUP, "2026-09"]) == ("无登记", "按时")
    assert "无登记 2 次" in repr(told.sections)


def test_what_nobody_opened_is_seen_when_the_result_is_given_and_kept_with_it(case: Case) -> None:
    everything(opened(case))
    gap = replace(case, duties=duties(absent=((GROUP, "2026-12"),)))
    with pytest.raises(errors.ScoreUnsupported):
        evaluating.close(gap, now=OVER, actor="孙八")
    scored(gap, GROUP, 0, now=OVER)
    reviewed(gap, GROUP, 0, now=OVER)
    closed = evaluating.close(gap, now=OVER, actor="孙八")
    assert [each.round for each in closed.rounds if each.unrecorded] == ["2026-12"]
    assert evaluation(case, OVER) == closed
    assert verify_evaluations(case.book).difference is None


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-07-31 五 23:59", ["open"]),
        ("2026-08-01 六 00:00", ["无登记", "open"]),
        ("2026-12-31 四 23:59", ["无登记"] * 5 + ["open"]),
        ("2027-01-01 五 00:00", ["无登记"] * 6),
        ("2027-02-01 一 00:00", ["无登记"] * 6),
    ],
)
def test_missing_from_the_midnight_that_ends_its_day(case: Case, when: str, expected: list[str]) -> None:
    """Nothing ever ran: what is not yet due waits, what is due is not on record."""
    assert states(opened(replace(case, duties=duty_facts)), when) == expected


@pytest.mark.parametrize(
    ("known", "months", "since"),
    [
        ("2026-06-30 二", 6, None),
        ("2026-07-01 三", 6, None),
        ("2026-07-31 五", 6, on("2026-07-31 五")),
        ("2026-08-01 六", 5, on("2026-08-01 六")),
        ("2026-12-31 四", 1, on("2026-12-31 四")),
        ("2027-01-01 五", 0, on("2027-01-01 五")),
    ],
)
def test_nothing_is_asked_for_before_the_station_is_on_record(
    file_book: Book, tmp_path: Path, known: str, months: int, since: date | None
) -> None:
    book = found(file_book, tmp_path, now=at(f"{known} 09:00"))
    held = evaluation(opened(Case(book, CITY, HALF, duty_facts)), OVER)
    assert (sum(each.item == MEETING for each in held.rounds), held.since) == (months, since)
    said = f"{CITY}自 {since} 起在册，此前的周期不计。"
    assert (said in repr(evaluation_paper(held, "示例县供电公司", OVER).sections)) is (since is not None)


def test_nothing_is_asked_for_before_its_rule_is_in_force(case: Case) -> None:
    """The meeting is asked for from 10 September on: September's is, for opening asks for it as well."""
    policies = case.book.rules.policies
    later = tuple(
        replace(each, force=Force(on("2026-09-10 四"), on("2026-10-31 六"))) if each.item == MEETING else each
        for each in policies.duties
    )
    rules = replace(case.book.rules, policies=replace(policies, duties=later))
    book = replace(case.book, rules=rules)
    changed = opened(replace(case, book=book, duties=duty_facts))
    assert states(changed, "2027-01-05 二 09:00") == ["无登记"] * 2
    open_on(book, "2026-12-01 二")
    assert states(changed, "2027-01-05 二 09:00") == ["open_late"] * 2


def test_what_runs_late_can_still_be_put_on_record(file_book: Book, tmp_path: Path) -> None:
    """The job ran first in November: July's meeting was held, and is recorded as held."""
    book = found(file_book, tmp_path, now=OPENED)
    case = opened(Case(book, CITY, HALF, duty_facts))
    assert states(case, "2026-11-02 一 05:00") == ["无登记"] * 4 + ["open"]
    open_on(book, "2026-11-02 一")
    finish(book, "2026-07", "2026-07-30 四")
    assert states(case, "2026-11-02 一 07:00") == ["met", *["open_late"] * 3, "open"]


def test_a_station_of_the_ledger_alone_is_asked_since_its_first_application(
    file_book: Book, tmp_path: Path
) -> None:
    """The ledger was taken over on 8 September; the organisation, in October, makes it no later."""
    accept(
        file_book,
        "L-1",
        replace(ORDINARY, station=CITY),
        at("2026-08-03 一 09:00"),
        now=at("2026-09-08 二 09:00"),
    )
    case = opened(Case(file_book, CITY, HALF, duty_facts))
    assert states(case, "2027-01-05 二 09:00") == ["无登记"] * 4
    found(file_book, tmp_path, now=at("2026-10-08 四 09:00"))
    assert states(case, "2027-01-05 二 09:00") == ["无登记"] * 4


def test_a_station_that_was_always_known_is_asked_since_the_book_began(
    file_book: Book, tmp_path: Path
) -> None:
    """A database of before it was written down since when a unit is known; its first record is of 8 September."""
    book = found(file_book, tmp_path)
    on_record(book, at("1970-01-01 四 08:00"))
    accept(
        book, "L-1", replace(ORDINARY, station=EAST), at("2026-08-03 一 09:00"), now=at("2026-09-08 二 09:00")
    )
    case = opened(Case(book, CITY, HALF, duty_facts))
    assert states(case, "2027-01-05 二 09:00") == ["无登记"] * 4
    assert evaluation(case, OVER).since == on("2026-09-08 二")


def test_another_name_is_another_station(file_book: Book, tmp_path: Path) -> None:
    """The old name keeps what was missed; of the new one is said since when it is there, and not more."""
    book = found(file_book, tmp_path, now=OPENED)
    open_on(book, "2026-08-03 一")
    path, new = tmp_path / "organisation.toml", "城关新供电所"
    path.write_text(path.read_text(encoding="utf-8").replace(CITY, new), encoding="utf-8")
    import_organisation(book.engine, path, now=at("2026-09-15 二 09:00"), actor="管理员")
    old = opened(Case(book, CITY, HALF, duty_facts))
    assert states(old, "2027-01-05 二 09:00") == ["open_late"] * 2, (
        "what was opened, and nothing after it left"
    )
    renamed = opened(replace(old, station=new))
    assert states(renamed, "2027-01-05 二 09:00") == ["无登记"] * 4
    assert evaluation(renamed, OVER).since == on("2026-09-15 二")


# -- the paper ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, rules: Any) -> Iterator[Case]:
    """A closed evaluation that nobody adds to."""
    folder = tmp_path_factory.mktemp("stations")
    shutil.copy(sqlite_template, folder / "yekuo.sqlite3")
    engine = store.open_engine(f"sqlite:///{(folder / 'yekuo.sqlite3').as_posix()}")
    case = opened(Case(found(Book(engine, rules), folder), CITY, HALF, duties()))
    everything(case)
    evaluating.close(case, now=OVER, actor="孙八", text="制度健全")
    yield case
    engine.dispose()


def paper(case: Case, when: datetime = OVER) -> Paper:
    return evaluation_paper(evaluation(case, when), "示例县供电公司", when)


def test_the_paper_says_the_result_and_every_score(world: Case) -> None:
    told = paper(world)
    assert told.keys[0].value == "示范型"
    assert told.keys[0].base == "90 分以上示范型、60 分以上标准型、60 分以下不合格"
    tables = tables_of(told)
    assert tables["得分"].rows[-1] == ("合计", 110, 105, 105)
    assert sum(len(tables[part.label].rows) for part in evaluation(world, OVER).standard.parts) == 27
    assert [each.name for each in told.signatures] == ["赵六", "孙八", "孙八"]
    assert len(tables["评价记录"].rows) == 56


def test_before_the_result_it_says_what_is_missing(world: Case) -> None:
    told = paper(world, OPENED)
    assert told.state == "未评定，27 项尚未复核"
    assert told.keys[1].value == "尚未复核"
    assert tables_of(told)["得分"].rows[-1] == ("合计", 110, None, None)


def test_the_public_edition_names_nobody(world: Case) -> None:
    text = repr(replace(public_edition(paper(world)), title="", as_of=OVER))
    assert "示范型" in text
    assert not any(word in text for word in ("赵六", "孙八", "管理员", "会议纪要", "制度健全"))


# -- changed outside the software -----------------------------------------------------------------


def test_verified(world: Case) -> None:
    found_ = verify_evaluations(world.book)
    assert (found_.evaluations, found_.difference, len(found_.head)) == (1, None, 64)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (sa.update(station_record).where(station_record.c.seq == 2).values(actor="别人"), "内容被改动过"),
        (sa.delete(station_record).where(station_record.c.seq == 3), "其间有记录被删除"),
        (sa.delete(station_record).where(station_record.c.seq == 56), "登记有 56 条记录，实有 55 条"),
        (sa.delete(station_record), "登记有 56 条记录，实有 0 条"),
        (sa.update(station_evaluation).values(station=EAST), "与建立记录不符"),
        (sa.update(station_evaluation).values(standard="{}"), "与建立记录不符"),
        (sa.update(station_record).where(station_record.c.seq == 2).values(payload="{"), "读不出来"),
        (sa.delete(station_evaluation), "本身却已不存在"),
    ],
)
def test_a_change_is_found(world: Case, tmp_path: Path, change: sa.UpdateBase, said: str) -> None:
    with world.book.engine.connect() as connection:
        connection.exec_driver_sql(f"VACUUM INTO '{(tmp_path / 'copy.sqlite3').as_posix()}'")
    engine = sa.create_engine(f"sqlite:///{(tmp_path / 'copy.sqlite3').as_posix()}")
    with engine.begin() as connection:
        connection.execute(change)
    changed = verify_evaluations(Book(engine, world.book.rules)).difference
    assert changed is not None
    assert said in changed
    engine.dispose()
