"""Why a periodic duty was not taken as done. The docstring is the message."""

from limits.errors import YekuoError


class DutyUnknown(YekuoError):
    """没有“{which}”这一周期事项。请在周期事项列表中核对编号。"""

    code = "duty_unknown"


class DutyDone(YekuoError):
    """{unit}的“{label}”（{period}）已于 {done_at} 完成，不能再登记一次。请核对是哪一期、哪个供电所。"""

    code = "duty_done"


class DutyEvidenceMissing(YekuoError):
    """{unit}的“{label}”（{period}）没有写依据。请写明完成的凭据，例：会议纪要2026-11号。"""

    code = "duty_evidence_missing"


class DutyNotOpen(YekuoError):
    """{unit}的“{label}”（{period}）从 {opens_on} 开始，{at} 完成的不算这一期。请核对时间或选择上一期的编号。"""

    code = "duty_not_open"
