"""Commands of ``yekuo report`` for others' forms: the regulator's data file, the self-inspection of residential service."""

from pathlib import Path
from typing import Annotated

import typer

from yekuo import desk
from yekuo.commands.on_record import OnRecord, say_what_is_left_out
from yekuo.commands.options import Json
from yekuo.output import console, print_json
from yekuo.settings import parse_instant

Period = Annotated[
    str,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="哪一期：月 2026-10、季度 2026-Q3、半年 2026-H1 或年 2026",
        show_default=False,
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")]


def add(group: typer.Typer) -> None:
    """Add the commands of this module to the group of ``yekuo report``."""
    group.command("data", help="监管数据文件：某期受理或归档的申请，一件一行，CSV 和 XLSX。")(data)
    group.command("self-inspection", help="居民用电服务自查表：有数据的填好，没有数据的写明并留空。")(
        self_inspection
    )


def data(period: Period, out: Out = Path(), as_of: OnRecord = None, as_json: Json = False) -> int:
    """Write the regulator's data file."""
    from reports.periods import Period as Parsed
    from reports.regulator.files import write_data

    wanted, book = Parsed.parse(period), desk.open_book()
    known_at = parse_instant(as_of)
    written = write_data(book, wanted, out, known_at)
    say_what_is_left_out(book, as_of, known_at)
    files = [str(path) for path in written.paths]
    if as_json:
        print_json({"period": str(wanted), "rows": written.rows, "files": files})
    else:
        said = f"{wanted.label}受理或归档的申请 {written.rows} 件已写到：{'、'.join(files)}"
        console().print(said, markup=False)
    return 0


def self_inspection(period: Period, out: Out = Path(), as_of: OnRecord = None, as_json: Json = False) -> int:
    """Write the self-inspection form."""
    from reports.documents.files import write_as
    from reports.inspection import inspection_paper
    from reports.issuing import basis
    from reports.periods import Period as Parsed
    from web.work.report_sources import sources

    wanted, book, settings = Parsed.parse(period), desk.open_book(), desk.settings()
    known_at = parse_instant(as_of)
    found = basis(book, wanted, known_at, settings.report, sources(book))
    if not found.seal:
        say_what_is_left_out(book, as_of, known_at)
    paper = inspection_paper(found.facts, found.masthead, book.rules.policies, found.seal)
    files = [str(path) for path in write_as(paper, f"self-inspection-{wanted}", out)]
    if as_json:
        print_json({"period": str(wanted), "files": files})
    else:
        console().print(f"{wanted.label}居民用电服务自查表已写到：{'、'.join(files)}", markup=False)
    return 0
