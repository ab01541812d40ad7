"""What can be wrong with a calendar file or a date: one class per reason, its docstring the message."""

from limits.errors import YekuoError


class CalendarRange(YekuoError):
    """日期 {day} 不在日历“{calendar}”的范围（{first} 至 {last}）之内。请核对日期；确需更远的日期时，先在日历文件里补上那些年。"""

    code = "calendar_range"


class CalendarCount(YekuoError):
    """天数、月数或年数“{count}”不对：应为不小于 0 的整数，例如 5。"""

    code = "calendar_count"


class UnknownCalendar(YekuoError):
    """没有名为“{name}”的日历（{place}）：目录 {folder} 里现有 {known}。请改用其中一个，或补上文件 {name}.toml。"""

    code = "calendar_unknown"


class CircularCalendar(YekuoError):
    """日历文件 {file} 的 extends 绕成了一圈：{chain}。请让其中一个不再写 extends，例如全国日历 cn.toml 就没有这一项。"""

    code = "calendar_circular"


class UnreadableCalendar(YekuoError):
    """日历文件 {file} 的 {place}：{found}；应为：{expected}，例如 {example}。"""

    code = "calendar_unreadable"


class UnknownCalendarKey(YekuoError):
    """日历文件 {file} 的 {place}：{found}，例如写错了一个字母；应为：{expected}。{example}。"""

    code = "calendar_unknown_key"


class MissingCalendarKey(YekuoError):
    """日历文件 {file} 的 {place}：{found}；应为：{expected}，例如 {example}。"""

    code = "calendar_missing_key"


class BadCalendarValue(YekuoError):
    """日历文件 {file} 的 {place}：{found}；应为：{expected}，例如 {example}。"""

    code = "calendar_bad_value"


class BackwardSpan(YekuoError):
    """日历文件 {file} 的 {place}里，放假到 {last} 却从 {first} 开始：to 应不早于 from，例如 from = 2026-10-01, to = 2026-10-07。"""

    code = "calendar_backward_span"


class OutsideItsYear(YekuoError):
    """日历文件 {file} 的 {place}里有 {day}：应在 {year} 年之内，前后最多越出 {slack} 天，例如 {year}-10-01。"""

    code = "calendar_outside_year"


class DayTwice(YekuoError):
    """日历文件 {file} 的 {place}把 {day} 写成{found}，而 {other}已把它写成{expected}：一天只能写一次，例如放假的写进 from—to，上班的写进 work。"""

    code = "calendar_day_twice"


class NotARestDay(YekuoError):
    """日历文件 {file} 的 {place}里，调休上班日 {day}（{weekday}）本来就是工作日：应为周六、周日或放假的一天，例如 work = [2026-10-10]（星期六）。"""

    code = "calendar_not_a_rest_day"


class DuplicateYear(YekuoError):
    """日历文件 {file} 的 {place}又写了 {year} 年，而 {other} 里已有这一年：每年只能有一条 [[year]]；只改几天的，例如补发通知，请写成 [[change]]。"""

    code = "calendar_duplicate_year"


class YearGap(YekuoError):
    """日历文件 {file} 缺少 {missing} 年的{what}：年份应逐年相连，每年的节日应齐全，例如 {example}。"""

    code = "calendar_year_gap"
