"""The store: one transaction whole or not at all, threads that race, and database faults in one sentence."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa

from limits.errors import YekuoError
from tests.dates import at
from tests.workflow.histories import ORDINARY, START, Told, accept, contents, counts, live, tell
from workflow import cases, errors, store
from workflow.book import Book
from workflow.rules import Rules
from workflow.tables import application, clock, event, metadata, threshold
from workflow.verify import verify
from yekuo.database import check_ready, upgrade

THREADS = 4


def together(*doing: Callable[[], object]) -> list[object]:
    """Do all of it in threads let go at one moment; what each gave or raised."""
    barrier = Barrier(len(doing))

    def one(what: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return what()
        except YekuoError as error:
            return error

    with ThreadPoolExecutor(len(doing)) as pool:
        return list(pool.map(one, doing))


# -- threads -----------------------------------------------------------------------------------------


def test_of_many_threads_that_make_one_move_one_wins_and_the_others_are_told_why(book: Book) -> None:
    for round_ in range(3):
        number = f"A{round_}"
        accept(book, number)
        reply = partial(tell, book, number, Told(cases.reply_plan), START + timedelta(days=2))
        found = together(*[reply] * THREADS)
        lost = [each for each in found if isinstance(each, YekuoError)]
        assert len(lost) == THREADS - 1
        assert {each.code for each in lost} == {"move_refused"}
        assert all("当前为“客户工程实施中”" in each.message for each in lost)
    assert verify(book).difference is None
    assert counts(book)["event"] == 6


def test_of_many_threads_that_accept_one_number_one_wins(book: Book) -> None:
    for round_ in range(3):
        found = together(*[partial(accept, book, f"A{round_}")] * THREADS)
        lost = [each for each in found if isinstance(each, YekuoError)]
        assert [each.code for each in lost] == ["application_exists"] * (THREADS - 1)
    assert verify(book).difference is None
    assert counts(book)["application"] == 3


def test_of_two_threads_that_correct_one_record_both_are_kept_in_order(book: Book) -> None:
    live(book, "A1", "高压普通", 2)
    now = START + timedelta(days=90)

    def move(day: int) -> Callable[[], object]:
        moved = START + timedelta(days=day)
        return lambda: cases.correct(
            book,
            "A1",
            seq=3,
            occurred_at=moved,
            reason="写错",
            at=now,
            now=now + timedelta(days=day),
            actor="x",
        )

    found = together(move(3), move(4))
    assert [each for each in found if isinstance(each, YekuoError)] == []
    assert counts(book)["event"] == 5
    assert str(verify(book).difference) == "None"


def test_threads_on_different_applications_do_not_disturb_each_other(book: Book) -> None:
    found = together(*[lambda n=n: live(book, f"A{n}", "高压普通") for n in range(THREADS)])
    assert [each for each in found if isinstance(each, YekuoError)] == []
    assert verify(book).difference is None
    assert counts(book)["event"] == THREADS * 11


# -- transactions --------------------------------------------------------------------------------------


class StopError(Exception):
    """Raised by a test inside a transaction."""


def test_a_transaction_that_fails_leaves_nothing(book: Book) -> None:
    live(book, "A1", "高压普通")
    before = contents(book)

    def fail() -> None:
        with store.writing(book.engine) as connection:
            connection.execute(sa.delete(threshold))
            connection.execute(sa.update(application).values(customer="别人"))
            raise StopError

    with pytest.raises(StopError):
        fail()
    assert contents(book) == before


def test_a_reader_sees_one_state_while_others_write(book: Book) -> None:
    accept(book, "A1")
    with store.reading(book.engine) as connection:
        first = connection.execute(sa.select(sa.func.count()).select_from(event)).scalar()
        tell(book, "A1", Told(cases.reply_plan), START + timedelta(days=2))
        again = connection.execute(sa.select(sa.func.count()).select_from(event)).scalar()
    assert (first, again) == (1, 1)
    assert counts(book)["event"] == 2


def test_a_reader_does_not_keep_a_writer_waiting_nor_the_reverse(book: Book) -> None:
    accept(book, "A1")
    with store.writing(book.engine) as connection:
        connection.execute(sa.update(application).values(customer="别人"))
        assert len(contents(book)["application"]) == 1
    assert contents(book)["application"][0][4] == "别人"


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        (event, ("application_id", "seq")),
        (clock, ("application_id", "layer", "name", "version")),
        (threshold, ("application_id", "layer", "name", "level", "crosses_at")),
    ],
    ids=str,
)
def test_what_must_be_once_is_a_unique_key_of_the_database(
    book: Book, table: sa.Table, keys: tuple[str, ...]
) -> None:
    live(book, "A1", "高压普通", 0)
    with book.engine.connect() as connection:
        row = connection.execute(sa.select(table)).mappings().first()
        assert row is not None
        twice = {name: value for name, value in row.items() if name != "id"}
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.insert(table), [twice])
        connection.rollback()
    found = sa.inspect(book.engine).get_unique_constraints(table.name)
    assert keys in {tuple(each["column_names"]) for each in found}


def test_every_foreign_key_is_held(book: Book) -> None:
    accept(book, "A1")
    with book.engine.connect() as connection:
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.delete(application))
        connection.rollback()


# -- values ----------------------------------------------------------------------------------------------


def test_instants_are_utc_in_the_database_and_shanghai_in_the_code(book: Book) -> None:
    when = datetime(2026, 9, 1, 1, 0, 0, 123456, tzinfo=UTC)
    accept(book, "A1", when=when)
    with book.engine.connect() as connection:
        held = connection.execute(sa.select(application.c.accepted_at)).scalar()
        raw = connection.exec_driver_sql("SELECT accepted_at FROM application").scalar()
    assert held == when
    assert held is not None
    assert held.isoformat() == "2026-09-01T09:00:00.123456+08:00"
    assert str(raw).startswith("2026-09-01 01:00:00.123456")


@pytest.mark.parametrize("capacity", ["0.1", "8", "60.50", "123456789.125"])
def test_a_capacity_is_kept_exactly(book: Book, capacity: str) -> None:
    accept(book, "A1", replace(ORDINARY, capacity=Decimal(capacity)))
    with book.engine.connect() as connection:
        assert str(connection.execute(sa.select(application.c.capacity)).scalar()) == capacity
    assert verify(book).difference is None


AWKWARD = 'Ω𠮷’"; DROP TABLE event; --\\ \n\t%s ?'


def test_what_people_type_is_kept_as_typed(book: Book) -> None:
    accept(book, AWKWARD[:12], replace(ORDINARY, customer=AWKWARD, address=AWKWARD))
    row = contents(book)["application"][0]
    assert row.count(AWKWARD) == 2
    assert verify(book).difference is None


@pytest.mark.parametrize("field", ["address", "manager"])
@pytest.mark.parametrize("value", ["长" * 1000, "空\x00字"], ids=["long", "nul"])
def test_text_the_database_cannot_hold_is_taken_or_refused_in_one_sentence(
    book: Book, field: str, value: str
) -> None:
    try:
        accept(book, "A1", replace(ORDINARY, **{field: value}))  # type: ignore[arg-type]
    except YekuoError:
        assert counts(book)["application"] == 0
    assert verify(book).difference is None


def test_a_number_too_long_is_taken_or_refused_in_one_sentence(book: Book) -> None:
    try:
        accept(book, "9" * 65)
    except YekuoError:
        assert counts(book)["application"] == 0
    assert verify(book).difference is None


def test_an_actor_too_long_is_taken_or_refused_in_one_sentence(book: Book) -> None:
    accept(book, "A1")
    before = counts(book)
    try:
        tell(book, "A1", Told(cases.reply_plan, "甲" * 300), START + timedelta(days=2))
    except YekuoError:
        assert counts(book) == before
    assert verify(book).difference is None


# -- faults ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "",
        "mysql://root@localhost/x",
        "postgresql+nothing://localhost/x",
        "postgresql+psycopg://localhost:abc/x",
        "oracle://localhost/x",
    ],
)
def test_a_database_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(errors.DatabaseUrlInvalid, match="应为 sqlite:///文件路径 或 postgresql"):
        store.open_engine(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:geheim@127.0.0.1:9/x",
        "sqlite:////nonexistent-folder/x.sqlite3",
    ],
)
def test_a_database_that_does_not_answer_is_told_without_its_password(url: str) -> None:
    engine = store.open_engine(url)
    with pytest.raises(errors.StoreUnreachable, match="YEKUO_DATABASE_URL") as caught:
        check_ready(engine)
    assert "geheim" not in caught.value.message
    assert caught.value.message.count("\n") == 0


def test_a_file_that_is_no_database_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("买菜：白菜两斤\n" * 500, encoding="utf-8")
    engine = store.open_engine(f"sqlite:///{file.as_posix()}")
    with pytest.raises(YekuoError):
        check_ready(engine)
    assert file.read_text(encoding="utf-8") == "买菜：白菜两斤\n" * 500


def test_a_folder_for_a_database_is_told(tmp_path: Path) -> None:
    with pytest.raises(errors.StoreUnreachable):
        check_ready(store.open_engine(f"sqlite:///{tmp_path.as_posix()}"))


def test_a_database_without_tables_is_told(database_url: str, book: Book) -> None:
    engine = store.open_engine(database_url)
    metadata.drop_all(engine)
    with pytest.raises(errors.StoreNotReady, match="请先运行 yekuo init"):
        accept(replace(book, engine=engine), "A1")
    engine.dispose()


def test_a_file_kept_busy_by_somebody_else_is_told(sqlite_url: str, rules: Rules) -> None:
    """Somebody holds the SQLite file: the sentence says so, after the wait, and nothing is written."""
    book = Book(store.open_engine(sqlite_url), rules)
    upgrade(book.engine)
    accept(book, "A1")
    impatient = sa.create_engine(sqlite_url, connect_args={"timeout": 0, "isolation_level": None})
    before = contents(book)
    with store.writing(book.engine), pytest.raises(errors.StoreBusy, match="没有写入任何内容"):
        tell(Book(impatient, book.rules), "A1", Told(cases.reply_plan), at("2026-09-03 四 09:00"))
    impatient.dispose()
    assert contents(book) == before
    book.engine.dispose()


@pytest.mark.parametrize("offset", [20_000, 60_000])
def test_a_damaged_file_is_told_in_one_sentence(tmp_path: Path, offset: int, rules: Rules) -> None:
    url = f"sqlite:///{(tmp_path / 'x.sqlite3').as_posix()}"
    engine = store.open_engine(url)
    upgrade(engine)
    book = Book(engine, rules)
    accept(book, "A1")
    engine.dispose()
    with (tmp_path / "x.sqlite3").open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * 8192)
    damaged = Book(store.open_engine(url), rules)

    def look() -> None:
        found = verify(damaged).difference
        assert found is None, "named as a difference"
        pytest.fail("not noticed")

    with pytest.raises((YekuoError, AssertionError)) as caught:
        look()
    code = getattr(caught.value, "code", "named")
    assert code in {"store_damaged", "store_not_ready", "record_unreadable", "named"}
    damaged.engine.dispose()


def test_a_database_of_a_newer_program_is_left_alone(migrated_url: str) -> None:
    engine = store.open_engine(migrated_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(errors.StoreNewer, match="本程序不认识"):
        upgrade(engine)
    engine.dispose()
