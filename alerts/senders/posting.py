"""One HTTP POST, and what its failures mean."""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import quote

import httpx

from alerts.senders.message import Outcome, dead, retry

LONGEST_ANSWER = 64 * 1024
LONGEST_WAIT = 24 * 3600.0
PATIENT = 60.0
# Refusals that pass by themselves: request timeout, too early.
PASSING = (408, 425)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``retry_after`` in seconds where the receiver named a time."""

    status: int
    body: bytes
    retry_after: float | None = None


@cache
def _trusted() -> ssl.SSLContext:
    """The public authorities, and those of this machine: a relay inside the company has its own."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def below(base_url: str, path: str) -> httpx.URL:
    """``path`` (its parts joined by /) below ``base_url``, which may have a path and a query of its own."""
    url = httpx.URL(base_url)
    wanted = quote(path.strip("/"), safe="/")
    return url.copy_with(path=f"{url.path.rstrip('/')}/{wanted}") if wanted else url


def post(
    url: httpx.URL, content: bytes, *, label: str, timeout: float, headers: Mapping[str, str] | None = None
) -> Answer | Outcome:
    """POST JSON and read the answer; an Outcome when none came.

    By the transport and not by a client: a client logs the address, in which robots have their keys,
    follows the machine's proxy settings and may follow a redirect.
    """
    sent = {
        "Content-Type": "application/json; charset=utf-8",
        "Accept-Encoding": "identity",
        **(headers or {}),
    }
    limits = {"timeout": httpx.Timeout(timeout).as_dict()}
    try:
        request = httpx.Request("POST", url, content=content, headers=sent, extensions=limits)
        with httpx.HTTPTransport(verify=_trusted(), trust_env=False) as transport:
            response = transport.handle_request(request)
            try:
                return Answer(response.status_code, _body(response, timeout), _retry_after(response.headers))
            finally:
                response.close()
    except httpx.TimeoutException:
        return retry("timeout", f"{label}在 {timeout:g} 秒内没有回应")
    except httpx.UnsupportedProtocol:
        return dead("address_invalid", f"{label}的地址不是 http 或 https 地址，请核对设置")
    except httpx.HTTPError:
        return retry("unreachable", f"与{label}的连接没有建立或中途断开")
    except (ValueError, OverflowError):  # a host or port that is none
        return dead("address_invalid", f"{label}的地址不对，请核对设置")


def _body(response: httpx.Response, timeout: float) -> bytes:
    """At most :data:`LONGEST_ANSWER` bytes and ``timeout`` seconds of it."""
    until, body = time.monotonic() + timeout, b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            break
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the answer drips")
    return body


def refusal(answer: Answer, label: str, setting: str) -> Outcome | None:
    """What the status says against it; None where it says nothing (2xx)."""
    status, after = answer.status, answer.retry_after
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return retry("redirected", f"{label}要求转到别的地址，请核对设置 {setting}")
    if status == 429:
        return retry("http_429", f"{label}要求放慢发送", PATIENT if after is None else after)
    if status in PASSING or not 400 <= status < 500:
        return retry(f"http_{status}", f"{label}暂时不能接收", after)
    return dead(f"http_{status}", f"{label}拒绝接收，请核对设置 {setting}")


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds, or an instant by the receiver's own clock (RFC 9110, 10.2.3)."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdecimal():
        return min(float(told[:9]), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(told) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):  # no date, or one with a zone and one without
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT)
