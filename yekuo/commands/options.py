"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="T", help="按这一时刻看，如 2026-11-20T18:00；默认为现在。", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", metavar=" ", help="输出 JSON，供程序读取。")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="申请编号", show_default=False)]
Out = Annotated[Path, typer.Option("--out", metavar="PATH", help="写到哪里")]

ACTOR = "命令行"
Actor = Annotated[str, typer.Option("--actor", help="经办人")]
