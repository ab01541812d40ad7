"""Where one can go: the pages of the desk, for those who have the right to them."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import FastAPI

from web.access.rights import Account, Right, may
from web.routes import pages_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation; ``about`` says in one sentence what it is for."""

    path: str
    label: str
    right: Right
    about: str


NAVIGATION = (
    Entry("/queue", "我的工单", Right.READ_APPLICATIONS, "在办的申请，最急的在前，每件写明下一步。"),
    Entry("/pool", "抢单", Right.CLAIM, "还没有客户经理的申请，可以认领。"),
    Entry("/assign", "派单", Right.ASSIGN, "把没人认领的申请派给客户经理，或在两人之间移交。"),
    Entry("/accept", "受理", Right.ACCEPT, "登记新的用电申请。"),
    Entry("/centre", "指挥中心", Right.WATCH, "各单位的级别、今明两天到期、久未答复和督办单。"),
    Entry("/alerts", "预警告警", Right.READ_ALERTS, "达到的级别，签收、答复和关闭。"),
    Entry("/orders", "督办单", Right.READ_ORDERS, "下达、回复和审核。"),
    Entry("/duties", "周期事项", Right.READ_DUTIES, "按月、季、半年要做的事：到期日、逾期和登记完成。"),
    Entry("/findings", "廉洁线索", Right.READ_FINDINGS, "次序不符、补录、一人多岗等需要核实的记录。"),
    Entry("/reports", "报表", Right.READ_REPORTS, "按月、季度、半年和年的监督报告：查看、下载、封存和核对。"),
    Entry(
        "/stations",
        "供电所评价",
        Right.READ_EVALUATIONS,
        "清廉供电站所服务监督评价：自评、复核、评定和评价书。",
    ),
    Entry("/policies", "规则", Right.READ_POLICIES, "现行的时限、门槛和出处。"),
    Entry("/calendar", "日历", Right.READ_POLICIES, "工作日、休息日、调休和尚未公布的日子。"),
    Entry("/calculator", "计算器", Right.READ_POLICIES, "从任意一天算到期日，写出每一步。"),
    Entry("/people", "人员", Right.MANAGE_PEOPLE, "在职人员、岗位和离岗代岗。"),
    Entry("/accounts", "账户", Right.MANAGE_ACCOUNTS, "谁能登录，看得到什么。"),
    Entry("/audit", "阅读记录", Right.READ_AUDIT, "谁在什么时候看过哪件申请。"),
    Entry("/account", "我的账户", Right.SIGN_IN, "修改密码，查看并结束自己的登录。"),
)


def entries(app: FastAPI, account: Account | None) -> list[Entry]:
    """What ``account`` may go to, of the pages there are."""
    if account is None:
        return []
    there = pages_of(app)
    return list(_allowed(account, there))


def _allowed(account: Account, there: frozenset[str]) -> Iterable[Entry]:
    return (each for each in NAVIGATION if each.path in there and may(account, each.right))
