"""Absences as a list: past, present and to come."""

from datetime import timedelta
from pathlib import Path

from tests.dates import at
from tests.workflow.organisation_files import person, written
from workflow.book import Book
from workflow.people.absences import AbsenceStage, absences
from workflow.people.roster import end_absence, import_organisation, record_absence

NOW = at("2026-11-20 五 18:00")
EAST, WEST = "东岭供电所", "西河供电所"
CODES = {"李四": "1", "赵六": "2", "王五": "3"}
STAFF = {"李四": WEST, "赵六": WEST, "王五": EAST}


def staffed(book: Book, folder: Path, *names: str) -> None:
    """The people of ``names``, all of them without."""
    listed = [
        person(CODES[each], each, f"{STAFF[each]} account_manager 2026-01-01") for each in names or STAFF
    ]
    import_organisation(book.engine, written(folder, *listed), now=NOW, actor="管理员")


def away(book: Book, name: str, days: int, lasts: int = 2, stand_in: str | None = None) -> None:
    begins = NOW + timedelta(days=days)
    record_absence(
        book.engine,
        CODES[name],
        from_at=begins,
        to_at=begins + timedelta(days=lasts),
        stand_in=stand_in and CODES[stand_in],
        reason="年休假",
        now=NOW,
        actor="赵六",
    )


def seen(book: Book, **asked: object) -> list[tuple[str, AbsenceStage]]:
    return [(each.name, each.stage) for each in absences(book.engine, NOW, **asked).rows]  # type: ignore[arg-type]


def test_the_latest_begun_is_first_and_each_says_where_it_stands(book: Book, tmp_path: Path) -> None:
    staffed(book, tmp_path)
    away(book, "李四", -1, stand_in="赵六")
    away(book, "李四", 9)
    away(book, "王五", -9)
    assert seen(book) == [
        ("李四", AbsenceStage.AHEAD),
        ("李四", AbsenceStage.RUNNING),
        ("王五", AbsenceStage.OVER),
    ]
    running = absences(book.engine, NOW).rows[1]
    assert (running.stand_in, running.reason, running.actor, running.recorded_at) == (
        "赵六",
        "年休假",
        "赵六",
        NOW,
    )
    assert running.in_service


def test_of_one_person_or_one_station(book: Book, tmp_path: Path) -> None:
    staffed(book, tmp_path)
    away(book, "李四", -1)
    away(book, "王五", -9)
    assert seen(book, station=EAST) == [("王五", AbsenceStage.OVER)]
    assert seen(book, station=WEST, code=CODES["王五"]) == []
    assert seen(book, code=CODES["李四"]) == [("李四", AbsenceStage.RUNNING)]


def test_who_left_is_of_no_station_any_more(book: Book, tmp_path: Path) -> None:
    staffed(book, tmp_path)
    away(book, "王五", -9)
    staffed(book, tmp_path, "李四", "赵六")
    assert seen(book, station=EAST) == []
    assert [each.in_service for each in absences(book.engine, NOW).rows] == [False]


def test_page_after_page_every_one_once(book: Book, tmp_path: Path) -> None:
    staffed(book, tmp_path)
    for days in (-9, -6, 6):
        away(book, "李四", days)
        away(book, "王五", days)
    pages, after = [], None
    while True:
        page = absences(book.engine, NOW, after=after, limit=2)
        pages += [each.id for each in page.rows]
        after = page.next
        if after is None:
            break
    assert pages == [each.id for each in absences(book.engine, NOW).rows]
    assert len(set(pages)) == 6


def test_one_of_several_is_ended_by_its_id(book: Book, tmp_path: Path) -> None:
    staffed(book, tmp_path)
    away(book, "李四", -1)
    away(book, "李四", 9)
    later = absences(book.engine, NOW).rows[0]
    end_absence(book.engine, CODES["李四"], at=NOW, now=NOW, actor="赵六", which=later.id)
    assert seen(book) == [("李四", AbsenceStage.RUNNING)]
