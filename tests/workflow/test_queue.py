"""The work queue: most urgent first at any instant, each row once, and only what is in one's part."""

import base64
import importlib.util
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import given, settings
from hypothesis import strategies as st

from limits.clock import RANKS
from limits.terms import CustomerClass, Level, Status, Step, Verdict
from tests.workflow.histories import (
    IMPORTANT,
    LIVES,
    MICRO,
    ORDINARY,
    PAUSE,
    RESIDENT,
    START,
    Told,
    accept,
    contents,
    live,
    tell,
)
from tests.workflow.sample_ledger import AS_OF, LEDGER
from workflow import cases, store
from workflow.assignment import claim
from workflow.book import Book
from workflow.events import EventType
from workflow.ledger.importing import import_ledger
from workflow.listing import ApplicationView, ClockView, applications
from workflow.projection import URGENCY
from workflow.queue import (
    MOST_ROWS,
    Cursor,
    CursorInvalid,
    Filters,
    Load,
    QueueRow,
    Scope,
    loads,
    pool,
    work_queue,
)
from workflow.tables import application
from workflow.verify import verify
from yekuo.database import MIGRATIONS

DAY = timedelta(days=1)


@pytest.fixture
def sample(book: Book) -> Book:
    """The sample ledger, taken on Friday 2026-11-20."""
    import_ledger(book, LEDGER, now=AS_OF)
    return book


def everything(book: Book, now: datetime, size: int = 7, **how: object) -> list[QueueRow]:
    """Every page after another."""
    rows: list[QueueRow] = []
    page = work_queue(book, now, limit=size, **how)  # type: ignore[arg-type]
    while True:
        assert len(page.rows) <= size
        rows += page.rows
        if page.next is None:
            return rows
        assert page.rows
        page = work_queue(book, now, limit=size, after=Cursor.decode(page.next.encode()), **how)  # type: ignore[arg-type]


def still_open(clock: ClockView) -> bool:
    return clock.reading.verdict in (Verdict.OPEN, Verdict.OPEN_LATE)


def naive(book: Book, now: datetime) -> list[tuple[str, Level | None]]:
    """Numbers and levels as a sort over the listing has them; dues are of working days, so days tell."""

    def key(view: ApplicationView) -> tuple[object, ...]:
        level = level_of(view)
        dues = [each.reading.due_on for each in view.clocks if each.reading.due_on and still_open(each)]
        due = min(dues, default=None)
        return (-(RANKS[level] + 1) if level else 0, due is None, due and due.toordinal(), view.number)

    views = [view for view in applications(book, now) if view.status is Status.OPEN]
    return [(view.number, level_of(view)) for view in sorted(views, key=key)]


def level_of(view: ApplicationView) -> Level | None:
    levels = [each.level for clock in view.clocks if still_open(clock) for each in clock.levels]
    return max(levels, key=RANKS.__getitem__, default=None)


# -- the order ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", [timedelta(0), 5 * DAY, 200 * DAY], ids=str)
@pytest.mark.parametrize("size", [7, MOST_ROWS])
def test_the_sample_comes_in_the_order_of_a_naive_sort(sample: Book, later: timedelta, size: int) -> None:
    found = everything(sample, AS_OF + later, size)
    assert len(found) > 20
    assert [(row.number, row.level) for row in found] == naive(sample, AS_OF + later)


def test_any_lives_come_in_the_order_of_a_naive_sort(book: Book) -> None:
    """One book that grows by what hypothesis tells, asked after each."""
    count = iter(range(10**6))

    @settings(max_examples=12)
    @given(
        lives=st.lists(st.tuples(st.sampled_from(sorted(LIVES)), st.integers(0, 28)), min_size=1, max_size=3),
        days=st.integers(0, 60),
        size=st.integers(1, 9),
    )
    def grow(lives: list[tuple[str, int]], days: int, size: int) -> None:
        for life, upto in lives:
            live(book, f"{next(count):06}", life, upto)
        now = START + 35 * DAY + days * DAY
        assert [(row.number, row.level) for row in everything(book, now, size)] == naive(book, now)

    grow()
    assert verify(book).difference is None


def test_time_alone_moves_an_application_up_and_nothing_is_written(book: Book) -> None:
    accept(book, "A1", RESIDENT)
    accept(book, "A2", ORDINARY, START - 5 * DAY)
    before = contents(book)
    seen = {
        day: [(row.number, row.level) for row in everything(book, START + day * DAY)] for day in range(30)
    }
    assert seen[0] == [("A1", None), ("A2", None)]
    assert {level for _, level in seen[29]} == {Level.RED}
    assert {level for rows in seen.values() for _, level in rows} == {None, *Level}
    assert contents(book) == before


# -- a row ------------------------------------------------------------------------------------------------


def test_a_row_says_what_is_needed_to_act(book: Book) -> None:
    accept(book, "A1", IMPORTANT)
    [row] = work_queue(book, START + 10 * DAY).rows
    assert (row.number, row.customer, row.customer_class) == ("A1", "客户甲", CustomerClass.HV_IMPORTANT)
    assert (row.station, row.manager, row.capacity) == ("东岭供电所", "经理甲", Decimal(500))
    assert (row.step, row.place, row.steps) == (Step.REPLY, 2, 4)
    assert (row.next_action, row.suspended) == (EventType.PLAN_REPLIED, False)
    assert row.clock is not None
    assert (row.clock.label, row.clock.limit, row.clock.level) == ("供电方案答复", 10, Level.ORANGE)
    assert (row.clock.reading.used, row.clock.reading.left) == (8, 2)
    assert str(row.clock.reading.due_on) == "2026-09-15"  # Tuesday
    assert row.level is Level.ORANGE


def test_a_suspended_row_is_due_never_and_waits_to_be_resumed(book: Book) -> None:
    accept(book, "A1", ORDINARY)
    tell(book, "A1", Told(cases.suspend, "经理甲", PAUSE), START + DAY)
    [row] = work_queue(book, START + 90 * DAY).rows
    assert (row.suspended, row.due_at, row.level) == (True, None, None)
    assert row.next_action is EventType.RESUMED
    assert row.clock is not None
    assert row.clock.reading.due_on is None


@pytest.mark.parametrize("life", LIVES)
def test_doing_the_next_action_again_and_again_ends_in_the_archive(book: Book, life: str) -> None:
    accept(book, "A1", LIVES[life][0])
    by_event: dict[EventType, Callable[..., object]] = {
        EventType.RESUMED: cases.resume,
        EventType.PLAN_REPLIED: cases.reply_plan,
        EventType.DESIGN_SUBMITTED: cases.submit_design,
        EventType.WORKS_STARTED: cases.start_works,
        EventType.INTERIM_REQUESTED: cases.request_interim,
        EventType.INTERIM_STARTED: cases.start_interim,
        EventType.WORKS_FINISHED: cases.finish_works,
        EventType.COMPLETION_REPORTED: cases.report_completion,
        EventType.FINAL_STARTED: cases.start_final,
        EventType.FORMALITIES_DONE: cases.complete_formalities,
        EventType.SUPPORTING_FINISHED: cases.finish_supporting,
        EventType.ENERGIZED: cases.energize,
        EventType.ARCHIVED: cases.archive,
    }
    opinions: dict[EventType, Callable[..., object]] = {
        EventType.DESIGN_PASSED: cases.review_design,
        EventType.INTERIM_PASSED: cases.finish_interim,
        EventType.FINAL_PASSED: cases.finish_final,
    }
    now, done = START, []
    while rows := work_queue(book, now).rows:
        [row] = rows
        assert row.next_action is not None
        done.append(row.next_action)
        now += DAY
        when: cases.When = {"at": now, "now": now, "actor": "经理甲"}
        if row.next_action in opinions:
            opinions[row.next_action](book, "A1", passed=True, opinion="合格", **when)
        else:
            by_event[row.next_action](book, "A1", **when)
    assert len(set(done)) == len(done) >= 2
    assert done[-1] is EventType.ARCHIVED


# -- scopes and filters --------------------------------------------------------------------------------------


@pytest.fixture
def mixed(book: Book) -> Book:
    """Five open applications of two stations and three managers, one of them nobody's."""
    other = {"station": "西岭供电所"}
    accept(book, "4126001", replace(ORDINARY, customer="水泥厂", address="东岭镇1号"))
    accept(book, "4126002", replace(MICRO, manager="", customer="面馆", address="东岭镇50%号"))
    accept(book, "4126003", replace(ORDINARY, manager="经理乙", capacity=Decimal("315.5")))
    accept(book, "4126004", replace(ORDINARY, manager="经理乙", **other))  # type: ignore[arg-type]
    accept(book, "4127005", replace(RESIDENT, manager="经理丙", customer="Cement Works", **other))  # type: ignore[arg-type]
    live(book, "4126009", "低压居民")
    return book


@pytest.mark.parametrize(
    ("scope", "filters", "numbers"),
    [
        (Scope(), Filters(), "4126001 4126002 4126003 4126004 4127005"),
        (Scope(station="西岭供电所"), Filters(), "4126004 4127005"),
        (Scope(station="西岭供电所", manager="经理乙"), Filters(), "4126004"),
        (Scope(manager="经理乙"), Filters(), "4126003 4126004"),
        (Scope(numbers=frozenset({"4126003", "nobody", "\0", "\ud800"})), Filters(), "4126003"),
        (Scope(numbers=frozenset()), Filters(), ""),
        (Scope(station="西岭供电所"), Filters(station="东岭供电所"), ""),
        (Scope(station="西岭供电所"), Filters(text="4126"), "4126004"),
        (Scope(), Filters(customer_class=CustomerClass.LV_MICRO), "4126002"),
        (Scope(), Filters(step=Step.REPLY), "4126001 4126003 4126004"),
        (Scope(), Filters(manager=""), "4126002"),
        (Scope(), Filters(text="4127"), "4127005"),
        (Scope(), Filters(text=" 水泥 "), "4126001"),
        (Scope(), Filters(text="CEMENT"), "4127005"),
        (Scope(), Filters(text="50%"), "4126002"),
        (Scope(), Filters(text="_"), ""),
        (Scope(), Filters(text="'; DROP TABLE application; --"), ""),
        (Scope(), Filters(text="\0"), ""),
        (Scope(), Filters(manager="\ud800"), ""),
        (Scope(), Filters(due_before=START), ""),
        (Scope(), Filters(due_before=START + 90 * DAY), "4126001 4126002 4126003 4126004 4127005"),
        (Scope(), Filters(level=Level.RED), ""),
    ],
)
def test_a_queue_holds_what_is_in_scope_and_wanted(
    mixed: Book, scope: Scope, filters: Filters, numbers: str
) -> None:
    found = everything(mixed, START + timedelta(minutes=5), 2, scope=scope, filters=filters)
    assert sorted(row.number for row in found) == numbers.split()


def test_a_level_is_filtered_by_what_stands_and_not_by_what_was_passed(mixed: Book) -> None:
    now = START + 8 * DAY
    rows = everything(mixed, now)
    assert {row.level for row in rows} >= {Level.BLUE, Level.RED}
    for level in Level:
        wanted = [row.number for row in rows if row.level is level]
        assert [row.number for row in everything(mixed, now, filters=Filters(level=level))] == wanted


def test_the_pool_is_what_nobody_owns_and_loads_are_what_others_have(mixed: Book) -> None:
    now = START + DAY
    assert [row.number for row in pool(mixed, now).rows] == ["4126002"]
    assert pool(mixed, now, Scope(station="西岭供电所")).rows == ()
    assert loads(mixed, Scope(), now) == {
        "经理甲": Load(1, Decimal(500)),
        "经理乙": Load(2, Decimal("815.5")),
        "经理丙": Load(1, Decimal(8)),
    }
    assert set(loads(mixed, Scope(station="西岭供电所"), now)) == {"经理乙", "经理丙"}
    claim(mixed, "4126002", manager="经理丙", at=now, now=now, actor="经理丙")
    assert pool(mixed, now).rows == ()
    assert loads(mixed, Scope(), now)["经理丙"].applications == 2


# -- pages ----------------------------------------------------------------------------------------------------


def test_while_rows_change_every_other_row_comes_exactly_once(book: Book) -> None:
    """Between any two pages a day passes, one application is acted upon, one is accepted and one ends."""
    numbers = [f"A{n:02}" for n in range(40)]
    for index, number in enumerate(numbers):
        accept(book, number, ORDINARY if index % 3 else RESIDENT, START + index * timedelta(hours=5))
    now, seen, changed, cursor = START + 20 * DAY, [], set(), None
    for step in range(40):
        page = work_queue(book, now + step * DAY, limit=4, after=cursor)
        seen += [row.number for row in page.rows]
        if page.next is None:
            break
        cursor = Cursor.decode(page.next.encode())
        moment = now + step * DAY
        moved, ended = numbers[(step * 7 + 1) % 40], numbers[(step * 11 + 3) % 40]
        accept(book, f"B{step:02}", ORDINARY, moment)
        for number, told in (
            (moved, Told(cases.find_constraint)),
            (ended, Told(cases.terminate, "经理甲", {"reason": "客户撤回"})),
        ):
            if number not in changed:
                changed.add(number)
                tell(book, number, told, moment)
    untouched = [number for number in numbers if number not in changed]
    assert len(untouched) > 15
    assert [seen.count(number) for number in untouched] == [1] * len(untouched)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "客户",
        "!!!!",
        "AAAA",
        *(
            base64.urlsafe_b64encode(told.encode("utf-8", "surrogatepass")).decode()
            for told in (
                "null",
                "[]",
                "[1, 2, 3, 4]",
                '["2026-09-01T09:00:00", 1, null, "A"]',
                '["2026-09-01T09:00:00+08:00", 9, null, "A"]',
                '["2026-09-01T09:00:00+08:00", [1], null, "A"]',
                '["2026-09-01T09:00:00+08:00", 1, null, 7]',
                '["2026-09-01T09:00:00+08:00", 1, "tomorrow", "A"]',
                '["2026-09-01T09:00:00+08:00", 1, null, "\\u0000"]',
                '["2026-09-01T09:00:00+08:00", 1, null, "\\ud800"]',
                '["0001-01-01T00:00:00+23:59", 1, null, "A"]',
                "[" * 9000,
            )
        ),
    ],
)
def test_a_cursor_nobody_made_is_refused(text: str) -> None:
    with pytest.raises(CursorInvalid, match="从第一页"):
        Cursor.decode(text)


@given(
    st.integers(-(10**6), 10**6), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
)
def test_a_cursor_comes_back_as_it_was(minutes: int, number: str) -> None:
    moment = START + timedelta(minutes=minutes)
    for cursor in (Cursor(moment, 4, moment, number), Cursor(moment, 0, None, number)):
        assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize("limit", [-5, 0, 1, 10**9])
def test_a_page_is_never_empty_nor_without_end(mixed: Book, limit: int) -> None:
    page = work_queue(mixed, START + DAY, limit=limit)
    assert 1 <= len(page.rows) <= MOST_ROWS


def test_what_an_upgrade_fills_in_is_what_the_records_say(sample: Book) -> None:
    """The columns the queue is sorted by, made anew from the clocks and levels as migration 0003 makes them."""
    spec = importlib.util.spec_from_file_location("desk", MIGRATIONS / "versions" / "0003_desk.py")
    assert spec is not None
    assert spec.loader is not None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    before = contents(sample)["application"]
    with store.writing(sample.engine) as connection:
        connection.execute(sa.update(application).values(dict.fromkeys(URGENCY)))
        with Operations.context(MigrationContext.configure(connection)):
            migration._fill_queue()
    assert contents(sample)["application"] == before
    assert verify(sample).difference is None
