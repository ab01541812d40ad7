"""The colours of the desk, so that a level looks the same on a screen and in a document."""

from reports.paper import Tone

INK, SOFT, LINE, TRACK = "#1b252d", "#53626c", "#d5dce1", "#eef1f3"
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
UPON: dict[Tone, str] = dict.fromkeys(FILL, "#ffffff") | {"soft": INK, "yellow": INK}
