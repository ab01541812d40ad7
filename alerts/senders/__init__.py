"""The senders: one module for each way out."""

import time
from collections.abc import Callable, Mapping

from alerts.senders.message import Sender
from alerts.senders.settings import SenderSettings
from limits.terms import Channel


def senders_for(settings: SenderSettings, clock: Callable[[], float] = time.time) -> Mapping[Channel, Sender]:
    """A sender for every channel but the desk, which is a page of our own.

    ``clock`` stamps signatures and letters: the receiver compares it with its own, so it is the wall
    clock's, whatever day the work is done for.
    """
    from alerts.senders.dingtalk import DingtalkSender
    from alerts.senders.feishu import FeishuSender
    from alerts.senders.mail import MailSender
    from alerts.senders.webhook import WebhookSender
    from alerts.senders.wecom import WecomSender

    timeout = settings.timeout
    return {
        Channel.WECOM: WecomSender(settings.wecom, timeout, clock),
        Channel.DINGTALK: DingtalkSender(settings.dingtalk, timeout, clock),
        Channel.FEISHU: FeishuSender(settings.feishu, timeout, clock),
        Channel.EMAIL: MailSender(settings.mail, timeout, clock),
        Channel.WEBHOOK: WebhookSender(settings.webhook, timeout),
    }
