"""The colours of the desk, so that a level looks the same on a screen and in a document."""

from typing import Literal

from reports.paper import Tone

INK, SOFT, LINE, TRACK, PAPER = "#1b252d", "#53626c", "#d5dce1", "#eef1f3", "#ffffff"
FILL: dict[Tone, str] = {
    "main": "#1d5470",
    "soft": "#9db2bf",
    "miss": "#c2664f",
    "blue": "#1f5fae",
    "orange": "#d9690f",
    "yellow": "#e2b90a",
    "red": "#b3261e",
}
# What is written upon a fill.
UPON: dict[Tone, str] = dict.fromkeys(FILL, PAPER) | {"soft": INK, "yellow": INK}
# The way the lines upon a fill run, so that in grey or to the colour-blind no two that meet in a chart look alike.
LINES: dict[Tone, Literal["rising", "falling", "level"]] = {
    "miss": "falling",
    "blue": "rising",
    "orange": "falling",
    "yellow": "level",
}
