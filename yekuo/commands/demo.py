"""All of it on the shipped sample, as a person would type it."""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from limits.errors import YekuoError
from limits.explanation import weekday_of
from limits.shipped import DATA
from limits.terms import Level, Verdict
from yekuo import desk
from yekuo.commands import alerts, jobs, ledger, look, orders, people, report
from yekuo.commands.options import Json
from yekuo.output import console, level_text, print_json, table, verdict_text
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from workflow.book import Book
    from workflow.listing import ApplicationView

AS_OF = "2026-11-20T18:00"
# When the desk opens: a slot of its own for the sweep that tells of its applications.
OPENS = "2026-11-20T18:01"
SAMPLE = DATA / "samples" / "ledger-2026.xlsx"
PEOPLE = DATA / "organisations" / "neixiang-sample.toml"
EXPLAINED = "4126092200104"
MONTH = "2026-10"


class DemoFolderUnusable(YekuoError):
    """演示文件夹“{folder}”不能用（{reason}）。请用 --folder 换一个可以写入的文件夹。"""

    code = "demo_folder_unusable"


def register(app: typer.Typer) -> None:
    """Add the command of this module to ``app``."""
    app.command(help="用随附的样例台账把全部功能走一遍。")(demo)


def demo(
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="演示文件放在哪里")] = Path("demo"),
    as_json: Json = False,
) -> int:
    """Import, explain, report and verify the sample in a folder of its own."""
    _clear(folder)
    os.environ["YEKUO_DATABASE_URL"] = f"sqlite:///{folder / 'yekuo.sqlite3'}"
    refused = folder / "台账-退回.xlsx"
    say = _silent if as_json else _say
    say("一、建立数据库", "yekuo init")
    ledger.init(as_json=as_json)
    say(
        "二、导入样例台账：240 件好的，24 行有错的退回，各写明原因",
        f"yekuo import {SAMPLE.name} --as-of {AS_OF}",
    )
    ledger.import_(SAMPLE, as_of=AS_OF, refused=refused, as_json=as_json)
    say("三、为什么这件超期了", f"yekuo explain {EXPLAINED} --clock local.reply --as-of {AS_OF}")
    look.explain(EXPLAINED, clock="local.reply", as_of=AS_OF, as_json=as_json)
    say("四、到期日计算器", "yekuo due 2026-09-24 16")
    look.due("2026-09-24", "16", as_json=as_json)
    say(f"五、{MONTH} 的监督报告", f"yekuo report --month {MONTH} --as-of {AS_OF} --out {folder}")
    report.report(MONTH, out=folder, as_of=AS_OF, as_json=as_json)
    _tell(say, as_json=as_json)
    say("七、核对：全部重算一遍", "yekuo verify")
    differs = ledger.verify(as_json=as_json)
    if not as_json:
        _summary(desk.open_book(), folder, refused)
    _open_desk(folder, as_json=as_json)
    return differs


def _tell(say: Callable[[str, str], None], *, as_json: bool) -> None:
    """Whoever must hear of a level: the organisation, one sweep, and what it led to."""
    say("六、谁该知道：导入组织机构（人员均为虚构）", f"yekuo people import {PEOPLE.name} --as-of {AS_OF}")
    people.import_(PEOPLE, as_of=AS_OF, as_json=as_json)
    say(
        "扫描一次：达到的级别进清单，消息写给该知道的人，红色由指挥中心下达督办单",
        f"yekuo sweep --as-of {AS_OF}",
    )
    jobs.sweep(as_of=AS_OF, as_json=as_json)
    say("还没有签收的，最新的在前", f"yekuo alerts --state 未签收 --limit 5 --as-of {AS_OF}")
    alerts.list_alerts(state="未签收", limit=5, as_of=AS_OF, as_json=as_json)
    say("督办单", f"yekuo order list --as-of {AS_OF}")
    orders.list_orders(as_of=AS_OF, as_json=as_json)


def _open_desk(folder: Path, *, as_json: bool) -> None:
    """Accounts of every post and something for each to do; and how to start."""
    from web.access import passwords
    from workflow.progress import customer_code
    from yekuo import demo_desk

    book, now, password = desk.open_book(), parse_instant(OPENS), passwords.drawn()
    demo_desk.populate(book)
    say = _silent if as_json else _say
    say(
        f"九、工作台：再受理 {len(demo_desk.APPLICATIONS)} 件演示申请，有超期的、挂起的、没人认领的",
        f"yekuo sweep --as-of {OPENS}",
    )
    jobs.sweep(as_of=OPENS, as_json=as_json)
    entrances = list(demo_desk.enrol(book.engine, password, now))
    command, code = _command(folder), customer_code(book, demo_desk.RATED, now)
    if as_json:
        rows = [{"login": each.login, "post": each.role.value, "unit": each.unit} for each in entrances]
        customer = {"number": demo_desk.RATED, "code": code}
        print_json({"accounts": rows, "password": password, "customer": customer, "command": command})
        return
    _say(f"十、打开工作台：时钟从 {OPENS.replace('T', ' ')} 走起，按 Ctrl-C 停止", command)
    out = console()
    headings = ("登录名", "密码", "岗位", "姓名", "看到什么")
    listed = ((each.login, password, each.role.label, each.name, each.sees) for each in entrances)
    out.print(table("用浏览器打开 http://127.0.0.1:8000/ ，密码每次演示重新抽取", headings, listed))
    out.print(
        f"客户不用登录：http://127.0.0.1:8000/progress ，申请编号 {demo_desk.RATED}，查询码 {code}",
        markup=False,
    )


def _command(folder: Path) -> str:
    """What starts the desk on the database of the demo, in the shell of this system."""
    url = f"sqlite:///{(folder / 'yekuo.sqlite3').as_posix()}"
    program = "yekuo" if shutil.which("yekuo") else str(Path(sys.executable).with_name("yekuo"))
    if os.name == "nt":
        starter = "py run.py" if Path("run.py").exists() else f'"{program}"'
        return f'set "YEKUO_DATABASE_URL={url}" && {starter} serve --as-of {OPENS}'
    starter = "python3 run.py" if Path("run.py").exists() else shlex.quote(program)
    return f"YEKUO_DATABASE_URL={shlex.quote(url)} {starter} serve --as-of {OPENS}"


def _clear(folder: Path) -> None:
    """Make ``folder`` ready to be written to, without the database of the last demo."""
    if "?" in str(folder):  # in a database's address it ends the path
        raise DemoFolderUnusable(folder=folder, reason="名称中有“?”")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for old in folder.glob("yekuo.sqlite3*"):
            old.unlink()
    except OSError as error:
        raise DemoFolderUnusable(folder=folder, reason=error.strerror or error) from error


def _silent(_title: str, _command: str) -> None:
    """With ``--json`` each step is one line of JSON and nothing else."""


def _say(title: str, command: str) -> None:
    out = console()
    out.print()
    out.print(title, style="bold", markup=False)
    out.print(f"$ {command}", style="dim", markup=False)


def _summary(book: "Book", folder: Path, refused: Path) -> None:
    """What a person should take home from the demo."""
    from workflow.listing import applications

    out = console()
    views = list(applications(book, parse_instant(AS_OF)))
    urgent = [row for view in views if (row := _urgent(view)) is not None]
    urgent.sort(key=lambda row: (-row[0], row[1]))
    _say(f"八、小结：截至 {AS_OF.replace('T', ' ')}", f"yekuo applications --as-of {AS_OF}")
    statuses: dict[str, int] = {}
    for view in views:
        statuses[view.status.label] = statuses.get(view.status.label, 0) + 1
    out.print(
        f"共 {len(views)} 件：" + "，".join(f"{name} {count} 件" for name, count in statuses.items()),
        markup=False,
    )
    rows = (row[2] for row in urgent)
    headings = ("申请编号", "客户类别", "环节", "计时", "已用>", "时限>", "到期日", "结论", "最高级别")
    out.print(table("在途且已预警的计时（地方时限），最急的在前", headings, rows))
    out.print(f"退回表：{refused}", markup=False)
    out.print(
        f"月报：{folder / 'report.html'}（用浏览器打开）、report.docx、report.xlsx、report.pdf、report.json",
        markup=False,
    )
    out.print(
        f"数据库：{folder / 'yekuo.sqlite3'}；换成自己的台账：yekuo init && yekuo import 台账.xlsx",
        markup=False,
    )


def _urgent(view: "ApplicationView") -> tuple[int, str, tuple[object, ...]] | None:
    """The most urgent running local clock of an application that has reached a level."""
    ranks = {level: rank for rank, level in enumerate(Level)}
    running = [
        each
        for each in view.clocks
        if each.layer == "local" and each.levels and each.reading.verdict in (Verdict.OPEN, Verdict.OPEN_LATE)
    ]
    if not running:
        return None
    worst = max(running, key=lambda each: ranks[each.levels[-1].level])
    level = worst.levels[-1].level
    due_on = weekday_of(worst.reading.due_on) if worst.reading.due_on else "未计时"
    if worst.reading.provisional:
        due_on += "（暂定）"
    row = (
        view.number,
        view.customer_class.label,
        view.step.label,
        worst.label,
        worst.reading.used,
        worst.limit,
        due_on,
        verdict_text(worst.reading.verdict),
        level_text(level),
    )
    return ranks[level], view.number, row
