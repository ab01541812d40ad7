"""Records of what people did: chained, in order, and a change outside the software is found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from alerts import errors
from alerts.handlings import Handled, Subject, append, handled, handled_hash
from alerts.kinds import Act
from alerts.orders import acts as orders
from alerts.tables import alert, duty, handling, supervision_order
from alerts.verify import verify_handlings
from tests.alerts.telling import accept, staffed, sweep
from tests.dates import at, on
from workflow import store
from workflow.book import Book
from workflow.errors import TextUnstorable
from workflow.events import GENESIS

NOW = at("2026-10-13 二 10:00")
ROUND = {
    "item": 9,
    "unit": "城关供电所",
    "period": "2026-10",
    "label": "走访",
    "post": "account_manager",
    "opens_on": on("2026-10-01 四"),
    "due_on": on("2026-10-31 六"),
}


@pytest.fixture
def duty_id(book: Book) -> int:
    with store.writing(book.engine) as connection:
        connection.execute(sa.insert(duty).values(**ROUND))
        return int(connection.execute(sa.select(duty.c.id)).scalar_one())


@pytest.fixture
def told(book: Book) -> Book:
    """An order that was answered, returned and answered again, an acknowledged alarm, and a duty that was done."""
    staffed(book)
    accept(book, "A", at("2026-10-12 一 09:00"))
    sweep(book, NOW)
    with store.writing(book.engine) as connection:
        connection.execute(sa.insert(duty).values(**ROUND, done_at=NOW))
        duty_id = connection.execute(sa.select(duty.c.id)).scalar_one()
        about(connection, duty_id, "走访完毕")
        alert_id = connection.execute(sa.select(sa.func.min(alert.c.id))).scalar_one()
        for actor in ("李四", "赵六"):
            append(
                connection, Subject.ALERT, alert_id, Act.ACKNOWLEDGED, actor=actor, at=NOW, now=NOW, text=""
            )
    when: dict[str, Any] = {"at": NOW, "now": NOW}
    number = orders.open_order(book, ask="说明原因", actor="值班甲", application_number="A", **when).number
    orders.reply(book, number, actor="所长甲", text="已派人", **when)
    orders.return_(book, number, actor="值班甲", text="没有写措施", **when)
    orders.reply(book, number, actor="所长甲", text="加派一组，十五日完成", **when)
    return book


def about(connection: sa.Connection, duty_id: int, text: str, **more: Any) -> Handled:
    told = {"actor": "李四", "at": NOW, "now": NOW, **more}
    return append(connection, Subject.DUTY, duty_id, Act.DONE, text=text, **told)


def test_records_of_one_subject_are_a_chain(book: Book, duty_id: int) -> None:
    later = NOW + timedelta(hours=1)
    with store.writing(book.engine) as connection:
        first = about(connection, duty_id, "一")
        second = about(connection, duty_id, "二", actor=" 王五 ", at=later, now=later)
        assert handled(connection, Subject.DUTY, [duty_id]) == {duty_id: [first, second]}
    assert (first.seq, first.prev_hash) == (1, GENESIS)
    assert (second.seq, second.prev_hash, second.actor) == (2, first.hash, "王五")
    assert first.hash == handled_hash(first) != second.hash == handled_hash(second)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"at": NOW + timedelta(seconds=1)}, errors.ActInFuture),
        ({"at": NOW - timedelta(seconds=1)}, errors.ActTooEarly),
        ({"actor": "  "}, errors.ActorMissing),
        ({"actor": "张" * 65}, TextUnstorable),
        ({"actor": "张\0三"}, TextUnstorable),
        ({"text": "空\0字符"}, TextUnstorable),
        ({"text": "长" * 2001}, TextUnstorable),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    book: Book, duty_id: int, more: dict[str, Any], error: type[Exception]
) -> None:
    with store.writing(book.engine) as connection:
        about(connection, duty_id, "一")
    told = {"text": "二", **more}
    with pytest.raises(error), store.writing(book.engine) as connection:
        about(connection, duty_id, **told)
    with store.reading(book.engine) as connection:
        assert len(handled(connection, Subject.DUTY, [duty_id])[duty_id]) == 1


def test_what_was_told_agrees_with_its_records(told: Book) -> None:
    assert verify_handlings(told) is None
    with store.reading(told.engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(handling)) == 7


Change = Callable[[], sa.UpdateBase]
OF_ORDER = handling.c.subject == "order"
OF_ALERT = handling.c.subject == "alert"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda: sa.update(handling).where(OF_ORDER, handling.c.seq == 2).values(text="早已派人"),
            "第 2 号处理记录“回复”：哈希",
        ),
        (
            lambda: (
                sa.update(handling).where(OF_ORDER, handling.c.seq == 2).values(at=NOW - timedelta(days=1))
            ),
            "第 2 号处理记录“回复”：哈希",
        ),
        (
            lambda: sa.update(handling).where(OF_ALERT, handling.c.seq == 1).values(actor="王五"),
            "预警告警 1 的第 1 号处理记录“签收”：哈希",
        ),
        (
            lambda: sa.update(handling).where(OF_ALERT, handling.c.seq == 2).values(prev_hash=GENESIS),
            "前一记录哈希",
        ),
        (lambda: sa.update(handling).where(OF_ALERT).values(act="opened"), "“下达”：哈希"),
        (lambda: sa.update(handling).where(OF_ALERT).values(act="thrown_away"), "读不出来"),
        (lambda: sa.delete(handling).where(OF_ORDER, handling.c.seq == 2), "其间有记录被删除"),
        (lambda: sa.delete(handling).where(OF_ORDER, handling.c.seq == 4), "按记录应为 returned"),
        (lambda: sa.delete(handling).where(OF_ORDER), "没有下达记录"),
        (lambda: sa.delete(handling).where(handling.c.subject == "duty"), "“完成时间”"),
        (lambda: sa.update(handling).where(OF_ORDER).values(subject_id=99), "哈希"),
        (
            lambda: sa.update(supervision_order).values(state="accepted"),
            "数据库中为 accepted，按记录应为 replied",
        ),
        (lambda: sa.update(supervision_order).values(due_at=NOW), "“到期时刻”"),
        (lambda: sa.update(supervision_order).values(limit_value=30), "“下达内容”"),
        (lambda: sa.update(supervision_order).values(ask="随便"), "“下达内容”"),
        (lambda: sa.update(supervision_order).values(opened_by="李四"), "“下达人”"),
        (lambda: sa.update(supervision_order).values(opened_at=NOW - timedelta(1)), "“下达时间”"),
        (lambda: sa.update(duty).values(done_at=None), "“完成时间”"),
    ],
)
def test_a_change_outside_the_software_is_found(told: Book, change: Change, said: str) -> None:
    with store.writing(told.engine) as connection:
        connection.execute(change())
    found = verify_handlings(told)
    assert found is not None
    assert said in found
