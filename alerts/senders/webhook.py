"""A JSON receiver of the company's own."""

import hashlib
import hmac
import json
from dataclasses import dataclass

import httpx

from alerts.senders import posting
from alerts.senders.message import SENT, Message, Outcome, dead
from alerts.senders.settings import WebhookSettings

LABEL = "数据接口"
SETTING = "webhook.base_url"


@dataclass(frozen=True)
class WebhookSender:
    """Addresses are paths below the base URL, or empty. Any 2xx means taken."""

    settings: WebhookSettings
    timeout: float

    @property
    def per_minute(self) -> int:
        return self.settings.per_minute

    def robot(self, address: str) -> str:
        return "webhook"

    def send(self, address: str, message: Message) -> Outcome:
        if not self.settings.base_url:
            return dead("not_configured", f"没有设置 {SETTING}，{LABEL}不能使用")
        if any(part in (".", "..") for part in address.split("/")) or "://" in address:
            return dead("address_invalid", f"联系方式中的{LABEL}路径不对，应为 {SETTING} 以下的路径")
        try:
            url = posting.below(self.settings.base_url, address)
        except httpx.InvalidURL:
            return dead("address_invalid", f"{LABEL}的地址不对，请核对设置 {SETTING}")
        body = _body(message)
        answer = posting.post(
            url, body, label=LABEL, timeout=self.timeout, headers=self._headers(message, body)
        )
        if isinstance(answer, Outcome):
            return answer
        return posting.refusal(answer, LABEL, SETTING) or SENT

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        """The id, by which a receiver tells a repeat; and a signature over the body."""
        headers = {"X-Yekuo-Message-Id": message.id}
        if self.settings.secret:
            signed = hmac.new(self.settings.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Yekuo-Signature"] = f"sha256={signed}"
        return headers


def _body(message: Message) -> bytes:
    told = {
        "id": message.id,
        "title": message.title,
        "text": message.text,
        "level": message.level.value if message.level else None,
        "link": message.link,
        "facts": dict(message.facts),
    }
    return json.dumps(told, ensure_ascii=False, default=str).encode(errors="replace")
