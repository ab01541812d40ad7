"""Commands of ``yekuo report`` that seal: closing a period, what was closed, and whether a document says it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yekuo import desk
from yekuo.commands.options import ACTOR, Actor, Json
from yekuo.output import console, print_json, table
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from reports.verifying.check import Checked

DIFFERENT = 1


def add(group: typer.Typer) -> None:
    """Add the commands of this module to the group of ``yekuo report``."""
    group.command("close", help="封存一个已经结束的报告期：此后它的报告不再变动，更正列在下一期。")(close)
    group.command("sealed", help="已封存的报告期，按封存的先后。")(list_sealed)
    group.command("verify", help="核对一份报告文件是不是封存的报告；不能证明一致时退出码为 1。")(verify)


def close(
    period: Annotated[
        str,
        typer.Argument(
            metavar="PERIOD", help="报告期：2026-10、2026-Q3、2026-H1 或 2026", show_default=False
        ),
    ],
    actor: Actor = ACTOR,
    as_json: Json = False,
) -> int:
    """Seal a period: now, by the clock of this computer, for a seal says when it was set."""
    from reports.issuing import close as seal
    from reports.periods import Period
    from web.work.report_sources import sources

    wanted, letterhead = Period.parse(period), desk.settings().report
    book, now = desk.open_book(), parse_instant(None)
    done = seal(book, wanted, now=now, actor=actor, letterhead=letterhead, others=sources(book))
    if as_json:
        print_json(_seal_json(done.seal, done.seal.hash))
    else:
        console().print(
            f"{wanted.label}已由{actor}封存，此后不再变动。\n封存值 {done.seal.hash}\n"
            "请把封存值另行抄存：它能证明这一期和以前各期都没有被改动。",
            markup=False,
        )
    return 0


def list_sealed(as_json: Json = False) -> int:
    """Every sealed period."""
    from reports.periods import Period
    from reports.sealing.chain import seals
    from workflow import store

    with store.reading(desk.open_book().engine) as connection:
        rows = seals(connection)
    if as_json:
        print_json([_seal_json(row, row.hash) for row in rows])
    elif rows:
        told = (
            (
                each.seq,
                Period.parse(each.period).label,
                f"{each.closed_at:%Y-%m-%d %H:%M}",
                each.closed_by,
                each.hash,
            )
            for each in rows
        )
        console().print(table("已封存的报告期", ("序号>", "报告期", "封存时间", "封存人", "封存值"), told))
    else:
        console().print("还没有封存过报告期。")
    return 0


def _seal_json(seal: Any, seal_hash: str) -> dict[str, Any]:
    return {
        "seq": seal.seq,
        "period": seal.period,
        "closed_at": seal.closed_at.isoformat(),
        "closed_by": seal.closed_by,
        "ledger_head": seal.ledger_head,
        "policies": seal.policies,
        "facts_digest": seal.facts_digest,
        "prev_hash": seal.prev_hash,
        "hash": seal_hash,
    }


def verify(
    document: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="本系统出的报告：.html、.docx、.xlsx、.pdf 或 .json", show_default=False
        ),
    ],
    as_json: Json = False,
) -> int:
    """Compare a document with the sealed facts."""
    from reports.issuing import check

    found = check(desk.open_book(), document)
    if as_json:
        print_json(_checked_json(found))
    else:
        for line in _checked_lines(found):
            console().print(line, markup=False)
    return 0 if found.identical else DIFFERENT


def _checked_json(found: "Checked") -> dict[str, Any]:
    return {
        "period": found.sealed.seal.period,
        "seal": found.sealed.seal.hash,
        "likeness": str(found.likeness),
        "deviations": [
            {"place": each.place, "found": each.found, "sealed": each.sealed} for each in found.deviations
        ],
    }


def _checked_lines(found: "Checked") -> list[str]:
    seal = found.sealed.seal
    of = f"{found.sealed.period.label}（{seal.closed_at:%Y-%m-%d %H:%M} 由{seal.closed_by}封存，封存值 {seal.hash[:12]}…）"
    return [f"{found.likeness.label}：{found.sentence}", f"封存的报告：{of}", *map(str, found.deviations)]
