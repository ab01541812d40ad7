"""Calendar files: what they may say, what they change, and the one sentence for each mistake."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from limits.calendar import DayKind, load_calendar
from limits.errors import YekuoError
from limits.shipped import DATA

# A made-up country of one published year and one by the act alone.
NATION = """
label = "试验国"

[[year]]
year = 2026
notice = "试验国关于2026年部分节假日安排的通知"
number = "试发〔2025〕1号"
mark = "X"
holidays = [
  { name = "元旦", from = 2026-01-01, to = 2026-01-03, work = [2026-01-04] },
  { name = "国庆节", from = 2026-10-01, to = 2026-10-07, work = [2026-09-20, 2026-10-10] },
]

[statutory]
act = "试验国放假办法"
clause = "第二条"
mark = "X"
fixed = [{ name = "元旦", days = ["01-01"] }]
moving = [{ name = "清明节", from = 2027-04-05 }]
"""

# How a province adds and takes back days: only the days it moves, each under its notice.
PROVINCE = """
label = "虚构省"
extends = "nation"

[[change]]
year = 2026
notice = "虚构省人民政府关于2026年三月三放假的通知（试验数据）"
mark = "X"
holidays = [
  { name = "三月三", from = 2026-04-20, to = 2026-04-21, work = [2026-04-26] },  # Monday, Tuesday; Sunday
  { name = "国庆节", work = [2026-10-07] },  # Wednesday: a national day off that is worked here
]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "nation", NATION)
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_province_adds_days_off_and_takes_one_back(folder: Path) -> None:
    write(folder, "province", PROVINCE)
    nation, province = load_calendar("nation", folder), load_calendar("province", folder)
    assert (province.name, province.label) == ("province", "虚构省")
    days = [date(2026, 4, 20), date(2026, 4, 21), date(2026, 4, 26), date(2026, 10, 7), date(2026, 10, 8)]
    assert [nation.is_workday(day) for day in days] == [True, True, False, False, True]
    assert [province.is_workday(day) for day in days] == [False, False, True, True, True]
    assert province.fact(days[0]).kind is DayKind.HOLIDAY
    assert province.fact(days[0]).source == "《虚构省人民政府关于2026年三月三放假的通知（试验数据）》"
    assert province.fact(days[3]).kind is DayKind.MAKE_UP
    assert (
        province.fact(date(2026, 10, 1)).source
        == "《试验国关于2026年部分节假日安排的通知》（试发〔2025〕1号）"
    )
    # Wednesday 15 April + 5: Thursday, Friday, Wednesday, Thursday, Friday.
    assert province.add(date(2026, 4, 15), 5) == date(2026, 4, 24)
    assert province.published_through == nation.published_through == date(2026, 12, 31)


def test_the_same_file_can_be_laid_over_the_national_one_from_anywhere(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = write(elsewhere, "province", PROVINCE)
    calendar = load_calendar("nation", folder, extra=[path])
    assert (calendar.name, calendar.is_workday(date(2026, 4, 20))) == ("province", False)


def test_a_city_extends_its_province(folder: Path) -> None:
    write(folder, "province", PROVINCE)
    city = (
        PROVINCE.replace("nation", "province")
        .replace("虚构省", "虚构市")
        .replace("from = 2026-04-20, to = 2026-04-21, work = [2026-04-26]", "from = 2026-04-22")
        .replace("work = [2026-10-07]", "from = 2026-10-07")
    )
    write(folder, "city", city)
    calendar = load_calendar("city", folder)
    # Sunday to Wednesday, and National Day's last day, which the province works and the city does not.
    days = [date(2026, 4, 19), date(2026, 4, 20), date(2026, 4, 21), date(2026, 4, 22), date(2026, 10, 7)]
    assert [calendar.is_workday(day) for day in days] == [False] * 5


NEXT_YEAR = """
[[year]]
year = 2027
notice = "试验国关于2027年部分节假日安排的通知"
mark = "X"
holidays = [{ name = "元旦", from = 2026-12-31, to = 2027-01-01, work = [2027-01-03] }]
"""


def test_next_years_notice_is_a_change_of_data_only(folder: Path) -> None:
    before = load_calendar("nation", folder)
    write(folder, "nation", NATION + NEXT_YEAR)
    after = load_calendar("nation", folder)
    assert (before.published_through, after.published_through) == (date(2026, 12, 31), date(2027, 12, 31))
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 3), date(2027, 1, 4)]  # Thursday to Monday
    assert [before.is_workday(day) for day in days] == [True, False, False, True]
    assert [after.is_workday(day) for day in days] == [False, False, True, True]
    assert [before.provisional(day) for day in days] == [False, True, True, True]
    assert [after.provisional(day) for day in days] == [False] * 4


def test_a_year_known_early_can_be_laid_over_by_a_file(folder: Path) -> None:
    path = write(folder, "early", f'label = "试验国"\nextends = "nation"\n{NEXT_YEAR}')
    assert load_calendar("nation", folder, extra=[path]).published_through == date(2027, 12, 31)


def test_a_calendar_without_the_act_ends_with_its_last_notice(folder: Path) -> None:
    write(folder, "nation", NATION[: NATION.index("[statutory]")])
    calendar = load_calendar("nation", folder)
    assert (calendar.first, calendar.last) == (date(2026, 1, 1), date(2026, 12, 31))


def test_the_digest_changes_with_any_day_and_with_nothing_else(folder: Path) -> None:
    before = load_calendar("nation", folder).digest
    write(folder, "nation", NATION.replace("试发〔2025〕1号", "试发〔2025〕2号") + "\n# 一句注释\n")
    assert load_calendar("nation", folder).digest == before
    write(folder, "nation", NATION.replace("to = 2026-10-07", "to = 2026-10-08"))
    moved = load_calendar("nation", folder).digest
    write(folder, "nation", NATION.replace("2027-04-05", "2027-04-06"))
    assert len({before, moved, load_calendar("nation", folder).digest}) == 3


# What is refused: (what was changed in NATION, its code, what the sentence says).
BROKEN = [
    ("from = 2026-10-01", "from = 2026-10-32", "calendar_unreadable", "第 11 行第 30 列：“{ name = \"国庆节\", from = 2026-10-32"),
    ('mark = "X"', 'mark = "X"\nmark = "S"', "calendar_unreadable", "“mark = \"S\"”"),
    ("第二条", "第二条\x00", "calendar_unreadable", "“clause = \"第二条\"”）；应为：合法的 TOML"),
    ('label = "试验国"', "", "calendar_missing_key", "label：缺少 label；应为：文字，例如 label = "),
    ('label = "试验国"', 'label = ""', "calendar_bad_value", "label 是空的"),
    ('label = "试验国"', 'label = "试验国"\nlable = "试"', "calendar_unknown_key",
     "不认识的键 lable，例如写错了一个字母；应为：只能有：label、extends、year、change、statutory。请改正拼写"),
    ('mark = "X"', 'mark = "X"\npublished = 2025-11-04', "calendar_unknown_key", "[[year]] 2026 年：不认识的键 published"),
    (", work = [2026-01-04]", ", works = [2026-01-04]", "calendar_unknown_key",
     "第 1 项（元旦）：不认识的键 works，例如写错了一个字母；应为：只能有：name、from、to、work。"),
    ('notice = "试验国关于2026年部分节假日安排的通知"', "", "calendar_missing_key", "[[year]] 2026 年.notice：缺少 notice"),
    ('mark = "X"', "", "calendar_missing_key", "缺少 mark"),
    ('mark = "X"', 'mark = "Q"', "calendar_bad_value", "mark 中有 \"Q\"；应为：下列之一：P、S、D、X"),
    ("year = 2026", 'year = "2026"', "calendar_bad_value", "year = \"2026\"；应为：整数"),
    ("year = 2026", "year = 26", "calendar_bad_value", "year = 26；应为：1971 至 2090 的年份"),
    ("from = 2026-10-01", 'from = "2026-10-01"', "calendar_bad_value", "第 2 项（国庆节）.from：from = \"2026-10-01\"；应为：日期"),
    ("from = 2026-10-01", "from = 2026-10-01T08:00:00", "calendar_bad_value", "from = 2026-10-01 08:00:00；应为：日期"),
    ("from = 2026-10-01, to", "to", "calendar_missing_key", "第 2 项（国庆节）.from：缺少 from"),
    ("to = 2026-10-07", "to = 2026-09-30", "calendar_backward_span", "放假到 2026-09-30 却从 2026-10-01 开始"),
    ("from = 2026-01-01", "from = 2025-12-21", "calendar_outside_year", "2025-12-21：应在 2026 年之内"),
    ("2026-09-20", "2027-01-11", "calendar_outside_year", "有 2027-01-11"),
    ("2026-09-20", "2026-10-03", "calendar_day_twice", "把 2026-10-03 写成调休上班"),
    ("2026-09-20", "2026-01-04", "calendar_day_twice", "第 1 项（元旦）已把它写成调休上班"),
    ("2026-01-04", "2026-10-03", "calendar_day_twice", "把 2026-10-03 写成放假"),
    ("2026-09-20", "2026-09-21", "calendar_not_a_rest_day", "2026-09-21（星期一）本来就是工作日"),
    ('days = ["01-01"]', 'days = ["13-01"]', "calendar_bad_value", "days 中有 \"13-01\"；应为：“月-日”的列表"),
    ('days = ["01-01"]', "days = []", "calendar_bad_value", "days"),
    ("from = 2027-04-05", "from = 2027-12-31, to = 2028-01-02", "calendar_bad_value", "跨年的假期"),
    ("from = 2027-04-05", "from = 2028-04-04", "calendar_year_gap", "缺少 2027 年的放假安排"),
    ('from = 2027-04-05 }]', 'from = 2027-04-05 }, { name = "端午节", from = 2028-05-28 }]', "calendar_year_gap", "2027 年的端午节"),
    ("holidays = [", "holidays = 3\nwas = [", "calendar_bad_value", "[[year]] 2026 年.holidays：holidays = 3；应为：表的数组"),
    ("holidays = [", "holidays = []\nwas = [", "calendar_bad_value", "holidays：缺少 holidays；应为：至少一条"),
    ("holidays = [", "was = [", "calendar_missing_key", "holidays：缺少 holidays；应为：至少一条"),
    ("work = [2026-01-04]", "work = [3]", "calendar_bad_value", "第 1 项（元旦）.work：work 中有 3；应为：日期"),
    ('[[year]]', "[year]", "calendar_bad_value", "year = { … }；应为：表的数组，例如 [[year]]"),
    ("[statutory]", "[[statutory]]", "calendar_bad_value", "statutory"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "code", "says"), BROKEN)
def test_a_broken_file_is_refused_in_one_sentence(
    folder: Path, good: str, bad: str, code: str, says: str
) -> None:
    assert good in NATION
    write(folder, "nation", NATION.replace(good, bad, 1))
    with pytest.raises(YekuoError) as refused:
        load_calendar("nation", folder)
    assert refused.value.code == code, refused.value.message
    assert says in refused.value.message
    assert "nation.toml" in refused.value.message
    assert "例如" in refused.value.message
    assert "\n" not in refused.value.message


ENTRY = NATION[NATION.index("[[year]]") : NATION.index("[statutory]")]


@pytest.mark.parametrize(
    ("name", "text", "code", "says"),
    [
        ("nation", NATION + ENTRY, "calendar_duplicate_year", "又写了 2026 年"),
        ("nation", 'label = "空"', "calendar_missing_key", "缺少 [[year]]"),
        ("nation", 'label = "空"\n[[year', "calendar_unreadable", "不是合法的 TOML（末尾"),
        ("province", PROVINCE.replace("nation", "nowhere"), "calendar_unknown", "“nowhere”的日历（province.toml 的 extends）"),
        ("province", PROVINCE.replace("nation", "province"), "calendar_circular", "province → province"),
        ("province", PROVINCE + ENTRY, "calendar_duplicate_year", "nation.toml 的 [[year]] 2026 年"),
        ("province", PROVINCE + "[statutory]\n", "calendar_unknown_key",
         "不认识的键 statutory，例如写错了一个字母；应为：只能有：label、extends、year、change。"),
        ("province", PROVINCE.replace("2026-04-26", "2026-04-24"), "calendar_not_a_rest_day", "2026-04-24（星期五）"),
        ("province", PROVINCE.replace("2026-04-26", "2026-04-21"), "calendar_day_twice", "2026-04-21"),
        ("province", PROVINCE.replace("2026", "2031").replace("-04-26", "-04-27").replace("-10-07", "-10-05"),
         "calendar_range", "2031-04-20 不在日历“province”的范围"),
    ],
)  # fmt: skip
def test_files_that_do_not_fit_together_are_refused(
    folder: Path, name: str, text: str, code: str, says: str
) -> None:
    write(folder, name, text)
    with pytest.raises(YekuoError) as refused:
        load_calendar(name, folder)
    assert refused.value.code == code, refused.value.message
    assert says in refused.value.message


def test_two_files_that_extend_each_other_are_refused(folder: Path) -> None:
    write(folder, "east", PROVINCE.replace("nation", "west"))
    write(folder, "west", PROVINCE.replace("nation", "east"))
    with pytest.raises(YekuoError, match="east → west → east"):
        load_calendar("east", folder)


def test_a_year_left_out_between_two_others_is_refused(folder: Path) -> None:
    entry = """
[[year]]
year = 2028
notice = "试验国关于2028年部分节假日安排的通知"
mark = "X"
holidays = [{ name = "元旦", from = 2028-01-01 }]
"""
    write(folder, "nation", NATION + entry)
    with pytest.raises(YekuoError, match="缺少 2027 年的放假安排"):
        load_calendar("nation", folder)


def test_a_file_that_is_not_there_or_not_text_is_refused(folder: Path) -> None:
    with pytest.raises(YekuoError, match=r"没有名为“mars”的日历.*现有 nation"):
        load_calendar("mars", folder)
    with pytest.raises(YekuoError, match="文件不存在"):
        load_calendar("nation", folder, extra=[folder / "mars.toml"])
    (folder / "gbk.toml").write_bytes('label = "国标"'.encode("gb18030"))
    with pytest.raises(YekuoError, match="不是 UTF-8 编码"):
        load_calendar("gbk", folder)
    with pytest.raises(YekuoError, match="缺少 extends"):
        load_calendar("nation", folder, extra=[folder / "nation.toml"])
    path = write(folder, "other", PROVINCE.replace("nation", "mars"))
    with pytest.raises(YekuoError, match=r"“mars”的日历（other.toml 的 extends）"):
        load_calendar("nation", folder, extra=[path])


def test_every_shipped_calendar_loads() -> None:
    names = sorted(path.stem for path in (DATA / "calendars").glob("*.toml"))
    assert "cn" in names
    for name in names:
        assert load_calendar(name).published_through >= date(2026, 12, 31)


def test_every_shipped_notice_says_its_own_year_and_number() -> None:
    """国办发明电〔2025〕7号 is for 2026: a notice's number is of the year before, or of the year itself."""
    content = tomllib.loads((DATA / "calendars" / "cn.toml").read_text(encoding="utf-8"))
    assert [entry["year"] for entry in content["year"]] == list(range(2004, 2027))
    for entry in content["year"] + content["change"]:
        assert f"{entry['year']}年" in entry["notice"] or entry["year"] == 2015
        if "number" in entry:
            assert f"〔{entry['year'] - (entry in content['year'])}〕" in entry["number"]
