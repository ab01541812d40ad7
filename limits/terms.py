"""The field's words, one identifier and one Chinese label for each (domain glossary §1–§6).

Every member is *value plus label*: the value is stored and spoken by programs, the label is what
people read.
"""

from enum import Enum
from typing import Self


class Term(str, Enum):
    """A word with its Chinese label; compares and stores as its identifier."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def of(cls, value: str) -> Self:
        """The member stored as ``value``."""
        return cls._value2member_map_[value]  # type: ignore[return-value]

    @classmethod
    def by_label(cls, label: str) -> Self | None:
        """The member people call ``label``, or None."""
        return next((member for member in cls if member.label == label), None)


class CustomerClass(Term):
    LV_RESIDENT = "lv_resident", "低压居民"
    LV_MICRO = "lv_micro", "低压小微企业"
    LV_OTHER = "lv_other", "低压非居民"
    HV_ORDINARY = "hv_ordinary", "高压普通"
    HV_IMPORTANT = "hv_important", "高压重要"
    HV_TRANSFER = "hv_transfer", "高压资产移交"

    @property
    def high_voltage(self) -> bool:
        return str(self.value).startswith("hv_")


class Voltage(Term):
    V220 = "220V", "220V"
    V380 = "380V", "380V"
    KV10 = "10kV", "10kV"
    KV20 = "20kV", "20kV"
    KV35 = "35kV", "35kV"
    KV66 = "66kV", "66kV"
    KV110 = "110kV", "110kV"
    KV220 = "220kV", "220kV"

    @property
    def high(self) -> bool:
        """≥ 10 kV."""
        return str(self.value).endswith("kV")


class Supplies(Term):
    SINGLE = "single", "单"
    DOUBLE = "double", "双"


class Supporting(Term):
    """业扩配套工程: the grid-side works built by the company for one customer."""

    NONE = "none", "无"
    LOW_VOLTAGE = "low_voltage", "低压配套"
    TEE_LINE = "tee_line", "线路T接"
    OVERHEAD_LINE = "overhead_line", "架空线路"
    RING_CABINET = "ring_cabinet", "环网柜或分支箱"
    SWITCHING_STATION = "switching_station", "开闭所或电缆线路"
    SUBSTATION_BAY = "substation_bay", "变电站间隔"
    CABLE_AND_OTHER = "cable_and_other", "电缆线路及其它"


class ApplicationKind(Term):
    NEW = "new", "新装"
    INCREASE = "increase", "增容"


class Unit(Term):
    WORKING_DAY = "working_day", "个工作日"
    MINUTE = "minute", "分钟"
    CALENDAR_DAY = "calendar_day", "日"
    MONTH = "month", "个月"
    YEAR = "year", "年"


class Mark(Term):
    """How well a figure is evidenced."""

    PRIMARY = "P", "原文"
    SECONDARY = "S", "转述"
    DERIVED = "D", "推算"
    OWN = "X", "本系统约定"


class Level(Term):
    """蓝 → 橙 → 黄 → 红, the order of [34]; not the national emergency order."""

    BLUE = "blue", "蓝"
    ORANGE = "orange", "橙"
    YELLOW = "yellow", "黄"
    RED = "red", "红"


class Verdict(Term):
    MET = "met", "按时"
    LATE = "late", "超期"
    OPEN = "open", "在途"
    OPEN_LATE = "open_late", "在途超期"
    TERMINATED = "terminated", "已终止"


class Status(Term):
    OPEN = "open", "在途"
    ARCHIVED = "archived", "归档"
    TERMINATED = "terminated", "终止"
    VOIDED = "voided", "作废"


class Step(Term):
    """环节: what the customer experiences, at most 4 (高压) or 3 (低压)."""

    APPLY = "apply", "用电申请"
    REPLY = "reply", "供电方案答复"
    WORKS = "works", "客户外部工程实施"
    ENERGIZE = "energize", "装表接电"


class Post(Term):
    """岗位: what a person is there for in a unit (供电所人员及专业组岗位职责, 内电〔2021〕34号).

    ``team_leader`` is not in the source's list; the orange level goes to one (domain §6).
    """

    CLERK = "clerk", "客户服务室"
    ACCOUNT_MANAGER = "account_manager", "客户经理"
    TECHNICIAN = "technician", "技术员"
    METERING = "metering", "配电营业组"
    TEAM_LEADER = "team_leader", "班组长"
    STATION_HEAD = "station_head", "所长"
    DEPARTMENT = "department", "专业部门"
    LEADER = "leader", "公司领导"
    COMMAND_CENTRE = "command_centre", "供电服务指挥中心"
    INTEGRITY = "integrity", "廉政监督员"
    REGULATOR = "regulator", "监管"
    CUSTOMER = "customer", "客户"


class Channel(Term):
    """A way to reach a person. ``desk`` is the product's own page and needs no address."""

    DESK = "desk", "工作台"
    WECOM = "wecom", "企业微信"
    DINGTALK = "dingtalk", "钉钉"
    FEISHU = "feishu", "飞书"
    EMAIL = "email", "邮件"
    WEBHOOK = "webhook", "数据接口"


class Rhythm(Term):
    """How often a periodic duty falls due (清廉供电站所服务监督评价标准)."""

    MONTHLY = "monthly", "每月"
    QUARTERLY = "quarterly", "每季度"
    HALF_YEARLY = "half_yearly", "每半年"
