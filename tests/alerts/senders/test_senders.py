"""The senders against a real receiver: what is sent, what every answer means, and that no key gets out."""

import base64
import hashlib
import hmac
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.senders import senders_for
from alerts.senders.message import Message, Outcome, OutcomeState, Sender
from alerts.senders.settings import MailSettings, Robot, RobotSettings, SenderSettings, WebhookSettings
from alerts.senders.wording import content, cut, plain
from limits.terms import Channel, Level
from tests.alerts.receiver import HttpReceiver, MailReceiver, Request
from tests.dates import at

TOKEN, SECRET = "key-6f1c0b7e", "secret-9a2d"
NOW = at("2026-11-20 五 10:30").timestamp()
MESSAGE = Message(
    id="alert-41-7-wecom",
    title="【黄色告警】4126100900001 供电方案答复 已超期 1 个工作日",
    text="客户甲（高压普通），东岭供电所\n到期：2026-10-23（周五）",
    level=Level.YELLOW,
    link="http://desk.example/applications/4126100900001",
    facts={"number": "4126100900001", "used": 11},
)
ROBOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)
HTTP = (*ROBOTS, Channel.WEBHOOK)
S = OutcomeState


def settings(url: str, timeout: float = 5.0, *, token: str = TOKEN, secret: str = SECRET) -> SenderSettings:
    robots = {"城关": Robot(token, secret), "所长": Robot(token)}
    return SenderSettings(
        wecom=RobotSettings(url, robots),
        dingtalk=RobotSettings(url, robots),
        feishu=RobotSettings(url, robots, per_minute=100),
        webhook=WebhookSettings(f"{url}/hook", secret),
        timeout=timeout,
    )


def sender(channel: Channel, url: str, timeout: float = 5.0) -> Sender:
    return senders_for(settings(url, timeout), lambda: NOW)[channel]


def address(channel: Channel) -> str:
    return "alarms" if channel is Channel.WEBHOOK else "城关"


def sent(channel: Channel, receiver: HttpReceiver, to: str | None = None) -> tuple[Outcome, Request]:
    outcome = sender(channel, receiver.url).send(address(channel) if to is None else to, MESSAGE)
    return outcome, receiver.requests[-1]


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver() as running:
        yield running


# -- what is sent ------------------------------------------------------------------------------------


def test_there_is_a_sender_for_every_channel_but_the_desk() -> None:
    assert set(senders_for(SenderSettings())) == set(Channel) - {Channel.DESK}


def test_wecom_takes_text_with_the_key_in_the_query(receiver: HttpReceiver) -> None:
    outcome, request = sent(Channel.WECOM, receiver)
    assert outcome == Outcome(S.SENT)
    assert (request.path, request.query) == ("/cgi-bin/webhook/send", {"key": TOKEN})
    assert request.body == {
        "msgtype": "text",
        "text": {"content": f"{MESSAGE.title}\n{MESSAGE.text}\n详情：{MESSAGE.link}"},
    }


@pytest.mark.parametrize(
    ("to", "mentioned"),
    [
        ("城关@13800001111", {"mentioned_mobile_list": ["13800001111"]}),
        ("城关@zhangs", {"mentioned_list": ["zhangs"]}),
    ],
)
def test_wecom_mentions_by_mobile_or_by_user_id(
    receiver: HttpReceiver, to: str, mentioned: dict[str, list[str]]
) -> None:
    outcome, request = sent(Channel.WECOM, receiver, to)
    assert outcome.state is S.SENT
    assert {name: value for name, value in request.body["text"].items() if name != "content"} == mentioned


def test_dingtalk_is_signed_in_the_query(receiver: HttpReceiver) -> None:
    outcome, request = sent(Channel.DINGTALK, receiver)
    timestamp = str(round(NOW * 1000))
    told = hmac.new(SECRET.encode(), f"{timestamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert outcome.state is S.SENT
    assert request.path == "/robot/send"
    assert request.query == {
        "access_token": TOKEN,
        "timestamp": timestamp,
        "sign": base64.b64encode(told).decode(),
    }
    assert request.body["at"] == {"isAtAll": False}


def test_dingtalk_without_a_secret_is_not_signed(receiver: HttpReceiver) -> None:
    _, request = sent(Channel.DINGTALK, receiver, "所长")
    assert request.query == {"access_token": TOKEN}


@pytest.mark.parametrize(("whom", "key"), [("13800001111", "atMobiles"), ("zhangs", "atUserIds")])
def test_dingtalk_names_whom_it_mentions_in_the_text_too(receiver: HttpReceiver, whom: str, key: str) -> None:
    _, request = sent(Channel.DINGTALK, receiver, f"城关@{whom}")
    assert request.body["at"] == {key: [whom], "isAtAll": False}
    assert request.body["text"]["content"].endswith(f"\n@{whom}")


def test_feishu_is_signed_in_the_body(receiver: HttpReceiver) -> None:
    outcome, request = sent(Channel.FEISHU, receiver, "城关@ou_18eac85d35a26f989317ad4f02e8bbbb")
    timestamp = str(int(NOW))
    told = hmac.new(f"{timestamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert outcome.state is S.SENT
    assert request.path == f"/open-apis/bot/v2/hook/{TOKEN}"
    assert request.body["timestamp"] == timestamp
    assert request.body["sign"] == base64.b64encode(told).decode()
    assert request.body["content"]["text"].endswith('<at user_id="ou_18eac85d35a26f989317ad4f02e8bbbb"></at>')


def test_feishu_without_a_secret_is_not_signed(receiver: HttpReceiver) -> None:
    _, request = sent(Channel.FEISHU, receiver, "所长")
    assert request.body.keys() == {"msg_type", "content"}


def test_a_webhook_gets_everything_with_the_id_and_a_signature(receiver: HttpReceiver) -> None:
    outcome, request = sent(Channel.WEBHOOK, receiver, "ledger/业扩")
    assert outcome.state is S.SENT
    assert request.path == "/hook/ledger/%E4%B8%9A%E6%89%A9"
    assert request.body == {
        "id": MESSAGE.id,
        "title": MESSAGE.title,
        "text": MESSAGE.text,
        "level": "yellow",
        "link": MESSAGE.link,
        "facts": {"number": "4126100900001", "used": 11},
    }
    assert request.headers["x-yekuo-message-id"] == MESSAGE.id
    signed = hmac.new(SECRET.encode(), request.raw, hashlib.sha256).hexdigest()
    assert request.headers["x-yekuo-signature"] == f"sha256={signed}"


def test_a_webhook_without_address_or_secret_is_the_base_url_unsigned(receiver: HttpReceiver) -> None:
    plainly = SenderSettings(webhook=WebhookSettings(f"{receiver.url}/hook?tenant=7"))
    assert senders_for(plainly)[Channel.WEBHOOK].send("", MESSAGE).state is S.SENT
    [request] = receiver.requests
    assert (request.path, request.query) == ("/hook", {"tenant": "7"})
    assert "x-yekuo-signature" not in request.headers


def test_a_relay_keeps_its_own_path_and_query(receiver: HttpReceiver) -> None:
    relay = RobotSettings(f"{receiver.url}/relay/?site=a", {"城关": Robot(TOKEN)})
    outcome = senders_for(SenderSettings(wecom=relay))[Channel.WECOM].send("城关", MESSAGE)
    assert outcome.state is S.SENT
    [request] = receiver.requests
    assert (request.path, request.query) == ("/relay/cgi-bin/webhook/send", {"site": "a", "key": TOKEN})


def test_messages_are_counted_by_robot_whomever_they_mention() -> None:
    senders = senders_for(settings("http://127.0.0.1:9"))
    wecom, feishu = senders[Channel.WECOM], senders[Channel.FEISHU]
    assert wecom.robot("城关@13800001111") == wecom.robot("城关") != wecom.robot("所长")
    assert wecom.robot("城关") != feishu.robot("城关")
    assert (wecom.per_minute, feishu.per_minute) == (20, 100)
    assert len(wecom.robot("长" * 300)) <= 128
    assert senders[Channel.EMAIL].robot("a@b.example") == senders[Channel.EMAIL].robot("c@d.example")


# -- what every answer means ---------------------------------------------------------------------------

EVERYWHERE: list[tuple[tuple[Any, ...], OutcomeState, str, float | None]] = [
    (("status", 500), S.RETRY, "http_500", None),
    (("status", 503), S.RETRY, "http_503", None),
    (("status", 408), S.RETRY, "http_408", None),
    (("status", 404), S.DEAD, "http_404", None),
    (("status", 401), S.DEAD, "http_401", None),
    (("busy", "17"), S.RETRY, "http_429", 17.0),
    (("busy", "99999999999999"), S.RETRY, "http_429", 86400.0),
    (("busy", "soon"), S.RETRY, "http_429", 60.0),
    (("busy", "Wed, 21 Oct 2015 07:28:00 GMT"), S.RETRY, "http_429", 0.0),
    (("redirect", "http://127.0.0.1:9/elsewhere"), S.RETRY, "redirected", None),
    (("half",), S.RETRY, "unreachable", None),
    (("hang_up",), S.RETRY, "unreachable", None),
]


@pytest.mark.parametrize("channel", HTTP)
@pytest.mark.parametrize(("mode", "state", "code", "after"), EVERYWHERE)
def test_what_a_status_means(
    receiver: HttpReceiver,
    channel: Channel,
    mode: tuple[Any, ...],
    state: OutcomeState,
    code: str,
    after: float | None,
) -> None:
    receiver.mode = mode
    outcome, _ = sent(channel, receiver)
    assert (outcome.state, outcome.code, outcome.retry_after) == (state, code, after)
    assert outcome.text
    assert len(receiver.requests) == 1, "asked once: no redirect is followed, nothing is sent twice"


@pytest.mark.parametrize("channel", ROBOTS)
@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (("empty",), "empty"),
        (("garbage",), "garbage"),
        (("body", "[]"), "garbage"),
        (("body", '{"ok": true}'), "garbage"),
        (("body", '{"errcode": "0", "code": "0"}'), "garbage"),
        (("body", '{"errcode": true, "code": false}'), "garbage"),
        (("body", '{"errcode": null, "code": null}'), "garbage"),
        (("body", "[" * 60_000), "garbage"),
        (("body", " " * 200_000 + '{"errcode": 0, "code": 0}'), "empty"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_robot_that_answers_200_without_its_code_may_not_have_taken_it(
    receiver: HttpReceiver, channel: Channel, mode: tuple[Any, ...], code: str
) -> None:
    receiver.mode = mode
    outcome, _ = sent(channel, receiver)
    assert (outcome.state, outcome.code) == (S.RETRY, code)


@pytest.mark.parametrize("mode", [("empty",), ("garbage",), ("status", 204)])
def test_a_webhook_that_answers_2xx_has_taken_it(receiver: HttpReceiver, mode: tuple[Any, ...]) -> None:
    receiver.mode = mode
    outcome, _ = sent(Channel.WEBHOOK, receiver)
    assert outcome == Outcome(S.SENT)


CODES = [
    (Channel.WECOM, -1, S.RETRY, None),
    (Channel.WECOM, 45009, S.RETRY, 60.0),
    (Channel.WECOM, 93000, S.DEAD, None),
    (Channel.WECOM, 40058, S.RETRY, None),
    (Channel.DINGTALK, -1, S.RETRY, None),
    (Channel.DINGTALK, 130101, S.RETRY, 600.0),
    (Channel.DINGTALK, 660026, S.RETRY, 600.0),
    (Channel.DINGTALK, 300001, S.DEAD, None),
    (Channel.DINGTALK, 310000, S.DEAD, None),
    (Channel.DINGTALK, 12345, S.RETRY, None),
    (Channel.FEISHU, 9499, S.RETRY, 60.0),
    (Channel.FEISHU, 11232, S.RETRY, 60.0),
    (Channel.FEISHU, 19001, S.DEAD, None),
    (Channel.FEISHU, 19021, S.DEAD, None),
    (Channel.FEISHU, 19022, S.DEAD, None),
    (Channel.FEISHU, 19024, S.DEAD, None),
    (Channel.FEISHU, 55555, S.RETRY, None),
]


@pytest.mark.parametrize(("channel", "code", "state", "after"), CODES)
def test_200_with_an_error_code_is_a_failure(
    receiver: HttpReceiver, channel: Channel, code: int, state: OutcomeState, after: float | None
) -> None:
    receiver.mode = ("code", code)
    outcome, _ = sent(channel, receiver)
    assert (outcome.state, outcome.code, outcome.retry_after) == (state, str(code), after)


@pytest.mark.parametrize(("code", "state"), [(9499, S.RETRY), (19001, S.DEAD)])
def test_the_code_beside_a_400_is_read_too(receiver: HttpReceiver, code: int, state: OutcomeState) -> None:
    """飞书 says too many requests with HTTP 400, which alone would be a dead letter."""
    receiver.mode = ("bad_code", code)
    outcome, _ = sent(Channel.FEISHU, receiver)
    assert (outcome.state, outcome.code) == (state, str(code))


def test_the_old_answer_of_feishu_is_understood(receiver: HttpReceiver) -> None:
    receiver.mode = ("body", '{"Extra": null, "StatusCode": 0, "StatusMessage": "success"}')
    assert sent(Channel.FEISHU, receiver)[0].state is S.SENT
    receiver.mode = ("body", '{"code": 0, "StatusCode": 19001}')
    assert sent(Channel.FEISHU, receiver)[0].state is S.DEAD


@pytest.mark.parametrize("channel", HTTP)
def test_who_is_down_may_be_up_later(channel: Channel) -> None:
    with HttpReceiver() as gone:
        url = gone.url
    outcome = sender(channel, url).send(address(channel), MESSAGE)
    assert (outcome.state, outcome.code) == (S.RETRY, "unreachable")


@pytest.mark.parametrize("mode", [("slow", 1.0), ("drip", 0.05)])
def test_who_is_slow_is_not_waited_for(receiver: HttpReceiver, mode: tuple[Any, ...]) -> None:
    """Neither who says nothing nor who says a little for ever."""
    receiver.mode = mode
    outcome = sender(Channel.WECOM, receiver.url, timeout=0.3).send("城关", MESSAGE)
    assert (outcome.state, outcome.code) == (S.RETRY, "timeout")
    assert "0.3 秒" in outcome.text


@pytest.mark.parametrize("channel", ROBOTS)
def test_an_unknown_robot_is_told_by_the_setting(channel: Channel) -> None:
    outcome = sender(channel, "http://127.0.0.1:9").send("南关", MESSAGE)
    assert outcome.state is S.DEAD
    assert f"{channel}.robots" in outcome.text


@pytest.mark.parametrize(
    ("channel", "setting"), [(Channel.WEBHOOK, "webhook.base_url"), (Channel.EMAIL, "mail.host")]
)
def test_what_is_not_set_up_is_told_by_the_setting(channel: Channel, setting: str) -> None:
    outcome = senders_for(SenderSettings())[channel].send("a@b.example", MESSAGE)
    assert outcome.state is S.DEAD
    assert setting in outcome.text


@pytest.mark.parametrize(
    ("channel", "to"),
    [
        (Channel.WECOM, "城关@all"),
        (Channel.WECOM, "城关@@all"),
        (Channel.FEISHU, "城关@ALL"),
        (Channel.FEISHU, '城关@x"></at><at user_id="all'),
        (Channel.DINGTALK, "城关@"),
        (Channel.DINGTALK, "城关@所长 13800001111"),
        (Channel.WEBHOOK, "../admin"),
        (Channel.WEBHOOK, "a/../../admin"),
        (Channel.WEBHOOK, "http://elsewhere.example/"),
    ],
)
def test_an_address_mentions_nobody_else_and_leads_nowhere_else(
    receiver: HttpReceiver, channel: Channel, to: str
) -> None:
    outcome = sender(channel, receiver.url).send(to, MESSAGE)
    assert (outcome.state, outcome.code) == (S.DEAD, "address_invalid")
    assert receiver.requests == []


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1", "http://127.0.0.1:99999", "http://[::1", "http://" + "a" * 70]
)
@pytest.mark.parametrize("channel", HTTP)
def test_an_address_that_is_none_ends_in_a_sentence(channel: Channel, url: str) -> None:
    outcome = sender(channel, url).send(address(channel), MESSAGE)
    assert outcome.state is not S.SENT
    assert outcome.text


# -- texts ---------------------------------------------------------------------------------------------


@given(st.text(st.characters()), st.integers(3, 200))
def test_a_cut_text_is_valid_short_and_a_beginning(text: str, most: int) -> None:
    told = cut(plain(text), most)
    assert len(told.encode()) <= most
    assert plain(text).startswith(told.removesuffix("…"))


@given(st.text(st.characters()), st.text(st.characters()), st.sampled_from([2048, 16_000]))
def test_what_is_sent_fits_and_ends_with_the_link(title: str, text: str, most: int) -> None:
    told = content(Message("1", title, text * 50, None, "http://desk.example/a"), most)
    assert len(told.encode()) <= most
    assert told.endswith("\n详情：http://desk.example/a")


@given(st.text(st.sampled_from("<>@[]():/ahtp al=所\n\u202e\u200b\x00")))
def test_what_a_person_typed_is_neither_mention_nor_link(text: str) -> None:
    told = plain(text)
    assert not set(told) & set("<>@[]\u202e\u200b\x00")
    assert "://" not in told


def test_a_customer_called_everybody_calls_nobody(receiver: HttpReceiver) -> None:
    evil = replace(MESSAGE, text='<at user_id="all"></at> <@all> @所有人 [点此](http://evil.example)')
    for channel in ROBOTS:
        sender(channel, receiver.url).send("城关", evil)
    for request in receiver.requests:
        told = json.dumps(request.body, ensure_ascii=False).replace(MESSAGE.link, "")
        assert not any(each in told for each in ("<at", "<@", "@", "](", "http://"))


def test_a_long_text_is_cut_to_what_the_vendor_takes(receiver: HttpReceiver) -> None:
    long = replace(MESSAGE, text="办" * 30_000)
    for channel in ROBOTS:
        assert sender(channel, receiver.url).send("城关@zhangs", long).state is S.SENT
    wecom, dingtalk, feishu = receiver.requests
    assert len(wecom.body["text"]["content"].encode()) <= 2048
    assert max(len(dingtalk.raw), len(feishu.raw)) <= 20_000


# -- keys stay inside ------------------------------------------------------------------------------------

KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=12, max_size=40)
ANSWERS: list[tuple[Any, ...]] = [
    ("echo",),
    ("redirect", f"http://elsewhere.example/{TOKEN}"),
    ("half",),
    ("status", 404),
]


def test_no_key_reaches_an_outcome_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    """Also when the answer repeats it, and when every library logs all it can."""
    caplog.set_level(logging.DEBUG)
    with HttpReceiver() as receiver:

        @given(KEYS, KEYS, st.sampled_from(ANSWERS), st.sampled_from(HTTP))
        def told(token: str, secret: str, mode: tuple[Any, ...], channel: Channel) -> None:
            receiver.mode = mode
            caplog.clear()
            keyed = settings(receiver.url, token=token, secret=secret)
            outcome = senders_for(keyed)[channel].send(address(channel), MESSAGE)
            said = f"{outcome!r} {keyed!r} {caplog.text}"
            assert token not in said
            assert secret not in said

        told()
        assert receiver.requests


def test_an_address_that_holds_a_key_is_not_repeated() -> None:
    whole = f"https://qyapi.example/cgi-bin/webhook/send?key={TOKEN}"
    outcome = sender(Channel.WECOM, "http://127.0.0.1:9").send(whole, MESSAGE)
    assert outcome.state is S.DEAD
    assert TOKEN not in outcome.text


# -- mail --------------------------------------------------------------------------------------------------

LOGIN: dict[str, Any] = {"user": "yekuo", "password": "p4ss"}
MAIL = MailSettings(host="127.0.0.1", sender="业扩时限 <yekuo@grid.example>")


def post(
    receiver: MailReceiver, message: Message = MESSAGE, to: str = "zhang@grid.example", **more: Any
) -> Outcome:
    mail = replace(MAIL, port=receiver.port, **more)
    return senders_for(SenderSettings(mail=mail, timeout=5.0), lambda: NOW)[Channel.EMAIL].send(to, message)


def text_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


@pytest.fixture
def post_office() -> Iterator[MailReceiver]:
    with MailReceiver() as running:
        yield running


def test_a_letter_is_complete(post_office: MailReceiver) -> None:
    assert post(post_office) == Outcome(S.SENT)
    [letter] = post_office.letters
    message = letter.message
    assert (letter.sender.split()[1], letter.recipient.split()[1]) == (
        "FROM:<yekuo@grid.example>",
        "TO:<zhang@grid.example>",
    )
    assert message["Subject"] == MESSAGE.title
    assert message["Message-ID"] == "<alert-41-7-wecom@grid.example>"
    assert str(message["From"]) == "业扩时限 <yekuo@grid.example>"
    assert parsedate_to_datetime(message["Date"]).timestamp() == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert text_of(message) == f"{MESSAGE.text}\n\n详情：{MESSAGE.link}\n"
    assert all(byte < 128 for byte in letter.raw), "readable by every server on the way"


def test_a_user_logs_in(post_office: MailReceiver) -> None:
    assert post(post_office, **LOGIN).state is S.SENT
    post_office.answers["AUTH"] = "535 5.7.8 p4ss is wrong"
    outcome = post(post_office, **LOGIN)
    assert (outcome.state, outcome.code) == (S.DEAD, "smtp_535")
    assert "mail.password" in outcome.text
    assert "p4ss" not in repr(outcome)


@pytest.mark.parametrize(
    ("command", "answer", "state", "code"),
    [
        ("CONNECT", "421 come back later", S.RETRY, "smtp_421"),
        ("CONNECT", "554 go away", S.DEAD, "smtp_554"),
        ("CONNECT", "", S.RETRY, "unreachable"),
        ("MAIL", "451 busy", S.RETRY, "smtp_451"),
        ("MAIL", "553 not you", S.DEAD, "smtp_553"),
        ("RCPT", "450 greylisted", S.RETRY, "smtp_450"),
        ("RCPT", "550 nobody", S.DEAD, "smtp_550"),
        ("DATA", "452 full", S.RETRY, "smtp_452"),
        ("TAKEN", "554 spam", S.DEAD, "smtp_554"),
        ("TAKEN", "", S.RETRY, "unreachable"),
        ("RCPT", "what?", S.RETRY, "garbage"),
    ],
)
def test_what_a_mail_server_says(
    post_office: MailReceiver, command: str, answer: str, state: OutcomeState, code: str
) -> None:
    post_office.answers[command] = answer
    outcome = post(post_office)
    assert (outcome.state, outcome.code) == (state, code)
    assert outcome.text


@pytest.mark.parametrize("answer", ["", "451 odd", "nonsense"])
def test_a_bad_farewell_does_not_send_the_letter_again(post_office: MailReceiver, answer: str) -> None:
    post_office.answers["QUIT"] = answer
    assert post(post_office) == Outcome(S.SENT)
    assert len(post_office.letters) == 1


def test_a_server_that_cannot_encrypt_gets_nothing(post_office: MailReceiver) -> None:
    outcome = post(post_office, security="starttls")
    assert (outcome.state, outcome.code) == (S.DEAD, "smtp_unsupported")
    assert post_office.letters == []


def test_a_server_that_does_not_speak_tls_gets_nothing(post_office: MailReceiver) -> None:
    outcome = post(post_office, security="tls")
    assert outcome.state is S.RETRY
    assert post_office.letters == []


def test_no_server_is_worth_another_attempt() -> None:
    with MailReceiver() as gone:
        pass
    assert (post(gone).state, post(gone).code) == (S.RETRY, "unreachable")


@pytest.mark.parametrize(
    "to",
    [
        "",
        "zhang",
        "zhang@",
        "a@b.example\nBcc: all@b.example",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "张@b.example",
    ],
)
def test_what_is_no_address_gets_nothing(post_office: MailReceiver, to: str) -> None:
    outcome = post(post_office, to=to)
    assert (outcome.state, outcome.code) == (S.DEAD, "address_invalid")
    assert post_office.letters == []


def test_a_title_cannot_write_headers(post_office: MailReceiver) -> None:
    evil = replace(MESSAGE, id="1>\r\nX-Evil: 1", title="甲\r\nBcc: all@b.example\r\n\r\n正文\u2028X-Evil: 1")
    assert post(post_office, evil).state is S.SENT
    message = post_office.letters[0].message
    assert message["Subject"] == "甲 Bcc: all@b.example 正文 X-Evil: 1"
    assert message["Bcc"] is None
    assert message["X-Evil"] is None


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_letter_can_be_read_again(title: str, text: str) -> None:
    with MailReceiver() as office:
        assert post(office, replace(MESSAGE, title=title, text=text)).state is S.SENT
        message = office.letters[0].message
    assert message["To"] == "zhang@grid.example"
    assert text_of(message).endswith(f"详情：{MESSAGE.link}\n")


def test_a_password_that_cannot_be_sent_is_not_shown(post_office: MailReceiver) -> None:
    outcome = post(post_office, **{**LOGIN, "password": "密码甲乙"})
    assert outcome.state is S.DEAD
    assert "密码甲乙" not in repr(outcome)


# -- several at once, and as a process -------------------------------------------------------------------


def test_one_sender_serves_several_threads(receiver: HttpReceiver) -> None:
    one = sender(Channel.WECOM, receiver.url)
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(one.send("城关", MESSAGE))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert outcomes == [Outcome(S.SENT)] * 8
    assert len(receiver.requests) == 8


def test_the_receiver_runs_as_a_process_too(tmp_path: Path) -> None:
    """What the tests of several machines use: its list is a file."""
    file, script = tmp_path / "requests.jsonl", Path(__file__).parents[1] / "receiver.py"
    command = [sys.executable, str(script), str(file), "code", "93000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        outcome = sender(Channel.WECOM, f"http://127.0.0.1:{port}").send("城关", MESSAGE)
        process.send_signal(signal.SIGTERM)
    assert outcome.code == "93000"
    [line] = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["query"] == {"key": TOKEN}
