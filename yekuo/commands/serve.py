"""The desk: pages and API, with the scheduled work in the same process."""

from contextlib import ExitStack
from typing import Annotated

import typer

from yekuo import desk
from yekuo.output import console
from yekuo.settings import parse_instant


def register(app: typer.Typer) -> None:
    """Add the command of this module to ``app``."""
    app.command(help="启动工作台（网页和数据接口），直到被停止；同时执行自动任务。")(serve)


def serve(
    host: Annotated[
        str, typer.Option("--host", metavar="ADDR", help="在哪个地址上提供服务；0.0.0.0 为所有网卡")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="端口")] = 8000,
    no_scheduler: Annotated[
        bool,
        typer.Option("--no-scheduler", metavar=" ", help="不执行自动任务，由另一个 yekuo scheduler 执行"),
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="T", help="演练：时钟从这一时刻走起", show_default=False),
    ] = None,
) -> int:
    """Serve until stopped."""
    from web.app import create_app
    from web.settings import WebSettings
    from yekuo import database, serving
    from yekuo.live_book import LiveBook
    from yekuo.scheduler import Scheduler, rehearsal_clock, wall_clock
    from yekuo.work import jobs_for

    settings, rules = desk.settings(), desk.rules()
    live = LiveBook(desk.open_book().engine, rules)
    clock = rehearsal_clock(parse_instant(as_of), 1.0, None) if as_of else wall_clock
    jobs = jobs_for(settings, clock)
    web = WebSettings(settings.session_hours, settings.metrics_token, settings.desk_url, settings.report)
    app = create_app(live, clock, web, check_ready=lambda: database.check_ready(live.engine), jobs=jobs)
    serving.log_to_stderr()
    with ExitStack() as stack:
        at = stack.enter_context(serving.listening(host, port))
        if not no_scheduler:
            # Connections of its own: its threads never keep a page waiting for one.
            scheduler = Scheduler(LiveBook(desk.open_book().engine, rules), jobs, clock)
            scheduler.start()
            stack.callback(scheduler.stop)
        shown = f"[{host}]" if ":" in host else host
        told = f"工作台已启动：http://{shown}:{at.getsockname()[1]}/ ，按 Ctrl-C 停止。"
        serving.serve(app, at, lambda: console().print(told, markup=False))
    console().print("工作台已停止。", markup=False)
    return 0
