"""Whom a post at a place comes down to: stations, the way up, names, days, stand-ins."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from limits.shipped import DATA
from limits.terms import Channel, Post
from tests.dates import at
from tests.workflow.organisation_files import COMPANY, person, written
from workflow import store
from workflow.book import Book
from workflow.people import roster as people
from workflow.people.organisation import (
    Held,
    Organisation,
    OrganisationUnit,
    Person,
    Place,
    Recipient,
    UnitKind,
    load_organisation,
)

NOW = at("2026-10-09 五 09:00")
EAST = Place(COMPANY, "东岭供电所", "甲")
WEST = Place(COMPANY, "西河供电所", "甲")

Staffed = Callable[..., Organisation]


@pytest.fixture
def staffed(book: Book, tmp_path: Path) -> Staffed:
    """The organisation of a file with these people, as it stands at an instant."""

    def build(*listed: str, when: datetime = NOW) -> Organisation:
        people.import_organisation(book.engine, written(tmp_path, *listed), now=NOW, actor="管理员")
        return read(book, when)

    return build


def read(book: Book, when: datetime = NOW) -> Organisation:
    with store.reading(book.engine) as connection:
        return load_organisation(connection, when)


def away(book: Book, code: str, stand_in: str | None, start: str, end: str) -> None:
    people.record_absence(
        book.engine,
        code,
        from_at=at(start),
        to_at=at(end),
        stand_in=stand_in,
        reason="培训",
        now=NOW,
        actor="管理员",
    )


def names(organisation: Organisation, place: Place, *posts: Post) -> list[str]:
    return [each.name for each in organisation.recipients(posts, place)]


def test_a_post_is_found_in_its_own_station_and_never_in_another(staffed: Staffed) -> None:
    found = staffed(
        person("1", "东所长", "东岭供电所 station_head 2026-01-01"),
        person("2", "西所长", "西河供电所 station_head 2026-01-01"),
        person("3", "东班长", "东岭供电所 team_leader 2026-01-01"),
    )
    assert names(found, EAST, Post.STATION_HEAD, Post.TEAM_LEADER) == ["东所长", "东班长"]
    assert names(found, WEST, Post.TEAM_LEADER, Post.STATION_HEAD) == ["西所长"]
    assert found.stations() == ("东岭供电所", "西河供电所")
    assert found.company() == COMPANY


def test_what_a_station_lacks_is_looked_for_above_with_the_departments_and_centres_there(
    staffed: Staffed,
) -> None:
    found = staffed(
        person("1", "领导", f"{COMPANY} leader 2026-01-01"),
        person("2", "营销专责", "营销部 department 2026-01-01"),
        person("3", "指挥员", "供电服务指挥中心 command_centre 2026-01-01"),
    )
    posts = (Post.COMMAND_CENTRE, Post.LEADER, Post.DEPARTMENT)
    assert names(found, EAST, *posts) == ["指挥员", "领导", "营销专责"]


@pytest.mark.parametrize(
    "place",
    [
        Place(COMPANY, "没有的供电所", ""),
        Place("没有的公司", "没有的供电所", ""),
        Place("", "", ""),
        Place(COMPANY, "", ""),
        Place("", "营销部", ""),
        EAST,
    ],
    ids=str,
)
def test_the_command_centre_is_found_from_anywhere(staffed: Staffed, place: Place) -> None:
    found = staffed(
        person("1", "指挥员", "供电服务指挥中心 command_centre 2026-01-01"),
        person("2", "东所长", "东岭供电所 station_head 2026-01-01"),
    )
    assert names(found, place, Post.COMMAND_CENTRE) == ["指挥员"]
    assert (names(found, place, Post.STATION_HEAD) == ["东所长"]) is (place == EAST)


def test_a_station_that_was_closed_leads_to_the_company(book: Book, staffed: Staffed, tmp_path: Path) -> None:
    """Applications still carry its name; what happens to them must reach somebody."""
    centre = person("1", "指挥员", "供电服务指挥中心 command_centre 2026-01-01")
    staffed(centre, person("2", "西所长", "西河供电所 station_head 2026-01-01"))
    path = written(tmp_path, centre)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("西河供电所", "南湾供电所"), encoding="utf-8")
    people.import_organisation(book.engine, path, now=at("2026-10-12 一 09:00"), actor="管理员")
    found = read(book, at("2026-10-12 一 09:00"))
    assert names(found, WEST, Post.STATION_HEAD, Post.COMMAND_CENTRE) == ["指挥员"]
    assert found.stations() == ("东岭供电所", "南湾供电所")


def test_the_account_manager_is_the_one_the_application_names(staffed: Staffed) -> None:
    found = staffed(
        person("1", "甲", "东岭供电所 account_manager 2026-01-01"),
        person("2", "乙", "东岭供电所 account_manager 2026-01-01"),
    )
    assert names(found, EAST, Post.ACCOUNT_MANAGER) == ["甲"]
    assert names(found, WEST, Post.ACCOUNT_MANAGER) == ["甲"], "one of that name in the company"
    for nobody in ("", "丙"):
        assert names(found, Place(COMPANY, "东岭供电所", nobody), Post.ACCOUNT_MANAGER) == []


def test_who_does_what_no_application_names_is_everybody_who_is_there_for_it(staffed: Staffed) -> None:
    found = staffed(
        person("1", "甲", "东岭供电所 account_manager 2026-01-01"),
        person("2", "乙", "东岭供电所 account_manager 2026-01-01"),
        person("3", "丙", "西河供电所 account_manager 2026-01-01"),
    )
    told = found.doers(Post.ACCOUNT_MANAGER, Place(COMPANY, "东岭供电所", ""))
    assert [each.name for each in told] == ["甲", "乙"]


def test_a_manager_is_the_namesake_in_the_station_whatever_post_he_has_there(staffed: Staffed) -> None:
    found = staffed(
        person("1", "甲", "东岭供电所 technician 2026-01-01"),
        person("2", "甲", "西河供电所 account_manager 2026-01-01"),
    )
    codes = [found.holders(Post.ACCOUNT_MANAGER, place)[0].code for place in (EAST, WEST)]
    assert codes == ["1", "2"]


@pytest.mark.parametrize("station", ["东岭供电所", "没有的供电所"])
def test_of_two_namesakes_elsewhere_neither_is_told(staffed: Staffed, station: str) -> None:
    found = staffed(
        person("1", "甲", "西河供电所 account_manager 2026-01-01"),
        person("2", "甲", "营销部 account_manager 2026-01-01"),
    )
    assert names(found, Place(COMPANY, station, "甲"), Post.ACCOUNT_MANAGER) == []


def test_of_two_namesakes_in_one_station_neither_is_told(staffed: Staffed) -> None:
    post = "东岭供电所 account_manager 2026-01-01"
    assert names(staffed(person("1", "甲", post), person("2", "甲", post)), EAST, Post.ACCOUNT_MANAGER) == []


def test_a_namesake_who_has_left_confuses_nobody(staffed: Staffed) -> None:
    found = staffed(
        person("1", "甲", "西河供电所 account_manager 2026-01-01 2026-10-08"),
        person("2", "甲", "营销部 account_manager 2026-01-01"),
    )
    assert [each.code for each in found.holders(Post.ACCOUNT_MANAGER, EAST)] == ["2"]


@pytest.mark.parametrize(
    ("when", "head"),
    [
        ("2026-09-30 三 23:59", []),
        ("2026-10-01 四 00:00", ["东所长"]),
        ("2026-10-15 四 23:59", ["东所长"]),
        ("2026-10-16 五 00:00", []),
    ],
)
def test_a_post_is_held_on_both_its_days_by_the_clock_of_shanghai(
    staffed: Staffed, when: str, head: list[str]
) -> None:
    listed = person("1", "东所长", "东岭供电所 station_head 2026-10-01 2026-10-15")
    assert names(staffed(listed, when=at(when)), EAST, Post.STATION_HEAD) == head


def test_the_absent_are_replaced_from_the_first_instant_to_the_last(book: Book, staffed: Staffed) -> None:
    staffed(
        person("1", "东所长", "东岭供电所 station_head 2026-01-01", contacts='email = "a@example.invalid"'),
        person("2", "西所长", "西河供电所 station_head 2026-01-01", contacts='wecom = "西河@10000000000"'),
    )
    away(book, "1", "2", "2026-10-12 一 08:00", "2026-10-14 三 18:00")
    ids = {each.code: each.id for each in read(book).people.values()}
    himself = Recipient(ids["1"], "东所长", None, {Channel.DESK: "", Channel.EMAIL: "a@example.invalid"})
    instead = Recipient(ids["2"], "西所长", ids["1"], {Channel.DESK: "", Channel.WECOM: "西河@10000000000"})
    for when, told in (
        ("2026-10-12 一 07:59", himself),
        ("2026-10-12 一 08:00", instead),
        ("2026-10-14 三 17:59", instead),
        ("2026-10-14 三 18:00", himself),
    ):
        assert read(book, at(when)).recipients([Post.STATION_HEAD], EAST) == (told,), when


def test_a_stand_in_who_is_away_has_a_stand_in(book: Book, staffed: Staffed) -> None:
    staffed(
        *(
            person(code, code, f"东岭供电所 {post} 2026-01-01")
            for code, post in zip("甲乙丙", Post, strict=False)
        )
    )
    away(book, "乙", "丙", "2026-10-12 一 08:00", "2026-10-14 三 18:00")
    away(book, "丙", "甲", "2026-10-12 一 08:00", "2026-10-14 三 18:00")
    found = read(book, at("2026-10-13 二 09:00"))
    (told,) = found.recipients([Post.ACCOUNT_MANAGER], Place("", "", "乙"))
    (named,) = found.holders(Post.ACCOUNT_MANAGER, Place("", "", "乙"))
    assert (told.name, told.for_person_id) == ("甲", named.id)
    away(book, "甲", "乙", "2026-10-13 二 08:00", "2026-10-14 三 18:00")
    closed = read(book, at("2026-10-13 二 09:00"))
    assert [names(closed, Place("", "", each), Post.ACCOUNT_MANAGER) for each in "甲乙丙"] == [[], [], []]


def test_an_absence_without_a_stand_in_leaves_nobody(book: Book, staffed: Staffed) -> None:
    staffed(person("1", "东所长", "东岭供电所 station_head 2026-01-01"))
    away(book, "1", None, "2026-10-09 五 08:00", "2026-10-14 三 18:00")
    found = read(book)
    assert found.recipients([Post.STATION_HEAD], EAST) == ()
    assert [each.name for each in found.holders(Post.STATION_HEAD, EAST)] == ["东所长"]


def test_nobody_is_told_twice_and_the_order_is_that_of_the_posts(book: Book, staffed: Staffed) -> None:
    staffed(
        person("1", "所长", "东岭供电所 station_head 2026-01-01", "东岭供电所 team_leader 2026-01-01"),
        person("2", "班长", "东岭供电所 team_leader 2026-01-01"),
        person("3", "领导", f"{COMPANY} leader 2026-01-01"),
    )
    away(book, "3", "2", "2026-10-09 五 08:00", "2026-10-14 三 18:00")
    found = read(book)
    posts = [Post.STATION_HEAD, Post.TEAM_LEADER, Post.LEADER]
    assert names(found, EAST, *posts) == ["所长", "班长"]
    assert names(found, EAST, *reversed(posts)) == ["班长", "所长"]


def test_before_an_organisation_was_imported_there_is_nobody(book: Book) -> None:
    found = read(book)
    assert (found.company(), found.stations()) == ("", ())
    assert found.recipients(Post, EAST) == ()


def test_the_snapshot_is_a_handful_of_queries_and_then_none(book: Book, staffed: Staffed) -> None:
    staffed(
        *(person(str(each), f"经理{each}", "东岭供电所 account_manager 2026-01-01") for each in range(50))
    )
    seen: list[str] = []
    sa.event.listen(
        book.engine,
        "before_cursor_execute",
        lambda *told: seen.append(told[2]) if "SELECT" in told[2] else None,
    )
    with store.reading(book.engine) as connection:
        found = load_organisation(connection, NOW)
        asked = len(seen)
        for each in range(50):
            place = Place(COMPANY, "东岭供电所", f"经理{each}")
            assert names(found, place, Post.ACCOUNT_MANAGER) == [f"经理{each}"]
    assert asked == len(seen) == 5


UNIT = OrganisationUnit(1, COMPANY, UnitKind.COMPANY, None)
MANY = st.integers(1, 6)


@given(st.dictionaries(MANY, st.none() | MANY))
def test_whoever_is_told_is_present_and_reached_from_the_holder_by_stand_ins_alone(
    absent: dict[int, int | None],
) -> None:
    """Whatever the stand-ins: one who is told is there; nobody is told only where the chain ends or closes."""
    crowd = {each: Person(each, str(each), f"人{each}") for each in range(1, 7)}
    for holder in crowd:
        posts = (Held(holder, 1, Post.LEADER),)
        found = Organisation({1: UNIT}, crowd, posts, {}, absent).recipients([Post.LEADER], Place("", "", ""))
        chain = [holder]
        for _ in crowd:
            following = absent.get(chain[-1])
            chain += [] if following is None else [following]
        ends = chain[-1] not in absent
        assert [each.person_id for each in found] == ([chain[-1]] if ends else [])
        assert all(each.for_person_id == (None if each.person_id == holder else holder) for each in found)


def test_the_shipped_sample_tells_somebody_for_every_manager_of_the_sample_ledger(book: Book) -> None:
    path = DATA / "organisations" / "neixiang-sample.toml"
    people.import_organisation(book.engine, path, now=NOW, actor="管理员")
    found = read(book)
    company = "国网内乡县供电公司"
    assert found.company() == company
    assert len(found.stations()) == 5
    for station in found.stations():
        short = station.removesuffix("供电所").removesuffix("口")
        for letter in "甲乙丙":
            place = Place(company, station, f"{short}经理{letter}")
            assert names(found, place, Post.ACCOUNT_MANAGER) == [place.manager]
            assert len(names(found, place, Post.COMMAND_CENTRE)) == 2
            assert len(names(found, place, Post.INTEGRITY)) == 2
            assert len(names(found, place, Post.STATION_HEAD)) == 1
            assert len(names(found, place, Post.LEADER)) == 1
            assert len(names(found, place, Post.DEPARTMENT)) == 5
    without = [
        each for each in found.stations() if not names(found, Place(company, each, ""), Post.TEAM_LEADER)
    ]
    assert without == ["马山口供电所"]
