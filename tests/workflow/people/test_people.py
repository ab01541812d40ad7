"""The organisation file is the whole truth, taken whole or refused whole; absences are recorded one by one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limits.errors import YekuoError
from limits.shipped import DATA
from limits.terms import Channel, Post
from tests.dates import at, on
from tests.workflow.organisation_files import COMPANY, UNITS, person, written
from workflow import errors, store
from workflow.book import Book
from workflow.people.organisation import load_organisation
from workflow.people.organisation_file import read_organisation
from workflow.people.roster import (
    Away,
    ImportedPeople,
    end_absence,
    import_organisation,
    people,
    record_absence,
)
from workflow.people.tables import absence, appointment, contact, unit
from workflow.people.tables import person as person_table
from workflow.tables import metadata

NOW = at("2026-10-09 五 09:00")
TABLES = (unit, person_table, appointment, contact, absence)
HEAD = person("1", "东所长", "东岭供电所 station_head 2026-01-01", contacts='email = "head@example.invalid"')
LEADER = person("2", "领导", f"{COMPANY} leader 2026-01-01")


def taken(engine: sa.Engine, path: Path, now: datetime = NOW) -> ImportedPeople:
    return import_organisation(engine, path, now=now, actor="管理员")


def rows(engine: sa.Engine) -> dict[str, list[Any]]:
    """Everything there is of the organisation."""
    with store.reading(engine) as connection:
        return {each.name: list(connection.execute(sa.select(each).order_by(each.c.id))) for each in TABLES}


def held(engine: sa.Engine) -> set[tuple[str, str, date, date | None]]:
    """Every appointment there ever was, as (工号, post, since, until)."""
    wanted = sa.select(
        person_table.c.code, appointment.c.post, appointment.c.since, appointment.c.until
    ).join_from(appointment, person_table)
    with store.reading(engine) as connection:
        return {tuple(row) for row in connection.execute(wanted)}


# -- the file in --------------------------------------------------------------------------------------


def test_an_organisation_goes_in_whole(book: Book, tmp_path: Path) -> None:
    done = taken(book.engine, written(tmp_path, HEAD, LEADER))
    assert done == ImportedPeople(
        units=5, people=2, appointments=2, appointed=2, ended=0, changed=done.changed
    )
    first, second = people(book.engine, NOW)
    assert (first.code, first.name, first.away) == ("1", "东所长", None)
    assert [(each.unit, each.post, each.force.since) for each in first.posts] == [
        ("东岭供电所", Post.STATION_HEAD, on("2026-01-01 四"))
    ]
    assert first.contacts == {Channel.EMAIL: "head@example.invalid"}
    assert (second.name, second.contacts) == ("领导", {})


def test_the_same_file_again_changes_nothing(book: Book, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, LEADER)
    taken(book.engine, path)
    before = rows(book.engine)
    again = taken(book.engine, path, at("2026-10-12 一 09:00"))
    assert (again.changed, again.appointed, again.ended) == (0, 0, 0)
    assert rows(book.engine) == before


def test_the_shipped_sample_again_changes_nothing(book: Book) -> None:
    path = DATA / "organisations" / "neixiang-sample.toml"
    taken(book.engine, path)
    before = rows(book.engine)
    assert taken(book.engine, path, at("2026-10-12 一 09:00")).changed == 0
    assert rows(book.engine) == before


def test_whoever_is_missing_from_the_file_has_left_with_yesterday(book: Book, tmp_path: Path) -> None:
    taken(book.engine, written(tmp_path, HEAD, LEADER))
    done = taken(book.engine, written(tmp_path, LEADER), at("2026-10-12 一 09:00"))
    assert (done.people, done.appointed, done.ended) == (1, 0, 1)
    since = on("2026-01-01 四")
    assert held(book.engine) == {
        ("1", "station_head", since, on("2026-10-11 日")),
        ("2", "leader", since, None),
    }
    assert [each.name for each in people(book.engine, at("2026-10-12 一 09:00"))] == ["领导"]
    assert [each.name for each in people(book.engine, at("2026-10-11 日 23:00"))] == ["东所长", "领导"]
    found = rows(book.engine)
    assert (len(found["unit"]), len(found["person"]), found["contact"]) == (5, 2, [])


def test_what_had_not_begun_is_as_if_it_had_never_been(book: Book, tmp_path: Path) -> None:
    begun, ended = "东岭供电所 clerk 2026-10-08", "东岭供电所 metering 2026-01-01 2026-03-31"
    todays, coming = "东岭供电所 technician 2026-10-09", "东岭供电所 team_leader 2026-11-01"
    taken(book.engine, written(tmp_path, person("1", "东所长", begun, ended, todays, coming), LEADER))
    done = taken(book.engine, written(tmp_path, LEADER))
    assert done.ended == 3
    assert {each for each in held(book.engine) if each[0] == "1"} == {
        ("1", "clerk", on("2026-10-08 四"), on("2026-10-08 四")),
        ("1", "metering", on("2026-01-01 四"), on("2026-03-31 二")),
    }


def test_who_comes_back_into_the_file_holds_the_post_as_if_never_left(book: Book, tmp_path: Path) -> None:
    taken(book.engine, written(tmp_path, HEAD, LEADER))
    before = held(book.engine)
    taken(book.engine, written(tmp_path, LEADER))
    taken(book.engine, written(tmp_path, HEAD, LEADER))
    assert held(book.engine) == before


def test_names_contacts_days_and_places_follow_the_file(book: Book, tmp_path: Path) -> None:
    taken(book.engine, written(tmp_path, HEAD, LEADER))
    renamed = person(
        "1",
        "东所长（新）",
        "东岭供电所 station_head 2026-01-01 2026-12-31",
        contacts='email = "new@example.invalid", wecom = "东岭@10000000000"',
    )
    moved = UNITS.replace('kind = "centre"\nparent = "营销部"', f'kind = "department"\nparent = "{COMPANY}"')
    taken(book.engine, written(tmp_path, renamed, LEADER, units=moved))
    found = people(book.engine, NOW)[0]
    assert (found.name, found.posts[0].force.until) == ("东所长（新）", on("2026-12-31 四"))
    assert found.contacts == {Channel.EMAIL: "new@example.invalid", Channel.WECOM: "东岭@10000000000"}
    units = {each.name: each for each in rows(book.engine)["unit"]}
    centre = units["供电服务指挥中心"]
    assert (centre.kind, centre.parent_id) == ("department", units[COMPANY].id)


def test_two_imports_at_once_end_as_one_of_them(book: Book, tmp_path: Path) -> None:
    taken(book.engine, written(tmp_path, LEADER))
    ready = Barrier(2)
    folders = [tmp_path / each for each in "甲乙"]

    def run(folder: Path) -> None:
        folder.mkdir()
        listed = [person(f"{folder.name}{n}", folder.name, "东岭供电所 clerk 2026-01-01") for n in range(20)]
        path = written(folder, *listed)
        ready.wait()
        taken(book.engine, path)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, folders))
    found = people(book.engine, NOW)
    assert len(found) == 20
    assert len({each.name for each in found}) == 1


def test_a_company_can_be_renamed_and_stays_the_one(book: Book, tmp_path: Path) -> None:
    taken(book.engine, written(tmp_path, HEAD, LEADER))
    path = written(tmp_path, HEAD, LEADER)
    path.write_text(path.read_text(encoding="utf-8").replace(COMPANY, "示例市供电公司"), encoding="utf-8")
    before = rows(book.engine)
    assert taken(book.engine, path).changed == 1
    after = rows(book.engine)
    assert [each.id for each in after["unit"]] == [each.id for each in before["unit"]]
    assert after["appointment"] == before["appointment"]
    with store.reading(book.engine) as connection:
        assert load_organisation(connection, NOW).company() == "示例市供电公司"


def test_another_unit_never_becomes_the_company(book: Book, tmp_path: Path) -> None:
    taken(book.engine, written(tmp_path, LEADER))
    before = rows(book.engine)
    swapped = UNITS.replace(COMPANY, "一").replace("营销部", COMPANY).replace("一", "营销部")
    with pytest.raises(errors.OrganisationRefused) as refused:
        taken(book.engine, written(tmp_path, LEADER, units=swapped))
    assert "营销部" in refused.value.message
    assert rows(book.engine) == before


DAYS = st.dates(date(2026, 9, 1), date(2026, 11, 30))
POSTS = st.tuples(st.sampled_from(["东岭供电所", "营销部"]), st.sampled_from(list(Post)[:3]), DAYS)
FILES = st.lists(
    st.dictionaries(
        st.sampled_from("甲乙丙"), st.lists(POSTS, min_size=1, max_size=3, unique_by=lambda p: p[:2])
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES, days=st.lists(DAYS, min_size=4, max_size=4).map(sorted))
def test_whatever_was_imported_before_the_last_file_is_what_holds(
    tmp_path: Path, files: list[dict[str, list[tuple[str, Post, date]]]], days: list[date]
) -> None:
    """On the day of an import and every later day, who holds what is what the file says and nothing else."""
    engine = store.open_engine("sqlite://")
    metadata.create_all(engine)
    for listed, day in zip(files, days, strict=False):
        now = datetime.combine(day, NOW.timetz())
        path = written(
            tmp_path,
            *(person(code, code, *(f"{u} {p} {s}" for u, p, s in posts)) for code, posts in listed.items()),
        )
        taken(engine, path, now)
        for later in {day, date(2026, 12, 1)}:
            expected = {
                (code, str(post))
                for code, posts in listed.items()
                for _, post, since in posts
                if since <= later
            }
            with store.reading(engine) as connection:
                found = load_organisation(connection, datetime.combine(later, NOW.timetz()))
            assert {(found.people[e.person_id].code, str(e.post)) for e in found.appointments} == expected
    engine.dispose()


# -- the file refused ---------------------------------------------------------------------------------

SOUND = UNITS + HEAD + LEADER
LONG = "长" * 300
AGAIN = '{ unit = "东岭供电所", post = "station_head", from = 2026-05-01 }'

# What is written in place of what, where the refusal says it is, and a word of what was found.
FAULTS = {
    "an unknown unit": ('unit = "东岭供电所"', 'unit = "东山供电所"', "person[1].posts[1].unit", "东山供电所"),
    "an unknown kind": ('"centre"', '"office"', "unit[3].kind", "office"),
    "an unknown post": ('"station_head"', '"boss"', "person[1].posts[1].post", "boss"),
    "an unknown channel": ("email =", "fax =", "person[1].contacts", "fax"),
    "an address for the desk": ("email =", "desk =", "person[1].contacts", "desk"),
    "an unknown key of a unit": ("parent =", "above =", "unit[2].parent", "缺少 parent"),
    "an unknown key of a person": ('name = "领导"', 'name = "领导"\nage = 50', "person[2]", "age"),
    "an unknown key of a post": ("from =", "to = 2026-02-01, from =", "person[1].posts[1]", "to"),
    "an unknown key of the file": ("[[unit]]", "note = 1\n[[unit]]", "文件开头", "note"),
    "a person twice": ('code = "2"', 'code = "1"', "person[2].code", "东所长"),
    "a unit twice": ('"西河供电所"', '"东岭供电所"', "unit[5].name", "写了两次"),
    "a parent that does not exist": ('parent = "营销部"', 'parent = "发建部"', "unit[3].parent", "发建部"),
    "a circle": (f'department"\nparent = "{COMPANY}"', 'department"\nparent = "供电服务指挥中心"', "unit[2].parent", "圈"),
    "its own parent": ('parent = "营销部"', 'parent = "供电服务指挥中心"', "unit[3].parent", "圈"),
    "no company": (f'name = "{COMPANY}"\nkind = "company"', f'name = "{COMPANY}"\nkind = "centre"\nparent = "营销部"', "unit", "没有公司"),
    "two companies": ('"department"\nparent = "示例县供电公司"', '"company"', "unit[2].kind", "营销部"),
    "a company with a parent": ('"company"', '"company"\nparent = "营销部"', "unit[1].parent", "营销部"),
    "until before from": ("from = 2026-01-01", "from = 2026-01-01, until = 2025-12-31", "person[1].posts[1].until", "2025-12-31"),
    "no from": (", from = 2026-01-01", "", "person[1].posts[1].from", "缺少 from"),
    "a date in quotes": ("from = 2026-01-01", 'from = "2026-01-01"', "person[1].posts[1].from", "2026-01-01"),
    "no post at all": ("posts = [{", "posts = []\nwas = [{", "person[1].posts", "没有岗位"),
    "posts that are words": ("posts = [{", 'posts = ["所长"]\nwas = [{', "person[1].posts", "所长"),
    "an empty unit name": ('name = "西河供电所"', 'name = " "', "unit[5].name", "空"),
    "an empty person name": ('name = "领导"', 'name = ""', "person[2].name", "空"),
    "an empty code": ('code = "2"', 'code = " "', "person[2].code", "空"),
    "a code that is a number": ('code = "2"', "code = 2", "person[2].code", "2"),
    "an empty address": ('"head@example.invalid"', '""', "person[1].contacts.email", "空"),
    "a unit name too long": ('name = "西河供电所"', f'name = "{LONG}"', "unit[5].name", "300 个字"),
    "a person name too long": ('name = "领导"', f'name = "{LONG}"', "person[2].name", "300 个字"),
    "a code too long": ('code = "2"', f'code = "{LONG}"', "person[2].code", "300 个字"),
    "an address too long": ('"head@', f'"{LONG}@', "person[1].contacts.email", "个字"),
    "an invisible character": ('name = "领导"', 'name = "领\\u0000导"', "person[2].name", "不可见"),
    "a mail address without @": ("head@example.invalid", "head.example.invalid", "person[1].contacts.email", "head.example"),
    "a mail address with a space": ("head@example.invalid", "the head@example.invalid", "person[1].contacts.email", "the head"),
    "the same post twice at once": ("posts = [{", f"posts = [{AGAIN}, {{", "person[1].posts", "重叠"),
    "no TOML": ("[[unit]]", "[[unit", "文件开头", "不是合法的 TOML"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "found"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_refused_with_all_that_is_needed_to_mend_it(
    tmp_path: Path, old: str, new: str, place: str, found: str
) -> None:
    path = tmp_path / "broken.toml"
    assert old in SOUND
    path.write_text(SOUND.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(errors.OrganisationRefused) as refused:
        read_organisation(path)
    facts = refused.value.facts
    assert (facts["file"], facts["place"]) == ("broken.toml", place)
    assert found in str(facts["found"])
    assert all(facts.values())
    assert "\n" not in refused.value.message


def test_the_sound_file_is_taken(tmp_path: Path) -> None:
    listed = read_organisation(written(tmp_path, HEAD, LEADER))
    assert (listed.company.name, len(listed.units), len(listed.people)) == (COMPANY, 5, 2)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.OrganisationRefused, match="文件不存在"):
        read_organisation(tmp_path / "nowhere.toml")


def test_a_refused_file_leaves_everything_as_it_was(book: Book, tmp_path: Path) -> None:
    taken(book.engine, written(tmp_path, HEAD, LEADER))
    before = rows(book.engine)
    with pytest.raises(errors.OrganisationRefused):
        taken(book.engine, written(tmp_path, LEADER, person("3", "新人", "东山供电所 clerk 2026-01-01")))
    with pytest.raises(errors.TextUnstorable):
        import_organisation(book.engine, written(tmp_path, LEADER), now=NOW, actor=LONG)
    assert rows(book.engine) == before


# -- who is away --------------------------------------------------------------------------------------


@pytest.fixture
def staffed(book: Book, tmp_path: Path) -> sa.Engine:
    """A head 1 and a leader 2."""
    taken(book.engine, written(tmp_path, HEAD, LEADER))
    return book.engine


def away(engine: sa.Engine, code: str, start: str, end: str, **told: Any) -> Away:
    said: dict[str, Any] = {"stand_in": None, "reason": " 培训 ", **told}
    return record_absence(engine, code, from_at=at(start), to_at=at(end), now=NOW, actor="管理员", **said)


def test_an_absence_is_on_record_with_its_stand_in(staffed: sa.Engine) -> None:
    recorded = away(staffed, "1", "2026-10-12 一 08:00", "2026-10-14 三 18:00", stand_in="2")
    assert recorded == Away(at("2026-10-12 一 08:00"), at("2026-10-14 三 18:00"), "领导", "培训")
    assert people(staffed, at("2026-10-12 一 08:00"))[0].away == recorded
    assert people(staffed, at("2026-10-14 三 18:00"))[0].away is None
    (row,) = rows(staffed)["absence"]
    assert (row.recorded_at, row.actor) == (NOW, "管理员")


@pytest.mark.parametrize(
    ("start", "end", "told", "said"),
    [
        ("2026-10-12 一 08:00", "2026-10-12 一 08:00", {}, "不晚于"),
        ("2026-10-12 一 08:00", "2026-10-11 日 08:00", {}, "不晚于"),
        ("2026-10-12 一 08:00", "2026-10-14 三 08:00", {"stand_in": "1"}, "本人"),
        ("2026-10-12 一 08:00", "2026-10-14 三 08:00", {"reason": " "}, "事由"),
        ("2026-10-12 一 08:00", "2026-10-14 三 08:00", {"reason": LONG}, "300 个字"),
        ("2026-10-20 二 17:59", "2026-10-21 三 08:00", {}, "重叠"),
        ("2026-10-19 一 07:00", "2026-10-19 一 08:01", {}, "重叠"),
        ("2026-10-18 日 08:00", "2026-10-25 日 08:00", {}, "重叠"),
        ("2026-10-19 一 08:00", "2026-10-20 二 18:00", {}, "重叠"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(
    staffed: sa.Engine, start: str, end: str, told: dict[str, str], said: str
) -> None:
    away(staffed, "1", "2026-10-19 一 08:00", "2026-10-20 二 18:00")
    before = rows(staffed)
    with pytest.raises(errors.AbsenceInvalid) as refused:
        away(staffed, "1", start, end, **told)
    assert said in refused.value.message
    assert "东所长（1）" in refused.value.message
    assert rows(staffed) == before


def test_of_two_overlapping_absences_recorded_at_once_one_is_taken(staffed: sa.Engine) -> None:
    """Two people at two desks: the second waits for the first, and is told."""
    ready = Barrier(2)

    def record(start: str) -> bool:
        ready.wait()
        try:
            away(staffed, "1", start, "2026-10-14 三 18:00")
        except errors.AbsenceInvalid:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(record, ("2026-10-12 一 08:00", "2026-10-13 二 08:00")))
    assert sorted(won) == [False, True]
    assert len(rows(staffed)["absence"]) == 1


def test_absences_may_touch_and_those_of_others_are_theirs(staffed: sa.Engine) -> None:
    away(staffed, "1", "2026-10-12 一 08:00", "2026-10-14 三 18:00")
    away(staffed, "1", "2026-10-14 三 18:00", "2026-10-15 四 18:00")
    away(staffed, "2", "2026-10-12 一 08:00", "2026-10-14 三 18:00")
    assert len(rows(staffed)["absence"]) == 3


@pytest.mark.parametrize(("code", "stand_in"), [("9", None), ("1", "9")])
def test_a_person_nobody_knows(staffed: sa.Engine, code: str, stand_in: str | None) -> None:
    with pytest.raises(errors.PersonUnknown) as refused:
        away(staffed, code, "2026-10-12 一 08:00", "2026-10-14 三 18:00", stand_in=stand_in)
    assert refused.value.facts == {"code": "9"}


def back(engine: sa.Engine, code: str, when: str) -> Away:
    return end_absence(engine, code, at=at(when), now=at(when), actor="班长")


def test_who_is_back_early_is_told_again(staffed: sa.Engine) -> None:
    away(staffed, "1", "2026-10-12 一 08:00", "2026-10-14 三 18:00", stand_in="2")
    ended = back(staffed, "1", "2026-10-13 二 09:00")
    assert ended == Away(at("2026-10-12 一 08:00"), at("2026-10-13 二 09:00"), "领导", "培训")
    assert people(staffed, at("2026-10-13 二 09:00"))[0].away is None
    assert people(staffed, at("2026-10-13 二 08:59"))[0].away == ended
    (row,) = rows(staffed)["absence"]
    assert (row.recorded_at, row.actor) == (at("2026-10-13 二 09:00"), "班长")
    away(staffed, "1", "2026-10-13 二 09:00", "2026-10-14 三 18:00")


@pytest.mark.parametrize("when", ["2026-10-11 日 09:00", "2026-10-12 一 08:00"])
def test_an_absence_that_has_not_begun_is_cancelled(staffed: sa.Engine, when: str) -> None:
    away(staffed, "1", "2026-10-12 一 08:00", "2026-10-14 三 18:00")
    ended = back(staffed, "1", when)
    assert ended.from_at == ended.to_at == at("2026-10-12 一 08:00")
    assert rows(staffed)["absence"] == []
    away(staffed, "1", "2026-10-12 一 08:00", "2026-10-14 三 18:00")


def test_of_several_absences_the_nearest_ends(staffed: sa.Engine) -> None:
    for start, end in (
        ("2026-10-19 一 08:00", "2026-10-20 二 18:00"),
        ("2026-10-12 一 08:00", "2026-10-14 三 18:00"),
        ("2026-10-10 六 08:00", "2026-10-11 日 18:00"),
    ):
        away(staffed, "1", start, end)
    back(staffed, "1", "2026-10-13 二 09:00")
    ends = sorted(each.to_at for each in rows(staffed)["absence"])
    assert ends == [at("2026-10-11 日 18:00"), at("2026-10-13 二 09:00"), at("2026-10-20 二 18:00")]


@pytest.mark.parametrize(
    ("code", "when", "error"),
    [
        ("1", "2026-10-14 三 18:00", errors.NotAway),
        ("2", "2026-10-13 二 09:00", errors.NotAway),
        ("9", "2026-10-13 二 09:00", errors.PersonUnknown),
    ],
)
def test_who_is_not_away_cannot_come_back(
    staffed: sa.Engine, code: str, when: str, error: type[YekuoError]
) -> None:
    away(staffed, "1", "2026-10-12 一 08:00", "2026-10-14 三 18:00")
    with pytest.raises(error):
        back(staffed, code, when)
    assert rows(staffed)["absence"][0].to_at == at("2026-10-14 三 18:00")
