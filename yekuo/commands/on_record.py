"""``--as-of`` of what only reads: what was on record at an instant, and what is to be said of the choice."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from yekuo.output import say_error
from yekuo.settings import parse_instant

if TYPE_CHECKING:
    from workflow.book import Book

OnRecord = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="T",
        help=(
            "按这一时刻已经登记在册的记录出，此后登记的一概不算，所以何时再出都一样；"
            "如 2026-11-20T18:00，只写日期指当日 23:59:59；默认为现在。"
        ),
        show_default=False,
    ),
]


def say_what_is_left_out(book: "Book", text: str | None, as_of: datetime) -> None:
    """Where ``text`` named the instant: that it has not come yet, and what was recorded after it."""
    from workflow.past import later_records

    if text is None:
        return
    if as_of > parse_instant(None):
        say_error(
            f"注意：统计时点 {as_of:%Y-%m-%d %H:%M:%S} 还没有到，此前还会有新的登记，届时再出会与现在不同。"
        )
    if later := later_records(book.engine, as_of):
        say_error(
            f"注意：有 {later} 件申请在统计时点 {as_of:%Y-%m-%d %H:%M:%S} 以后还有新的登记，"
            "这些登记没有计入；导入台账也以导入的时间为登记时间。"
        )
