"""What Excel asks of a sheet: its name, and how it is printed."""

import re
from collections.abc import Sequence
from typing import Any

from reports.paper import Kind

NUMBERS: dict[Kind, str] = {
    "count": "#,##0",
    "mean": "#,##0.00",
    "half": "#,##0.0",
    "amount": "#,##0.##",
    "share": "0.00%",
    "points": "0.0#",
    "date": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm",
}
LONGEST = 31  # characters in a sheet's name
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def legal_names(wanted: Sequence[str]) -> list[str]:
    """Sheet names as Excel takes them, no two alike whatever the case.

    >>> legal_names(["办电/时长", "办电／时长", "办电／时长", "", "History"])
    ['办电／时长', '办电／时长2', '办电／时长3', '表', 'History2']
    """
    taken = {"history"}  # Excel keeps this one for itself
    found = []
    for text in wanted:
        base = FORBIDDEN.sub(lambda each: chr(ord(each[0]) + 0xFEE0), text).strip("'")[:LONGEST] or "表"
        name, number = base, 1
        while name.lower() in taken:
            number += 1
            name = f"{base[: LONGEST - len(str(number))]}{number}"
        taken.add(name.lower())
        found.append(name)
    return found


def for_print(sheet: Any, title: str, caption: str = "", *, one: bool = False) -> None:
    """A4 across, as wide as a page; ``one``: on one page.  Above and below as :func:`headed` has it."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 1 if one else 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    headed(sheet, title, caption)


def headed(sheet: Any, title: str, caption: str = "") -> None:
    """The paper's title and a table's above, the sheet's name and the page's number below."""
    # The space ends the size: a title that begins with a year would be read as part of it.
    told = [("&L", title), ("&R", caption)]
    # Of a sheet that is shrunk to the page the words above and below are not.
    same = {"scale_with_doc": False}
    sheet.set_header(
        "".join(f"{side}&9 {text[:100].replace('&', '&&')}" for side, text in told if text), same
    )
    sheet.set_footer("&L&9 &A&R&9 第 &P 页，共 &N 页", same)
