"""Reading applications at any instant: by their rows or from their records, asked once or a hundred times."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from limits.shipped import DATA
from limits.terms import CustomerClass, Level, Status, Step, Verdict
from tests.dates import at
from tests.workflow.histories import IMPORTANT, LIVES, ORDINARY, START, Told, accept, contents, live, tell
from tests.workflow.sample_ledger import AS_OF, LEDGER, known_by, write_changed
from workflow import cases, errors, store
from workflow.book import Book
from workflow.ledger.importing import import_ledger
from workflow.listing import ApplicationView, applications, one
from workflow.publishing import import_notice
from workflow.rules import load_rules
from workflow.verify import verify
from yekuo.database import upgrade

INSTANTS = (
    at("2026-07-10 五 09:30"),
    at("2026-08-15 六 00:00"),
    at("2026-09-30 三 23:59"),
    at("2026-10-10 六 12:00"),
    at("2026-11-03 二 16:20"),
)


@pytest.fixture
def sample(book: Book) -> Book:
    """The sample ledger, taken on Friday 2026-11-20."""
    import_ledger(book, LEDGER, now=AS_OF)
    return book


@pytest.fixture
def other(sqlite_url: str, book: Book) -> Iterator[Book]:
    """A second, empty book, that is told less."""
    engine = store.open_engine(f"{sqlite_url}-other")
    upgrade(engine)
    yield Book(engine, book.rules)
    engine.dispose()


def views(book: Book, now: datetime) -> dict[str, ApplicationView]:
    return {view.number: view for view in applications(book, now)}


# -- any instant -----------------------------------------------------------------------------------


@pytest.mark.parametrize("now", INSTANTS, ids=str)
def test_what_is_seen_of_an_earlier_instant_is_what_a_book_told_only_so_much_says(
    sample: Book, other: Book, tmp_path: Path, now: datetime
) -> None:
    known = write_changed(tmp_path / "known.xlsx", known_by(now))
    import_ledger(other, known, now=now)
    here, there = views(sample, now), views(other, now)
    assert len(there) > 10
    assert here == there


def test_a_life_seen_at_each_of_its_instants_is_the_life_told_so_far(book: Book) -> None:
    done = live(book, "A", "高压重要")
    for upto in range(len(done)):
        live(book, f"B{upto:02}", "高压重要", upto)
        for later in (timedelta(0), timedelta(hours=13)):
            now = done[upto].event.occurred_at + later
            here, there = one(book, "A", now), one(book, f"B{upto:02}", now)
            assert replace(here, number="") == replace(there, number="")


def test_what_was_not_yet_accepted_is_not_seen(book: Book) -> None:
    accept(book, "A1")
    assert list(applications(book, START - timedelta(seconds=1))) == []
    assert [view.number for view in applications(book, START)] == ["A1"]
    with pytest.raises(errors.ApplicationUnknown):
        one(book, "A1", START - timedelta(seconds=1))
    with pytest.raises(errors.ApplicationUnknown, match="B2"):
        one(book, "B2", START)


def test_asking_changes_nothing_and_its_answer_does_not_depend_on_how_often_it_was_asked(
    sample: Book,
) -> None:
    before = contents(sample)
    first = {now: views(sample, now) for now in INSTANTS}
    for now in (*reversed(INSTANTS), AS_OF, *INSTANTS):
        again = views(sample, now)
        assert again == first.get(now, again)
    assert contents(sample) == before


def test_levels_only_grow_until_a_correction_and_are_crossed_when_they_say(sample: Book) -> None:
    """A level seen at one instant is seen at every later one, with the same day."""
    seen: dict[tuple[str, str, str], list[tuple[Level, date]]] = {}
    for now in (*INSTANTS, AS_OF):
        for number, view in views(sample, now).items():
            for clock in view.clocks:
                levels = [(each.level, each.crossed_on) for each in clock.levels]
                earlier = seen.get((number, clock.layer.value, clock.name), [])
                assert levels[: len(earlier)] == earlier
                assert all(crossed <= now.date() for _, crossed in levels)
                seen[number, clock.layer.value, clock.name] = levels
    assert sum(map(len, seen.values())) > 300


def test_a_paused_clock_has_no_due_date_and_reaches_nothing(sample: Book) -> None:
    quiet = [
        clock
        for now in (*INSTANTS, AS_OF)
        for view in views(sample, now).values()
        for clock in view.clocks
        if not clock.reading.running
    ]
    assert len(quiet) > 100
    assert {clock.reading.due_on for clock in quiet} == {None}


# -- pages and order -----------------------------------------------------------------------------------


def test_more_applications_than_a_page_are_each_seen_once_in_the_order_of_their_numbers(book: Book) -> None:
    from workflow.listing import PAGE

    numbers = [f"{n * 7919 % 100003:06}" for n in range(PAGE + 7)]
    path = write_changed_numbers(book, numbers)
    assert [view.number for view in applications(book, AS_OF)] == sorted(numbers)
    path.unlink()


def write_changed_numbers(book: Book, numbers: list[str]) -> Path:
    """Import a ledger of that many equal rows."""
    from tests.workflow.ledger_books import GOOD, good, write_book
    from workflow.ledger.columns import LEDGER_SHEET

    rows = [good(申请编号=number) for number in numbers]
    folder = Path(str(book.engine.url.database or "")).parent
    path = write_book(
        (folder if folder.is_dir() else Path()) / "many.xlsx", {LEDGER_SHEET: [list(GOOD), *rows]}
    )
    assert import_ledger(book, path, now=AS_OF).accepted == len(numbers)
    return path


def test_clocks_come_layer_by_layer_in_the_order_of_the_policies(sample: Book) -> None:
    order = ["local", "company", "national", "regulator"]
    for view in applications(sample, AS_OF):
        ranks = [order.index(clock.layer.value) for clock in view.clocks]
        assert ranks == sorted(ranks)
        assert len({(clock.layer, clock.name) for clock in view.clocks}) == len(view.clocks)


def test_one_application_in_full(book: Book) -> None:
    accept(book, "A1", IMPORTANT)
    tell(book, "A1", Told(cases.start_supporting, "施工员"), at("2026-09-02 三 09:00"))
    view = one(book, "A1", at("2026-09-16 三 10:00"))
    assert (view.customer_class, view.status, view.step) == (
        CustomerClass.HV_IMPORTANT,
        Status.OPEN,
        Step.REPLY,
    )
    assert (view.station, view.manager) == ("东岭供电所", "经理甲")
    local = {clock.name: clock for clock in view.clocks if clock.layer == "local"}
    assert {name: clock.limit for name, clock in local.items()} == {
        "company_time": 21,
        "reply": 10,
        "supporting_works": 7,
    }
    reply = local["reply"]
    assert (reply.label, reply.reading.used, reply.reading.verdict) == ("供电方案答复", 11, Verdict.OPEN_LATE)
    assert reply.reading.due_on == date(2026, 9, 15)  # Tuesday
    assert [(each.level, each.crossed_on) for each in reply.levels] == [
        (Level.BLUE, date(2026, 9, 8)),  # Tuesday
        (Level.ORANGE, date(2026, 9, 11)),  # Friday
        (Level.YELLOW, date(2026, 9, 16)),  # Wednesday
    ]


# -- a rule or a calendar changed today ------------------------------------------------------------------


def changed_policy(folder: Path) -> Path:
    """A copy of the shipped data in which a reply takes 8 working days from Tuesday 2026-12-01 on."""
    shutil.copytree(DATA, folder / "data", ignore=shutil.ignore_patterns("__pycache__", "samples"))
    file = folder / "data" / "policies" / "local-neixiang.toml"
    found: list[str] = []
    for entry in file.read_text(encoding="utf-8").split("\n\n"):
        whole_of_reply = entry.startswith("[[clock.limit]]") and (
            'parts = ["reply", ' in entry
            or "parts = [16, " in entry
            or ("高压供电方案答复（16 拆分）" in entry and "value = 10" in entry)
        )
        if not whole_of_reply:
            found.append(entry)
            continue
        until = entry.replace("\ncite", "\nuntil = 2026-11-30\ncite", 1)
        since = entry.replace("from = 2021-05-27", "from = 2026-12-01")
        for old, new in (
            ("value = 10", "value = 8"),
            ("value = 16", "value = 14"),
            ("value = 21", "value = 19"),
        ):
            since = since.replace(old, new)
        found += [until, since.replace("parts = [16, ", "parts = [14, ")]
    text = "\n\n".join(found)
    assert text.count("until = 2026-11-30") == 3
    file.write_text(text, encoding="utf-8")
    return folder / "data"


def test_a_policy_changed_today_moves_no_past_figure(sample: Book, tmp_path: Path) -> None:
    before = {now: views(sample, now) for now in (*INSTANTS, AS_OF, AS_OF + timedelta(days=60))}
    changed = Book(sample.engine, load_rules(data=changed_policy(tmp_path)))
    assert {now: views(changed, now) for now in before} == before
    assert verify(changed).difference is None
    for number, day in (("old", "2026-11-30 一 09:00"), ("new", "2026-12-01 二 09:00")):
        accept(changed, number, ORDINARY, at(day))
    limits = {
        number: {
            clock.name: clock.limit
            for clock in one(changed, number, at("2026-12-02 三 09:00")).clocks
            if clock.layer == "local"
        }
        for number in ("old", "new")
    }
    assert limits == {"old": {"company_time": 16, "reply": 10}, "new": {"company_time": 14, "reply": 8}}
    assert verify(changed).difference is None


NOTICE = """
label = "虚构的二〇二七年"
extends = "cn"
[[year]]
year = 2027
notice = "虚构的放假安排"
mark = "X"
holidays = [{ name = "元旦", from = 2027-01-01, to = 2027-01-05 }]
[[change]]
year = 2026
notice = "虚构的补充通知"
mark = "X"
holidays = [{ name = "虚构假日", from = 2026-09-21, to = 2026-09-22 }]
"""


def test_a_calendar_published_today_moves_no_verdict_and_no_level_reached(
    sample: Book, tmp_path: Path
) -> None:
    """The notice even takes two working days out of last September: what was judged by then stays judged."""
    before = views(sample, AS_OF)
    (tmp_path / "notice.toml").write_text(NOTICE, encoding="utf-8")
    now = AS_OF + timedelta(hours=1)
    changed, _ = import_notice(sample, tmp_path / "notice.toml", now=now, actor="所长")
    after = views(changed, now)
    final = (Verdict.MET, Verdict.LATE)
    judged = 0
    for number, view in before.items():
        for clock, same in zip(view.clocks, after[number].clocks, strict=True):
            if clock.reading.verdict in final:
                judged += 1
                assert same == clock
    assert judged > 1000
    assert str(verify(changed).difference) == "None"


def test_every_life_lists_its_class_and_last_step(book: Book) -> None:
    for life, (registration, _) in LIVES.items():
        live(book, life, life)
        view = one(book, life, AS_OF + timedelta(days=60))
        assert (view.customer_class, view.status) == (registration.customer_class, Status.ARCHIVED)
        assert view.step is Step.ENERGIZE
