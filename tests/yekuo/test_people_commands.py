"""``yekuo people``: the organisation in, listed, and who is away; every fault in one sentence."""

from collections.abc import Callable
from typing import Any

import pytest

from limits.shipped import DATA
from tests.yekuo.program import Program, Ran, Runner

SAMPLE = DATA / "organisations" / "neixiang-sample.toml"
AS_OF = ("--as-of", "2026-11-20T18:00")  # Friday
CENTRE = "NX007"

Command = Callable[..., Ran]


@pytest.fixture
def people(ready: Program) -> Command:
    """``yekuo people`` on the sample organisation."""
    ready("people", "import", SAMPLE, *AS_OF)
    return lambda *arguments, code=0: ready("people", *arguments, code=code)


@pytest.fixture(scope="module")
def sampled(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program on the sample organisation; its tests only look."""
    folder = tmp_path_factory.mktemp("sampled")
    found = Program(runner, f"sqlite:///{(folder / 'yekuo.sqlite3').as_posix()}", folder)
    found("init")
    found("people", "import", SAMPLE, *AS_OF)
    return found


def person(people: Command, code: str, when: str = AS_OF[1]) -> Any:
    return next(each for each in people("list", "--json", "--as-of", when).lines if each["code"] == code)


def test_the_sample_goes_in_once(ready: Program) -> None:
    first = ready("people", "import", SAMPLE, "--json", *AS_OF).json
    assert first["appointed"] == first["appointments"] == first["people"] > 30
    assert ready("people", "import", SAMPLE, "--json", *AS_OF).json["changed"] == 0
    assert "没有变动" in ready("people", "import", SAMPLE, *AS_OF).out


def test_the_list_says_who_does_what_and_how_they_are_reached(sampled: Program) -> None:
    told = sampled("people", "list", *AS_OF).out
    for word in (CENTRE, "指挥员甲", "供电服务指挥中心", "企业微信", "所长"):
        assert word in told
    assert person(lambda *told: sampled("people", *told), CENTRE) == {
        "code": CENTRE,
        "name": "指挥员甲",
        "posts": [
            {"unit": "供电服务指挥中心", "post": "command_centre", "from": "2026-01-01", "until": None}
        ],
        "contacts": {"wecom": "指挥中心@10000000001", "email": "centre-a@example.invalid"},
        "away": None,
    }
    assert sampled("people", "list", "--as-of", "2025-01-01").out.count("2026-01-01 起") > 30, (
        "also who is to come"
    )


def test_a_day_alone_is_away_from_its_beginning_to_its_end(people: Command) -> None:
    days = ("--from", "2026-11-20", "--to", "2026-11-25")
    done = people("away", CENTRE, *days, "--stand-in", "NX008", "--reason", "培训", *AS_OF)
    assert "由指挥员乙代岗" in done.out
    recorded = {
        "from": "2026-11-20T00:00:00+08:00",
        "to": "2026-11-26T00:00:00+08:00",
        "stand_in": "指挥员乙",
        "reason": "培训",
    }
    assert person(people, CENTRE)["away"] == recorded
    assert person(people, CENTRE, "2026-11-25T23:59")["away"] == recorded
    assert person(people, CENTRE, "2026-11-26T00:00")["away"] is None


def test_back_early_and_cancelled(people: Command) -> None:
    times = ("--from", "2026-11-20T08:30", "--to", "2026-11-25T17:30", "--reason", "培训")
    assert people("away", CENTRE, *times, "--json").json["stand_in"] is None
    assert "已返岗" in people("back", CENTRE, *AS_OF).out
    assert person(people, CENTRE)["away"] is None
    later = ("--from", "2026-12-01", "--to", "2026-12-01", "--reason", "培训")
    assert "无人代岗" in people("away", CENTRE, *later, *AS_OF).out
    assert "已取消" in people("back", CENTRE, *AS_OF).out
    assert people("back", CENTRE, "--json", *AS_OF, code=2).json["error"]["code"] == "not_away"


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        ("organisation_refused", ["import", "nowhere.toml"]),
        ("person_unknown", ["away", "9", "--from", "2026-11-20", "--to", "2026-11-20", "--reason", "培训"]),
        (
            "absence_invalid",
            ["away", CENTRE, "--from", "2026-11-20", "--to", "2026-11-19", "--reason", "培训"],
        ),
        ("date_invalid", ["away", CENTRE, "--from", "2026-02-30", "--to", "2026-11-19", "--reason", "培训"]),
        ("instant_invalid", ["away", CENTRE, "--from", "明天", "--to", "2026-11-19", "--reason", "培训"]),
        ("usage", ["away", CENTRE, "--from", "2026-11-20", "--to", "2026-11-20"]),
        ("person_unknown", ["back", "9"]),
        ("not_away", ["back", CENTRE]),
    ],
)
def test_a_fault_is_one_sentence_and_exit_code_2(sampled: Program, error: str, arguments: list[str]) -> None:
    sampled.refuses(error, "people", *arguments)
