"""``yekuo whatif``: what would change if a draft were the rule."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from limits.errors import YekuoError
from yekuo import desk
from yekuo.commands.on_record import OnRecord, say_what_is_left_out
from yekuo.commands.options import Json
from yekuo.output import OutputUnwritable, console, print_json, progress, table
from yekuo.settings import parse_date, parse_instant

if TYPE_CHECKING:
    from reports.documents.files import Format
    from reports.paper import Cell, Paper, Table

SHOWN = 50


class OutFormUnknown(YekuoError):
    """不知道按什么格式写“{out}”。文件名应以 {known} 之一结尾，请改正 --out。"""

    code = "out_form_unknown"


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(help="假如草案生效：用草案重算以往各期，看结论、级别、达标率怎样变；不改动任何数据。")(whatif)


def whatif(
    policy: Annotated[
        list[Path],
        typer.Option(
            "--policy",
            metavar="FILE",
            help="规则草案（TOML），以被替换的规则文件名开头；只含预警门槛的可以任意命名。可以给出多个。",
            show_default=False,
        ),
    ],
    month: Annotated[
        list[str],
        typer.Option(
            "--month",
            metavar="2026-10",
            help="重算哪一期，月、季、半年或年；可以给出多个。",
            show_default=False,
        ),
    ],
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="把草案在这一天有效的条目视为一直有效；默认按各申请的受理之日。",
            show_default=False,
        ),
    ] = None,
    as_of: OnRecord = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="PATH",
            help="另存为文件，按扩展名：.xlsx、.html、.docx 或 .pdf。",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Replay past periods under a draft and show the difference."""
    from limits.files.drafts import draft_policies
    from limits.files.policies import load_jurisdiction
    from reports.periods import Period
    from reports.whatif.paper import paper_of
    from reports.whatif.values_json import to_json
    from reports.whatif.what_if import what_if
    from workflow.events import EventType

    if out is not None:
        _form(out)  # refused before anything is worked out
    periods = [Period.parse(each) for each in month]
    day = parse_date(on) if on else None
    place = load_jurisdiction(desk.settings().jurisdiction)
    draft = draft_policies(place, policy, [each.value for each in EventType])
    book, known_at = desk.open_book(), parse_instant(as_of)
    with progress("测算") as told:
        found = what_if(book, draft, periods, as_of=known_at, on=day, progress=told)
    say_what_is_left_out(book, as_of, known_at)
    paper = paper_of(found)
    if out is not None:
        _write(paper, out)
    if as_json:
        print_json({**to_json(found), "file": None if out is None else str(out)})
    else:
        _show(paper, out)
    return 0


def _form(out: Path) -> "Format":
    from reports.documents.files import Format

    forms = {f".{each.value}": each for each in Format}
    if out.suffix.lower() not in forms:
        raise OutFormUnknown(out=out, known="、".join(forms))
    return forms[out.suffix.lower()]


def _write(paper: "Paper", out: Path) -> None:
    from reports.documents.files import render

    try:
        out.write_bytes(render(paper, _form(out)))
    except OSError as error:
        raise OutputUnwritable(reason=f"{out}：{error.strerror or error}") from error


def _show(paper: "Paper", out: Path | None) -> None:
    """The paper as tables on the screen; a long list is cut there, never in a file."""
    screen = console()
    screen.print(f"{paper.title}：{paper.period}", style="bold", markup=False)
    for key in paper.keys:
        screen.print(f"{key.label} {key.value}（{key.base}）", markup=False)
    for each in paper.tables():
        _show_table(each)
    for note in paper.notes:
        screen.print(note, markup=False)
    if out is not None:
        screen.print(f"已写到 {out}", markup=False)


def _show_table(each: "Table") -> None:
    """What the draft moves; what stays as it is is only counted."""
    from reports.documents.cells import RIGHT, repeated, shown

    screen = console()
    moved = replace(each, rows=tuple(row for row in each.rows if _moved(each, row)))
    if not moved.rows:
        screen.print(f"{each.title}：{each.empty if not each.rows else '没有变化。'}", markup=False)
        return
    heads = [f"{column.head}>" if column.kind in RIGHT else column.head for column in each.columns]
    rows = [
        [
            "" if repeated(moved, at, index) else shown(cell, each.columns[index].kind)
            for index, cell in enumerate(row)
        ]
        for at, row in enumerate(moved.rows[:SHOWN])
    ]
    screen.print(table(each.title, heads, rows))
    if len(moved.rows) > SHOWN:
        screen.print(
            f"还有 {len(moved.rows) - SHOWN} 行没有显示；用 --out 或 --json 得到全部。", markup=False
        )
    if len(moved.rows) < len(each.rows):
        screen.print(f"其余 {len(each.rows) - len(moved.rows)} 行没有变化。", markup=False)


def _moved(each: "Table", row: "tuple[Cell, ...]") -> bool:
    """Whether the columns of 现行 and those of 草案 say different things."""
    sides = (
        [cell for column, cell in zip(each.columns, row, strict=True) if column.head.startswith(side)]
        for side in ("现行", "草案")
    )
    before, after = sides
    return before != after
