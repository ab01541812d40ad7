"""The report of a period as one paper: what a leader reads first, and in the order the questions are asked."""

from reports.composing.business import business
from reports.composing.corrections import corrections_section
from reports.composing.handled import handled
from reports.composing.in_time import LOCAL, NODE, RULES, SUPPORTING, in_time
from reports.composing.indices import indices
from reports.composing.trust import trust
from reports.composing.where import where
from reports.composing.whose import whose
from reports.composing.wording import Row, Subject
from reports.documents.cells import shown
from reports.facts.counts import Move
from reports.facts.values import Facts
from reports.figures.indicators import Score, scores
from reports.figures.shares import Share
from reports.masthead import Masthead
from reports.paper import KeyFigure, Paper, Section

COMPOSITE = "composite"


def compose(facts: Facts, masthead: Masthead, seal: str = "") -> Paper:
    """The paper of ``facts``; ``seal`` is the hash of a closed period's seal, empty while it is open."""
    subject = Subject(facts)
    found = scores(facts)
    return Paper(
        title=masthead.title,
        organisation=masthead.organisation,
        period=subject.period.label,
        number=masthead.number,
        as_of=subject.as_of,
        state=_state(subject, seal),
        seal=seal,
        keys=_keys(subject, found),
        sections=_sections(subject, found),
        signatures=masthead.signatures,
        basis=tuple(str(row["document"]) for row in sorted(subject.rows("documents"), key=_place)),
        notes=_notes(subject),
    )


def _place(row: Row) -> int:
    return int(row["place"] or 0)


def _sections(subject: Subject, found: tuple[Score, ...]) -> tuple[Section, ...]:
    corrected = corrections_section(subject.facts)
    return (
        in_time(subject),
        where(subject),
        whose(subject),
        handled(subject),
        business(subject),
        indices(subject, found),
        trust(subject),
        *((corrected,) if corrected else ()),
    )


def _state(subject: Subject, seal: str) -> str:
    if not subject.complete:
        return f"{subject.this}未结束，统计截至{subject.as_of:%Y-%m-%d %H:%M}"
    return f"{subject.this}已结束，数据{'已封存' if seal else '尚未封存'}"


def _keys(subject: Subject, found: tuple[Score, ...]) -> tuple[KeyFigure, ...]:
    figures = subject.figures
    open_late = len({row["number"] for row in subject.rows("open_late")})
    orders = figures.orders()
    return (
        KeyFigure("受理", f"{figures.total(Move.ACCEPTED.value):,} 户"),
        KeyFigure("归档", f"{figures.total(Move.ARCHIVED.value):,} 户"),
        _rate_key(f"{RULES[LOCAL]}（地方）", figures.rate(LOCAL)),
        _rate_key(RULES[NODE], figures.rate(NODE)),
        _rate_key(RULES[SUPPORTING], figures.rate(SUPPORTING)),
        *(_score_key(score) for score in found if score.name == COMPOSITE),
        KeyFigure(
            "在途",
            f"{figures.total(Move.IN_PROGRESS.value):,} 户",
            f"{subject.closing}，其中超期 {open_late:,} 户",
        ),
        KeyFigure(
            "督办单",
            f"{orders.opened:,} 件",
            f"截至{subject.as_of:%Y-%m-%d %H:%M}，尚未办结 {orders.standing:,} 件，逾期 {orders.overdue:,} 件",
        ),
    )


def _rate_key(label: str, share: Share) -> KeyFigure:
    base = f"{share.met:,}/{share.of:,}" if share.of else "没有计入考核的归档"
    return KeyFigure(label, shown(share.rate, "share"), base)


def _score_key(score: Score) -> KeyFigure:
    part = (
        "" if score.coverage == 1 or score.value is None else f"按已知权重 {float(score.coverage):.0%} 折算，"
    )
    return KeyFigure(score.label, shown(score.value, "share"), part + (score.why or score.base))


def _notes(subject: Subject) -> tuple[str, ...]:
    header = subject.facts.header
    notes = [
        f"台账记录链末值（SHA-256）：{_grouped(str(header['ledger_head']))}。",
        f"规则摘要：{header['policies']}。",
        f"工作日历摘要：{header['calendar']}，已公布至{header['published_through']}。",
    ]
    sealed = [row for row in subject.rows("before") if row["sealed"]]
    if sealed:
        notes.append("用于比较的各期中已封存的，取自封存的数据；未封存的，按现有记录重新统计。")
    return tuple(notes)


def _grouped(digest: str) -> str:
    """In groups of eight, as people compare it."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
