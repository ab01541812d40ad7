"""Reading ``[[ladder]]``: the thresholds of the four levels (domain §6)."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from limits.files.citing import Documents, read_force
from limits.files.toml_reader import Reader
from limits.ladder import Ladder, Rung
from limits.policy import DatedLadder
from limits.terms import Level


def read_ladder(reader: Reader, documents: Documents) -> DatedLadder:
    """Four rungs, each above the one before."""
    rungs = []
    for each in reader.tables("rung"):
        rungs.append(Rung(each.enum("level", Level), _share(each), each.take("plus", int, "0")))
        each.close()
    require_every_level(reader, [rung.level for rung in rungs], "[[ladder.rung]]")
    for lower, higher in pairwise(rungs):
        if (lower.share, lower.plus) >= (higher.share, higher.plus) or lower.plus > higher.plus:
            reader.refuse(
                f"{lower.level} 的门槛不低于 {higher.level}",
                "门槛由低到高：蓝 < 橙 < 黄 < 红",
                'level = "orange"\nshare = "4/5"\nplus = 0',
            )
    dated = DatedLadder(Ladder(tuple(rungs)), read_force(reader), documents.citation(reader))
    reader.close()
    return dated


def require_every_level(reader: Reader, levels: Sequence[Level], table: str) -> None:
    """蓝 → 橙 → 黄 → 红, each once and in this order."""
    if list(levels) != list(Level):
        found = "、".join(levels) or "空"
        reader.refuse(f"级别为 {found}", "依次为 blue、orange、yellow、red", f'{table}\nlevel = "blue"')


def _share(reader: Reader) -> Fraction:
    said = reader.take("share", str, '"4/5"')
    try:
        share = Fraction(said)
    except (ValueError, ZeroDivisionError):
        reader.refuse(f'share = "{said}"', "分数", 'share = "4/5"', at="share")
    if "." in said or share <= 0:
        reader.refuse(f'share = "{said}"', "大于 0 的精确分数，不用小数", 'share = "4/5"', at="share")
    return share
