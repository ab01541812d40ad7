"""Who may do what, and of which applications: the matrix as data (domain §9, issue 4 point 8).

Every route declares the right it needs (:mod:`web.access.admission`); ``docs/permissions.md`` is made of this module.
Which post does what follows the duties of 供电所人员及专业组岗位职责 and 内电〔2021〕34号 as domain §9 gives
them; where those name no one, the choice is ours (X).
"""

from dataclasses import dataclass

import sqlalchemy as sa

from limits.terms import Post, Term
from workflow.events import EventType
from workflow.tables import application


class Role(Term):
    """What an account is for: a post of the organisation, or looking after the program itself.

    The posts are those of :class:`limits.terms.Post`, word for word; ``administrator`` (X) manages people and
    accounts and reads no application.  A customer needs no account: the public pages ask for no log-in.
    """

    CLERK = Post.CLERK.value, Post.CLERK.label
    ACCOUNT_MANAGER = Post.ACCOUNT_MANAGER.value, Post.ACCOUNT_MANAGER.label
    TECHNICIAN = Post.TECHNICIAN.value, Post.TECHNICIAN.label
    METERING = Post.METERING.value, Post.METERING.label
    TEAM_LEADER = Post.TEAM_LEADER.value, Post.TEAM_LEADER.label
    STATION_HEAD = Post.STATION_HEAD.value, Post.STATION_HEAD.label
    DEPARTMENT = Post.DEPARTMENT.value, Post.DEPARTMENT.label
    LEADER = Post.LEADER.value, Post.LEADER.label
    COMMAND_CENTRE = Post.COMMAND_CENTRE.value, Post.COMMAND_CENTRE.label
    INTEGRITY = Post.INTEGRITY.value, Post.INTEGRITY.label
    REGULATOR = Post.REGULATOR.value, Post.REGULATOR.label
    CUSTOMER = Post.CUSTOMER.value, Post.CUSTOMER.label
    ADMINISTRATOR = "administrator", "系统管理员"


class Right(Term):
    """One thing an account may be allowed to do."""

    SIGN_IN = "sign_in", "登录工作台"
    READ_APPLICATIONS = "read_applications", "查看申请"
    ACCEPT = "accept", "受理申请"
    RECORD_REPLY = "record_reply", "登记方案答复"
    RECORD_WORKS = "record_works", "登记客户工程与检验"
    RECORD_SUPPORTING = "record_supporting", "登记配套工程"
    RECORD_ENERGIZE = "record_energize", "登记装表接电与归档"
    SUSPEND = "suspend", "登记挂起与恢复"
    APPROVE_SUSPENSION = "approve_suspension", "批准挂起"
    TERMINATE = "terminate", "终止与作废"
    CORRECT = "correct", "补正与更正"
    CLAIM = "claim", "抢单"
    ASSIGN = "assign", "派单与移交"
    READ_ALERTS = "read_alerts", "查看预警告警"
    ANSWER_ALERTS = "answer_alerts", "签收与答复告警"
    CLOSE_ALERTS = "close_alerts", "关闭告警"
    READ_ORDERS = "read_orders", "查看督办单"
    OPEN_ORDERS = "open_orders", "下达督办单"
    REPLY_ORDERS = "reply_orders", "回复督办单"
    JUDGE_ORDERS = "judge_orders", "审核督办回复"
    READ_DUTIES = "read_duties", "查看周期事项"
    RECORD_DUTIES = "record_duties", "登记周期事项"
    WATCH = "watch", "指挥中心大屏"
    READ_REPORTS = "read_reports", "查看报表"
    READ_FULL_REPORTS = "read_full_reports", "查看完整版报表"
    CLOSE_PERIOD = "close_period", "封存报表"
    READ_EVALUATIONS = "read_evaluations", "查看供电所评价"
    OPEN_EVALUATIONS = "open_evaluations", "建立供电所评价"
    SCORE_EVALUATIONS = "score_evaluations", "供电所自评"
    JUDGE_EVALUATIONS = "judge_evaluations", "复核和评定供电所"
    READ_POLICIES = "read_policies", "查看规则、日历与计算器"
    READ_FINDINGS = "read_findings", "查看廉洁线索"
    MANAGE_PEOPLE = "manage_people", "管理人员与离岗"
    MANAGE_ACCOUNTS = "manage_accounts", "管理账户"
    READ_AUDIT = "read_audit", "查看阅读记录"
    USE_API = "use_api", "申请数据接口令牌"


class Reach(Term):
    """Which applications a role sees."""

    NONE = "none", "不看申请"
    OWN = "own", "本人经办"
    STATION = "station", "本所"
    COMPANY = "company", "全公司"


REACH = {
    Role.CLERK: Reach.STATION,
    Role.ACCOUNT_MANAGER: Reach.OWN,
    Role.TECHNICIAN: Reach.STATION,
    Role.METERING: Reach.STATION,
    Role.TEAM_LEADER: Reach.STATION,
    Role.STATION_HEAD: Reach.STATION,
    Role.DEPARTMENT: Reach.COMPANY,
    Role.LEADER: Reach.COMPANY,
    Role.COMMAND_CENTRE: Reach.COMPANY,
    Role.INTEGRITY: Reach.COMPANY,
    Role.REGULATOR: Reach.NONE,
    Role.CUSTOMER: Reach.NONE,
    Role.ADMINISTRATOR: Reach.NONE,
}

_READS = frozenset({Right.SIGN_IN, Right.READ_REPORTS, Right.READ_POLICIES})
_STAFF = _READS | {
    Right.READ_APPLICATIONS,
    Right.READ_ALERTS,
    Right.ANSWER_ALERTS,
    Right.READ_ORDERS,
    Right.REPLY_ORDERS,
    Right.USE_API,
}
_RECORDS = frozenset(
    {
        Right.ACCEPT,
        Right.RECORD_REPLY,
        Right.RECORD_WORKS,
        Right.RECORD_SUPPORTING,
        Right.RECORD_ENERGIZE,
        Right.SUSPEND,
        Right.TERMINATE,
        Right.CORRECT,
    }
)

MATRIX: dict[Role, frozenset[Right]] = {
    Role.CLERK: _STAFF | {Right.ACCEPT, Right.CORRECT},
    Role.ACCOUNT_MANAGER: _STAFF | _RECORDS | {Right.CLAIM, Right.READ_DUTIES, Right.RECORD_DUTIES},
    Role.TECHNICIAN: _STAFF | {Right.RECORD_REPLY, Right.RECORD_WORKS, Right.RECORD_SUPPORTING},
    Role.METERING: _STAFF | {Right.RECORD_SUPPORTING, Right.RECORD_ENERGIZE},
    Role.TEAM_LEADER: _STAFF | _RECORDS | {Right.ASSIGN, Right.CLOSE_ALERTS},
    Role.STATION_HEAD: _STAFF
    | _RECORDS
    | {Right.ASSIGN, Right.APPROVE_SUSPENSION, Right.CLOSE_ALERTS, Right.MANAGE_PEOPLE, Right.WATCH}
    | {Right.READ_DUTIES, Right.RECORD_DUTIES}
    | {Right.READ_EVALUATIONS, Right.OPEN_EVALUATIONS, Right.SCORE_EVALUATIONS},
    Role.DEPARTMENT: _STAFF
    | {
        Right.RECORD_WORKS,
        Right.RECORD_SUPPORTING,
        Right.APPROVE_SUSPENSION,
        Right.CLOSE_ALERTS,
        Right.WATCH,
    },
    Role.LEADER: _STAFF
    | {
        Right.ASSIGN,
        Right.APPROVE_SUSPENSION,
        Right.CLOSE_ALERTS,
        Right.OPEN_ORDERS,
        Right.JUDGE_ORDERS,
        Right.READ_DUTIES,
        Right.WATCH,
        Right.READ_FINDINGS,
        Right.READ_FULL_REPORTS,
        Right.MANAGE_PEOPLE,
        Right.READ_AUDIT,
        Right.CLOSE_PERIOD,
        Right.READ_EVALUATIONS,
    },
    Role.COMMAND_CENTRE: _STAFF
    | {
        Right.ASSIGN,
        Right.CLOSE_ALERTS,
        Right.OPEN_ORDERS,
        Right.JUDGE_ORDERS,
        Right.READ_DUTIES,
        Right.WATCH,
        Right.READ_FINDINGS,
        Right.READ_FULL_REPORTS,
        Right.CLOSE_PERIOD,
        Right.READ_EVALUATIONS,
    },
    Role.INTEGRITY: _READS
    | {
        Right.READ_APPLICATIONS,
        Right.READ_ALERTS,
        Right.READ_ORDERS,
        Right.READ_DUTIES,
        Right.RECORD_DUTIES,
        Right.WATCH,
        Right.READ_FINDINGS,
        Right.READ_FULL_REPORTS,
        Right.READ_AUDIT,
        Right.READ_EVALUATIONS,
        Right.OPEN_EVALUATIONS,
        Right.JUDGE_EVALUATIONS,
        Right.USE_API,
    },
    Role.REGULATOR: _READS | {Right.READ_EVALUATIONS},
    Role.CUSTOMER: frozenset(),
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SIGN_IN,
            Right.READ_POLICIES,
            Right.MANAGE_PEOPLE,
            Right.MANAGE_ACCOUNTS,
            Right.READ_AUDIT,
            Right.USE_API,
        }
    ),
}

_REPLY = (
    "PLAN_APPROVED PLAN_REPLIED CONSTRAINT_FOUND CONSTRAINT_REPORTED APPROVALS_SUBMITTED APPROVALS_GRANTED"
)
_WORKS = (
    "WORKS_STARTED DESIGN_SUBMITTED DESIGN_FAILED DESIGN_PASSED INTERIM_REQUESTED INTERIM_STARTED "
    "INTERIM_FAILED INTERIM_PASSED WORKS_FINISHED COMPLETION_REPORTED FINAL_STARTED FINAL_FAILED FINAL_PASSED"
)
_BY_RIGHT = {
    Right.ACCEPT: "BOOKED DISPATCHED RECEIVED ENTERED APPLIED ACCEPTED DOCUMENT_RECEIVED",
    Right.ASSIGN: "ASSIGNED",
    Right.RECORD_REPLY: _REPLY,
    Right.RECORD_WORKS: _WORKS,
    Right.RECORD_SUPPORTING: "CONTRACT_AGREED SUPPORTING_STARTED SUPPORTING_FINISHED",
    Right.RECORD_ENERGIZE: "FORMALITIES_DONE ENERGIZED ARCHIVED",
    Right.SUSPEND: "SUSPENDED RESUMED",
    Right.TERMINATE: "TERMINATED VOIDED",
    Right.CORRECT: "AMENDED CORRECTED",
}
# Which right recording each fact takes; for oneself CLAIM is enough to be assigned (抢单).
# What is not here comes from the program (到期日重算) or from the customer (客户评价).
RECORDING = {EventType[name]: right for right, names in _BY_RIGHT.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Account:
    """Who is asking. ``name`` is what records carry: the person's, or the login of one who is nobody's.

    ``granted`` is all that the role allows, or of a token what both it and the role allow.
    """

    id: int
    login: str
    name: str
    role: Role
    unit: str
    person_id: int | None
    granted: frozenset[Right]


@dataclass(frozen=True, slots=True)
class Scope:
    """The applications an account sees: of ``station`` and of ``manager``, None meaning any.

    X: the name alone would show one account manager what another of the same name has in another station,
    so who has a station sees own applications there only.
    """

    reach: Reach
    station: str | None = None
    manager: str | None = None

    def sees(self, station: str, manager: str) -> bool:
        """Whether an application of this station and account manager is among them."""
        return (
            self.reach is not Reach.NONE
            and self.station in (None, station)
            and self.manager in (None, manager)
        )

    def where(self) -> sa.ColumnElement[bool]:
        """The same as a condition on ``application``."""
        return self._where(self.manager)

    def pool(self) -> sa.ColumnElement[bool]:
        """What nobody has taken yet and the account may: the unclaimed of its station (抢单)."""
        return self._where("")

    def _where(self, manager: str | None) -> sa.ColumnElement[bool]:
        if self.reach is Reach.NONE:
            return sa.false()
        wanted: list[sa.ColumnElement[bool]] = []
        if self.station is not None:
            wanted.append(application.c.station == self.station)
        if manager is not None:
            wanted.append(application.c.manager == manager)
        return sa.and_(sa.true(), *wanted)


# What a program never does: come in at the door, and make tokens.
FOR_PEOPLE = frozenset({Right.SIGN_IN, Right.USE_API})


def may(account: Account, right: Right) -> bool:
    """Whether ``account`` has ``right``."""
    return right in account.granted


def scope_of(account: Account) -> Scope:
    """Which applications ``account`` sees."""
    reach = REACH[account.role]
    station = (account.unit or None) if reach in (Reach.OWN, Reach.STATION) else None
    return Scope(reach, station, account.name if reach is Reach.OWN else None)
