"""Scheduled work: the process that does it, where it stands, and doing one piece of it by hand."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yekuo import desk
from yekuo.commands.options import AsOf, Json
from yekuo.output import console, print_json, table
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from alerts.jobs.running import Ran
    from alerts.jobs.watch import JobState


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command(help="自动任务：扫描、发送、每日提示、月度指标等，按时执行，直到被停止。")(scheduler)
    app.command(help="立即扫描一次：把已达到而未告知的级别写成消息。")(sweep)
    group = typer.Typer(help="自动任务的上次、下次、用时、积压和结果。", invoke_without_command=True)
    group.callback()(jobs)
    group.command("run", help="立即执行一次某项自动任务。")(run)
    app.add_typer(group, name="jobs")


def scheduler(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="T", help="演练：时钟从这一时刻走起", show_default=False),
    ] = None,
    speed: Annotated[float, typer.Option("--speed", metavar="N", help="演练：时钟走得快 N 倍")] = 1.0,
    until: Annotated[
        str | None, typer.Option("--until", metavar="T", help="到这一时刻停止", show_default=False)
    ] = None,
) -> int:
    """Do all scheduled work until stopped."""
    from yekuo.live_book import LiveBook
    from yekuo.scheduler import Scheduler, refuse_speed, rehearsal_clock, run_until_stopped, wall_clock
    from yekuo.work import jobs_for

    refuse_speed(speed)
    end = parse_instant(until) if until else None
    rehearsed = as_of is not None or speed != 1.0
    start, book = parse_instant(as_of), desk.open_book()
    live = LiveBook(book.engine, desk.rules())
    # Only now: what loading takes is not part of the time rehearsed.
    clock = rehearsal_clock(start, speed, end) if rehearsed else wall_clock
    made = Scheduler(live, jobs_for(desk.settings(), clock), clock, speed=speed)
    run_until_stopped(made, clock, end)
    return 0


def sweep(as_of: AsOf = None, as_json: Json = False) -> int:
    """One sweep, all shards."""
    return _by_hand("sweep", parse_instant(as_of), as_json=as_json)


def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="任务名，见 yekuo jobs", show_default=False)],
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """One run of one job."""
    return _by_hand(name, parse_instant(as_of), as_json=as_json)


def jobs(context: typer.Context, as_of: AsOf = None, as_json: Json = False) -> int:
    """Where every job stands."""
    if context.invoked_subcommand is not None:
        return 0
    from alerts.jobs.watch import job_states
    from yekuo.work import jobs_for

    now = parse_instant(as_of)
    book = desk.open_book()
    found = job_states(book.engine, jobs_for(desk.settings(), lambda: now), now, book.rules.calendar)
    if as_json:
        print_json([_state_json(each) for each in found])
        return 0
    headings = ("任务", "名称", "上次", "用时>", "状态", "结果", "下次", "积压>")
    console().print(table("自动任务", headings, map(_state_row, found)))
    for each in found:
        if each.overdue:
            console().print(each.overdue.text, markup=False)
    return 0


def _by_hand(name: str, now: datetime, *, as_json: bool) -> int:
    from alerts.jobs.running import run_by_hand
    from yekuo.scheduler import new_owner
    from yekuo.work import job_named, jobs_for

    job = job_named(jobs_for(desk.settings(), lambda: now), name)
    ran = run_by_hand(desk.open_book(), job, now, new_owner())
    for each in ran:
        if each.error is not None:
            raise each.error
    if as_json:
        print_json([_ran_json(each) for each in ran])
        return 0
    _print_ran(job.label, now, ran)
    return 0


def _print_ran(label: str, now: datetime, ran: "Iterable[Ran]") -> None:
    results = [
        f"{each.slot:%Y-%m-%d %H:%M:%S} 第 {each.shard + 1} 片：{each.result}" for each in ran if each.slot
    ]
    told = results or [f"“{label}”在 {now:%Y-%m-%d %H:%M:%S} 的一次已经做过，没有再做。"]
    for line in told:
        console().print(line, markup=False)


def _state_row(state: "JobState") -> tuple[object, ...]:
    took, backlog = state.took, state.backlog
    return (
        state.job.name,
        state.job.label,
        f"{state.slot:%Y-%m-%d %H:%M:%S}" if state.slot else "未执行过",
        "" if took is None else f"{took.total_seconds():.1f} 秒",
        "逾期" if state.overdue else state.state.label if state.state else "",
        state.result,
        f"{state.next_slot:%Y-%m-%d %H:%M:%S}",
        "" if backlog is None else backlog,
    )


def _state_json(state: "JobState") -> dict[str, Any]:
    return {
        "name": state.job.name,
        "label": state.job.label,
        "slot": _iso(state.slot),
        "state": state.state.value if state.state else None,
        "state_label": state.state.label if state.state else None,
        "started_at": _iso(state.started_at),
        "finished_at": _iso(state.finished_at),
        "seconds": state.took.total_seconds() if state.took is not None else None,
        "result": state.result,
        "next_slot": _iso(state.next_slot),
        "backlog": state.backlog,
        "overdue": state.overdue.text if state.overdue else None,
    }


def _ran_json(ran: "Ran") -> dict[str, Any]:
    return {
        "job": ran.job,
        "slot": _iso(ran.slot),
        "shard": ran.shard,
        "state": ran.state.value,
        "result": ran.result,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
