"""Why something about an alarm, an order or a duty was not taken. The docstring is the message."""

from limits.errors import YekuoError


class ActInFuture(YekuoError):
    """“{act}”的时间 {at} 晚于现在 {now}，将来的事不能登记。请填写实际发生的时间。"""

    code = "act_in_future"


class ActTooEarly(YekuoError):
    """“{act}”的时间 {at} 早于前一条记录“{before}”的 {then}，次序不对。请填写实际发生的时间。"""

    code = "act_too_early"


class ActorMissing(YekuoError):
    """“{act}”没有写经办人。请写明是谁做的，例：--actor 张三。"""

    code = "actor_missing"


class HandlingRaced(YekuoError):
    """“{act}”没有登记：同一时刻已有别人先登记了一条。请重新查看处理情况，再决定是否继续。"""

    code = "handling_raced"


class AlertUnknown(YekuoError):
    """没有编号为 {id} 的预警告警。请在预警告警列表中核对编号。"""

    code = "alert_unknown"


class AlertActRefused(YekuoError):
    """编号 {id} 的预警告警不能{act}：{reason}。请先查看它的处理情况。"""

    code = "alert_act_refused"


class OrderUnknown(YekuoError):
    """没有督办单“{number}”。请在督办单列表中核对文号，可写成 督〔2026〕0001号 或 2026-1。"""

    code = "order_unknown"


class OrderActRefused(YekuoError):
    """{number} 不能{act}：{reason}。请先查看这张督办单的经过。"""

    code = "order_act_refused"


class OrderUnaddressed(YekuoError):
    """督办单没有写明对谁下达。请给出申请编号，或者责任单位（如 东岭供电所），两者只写一个。"""

    code = "order_unaddressed"


class OrderUnreadable(YekuoError):
    """督办单的内容不能下达：{problem}。请写明要求责任单位做什么，1000 字以内。"""

    code = "order_unreadable"


class OrderLimitInvalid(YekuoError):
    """督办单的时限 {limit} 个工作日不对。应为 1 到 250 之间的整数。"""

    code = "order_limit_invalid"


class DeliveryUnknown(YekuoError):
    """没有编号为 {id} 的消息。请用 yekuo deliveries 查看编号。"""

    code = "delivery_unknown"


class DeliveryNotDead(YekuoError):
    """编号 {id} 的消息是“{state}”，不需要重发。只能重发“无法送达”的消息。"""

    code = "delivery_not_dead"


class LeaseLost(YekuoError):
    """任务“{job}”{slot}（第 {shard} 片）超过租期，已由别的进程接手，这里的结果作废。请等它完成，用 yekuo jobs 查看，不必再做。"""

    code = "lease_lost"
