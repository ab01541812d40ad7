"""企业微信 group robots (developer.work.weixin.qq.com, 群机器人配置说明)."""

from typing import Any, ClassVar

import httpx

from alerts.senders.posting import below
from alerts.senders.robots import MOBILE, Known, RobotSender
from alerts.senders.settings import Robot

BUSY = Known(True, "系统繁忙")
TOO_FAST = Known(True, "发送过于频繁", 60.0)
REMOVED = Known(False, "机器人密钥不对或机器人已被移出群，请核对设置 wecom.robots")


class WecomSender(RobotSender):
    """Text content is at most 2048 bytes of UTF-8; 20 messages a minute for each robot."""

    label: ClassVar[str] = "企业微信"
    setting: ClassVar[str] = "wecom"
    longest: ClassVar[int] = 2048
    code_names: ClassVar[tuple[str, ...]] = ("errcode",)
    known: ClassVar[dict[int, Known]] = {-1: BUSY, 45009: TOO_FAST, 45033: TOO_FAST, 93000: REMOVED}

    def _url(self, robot: Robot) -> httpx.URL:
        return below(self.settings.base_url, "cgi-bin/webhook/send").copy_add_param("key", robot.token)

    def _payload(self, robot: Robot, mention: str, text: str) -> dict[str, Any]:
        told: dict[str, Any] = {"content": text}
        if mention:
            told["mentioned_mobile_list" if MOBILE.fullmatch(mention) else "mentioned_list"] = [mention]
        return {"msgtype": "text", "text": told}
