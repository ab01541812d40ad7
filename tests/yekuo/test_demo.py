"""``yekuo demo``: all of it on the shipped sample, in a folder of its own, twice the same."""

import json
import os
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from limits.terms import Level
from tests.dates import at
from tests.yekuo.program import Runner, cold
from web.access import sessions
from web.access.rights import Role
from web.access.visible import pool_of, queue_of
from workflow import store
from workflow.book import Book
from workflow.progress import progress
from workflow.queue import pool, work_queue
from workflow.rules import load_rules

PASSWORD = re.compile("[a-z0-9]{4}(?:-[a-z0-9]{4}){3}")
CODE = re.compile("查询码 [0-9A-Z]{5}-[0-9A-Z]{5}")


def demo(run: Runner, folder: Path) -> str:
    """Run the demo where nothing else is; what it printed."""
    done = run(["demo"], {}, folder)
    assert done.err == ""
    assert done.code == 0
    return done.out


def test_the_demo_shows_everything_and_ends_with_a_summary_a_person_can_read(
    runner: Runner, tmp_path: Path
) -> None:
    said = demo(cold, tmp_path)
    for words in (
        "新受理 240 件，更新 0 件，未变 0 件，退回 24 行。",
        "yekuo explain 4126092200104 --clock local.reply",
        "到期日 2026-10-23（周五）",
        "一致：240 件申请",
        "共 240 件：",
        "serve --as-of 2026-11-20T18:01",
        "客户不用登录",
    ):
        assert words in said.replace("\n", "")
    made = {path.name for path in (tmp_path / "demo").iterdir()}
    assert {"yekuo.sqlite3", "台账-退回.xlsx", "report.json", "report.xlsx", "report.html"} <= made
    assert json.loads((tmp_path / "demo" / "report.json").read_text(encoding="utf-8"))["period"] == "2026-10"
    assert {path.name for path in tmp_path.iterdir()} == {"demo"}

    again = demo(runner, tmp_path)
    assert bare(again) == bare(said)
    assert PASSWORD.findall(again) != PASSWORD.findall(said), "the password is drawn anew"


def bare(said: str) -> str:
    """What was printed without its spaces and without what is drawn: the password and the customer's code."""
    return re.sub(r"\s", "", CODE.sub("查询码", PASSWORD.sub("密码", said)))


def test_the_demo_ends_with_how_to_open_the_desk(runner: Runner, tmp_path: Path) -> None:
    done = runner(["demo", "--json", "--folder", "演示 一"], {}, tmp_path)
    assert done.err == ""
    told = json.loads(done.out.splitlines()[-1])
    assert {each["post"] for each in told["accounts"]} == {each.value for each in Role} - {"customer"}
    assert PASSWORD.fullmatch(told["password"])
    setting, *command = shlex.split(told["command"])
    assert setting == "YEKUO_DATABASE_URL=sqlite:///演示 一/yekuo.sqlite3"
    assert command[-3:] == ["serve", "--as-of", "2026-11-20T18:01"]
    engine = store.open_engine(f"sqlite:///{(tmp_path / '演示 一' / 'yekuo.sqlite3').as_posix()}")
    now = at("2026-11-20 五 18:01")
    token = sessions.log_in(
        engine, "nx025", told["password"], now=now, lasts=timedelta(hours=1), address="-", agent="-"
    )
    found = sessions.known(engine, token, now)
    assert found is not None
    book = Book(engine, load_rules())
    levels = {each.level for each in work_queue(book, now, queue_of(found.account)).rows}
    assert {Level.RED, Level.YELLOW, Level.BLUE, None} <= levels
    assert len(pool(book, now, pool_of(found.account)).rows) == 4
    number, code = told["customer"]["number"], told["customer"]["code"]
    assert progress(book, number, code, now).steps[0].score == 5
    engine.dispose()


@pytest.mark.parametrize("folder", [os.devnull, "文件", "文件/里面", "占用", "问?号", "长" * 300])
def test_a_folder_that_cannot_be_used_is_refused_in_one_sentence(
    runner: Runner, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "文件").touch()
    (tmp_path / "占用" / "yekuo.sqlite3").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    done = runner(["demo", "--folder", folder], {}, tmp_path)
    assert done.code == 2
    assert done.out == ""
    assert re.fullmatch("错误［demo_folder_unusable］：演示文件夹“.+”不能用（.+）。请.+。\n", done.err)
    assert sorted(tmp_path.rglob("*")) == before
