"""Why a step of an evaluation was refused. The docstring is the message."""

from limits.errors import YekuoError


class StandardMissing(YekuoError):
    """{on} 没有生效的供电站所评价标准。请核对评价期，或在规则文件中写明 [[standard]] 及其生效日期。"""

    code = "standard_missing"


class EvaluationPeriodInvalid(YekuoError):
    """不能按“{period}”评价供电站所：标准中有每半年一次的事项。请写半年 2026-H1 或全年 2026。"""

    code = "evaluation_period_invalid"


class StationUnknown(YekuoError):
    """没有名为“{station}”的供电所，现有：{known}。请核对名称；新设的供电所请先写入组织机构文件并导入。"""

    code = "station_unknown"


class EvaluationOpened(YekuoError):
    """{station}{period}的评价已经建立，每个评价期只有一份。请打开那一份，接着自评或复核。"""

    code = "evaluation_opened"


class EvaluationUnknown(YekuoError):
    """没有{station}{period}的评价。请先建立，再自评。"""

    code = "evaluation_unknown"


class EvaluationClosed(YekuoError):
    """{station}{period}的评价已由{actor}于 {at} 评定为{grade}，此后不再变动。请把异议写入下一期的评价。"""

    code = "evaluation_closed"


class EvaluationMoved(YekuoError):
    """{station}{period}的评价在您打开以后又有了新的登记，没有写入任何内容。请看过现在的得分，再提交一次。"""

    code = "evaluation_moved"


class EvaluationNotOver(YekuoError):
    """{period}到 {ends} 才结束（现在是 {now}），还不能评定结果。请在结束以后评定；自评和复核现在可以登记。"""

    code = "evaluation_not_over"


class EvaluationRecordEarly(YekuoError):
    """{act}的时间 {now} 早于这份评价已有的记录（{then}）。请核对时间，记录应按先后登记。"""

    code = "evaluation_record_early"


class EvaluatorMissing(YekuoError):
    """没有写明由谁{act}。请写明姓名，例：张三。"""

    code = "evaluator_missing"


class EvaluatorConflict(YekuoError):
    """{actor}在这份评价里已经{done}，不能再{act}。自评的人和复核、评定的人应当不同，请换一个人。"""

    code = "evaluator_conflict"


class StationItemUnknown(YekuoError):
    """评价标准中没有第 {item} 项。应为 {known} 之一，请打开评价查看。"""

    code = "station_item_unknown"


class ScoreNotAllowed(YekuoError):
    """第 {item} 项“{label}”不能得 {points} 分：满分 {most} 分，{rule}。应为 {allowed} 之一。"""

    code = "score_not_allowed"


class ScoreUnsupported(YekuoError):
    """第 {item} 项“{label}”有 {missing} 次没有按时完成（{rounds}），最多得 {most} 分，不能得 {points} 分。漏登记的请先在“周期事项”页面补登。"""

    code = "score_unsupported"


class ScoreEvidenceMissing(YekuoError):
    """第 {item} 项“{label}”没有写依据，又没有登记的周期事项可以作证。请写明依据，例如会议纪要 6 份。"""

    code = "score_evidence_missing"


class ReviewReasonMissing(YekuoError):
    """第 {item} 项“{label}”自评 {own} 分、复核 {points} 分，没有写理由。请写明为什么改。"""

    code = "review_reason_missing"


class NotSelfScored(YekuoError):
    """第 {item} 项“{label}”还没有自评，不能复核。请先登记自评。"""

    code = "not_self_scored"


class ReviewsMissing(YekuoError):
    """还不能评定：第 {items} 项没有复核（自评改过的要重新复核）。请逐项复核后再评定。"""

    code = "reviews_missing"
