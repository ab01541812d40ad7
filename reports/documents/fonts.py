"""Which of this machine's Chinese typefaces stands for which of the official ones.

GB/T 9704-2012 sets the mark and title in 小标宋, the text in 仿宋, headings in 黑体 and 楷体. They are named, never
shipped; where one is not installed, the nearest one that is takes its place.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from reports.documents.errors import ChineseFontMissing

if TYPE_CHECKING:
    import typst

SERIF = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "SimSun",
    "NSimSun",
    "STSong",
    "Songti SC",
)
SANS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
)  # fmt: skip
ANY = (*SERIF, *SANS, "SimHei", "STHeiti", "Heiti SC", "FangSong", "KaiTi", "Droid Sans Fallback")
SOUGHT = {
    "title": (
        "FZXiaoBiaoSong-B05S",
        "FZXiaoBiaoSong-B05",
        "方正小标宋简体",
        "方正小标宋_GBK",
        "STZhongsong",
        *ANY,
    ),
    "text": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "STFangsong", "FZFangSong-Z02S", *ANY),
    "heading": ("SimHei", "STHeiti", "Heiti SC", *SANS, *ANY),
    "second": ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "STKaiti", "Kaiti SC", *ANY),
    "number": ("SimSun", "STSong", "Songti SC", *ANY),
    "chart": (*SANS, *ANY),
}


@dataclass(frozen=True, slots=True)
class Typefaces:
    """The family that each part of a document is set in."""

    title: str
    text: str
    heading: str
    second: str
    number: str
    chart: str


def choose(families: Collection[str]) -> Typefaces:
    """The best of ``families`` for each part; raises ChineseFontMissing when none of them is Chinese."""
    if not any(name in families for name in ANY):
        raise ChineseFontMissing(sought="、".join(ANY[:4]))
    return Typefaces(
        **{part: next(name for name in names if name in families) for part, names in SOUGHT.items()}
    )


@cache
def installed() -> "typst.Fonts":
    """The machine's typefaces, looked through once."""
    import typst

    return typst.Fonts(include_embedded_fonts=False)


def typefaces() -> Typefaces:
    """What this machine has. Raises ChineseFontMissing."""
    return choose(set(installed().families()))
