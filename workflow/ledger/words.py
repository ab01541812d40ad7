"""The columns of the 业扩台账 that hold one word of a few: what each may say, and what people say instead."""

from collections.abc import Mapping
from typing import TypeVar

from limits.terms import ApplicationKind, CustomerClass, Status, Supplies, Supporting, Voltage
from workflow.ledger.cells import CellFault, compact, shown

T = TypeVar("T")


class Words(dict[object, T]):
    """The words one column may hold: ``words[cell]`` is the cell's value.

    A dict, so that the well-formed cell is found without running any Python; the others come by ``__missing__``.
    """

    def __init__(self, code: str, words: Mapping[str, T], *, also: Mapping[str, T], blank: T | None) -> None:
        super().__init__()
        self.update(words)
        self.update(also)
        self._code, self._blank = code, blank
        self._expected = "、".join(words)
        self._folded = {compact(word).casefold(): value for word, value in {**words, **also}.items()}

    def __missing__(self, cell: object) -> T:
        written = compact(cell).casefold()
        if not written:
            if self._blank is None:
                raise CellFault(self._code, f"没有填写；请填下列之一：{self._expected}")
            return self._blank
        found = self._folded.get(written)
        if found is None:
            raise CellFault(self._code, f"写的是“{shown(cell)}”，不认识；请改成下列之一：{self._expected}")
        return found


def _voltages() -> dict[str, Voltage]:
    """10千伏, 交流10kV, AC380V beside the labels."""
    spelled: dict[str, Voltage] = {}
    for voltage in Voltage:
        for word in (voltage.label, voltage.label.replace("kV", "千伏").replace("V", "伏")):
            spelled |= {word: voltage, f"交流{word}": voltage, f"AC{word}": voltage}
    return spelled


_YES = dict.fromkeys(("Y", "yes", "true", "1", "√"), True)
_NO = dict.fromkeys(("没有", "N", "no", "false", "0", "×"), False)

customer_class = Words("unknown_class", {m.label: m for m in CustomerClass}, also={}, blank=None)
voltage = Words("unknown_voltage", {m.label: m for m in Voltage}, also=_voltages(), blank=None)
supplies = Words(
    "unknown_supplies",
    {m.label: m for m in Supplies},
    also={f"{word}{tail}": m for m in Supplies for word in m.label for tail in ("电源", "路", "路电源")}
    | {"1": Supplies.SINGLE, "2": Supplies.DOUBLE},
    blank=Supplies.SINGLE,
)
kind = Words("unknown_kind", {m.label: m for m in ApplicationKind}, also={}, blank=ApplicationKind.NEW)
supporting = Words("unknown_supporting", {m.label: m for m in Supporting}, also={}, blank=Supporting.NONE)
yes = Words(
    "unknown_flag", {"是": True, "否": False}, also=_YES | _NO | {"有": True, "无": False}, blank=False
)
there = Words(
    "unknown_flag", {"有": True, "无": False}, also=_YES | _NO | {"是": True, "否": False}, blank=False
)
# The reader of rows derives a blank 状态 from the times and passes the member itself.
status = Words("unknown_status", {m.label: m for m in Status}, also={m.value: m for m in Status}, blank=None)

# The fields for whose blank cell a default stands, and every word with which one is plainly filled in.
DEFAULTED = ("supplies", "kind", "proactive", "boundary", "customer_works", "supporting")
PLAIN: frozenset[object] = frozenset().union(supplies, kind, yes, there, supporting)
