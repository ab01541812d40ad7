"""The words of telling people: what an alarm is about, where a message stands, what was done about it."""

from limits.terms import Term


class AlertKind(Term):
    """What an alarm is about. The first two follow from events, policy and calendar alone (domain §6)."""

    LEVEL = "level", "时限预警告警"
    REPEATED = "repeated", "连续黄色"
    ORDER = "order", "督办单时限"
    DUTY = "duty", "周期事项"
    PLAN = "plan", "供电方案有效期"
    NOBODY = "nobody", "无人可告知"
    UNANSWERED = "unanswered", "逐级上报无人签收"
    JOB = "job", "自动任务逾期"
    CALENDAR = "calendar", "放假安排"
    LEDGER = "ledger", "台账核对"


class About(Term):
    """What a message speaks of."""

    ALERT = "alert", "预警告警"
    ORDER = "order", "督办单"
    DIGEST = "digest", "每日提示"


class DeliveryState(Term):
    """Where one message to one person on one channel stands."""

    PENDING = "pending", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已送达"
    DEAD = "dead", "无法送达"
    SUPPRESSED = "suppressed", "仅记录"


class Withheld(Term):
    """Why a message was recorded and not sent."""

    HIGHER = "higher", "同一计时已有更高级别"
    ENDED = "ended", "计时已经结束"
    HISTORY = "history", "台账导入以前就已达到"
    WITHDRAWN = "withdrawn", "已被更正撤销"
    QUIET = "quiet", "这一层级从更高级别起告知"


class Act(Term):
    """What was done about an alarm, a supervision order or a duty; each act is a record of its own."""

    ACKNOWLEDGED = "acknowledged", "签收"
    ANSWERED = "answered", "答复"
    CLOSED = "closed", "闭环"
    OPENED = "opened", "下达"
    REPLIED = "replied", "回复"
    RETURNED = "returned", "退回"
    ACCEPTED = "accepted", "办结认可"
    CANCELLED = "cancelled", "撤销"
    ATTACHED = "attached", "并入"
    DONE = "done", "完成"


class OrderState(Term):
    """Where a supervision order stands; computed from its records."""

    OPEN = "open", "待回复"
    REPLIED = "replied", "待认可"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "已办结"
    CANCELLED = "cancelled", "已撤销"


class Handling(Term):
    """Where an alarm stands; computed from its records (闭环)."""

    RECORDED = "recorded", "仅记录"
    NEW = "new", "未签收"
    ACKNOWLEDGED = "acknowledged", "已签收"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已闭环"


class RunState(Term):
    """Where one shard of one slot of a job stands."""

    PENDING = "pending", "待执行"
    RUNNING = "running", "执行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
