"""A TOML table that knows its place in its file, so that every refusal can say where it is."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from limits import calendar_errors as errors
from limits.terms import Mark

SPAN_EXAMPLE = '{ name = "国庆节", from = 2026-10-01, to = 2026-10-07, work = [2026-10-10] }'
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "label": ("这个地方的名称", 'label = "全国"'),
    "extends": ("另一个日历的名称", 'extends = "cn"'),
    "year": ("1971—2090 的年份，不加引号", "year = 2026"),
    "notice": ("通知的名称", 'notice = "国务院办公厅关于2026年部分节假日安排的通知"'),
    "number": ("通知的文号", 'number = "国办发明电〔2025〕7号"'),
    "mark": ("依据的等级 P、S、D、X 之一", 'mark = "S"'),
    "note": ("一句说明", 'note = "按原文核对"'),
    "holidays": ("假期的清单", f"holidays = [{SPAN_EXAMPLE}]"),
    "name": ("节日的名称", 'name = "国庆节"'),
    "from": ("放假的第一天，不加引号", "from = 2026-10-01"),
    "to": ("放假的最后一天，不加引号", "to = 2026-10-07"),
    "work": ("调休上班的日期清单，日期不加引号", "work = [2026-10-10]"),
    "act": ("法规的名称", 'act = "全国年节及纪念日放假办法"'),
    "clause": ("条款", 'clause = "第二条、第六条"'),
    "fixed": ("每年同一天的节日清单", 'fixed = [{ name = "元旦", days = ["01-01"] }]'),
    "days": ("“月-日”的清单", 'days = ["05-01", "05-02"]'),
    "moving": ("随农历和节气走的假期清单", 'moving = [{ name = "清明节", from = 2027-04-05 }]'),
    "statutory": ("一个小节", "[statutory]"),
    "[[year]]": ("两重方括号的小节", "[[year]]"),
    "[[change]]": ("两重方括号的小节", "[[change]]"),
}


def load(file: str, content: bytes) -> dict[str, object]:
    try:
        text = content.decode("utf-8-sig")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise errors.UnreadableCalendar(
            file=file, place="", found=f"第 {error.start + 1} 个字节不是 UTF-8 编码"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise errors.UnreadableCalendar(file=file, **_where(str(error), text)) from error


def _where(message: str, text: str) -> dict[str, str]:
    """The parser's own "(at line 3, column 8)" in Chinese, with the line itself."""
    spot = re.search(r"at line (\d+), column (\d+)", message)
    if spot is None:
        return {"place": "末尾", "found": "文件没有写完"}
    line = "".join(filter(str.isprintable, text.split("\n")[int(spot[1]) - 1])).strip()
    return {"place": f"第 {spot[1]} 行第 {spot[2]} 列", "found": f"“{line}”"}


class Table:
    """One table: asked for a key, it answers a value of the right kind or says what is wrong."""

    def __init__(self, file: str, place: str, data: Mapping[str, object]) -> None:
        self.file, self.place, self.data = file, place, data

    def allow(self, *keys: str) -> "Table":
        for key in self.data:
            if key not in keys:
                raise errors.UnknownCalendarKey(
                    file=self.file, place=self.place, found=key,
                    expected="、".join(keys), example=EXAMPLES[keys[0]][1],
                )  # fmt: skip
        return self

    def bad(self, key: str, found: object) -> errors.BadCalendarValue:
        expected, example = EXAMPLES[key]
        return errors.BadCalendarValue(
            file=self.file, place=self.place, key=key, found=_shown(found), expected=expected, example=example
        )

    def value(self, key: str) -> object:
        if key not in self.data:
            expected, example = EXAMPLES[key]
            raise errors.MissingCalendarKey(
                file=self.file, place=self.place, key=key, expected=expected, example=example
            )
        return self.data[key]

    def text(self, key: str) -> str:
        found = self.value(key)
        if not isinstance(found, str) or not found.strip():
            raise self.bad(key, found)
        return found.strip()

    def mark(self) -> None:
        """Every figure carries how well it is evidenced."""
        if self.text("mark") not in {mark.value for mark in Mark}:
            raise self.bad("mark", self.data["mark"])

    def year(self) -> int:
        found = self.value("year")
        if not isinstance(found, int) or not 1971 <= found <= 2090:
            raise self.bad("year", found)
        return found

    def cite(self, title: str) -> str:
        """《通知》（文号）, or the title alone when no number is surely known."""
        number = f"（{self.text('number')}）" if "number" in self.data else ""
        return f"《{self.text(title)}》{number}"

    def day(self, key: str) -> date:
        return self._as_day(key, self.value(key))

    def days(self, key: str) -> tuple[date, ...]:
        return tuple(self._as_day(key, found) for found in self._list(key, required=False))

    def _as_day(self, key: str, found: object) -> date:
        if not isinstance(found, date) or isinstance(found, datetime):
            raise self.bad(key, found)
        return found

    def month_days(self) -> Iterator[tuple[int, int]]:
        for found in self._list("days", required=True):
            try:
                day = date.fromisoformat(f"2001-{found}")  # not a leap year: no holiday is 29 February
            except ValueError:
                raise self.bad("days", found) from None
            yield day.month, day.day

    def table(self, key: str, place: str) -> "Table":
        found = self.value(key)
        if not isinstance(found, dict):
            raise self.bad(key, found)
        return Table(self.file, place, found)

    def tables(self, key: str, place: str, *, required: bool = False) -> Iterator["Table"]:
        for number, found in enumerate(self._list(key, required=required), start=1):
            if not isinstance(found, dict):
                raise self.bad(self._headed(key), found)
            yield Table(self.file, f"{place}第 {number} 项", found)

    def _list(self, key: str, *, required: bool) -> list[object]:
        if not required and key not in self.data:
            return []
        found = self.value(key)
        if not isinstance(found, list) or (required and not found):
            raise self.bad(self._headed(key), found)
        return found

    @staticmethod
    def _headed(key: str) -> str:
        """``year`` is a header over a notice and a number within it; the header has its own example."""
        return f"[[{key}]]" if f"[[{key}]]" in EXAMPLES else key


def _shown(found: object) -> str:
    if isinstance(found, dict):
        return "一个小节"
    if isinstance(found, list):
        return "一个清单" if found else "空的清单"
    return f'"{found}"' if isinstance(found, str) else str(found)
