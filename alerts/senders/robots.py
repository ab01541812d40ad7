"""What the group robots of the three vendors have in common."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from alerts.senders import posting
from alerts.senders.message import SENT, Message, Outcome, dead, retry
from alerts.senders.settings import Robot, RobotSettings
from alerts.senders.wording import content

MENTION = re.compile(r"[A-Za-z0-9_.-][A-Za-z0-9_.@-]{0,63}")
MOBILE = re.compile(r"1[0-9]{10}")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Known:
    """What a vendor's error code means: whether to try again, after how long, and what people are told."""

    again: bool
    text: str
    after: float | None = None


@dataclass(frozen=True)
class RobotSender(ABC):
    """A sender through group robots. Addresses are ``NAME`` or ``NAME@MOBILE_OR_USERID`` to mention somebody.

    Messages are plain text, not markdown (X): only text mentions people everywhere, and in it nothing
    a customer is called can turn into a link.  ``clock`` gives the seconds a signature carries: what
    counts there is the vendor's time, whatever day the work is done for.
    """

    settings: RobotSettings
    timeout: float
    clock: Callable[[], float]

    label: ClassVar[str]
    setting: ClassVar[str]
    longest: ClassVar[int]
    code_names: ClassVar[tuple[str, ...]]
    known: ClassVar[Mapping[int, Known]]

    @property
    def per_minute(self) -> int:
        return self.settings.per_minute

    def robot(self, address: str) -> str:
        return f"{self.setting}:{_split(address)[0][:LONGEST_NAME]}"

    def send(self, address: str, message: Message) -> Outcome:
        name, mention = _split(address)
        robot = self.settings.robots.get(name)
        if robot is None:
            told = (
                f"联系方式中的{self.label}机器人在设置 {self.setting}.robots 中没有，请补充设置或改正联系方式"
            )
            return dead("robot_unknown", told)
        if "@" in address and (not MENTION.fullmatch(mention) or mention.lower() == "all"):
            told = f"联系方式中要提醒的人写得不对，应为手机号或{self.label}账号"
            return dead("address_invalid", told)
        try:
            url = self._url(robot)
        except httpx.InvalidURL:
            return dead("address_invalid", f"{self.label}的地址不对，请核对设置 {self.setting}.base_url")
        payload = self._payload(robot, mention, content(message, self.longest))
        body = json.dumps(payload, ensure_ascii=False).encode()
        answer = posting.post(url, body, label=self.label, timeout=self.timeout)
        return answer if isinstance(answer, Outcome) else self._judged(answer)

    @abstractmethod
    def _url(self, robot: Robot) -> httpx.URL:
        """Where the message goes, with the key in it."""

    @abstractmethod
    def _payload(self, robot: Robot, mention: str, text: str) -> dict[str, Any]:
        """What is posted; ``mention`` empty for nobody."""

    def _judged(self, answer: posting.Answer) -> Outcome:
        """HTTP 200 says nothing: the vendor's own code decides, also beside a 400."""
        code = _code(answer.body, self.code_names)
        known = self.known.get(code) if code is not None and answer.status != 429 else None
        if known is not None:
            text = f"{self.label}：{known.text}"
            return retry(str(code), text, known.after) if known.again else dead(str(code), text)
        refused = posting.refusal(answer, self.label, f"{self.setting}.base_url")
        if refused is not None:
            return refused
        if code is None:
            return _unreadable(answer.body, self.label)
        return SENT if code == 0 else retry(str(code), f"{self.label}没有接收，原因代码不在已知之列")


def _split(address: str) -> tuple[str, str]:
    name, _, mention = address.partition("@")
    return name.strip(), mention.strip()


def _unreadable(body: bytes, label: str) -> Outcome:
    if not body.strip():
        return retry("empty", f"{label}的回复是空的，不能确定是否收到")
    return retry("garbage", f"{label}的回复看不懂，不能确定是否收到")


def _code(body: bytes, names: tuple[str, ...]) -> int | None:
    """The vendor's code: the first that is not 0; None where the answer has none."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = [told[name] for name in names if name in told] if isinstance(told, dict) else []
    codes = [each for each in found if type(each) is int and abs(each) < 10**9]
    if not codes or len(codes) < len(found):
        return None
    return next((code for code in codes if code), 0)
