"""What an official document begins and ends with, alike in DOCX and PDF."""

from datetime import datetime

from limits.zone import local
from reports.documents.canvas import balanced, measured
from reports.documents.outline import Item
from reports.paper import Column, KeyFigure, Paper, Table

ER_HAO = 22.0  # 二号, in points
LARGEST = 42.0  # points of the mark
LINE = 440.0  # points of text across a page


def mark_lines(paper: Paper) -> tuple[list[str], float]:
    """The issuer's name as the mark (GB/T 9704-2012, 7.2.4) and how large it is set, in points.

    On one line; a name so long that it would be no larger than the title stands on two.
    """
    fitting = LINE / max(measured(paper.organisation, 1.0), 1.0)
    if fitting >= ER_HAO:
        return [paper.organisation], min(LARGEST, fitting)
    lines = balanced(paper.organisation, measured(paper.organisation, ER_HAO) / 2 + ER_HAO, 2, ER_HAO)
    return lines, min(ER_HAO, LINE / max(measured(line, 1.0) for line in lines))


def number_line(paper: Paper) -> str:
    """The document's number, and whether this is the public edition."""
    return "　".join(text for text in (paper.number, "公开版" if paper.public else "") if text)


def title_lines(text: str) -> list[str]:
    """A title on as few lines as it takes, about equally long: a trapezium or diamond (7.3.1)."""
    return balanced(text, LINE, 4, ER_HAO)


def key_table(keys: tuple[KeyFigure, ...]) -> Table:
    """The key figures as the table below the title."""
    columns = (Column("主要指标", width=11), Column("数值", width=8), Column("口径", width=15))
    return Table("", "", columns, tuple((key.label, key.value, key.base) for key in keys))


def annex_name(number: int, among: int) -> str:
    """What a list behind the signature is called: one by itself has no number (GB/T 9704-2012, 7.3.4).

    >>> annex_name(2, 3), annex_name(1, 1)
    ('附件2', '附件')
    """
    return f"附件{number}" if among > 1 else "附件"


def annexed(item: Item, name: str) -> str:
    """What stands in the text for a list that stands behind it; the number of its table is told, or one would lack."""
    rows = len(item.part.rows) if isinstance(item.part, Table) else 0
    return f"{item.part.title}共{rows:,}行，见{name}（{item.number}）。"


def signature_lines(paper: Paper) -> tuple[str, ...]:
    """Who signs as what; where no name is known a pen has room to write it."""
    return tuple(f"{each.title}：{each.name or '＿＿＿＿＿＿'}" for each in paper.signatures)


def annex_lines(titles: tuple[str, ...]) -> tuple[str, ...]:
    """The list of annexes below the text (7.3.4): several are numbered, the further ones below the first.

    >>> annex_lines(("甲", "乙")), annex_lines(("甲",))
    (('附件：1.甲', '　　　2.乙'), ('附件：甲',))
    """
    if len(titles) == 1:
        return (f"附件：{titles[0]}",)
    leads = ("附件：", *("　　　",) * len(titles))
    return tuple(
        f"{lead}{number}.{title}" for number, (lead, title) in enumerate(zip(leads, titles, strict=False), 1)
    )


def day_in_chinese(at: datetime) -> str:
    """The date as an official document writes it: Arabic digits, no leading nought (GB/T 9704-2012, 7.3.5.4).

    >>> from limits.zone import SHANGHAI
    >>> day_in_chinese(datetime(2026, 11, 2, 9, tzinfo=SHANGHAI))
    '2026年11月2日'
    """
    day = local(at)
    return f"{day.year}年{day.month}月{day.day}日"
