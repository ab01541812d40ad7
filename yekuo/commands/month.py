"""The month's figures."""

from pathlib import Path
from typing import Annotated

import typer

from yekuo import desk
from yekuo.commands.options import AsOf, Json
from yekuo.output import console, print_json
from yekuo.settings import parse_instant


def register(app: typer.Typer) -> None:
    """Add the command of this module to ``app``."""
    app.command(help="某月的指标：report.json、report.xlsx、report.html。")(report)


def report(
    month: Annotated[str, typer.Option("--month", metavar="2026-10", help="哪个月", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")] = Path(),
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Compute the month and write its three files."""
    from reports.files import write_month
    from reports.month import Month, month_report

    book = desk.open_book()
    found = month_report(book, Month.parse(month), parse_instant(as_of))
    written = write_month(found, out)
    if as_json:
        print_json({**found.to_json(), "files": [str(path) for path in written]})
    else:
        console().print(f"{month} 的指标已写到：{'、'.join(str(path) for path in written)}", markup=False)
    return 0
