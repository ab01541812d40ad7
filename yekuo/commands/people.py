"""The organisation: importing it, looking at it, and who is away."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from limits.zone import local, midnight, midnight_after
from yekuo import desk
from yekuo.commands.options import ACTOR, Actor, AsOf, Json
from yekuo.output import console, print_json, table
from yekuo.settings import parse_date, parse_instant

if TYPE_CHECKING:
    from workflow.people.roster import Away, PersonView

A_DAY = len("2026-10-08")

Code = Annotated[str, typer.Argument(metavar="CODE", help="工号", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = typer.Typer(help="组织机构与人员。", no_args_is_help=True)
    group.command("import", help="导入组织机构文件；文件就是全部事实，文件里没有的任职即告结束。")(import_)
    group.command("list", help="在职人员、岗位、联系方式和离岗；JSON 为每行一人。")(list_people)
    group.command(help="登记离岗和代岗人。")(away)
    group.command(help="提前返岗，或取消尚未开始的离岗。")(back)
    app.add_typer(group, name="people")


def import_(
    organisation: Annotated[
        Path, typer.Argument(metavar="FILE.toml", help="组织机构文件，写法同 data/organisations")
    ],
    as_of: AsOf = None,
    actor: Actor = ACTOR,
    as_json: Json = False,
) -> int:
    """Bring the organisation to what the file says."""
    from workflow.people.roster import import_organisation

    engine = desk.open_book().engine
    done = import_organisation(engine, organisation, now=parse_instant(as_of), actor=actor)
    if as_json:
        print_json(asdict(done))
        return 0
    held = f"单位 {done.units} 个，人员 {done.people} 人，任职 {done.appointments} 项"
    change = f"新任 {done.appointed} 项，卸任 {done.ended} 项" if done.changed else "与现有的一致，没有变动"
    console().print(f"{held}；{change}。", markup=False)
    return 0


def list_people(as_of: AsOf = None, as_json: Json = False) -> int:
    """Everybody in service."""
    from workflow.people.roster import people

    found = people(desk.open_book().engine, parse_instant(as_of))
    if as_json:
        for each in found:
            print_json(_person_json(each))
        return 0
    headings = ("工号", "姓名", "单位与岗位", "联系方式", "离岗")
    console().print(table("人员", headings, _rows(found)))
    return 0


def away(
    code: Code,
    start: Annotated[
        str, typer.Option("--from", metavar="T", help="从何时起，如 2026-10-08 或 2026-10-08T13:30")
    ],
    end: Annotated[str, typer.Option("--to", metavar="T", help="到何时止；只写日期指当日结束")],
    reason: Annotated[str, typer.Option("--reason", help="事由")],
    stand_in: Annotated[
        str | None, typer.Option("--stand-in", metavar="CODE", help="代岗人的工号；不写则无人代岗")
    ] = None,
    as_of: AsOf = None,
    actor: Actor = ACTOR,
    as_json: Json = False,
) -> int:
    """Record an absence."""
    from workflow.people.roster import record_absence

    recorded = record_absence(
        desk.open_book().engine,
        code,
        from_at=_first(start),
        to_at=_last(end),
        stand_in=stand_in,
        reason=reason,
        now=parse_instant(as_of),
        actor=actor,
    )
    if as_json:
        print_json(_away_json(recorded))
        return 0
    console().print(f"已登记 {code} 离岗：{_away_text(recorded)}。", markup=False)
    return 0


def back(code: Code, as_of: AsOf = None, actor: Actor = ACTOR, as_json: Json = False) -> int:
    """End an absence early."""
    from workflow.people.roster import end_absence

    now = parse_instant(as_of)
    ended = end_absence(desk.open_book().engine, code, at=now, now=now, actor=actor)
    if as_json:
        print_json(_away_json(ended))
        return 0
    if ended.to_at > ended.from_at:
        said = f"{code} 已返岗，离岗到 {_minute(ended.to_at)} 为止。"
    else:
        said = f"{code} 自 {_minute(ended.from_at)} 起的离岗尚未开始，已取消。"
    console().print(said, markup=False)
    return 0


def _first(text: str) -> datetime:
    """A day alone means its beginning."""
    return midnight(parse_date(text)) if len(text.strip()) == A_DAY else parse_instant(text)


def _last(text: str) -> datetime:
    """A day alone means its end, so that the last day away is a whole one."""
    return midnight_after(parse_date(text)) if len(text.strip()) == A_DAY else parse_instant(text)


def _rows(found: "tuple[PersonView, ...]") -> Iterator[tuple[object, ...]]:
    for each in found:
        posts = "；".join(
            f"{held.unit} {held.post.label}（{held.force.since} 起"
            + (f"至 {held.force.until}）" if held.force.until else "）")
            for held in each.posts
        )
        channels = "、".join(channel.label for channel in each.contacts)
        yield each.code, each.name, posts, channels, _away_text(each.away) if each.away else ""


def _person_json(view: "PersonView") -> dict[str, Any]:
    return {
        "code": view.code,
        "name": view.name,
        "posts": [
            {
                "unit": held.unit,
                "post": held.post.value,
                "from": held.force.since.isoformat(),
                "until": held.force.until.isoformat() if held.force.until else None,
            }
            for held in view.posts
        ],
        "contacts": {channel.value: address for channel, address in view.contacts.items()},
        "away": _away_json(view.away) if view.away else None,
    }


def _away_json(recorded: "Away") -> dict[str, Any]:
    return {
        "from": recorded.from_at.isoformat(),
        "to": recorded.to_at.isoformat(),
        "stand_in": recorded.stand_in,
        "reason": recorded.reason,
    }


def _away_text(recorded: "Away") -> str:
    instead = f"由{recorded.stand_in}代岗" if recorded.stand_in else "无人代岗"
    return f"{_minute(recorded.from_at)} 至 {_minute(recorded.to_at)}，{instead}，{recorded.reason}"


def _minute(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"
