"""``yekuo report``: a period's documents; its other commands are those of :mod:`.sealing` and :mod:`.extracts`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from limits.errors import YekuoError
from yekuo import desk
from yekuo.commands import extracts, sealing
from yekuo.commands.on_record import OnRecord, say_what_is_left_out
from yekuo.commands.options import Json
from yekuo.output import console, print_json, say_error
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from reports.documents.files import Format


class PeriodMissing(YekuoError):
    """没有说明报告期。请写明，例如 yekuo report --month 2026-10；也可以是季度 2026-Q3、半年 2026-H1 或年 2026。"""

    code = "period_missing"


class FormatUnknown(YekuoError):
    """没有“{text}”这种格式。--format 应为 {known} 之一，可以用逗号分开写几种。"""

    code = "format_unknown"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = typer.Typer(help="某期的监督报告；封存报告期，核对报告文件。", invoke_without_command=True)
    group.callback()(command)
    sealing.add(group)
    extracts.add(group)
    app.add_typer(group, name="report")


def command(
    context: typer.Context,
    month: Annotated[
        str | None,
        typer.Option(
            "--month",
            "--period",
            metavar="2026-10",
            help="哪一期：月 2026-10、季度 2026-Q3、半年 2026-H1 或年 2026",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")] = Path(),
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="F",
            help="只写这些格式：html、docx、xlsx、pdf，可用逗号分开；默认全部。report.json 总在其中。",
            show_default=False,
        ),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", metavar=" ", help="公开版：不含个人信息，也没有 report.json。")
    ] = False,
    as_of: OnRecord = None,
    as_json: Json = False,
) -> int:
    """Write the report, unless a command of the group was asked for."""
    if context.invoked_subcommand is not None:
        return 0
    if month is None:
        raise PeriodMissing
    return report(month, out, as_of, formats=formats or (), public=public, as_json=as_json)


def report(
    month: str,
    out: Path = Path(),
    as_of: str | None = None,
    *,
    formats: Sequence[str] = (),
    public: bool = False,
    as_json: bool = False,
) -> int:
    """Write the documents of a period: of a closed one those that were sealed."""
    from reports import issuing
    from reports.periods import Period
    from web.work.report_sources import sources

    period, forms = Period.parse(month), _forms(formats)
    book, known_at = desk.open_book(), parse_instant(as_of)
    found = issuing.basis(book, period, known_at, desk.settings().report, sources(book))
    if not found.seal:
        say_what_is_left_out(book, as_of, known_at)
    if forms:
        written, lacking = issuing.issue(found, out, forms, public=public), ""
    else:
        written, lacking = issuing.issue_all(found, out, public=public)
    if lacking:
        say_error(lacking)
    files = [str(path) for path in written]
    if as_json:
        told = {} if public else json.loads((out / issuing.JSON).read_text(encoding="utf-8"))
        print_json({**told, "files": files})
    else:
        state = "封存的" if found.seal else "未封存的"
        console().print(f"{period.label}{state}报告已写到：{'、'.join(files)}", markup=False)
    return 0


def _forms(formats: Sequence[str]) -> "list[Format]":
    from reports.documents.files import Format

    known = {each.value: each for each in Format}
    asked = [each.strip().lower() for text in formats for each in text.replace("，", ",").split(",")]
    for text in asked:
        if text not in known and text != "json":  # which is always written
            raise FormatUnknown(text=text, known="、".join(known))
    return [known[text] for text in dict.fromkeys(asked) if text in known]
