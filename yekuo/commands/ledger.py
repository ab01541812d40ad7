"""Commands that fill the ledger and check it: init, import, verify, sample."""

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from limits.errors import YekuoError
from yekuo import desk
from yekuo.commands.options import Actor, AsOf, Json, Out
from yekuo.output import console, print_json, progress, table
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from workflow.ledger.importing import Imported
    from workflow.ledger.rows import Reason

ACTOR = "台账导入"
SAMPLE_AS_OF = "2026-11-20T18:00"
REFUSED_ROWS = 3
DIFFERENT = 1


class RowsInvalid(YekuoError):
    """行数 {rows} 不对。应为 1 到 1000000 之间的整数。"""

    code = "rows_invalid"


class BadRowsInvalid(YekuoError):
    """有错的行数 {bad} 不对。应为 0 到 1000000 之间的整数。"""

    code = "bad_rows_invalid"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command(help="建立数据库，或升级到本程序的版本。")(init)
    app.command("import", help="导入业扩台账；有行被退回时退出码为 3。")(import_)
    app.command(
        help="重算全部记录链、计时和级别，核对处理记录、督办单、封存的报告期和供电所评价；不一致时退出码为 1。"
    )(verify)
    app.command(help="生成任意大小的仿真台账，供培训和测量。")(sample)


def init(as_json: Json = False) -> int:
    """Create or upgrade the database."""
    from workflow import store
    from yekuo import database

    url = desk.settings().database_url
    before = database.upgrade(store.open_engine(url))
    told = {"database": store.shown(url), "before": before, "revision": database.HEAD}
    if as_json:
        print_json(told)
    else:
        done = (
            "已建立" if before is None else "已是最新" if before == database.HEAD else f"已从 {before} 升级"
        )
        console().print(f"数据库 {told['database']} {done}（版本 {database.HEAD}）。")
    return 0


def import_(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER.xlsx", help="台账文件", show_default=False)],
    as_of: AsOf = None,
    column_map: Annotated[Path | None, typer.Option("--map", help="列名对照文件（TOML）")] = None,
    refused: Annotated[Path | None, typer.Option("--refused", help="退回表写到哪里；默认在台账旁边")] = None,
    actor: Actor = ACTOR,
    as_json: Json = False,
) -> int:
    """Take every good row; write the others back with their reasons."""
    from workflow.ledger.importing import import_ledger

    if refused is not None:
        _refuse_unwritable(refused, ledger)
    book = desk.open_book()
    now = parse_instant(as_of)
    with progress("导入台账") as report:
        done = import_ledger(book, ledger, now=now, actor=actor, column_map=column_map, progress=report)
    written = _write_refused(done, ledger, refused)
    if as_json:
        print_json(_imported_json(done, written))
    else:
        _print_imported(done, written)
    return REFUSED_ROWS if done.refusals else 0


def _write_refused(done: "Imported", ledger: Path, wanted: Path | None) -> Path | None:
    """Beside the ledger; in the working folder where the ledger's own cannot be written."""
    from workflow.ledger.refused import write_refused

    if not done.refusals or done.ledger is None:
        return None
    target = wanted or _free(ledger.parent if _writable(ledger.parent) else Path.cwd(), f"{ledger.stem}-退回")
    write_refused(target, done.ledger.headings, done.refusals)
    return target


def _free(folder: Path, stem: str) -> Path:
    """A name not taken: somebody may be mending the refused rows of an earlier import."""
    names = (folder / f"{stem}{'' if n == 1 else n}.xlsx" for n in count(1))
    return next(path for path in names if not path.exists())


def _refuse_unwritable(target: Path, ledger: Path) -> None:
    """Told before anything is imported: afterwards the refused rows would have nowhere to go."""
    from workflow.ledger.refused import RefusedFileIsLedger, RefusedFileUnwritable

    if target.resolve() == ledger.resolve() or (
        target.exists() and ledger.exists() and target.samefile(ledger)
    ):
        raise RefusedFileIsLedger(path=target)
    if target.is_dir() or not _writable(target.parent):
        raise RefusedFileUnwritable(path=target, detail="位置不可写")


def _writable(folder: Path) -> bool:
    probe = folder / ".yekuo-writable"
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError:
        return False
    return True


def _imported_json(done: "Imported", written: Path | None) -> dict[str, object]:
    return {
        "accepted": done.accepted,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "refused": len(done.refusals),
        "refused_file": None if written is None else str(written),
        "refusals": [
            {"sheet": each.sheet, "line": each.line, "number": each.number, "reasons": _reasons(each.reasons)}
            for each in done.refusals
        ],
        "unknown_columns": list(done.ledger.unknown_columns) if done.ledger else [],
        "findings": [
            {
                "number": number,
                "code": found.code.value,
                "label": found.code.label,
                "evidence": found.evidence,
                "people": list(found.people),
            }
            for number, found in done.findings
        ],
    }


def _reasons(reasons: "tuple[Reason, ...]") -> list[dict[str, str]]:
    return [{"code": each.code, "message": each.message} for each in reasons]


def _print_imported(done: "Imported", written: Path | None) -> None:
    out = console()
    out.print(
        f"新受理 {done.accepted} 件，更新 {done.updated} 件，未变 {done.unchanged} 件，退回 {len(done.refusals)} 行。"
    )
    if done.refusals:
        rows = [
            (each.line, each.number or "（无编号）", "；".join(reason.message for reason in each.reasons))
            for each in done.refusals
        ]
        out.print(table("退回的行", ("行>", "申请编号", "原因"), rows))
        out.print(f"退回表已写到 {written}，改正后重新导入即可。")
    if done.ledger and done.ledger.unknown_columns:
        out.print(f"不认识的列（未导入）：{'、'.join(done.ledger.unknown_columns)}")
    if done.findings:
        rows2 = [
            (number, each.code.label, each.evidence, "、".join(each.people)) for number, each in done.findings
        ]
        out.print(table(f"发现 {len(done.findings)} 处疑点", ("申请编号", "类别", "证据", "相关人员"), rows2))


def verify(as_json: Json = False) -> int:
    """Rebuild everything from the records and compare."""
    from alerts.verify import handlings_head, verify_handlings
    from reports.sealing.check import verify_seals
    from reports.stations.verify import verify_evaluations
    from workflow import store
    from workflow.verify import verify as verify_ledger

    book = desk.open_book()
    with progress("核对") as report:
        found = verify_ledger(book, report)
    seals, evaluated = verify_seals(book), verify_evaluations(book)
    told = (found.difference, verify_handlings(book), seals.difference, evaluated.difference)
    differences = [str(each) for each in told if each is not None]
    with store.reading(book.engine) as connection:
        handled = handlings_head(connection)
    if as_json:
        figures = {
            "applications": found.applications,
            "events": found.events,
            "clocks": found.clocks,
            "head": found.head,
            "handlings_head": handled,
            "seals": seals.seals,
            "seals_head": seals.head,
            "evaluations": evaluated.evaluations,
            "evaluations_head": evaluated.head,
            "difference": differences[0] if differences else None,
        }
        print_json(figures)
    elif differences:
        for each in differences:
            console().print(f"不一致：{each}", style="red", markup=False)
    else:
        console().print(
            f"一致：{found.applications} 件申请、{found.events} 条记录、{found.clocks} 行计时。\n"
            f"总账哈希 {found.head}\n处理记录哈希 {handled}"
            + (f"\n已封存 {seals.seals} 期，最近的封存值 {seals.head}" if seals.seals else "")
            + (f"\n供电所评价 {evaluated.evaluations} 份，哈希 {evaluated.head}" if evaluated.head else "")
        )
    return DIFFERENT if differences else 0


def sample(
    out: Out,
    rows: Annotated[int, typer.Option("--rows", metavar="N", help="行数")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="随机种子；相同的种子得到相同的台账")] = 1,
    bad: Annotated[int, typer.Option("--bad", metavar="N", help="另加多少行有错的")] = 0,
    as_of: Annotated[str, typer.Option("--as-of", metavar="T", help="台账截至哪一时刻")] = SAMPLE_AS_OF,
    as_json: Json = False,
) -> int:
    """Write a realistic ledger."""
    from yekuo.sample import write_sample

    if not 1 <= rows <= 1_000_000:
        raise RowsInvalid(rows=rows)
    if not 0 <= bad <= 1_000_000:
        raise BadRowsInvalid(bad=bad)
    write_sample(out, rows, seed, as_of=parse_instant(as_of), bad=bad)
    if as_json:
        print_json({"file": str(out), "rows": rows, "bad": bad, "seed": seed})
    else:
        console().print(f"已写出 {rows} 行仿真台账：{out}", markup=False)
    return 0
