"""Every setting, declared once: its key in the file, its kind, and what it is.

The name in the environment follows from the key, the default from :class:`yekuo.settings.Settings`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alerts.senders.settings import MailSettings, RobotSettings, SenderSettings, WebhookSettings
from reports.masthead import Letterhead
from yekuo import setting_addresses as addresses
from yekuo import setting_kinds as kinds
from yekuo.setting_robots import robots
from yekuo.settings import Settings

PREFIX = "YEKUO_"
DEFAULTS = Settings()
TABLES = ("wecom", "dingtalk", "feishu", "mail", "webhook", "senders", "report")


@dataclass(frozen=True, slots=True)
class Setting:
    """``key`` is ``name`` or ``table.name``; ``label`` is what people read."""

    key: str
    kind: kinds.Kind = field(repr=False)
    label: str

    @property
    def environment(self) -> str:
        """The environment variable."""
        return PREFIX + self.key.replace(".", "_").upper()

    @property
    def table(self) -> str:
        """The table of the file it stands in, empty at the top."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Its key within the table, which is its field as well."""
        return self.key.rpartition(".")[2]

    @property
    def default(self) -> Any:
        """What holds where nobody says anything."""
        return getattr(_holder(self.table), self.name)


def _holder(table: str) -> object:
    if table in ("", "senders"):
        return DEFAULTS.senders if table else DEFAULTS
    if table == "report":
        return DEFAULTS.report
    return getattr(DEFAULTS.senders, table)


SETTINGS = (
    Setting("database_url", addresses.DATABASE_URL, "数据库地址"),
    Setting("jurisdiction", kinds.TEXT, "辖区：data/jurisdictions 中的一个文件"),
    Setting("desk_url", addresses.URL, "消息里的链接以它开头"),
    Setting("reports_folder", kinds.FOLDER, "到期自动生成的月报写到哪里"),
    Setting("repeated_yellows", kinds.BOOLEAN, "同一人或单位连续三次黄色按红色对待"),
    Setting("session_hours", kinds.SESSION_HOURS, "登录工作台后多少小时要重新登录"),
    Setting("metrics_token", kinds.SECRET, "读取 /metrics 的令牌；不设就只供本机读取"),
    Setting("wecom.base_url", addresses.ROBOT_URL, "企业微信机器人的网址"),
    Setting("wecom.robots", robots(signed=False), "企业微信机器人"),
    Setting("wecom.per_minute", kinds.PER_MINUTE, "企业微信每个机器人每分钟最多几条"),
    Setting("dingtalk.base_url", addresses.ROBOT_URL, "钉钉机器人的网址"),
    Setting("dingtalk.robots", robots(signed=True), "钉钉机器人"),
    Setting("dingtalk.per_minute", kinds.PER_MINUTE, "钉钉每个机器人每分钟最多几条"),
    Setting("feishu.base_url", addresses.ROBOT_URL, "飞书机器人的网址"),
    Setting("feishu.robots", robots(signed=True), "飞书机器人"),
    Setting("feishu.per_minute", kinds.PER_MINUTE, "飞书每个机器人每分钟最多几条"),
    Setting("mail.host", addresses.MAIL_HOST, "邮件服务器；不设就不发邮件"),
    Setting("mail.port", kinds.PORT, "邮件服务器的端口"),
    Setting("mail.security", kinds.MAIL_SECURITY, "邮件加密：none、starttls 或 tls"),
    Setting("mail.user", kinds.TEXT, "邮件登录名；不设就不登录"),
    Setting("mail.password", kinds.SECRET, "邮件密码"),
    Setting("mail.sender", addresses.MAIL_ADDRESS, "发件地址"),
    Setting("mail.per_minute", kinds.PER_MINUTE, "每分钟最多几封邮件"),
    Setting("webhook.base_url", addresses.URL, "JSON 接收端的网址；不设就不推送"),
    Setting("webhook.secret", kinds.SECRET, "JSON 推送的签名密钥"),
    Setting("webhook.per_minute", kinds.PER_MINUTE, "每分钟最多推送几条"),
    Setting("senders.timeout", kinds.TIMEOUT, "发送一条最多等几秒"),
    Setting("senders.attempts", kinds.ATTEMPTS, "失败几次后不再重试"),
    Setting("report.organisation", kinds.TEXT, "报告的发文单位；不设就用辖区的名称"),
    Setting("report.title", kinds.PATTERN, "报告的标题"),
    Setting("report.number", kinds.PATTERN, "报告的发文字号；不设就不印"),
    Setting("report.signatories", kinds.SIGNATORIES, "报告由谁签署"),
)


def built(values: Mapping[str, Any]) -> Settings:
    """The frozen object from a value for every key."""
    parts: dict[str, dict[str, Any]] = {table: {} for table in ("", *TABLES)}
    for each in SETTINGS:
        parts[each.table][each.name] = values[each.key]
    senders = SenderSettings(
        wecom=RobotSettings(**parts["wecom"]),
        dingtalk=RobotSettings(**parts["dingtalk"]),
        feishu=RobotSettings(**parts["feishu"]),
        mail=MailSettings(**parts["mail"]),
        webhook=WebhookSettings(**parts["webhook"]),
        **parts["senders"],
    )
    return Settings(**parts[""], senders=senders, report=Letterhead(**parts["report"]))
