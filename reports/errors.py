"""Why a month was not reported. The docstring is the message."""

from limits.errors import YekuoError


class MonthInvalid(YekuoError):
    """无法识别月份“{text}”。请写成四位年、连字符、两位月，例如 2026-10，年份应在 1900 至 9998 之间。"""

    code = "month_invalid"


class MonthNotBegun(YekuoError):
    """{month}还没有开始（统计时点为 {as_of}），没有可以统计的内容。请改选已经开始的月份，或核对统计时点。"""

    code = "month_not_begun"


class FolderNotWritable(YekuoError):
    """月报无法写入“{folder}”（{reason}），没有留下任何文件。请换一个可以写入的文件夹，并确认其中的同名月报没有被其他程序打开。"""

    code = "folder_not_writable"
