"""飞书 group robots (open.feishu.cn, 自定义机器人使用指南)."""

import hashlib
import hmac
from base64 import b64encode
from typing import Any, ClassVar

import httpx

from alerts.senders.posting import below
from alerts.senders.robots import Known, RobotSender
from alerts.senders.settings import Robot

BUSY = Known(True, "系统繁忙")
# 9499 stands for too many requests and for a body it cannot read, beside HTTP 400.
TOO_FAST = Known(True, "发送过于频繁", 60.0)
REMOVED = Known(False, "机器人密钥不对或机器人已被移出群，请核对设置 feishu.robots")
UNSIGNED = Known(False, "签名不符或本机时间相差一小时以上，请核对设置 feishu.robots 和本机时间")
UNSAFE = Known(False, "与机器人的安全设置不符（关键词或 IP 地址），请核对飞书中的设置")


class FeishuSender(RobotSender):
    """A request is at most 20 KB; some are left for what surrounds the text."""

    label: ClassVar[str] = "飞书"
    setting: ClassVar[str] = "feishu"
    longest: ClassVar[int] = 16_000
    code_names: ClassVar[tuple[str, ...]] = ("code", "StatusCode")
    known: ClassVar[dict[int, Known]] = {
        -1: BUSY,
        2200: BUSY,
        9499: TOO_FAST,
        11232: TOO_FAST,
        11233: TOO_FAST,
        99991400: TOO_FAST,
        19001: REMOVED,
        19021: UNSIGNED,
        19022: UNSAFE,
        19024: UNSAFE,
    }

    def _url(self, robot: Robot) -> httpx.URL:
        return below(self.settings.base_url, f"open-apis/bot/v2/hook/{robot.token}")

    def _payload(self, robot: Robot, mention: str, text: str) -> dict[str, Any]:
        told = f'{text}\n<at user_id="{mention}"></at>' if mention else text
        payload: dict[str, Any] = {"msg_type": "text", "content": {"text": told}}
        if robot.secret:
            timestamp = str(int(self.clock()))
            payload |= {"timestamp": timestamp, "sign": signature(timestamp, robot.secret)}
        return payload


def signature(timestamp: str, secret: str) -> str:
    """签名校验: HMAC-SHA256 of nothing, under timestamp and secret."""
    key = f"{timestamp}\n{secret}".encode()
    return b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
