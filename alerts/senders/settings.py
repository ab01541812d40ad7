"""What the senders need to know; an intranet relay is another base URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Robot:
    """One group robot: its key, and the secret it signs with where the vendor has one."""

    token: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RobotSettings:
    """The robots of one vendor by the name contacts call them; ``per_minute`` messages each may send."""

    base_url: str
    robots: Mapping[str, Robot] = field(default_factory=dict)
    per_minute: int = 20


@dataclass(frozen=True, slots=True)
class MailSettings:
    """An SMTP server; no ``host``, no mail. ``security`` is none, starttls or tls."""

    host: str = ""
    port: int = 25
    security: str = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    per_minute: int = 60


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """A JSON receiver; contacts give the path below ``base_url``. ``secret`` signs the body (HMAC-SHA256)."""

    base_url: str = ""
    secret: str = field(default="", repr=False)
    per_minute: int = 600


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """All of them. ``timeout`` in seconds; after ``attempts`` failures a message is a dead letter."""

    wecom: RobotSettings = RobotSettings("https://qyapi.weixin.qq.com")
    dingtalk: RobotSettings = RobotSettings("https://oapi.dingtalk.com")
    feishu: RobotSettings = RobotSettings("https://open.feishu.cn", per_minute=100)
    mail: MailSettings = MailSettings()
    webhook: WebhookSettings = WebhookSettings()
    timeout: float = 30.0
    attempts: int = 8
