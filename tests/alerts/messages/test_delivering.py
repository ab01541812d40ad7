"""A receiver that is down, slow, refuses, or answers nonsense: nothing lost, nothing doubled, the state visible."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import pytest
import sqlalchemy as sa

from alerts import errors
from alerts.kinds import AlertKind, DeliveryState
from alerts.messages import outbox
from alerts.messages.delivering import Post, Sent, send_due
from alerts.senders import senders_for
from alerts.senders.settings import Robot, RobotSettings, SenderSettings, WebhookSettings
from alerts.tables import delivery
from limits.terms import Channel
from tests.alerts.racing import RULES, prepared
from tests.alerts.receiver import HttpReceiver
from tests.alerts.telling import accept, alarms, staffed, sweep
from tests.dates import at
from workflow import store
from workflow.book import Book

MONDAY = at("2026-10-12 一 09:00")
MORNING = at("2026-10-15 四 08:30")
# Whether it arrived cannot be known: the message goes out again, with the same id.
UNCERTAIN: list[tuple[Any, ...]] = [
    ("garbage",),
    ("empty",),
    ("half",),
    ("hang_up",),
    ("redirect", "http://127.0.0.1:1/"),
]
REFUSING: list[tuple[Any, ...]] = [("code", 45009), ("code", -1), ("status", 500), ("busy", 5)]


class Wall:
    """A clock that tests set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver() as running:
        yield running


@pytest.fixture
def yellow(book: Book) -> Book:
    """李四 is to hear of a yellow by 企业微信, 所长甲 by webhook."""
    staffed(book)
    accept(book, "A", MONDAY)
    sweep(book, at("2026-10-15 四 00:01"))
    return book


def post(url: str, wall: Wall, channel: Channel = Channel.WECOM, **more: Any) -> Post:
    settings = SenderSettings(
        wecom=RobotSettings(url, {"城关": Robot("key-of-the-robot")}, per_minute=more.get("per_minute", 20)),
        webhook=WebhookSettings(url),
        timeout=more.get("timeout", 5.0),
    )
    timeout = timedelta(seconds=settings.timeout)
    return Post(
        channel, senders_for(settings)[channel], "http://desk", timeout, more.get("attempts", 8), wall
    )


def rows(book: Book, channel: Channel = Channel.WECOM) -> list[Any]:
    with store.reading(book.engine) as connection:
        wanted = sa.select(delivery).where(delivery.c.channel == channel.value).order_by(delivery.c.id)
        return list(connection.execute(wanted))


def states(book: Book, channel: Channel = Channel.WECOM) -> list[str]:
    return [row.state for row in rows(book, channel)]


def test_what_is_due_arrives_once_with_its_id(yellow: Book, receiver: HttpReceiver) -> None:
    wall = Wall(MORNING - timedelta(minutes=1))
    assert send_due(yellow, post(receiver.url, wall)) == Sent()
    wall.now = MORNING
    assert send_due(yellow, post(receiver.url, wall)) == Sent(sent=1)
    assert send_due(yellow, post(receiver.url, wall)) == Sent()
    (request,) = receiver.requests
    said = json.dumps(request.body, ensure_ascii=False)
    assert f"消息编号：{rows(yellow)[0].about_id}-" in said
    assert "黄色告警" in said


@pytest.mark.parametrize("mode", [*UNCERTAIN, *REFUSING], ids=lambda mode: "-".join(map(str, mode))[:20])
def test_what_did_not_surely_arrive_is_sent_again_with_the_same_words(
    yellow: Book, receiver: HttpReceiver, mode: tuple[Any, ...]
) -> None:
    receiver.mode = mode
    wall = Wall(MORNING)
    assert send_due(yellow, post(receiver.url, wall)) == Sent(failed=1)
    (row,) = rows(yellow)
    assert (row.state, row.attempts) == ("pending", 1)
    assert row.reason
    assert row.due_at > MORNING
    receiver.mode = ("normal",)
    wall.now = row.due_at
    assert send_due(yellow, post(receiver.url, wall)) == Sent(sent=1)
    first, second = receiver.requests
    assert first.body == second.body
    (row,) = rows(yellow)
    assert (row.state, row.sent_at, row.reason) == ("sent", wall.now, "")


def test_a_receiver_that_is_down_is_asked_ever_less_often_and_then_given_up(yellow: Book) -> None:
    with HttpReceiver() as gone:
        url = gone.url
    wall, waits = Wall(MORNING), []
    for _ in range(3):
        send_due(yellow, post(url, wall, attempts=4))
        (row,) = rows(yellow)
        waits.append((row.due_at - wall.now).total_seconds())
        wall.now = row.due_at
    assert waits == [30, 60, 120]
    assert send_due(yellow, post(url, wall, attempts=4)) == Sent(dead=1)
    assert states(yellow) == ["dead"]


def test_a_dead_letter_is_an_alarm_and_can_be_sent_again(yellow: Book, receiver: HttpReceiver) -> None:
    receiver.mode = ("code", 93000)
    wall = Wall(MORNING)
    assert send_due(yellow, post(receiver.url, wall)) == Sent(dead=1)
    ((text,),) = alarms(yellow, [AlertKind.NOBODY], "text")
    (row,) = rows(yellow)
    assert f"yekuo delivery resend {row.id}" in text
    receiver.mode = ("normal",)
    outbox.resend(yellow.engine, row.id, wall.now)
    assert send_due(yellow, post(receiver.url, wall)) == Sent(sent=1)
    with pytest.raises(errors.DeliveryNotDead, match="已送达"):
        outbox.resend(yellow.engine, row.id, wall.now)
    with pytest.raises(errors.DeliveryUnknown):
        outbox.resend(yellow.engine, 10**6, wall.now)


def test_a_slow_receiver_gets_it_once(yellow: Book, receiver: HttpReceiver) -> None:
    receiver.mode = ("slow", 0.3)
    assert send_due(yellow, post(receiver.url, Wall(MORNING))) == Sent(sent=1)
    assert len(receiver.requests) == 1


def test_no_more_than_the_robot_may_send_go_out_in_a_minute(book: Book, receiver: HttpReceiver) -> None:
    staffed(book)
    for each in range(5):
        accept(book, f"A{each}", MONDAY)
    sweep(book, at("2026-10-15 四 00:01"))
    wall = Wall(MORNING)
    first = send_due(book, post(receiver.url, wall, per_minute=2))
    assert (first.sent, first.failed) == (2, 0)
    sent = 2
    for _ in range(10):
        wall.now += timedelta(minutes=1)
        more = send_due(book, post(receiver.url, wall, per_minute=2)).sent
        assert more <= 2
        sent += more
    assert sent == len(receiver.requests) == len(rows(book))
    assert {row.attempts for row in rows(book)} == {1}


def test_a_higher_level_that_came_in_the_night_takes_the_place_of_the_lower(book: Book) -> None:
    staffed(book)
    accept(book, "A", MONDAY)
    sweep(book, at("2026-10-15 四 20:00"))  # yellow: to be sent on Friday at 08:30
    sweep(book, at("2026-10-16 五 00:01"))  # red: at once
    with HttpReceiver() as receiver:
        wall = Wall(at("2026-10-16 五 00:01"))
        assert send_due(book, post(receiver.url, wall)).sent >= 1
        wall.now = at("2026-10-16 五 08:30")
        send_due(book, post(receiver.url, wall))
    told = Counter(row.reason for row in rows(book) if row.state == DeliveryState.SUPPRESSED.value)
    assert told["同一计时已有更高级别"] == 1


def test_a_wrong_robot_name_is_said_at_once(yellow: Book, receiver: HttpReceiver) -> None:
    settings = SenderSettings(wecom=RobotSettings(receiver.url, {"别处": Robot("k")}))
    sender = senders_for(settings)[Channel.WECOM]
    one = Post(Channel.WECOM, sender, "http://desk", timedelta(seconds=5), 8, Wall(MORNING))
    assert send_due(yellow, one) == Sent(dead=1)
    assert "wecom.robots" in rows(yellow)[0].reason
    assert receiver.requests == []


def test_red_goes_before_what_has_waited_longer(book: Book, receiver: HttpReceiver) -> None:
    staffed(book)
    for each in range(6):
        accept(book, f"A{each}", MONDAY)
    accept(book, "B", at("2026-10-09 五 09:00"))
    sweep(book, at("2026-10-13 二 00:01"))  # six blues for 08:30, and B's orange of its third layer
    sweep(book, at("2026-10-15 四 08:31"))  # B is red
    wall = Wall(at("2026-10-15 四 08:31"))
    assert send_due(book, post(receiver.url, wall, per_minute=1)).sent == 1
    (request,) = receiver.requests
    assert "红色告警" in json.dumps(request.body, ensure_ascii=False)


def test_a_message_that_cannot_be_written_is_given_up_and_holds_up_no_other(
    yellow: Book, receiver: HttpReceiver
) -> None:
    with store.writing(yellow.engine) as connection:
        first = rows(yellow)[0]
        broken = {name: getattr(first, name) for name in rows(yellow)[0]._fields if name != "id"}
        broken |= {
            "about_id": 10**6,
            "message_id": "alert-1000000-1-wecom",
            "due_at": MORNING - timedelta(hours=1),
        }
        connection.execute(sa.insert(delivery).values(**broken))
    done = send_due(yellow, post(receiver.url, Wall(MORNING)))
    assert (done.sent, done.dead) == (1, 1)
    assert "无法写成" in rows(yellow)[-1].reason


class Child:
    """Sends what is due at ``now`` to the webhook, in a process of its own."""

    def __init__(self, book: Book, receiver: HttpReceiver, now: datetime) -> None:
        self._said, told = prepared().Pipe(duplex=False)
        url = book.engine.url.render_as_string(hide_password=False)
        self.process = prepared().Process(target=send, args=(url, receiver.url, now, told))
        self.process.start()
        told.close()

    def said(self) -> str:
        """What it sent, once it ended well."""
        assert self._said.poll(60)
        words: str = self._said.recv()
        self.process.join()
        assert self.process.exitcode == 0
        return words

    def kill(self) -> None:
        """Wherever it is."""
        self.process.kill()
        self.process.join()


def send(url: str, receiver: str, now: datetime, told: Connection) -> None:
    book = Book(store.open_engine(url), RULES)
    told.send(str(send_due(book, post(receiver, Wall(now), Channel.WEBHOOK))))


def test_killed_between_sending_and_recording_it_is_repeated_once_with_the_same_id(
    yellow: Book, receiver: HttpReceiver
) -> None:
    receiver.mode = ("slow", 60)  # the message is there, the answer is not
    killed = Child(yellow, receiver, MORNING)
    give_up = time.monotonic() + 60
    while not receiver.requests and time.monotonic() < give_up:
        time.sleep(0.02)
    killed.kill()
    receiver.mode = ("normal",)
    assert states(yellow, Channel.WEBHOOK) == ["sending"]
    early = Child(yellow, receiver, MORNING + timedelta(seconds=20))
    assert "送出 0 条" in early.said()
    late = Child(yellow, receiver, MORNING + timedelta(minutes=2))
    assert "送出 1 条" in late.said()
    assert states(yellow, Channel.WEBHOOK) == ["sent"]
    assert [request.headers["x-yekuo-message-id"] for request in receiver.requests] == [
        rows(yellow, Channel.WEBHOOK)[0].message_id
    ] * 2


def test_four_processes_at_once_send_each_message_once(book: Book, receiver: HttpReceiver) -> None:
    staffed(book)
    for each in range(12):
        accept(book, f"A{each}", MONDAY)
    sweep(book, at("2026-10-15 四 00:01"))
    children = [Child(book, receiver, MORNING) for _ in range(4)]
    assert all("送出" in child.said() for child in children)
    ids = Counter(request.headers["x-yekuo-message-id"] for request in receiver.requests)
    assert set(ids.values()) == {1}
    assert len(ids) == len(rows(book, Channel.WEBHOOK))
    assert set(states(book, Channel.WEBHOOK)) == {"sent"}


def test_what_is_tried_again_waits_for_the_morning(yellow: Book, receiver: HttpReceiver) -> None:
    """A yellow that did not get through before six is not sent in the night (domain §6)."""
    receiver.mode = ("status", 500)
    wall = Wall(at("2026-10-15 四 17:59"))
    assert send_due(yellow, post(receiver.url, wall)) == Sent(failed=1)
    receiver.mode = ("normal",)
    wall.now = at("2026-10-15 四 23:30")
    assert send_due(yellow, post(receiver.url, wall)) == Sent(postponed=1)
    wall.now = at("2026-10-16 五 08:30")
    assert send_due(yellow, post(receiver.url, wall)) == Sent(sent=1)
