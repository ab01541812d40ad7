"""The form of a self-score or a review: one line an item, filled with what stands, what duties say, or what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass

from limits.errors import YekuoError
from limits.terms import Verdict
from reports.stations.evaluation import Evaluation, Given, ItemView
from reports.stations.judging import Judgement, faults
from reports.stations.records import Act
from web import errors
from web.work import filled

POINTS, SAID, SEEN = "points", "said", "seen"
MOST_POINTS, MOST_RECORDS = 1000, 10**9


@dataclass(frozen=True, slots=True)
class Line:
    """One item. ``drawn``: the points come from the duties and were not yet given by anybody; ``fault``: why not."""

    view: ItemView
    points: str
    said: str
    drawn: bool
    fault: str

    @property
    def judgeable(self) -> bool:
        """Whether it can be reviewed: there is a self-score."""
        return self.view.own is not None


def lines(held: Evaluation, act: Act, typed: Mapping[str, str]) -> list[Line]:
    """The form of ``act`` with what was ``typed``, empty when it is first opened; each fault at its item."""
    found = _faults(held, act, typed) if typed else {}
    made = []
    for view in held.items:
        no, given = view.item.no, _given(view, act)
        drawn = act is Act.SCORED and given is None and _all_told(view)
        points = str(given.points) if given else str(view.most) if drawn else ""
        fault = found.get(no)
        made.append(
            Line(
                view,
                typed.get(f"{POINTS}_{no}", points),
                typed.get(f"{SAID}_{no}", given.evidence if given else ""),
                drawn,
                fault.message if fault else "",
            )
        )
    return made


def judgements(held: Evaluation, act: Act, typed: Mapping[str, str]) -> list[Judgement]:
    """What was filled in and is not what stands; raises RequestInvalid."""
    found, halves = [], []
    for view in held.items:
        no = view.item.no
        said = typed.get(f"{SAID}_{no}", "").replace("\r\n", "\n").strip()
        points = filled.whole(f"第 {no} 项得分", typed.get(f"{POINTS}_{no}", ""), 0, MOST_POINTS)
        given = _given(view, act)
        if points is None:
            halves += [str(no)] if said else []
        elif given is None or (given.points, given.evidence) != (points, said):
            found.append(Judgement(no, points, said))
    if halves:
        raise errors.RequestInvalid(problems=f"第 {'、'.join(halves)} 项写了说明，没有选得分")
    if not found:
        raise errors.RequestInvalid(problems="没有填写得分，或与已登记的相同")
    return found


def known(typed: Mapping[str, str]) -> int:
    """How many records there were when the form was opened; raises RequestInvalid."""
    told = filled.whole("表单里的记录数", typed.get(SEEN, ""), 0, MOST_RECORDS)
    if told is None:
        raise errors.RequestInvalid(problems="表单里没有记录数，请重新打开表单")
    return told


def _given(view: ItemView, act: Act) -> Given | None:
    return view.own if act is Act.SCORED else view.review


def _all_told(view: ItemView) -> bool:
    """Whether the duties say what the item has: some fell due, and none is still waiting."""
    return bool(view.rounds) and not any(each.state is Verdict.OPEN for each in view.rounds)


def _faults(held: Evaluation, act: Act, typed: Mapping[str, str]) -> dict[int, YekuoError]:
    try:
        return faults(held, act, judgements(held, act, typed))
    except errors.RequestInvalid:
        return {}
