"""Why a document was not made. The docstring is the message."""

from limits.errors import YekuoError


class ChineseFontMissing(YekuoError):
    """这台计算机没有可用的中文字体，做不出 DOCX 和 PDF；找过：{sought}。请安装其中一种，例如 Debian 的 fonts-noto-cjk；HTML 和 XLSX 可以先用。"""

    code = "chinese_font_missing"
