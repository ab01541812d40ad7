"""The cases a clerk can write: ``cases/*.toml``, one section each, every date with its weekday."""

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from limits.calendar import load_calendar
from limits.clock import Allowance, Crossing, Span, Standing, Track, crossings, read, settle
from limits.files.policies import load_policy_file
from limits.shipped import DATA
from limits.terms import Unit
from tests.dates import at, on

FOLDER = Path(__file__).parent / "cases"
CN = load_calendar()
LADDER = load_policy_file(DATA / "policies" / "yekuo-levels.toml", []).ladders[0].ladder
KEYS = {
    "开始",
    "时限",
    "单位",
    "挂起",
    "停止",
    "终止",
    "查询",
    "到期",
    "已用",
    "剩余",
    "结论",
    "级别",
    "暂定",
}
UNITS = {"工作日": Unit.WORKING_DAY, "分钟": Unit.MINUTE}

Case = dict[str, Any]


def written() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {name}")
        for path in sorted(FOLDER.glob("*.toml"))
        for name, case in tomllib.loads(path.read_text(encoding="utf-8")).items()
    ]


def track_of(case: Case) -> Track:
    start: datetime | None = at(case["开始"])
    spans = []
    for paused, resumed in case.get("挂起", []):
        assert start is not None, "恢复之前又挂起"
        spans.append(Span(start, at(paused)))
        start = at(resumed) if resumed else None
    ended = case.get("停止") or case.get("终止")
    if start is not None:
        spans.append(Span(start, at(ended) if ended else None))
    return Track(
        spans=tuple(spans),
        allowances=(Allowance(case["时限"]),),
        unit=UNITS[case.get("单位", "工作日")],
        stopped_at=at(case["停止"]) if "停止" in case else None,
        cut_at=at(case["终止"]) if "终止" in case else None,
    )


def due(standing: Standing, said: str) -> datetime | date | None:
    """The due instant or day, as finely as the case says it."""
    return standing.due_at if ":" in said else standing.due_on


def moment(said: str) -> datetime:
    """A level is reached at a minute, or at the midnight that begins a day."""
    return at(said) if ":" in said else at(f"{said} 00:00")


@pytest.mark.parametrize("case", written())
def test_a_case(case: Case) -> None:
    assert case.keys() <= KEYS
    standing = settle(track_of(case), CN)
    now = at(case.get("查询") or case.get("停止") or case.get("终止") or case["开始"])
    reading = read(standing, CN, now)
    said = case["到期"]
    wanted = None if said == "无" else at(said) if ":" in said else on(said)
    assert due(standing, said) == wanted
    assert reading.provisional is case.get("暂定", False)
    if "已用" in case:
        verdict = reading.verdict.label if reading.verdict else "无"
        assert (reading.used, reading.left, verdict) == (case["已用"], case["剩余"], case["结论"])


@pytest.mark.parametrize("case", [each for each in written() if "级别" in each.values[0]])
def test_the_levels_of_a_case(case: Case) -> None:
    found = crossings(track_of(case), LADDER, CN)
    assert [(each.level.label, each.at) for each in found] == [
        (level, moment(said)) for level, said in case["级别"]
    ]


def test_the_nine_vectors_of_the_field_are_among_the_cases() -> None:
    """Start, limit and last good day, copied from the domain description."""
    told = [
        ("2026-02-13 五", 2, "2026-02-24 二"),
        ("2026-02-14 六", 2, "2026-02-25 三"),
        ("2026-09-24 四", 16, "2026-10-23 五"),
        ("2026-09-30 三", 5, "2026-10-13 二"),
        ("2025-09-26 五", 16, "2025-10-24 五"),
        ("2025-01-24 五", 5, "2025-02-07 五"),
        ("2024-04-30 二", 15, "2024-05-23 四"),
        ("2026-04-30 四", 15, "2026-05-25 一"),
        ("2026-11-21 六", 16, "2026-12-14 一"),
    ]
    cases = tomllib.loads((FOLDER / "vectors.toml").read_text(encoding="utf-8")).values()
    assert [(case["开始"][:12], case["时限"], case["到期"]) for case in cases] == told


def test_a_level_says_its_day_on_the_clock_of_shanghai() -> None:
    track = Track((Span(at("2026-11-20 五 09:00")),), (Allowance(2),))
    assert isinstance(crossings(track, LADDER, CN)[0], Crossing)
    assert crossings(track, LADDER, CN)[0].on == on("2026-11-23 一")
