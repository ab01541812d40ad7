"""What Excel asks of a sheet: its name, and how it is printed."""

import re
from collections.abc import Sequence
from typing import Any

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


def for_print(sheet: Any, title: str) -> None:
    """A4 across, as wide as a page, the paper's title above and the sheet's name below."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    headed(sheet, title)


def headed(sheet: Any, title: str) -> None:
    """The paper's title above, the sheet's name and the page's number below."""
    # The space ends the size: a title that begins with a year would be read as part of it.
    sheet.set_header(f"&L&9 {title[:100].replace('&', '&&')}")
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
