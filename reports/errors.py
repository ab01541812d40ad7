"""Why a month was not reported. The docstring is the message."""

from limits.errors import YekuoError


class PeriodInvalid(YekuoError):
    """无法识别报告期“{text}”。请写成月 2026-10、季度 2026-Q3、半年 2026-H1 或年 2026，年份应在 1900 至 9998 之间。"""

    code = "period_invalid"


class PeriodNotBegun(YekuoError):
    """{period}还没有开始（统计时点为 {as_of}），没有可以统计的内容。请改选已经开始的报告期，或核对统计时点。"""

    code = "period_not_begun"


class FolderNotWritable(YekuoError):
    """报告无法写入“{folder}”（{reason}），没有留下任何文件。请换一个可以写入的文件夹，并确认其中的同名报告没有被其他程序打开。"""

    code = "folder_not_writable"


class SealUnreadable(YekuoError):
    """{period}的封存内容与封存值不符，或者读不出来：数据库被改动过，不能据此出报告。请运行 yekuo verify 查明，并从备份恢复。"""

    code = "seal_unreadable"
