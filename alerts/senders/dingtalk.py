"""钉钉 group robots (open.dingtalk.com, 自定义机器人接入与错误码)."""

import hashlib
import hmac
from base64 import b64encode
from typing import Any, ClassVar

import httpx

from alerts.senders.posting import below
from alerts.senders.robots import MOBILE, Known, RobotSender
from alerts.senders.settings import Robot

BUSY = Known(True, "系统繁忙")
# 每个机器人每分钟最多发送 20 条，超过后限流 10 分钟.
TOO_FAST = Known(True, "发送过于频繁，钉钉限流十分钟", 600.0)
REMOVED = Known(False, "机器人密钥不对，或机器人已停用、移出群，请核对设置 dingtalk.robots")
UNSAFE = Known(False, "与机器人的安全设置不符（加签、关键词或 IP 地址段），请核对设置 dingtalk.robots")
REFUSED = Known(False, "内容未通过钉钉的安全检查")
DISBANDED = Known(False, "群已解散，请改用别的机器人")


class DingtalkSender(RobotSender):
    """A message is at most 20 000 bytes; some are left for what surrounds the text."""

    label: ClassVar[str] = "钉钉"
    setting: ClassVar[str] = "dingtalk"
    longest: ClassVar[int] = 16_000
    code_names: ClassVar[tuple[str, ...]] = ("errcode",)
    known: ClassVar[dict[int, Known]] = {
        -1: BUSY,
        130101: TOO_FAST,
        410100: TOO_FAST,
        660026: TOO_FAST,
        300001: REMOVED,
        400101: REMOVED,
        400102: REMOVED,
        400106: REMOVED,
        400013: DISBANDED,
        310000: UNSAFE,
        430101: REFUSED,
        430102: REFUSED,
        430103: REFUSED,
        430104: REFUSED,
    }

    def _url(self, robot: Robot) -> httpx.URL:
        url = below(self.settings.base_url, "robot/send").copy_add_param("access_token", robot.token)
        if not robot.secret:
            return url
        timestamp = str(round(self.clock() * 1000))
        url = url.copy_add_param("timestamp", timestamp)
        return url.copy_add_param("sign", signature(timestamp, robot.secret))

    def _payload(self, robot: Robot, mention: str, text: str) -> dict[str, Any]:
        # The mention shows only where the text names the same person.
        told = f"{text}\n@{mention}" if mention else text
        whom = {"atMobiles" if MOBILE.fullmatch(mention) else "atUserIds": [mention]} if mention else {}
        return {"msgtype": "text", "text": {"content": told}, "at": {**whom, "isAtAll": False}}


def signature(timestamp: str, secret: str) -> str:
    """加签: HMAC-SHA256 of timestamp and secret under the secret."""
    told = f"{timestamp}\n{secret}".encode()
    return b64encode(hmac.new(secret.encode(), told, hashlib.sha256).digest()).decode()
