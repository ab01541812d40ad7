"""Reading ``[[escalation]]``: who is told of which level, on which channels and when (domain §6)."""

import re
from datetime import time
from enum import Enum
from typing import TypeVar

from limits.escalation import Escalation, Repeat, Telling, WorkingHours
from limits.files.citing import Documents, read_force, require_at_least
from limits.files.ladders import require_every_level
from limits.files.toml_reader import Reader
from limits.force import Layer
from limits.terms import Channel, Level, Post

E = TypeVar("E", bound=Enum)

HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
# Once is every alarm there is: it takes two before anything repeats.
FEWEST_TIMES = 2


def read_escalation(reader: Reader, documents: Documents) -> Escalation:
    """One dated ladder: the four levels in rising order, each with somebody to tell."""
    tellings = tuple(_telling(each) for each in reader.tables("tell"))
    require_every_level(reader, [each.level for each in tellings], "[[escalation.tell]]")
    escalation = Escalation(
        layers=_layers(reader),
        hours=_hours(reader),
        tellings=tellings,
        repeat=_repeat(reader, documents),
        order_limit=require_at_least(reader, "order_limit", reader.take("order_limit", int, "3")),
        force=read_force(reader),
        citation=documents.citation(reader),
    )
    reader.close()
    return escalation


def _layers(reader: Reader) -> dict[Layer, Level]:
    example = 'layers = { local = "blue", regulator = "orange" }'
    table = reader.table("layers")
    named = table.left() if table else []
    if table is None or not named:
        reader.refuse(
            "缺少 layers" if table is None else "layers 为空",
            "至少一个层级，各写从哪一级起告知",
            example,
            at="layers",
        )
    found = {table.word("layers", each, Layer): table.enum(each, Level) for each in named}
    table.close()
    return found


def _required(reader: Reader, key: str, kind: type[E], expected: str) -> tuple[E, ...]:
    words = reader.words(key, kind)
    if words is None:
        example = f'{key} = ["{next(iter(kind)).value}"]'
        reader.refuse(f"缺少 {key}", expected, example, at=key)
    return words


def _hours(reader: Reader) -> WorkingHours:
    table = reader.table("working_hours")
    example = 'working_hours = { opens = "08:30", closes = "18:00" }'
    if table is None:
        reader.refuse("缺少 working_hours", "上班与下班时间", example, at="working_hours")
    hours = WorkingHours(_hour(table, "opens", "08:30"), _hour(table, "closes", "18:00"))
    if hours.closes <= hours.opens:
        found = f"closes = {hours.closes:%H:%M} 不晚于 opens = {hours.opens:%H:%M}"
        table.refuse(found, "下班晚于上班", example, at="closes")
    table.close()
    return hours


def _hour(reader: Reader, key: str, example: str) -> time:
    said = reader.take(key, str, f'"{example}"')
    if not HOUR.fullmatch(said):
        reader.refuse(f'{key} = "{said}"', "24 小时制的时:分", f'{key} = "{example}"', at=key)
    return time.fromisoformat(said)


def _telling(reader: Reader) -> Telling:
    climb_after, climbs_to = _climb(reader)
    telling = Telling(
        level=reader.enum("level", Level),
        posts=_required(reader, "posts", Post, "至少一个岗位，每一级都要有人知道"),
        channels=_required(reader, "channels", Channel, "至少一种告知方式"),
        at_once=reader.maybe("at_once", bool, "true") or False,
        climb_after=climb_after,
        climbs_to=climbs_to,
        opens_order=reader.maybe("opens_order", bool, "true") or False,
    )
    reader.close()
    return telling


def _climb(reader: Reader) -> tuple[int | None, tuple[Post, ...]]:
    after = reader.maybe("climb_after", int, "240")
    posts = reader.words("climbs_to", Post) or ()
    if (after is None) is not (not posts):
        given, absent = ("climbs_to", "climb_after") if posts else ("climb_after", "climbs_to")
        reader.refuse(
            f"有 {given} 而没有 {absent}",
            "两项同时写明，或同时不写：多少分钟无人签收，再告知谁",
            'climb_after = 240\nclimbs_to = ["leader"]',
            at=absent,
        )
    if after is not None:
        require_at_least(reader, "climb_after", after)
    return after, posts


def _repeat(reader: Reader, documents: Documents) -> Repeat | None:
    table = reader.table("repeat")
    if table is None:
        return None
    repeat = Repeat(
        level=table.enum("level", Level),
        times=require_at_least(table, "times", table.take("times", int, "3"), FEWEST_TIMES),
        becomes=table.enum("becomes", Level),
        citation=documents.citation(table),
    )
    rising = list(Level)
    if rising.index(repeat.becomes) <= rising.index(repeat.level):
        found = f"becomes = {repeat.becomes} 不高于 level = {repeat.level}"
        table.refuse(found, "比 level 更高的级别", 'level = "yellow"\nbecomes = "red"', at="becomes")
    table.close()
    return repeat
