"""Rules, calendar and calculator: what they say is what the engine counts."""

import re
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI

from tests.web.browser import Browser
from tests.web.entering import entered

EVIL = '"><script>alert(1)</script>{{7*7}}'


@pytest.fixture
def reader(desk: FastAPI) -> Browser:
    """Somebody who reads rules and nothing else."""
    return entered(desk, "regulator")


def asked(reader: Browser, **fields: str) -> str:
    answer = reader.get(f"/calculator?{urlencode(fields)}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_rules_of_a_day_with_where_they_are_written(reader: Browser) -> None:
    now, before = reader.get("/policies").text, reader.get("/policies?on=2021-06-01").text
    for each in ("内电〔2021〕34号", "级别门槛", "逐级告知", "周期事项", "供电方案有效期", "原文"):
        assert each in now
    assert "2021-06-01（周二）" in before
    assert "周期事项" not in before
    for told in ("综合时限达标率", "0.6 高压 + 0.3 低压", "投诉答复", "60 分及以上为标准型，不足的为不合格"):
        assert told in now
    for told in ('class="when">当日</td>', "⌈4L/5⌉</li>", " L+1</li>", "L+1+⌈L/5⌉</li>"):
        assert told in now, told
    ways = re.findall('<a href="#([a-z]+)">', now)
    assert len(ways) == 8
    assert all(now.count(f' id="{each}"') == 1 for each in ways)
    assert "没有生效的时限" in reader.get("/policies?on=1999-01-01").text
    assert reader.get("/policies?on=2026-02-30").status_code == 422


def test_the_calendar_of_a_year(reader: Browser) -> None:
    page = reader.get("/calendar").text
    assert "2026 年日历" in page
    assert 'title="2026-10-01（周四） 放假（国庆节' in page
    assert 'title="2026-10-10（周六） 调休上班' in page
    assert "暂定" not in page.partition("放假与调休")[2].partition("</table>")[0]
    after = reader.get("/calendar/2027").text
    assert "尚未全部公布" in after
    assert after.count("放假安排尚未公布") == 1, "where it is written, and not again beside it"
    for year in ("1899", "0", "9999", "x", "99999999999999999999"):
        assert reader.get(f"/calendar/{year}").status_code in (404, 422)


def test_working_days_over_the_holiday(reader: Browser) -> None:
    """14 from Thursday 24 September 2026: 28 to 30 September, 8 to 10, 12 to 16 and 19 to 21 October."""
    page = asked(reader, start="2026-09-24T10:00", limit="14")
    assert "到期日 2026-10-21（周三），24 时截止" in page
    assert "2026-10-10（周六）" in page
    assert "民法典" in page


def test_a_pause_moves_the_due_day(reader: Browser) -> None:
    """5 from Monday the 16th end on Monday the 23rd; Wednesday to Friday paused, on Wednesday the 25th."""
    assert "到期日 2026-11-23（周一）" in asked(reader, start="2026-11-16T09:00", limit="5")
    page = asked(
        reader, start="2026-11-16T09:00", limit="5", from1="2026-11-18T12:00", to1="2026-11-20T12:00"
    )
    assert "到期日 2026-11-25（周三）" in page
    assert "不计：暂停" in page
    assert "恢复计时当日不计" in page
    standing = asked(reader, start="2026-11-16T09:00", limit="5", from1="2026-11-18T12:00")
    assert "没有到期日" in standing


def test_other_units(reader: Browser) -> None:
    minutes = asked(reader, start="2026-11-20T16:30", limit="45", unit="minute")
    assert "到期时间 2026-11-20 17:15" in minutes
    month = asked(reader, start="2026-09-01T09:00", limit="1", unit="month")
    assert "到期日 2026-10-08（周四）" in month
    assert "第二百零二条" in month
    days = asked(reader, start="2026-11-20T09:00", limit="10", unit="calendar_day")
    assert "到期日 2026-11-30（周一）" in days
    assert "超期" in asked(reader, start="2026-11-02T09:00", limit="2", stop="2026-11-10T09:00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": "x"},
        {"limit": ""},
        {"limit": "-1"},
        {"limit": "1001"},
        {"start": EVIL},
        {"start": ""},
        {"start": "0001-01-01T00:00"},
        {"start": "9998-01-01T00:00"},
        {"unit": EVIL},
        {"stop": "2026-01-01T00:00"},
        {"from1": "2026-01-01T00:00"},
        {"to1": "2026-11-20T00:00"},
        {"from1": EVIL, "to1": EVIL},
        {"unit": "month", "from1": "2026-11-20T00:00"},
        {"limit": "\0"},
    ],
)
def test_a_question_that_cannot_be_answered(reader: Browser, wrong: dict[str, str]) -> None:
    fields = {"start": "2026-11-16T09:00", "limit": "5"} | wrong
    answer = reader.get(f"/calculator?{urlencode(fields)}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "<script>alert" not in answer.text
