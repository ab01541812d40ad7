"""Where a document says something else than the one made anew of the sealed facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from reports.verifying.blocks import Block, Cells

# X: more rows than this in between are compared one beside the other, not aligned.
ALIGNED = 500
# X: of a longer text, so many letters about where it begins to differ.
LONGEST, BEFORE = 160, 40


@dataclass(frozen=True, slots=True)
class Deviation:
    """``place``: table, row and column; ``found`` in the document and what is ``sealed``; None where nothing is."""

    place: str
    found: str | None
    sealed: str | None

    def __str__(self) -> str:
        found, sealed = ("没有" if each is None else f"“{each}”" for each in (self.found, self.sealed))
        return f"{self.place}：文件中为{found}，封存的是{sealed}"

    @classmethod
    def near(cls, place: str, found: str | None, sealed: str | None) -> "Deviation":
        """Of texts of any length, what is about the first letter that differs; what cannot be printed by its number."""
        pairs = enumerate(zip(found or "", sealed or "", strict=False))
        at = next((index for index, (a, b) in pairs if a != b), min(len(found or ""), len(sealed or "")))
        return cls(_about(place, 0) or "", _about(found, at), _about(sealed, at))


def _about(text: str | None, at: int) -> str | None:
    if text is None:
        return None
    begin = max(at - BEFORE, 0) if len(text) > LONGEST else 0
    told = text[begin : begin + LONGEST]
    plain = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in told)
    return f"{'…' if begin else ''}{plain}{'…' if begin + LONGEST < len(text) else ''}"


def deviations(found: Sequence[Block], sealed: Sequence[Block]) -> Iterator[Deviation]:
    """Every difference, in the order of the sealed document."""
    for old, new in _aligned([block.name for block in sealed], [block.name for block in found]):
        held = sealed[old] if old is not None else None
        told = found[new] if new is not None else None
        if held is None or told is None:
            yield Deviation.near(f"“{(held or told).name[:40]}”", _all(told), _all(held))  # type: ignore[union-attr]  # one is there
        else:
            yield from _within(told, held)


def _all(block: Block | None) -> str | None:
    return None if block is None else f"{len(block.rows)} 行"


def _within(found: Block, sealed: Block) -> Iterator[Deviation]:
    heads = sealed.rows[0] if sealed.heads and sealed.rows else ()
    for old, new in _aligned(sealed.rows, found.rows):
        place = f"“{sealed.name}”第 {(new if old is None else old) + 1} 行"  # type: ignore[operator]  # likewise
        held = None if old is None else sealed.rows[old]
        told = None if new is None else found.rows[new]
        if held is None or told is None:
            yield Deviation.near(place, _joined(told), _joined(held))
        else:
            yield from _cells(place, heads, told, held)


def _joined(cells: Cells | None) -> str | None:
    return None if cells is None else "｜".join(cells)


def _cells(place: str, heads: Cells, found: Cells, sealed: Cells) -> Iterator[Deviation]:
    for index, (told, held) in enumerate(zip_longest(found, sealed)):
        if told != held:
            head = heads[index] if index < len(heads) else ""
            column = f"“{head}”" if head else f"第 {index + 1} 列" if len(sealed) > 1 else ""
            yield Deviation.near(f"{place}{column}", told, held)


Pair = tuple[int | None, int | None]


def _aligned(old: Sequence[object], new: Sequence[object]) -> Iterator[Pair]:
    """Which of ``old`` stands beside which of ``new``; what was put in or taken out stands alone."""
    begin = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    rest = min(len(old), len(new)) - begin
    end = next((i for i in range(rest) if old[len(old) - 1 - i] != new[len(new) - 1 - i]), rest)
    yield from ((i, i) for i in range(begin))
    yield from _between(old, new, (begin, len(old) - end), (begin, len(new) - end))
    yield from ((len(old) - i, len(new) - i) for i in range(end, 0, -1))


def _between(
    old: Sequence[object], new: Sequence[object], ours: tuple[int, int], theirs: tuple[int, int]
) -> Iterator[Pair]:
    same = ours[1] - ours[0] == theirs[1] - theirs[0]
    if same or max(ours[1] - ours[0], theirs[1] - theirs[0]) > ALIGNED:
        yield from zip_longest(range(*ours), range(*theirs))
        return
    matcher = SequenceMatcher(None, old[slice(*ours)], new[slice(*theirs)], autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        yield from zip_longest(range(ours[0] + a, ours[0] + b), range(theirs[0] + c, theirs[0] + d))


def line_deviations(found: bytes, sealed: bytes) -> Iterator[Deviation]:
    """Every difference between two files of text, line by line of what is written in them."""
    ours, theirs = sealed.split(b"\n"), found.split(b"\n")
    for old, new in _aligned(ours, theirs):
        held = None if old is None else ours[old].decode("utf-8", "backslashreplace")
        told = None if new is None else theirs[new].decode("utf-8", "backslashreplace")
        if held != told:
            yield Deviation.near(f"源文件第 {(new if old is None else old) + 1} 行", told, held)  # type: ignore[operator]  # likewise
