"""Mail over SMTP."""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import formatdate, parseaddr

from alerts.senders.message import SENT, Message, Outcome, dead, retry
from alerts.senders.settings import MailSettings
from alerts.senders.wording import seen

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
LONGEST_ADDRESS = 254


@dataclass(frozen=True)
class MailSender:
    """Addresses are mail addresses. A 4xx of the server is worth another attempt, a 5xx is not."""

    settings: MailSettings
    timeout: float
    clock: Callable[[], float]

    @property
    def per_minute(self) -> int:
        return self.settings.per_minute

    def robot(self, address: str) -> str:
        return "email"

    def send(self, address: str, message: Message) -> Outcome:
        if not self.settings.host:
            return dead("not_configured", "没有设置 mail.host，邮件不能使用")
        sender = parseaddr(self.settings.sender)[1]
        if not _is_address(sender):
            return dead("not_configured", "设置 mail.sender 不是邮件地址，邮件不能使用")
        if not _is_address(address):
            return dead("address_invalid", "联系方式中的邮件地址不对")
        letter = self._letter(sender, address, message)
        try:
            server = self._connected()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return _refused(error)
        try:
            server.send_message(letter, sender, [address])
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return _refused(error)
        else:
            # It is the server's now: what goes wrong with the farewell must not send it again.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            return SENT
        finally:
            server.close()

    def _letter(self, sender: str, address: str, message: Message) -> EmailMessage:
        letter = EmailMessage(policy=WIRE)
        name = " ".join(seen(parseaddr(self.settings.sender)[0]).split())
        letter["From"] = Address(display_name=name, addr_spec=sender)
        letter["To"] = Address(addr_spec=address)
        letter["Subject"] = " ".join(seen(message.title).split())
        letter["Message-ID"] = f"<{re.sub('[^A-Za-z0-9.-]', '.', message.id)}@{sender.partition('@')[2]}>"
        letter["Date"] = formatdate(self.clock(), localtime=False)
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office programs keep silent
        link = f"\n\n详情：{message.link}" if message.link else ""
        letter.set_content(f"{seen(message.text)}{link}\n", charset="utf-8", cte="base64")
        return letter

    def _connected(self) -> smtplib.SMTP:
        """A server that is ready to take mail; closed again when it is not."""
        settings = self.settings
        if settings.security == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=self.timeout, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=self.timeout)
        try:
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.user:
                server.login(settings.user, settings.password)
        except BaseException:
            server.close()
            raise
        return server


def _is_address(text: str) -> bool:
    return len(text) <= LONGEST_ADDRESS and ADDRESS.fullmatch(text) is not None


def _refused(error: Exception) -> Outcome:
    """What a server's answer means, without its words."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = min((code for code, _ in error.recipients.values()), default=0)
        return _by_code(code, "收件地址不被邮件服务器接受")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        told = "邮件服务器不接受账号或密码，请核对设置 mail.user 和 mail.password"
        return _by_code(error.smtp_code, told)
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, "邮件服务器没有接收")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        told = "邮件服务器没有所设的加密或登录方式，请核对设置 mail.security 和 mail.user"
        return dead("smtp_unsupported", told)
    if isinstance(error, ssl.SSLCertVerificationError):
        return retry("certificate", "邮件服务器的证书不被信任")
    if isinstance(error, TimeoutError):
        return retry("timeout", "邮件服务器没有及时回应")
    if isinstance(error, UnicodeError):
        return dead("not_configured", "设置 mail 的服务器、账号或密码含有不能使用的字符")
    return retry("unreachable", "与邮件服务器的连接没有建立或中途断开")


def _by_code(code: int, told: str) -> Outcome:
    if not 200 <= code < 600:
        return retry("garbage", "邮件服务器的回复看不懂，不能确定是否收到")
    return dead(f"smtp_{code}", told) if code >= 500 else retry(f"smtp_{code}", told)
